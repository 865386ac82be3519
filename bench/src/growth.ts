import {
  catalogueKey,
  cataloguePublished,
  type MeasurePlanMade,
  measurePlanMade,
  subjectRegistered,
  taskStatuses,
} from '@lianxin/contracts';
import { service } from '@lianxin/execution-feedback/app.module';
import { encodeCursor, PersonalData } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import pg from 'pg';
import { compareFlagCost, type Side } from './flag.cost.ts';
import { fillTo, preparePatterns } from './growth.fill.ts';
import { catalogueRows, cityPlan, departments, lists, measureCodeOf, registered } from './growth.plans.ts';
import { type PageTimes, type PageView, slowest, timePages } from './pages.ts';
import { type Figure, report } from './report.ts';
import { type BenchServers, withServers } from './servers.ts';

/** Growth of execution-feedback from empty to ten million tasks (design §8, rows seven and eight). Argument: how many tasks, in millions. */
const most = Number(process.argv[2] ?? 10) * 1_000_000;
const stages = [1_000_000, 3_000_000, 10_000_000].filter((stage) => stage < most).concat(most);
const requests = 100;
const office = principalOf(['CREDIT_OFFICE']);
const figures: Figure[] = [];

interface Grown {
  readonly city: TestCity;
  readonly running: { readonly url: string };
  readonly side: Side;
  readonly connect: () => Promise<pg.Client>;
}

async function found(name: string, servers: BenchServers): Promise<Grown> {
  const city = await TestCity.create('postgres', ['execution-feedback']);
  const running = await city.boot(service);
  const feeder = await EventFeeder.for(city);
  const database = new URL(city.environment['LIANXIN_DATABASE_URL'] ?? '').pathname.slice(1);
  const connect = async () => {
    const client = new pg.Client({ connectionString: servers.postgresUrl(database) });
    await client.connect();
    return client;
  };
  const admin = await connect();
  const rows = catalogueRows().map((row) => feeder.make(cataloguePublished, catalogueKey, row).record);
  await feeder.sendRecords(rows);
  let drawn = 0;
  const side: Side = {
    name,
    database,
    feeder,
    admin,
    nextFlag: () => {
      const plan = cityPlan(drawn++ % lists.length);
      return { records: [feeder.make(measurePlanMade, plan.subjectId, plan).record], id: plan.entryId };
    },
    countDone: async (ids) => {
      const { rows: done } = await admin.query<{ count: string }>(
        'SELECT count(*) FROM execution_feedback.plan_seen WHERE entry_id = ANY ($1::uuid[])',
        [ids],
      );
      return Number(done[0]?.count);
    },
  };
  return { city, running, side, connect };
}

/** One plan of each list with its parties, through the service itself: the pattern of all others. */
async function plant({ city, side }: Grown): Promise<void> {
  const environment = city.environment;
  const personalData = new PersonalData(
    environment['LIANXIN_PERSONAL_DATA_KEYS'] ?? '',
    environment['LIANXIN_PERSONAL_DATA_HASH_KEY'] ?? '',
  );
  const plans: MeasurePlanMade[] = lists.map((_, index) => cityPlan(index));
  for (const plan of plans) {
    const sealed = personalData.seal({ name: '李示例', idType: 'ID_CARD', idNumber: '320799199001011234' });
    for (const subject of registered(plan, sealed)) await side.feeder.send(subjectRegistered, subject.subjectId, subject);
    await side.feeder.send(measurePlanMade, plan.subjectId, plan);
  }
  await eventually('the patterns stand', async () => (await side.countDone(plans.map((plan) => plan.entryId))) === plans.length, 60_000);
  await eventually('their parties are known', async () => {
    const { rows } = await side.admin.query<{ count: string }>('SELECT count(*) FROM execution_feedback.subject_copy');
    return Number(rows[0]?.count) === plans.length * 2;
  });
  const client = await side.admin;
  await preparePatterns(client);
}

/** What people open: the queue of the busiest and of the quietest department and of the whole city, state by state, deep down, by measure and by entry. */
async function pagesOf({ side }: Grown): Promise<PageView[]> {
  const busy = await departmentByTasks(side.admin, 'DESC');
  const quiet = await departmentByTasks(side.admin, 'ASC');
  const handler = principalOf(['DEPT_HANDLER'], [busy]);
  const tasks = '/api/v1/tasks';
  const ids = (
    await side.admin.query<{ id: string; entry_id: string }>(
      `SELECT t.id, b.entry_id FROM execution_feedback.task t TABLESAMPLE SYSTEM (1) JOIN execution_feedback.task_basis b ON b.task_id = t.id LIMIT 500`,
    )
  ).rows;
  const drawn = () => ids[Math.floor(Math.random() * ids.length)] ?? { id: '', entry_id: '' };
  const deep = async (share: number, where: string) => encodeURIComponent(await cursorAt(side.admin, share, where));
  return [
    { what: `queue of the busiest department, all states`, principal: handler, path: tasks },
    { what: `queue of the busiest department, 200 rows`, principal: handler, path: `${tasks}?limit=200` },
    ...taskStatuses.map((status) => ({ what: `busiest department, ${status}`, principal: handler, path: `${tasks}?status=${status}` })),
    { what: 'busiest department, what is open', principal: handler, path: `${tasks}?status=${taskStatuses.slice(0, 8).join(',')}` },
    {
      what: 'busiest department, in the middle of the queue',
      principal: handler,
      path: `${tasks}?cursor=${await deep(0.5, `department_code = '${busy}'`)}`,
    },
    {
      what: 'busiest department, near the end of the queue',
      principal: handler,
      path: `${tasks}?cursor=${await deep(0.02, `department_code = '${busy}'`)}`,
    },
    { what: 'busiest department, one measure', principal: handler, path: `${tasks}?measureCode=${measureCodeOf(0, 0)}` },
    {
      what: 'busiest department, one measure, returned',
      principal: handler,
      path: `${tasks}?measureCode=${measureCodeOf(3, 4)}&status=RETURNED`,
    },
    { what: 'busiest department, one entry', principal: handler, path: () => `${tasks}?entryId=${drawn().entry_id}` },
    { what: 'busiest department, notices', principal: handler, path: '/api/v1/notices' },
    { what: 'queue of the quietest department', principal: principalOf(['DEPT_HANDLER'], [quiet]), path: tasks },
    { what: 'whole city, all states', principal: office, path: tasks },
    ...taskStatuses.map((status) => ({ what: `whole city, ${status}`, principal: office, path: `${tasks}?status=${status}` })),
    {
      what: 'whole city, five departments, returned',
      principal: office,
      path: `${tasks}?department=${departments.slice(0, 5).join(',')}&status=RETURNED`,
    },
    { what: 'whole city, in the middle of the queue', principal: office, path: `${tasks}?cursor=${await deep(0.5, 'true')}` },
    { what: 'whole city, one measure, returned', principal: office, path: `${tasks}?measureCode=${measureCodeOf(7, 2)}&status=RETURNED` },
    { what: 'whole city, notices', principal: office, path: '/api/v1/notices' },
    { what: 'one task with its history', principal: office, path: () => `${tasks}/${drawn().id}` },
  ];
}

async function departmentByTasks(client: pg.Client, order: 'ASC' | 'DESC'): Promise<string> {
  const { rows } = await client.query<{ department_code: string }>(
    `SELECT department_code FROM public.pattern_task GROUP BY department_code ORDER BY count(*) ${order} LIMIT 1`,
  );
  return rows[0]?.department_code ?? 'D01';
}

/** A cursor this far back in time: 1 is now, 0 the beginning. */
async function cursorAt(client: pg.Client, share: number, where: string): Promise<string> {
  const { rows } = await client.query<{ dispatched_at: Date; id: string }>(
    `SELECT dispatched_at, id FROM execution_feedback.task WHERE ${where} AND dispatched_at >= now() - interval '8 years' * (1 - ${share}::float8)
     AND status = 'LIFTED' ORDER BY dispatched_at, id LIMIT 1`,
  );
  const row = rows[0];
  return row === undefined
    ? encodeCursor([new Date().toISOString(), '00000000-0000-7000-8000-000000000000'])
    : encodeCursor([row.dispatched_at.toISOString(), row.id]);
}

async function measureStage(tasks: number, empty: Grown, grown: Grown): Promise<PageTimes[]> {
  const label = tasks === 0 ? 'empty' : `${tasks / 1_000_000} million tasks`;
  const [alone, cost] = await compareFlagCost([empty.side, grown.side], 100, 5);
  if (alone === undefined || cost === undefined) throw new Error('two sides were to be compared');
  const isLast = tasks === most;
  const limit = `empty database in the same rounds: ${alone.wallMs.toFixed(2)} ms`;
  const times = await timePages(grown.city, grown.running, await pagesOf(grown), isLast ? requests * 4 : requests);
  const [empties] = await timePages(grown.city, grown.running, [{ what: 'empty route', principal: undefined, path: '/livez' }], 1_000);
  const worst = slowest(times);
  const target = isLast ? { target: { atMost: 50 } } : {};
  figures.push(
    { what: `${label}: one more flag of 40 tasks`, value: cost.wallMs, unit: 'ms', limit, runs: cost.rounds },
    {
      what: `${label}: one more flag against an empty database, by the clock`,
      value: cost.wallMs / alone.wallMs,
      unit: '×',
      ...(isLast ? { target: { atMost: 1.25 } } : {}),
    },
    {
      what: `${label}: one more flag against an empty database, processor time of PostgreSQL`,
      value: cost.databaseCpuMs / alone.databaseCpuMs,
      unit: '×',
      limit: `${alone.databaseCpuMs.toFixed(1)} ms a flag when empty`,
    },
    { what: `${label}: one more flag against an empty database, write-ahead log`, value: cost.walBytes / alone.walBytes, unit: '×' },
    { what: `${label}: a flag that comes alone`, value: cost.aloneMs, unit: 'ms', limit: `empty database: ${alone.aloneMs.toFixed(1)} ms` },
    {
      what: `${label}: slowest page (${worst.what}), p99`,
      value: worst.p99,
      unit: 'ms',
      ...target,
      limit: `empty route: p99 ${empties?.p99.toFixed(1)} ms`,
    },
    {
      what: `${label}: median of all pages, p50`,
      value: slowest(times.map((page) => ({ ...page, p99: page.p50 }))).p50,
      unit: 'ms (slowest p50)',
    },
    { what: `${label}: size of the database`, value: await sizeOf(grown.side.admin), unit: 'GiB' },
  );
  console.log(
    figures
      .slice(-8)
      .map((figure) => `  ${figure.what}: ${figure.value.toFixed(2)} ${figure.unit}`)
      .join('\n'),
  );
  return times;
}

async function sizeOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
  return Number(rows[0]?.bytes) / 2 ** 30;
}

await withServers({}, async (servers) => {
  const [empty, grown] = [await found('empty', servers), await found('grown', servers)];
  try {
    await plant(grown);
    let times = await measureStage(0, empty, grown);
    let filled = 0;
    for (const stage of stages) {
      console.log(`filling to ${stage.toLocaleString('en')} tasks`);
      await fillTo(grown.connect, filled, stage, most);
      filled = stage;
      times = await measureStage(stage, empty, grown);
    }
    for (const page of times)
      figures.push({ what: `${page.what}, p99`, value: page.p99, unit: 'ms', limit: `p50 ${page.p50.toFixed(1)} ms` });
    report('growth', figures);
  } finally {
    for (const { city, side } of [empty, grown]) {
      await side.admin.end();
      await side.feeder.close();
      await city.close();
    }
  }
});
