// `npm run bench [-- fan-out|latency]`: programs that measure; figures are printed and written to bench/results.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

const root = join(import.meta.dirname, '..');
await setUp();
const node = join(root, 'node_modules/.bin/node');
spawnSync(node, [join(root, 'node_modules/.bin/tsc'), '-b', 'bench'], { cwd: root, stdio: 'inherit' });
const programs = ['fan-out', 'latency'].filter((name) => readdirSync(join(root, 'bench/src')).includes(`${name}.ts`));
const [chosen, ...rest] = process.argv.slice(2);
for (const name of chosen === undefined ? programs : [chosen]) {
  const result = spawnSync(node, [join(root, `bench/dist/${name}.js`), ...rest], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
