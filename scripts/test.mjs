// `npm test`: sets everything up, checks the house, then runs every test against real PostgreSQL, Kafka and Redis; where a container engine is, the
// containers too. Arguments are passed to Jest (`npm test -- plan`); with any, only what they choose is run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findContainers } from './containers.mjs';
import { setUp } from './setup.mjs';
import { countsOf, failuresOf, mayStand } from './test.totals.mjs';

const root = join(import.meta.dirname, '..');
const node = join(root, 'node_modules/.bin/node');
const chosen = process.argv.slice(2);
const began = Date.now();
await setUp();

const folder = mkdtempSync(join(tmpdir(), 'lianxin-run-'));
const environment = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
  // Brokers of tests live for minutes: the second, thorough compiler of the Java machine would cost more than it brings.
  JAVA_TOOL_OPTIONS: process.env.JAVA_TOOL_OPTIONS ?? '-XX:TieredStopAtLevel=1',
  // The same code is loaded by hundreds of processes.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.cache/compiled'),
  // What one way to run leaves here, the others compare with.
  LIANXIN_TEST_RUN_DIR: folder,
};
/** Several specs start a whole system with a broker of its own: three quarters of the cores, so that none starves another; two on two, for they often wait. */
const cores = availableParallelism();
const workers = Math.max(Math.min(cores, 2), Math.floor(cores * 0.75));
/** What could not run here, in words; CI treats any such gap as a failure. */
const gaps = [];
/** What failed, with the beginning of its message: told once more at the end, for the end is what one sees of a long run. */
const failures = [];
/** Most files of one run that get a second try. */
const secondTries = 2;
const notes = [];
const totals = { passed: 0, failed: 0, skipped: 0 };

try {
  if (chosen.length > 0) jest('chosen tests', chosen);
  else {
    check();
    jest('tests', []);
    runContainers();
    tellWays();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const failure of failures) console.log(failure);
for (const gap of gaps) console.log(`NOT RUN: ${gap}`);
for (const note of notes) console.log(note);
console.log(
  `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped in ${((Date.now() - began) / 60_000).toFixed(1)} minutes`,
);
process.exit(totals.failed > 0 || (process.env.CI === 'true' && gaps.length > 0) ? 1 : 0);

function check() {
  const { status } = spawnSync(node, [join(root, 'scripts/check.mjs')], { cwd: root, stdio: 'inherit', env: environment });
  if (status === 0) return;
  totals.failed += 1;
  notes.push('npm run check FAILED: see above');
}

/**
 * One run of Jest, whose results are added up. Of very few files that fail each gets a second try alone: what then passes counts, and is told loudly
 * with what it said, for it is a defect of its test or, rarely, of the product; more than a few are no accident.
 */
function jest(title, words, extra = {}) {
  console.error(`--- ${title}`);
  const { result, status } = runJest(title, words, extra);
  if (result === undefined) {
    totals.failed += 1;
    notes.push(`${title}: the run ended without a report`);
    return;
  }
  const broken = result.testResults.filter((suite) => suite.status === 'failed');
  const isRepeated = broken.length > 0 && broken.length <= secondTries;
  const suites = isRepeated
    ? result.testResults.flatMap((suite) => (broken.includes(suite) ? secondTry(suite, extra) : [suite]))
    : result.testResults;
  for (const suite of suites) addUp(suite);
  // Jest ends badly also without a failed test: a set-up that fails, nothing found to run.
  if (status === 0 || broken.length > 0) return;
  totals.failed += 1;
  notes.push(`${title}: ended with status ${status}`);
}

function runJest(title, words, extra) {
  const report = join(folder, `report-${title.replaceAll(/\W+/g, '-')}.out`);
  const own = ['--json', `--outputFile=${report}`, `--reporters=${join(root, 'scripts/test.reporter.mjs')}`, `--maxWorkers=${workers}`];
  const { status } = spawnSync(
    node,
    ['node_modules/jest/bin/jest.js', ...own, ...words],
    // Each worker is a Node of its own that would warn again.
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...environment, NODE_NO_WARNINGS: '1', ...extra } },
  );
  return { status, result: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined };
}

/** The results of a file that failed, after a second try alone; those of the first where the second tells nothing. */
function secondTry(suite, extra) {
  const name = nameOf(suite);
  console.error(`--- second try of ${name}`);
  const { result } = runJest(`second try of ${name}`, ['--testMatch', `**/${name}`], extra);
  const again = result?.testResults ?? [];
  if (again.length === 0) return [suite];
  if (again.every(mayStand)) notes.push(`UNSTABLE, passed at the second try only: ${failuresOf(suite, name)[0]}`);
  return again;
}

function addUp(suite) {
  for (const [kind, count] of Object.entries(countsOf(suite))) totals[kind] += count;
  gaps.push(...suite.assertionResults.filter((test) => test.status === 'pending').map((test) => test.fullName));
  failures.push(...failuresOf(suite, nameOf(suite)));
}

function nameOf(suite) {
  return suite.name.replace(`${root}/`, '');
}

/** The road in containers, and the tests of what talks to servers with containers for servers (testcontainers). */
function runContainers() {
  const { gap, standIns } = findContainers();
  if (gap !== undefined) {
    gaps.push(`docker compose and testcontainers: ${gap}`);
    return;
  }
  const images =
    standIns.length > 0 ? `stand-ins for ${standIns.join(', ')}: a stand-in proves the wiring, not the image` : 'images of the registry';
  console.error(`containers from ${images}`);
  jest('the road with docker compose', ['--testMatch', '**/test/road.compose.ts', '--testTimeout', '120000']);
  jest('servers by testcontainers', ['libs/messaging/test/event-log', 'services/gateway/test/rate'], { LIANXIN_TEST_ENGINE: 'docker' });
  notes.push(`containers ran from ${images}`);
}

/** On which ways to run the tables were compared. */
function tellWays() {
  const ways = readdirSync(folder).flatMap((name) => /^rows\.(\w+)\.json$/.exec(name)?.[1] ?? []);
  notes.push(`the road's tables were compared on: ${ways.join(', ')}`);
}
