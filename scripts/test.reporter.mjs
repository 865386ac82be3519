// Progress of a test run on standard error: one line for each file as it ends, failures at once, the slowest files last.
import { relative } from 'node:path';

const shownFiles = 10;
const slowSeconds = 10;

/** A reporter for Jest. */
export default class ProgressReporter {
  began = Date.now();
  files = [];

  constructor(config) {
    this.root = config.rootDir;
  }

  onTestResult(test, result, sofar) {
    const failed = result.numFailingTests > 0 || result.testExecError !== undefined;
    const name = relative(this.root, test.path);
    const seconds = (result.perfStats.end - result.perfStats.start) / 1000;
    const done = sofar.numPassedTestSuites + sofar.numFailedTestSuites + sofar.numPendingTestSuites;
    this.files.push({ name, seconds });
    const place = `${String(done).padStart(String(sofar.numTotalTestSuites).length)}/${sofar.numTotalTestSuites}`;
    console.error(
      `[${place} ${clock(Date.now() - this.began)}] ${failed ? 'FAILED' : 'ok    '} ${name} (${result.testResults.length} tests, ${seconds.toFixed(1)} s)`,
    );
    if (result.failureMessage) console.error(result.failureMessage);
    for (const { type, message } of result.console ?? []) if (failed) console.error(`console.${type}: ${message}`);
  }

  onRunComplete() {
    const slowest = this.files.filter(({ seconds }) => seconds >= slowSeconds).sort((a, b) => b.seconds - a.seconds);
    if (slowest.length === 0) return;
    console.error(
      `slowest: ${slowest
        .slice(0, shownFiles)
        .map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`)
        .join(', ')}`,
    );
  }
}

function clock(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
