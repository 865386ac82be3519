// One process of the runner (jest.runner.mjs): runs the files it is told to, one after another, with Jest's own describe, test and expect.
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { BufferedConsole } from '@jest/console';
import { jestExpect } from '@jest/expect';
import { createEmptyTestResult } from '@jest/test-result';
import { addEventHandler, getState, resetState, run } from 'jest-circus';
import { readSources } from './jest.sources.mjs';

/** What keeps this process alive is asked for this long after it should have ended. */
const lingerMs = 3_000;
const ran = [];
/** Rejections that nobody has looked at yet. */
const rejections = new Map();

readSources();
addEventHandler(watchTests);
process.on('uncaughtException', blame);
process.on('unhandledRejection', (error, promise) => rejections.set(promise, error));
process.on('rejectionHandled', (promise) => rejections.delete(promise));
let isOver = false;
// The run was broken off: nobody hears the rest.
process.on('disconnect', () => isOver || process.exit(1));
process.on('message', async (order) => {
  if (order.end) {
    isOver = true;
    process.disconnect();
    setTimeout(tellWhatIsLeft, lingerMs).unref();
    return;
  }
  try {
    process.send({ result: await runFile(order) });
  } catch (error) {
    process.send({ error: { message: String(error?.message ?? error), stack: String(error?.stack ?? error) } });
  }
});

async function runFile({ path, setupFiles, testTimeout, testNamePattern }) {
  const start = Date.now();
  const environment = { ...process.env };
  const ownConsole = globalThis.console;
  const said = new BufferedConsole();
  globalThis.console = said;
  resetState();
  const state = getState();
  state.testTimeout = testTimeout;
  if (testNamePattern) state.testNamePattern = new RegExp(testNamePattern, 'i');
  jestExpect.setState({ testPath: path, expand: false, suppressedErrors: [] });
  jestExpect.extractExpectedAssertionsErrors();
  try {
    for (const file of setupFiles) await import(pathToFileURL(file).href);
    await import(pathToFileURL(path).href);
    const outcome = await run();
    ran.push(path);
    return { ...resultOf(path, outcome, start), console: said.getBuffer(), megabytes: process.memoryUsage().rss / 2 ** 20 };
  } finally {
    globalThis.console = ownConsole;
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  }
}

/** As Jest's own runner does around every test: whose expectations they are, and faults that were not thrown. */
async function watchTests(event) {
  if (event.name === 'run_finish') await blameRejections();
  else if (event.name === 'test_start') {
    jestExpect.setState({ currentTestName: fullNameOf(event.test), testFailing: event.test.failing });
  } else if (event.name === 'test_done') {
    await blameRejections(event.test);
    const { suppressedErrors, isExpectingAssertions, numPassingAsserts } = jestExpect.getState();
    event.test.numPassingAsserts = numPassingAsserts;
    jestExpect.setState({ suppressedErrors: [] });
    event.test.errors.push(...suppressedErrors);
    const missing = jestExpect.extractExpectedAssertionsErrors();
    if (!isExpectingAssertions || event.test.errors.length === 0) event.test.errors.push(...missing.map(({ error }) => error));
  }
}

/** An error that nobody awaits belongs to the test that runs, or to the file. */
function blame(error) {
  const { currentlyRunningTest, unhandledErrors } = getState();
  (currentlyRunningTest?.errors ?? unhandledErrors).push(error);
}

async function blameRejections(test) {
  // A rejection may be looked at one turn later.
  await turn();
  const errors = [...rejections.values()];
  rejections.clear();
  (test?.errors ?? getState().unhandledErrors).push(...errors);
}

function fullNameOf(test) {
  const names = [];
  for (let block = test; block.parent !== undefined; block = block.parent) names.unshift(block.name);
  return names.join(' ');
}

/** A stack without this file; a frame of a nameless function is told by its place alone, as reporters want it. */
function withoutRunner(stack) {
  return stack
    .split('\n')
    .filter((line) => !line.includes(import.meta.filename))
    .map((line) => line.replace(/^(\s*at (?:async )?)<anonymous> \((.+)\)$/, '$1$2'))
    .join('\n');
}

/** What Jest's reporters are told of a file. */
function resultOf(path, { testResults, unhandledErrors }, start) {
  const results = testResults.map(({ testPath, errors, status, startedAt, ...test }) => ({
    ancestorTitles: testPath.slice(1, -1),
    title: testPath.at(-1),
    fullName: testPath.slice(1).join(' '),
    status: status === 'skip' ? 'pending' : status === 'todo' ? 'todo' : errors.length > 0 ? 'failed' : 'passed',
    duration: test.duration,
    startAt: startedAt,
    failing: test.failing,
    failureDetails: [],
    failureMessages: errors.map(withoutRunner),
    invocations: test.invocations,
    location: test.location,
    numPassingAsserts: test.numPassingAsserts,
    retryReasons: [],
  }));
  const end = Date.now();
  const count = (status) => results.filter((test) => test.status === status).length;
  const empty = createEmptyTestResult();
  return {
    ...empty,
    numFailingTests: count('failed'),
    numPassingTests: count('passed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    perfStats: { ...empty.perfStats, start, end, runtime: end - start },
    skipped: results.length > 0 && results.every((test) => test.status === 'pending'),
    testFilePath: path,
    testResults: results,
    unhandled: unhandledErrors.map(withoutRunner),
  };
}

/** A process that does not end although nothing is left to run: its open handles show what was not closed. */
function tellWhatIsLeft() {
  process.stderr.write(`a test process does not end; open: ${process.getActiveResourcesInfo().join(', ')}; its files: ${ran.join(' ')}\n`);
}
