// Brings a fresh clone to where it can run: dependencies installed, code compiled. Plain JavaScript for any Node ≥ 20; cheap when nothing changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuilt } from '../services/console/build-stamp.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockFile = join(root, 'package-lock.json');
/** Hash of the lock file that the dependencies were installed from. */
const stampFile = join(root, 'node_modules/.lianxin-installed');
/** Number of the process that is setting up. */
const turnFile = join(root, '.cache/setup.pid');
const longestSetUpMs = 15 * 60_000;
/** npm's own note of an installation that was finished. */
const npmNote = join(root, 'node_modules/.package-lock.json');

/**
 * Installs and builds what is missing. Prints what it does with its time; on a fault it prints cause and remedy and ends the process with status 1.
 * @param {string[]} projects what to compile, with all that it needs; everything by default.
 */
export async function setUp(projects = []) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(
      `Node ${process.versions.node} is too old`,
      'install Node 20 or newer; the right Node for the system itself comes with the dependencies',
    );
  }
  const giveUp = takeTurn();
  try {
    installAndCompile(projects);
  } finally {
    giveUp();
  }
}

function installAndCompile(projects) {
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (!isInstalled(lock)) {
    // Through npm's own program when npm runs us: then it is the npm that the user has chosen.
    const npm = process.env.npm_execpath;
    const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
    console.error('installing dependencies, a minute or two …');
    run(
      'dependencies installed',
      command,
      [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
      ['npm ci failed', 'check that the npm registry can be reached and that this folder can be written, then start again'],
    );
  }
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== lock) writeFileSync(stampFile, lock);
  // One checker for each project: several would each look through what all share, half as much work again.
  run(
    'compiled',
    join(root, 'node_modules/.bin/node'),
    [join(root, 'node_modules/.bin/tsc'), '-b', '--checkers', '1', ...projects],
    ['the sources do not compile', 'see the lines above; in an untouched clone remove node_modules and start again'],
  );
  if (!isBuilt())
    run(
      'console built',
      join(root, 'node_modules/.bin/node'),
      [join(root, 'services/console/build.mjs')],
      ['the pages of the console could not be built', 'see the lines above; in an untouched clone remove node_modules and start again'],
    );
}

/** Two at once (`npm start` beside `npm test`) would tear each other's installation apart: one works, the other waits for it. */
function takeTurn() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(turnFile, String(process.pid), { flag: 'wx' });
      const giveUp = () => rmSync(turnFile, { force: true });
      process.once('exit', giveUp);
      return giveUp;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOfTurn();
    if (holder === undefined) rmSync(turnFile, { force: true });
    else {
      if (!told) console.error(`waiting for process ${holder}, which is setting up this clone …`);
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

/** Whoever has the turn; undefined when that process was killed, or its number may since belong to another. */
function holderOfTurn() {
  try {
    const holder = Number(readFileSync(turnFile, 'utf8'));
    const ageMs = Date.now() - statSync(turnFile).mtimeMs;
    // Between the making of the file and the writing of the number there is a moment without one.
    if (holder === 0) return ageMs < 2_000 ? 0 : undefined;
    return isAlive(holder) && ageMs < longestSetUpMs ? holder : undefined;
  } catch {
    // Just given up.
    return undefined;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Installed from this lock file, by us or by somebody who ran npm after the lock file was last changed. */
function isInstalled(lock) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lock) return true;
  return existsSync(npmNote) && statSync(npmNote).mtimeMs >= statSync(lockFile).mtimeMs;
}

function run(done, command, args, [cause, remedy]) {
  const started = Date.now();
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) fail(result.error === undefined ? cause : `${cause} (${result.error.message})`, remedy);
  console.error(`${done} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

function fail(cause, remedy) {
  console.error(`lianxin: ${cause}.\nRemedy: ${remedy}.`);
  process.exit(1);
}

// `node scripts/setup.mjs` does this and nothing else.
if (process.argv[1] === fileURLToPath(import.meta.url)) await setUp();
