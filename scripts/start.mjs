// `npm start` (everything in one process) and `npm run start:distributed` (one process per service): sets up, then runs on the Node that came with the dependencies.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const main = process.argv[2] === 'distributed' ? 'distributed.js' : 'main.js';

await setUp();
const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'services/standalone/dist', main)], { cwd: root, stdio: 'inherit' });
// A terminal sends Ctrl-C to the whole group; a service manager to this process only.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`lianxin: cannot start ${main} (${error.message}).\nRemedy: remove node_modules and start again.`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
