// `npm run bench [name]`: programs that measure (bench/README.md); figures are printed and written to bench/results. Without a name all run, one after the other.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

const root = join(import.meta.dirname, '..');
await setUp();
const node = join(root, 'node_modules/.bin/node');
spawnSync(node, [join(root, 'node_modules/.bin/tsc'), '-b', 'bench'], { cwd: root, stdio: 'inherit' });
// A program prints figures: it ends in a call of report().
const programs = readdirSync(join(root, 'bench/src'))
  .filter((file) => file.endsWith('.ts') && /^\s*report\(/m.test(readFileSync(join(root, 'bench/src', file), 'utf8')))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const [chosen, ...rest] = process.argv.slice(2);
if (chosen !== undefined && !programs.includes(chosen)) {
  console.error(`there is no benchmark ${chosen}; there are: ${programs.join(', ')}`);
  process.exit(1);
}
for (const name of chosen === undefined ? programs : [chosen]) {
  const result = spawnSync(node, [join(root, `bench/dist/${name}.js`), ...rest], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
