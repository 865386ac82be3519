import { parentPort, workerData } from 'node:worker_threads';
import {
  type MatchAnswer,
  MatchIndex,
  type MatchQuery,
  type MatchSettings,
  type RegisterRecord,
  type SearchOptions,
  type SharedIndex,
} from '@lianxin/matching';
import { type JobRows, type MatchedRows, matchRows } from './match-job.rows.ts';

/** Work beside the thread that answers requests: building the index, and searching it in the same memory. */
export type WorkerTask =
  | { readonly kind: 'BUILD'; readonly settings: MatchSettings }
  | { readonly kind: 'SEARCH'; readonly index: SharedIndex };
export interface SearchRequest {
  readonly id: number;
  readonly queries: readonly { readonly query: MatchQuery; readonly options: SearchOptions }[];
}
export interface RowsRequest {
  readonly id: number;
  readonly rows: JobRows;
}
export type ToWorker = { readonly records: readonly RegisterRecord[] } | 'end' | SearchRequest | RowsRequest;
export type FromWorker =
  | 'more'
  | { readonly built: SharedIndex }
  | { readonly id: number; readonly answers: readonly MatchAnswer[] }
  | { readonly id: number; readonly matched: MatchedRows }
  | { readonly id: number; readonly failure: string };

const port = parentPort;
if (port !== null) {
  const task = workerData as WorkerTask;
  if (task.kind === 'BUILD') void build(task.settings);
  else serve(MatchIndex.attach(task.index));
}

async function build(settings: MatchSettings): Promise<void> {
  const index = await MatchIndex.buildFrom(batches(), settings);
  port?.postMessage({ built: index.share() } satisfies FromWorker);
}

/** Asks for the next batch when the last has been taken in, so that no more than one waits. */
async function* batches(): AsyncGenerator<readonly RegisterRecord[]> {
  for (;;) {
    const next = new Promise<ToWorker>((resolve) => port?.once('message', resolve));
    port?.postMessage('more' satisfies FromWorker);
    const message = await next;
    if (message === 'end' || !('records' in message)) return;
    yield message.records;
  }
}

function serve(index: MatchIndex): void {
  port?.on('message', (message: SearchRequest | RowsRequest) => {
    try {
      if ('rows' in message) {
        port.postMessage({ id: message.id, matched: matchRows(index, message.rows) } satisfies FromWorker);
        return;
      }
      const answers = message.queries.map(({ query, options }) => index.search(query, options));
      port.postMessage({ id: message.id, answers } satisfies FromWorker);
    } catch (error) {
      // What was asked may stand in the message: only the kind of fault goes out.
      port.postMessage({ id: message.id, failure: error instanceof Error ? error.name : 'failed' } satisfies FromWorker);
    }
  });
}
