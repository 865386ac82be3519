// `npm test`: sets everything up, checks the house, then runs every test against real PostgreSQL, Kafka and Redis.
// Arguments are passed to Jest (`npm test -- plan`); with any, the checks are left out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

const root = join(import.meta.dirname, '..');
const chosen = process.argv.slice(2);
await setUp();

const node = join(root, 'node_modules/.bin/node');
const environment = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
let checksFailed = 0;
if (chosen.length === 0) {
  const check = spawnSync(node, [join(root, 'scripts/check.mjs')], { cwd: root, stdio: 'inherit', env: environment });
  if (check.status !== 0) checksFailed = 1;
}

const folder = mkdtempSync(join(tmpdir(), 'lianxin-test-'));
const report = join(folder, 'report.json');
// Several specs start a whole system with a broker of its own: half the cores, so that none starves another.
const workers = Math.max(1, Math.floor(availableParallelism() / 2));
const jest = spawnSync(
  node,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    `--maxWorkers=${workers}`,
    '--json',
    `--outputFile=${report}`,
    ...chosen,
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: environment },
);
if (!existsSync(report)) {
  console.error('the test run ended without a report');
  process.exit(1);
}
const result = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });
const suitesThatDidNotRun = result.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
for (const suite of suitesThatDidNotRun) console.error(`did not run: ${suite.name.replace(`${root}/`, '')}\n${suite.message}`);
const gaps = gapsOf(result);
for (const gap of gaps) console.log(`NOT RUN: ${gap}`);
if (checksFailed > 0) console.log('npm run check FAILED: see above');
const failed = result.numFailedTests + suitesThatDidNotRun.length + checksFailed;
console.log(`${result.numPassedTests} passed, ${failed} failed, ${result.numPendingTests + result.numTodoTests} skipped`);
process.exit(failed > 0 || jest.status !== 0 || (process.env.CI === 'true' && gaps.length > 0) ? 1 : 0);

/** What could not run here, by the names of the skipped tests. CI treats any such gap as a failure. */
function gapsOf(report) {
  return report.testResults.flatMap((suite) =>
    suite.assertionResults.filter((test) => test.status === 'pending').map((test) => test.fullName),
  );
}
