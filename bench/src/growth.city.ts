import { type MeasurePlanMade, measurePlanMade, subjectRegistered, taskStatuses } from '@lianxin/contracts';
import { service } from '@lianxin/execution-feedback/app.module';
import { encodeCursor, PersonalData } from '@lianxin/platform';
import { eventually, principalOf } from '@lianxin/testing';
import type pg from 'pg';
import { preparePatterns } from './growth.fill.ts';
import { cityPlan, departments, lists, measureCodeOf, registered } from './growth.plans.ts';
import { foundCity, type LoneCity } from './lone.city.ts';
import type { PageView } from './page.times.ts';
import type { BenchServers } from './servers.ts';

const office = principalOf(['CREDIT_OFFICE']);

/** An empty city of execution-feedback alone. */
export function found(name: string, servers: BenchServers): Promise<LoneCity> {
  return foundCity({
    serviceName: service.name,
    boot: (city) => city.boot(service),
    ...{ name, servers },
    nextFlag: (feeder, list) => {
      const plan = cityPlan(list);
      return { records: [feeder.make(measurePlanMade, plan.subjectId, plan).record], id: plan.entryId };
    },
    countDone: 'SELECT count(*) FROM execution_feedback.plan_seen WHERE entry_id = ANY ($1::uuid[])',
  });
}

/** One plan of each list with its parties, through the service itself: the pattern of all others. */
export async function plant({ city, side }: LoneCity): Promise<void> {
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
export async function pagesOf({ side }: LoneCity): Promise<PageView[]> {
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

export async function departmentByTasks(client: pg.Client, order: 'ASC' | 'DESC'): Promise<string> {
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
