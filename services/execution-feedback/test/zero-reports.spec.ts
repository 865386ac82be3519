import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  beijingDate,
  catalogueKey,
  cataloguePublished,
  checkDecided,
  checkPerformed,
  type EventData,
  feedbackApproved,
  feedbackSubmitted,
  type MeasurePlanMade,
  measurePlanHeld,
  nextQuarter,
  type Page,
  type PlanMeasure,
  quarterEnd,
  quarterOf,
  type TaskView,
  taskRescheduled,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import type { ZeroReportView } from '../src/zero-report.api.ts';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, party, planHeld, planMade } from './plan.fixtures.ts';

const quarter = quarterOf(beijingDate(new Date()));
const handler = handlerOf('SCJGJ');
const approver = approverOf('SCJGJ');
const onEvent = (code: string, department: string, over: Partial<PlanMeasure> = {}) =>
  measure(code, [executor(department)], { trigger: 'ON_EVENT', ...over });

let world: World;
/** Tasks by what is told of them below. */
const tasks = new Map<string, TaskView>();
const plans = new Map<string, MeasurePlanMade>();
const idOf = (name: string) => tasks.get(name)?.id ?? '';

/** A plan of one party and measure, whose task is taken so far. */
async function armed(name: string, listCode: string, code: string, department: string, acts = ['acknowledge', 'arm']): Promise<void> {
  const made = planMade([onEvent(code, department)], [party()], { listCode });
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  if (acts.length > 0) await world.act(handlerOf(department), task.id, ...acts);
  tasks.set(name, task);
  plans.set(name, made);
}

type Performed = EventData<typeof checkPerformed>;
const head = (matterCode: string, matterDepartment: string) => ({
  checkId: randomUUID(),
  number: `LYG-CK-${randomUUID().slice(0, 8)}`,
  matterCode,
  matterDepartment,
  departmentCode: 'DATAJ',
});
const promptOf = (name: string) => {
  const made = plans.get(name) as MeasurePlanMade;
  const subjectId = made.parties[0]?.subjectId ?? '';
  const measureCodes = made.measures.map((one) => one.measureCode);
  const level = 'BLOCK' as const;
  return { promptId: randomUUID(), subjectId, entryId: made.entryId, planId: made.planId, planVersion: 1, level, measureCodes };
};
/** A window asks about a matter; the same event twice, as logs do. */
async function asked(matterCode: string, department: string, prompts: Performed['prompts'] = []): Promise<void> {
  const data = { ...head(matterCode, department), subjects: [], prompts, backCheckOf: null };
  const { record } = world.feeder.make(checkPerformed, prompts[0]?.subjectId ?? randomUUID(), data);
  await world.feeder.sendRecords([record, record]);
}
async function decided(
  matterCode: string,
  department: string,
  prompt: ReturnType<typeof promptOf>,
  applied: boolean,
  at = new Date(),
): Promise<void> {
  const said = {
    ...prompt,
    outcome: applied ? ('accepted' as const) : ('overridden' as const),
    appliedMeasureCodes: applied ? [...prompt.measureCodes] : [],
    decidedAt: at.toISOString(),
  };
  await world.feeder.send(checkDecided, prompt.subjectId, { ...head(matterCode, department), decisions: [said] });
}

const reports = async (principal = office, of = quarter) =>
  (await world.call<Page<ZeroReportView>>(principal, 'GET', `zero-reports?quarter=${of}&limit=200`)).body.data;
const reportOf = async (department: string, listCode: string) =>
  (await reports()).find((row) => row.departmentCode === department && row.listCode === listCode);
const feedbackOf = async (name: string) =>
  (await world.call<{ data: FeedbackView[] }>(office, 'GET', `tasks/${idOf(name)}/feedback`)).body.data;
const kindsOf = async (name: string) => (await feedbackOf(name)).map((row) => `${row.kind} ${row.status}`);
const viewOf = async (name: string) => (await world.call<TaskView>(office, 'GET', `tasks/${idOf(name)}`)).body;
const timers = (kind: string) =>
  world.city.query<{ reference: string }>('SELECT reference FROM execution_feedback.timer WHERE kind = $1', [kind]);
const fireAgain = (kind: string, reference: string) =>
  world.city.query(
    `INSERT INTO execution_feedback.timer (kind, reference, due_at) VALUES ($1, $2, now()) ON CONFLICT (kind, reference) DO UPDATE SET due_at = now()`,
    [kind, reference],
  );
const gone = (kind: string, reference: string) =>
  eventually(`timer ${kind} has fired`, async () => !(await timers(kind)).some((timer) => timer.reference === reference));
/** All that stands about feedback and reports. */
const everything = async () => {
  const tables = ['feedback', 'feedback_version', 'feedback_decision', 'zero_report', 'zero_report_fact', 'task_fact'];
  const rows = await Promise.all(
    tables.map((table) =>
      world.city.query<{ row: string }>(
        `SELECT t::text AS row FROM (SELECT to_jsonb(x) AS t FROM execution_feedback.${table} x) AS y ORDER BY 1`,
      ),
    ),
  );
  return rows.map((table) => table.map(({ row }) => row));
};

beforeAll(async () => {
  world = await World.create();
  const matters = [
    { code: 'ZFCG', departmentCode: 'CZJ', canonicalCodes: ['CAN-BID'] },
    { code: 'JZBT', departmentCode: 'CZJ', canonicalCodes: ['CAN-FUNDS'] },
  ];
  for (const [index, matter] of matters.entries())
    await world.feeder.send(cataloguePublished, catalogueKey, {
      version: 1,
      rowNumber: index + 1,
      rowCount: matters.length,
      row: { kind: 'MATTER', matter: { ...matter, nameZh: matter.code, nameEn: matter.code } },
    });
  for (const name of ['one', 'two', 'three', 'held', 'hit']) await armed(name, 'BL-FOOD', 'FOOD-01', 'SCJGJ');
  await armed('unsigned', 'BL-FOOD', 'FOOD-01', 'SCJGJ', []);
  await armed('other list', 'BL-DRUG', 'DRUG-01', 'SCJGJ');
  for (const name of ['clean', 'overridden']) await armed(name, 'BL-WAGE', 'BID', 'CZJ');
  for (const name of ['quiet', 'undecided', 'applied']) await armed(name, 'BL-TAX', 'BID', 'CZJ');
  await armed('never asked', 'BL-COURT', 'FUNDS', 'CZJ');
  const unsupervised = planMade([measure('FOOD-01', [executor('ZZB', { hasDeadline: false })], { trigger: 'ON_EVENT' })], [party()], {
    listCode: 'BL-FOOD',
  });
  const [free] = await world.dispatch(unsupervised, 1);
  if (free !== undefined) tasks.set('unsupervised', await world.act(handlerOf('ZZB'), free.id, 'acknowledge', 'arm'));

  const held = plans.get('held') as MeasurePlanMade;
  await world.feeder.send(measurePlanHeld, held.subjectId, planHeld(held));
  await eventually('it is held', async () => (await viewOf('held')).status === 'ON_HOLD');
  const evidenceIds = [await world.upload(handler)];
  await world.call(handler, 'POST', `tasks/${idOf('hit')}/feedback`, { kind: 'HIT', evidenceIds, appliedOn: beijingDate(new Date()) });
  expect(await kindsOf('hit')).toEqual(['HIT PENDING']);

  const [overridden, undecided, applied] = [promptOf('overridden'), promptOf('undecided'), promptOf('applied')];
  // The decision may come before the question: both stand on one topic, but under the keys of different subjects.
  await decided('ZFCG', 'CZJ', overridden, false);
  await asked('ZFCG', 'CZJ');
  for (const prompt of [overridden, undecided, applied]) await asked('ZFCG', 'CZJ', [prompt]);
  await decided('ZFCG', 'CZJ', applied, true);
  await eventually('the windows are heard', async () => {
    const [row] = await world.city.query<{ prompts: number; hits: number }>(
      'SELECT (SELECT count(*)::int FROM execution_feedback.window_prompt) AS prompts, (SELECT count(*)::int FROM execution_feedback.window_hit) AS hits',
    );
    return row?.prompts === 3 && row.hits === 2;
  });
  // Two days after the end of the quarter, at noon.
  world.city.turnClock(Date.parse(`${addDays(quarterEnd(quarter), 2)}T04:00:00Z`) - Date.now());
  await eventually(
    'the quarter has been gone through',
    async () => (await reports()).length === 5 && (await timers('zero-reports')).length === 1,
  );
});
afterAll(() => world?.close());

test('one report for each department and list, and the end of the next quarter is awaited', async () => {
  const rows = await reports();
  expect(rows.map((row) => [row.departmentCode, row.listCode, row.status, row.askedTasks, row.automaticTasks])).toEqual([
    ['CZJ', 'BL-COURT', 'OPEN', 1, 0],
    ['CZJ', 'BL-TAX', 'OPEN', 2, 1],
    ['CZJ', 'BL-WAGE', 'AUTOMATIC', 0, 2],
    ['SCJGJ', 'BL-DRUG', 'OPEN', 1, 0],
    ['SCJGJ', 'BL-FOOD', 'OPEN', 4, 0],
  ]);
  expect(await timers('zero-reports')).toEqual([{ reference: nextQuarter(quarter) }]);
  const [first] = rows;
  expect(first?.dueAt).toBe((await viewOf('never asked')).dueAt);
  expect((await reports(handler)).map((row) => row.listCode)).toEqual(['BL-DRUG', 'BL-FOOD']);
  const page = await world.call<Page<ZeroReportView>>(office, 'GET', 'zero-reports?limit=2');
  const rest = await world.call<Page<ZeroReportView>>(office, 'GET', `zero-reports?limit=9&cursor=${page.body.page.nextCursor ?? ''}`);
  expect([...page.body.data, ...rest.body.data]).toEqual(rows);
});

test('where windows served the matter and nothing was applied, the report is given by itself and told like any other', async () => {
  for (const name of ['clean', 'overridden', 'quiet']) {
    expect(await kindsOf(name)).toEqual(['ZERO VALID']);
    expect(await viewOf(name)).toMatchObject({ status: 'ARMED', cycle: 2 });
    await eventually('its next cycle is told', () =>
      world.feeder.eventsOf(taskRescheduled).find(({ data }) => data.taskId === idOf(name) && data.reason === 'CYCLE_OPENED'),
    );
    const said = world.feeder.eventsOf(feedbackApproved).filter(({ data }) => data.taskId === idOf(name));
    expect(said.map(({ data, actor }) => [data.kind, data.cycle, data.onTime, actor])).toEqual([['ZERO', 1, true, 'system:window-check']]);
  }
  expect((await reportOf('CZJ', 'BL-WAGE'))?.onTime).toBe(true);
});

test('a window that applied a measure, has not said what became of it, or was never asked answers for nobody', async () => {
  expect(await kindsOf('applied')).toEqual(['HIT PENDING']);
  for (const name of ['undecided', 'never asked']) expect(await kindsOf(name)).toEqual([]);
});

describe('the department gives its report once for the whole list', () => {
  let report: ZeroReportView;
  const post = (principal: typeof handler, act: string, body?: unknown, headers?: Record<string, string>) =>
    world.call<ZeroReportView & { code?: string }>(principal, 'POST', `zero-reports/${report.id}/${act}`, body, headers);

  test('nobody else gives it, and who gave it does not let it count', async () => {
    report = (await reportOf('SCJGJ', 'BL-FOOD')) as ZeroReportView;
    const both = principalOf(['DEPT_HANDLER', 'DEPT_APPROVER'], ['SCJGJ'], 'both');
    const refused: [typeof handler, string, unknown, number][] = [
      [handlerOf('CZJ'), 'submit', { nonsense: true }, 404],
      [office, 'submit', {}, 403],
      [handler, 'submit', { nonsense: true }, 400],
      [handler, 'approve', undefined, 403],
      [approver, 'approve', undefined, 409],
      [approver, 'reject', { reason: '无' }, 409],
    ];
    for (const [principal, act, body, status] of refused) expect([act, (await post(principal, act, body)).status]).toEqual([act, status]);
    expect((await post(handler, 'submit', {}, { 'if-match': '"7"' })).status).toBe(412);
    const key = { 'idempotency-key': randomUUID() };
    const given = await post(both, 'submit', { remark: '本季度无触发' }, key);
    expect(given).toMatchObject({ status: 200, body: { status: 'PENDING', version: 2, remark: '本季度无触发' } });
    expect((await post(both, 'submit', { remark: '本季度无触发' }, key)).body).toEqual(given.body);
    expect((await post(both, 'approve')).body).toMatchObject({ code: 'SAME_PERSON' });
    expect((await post(handler, 'submit', {})).status).toBe(409);
    expect((await post(approver, 'reject', { reason: '请核对' })).body).toMatchObject({ status: 'OPEN', reason: '请核对' });
    expect((await post(handler, 'submit', {})).body).toMatchObject({ status: 'PENDING', reason: null });
    for (const name of ['one', 'two', 'three']) expect(await kindsOf(name)).toEqual([]);
  });

  test('approved, it stands in every task that owes it, all or none of a part, and in no other', async () => {
    await world.city.query(`CREATE FUNCTION execution_feedback.stop_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.task_id = '${idOf('two')}' THEN RAISE EXCEPTION 'the disk is full'; END IF; RETURN NEW; END $$`);
    await world.city.query(
      'CREATE TRIGGER stop_one BEFORE INSERT ON execution_feedback.task_fact FOR EACH ROW EXECUTE FUNCTION execution_feedback.stop_one()',
    );
    expect((await post(approver, 'approve')).body).toMatchObject({ status: 'VALID', version: 5 });
    await eventually('it has been tried', async () => {
      const [timer] = await world.city.query<{ attempts: number }>(
        "SELECT attempts FROM execution_feedback.timer WHERE kind = 'zero-report-given'",
      );
      return (timer?.attempts ?? 0) > 0;
    });
    for (const name of ['one', 'two', 'three']) expect(await kindsOf(name)).toEqual([]);
    await world.city.query('DROP TRIGGER stop_one ON execution_feedback.task_fact');
    await fireAgain('zero-report-given', report.id);
    await eventually('it is recorded', async () => (await reportOf('SCJGJ', 'BL-FOOD'))?.recordedAt != null);
    expect(await reportOf('SCJGJ', 'BL-FOOD')).toMatchObject({ status: 'VALID', givenTasks: 3, onTime: true });
    for (const name of ['one', 'two', 'three']) {
      expect(await kindsOf(name)).toEqual(['ZERO VALID']);
      expect(await viewOf(name)).toMatchObject({ status: 'ARMED', cycle: 2 });
      const [row] = await feedbackOf(name);
      expect(row?.versions[0]).toMatchObject({ submittedBy: handler.id, decision: { outcome: 'APPROVED', by: approver.id } });
    }
    expect(await kindsOf('hit')).toEqual(['HIT PENDING']);
    for (const name of ['held', 'unsigned', 'other list', 'unsupervised']) expect(await kindsOf(name)).toEqual([]);
  });

  test('figures hear of each task once: one feedback submitted and approved for its cycle', async () => {
    const about = (name: string) => [
      world.feeder.eventsOf(feedbackSubmitted).filter(({ data }) => data.taskId === idOf(name)).length,
      world.feeder.eventsOf(feedbackApproved).filter(({ data }) => data.taskId === idOf(name)).length,
      world.feeder.eventsOf(taskRescheduled).filter(({ data }) => data.taskId === idOf(name)).length,
    ];
    await eventually('all are told', () => ['one', 'two', 'three'].every((name) => about(name).every((count) => count > 0)));
    for (const name of ['one', 'two', 'three']) expect(about(name)).toEqual([1, 1, 1]);
  });

  test('timers that fire again, as after a kill, change nothing', async () => {
    const before = await everything();
    await fireAgain('zero-report-given', report.id);
    await gone('zero-report-given', report.id);
    expect(await everything()).toEqual(before);
  });

  test('what a task says by itself is not asked again: then nothing is left to report', async () => {
    const { body } = await world.call<FeedbackView>(handler, 'POST', `tasks/${idOf('other list')}/feedback`, {
      kind: 'ZERO',
      evidenceIds: [],
    });
    expect((await world.call(approver, 'POST', `feedback/${body.id}/approve`)).status).toBe(200);
    report = (await reportOf('SCJGJ', 'BL-DRUG')) as ZeroReportView;
    expect(await post(handler, 'submit', {})).toMatchObject({ status: 409, body: { code: 'TRANSITION_NOT_ALLOWED' } });
  });

  test('the list of reports is a file too', async () => {
    const answer = await world.fetch(handler, `zero-reports/export?format=csv&quarter=${quarter}`);
    const text = await answer.text();
    expect([answer.status, text.includes('BL-FOOD'), text.includes('BL-WAGE')]).toEqual([200, true, false]);
  });
});

test('a list with a hit that was sent back may be reported as zero, but not the task of the hit while the window stands by it', async () => {
  const [hit] = await feedbackOf('applied');
  const sentBack = await world.call(approverOf('CZJ'), 'POST', `feedback/${hit?.id ?? ''}/reject`, { reason: '请补充处理结果' });
  expect(sentBack.status).toBe(200);
  const { id } = (await reportOf('CZJ', 'BL-TAX')) as ZeroReportView;
  expect((await world.call(handlerOf('CZJ'), 'POST', `zero-reports/${id}/submit`, {})).status).toBe(200);
  expect((await world.call(approverOf('CZJ'), 'POST', `zero-reports/${id}/approve`)).status).toBe(200);
  await eventually('it is recorded', async () => (await reportOf('CZJ', 'BL-TAX'))?.recordedAt != null);
  expect(await kindsOf('undecided')).toEqual(['ZERO VALID']);
  expect(await kindsOf('applied')).toEqual(['HIT REJECTED']);
});

test('after a stop of weeks, what was told meanwhile is heard before windows answer, and no department is late for the stop', async () => {
  const ended = nextQuarter(quarter);
  const dueAt = async () => {
    const rows = await world.city.query<{ due_at: Date }>(
      `SELECT due_at FROM execution_feedback.timer WHERE kind = 'zero-reports' AND reference = $1`,
      [ended],
    );
    return rows[0]?.due_at.getTime() ?? 0;
  };
  await world.city.query(`INSERT INTO execution_feedback.window_served VALUES ('CZJ', 'ZFCG', $1)`, [quarterEnd(ended)]);
  const awaited = await dueAt();
  // Nothing is heard while this stands: the log is behind, as after a stop.
  const stop = await world.city.connect();
  await stop.query('BEGIN; LOCK TABLE execution_feedback.consumer_position IN SHARE MODE');
  await decided('ZFCG', 'CZJ', promptOf('quiet'), true, new Date(`${quarterEnd(ended)}T04:00:00Z`));
  world.city.turnClock(Date.parse(`${addDays(quarterEnd(ended), 25)}T04:00:00Z`) - Date.now());
  await eventually('the end of the quarter has been looked at', async () => (await dueAt()) > awaited + 86_400_000);
  expect(await reports(office, ended)).toEqual([]);
  await stop.query('ROLLBACK');
  await stop.end();
  await eventually('the quarter has been gone through', async () => (await timers('zero-reports'))[0]?.reference === nextQuarter(ended));
  expect((await kindsOf('quiet')).toSorted()).toEqual(['HIT PENDING', 'ZERO VALID']);
  expect((await feedbackOf('clean')).map((row) => [row.kind, row.cycle, row.onTime]).toSorted()).toEqual([
    ['ZERO', 1, true],
    ['ZERO', 2, true],
  ]);
  const [wage] = (await reports(office, ended)).filter((row) => row.listCode === 'BL-WAGE');
  expect(wage).toMatchObject({ status: 'AUTOMATIC', onTime: true });
});
