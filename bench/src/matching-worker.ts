import { parentPort, workerData } from 'node:worker_threads';
import { MatchIndex, type MatchQuery, type SharedIndex } from '@lianxin/matching';

/** Answers batches of queries on the shared index, as the service's search threads do; sends back how many were matched or are for review. */
const index = MatchIndex.attach((workerData as { index: SharedIndex }).index);

parentPort?.on('message', (queries: readonly MatchQuery[]) => {
  let matched = 0;
  let review = 0;
  for (const query of queries) {
    const [best] = index.search(query).results;
    if (best?.decision === 'match') matched += 1;
    else if (best !== undefined) review += 1;
  }
  parentPort?.postMessage({ rows: queries.length, matched, review });
});
