import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AssessedPlan,
  type EventData,
  type MeasurePlanMade,
  measurePlanCorrected,
  measurePlanMade,
  type ReplayApproved,
  type ReplayChange,
  replayApproved,
  replayAssessed,
  replayCarriedOut,
  replayRefused,
  taskLifting,
} from '@lianxin/contracts';
import { joinReplayParts, type LogRecord, partitionOf, replayParts } from '@lianxin/messaging';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { executor, measure, party, planMade } from './plan.fixtures.ts';
import { demandsOf } from './replay.fixtures.ts';

type Assessed = EventData<typeof replayAssessed>;

let city: TestCity;
let feeder: EventFeeder;
let running: RunningService;
beforeAll(async () => {
  city = await TestCity.create('postgres', ['execution-feedback']);
  running = await city.boot(service);
  feeder = await EventFeeder.for(city);
  await feeder.listen([replayAssessed.topic, taskLifting.topic]);
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});

const measures = () => [measure('WAGE-01', [executor('CZJ'), executor('SCJGJ')]), measure('WAGE-02', [executor('FGW')])];

async function standing(count: number): Promise<void> {
  await eventually(`${count} plans stand`, async () => {
    const [row] = await city.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM execution_feedback.plan_seen WHERE measures IS NOT NULL',
    );
    return (row?.count ?? 0) >= count;
  });
}
let plans = 0;
async function make(...made: MeasurePlanMade[]): Promise<void> {
  await feeder.sendRecords(made.map((plan) => feeder.make(measurePlanMade, plan.subjectId, plan).record));
  plans += made.length;
  await standing(plans);
}

function planOf(made: MeasurePlanMade, over: Partial<AssessedPlan> = {}): AssessedPlan {
  const { planId, entryId, planVersion } = made;
  const rows = { withdrawn: [], added: [], changed: [], kept: 0 };
  const head = {
    planId,
    entryId,
    planVersion,
    status: 'LIVE',
    action: 'KEEP' as const,
    catalogueVersionBefore: 1,
    catalogueVersionAfter: 1,
  };
  return { ...head, ...rows, demands: demandsOf(made), ...over };
}

/** What measure-decomposition says of a case. */
function foundBy(made: MeasurePlanMade, change: ReplayChange, over: Partial<AssessedPlan> = {}, replayId = randomUUIDv7()): Assessed {
  const head = { replayId, round: 1, entryId: made.entryId, subjectId: made.subjectId, change, owner: 'measure-decomposition' as const };
  const lists = { versions: [], entries: [], plans: [planOf(made, over)], tasks: [], mismatches: [] };
  return {
    ...head,
    ...lists,
    part: 1,
    parts: 1,
    result: 'ASSESSED',
    clause: null,
    detail: null,
    acts: false,
    unchangedTasks: 0,
    state: null,
  };
}
const record = (data: Assessed) => feeder.make(replayAssessed, data.subjectId, data).record;
const answersTo = (replayId: string) =>
  feeder.eventsOf(replayAssessed).filter(({ data }) => data.replayId === replayId && data.owner === 'execution-feedback');
const answerTo = (replayId: string) =>
  eventually('the case is answered', () => {
    const parts = answersTo(replayId).map(({ data }) => data);
    return parts.length > 0 && parts.length === parts[0]?.parts && joinReplayParts(parts);
  });
async function ask(data: Assessed) {
  await feeder.sendRecords([record(data)]);
  return answerTo(data.replayId);
}

/** Every row that this service owns. */
async function tables() {
  const rows: Record<string, unknown[]> = {};
  for (const name of ['plan_seen', 'task', 'task_basis', 'task_fact', 'notice', 'task_order', 'replay_correction'])
    rows[name] = await city.query(`SELECT to_jsonb(t) AS row FROM execution_feedback.${name} t ORDER BY to_jsonb(t)::text`);
  return rows;
}
const statusesOf = ({ entryId }: MeasurePlanMade) =>
  city.query<{ department_code: string; status: string }>(
    `SELECT department_code, status FROM execution_feedback.task WHERE id IN
       (SELECT task_id FROM execution_feedback.task_basis WHERE entry_id = $1) ORDER BY department_code`,
    [entryId],
  );

describe('what would happen to the tasks of a case', () => {
  test('void: all go, what was done is made good; said with versions and state; nothing changes', async () => {
    const plan = planMade(measures());
    await make(plan);
    await city.query(
      `INSERT INTO execution_feedback.feedback (id, task_id, department_code, cycle, task_status, status, version, kind, content_hash, submitted_at)
       SELECT gen_random_uuid(), id, department_code, 1, 'IN_EXECUTION', 'REJECTED', 1, 'APPLIED', 'x', now() FROM execution_feedback.task
       WHERE department_code = 'FGW' AND id IN (SELECT task_id FROM execution_feedback.task_basis WHERE entry_id = $1)`,
      [plan.entryId],
    );
    const before = await tables();
    const found = await ask(foundBy(plan, { kind: 'VOID_ENTRY', effect: 'VOID' }, { action: 'END', demands: [] }));
    expect(found.tasks.map((row) => `${row.action} ${row.departmentCode}`)).toEqual(
      expect.arrayContaining(['RESTORE FGW', 'WITHDRAW FGW', 'WITHDRAW CZJ', 'WITHDRAW SCJGJ']),
    );
    expect(found).toMatchObject({ result: 'ASSESSED', acts: false, unchangedTasks: 0, state: { lines: 3 }, mismatches: [] });
    expect(found.versions.map(({ kind, id }) => [kind, id])).toEqual([
      ['TASKS', plan.entryId],
      ['CONFIGURATION', 'execution-feedback'],
    ]);
    expect(await tables()).toEqual(before);
  });

  test('nothing otherwise: nothing; a plan that has not come, or not as far: BEHIND', async () => {
    const plan = planMade(measures());
    await make(plan);
    expect(await ask(foundBy(plan, { kind: 'NOTHING' }))).toMatchObject({ tasks: [], acts: false, unchangedTasks: 3, mismatches: [] });
    expect(await ask(foundBy(planMade(measures()), { kind: 'NOTHING' }))).toMatchObject({ result: 'BEHIND', state: null });
    expect(await ask(foundBy(plan, { kind: 'NOTHING' }, { planVersion: 2 }))).toMatchObject({ result: 'BEHIND' });
  });

  test('a plan that comes in pieces is taken as one', async () => {
    const parties = Array.from({ length: 201 }, () => party());
    const many = Array.from({ length: 20 }, (_, index) => measure(`M-${index}`, [executor('CZJ')]));
    const plan = planMade(many, parties);
    await make(plan);
    const { part: _part, parts: _parts, ...answer } = foundBy(plan, { kind: 'NOTHING' });
    const withdrawn = many.map(({ measureCode }) => ({
      partyIds: parties.map(({ partyId }) => partyId),
      measureCode,
      departmentCode: 'CZJ',
      notice: false,
    }));
    const gone = planOf(plan, { action: 'END', withdrawn, demands: [] });
    const parts = replayParts({ ...answer, change: { kind: 'VOID_ENTRY', effect: 'REVOKE' }, plans: [gone] });
    expect(parts.length).toBeGreaterThan(2);
    await feeder.sendRecords(parts.map(record));
    const found = await answerTo(answer.replayId);
    expect(found.tasks.filter(({ action }) => action === 'WITHDRAW')).toHaveLength(201 * 20);
    expect(await city.query('SELECT * FROM execution_feedback.replay_part')).toEqual([]);
  });

  test('a thousand cases are answered in one go, and nothing of them is otherwise', async () => {
    const made = Array.from({ length: 1_000 }, () => planMade(measures()));
    await make(...made);
    const replayId = randomUUIDv7();
    const began = Date.now();
    await feeder.sendRecords(made.map((plan) => record(foundBy(plan, { kind: 'NOTHING' }, {}, replayId))));
    await eventually('all are answered', () => answersTo(replayId).length === made.length);
    process.stdout.write(`1,000 cases of 3 tasks: ${Date.now() - began} ms\n`);
    const found = answersTo(replayId).map(({ data }) => data);
    expect(found.every((data) => data.tasks.length === 0 && data.mismatches.length === 0 && data.unchangedTasks === 3)).toBe(true);
  });
});

describe('stored tasks that are not what their plan demands', () => {
  /** A plan of which rules once made a task too many. */
  async function faulty() {
    const plan = planMade(measures());
    await make(plan);
    const demanded = { ...plan, measures: [measure('WAGE-01', [executor('CZJ')]), measure('WAGE-02', [executor('FGW')])] };
    const data = foundBy(plan, { kind: 'NOTHING' }, { demands: demandsOf(demanded) });
    const found = await ask(data);
    const { replayId, entryId, subjectId } = data;
    const approved: ReplayApproved = {
      ...{ replayId, round: 1, entryId, subjectId, change: { kind: 'NOTHING' }, ground: 'SYSTEM_FAULT', documentNo: '纠〔2026〕1号' },
      ...{ approvedOn: '2026-11-23', sideEffects: 'internal', acting: ['execution-feedback'], versions: found.versions },
    };
    return { plan, data, found, approved };
  }
  const approve = (data: ReplayApproved) => feeder.send(replayApproved, data.subjectId, data);
  const saidOf = (replayId: string) =>
    [...feeder.eventsOf(replayCarriedOut), ...feeder.eventsOf(replayRefused)].filter(({ data }) => data.replayId === replayId);

  test('are lifted when that was approved, once, with the replay as the cause; then nothing is otherwise', async () => {
    const { plan, found, approved } = await faulty();
    expect(found).toMatchObject({ acts: true, tasks: [{ action: 'WITHDRAW', departmentCode: 'SCJGJ' }] });
    const cause = await approve(approved);
    const [answer] = await eventually('it is carried out', () => saidOf(approved.replayId).length > 0 && saidOf(approved.replayId));
    expect(answer).toMatchObject({ type: replayCarriedOut.type, data: { owner: 'execution-feedback', changed: true } });
    expect(await statusesOf(plan)).toEqual([
      { department_code: 'CZJ', status: 'DISPATCHED' },
      { department_code: 'FGW', status: 'DISPATCHED' },
      { department_code: 'SCJGJ', status: 'LIFTING' },
    ]);
    const lifting = await eventually('the lift is told', () =>
      feeder.eventsOf(taskLifting).find(({ data }) => data.entryId === plan.entryId),
    );
    expect(lifting.causationId).toBe(cause.id);
    expect([lifting.data.ground, lifting.data.documentNo]).toEqual(['PLAN_CORRECTED', '纠〔2026〕1号']);
    await approve(approved);
    const demanded = { ...plan, measures: [measure('WAGE-01', [executor('CZJ')]), measure('WAGE-02', [executor('FGW')])] };
    const after = await ask(foundBy(plan, { kind: 'NOTHING' }, { demands: demandsOf(demanded) }));
    expect(after).toMatchObject({ acts: false, tasks: [], mismatches: [] });
    // Who asks again is told again that it is done: the first answer may have come too late.
    const said = await eventually('it is told again', () => saidOf(approved.replayId).length > 1 && saidOf(approved.replayId));
    expect(said.map((one) => [one.type, one.data])).toMatchObject([
      [replayCarriedOut.type, { changed: true }],
      [replayCarriedOut.type, { changed: false }],
    ]);
    // The plan moves on as ever afterwards.
    const next = { ...demanded, planVersion: 2, reason: 'ENTRY_CORRECTED' as const, documentNo: null, correctedOn: '2026-11-23' };
    await feeder.send(measurePlanCorrected, plan.subjectId, {
      ...next,
      groups: [{ ...demanded.groups[0], measureCodes: ['WAGE-02'], skips: [], partyIds: plan.parties.map(({ partyId }) => partyId) }],
    });
    await eventually('the corrected plan is followed', async () => (await statusesOf(plan))[0]?.status === 'LIFTING');
  });

  test('what has moved on since, or was never found to be otherwise, is refused and nothing of it is done', async () => {
    const { plan, approved } = await faulty();
    const before = await tables();
    await approve({ ...approved, versions: approved.versions.map((one) => (one.kind === 'TASKS' ? { ...one, version: 'other' } : one)) });
    await eventually('it is refused', () => saidOf(approved.replayId).some(({ type }) => type === replayRefused.type));
    await approve({ ...approved, round: 9 });
    await eventually('the other round is refused', () => saidOf(approved.replayId).length === 2);
    expect(await tables()).toEqual(before);
    expect(await statusesOf(plan)).toHaveLength(3);
  });

  test('a failure while it is written leaves nothing of it; when it has passed all is there once', async () => {
    const { plan, approved } = await faulty();
    await city.query(`CREATE FUNCTION execution_feedback.fail_fact() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'failed for the test' USING ERRCODE = '40001'; END $$`);
    await city.query(
      'CREATE TRIGGER fail BEFORE INSERT ON execution_feedback.task_fact FOR EACH ROW EXECUTE FUNCTION execution_feedback.fail_fact()',
    );
    const before = await tables();
    await approve(approved);
    expect(await tables()).toEqual(before);
    await city.query('DROP TRIGGER fail ON execution_feedback.task_fact');
    await eventually('it is carried out', () => saidOf(approved.replayId).length > 0);
    expect((await statusesOf(plan)).filter(({ status }) => status === 'LIFTING')).toHaveLength(1);
    expect(saidOf(approved.replayId)).toHaveLength(1);
  });
});

test('twice is answered once; what cannot be read parks its subject alone', async () => {
  const plan = planMade(measures());
  // Behind it in the same partition: the hardest place.
  const laneOf = ({ subjectId }: MeasurePlanMade) => partitionOf(replayAssessed.topic, subjectId);
  let other = planMade(measures());
  while (laneOf(other) !== laneOf(plan)) other = planMade(measures());
  await make(plan, other);
  const data = foundBy(plan, { kind: 'NOTHING' });
  const said = record(data);
  await feeder.sendRecords([said, said]);
  await eventually('it is answered', () => answersTo(data.replayId).length > 0);
  const bad: LogRecord = { ...record(foundBy(plan, { kind: 'NOTHING' })), value: Buffer.from('{"replayId":1}') };
  const sound = foundBy(other, { kind: 'NOTHING' });
  await feeder.sendRecords([bad, record(sound)]);
  await answerTo(sound.replayId);
  expect(answersTo(data.replayId)).toHaveLength(1);
  const admin = principalOf(['REPLAY_ADMIN'], [], 'ADMIN');
  await eventually('its subject is parked', async () => {
    const { body } = await city.call<{ data: { key: string }[] }>(running, admin, 'GET', '/api/v1/parked');
    return body.data.map(({ key }) => key).includes(plan.subjectId);
  });
});
