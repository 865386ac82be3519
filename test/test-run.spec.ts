import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isProcessAlive } from '@lianxin/platform/servers';
import { eventually } from '@lianxin/testing';

const root = join(import.meta.dirname, '..');
const jest = join(root, 'node_modules/jest/bin/jest.js');
const testing = join(root, 'libs/testing/src');
interface Suite {
  readonly name: string;
}
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Files as somebody might leave them. The largest is run first. */
const files: Record<string, string> = {
  'alone-and-broken': `/** @own-process: ${'it leaves a trace. '.repeat(100)} */ globalThis.trace = 'left'; throw new Error('no further');`,
  good: `test('one', () => expect(globalThis.trace).toBe(undefined)); test['skip']('two', () => {}); test.todo('three'); // ${'good '.repeat(100)}`,
  'ends-badly': "test('one', () => {}); afterAll(() => { throw new Error('not closed'); });",
  'awaited-by-nobody': "test('one', () => {}); afterAll(() => { void Promise.reject(new Error('left behind')); });",
  'thrown-by-nobody': `test('one', () => {});
    afterAll(() => new Promise((resolve) => { setImmediate(() => { setImmediate(resolve); throw new Error('from nowhere'); }); }));`,
  'rejected-in-a-test': "test('one', () => { void Promise.reject(new Error('left behind')); }); test('two', () => {});",
  fails: "test('one', () => expect(1).toBe(2)); test('two', () => {}); afterAll(() => { throw new Error('not closed'); });",
  focused: "test['only']('one', () => {}); test('two', () => {});",
  empty: 'export {};',
  'not-compiled': "test('one', () => {);",
  killed: "test('one', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => undefined); });",
  left: "test('one', () => { process.exit(0); });",
};
const imported = "import { afterAll, expect, test } from '@jest/globals';";
/** A run of the specs of a folder by our runner. */
const configured = (rootDir: string, more: Readonly<Record<string, unknown>> = {}) => [
  '--config',
  JSON.stringify({
    rootDir,
    testMatch: ['**/*.spec.ts'],
    runner: join(testing, 'jest.runner.mjs'),
    transform: {},
    reporters: [],
    testTimeout: 10_000,
    ...more,
  }),
];
let folder: string;
let status: number | null;
let counts: Record<string, Counts>;
let told: Record<string, readonly string[]>;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lianxin-specs-')));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, `${name}.spec.ts`), `${text.startsWith('/**') ? text : `${imported}\n${text}`}\n`);
  const report = join(folder, 'report.out');
  const words = ['--json', `--outputFile=${report}`, '--maxWorkers=1', ...configured(folder)];
  ({ status } = spawnSync(process.execPath, [jest, ...words], { cwd: folder, stdio: 'ignore' }));
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: Suite[] };
  const totals = (await import(pathToFileURL(join(root, 'scripts/test.totals.mjs')).href)) as {
    countsOf(suite: Suite): Counts;
    failuresOf(suite: Suite, name: string): readonly string[];
  };
  const nameOf = (suite: Suite) => basename(suite.name, '.spec.ts');
  counts = Object.fromEntries(testResults.map((suite) => [nameOf(suite), totals.countsOf(suite)]));
  told = Object.fromEntries(testResults.map((suite) => [nameOf(suite), totals.failuresOf(suite, nameOf(suite))]));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every file is counted, and a run in which anything failed ends badly', () => {
  expect(Object.keys(counts).sort()).toEqual(Object.keys(files).sort());
  expect(status).toBe(1);
});

test.each<[string, number, number, number]>([
  ['good', 1, 0, 2],
  ['ends-badly', 1, 1, 0],
  ['awaited-by-nobody', 1, 1, 0],
  ['thrown-by-nobody', 1, 1, 0],
  ['rejected-in-a-test', 1, 1, 0],
  ['fails', 1, 1, 0],
  ['focused', 1, 0, 1],
  ['empty', 0, 1, 0],
  ['not-compiled', 0, 1, 0],
  ['killed', 0, 1, 0],
  ['left', 0, 1, 0],
  ['alone-and-broken', 0, 1, 0],
])('a file "%s" counts as %d passed, %d failed, %d skipped', (name, passed, failed, skipped) => {
  expect(counts[name]).toEqual({ passed, failed, skipped });
  expect(told[name]).toHaveLength(failed);
});

test('a fault outside of the tests is told with what it said', () => {
  expect(told['ends-badly']?.[0]).toMatch(/ends-badly: failed outside of its tests\n.*not closed/s);
  expect(told['killed']?.[0]).toMatch(/killed: did not run\n.*SIGKILL/s);
});

test('a run whose starter is killed ends, and its test processes with it', async () => {
  const orphaned = join(folder, 'orphaned');
  mkdirSync(orphaned);
  const note = join(orphaned, 'processes.out');
  writeFileSync(
    join(orphaned, 'endless.spec.ts'),
    `import { writeFileSync } from 'node:fs';
     ${imported}
     test('one', () => { writeFileSync(${JSON.stringify(note)}, process.ppid + ' ' + process.pid + '\\n'); return new Promise(() => undefined); }, 60_000);`,
  );
  const words = [jest, ...configured(orphaned, { globalSetup: join(testing, 'jest.setup.mjs') })];
  const script = join(orphaned, 'starter.mjs');
  writeFileSync(
    script,
    `import { spawnSync } from 'node:child_process'; spawnSync(process.execPath, ${JSON.stringify(words)}, { stdio: 'ignore' });`,
  );
  const env = { ...process.env, LIANXIN_TEST_ONLY: 'postgres', LIANXIN_TEST_RUN_DIR: orphaned };
  const starter = spawn(process.execPath, [script], { stdio: 'ignore', cwd: orphaned, env });
  const text = await eventually('a test runs', () => {
    const said = existsSync(note) ? readFileSync(note, 'utf8') : '';
    return said.endsWith('\n') ? said : undefined;
  });
  starter.kill('SIGKILL');
  for (const pid of text.trim().split(' ').map(Number))
    await eventually(`process ${pid} has ended`, async () => !(await isProcessAlive(pid)));
}, 60_000);
