// What the report of a test run says of one file, counted and in words.
import { stripVTControlCharacters } from 'node:util';

const shownLines = 25;

/**
 * What a file adds to the totals of a run. A file that failed counts as failed also where none of its tests did: it could not be loaded, its process ended,
 * or a fault came outside of its tests (in `afterAll`, or in what nobody awaited).
 * @param suite an entry of `testResults` in Jest's JSON report.
 */
export function countsOf(suite) {
  const counted = (status) => suite.assertionResults.filter((test) => test.status === status).length;
  return {
    passed: counted('passed'),
    failed: counted('failed') + (isFailedItself(suite) ? 1 : 0),
    skipped: counted('pending') + counted('todo'),
  };
}

/** Each failed test of a file, named, with the beginning of what it said; the file itself where none of its tests failed. */
export function failuresOf(suite, name) {
  if (isFailedItself(suite)) {
    const what = suite.assertionResults.length === 0 ? 'did not run' : 'failed outside of its tests';
    return [`FAILED ${name}: ${what}\n${head(suite.message)}`];
  }
  return suite.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `FAILED ${name}: ${test.fullName}\n${head(test.failureMessages.join('\n'))}`);
}

/** Whether nothing of a file failed; that some of its tests were skipped is told elsewhere. */
export function mayStand(suite) {
  return countsOf(suite).failed === 0;
}

function isFailedItself(suite) {
  return suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed');
}

function head(text) {
  return stripVTControlCharacters(text).split('\n').slice(0, shownLines).join('\n');
}
