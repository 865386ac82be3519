import { Worker } from 'node:worker_threads';
import type { MatchAnswer, MatchSettings, RegisterRecord, SharedIndex } from '@lianxin/matching';
import type { FromWorker, RowsRequest, SearchRequest, ToWorker, WorkerTask } from './match-index.worker.ts';
import type { JobRows, MatchedRows } from './match-job.rows.ts';

const isSource = import.meta.url.endsWith('.ts');
const workerUrl = new URL(isSource ? './match-index.worker.ts' : './match-index.worker.js', import.meta.url);
/** Sources run as they are written, what was compiled as JavaScript; flags and environment of this process are not the worker's business. */
const execArgv = isSource
  ? ['--experimental-transform-types', '--conditions=@lianxin/source', '--disable-warning=ExperimentalWarning']
  : [];
/** The heap of a worker while it builds: the index itself lies in shared memory outside of it. */
const maxWorkerMegabytes = 1024;

function startWorker(task: WorkerTask): Worker {
  return new Worker(workerUrl, { workerData: task, execArgv, env: {}, resourceLimits: { maxOldGenerationSizeMb: maxWorkerMegabytes } });
}

/** Builds an index in a thread of its own from records that come in batches. */
export async function buildInThread(batches: AsyncIterable<readonly RegisterRecord[]>, settings: MatchSettings): Promise<SharedIndex> {
  const worker = startWorker({ kind: 'BUILD', settings });
  const records = batches[Symbol.asyncIterator]();
  try {
    return await new Promise<SharedIndex>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', (status) => reject(new Error(`the thread that builds the index ended with status ${status}`)));
      worker.on('message', (message: FromWorker) => {
        if (message === 'more') {
          records
            .next()
            .then((next) => worker.postMessage((next.done === true ? 'end' : { records: next.value }) satisfies ToWorker), reject);
        } else if ('built' in message) resolve(message.built);
      });
    });
  } finally {
    await worker.terminate();
    await records.return?.();
  }
}

interface Waiting {
  readonly resolve: (answer: FromWorker) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that search one index in the same memory. Each takes one request at a time; what comes meanwhile waits in order. */
export class SearchThreads {
  private readonly idle: Worker[] = [];
  private readonly queue: { request: SearchRequest | RowsRequest; waiting: Waiting }[] = [];
  private readonly busy = new Map<Worker, Waiting>();
  private started = 0;
  private nextId = 0;
  private isClosed = false;

  constructor(
    private readonly index: SharedIndex,
    private readonly size: number,
  ) {}

  /** Most requests that are under way at once are as many as there are threads. */
  async search(queries: SearchRequest['queries']): Promise<readonly MatchAnswer[]> {
    const answer = await this.ask((id) => ({ id, queries }));
    return typeof answer !== 'string' && 'answers' in answer ? answer.answers : [];
  }

  /** Rows of a file, matched and written in one go. */
  async matchRows(rows: JobRows): Promise<MatchedRows> {
    const answer = await this.ask((id) => ({ id, rows }));
    if (typeof answer === 'string' || !('matched' in answer)) throw new Error('a thread gave another answer than it was asked for');
    return answer.matched;
  }

  private ask(request: (id: number) => SearchRequest | RowsRequest): Promise<FromWorker> {
    if (this.isClosed) return Promise.reject(new Error('the index has been replaced'));
    return new Promise((resolve, reject) => {
      this.queue.push({ request: request(this.nextId++), waiting: { resolve, reject } });
      this.dispatch();
    });
  }

  /** Ends the threads when what is under way has been answered. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.busy.size > 0 || this.queue.length > 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(this.idle.splice(0).map((worker) => worker.terminate()));
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const worker = this.idle.pop() ?? (this.started < this.size ? this.start() : undefined);
      if (worker === undefined) return;
      const next = this.queue.shift();
      if (next === undefined) return;
      this.busy.set(worker, next.waiting);
      worker.postMessage(next.request);
    }
  }

  private start(): Worker {
    const worker = startWorker({ kind: 'SEARCH', index: this.index });
    this.started++;
    worker.on('message', (message: FromWorker) => {
      if (message === 'more' || 'built' in message) return;
      const waiting = this.busy.get(worker);
      this.busy.delete(worker);
      this.idle.push(worker);
      if (!('failure' in message)) waiting?.resolve(message);
      else waiting?.reject(new Error(`a search failed: ${message.failure}`));
      this.dispatch();
    });
    worker.on('error', (error) => this.lose(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (status) => this.lose(worker, new Error(`a search thread ended with status ${status}`)));
    return worker;
  }

  /** A thread died: its request fails, others take the rest. */
  private lose(worker: Worker, error: Error): void {
    const waiting = this.busy.get(worker);
    if (waiting === undefined && !this.idle.includes(worker)) return;
    this.busy.delete(worker);
    if (this.idle.includes(worker)) this.idle.splice(this.idle.indexOf(worker), 1);
    this.started--;
    waiting?.reject(error);
    if (!this.isClosed) this.dispatch();
  }
}
