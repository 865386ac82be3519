import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { marketFlag } from './flags.ts';
import { QueueWatch } from './queue.watch.ts';
import { percentile, report } from './report.ts';
import { makeBenchFolder } from './servers.ts';
import { databaseOf, RunningSystem } from './system.ts';

/**
 * The plan of a replay in which nothing is otherwise, over many entries in force, while flags come in and timelines are read (decision 0018). It fails unless
 * every case was answered and no difference was found. Arguments: number of cases, `distributed` or `standalone`.
 */
const wanted = Number(process.argv[2] ?? 10_000);
const kind = process.argv[3] === 'standalone' ? 'standalone' : 'distributed';
const listCode = 'BL-MKT';
const requestsUnderWay = 16;
const flagsPerSecond = 5;
const pagesPerSecond = 5;
const calmSeconds = 10;
const patienceMs = 1_800_000;

interface Replay {
  readonly id: string;
  readonly status: string;
  readonly detail: string | null;
  readonly cases: number;
  readonly progress: { readonly cases: number; readonly answered: number; readonly failed: number };
  readonly figures: Readonly<Record<string, unknown>> | null;
}

/** What users wait for meanwhile, in milliseconds. */
interface Traffic {
  readonly flags: number[];
  readonly pages: number[];
}

const folder = await makeBenchFolder();
const system = await RunningSystem.start(RunningSystem.program(kind), folder);
const client = new pg.Client({ connectionString: await databaseOf(kind, folder) });
try {
  await client.connect();
  const subjects = await fill();
  const cases = await untilKnown();
  const tasks = await count(
    'SELECT count(DISTINCT (entry_id, task_id)) FROM execution_feedback.task_basis JOIN execution_feedback.plan_seen USING (entry_id, activation_no) WHERE list_code = $1',
  );
  await client.query('ANALYZE');
  console.log(`${cases} entries of ${listCode} in force with ${tasks} tasks`);
  const calm = await traffic(subjects, delay(calmSeconds * 1_000));
  const started = performance.now();
  const planning = plan(started);
  const busy = await traffic(subjects, planning);
  const { replay, seconds } = await planning;
  await assertEmpty(replay, cases, tasks);
  const size = `${cases.toLocaleString('en')} cases, ${tasks.toLocaleString('en')} tasks, ${kind}`;
  report('replay', [
    { what: `replay plan of ${size}: nothing is otherwise`, value: seconds, unit: 's', target: { atMost: 60 } },
    { what: 'cases answered', value: cases / seconds, unit: 'cases/s' },
    ...percentilesOf('meanwhile: new flag → its tasks', busy.flags, calm.flags, 1_000),
    ...percentilesOf('meanwhile: page of a timeline of the same subjects', busy.pages, calm.pages),
    { what: 'flags sent meanwhile', value: busy.flags.length, unit: '' },
  ]);
} finally {
  await client.end();
  await system.stop();
  await rm(folder, { recursive: true, force: true });
}

function percentilesOf(what: string, busy: readonly number[], calm: readonly number[], atMost?: number) {
  return [0.5, 0.99].map((share) => ({
    what: `${what}, p${share * 100}`,
    value: percentile(busy, share),
    unit: 'ms',
    ...(atMost === undefined || share < 0.99 ? {} : { target: { atMost } }),
    limit: `without a replay ${percentile(calm, share).toFixed(0)} ms`,
  }));
}

/** Entries in force through the ordinary API; gives their subjects. */
async function fill(): Promise<string[]> {
  const subjects: string[] = [];
  const started = performance.now();
  let begun = 0;
  const send = async () => {
    while (begun++ < wanted) {
      const body = marketFlag();
      const headers = { 'idempotency-key': body.sourceRecordId };
      const entry = (await system.call('SCJGJ', 'POST', '/api/v1/list-entries', body, headers)) as { subject: { id: string } };
      subjects.push(entry.subject.id);
    }
  };
  await Promise.all(Array.from({ length: requestsUnderWay }, send));
  console.log(`${wanted} flags accepted in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  return subjects;
}

/** Waits until every service has heard of every entry; gives how many cases a replay of the list has. */
async function untilKnown(): Promise<number> {
  const statements = [
    'SELECT count(*) FROM list_matching.list_entry WHERE list_code = $1 AND activated_on IS NOT NULL',
    'SELECT count(*) FROM objection_handling.replay_entry WHERE list_code = $1 AND version > 0 AND catalogue_version IS NOT NULL',
    'SELECT count(DISTINCT entry_id) FROM execution_feedback.plan_seen WHERE list_code = $1',
  ] as const;
  for (const end = performance.now() + patienceMs; performance.now() < end; await delay(250)) {
    const [inForce, known, planned] = [await count(statements[0]), await count(statements[1]), await count(statements[2])];
    if (inForce >= wanted && known === inForce && planned === inForce) return inForce;
  }
  throw new Error('not every service has heard of every entry');
}

async function count(sql: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(sql, [listCode]);
  return Number(rows[0]?.count);
}

/** Asks for the plan and waits until it stands. */
async function plan(started: number): Promise<{ replay: Replay; seconds: number }> {
  const scope = { period: { activatedFrom: '2020-01-01', activatedTo: '2099-12-31', listCode } };
  const { id } = (await system.call('ADMIN', 'POST', '/api/v1/replays', { scope, reason: '性能测量' })) as { id: string };
  let shown = 0;
  for (const end = performance.now() + patienceMs; performance.now() < end; await delay(100)) {
    const replay = (await system.call('ADMIN', 'GET', `/api/v1/replays/${id}`)) as Replay;
    const seconds = (performance.now() - started) / 1_000;
    if (replay.status !== 'PLANNING') return { replay, seconds };
    if (Math.floor(seconds / 10) <= shown) continue;
    shown = Math.floor(seconds / 10);
    console.log(`after ${seconds.toFixed(0)} s ${replay.progress.answered} of ${replay.progress.cases} are answered`);
  }
  throw new Error('the plan did not come to its end');
}

/** Every case was answered, and nothing of any of them is otherwise: not in the figures, and not in the rows either. */
async function assertEmpty(replay: Replay, cases: number, tasks: number): Promise<void> {
  const { figures, progress } = replay;
  const names = ['added', 'withdrawn', 'changed', 'kept', 'restored', 'changing', 'refused', 'failed', 'findings'];
  const found = names.filter((name) => figures?.[name] !== 0);
  const { rows } = await client.query<{ answered: string; differing: string }>(
    `SELECT (SELECT count(*) FROM objection_handling.replay_case WHERE replay_id = $1 AND state = 'ANSWERED' AND outcome = 'ASSESSED') AS answered,
       (SELECT count(*) FROM objection_handling.replay_row WHERE replay_id = $1 AND action <> 'KEEP') AS differing`,
    [replay.id],
  );
  const isWhole = [replay.cases, progress.answered, Number(rows[0]?.answered)].every((number) => number === cases);
  if (replay.status === 'PLANNED' && isWhole && found.length === 0 && rows[0]?.differing === '0' && figures?.['unchanged'] === tasks)
    return;
  throw new Error(`${cases} cases with ${tasks} tasks: ${JSON.stringify({ ...replay, found, ...rows[0] })}`);
}

/** New flags and reading of timelines at a steady rate until `end`. */
async function traffic(subjects: readonly string[], end: Promise<unknown>): Promise<Traffic> {
  let isOver = false;
  const over = end.finally(() => {
    isOver = true;
  });
  const looker = new pg.Client({ connectionString: await databaseOf(kind, folder) });
  await looker.connect();
  const watch = new QueueWatch(looker, 5);
  const watching = watch.run();
  const sentAt = new Map<string, number>();
  const pages: number[] = [];
  const flag = async () => {
    const at = performance.now();
    const id = await system.flag();
    sentAt.set(id, at);
    watch.add(id);
  };
  const page = async () => {
    const at = performance.now();
    const subjectId = subjects[Math.floor(Math.random() * subjects.length)];
    await system.call('CREDIT_OFFICE', 'GET', `/api/v1/subjects/${subjectId}/timeline?limit=50`);
    pages.push(performance.now() - at);
  };
  try {
    await Promise.all([over, steadily(flagsPerSecond, () => isOver, flag), steadily(pagesPerSecond, () => isOver, page)]);
  } finally {
    watch.stop();
    await watching;
    await looker.end();
  }
  return { flags: [...sentAt].map(([id, at]) => (watch.seenAt.get(id) ?? Number.NaN) - at), pages };
}

/** So many times a second, however long each takes. */
async function steadily(perSecond: number, isOver: () => boolean, work: () => Promise<void>): Promise<void> {
  const under: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; !isOver(); index++) {
    under.push(work());
    await delay(Math.max(0, start + ((index + 1) * 1_000) / perSecond - performance.now()));
  }
  await Promise.all(under);
}
