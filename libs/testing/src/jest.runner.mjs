import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatExecError, formatResultsErrors } from 'jest-message-util';

const program = join(import.meta.dirname, 'jest.worker.mjs');
/** A process that holds more after a file is not given another. */
const mostMegabytes = 900;
/** What nothing keeps alive ends at once; a loaded machine may need a moment. */
const endTimeoutMs = 10_000;

/**
 * Runs spec files in Node itself instead of in Jest's own copy of its module system: what a file imports is loaded once for each process, not once for
 * each file, and runs as in production. Files of one process share what modules keep and are run one after another. A file that measures or changes its
 * process says `@own-process` in its first comment and gets one for itself.
 */
export default class NativeRunner {
  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  async runTests(tests, watcher, onStart, onResult, onFailure) {
    const waiting = [...tests];
    const lane = async () => {
      let worker;
      for (let test = next(); test !== undefined; test = next()) {
        const alone = /^\s*\/\*\*[^/]*@own-process/.test(readFileSync(test.path, 'utf8'));
        if (alone) {
          await worker?.end();
          worker = undefined;
        }
        worker ??= new TestProcess();
        await onStart(test);
        try {
          const { megabytes, ...result } = await worker.run(this.orderOf(test));
          await onResult(test, this.told(test, result));
          if (alone || megabytes > mostMegabytes) {
            await worker.end();
            worker = undefined;
          }
        } catch (error) {
          await onFailure(test, error);
          if (alone) await worker.end();
          if (worker.hasEnded) worker = undefined;
        }
      }
      await worker?.end();
    };
    const next = () => (watcher.isInterrupted() ? undefined : waiting.shift());
    const lanes = Math.max(1, Math.min(this.globalConfig.maxWorkers, tests.length));
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  orderOf({ path, context: { config } }) {
    const { testTimeout, testNamePattern } = this.globalConfig;
    return { path, setupFiles: config.setupFiles, testTimeout: testTimeout ?? config.testTimeout, testNamePattern };
  }

  /** The result with its failures in words, as Jest's reporters want them. */
  told({ path, context: { config } }, { unhandled, ...result }) {
    const failures = formatResultsErrors(result.testResults, config, this.globalConfig, path);
    const others = unhandled.map((stack) => formatExecError({ message: '', stack }, config, this.globalConfig, path));
    const failureMessage = [failures, ...others].filter((text) => text !== null).join('\n\n');
    return {
      ...result,
      ...(unhandled.length > 0 ? { testExecError: { message: '', stack: unhandled.join('\n') } } : {}),
      failureMessage: failureMessage === '' ? null : failureMessage,
      displayName: config.displayName,
    };
  }
}

/** One process that runs files, one at a time. */
class TestProcess {
  #child = fork(program, [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  #exited = new Promise((resolve) => {
    this.#child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    // It could not even be started, or a message did not reach it.
    this.#child.once('error', (error) => resolve(error.message));
  });
  hasEnded = false;

  constructor() {
    void this.#exited.then(() => {
      this.hasEnded = true;
    });
  }

  /** @throws what keeps the file from being run, or that the process has ended. */
  async run(order) {
    const answered = new Promise((resolve) => this.#child.once('message', resolve));
    this.#child.send(order, () => undefined);
    const answer = await Promise.race([answered, this.#exited]);
    if (typeof answer === 'string') throw new Error(`the process of this file ended with ${answer}`);
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error.message), { stack: answer.error.stack });
    return answer.result;
  }

  async end() {
    if (this.hasEnded) return;
    this.#child.send({ end: true }, () => undefined);
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), endTimeoutMs);
    await this.#exited;
    clearTimeout(insist);
  }
}
