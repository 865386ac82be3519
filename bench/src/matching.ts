import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  judgePairs,
  type KindFigures,
  MatchIndex,
  type MatchQuery,
  type RegisterRecord,
  type SharedIndex,
  summarise,
} from '@lianxin/matching';
import { makeLabelledSet } from './matching-labelled.ts';
import { SeededRandom } from './matching-random.ts';
import { makeOrganisations } from './matching-register.ts';
import { type Figure, percentile, report } from './report.ts';

const size = Number(process.argv[2] ?? 1_000_000);
const threads = 4;
const batchRows = 1_000;

/** Time of the processor, not of the clock: others may be at work on the machine. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function rssMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

function organisation(record: RegisterRecord, more: object = {}): MatchQuery {
  return { schema: 'Organization', names: [record.names[0]?.text ?? ''], ...more };
}

/** Queries one after the other in this thread. */
function measureScreening(what: string, index: MatchIndex, queries: readonly MatchQuery[]): Figure[] {
  for (const query of queries.slice(0, 500)) index.search(query);
  const times: number[] = [];
  const before = cpuSeconds();
  for (const query of queries) {
    const started = performance.now();
    index.search(query);
    times.push(performance.now() - started);
  }
  const rate = queries.length / (cpuSeconds() - before);
  return [
    { what: `screening ${what}, against ${size} names, one core`, value: rate, unit: 'names/s', target: { atLeast: 2_000 } },
    { what: `screening ${what}, one query, p99`, value: percentile(times, 0.99), unit: 'ms', target: { atMost: 15 } },
  ];
}

/** One thread with the shared index, asked batch by batch. */
class SearchThread {
  private readonly worker: Worker;

  constructor(shared: SharedIndex) {
    this.worker = new Worker(join(import.meta.dirname, 'matching-worker.js'), { workerData: { index: shared } });
  }

  async ask(queries: readonly MatchQuery[]): Promise<{ matched: number; review: number }> {
    const answer = once(this.worker, 'message');
    this.worker.postMessage(queries);
    return (await answer)[0] as { matched: number; review: number };
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

/** The rows of a file in batches to threads that search one copy of the index; one batch of each thread stands in memory. */
async function measureFile(shared: SharedIndex, rows: number, rowOf: () => MatchQuery): Promise<Figure[]> {
  const before = rssMb();
  let most = before;
  let next = 0;
  let matched = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const thread = new SearchThread(shared);
      while (next < rows) {
        const length = Math.min(batchRows, rows - next);
        next += length;
        const answer = await thread.ask(Array.from({ length }, rowOf));
        matched += answer.matched;
        most = Math.max(most, process.memoryUsage().rss / 1e6);
      }
      await thread.end();
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return [
    { what: `file of ${rows} rows, 90 % with a code, ${threads} threads`, value: seconds, unit: 's', target: { atMost: 60 } },
    { what: 'the same: rows matched by code and name', value: matched, unit: 'rows' },
    { what: 'the same: memory of the process over that of the index alone', value: most - before, unit: 'MB' },
  ];
}

function shareOf(figures: readonly KindFigures[], pattern: RegExp): number {
  return summarise(figures.filter(({ kind }) => pattern.test(kind))).recall * 100;
}

const { records, pairs } = makeLabelledSet(size, Math.min(size, 300_000), 100);
const companies = records.filter(({ kind }) => kind !== 'PERSON');
const persons = records.filter(({ kind }) => kind === 'PERSON');
const rssBefore = rssMb();
let started = performance.now();
const names = MatchIndex.build(companies);
const buildSeconds = (performance.now() - started) / 1000;
const rssAfter = rssMb();
const figures: Figure[] = [
  { what: `index of ${size} organisations: build`, value: buildSeconds, unit: 's', target: { atMost: 20 } },
  { what: 'index: memory', value: names.figures().bytes / 1e6, unit: 'MB', target: { atMost: 600 } },
  { what: 'index: growth of the process while building', value: rssAfter - rssBefore, unit: 'MB' },
];

started = performance.now();
const everyone = MatchIndex.build(persons);
figures.push({ what: `index of ${persons.length} persons: build`, value: (performance.now() - started) / 1000, unit: 's' });

const random = new SeededRandom(11);
const asked = pairs.filter(({ query }) => query.schema === 'Organization');
const variants = asked
  .filter(({ expect, kind }) => expect === 'REVIEW' && !kind.startsWith('code') && !kind.includes('code'))
  .map(({ query }) => query);
const taken = new Set(companies.map((record) => record.names[0]?.text));
const strangers: MatchQuery[] = [...makeOrganisations(new SeededRandom(13), 6_000)]
  .filter(({ record }) => !taken.has(record.names[0]?.text))
  .map(({ record }) => organisation(record));
const equal = Array.from({ length: 5_000 }, () => organisation(random.pick(companies)));
const mixed = Array.from({ length: 10_000 }, () => random.pick(random.chance(0.6) ? strangers : random.chance(0.5) ? variants : equal));
figures.push(
  ...measureScreening('names that are not in the register', names, strangers),
  ...measureScreening('names as registered', names, equal),
  ...measureScreening('misspelt, re-ordered, traditional, homophone, former names', names, variants),
  ...measureScreening('of all, 60 % unknown', names, mixed),
);

const judged = [
  ...judgePairs(names, asked),
  ...judgePairs(
    everyone,
    pairs.filter(({ query }) => query.schema === 'Person'),
  ),
];
const summary = summarise(judged);
const shownTo = (queries: readonly MatchQuery[], threshold: number) =>
  (queries.filter((query) => names.search(query, { threshold }).results.length > 0).length / queries.length) * 100;
figures.push(
  {
    what: `labelled set, ${summary.pairs} pairs: found at review or better`,
    value: summary.recall * 100,
    unit: '%',
    target: { atLeast: 98 },
  },
  { what: 'labelled set: false EXACT', value: summary.falseExact, unit: 'pairs', target: { atMost: 0 } },
  {
    what: 'of these misspelt (typing errors, look-alikes, unreadable characters)',
    value: shareOf(judged, /^(typing|look-alike|character)/),
    unit: '%',
  },
  { what: 'of these homophones and pinyin', value: shareOf(judged, /^(homophone|字号 in pinyin)/), unit: '%' },
  { what: 'of these traditional and other written forms', value: shareOf(judged, /(traditional|written forms|钟 for)/), unit: '%' },
  { what: 'of these re-ordered', value: shareOf(judged, /(before|in brackets|behind 字号)/), unit: '%' },
  { what: 'of these former names', value: shareOf(judged, /former name/), unit: '%' },
  { what: 'unknown organisations for which a similar name is shown', value: shownTo(strangers, 0), unit: '%' },
  { what: 'the same with threshold 0.6 (other evidence than one differing character)', value: shownTo(strangers, 0.6), unit: '%' },
);

const fileRandom = new SeededRandom(12);
figures.push(
  ...(await measureFile(names.share(), size, () => {
    const record = fileRandom.pick(companies);
    return fileRandom.chance(0.9) ? organisation(record, { usccCode: record.usccCode }) : fileRandom.pick(mixed);
  })),
);
report('matching', figures);
