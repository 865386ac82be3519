// `npm start` (everything in one process) and `npm run start:distributed` (one process per service): sets up, then runs on the Node that came with the
// dependencies.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = process.argv[2] === 'distributed' ? 'distributed.js' : 'main.js';

await setUp(['services/standalone', 'services/cli']);
const child = spawn(
  join(root, 'node_modules/.bin/node'),
  // A young generation of 16 MB: of a machine of many gigabytes V8 would take six times as much for each process and keep it (docs/profile.md).
  ['--max-semi-space-size=16', join(root, 'services/standalone/dist', main)],
  {
    cwd: root,
    env: {
      ...process.env,
      LIANXIN_COMMIT: process.env.LIANXIN_COMMIT ?? commit(),
      // Compiled code of the last start: a fifth of what a process has to do before it is ready.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.cache/compiled'),
    },
    // Through the channel the system learns that this script is gone, however it ended, and ends too.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  },
);
// A terminal sends Ctrl-C to both; a service manager to this process only. Twice is as good as once.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`lianxin: cannot start ${main} (${error.message}).\nRemedy: remove node_modules and start again.`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));

// npm waits for us as long as it lives: when it was killed, nobody can stop us any more.
if (process.env.npm_lifecycle_event !== undefined) {
  const before = starters();
  setInterval(() => {
    if (starters() !== before) child.kill('SIGTERM');
  }, 250).unref();
}

/** Numbers of the processes above this one: the shell, and npm above it where the system tells. */
function starters() {
  const stat = read(`/proc/${process.ppid}/stat`) ?? '';
  return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? ''}`;
}

/** The text of a file, if there is such a file. */
function read(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The commit that is checked out, if this is a clone. */
function commit() {
  const head = read(join(root, '.git/HEAD'));
  const name = /^ref: (.+)$/.exec(head ?? '')?.[1];
  if (name === undefined) return head;
  return (
    read(join(root, '.git', name)) ??
    read(join(root, '.git/packed-refs'))
      ?.split('\n')
      .find((line) => line.endsWith(` ${name}`))
      ?.split(' ')[0]
  );
}
