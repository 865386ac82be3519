import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  catalogueKey,
  cataloguePublished,
  type EventData,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanReleased,
  subjectChanged,
  subjectRegistered,
  type TaskView,
  taskHeld,
  taskLifted,
  taskLifting,
  taskReleased,
} from '@lianxin/contracts';
import type { LogRecord } from '@lianxin/messaging';
import { catalogueMeasure, eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { foldFacts } from '../src/task.rules.ts';
import { approverOf, handlerOf, World } from './feedback.world.ts';
import { executor, measure, party, planEnded, planHeld, planMade, planReleased } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');
const one = (over: Parameters<typeof measure>[2] = {}) => [measure('WAGE-01', [executor('CZJ')], over)];

/** Every row that this service owns, in an order of its own. */
async function tables(): Promise<Record<string, unknown[]>> {
  const names = ['plan_seen', 'task', 'task_basis', 'task_fact', 'notice', 'subject_copy', 'catalogue_row', 'feedback', 'case_record'];
  const rows: Record<string, unknown[]> = {};
  for (const name of names)
    rows[name] = await world.city.query(`SELECT to_jsonb(t) AS row FROM execution_feedback.${name} t ORDER BY to_jsonb(t)::text`);
  return rows;
}

/** Waits until everything in the log of plans has been taken. */
async function caughtUp(): Promise<void> {
  await eventually('every record has been taken', async () => {
    const [row] = await world.city.query<{ behind: number }>(
      `SELECT count(*)::int AS behind FROM event_log.partition_head head
       LEFT JOIN execution_feedback.consumer_position position USING (topic, partition)
       WHERE head.topic IN ('lianxin.measure_plan', 'lianxin.subject', 'lianxin.catalogue') AND head.next_offset > coalesce(position.next_offset, 0)`,
    );
    return row?.behind === 0;
  });
}

describe('two lists with one restriction on one subject', () => {
  test('make one task with two bases; it stays when one ends and is lifted when both have', async () => {
    const subject = party();
    const wage = planMade(one({ canonicalCode: 'FUNDS' }), [subject]);
    const tax = planMade([measure('TAX-09', [executor('CZJ')], { canonicalCode: 'FUNDS' })], [{ ...subject, partyId: party().partyId }], {
      listCode: 'BL-TAX',
    });
    const [task] = await world.dispatch(wage, 1);
    const [joined] = await world.dispatch(tax, 1);
    expect(joined?.id).toBe(task?.id);
    expect(joined?.bases.map((basis) => [basis.listCode, basis.status]).sort()).toEqual([
      ['BL-TAX', 'LIVE'],
      ['BL-WAGE', 'LIVE'],
    ]);
    await world.feeder.send(measurePlanEnded, wage.subjectId, planEnded(wage));
    const stays = await eventually('the first end is told', () =>
      world.feeder.eventsOf(taskLifting).find(({ data }) => data.entryId === wage.entryId),
    );
    expect(stays.data).toMatchObject({ tasks: [], stays: [{ taskId: task?.id, reason: 'OTHER_BASIS' }] });
    // Its remaining list now names it.
    expect((await world.tasksOf(tax.entryId))[0]).toMatchObject({ status: 'DISPATCHED', measureCode: 'TAX-09' });
    await world.feeder.send(measurePlanEnded, tax.subjectId, planEnded(tax));
    const lifting = await eventually('the last end is told', () =>
      world.feeder.eventsOf(taskLifting).find(({ data }) => data.entryId === tax.entryId),
    );
    expect(lifting.data.tasks).toEqual([expect.objectContaining({ taskId: task?.id, status: 'LIFTING' })]);
    expect((await world.tasksOf(tax.entryId))[0]).toMatchObject({ status: 'LIFTING', remainingWorkdays: 3 });
  });
});

test('a lift is proved by the department at once; the approval only makes it count', async () => {
  const made = planMade(one());
  const [task] = await world.dispatch(made, 1);
  const id = task?.id ?? '';
  await world.act(handler, id, 'acknowledge', 'start');
  await world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
  await eventually('it is to be lifted', async () => (await world.statusOf(id)) === 'LIFTING');
  expect(await world.call(handler, 'POST', `tasks/${id}/feedback`, { kind: 'APPLIED', evidenceIds: [] })).toMatchObject({ status: 422 });
  const lifted = await world.call<{ id: string; status: string }>(handler, 'POST', `tasks/${id}/feedback`, {
    kind: 'LIFTED',
    remark: '已恢复资格',
  });
  expect(lifted).toMatchObject({ status: 201, body: { status: 'PENDING', onTime: true } });
  expect(await world.statusOf(id)).toBe('LIFTED');
  const event = await eventually('the lift is told', () => world.feeder.eventsOf(taskLifted).find(({ data }) => data.taskId === id));
  expect(event).toMatchObject({ key: made.subjectId, data: { feedbackId: lifted.body.id, onTime: true, entryIds: [made.entryId] } });
  expect((await world.call(approverOf('CZJ'), 'POST', `feedback/${lifted.body.id}/approve`)).status).toBe(200);
  const { body } = await world.call<TaskView>(handler, 'GET', `tasks/${id}`);
  expect(body).toMatchObject({ status: 'LIFTED', dueAt: null });
});

test('a hold stops the clock and nothing can be done meanwhile; the release gives the state back', async () => {
  const made = planMade([...one(), measure('SAFE-01', [executor('YJJ')], { holdExempt: true })]);
  const [task] = (await world.dispatch(made, 2)).filter((row) => row.departmentCode === 'CZJ');
  const id = task?.id ?? '';
  await world.act(handler, id, 'acknowledge', 'start');
  await world.feeder.send(measurePlanHeld, made.subjectId, planHeld(made));
  const held = await eventually('the hold is told', () =>
    world.feeder.eventsOf(taskHeld).find(({ data }) => data.entryId === made.entryId),
  );
  expect(held.data).toMatchObject({
    cause: 'OBJECTION',
    tasks: [{ taskId: id, status: 'ON_HOLD' }],
    stays: [{ departmentCode: 'YJJ', reason: 'HOLD_EXEMPT' }],
  });
  const [onHold] = await world.tasksOf(made.entryId, handler);
  expect(onHold).toMatchObject({ status: 'ON_HOLD', dueAt: null, remainingWorkdays: null, overdue: false, bases: [{ status: 'HELD' }] });
  expect(await world.call(handler, 'POST', `tasks/${id}/feedback`, { kind: 'NOT_APPLIED', notAppliedReason: 'TERM_OVER' })).toMatchObject({
    status: 422,
    body: { code: 'FEEDBACK_KIND_NOT_ALLOWED' },
  });
  await world.feeder.send(measurePlanReleased, made.subjectId, planReleased(made));
  const released = await eventually('the release is told', () =>
    world.feeder.eventsOf(taskReleased).find(({ data }) => data.entryId === made.entryId),
  );
  const [running] = await world.tasksOf(made.entryId, handler);
  expect(running?.status).toBe('IN_EXECUTION');
  expect(released.data.due).toEqual([{ taskId: id, acknowledgeDueAt: null, feedbackDueAt: running?.dueAt }]);
});

test('an end that comes before its plan makes no task, and older versions change nothing', async () => {
  const made = planMade(one());
  await world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
  await world.feeder.send(measurePlanMade, made.subjectId, made);
  const other = planMade(one());
  const [task] = await world.dispatch(other, 1);
  await world.feeder.send(measurePlanEnded, other.subjectId, planEnded(other));
  await world.feeder.send(measurePlanHeld, other.subjectId, planHeld(other));
  await world.feeder.send(measurePlanReleased, other.subjectId, planReleased(other));
  await caughtUp();
  expect(await world.tasksOf(made.entryId)).toEqual([]);
  expect(await world.statusOf(task?.id ?? '')).toBe('LIFTING');
});

test('every event delivered twice leaves the same tables and tells nothing twice', async () => {
  const subject = party();
  const plans = [
    planMade(one({ canonicalCode: 'TWICE' }), [subject]),
    planMade(one({ canonicalCode: 'TWICE' }), [{ ...subject, partyId: party().partyId }]),
  ];
  const notice = planMade([measure('WAGE-04', [executor('RH', { notice: true, hasDeadline: false })])]);
  const records: LogRecord[] = [];
  for (const made of [...plans, notice]) records.push(world.feeder.make(measurePlanMade, made.subjectId, made).record);
  for (const made of plans.slice(0, 1)) {
    records.push(world.feeder.make(measurePlanHeld, made.subjectId, planHeld(made)).record);
    records.push(world.feeder.make(measurePlanReleased, made.subjectId, planReleased(made)).record);
    records.push(world.feeder.make(measurePlanEnded, made.subjectId, planEnded(made)).record);
  }
  await world.feeder.sendRecords(records);
  await caughtUp();
  const before = await tables();
  const sent = await countOutbox();
  await world.feeder.sendRecords(records);
  await world.feeder.sendRecords([...records].reverse());
  await caughtUp();
  expect(await tables()).toEqual(before);
  expect(await countOutbox()).toBe(sent);
});

/** Events this service has ever put into its outbox: rows leave it, sequences stay. */
async function countOutbox(): Promise<number> {
  const [row] = await world.city.query<{ sum: number }>('SELECT sum(last_sequence)::int AS sum FROM execution_feedback.subject_sequence');
  return row?.sum ?? 0;
}

describe('when a step of the consumer fails', () => {
  test.each(['plan_seen', 'task', 'task_fact', 'task_basis', 'outbox', 'consumer_position'])(
    'at %s, nothing of it stands; once the fault is gone, all of it does',
    async (table) => {
      const failing = planMade(one());
      const other = planMade(one());
      const rollbacks = await countRollbacks();
      await world.city.query(
        `CREATE FUNCTION execution_feedback.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$`,
      );
      const isPosition = table === 'consumer_position';
      await world.city.query(
        `CREATE TRIGGER fail BEFORE ${isPosition ? 'UPDATE' : 'INSERT'} ON execution_feedback.${table === 'task' ? 'task_open' : table} FOR EACH ROW EXECUTE FUNCTION execution_feedback.fail()`,
      );
      await world.feeder.send(measurePlanMade, failing.subjectId, failing);
      await eventually('the fault was met', async () => (await countRollbacks()) > rollbacks);
      expect(await world.tasksOf(failing.entryId)).toEqual([]);
      await world.city.query(`DROP FUNCTION execution_feedback.fail() CASCADE`);
      await world.dispatch(other, 1);
      await eventually('the tasks stand after all', async () => (await world.tasksOf(failing.entryId)).length === 1);
    },
  );
});

async function countRollbacks(): Promise<number> {
  const [row] = await world.city.query<{ count: number }>(
    'SELECT xact_rollback::int AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.count ?? 0;
}

test('a poisoned event parks its own subject only; redrive brings what would have been', async () => {
  const admin = principalOf(['REPLAY_ADMIN']);
  const poisoned = planMade(one());
  const well = planMade(one());
  const { record } = world.feeder.make(measurePlanMade, poisoned.subjectId, poisoned);
  await world.feeder.sendRecords([
    { ...record, headers: { ...record.headers, ce_id: party().partyId }, value: Buffer.from('{"planId":"no plan"}') },
  ]);
  await world.feeder.send(measurePlanMade, poisoned.subjectId, poisoned);
  await world.feeder.send(measurePlanEnded, poisoned.subjectId, planEnded(poisoned));
  await world.dispatch(well, 1);
  const parked = await eventually('the key is parked with all that follows', async () => {
    const { body } = await world.call<{ data: { key: string; severity: string; events: number }[] }>(admin, 'GET', 'parked');
    const row = body.data.find((candidate) => candidate.key === poisoned.subjectId);
    return row?.events === 3 && row;
  });
  // An end waits behind it: a subject would stay punished.
  expect(parked.severity).toBe('SEVERE');
  expect(await world.tasksOf(poisoned.entryId)).toEqual([]);
  expect(await world.call(admin, 'POST', `parked/${poisoned.subjectId}/redrive`)).toMatchObject({ body: { remaining: 0, setAside: 1 } });
  expect((await world.tasksOf(poisoned.entryId)).map((task) => task.status)).toEqual(['LIFTING']);
});

test('a fault in one plan parks its subject and lets the others of the batch through', async () => {
  const broken = planMade(one(), [party()], { parties: [] });
  const well = planMade(one());
  await world.feeder.send(measurePlanMade, broken.subjectId, broken);
  await world.dispatch(well, 1);
  await eventually('the broken plan is parked', async () => {
    const rows = await world.city.query('SELECT 1 FROM execution_feedback.parked_key WHERE subject_key = $1', [broken.subjectId]);
    return rows.length === 1;
  });
});

test('plans of two entries that meet in one party at the same time make one task, whichever process takes them', async () => {
  // A second process of the same service: the partitions are shared between the two.
  await world.city.boot(service);
  const subjects = Array.from({ length: 10 }, () => party());
  const plans = subjects.flatMap((subject) =>
    Array.from({ length: 6 }, () =>
      planMade(one({ canonicalCode: 'MEETING' }), [
        party(),
        { ...subject, partyId: party().partyId, role: 'LEGAL_REPRESENTATIVE', kind: 'PERSON' },
      ]),
    ),
  );
  await Promise.all(plans.map((made) => world.feeder.send(measurePlanMade, made.subjectId, made)));
  await caughtUp();
  for (const subject of subjects) {
    const tasks = await world.city.query<{ id: string; version: number }>(
      "SELECT id, version FROM execution_feedback.task WHERE party_subject_id = $1 AND canonical_code = 'MEETING'",
      [subject.subjectId],
    );
    expect(tasks).toHaveLength(1);
    const bases = await world.city.query('SELECT 1 FROM execution_feedback.task_basis WHERE task_id = $1', [tasks[0]?.id]);
    expect([bases.length, tasks[0]?.version]).toEqual([6, 6]);
  }
});

test('texts come from the copies of catalogue and subjects, whenever those arrive', async () => {
  const subject = party();
  const made = planMade([measure('WAGE-03', [executor('CZJ')], { basisRefs: [0, 1] })], [subject], { catalogueVersion: 7 });
  const [before] = await world.dispatch(made, 1);
  expect(before).toMatchObject({ measureNameZh: 'WAGE-03', party: { name: null }, explanation: { clauses: [] } });
  const basis = {
    document: '保障农民工工资支付条例',
    article: '48',
    basisKind: 'ADMIN_REG',
    coversLists: ['BL-WAGE'],
    effectiveFrom: '2020-05-01',
  };
  const row = {
    kind: 'MEASURE' as const,
    measure: catalogueMeasure('WAGE-03', 'BID', {
      listCodes: ['BL-WAGE'],
      nameZh: '限制招标投标',
      nameEn: 'bar from bidding',
      subjectKinds: ['LEGAL'],
      effectiveFrom: '2020-05-01',
      bases: [
        { ...basis, verified: true },
        { ...basis, document: '未核实的文件', verified: false },
      ],
    }),
  } satisfies EventData<typeof cataloguePublished>['row'];
  await world.feeder.send(cataloguePublished, catalogueKey, { version: 7, rowNumber: 1, rowCount: 2, row });
  await eventually(
    'an incomplete copy is not ready',
    async () => (await world.city.call(world.running, undefined, 'GET', '/readyz')).status === 503,
  );
  const department = {
    code: 'RSJ',
    nameZh: '市人力资源和社会保障局',
    nameEn: 'HR',
    kind: 'GOV',
    level: 'CITY' as const,
    tenant: true,
    supervised: true,
    regionCode: null,
    parentCode: null,
    zoneHost: null,
    validFrom: '2018-04-24',
  };
  await world.feeder.send(cataloguePublished, catalogueKey, {
    version: 7,
    rowNumber: 2,
    rowCount: 2,
    row: { kind: 'DEPARTMENT', department },
  });
  const state = { kind: 'LEGAL' as const, person: null, regionCode: '320706', provisional: false, subjectId: subject.subjectId };
  const named = (name: string) => ({ ...state, organisation: { name, usccCode: '91320799MA00000155' } });
  await world.feeder.send(subjectChanged, subject.subjectId, { ...named('连云港新名有限公司'), version: 2 });
  await caughtUp();
  // An older state that comes late never overwrites a newer one.
  await world.feeder.send(subjectRegistered, subject.subjectId, { ...named('连云港旧名有限公司'), version: 1 });
  await caughtUp();
  const [after] = await world.tasksOf(made.entryId);
  expect(after).toMatchObject({
    measureNameZh: '限制招标投标',
    party: { name: '连云港新名有限公司', usccCode: '91320799MA00000155', idMasked: null },
    explanation: { clauses: [{ document: '保障农民工工资支付条例', article: '48', verified: true }], designatingDepartment: 'RSJ' },
  });
  expect(after?.explanation.textZh).toContain('市人力资源和社会保障局认定');
  expect((await world.city.call(world.running, undefined, 'GET', '/readyz')).status).toBe(200);
});

test('the state of every task is the fold of its facts, and the tables cannot be altered past them', async () => {
  const facts = await world.city.query<{
    task_id: string;
    version: number;
    from_status: TaskView['status'] | null;
    to_status: TaskView['status'];
  }>('SELECT task_id, version, from_status, to_status FROM execution_feedback.task_fact ORDER BY task_id, version');
  const tasks = await world.city.query<{ id: string; status: string; version: number }>(
    'SELECT id, status, version FROM execution_feedback.task',
  );
  const byTask = Map.groupBy(facts, (fact) => fact.task_id);
  expect(tasks.length).toBeGreaterThan(10);
  for (const task of tasks) {
    const own = (byTask.get(task.id) ?? []).map((fact) => ({ version: fact.version, from: fact.from_status, to: fact.to_status }));
    expect([foldFacts(own), own.length]).toEqual([task.status, task.version]);
  }
  const grants = await world.city.query<{ privilege: string }>(
    `SELECT privilege_type AS privilege FROM information_schema.role_table_grants
     WHERE table_schema = 'execution_feedback' AND table_name IN ('task_fact', 'feedback_version', 'feedback_decision', 'evidence_file', 'reveal_log', 'case_record')
       AND grantee IN ('execution_feedback_app', 'execution_feedback_consumer') AND privilege_type NOT IN ('SELECT', 'INSERT')`,
  );
  expect(grants).toEqual([]);
});
