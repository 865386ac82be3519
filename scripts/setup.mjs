// Brings a fresh clone to where it can run: dependencies installed, code compiled. Plain JavaScript for any Node ≥ 20; cheap when nothing changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const stampFile = join(root, 'node_modules/.lianxin-installed');

/**
 * Installs and builds what is missing.
 * @throws never: prints cause and remedy and ends the process with status 1.
 */
export async function setUp() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Node ${process.versions.node} is too old`, 'install Node 20 or newer; the right Node for the system itself comes with the dependencies');
  }
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== lock) {
    run('installing dependencies', process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'check that the npm registry can be reached and that this folder can be written, then start again');
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(stampFile, lock);
  }
  run('compiling', join(root, 'node_modules/.bin/node'), [join(root, 'node_modules/.bin/tsc'), '-b'], 'the sources do not compile: see the lines above');
}

function run(what, command, args, remedy) {
  const started = Date.now();
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  if (result.status !== 0) fail(`${what} failed${result.error === undefined ? '' : ` (${result.error.message})`}`, remedy);
  console.error(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function fail(cause, remedy) {
  console.error(`lianxin: ${cause}.\nRemedy: ${remedy}.`);
  process.exit(1);
}
