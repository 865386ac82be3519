import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  caseRecorded,
  caseWithdrawn,
  checkDecided,
  type EventData,
  feedbackRejected,
  type MeasurePlanMade,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  type TaskView,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, party, planEnded, planHeld, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('SCJGJ');
const approver = approverOf('SCJGJ');
const clerk = principalOf(['WINDOW_CLERK'], ['DATAJ']);
let serial = 0;

type Decided = EventData<typeof checkDecided>;

/** A plan with one measure that SCJGJ executes when it is asked at the window. */
const listed = () => planMade([measure('FOOD-01', [executor('SCJGJ')], { class: 'C01', trigger: 'ON_EVENT' })], [party()]);

function decided(made: MeasurePlanMade, over: Partial<Decided['decisions'][number]> = {}, head: Partial<Decided> = {}): Decided {
  const subjectId = made.parties[0]?.subjectId ?? '';
  return {
    checkId: randomUUID(),
    number: `LYG-HC-2026-${String(++serial).padStart(6, '0')}`,
    matterCode: 'SPJY',
    matterDepartment: 'SCJGJ',
    departmentCode: 'DATAJ',
    caseNo: `食许${serial}号`,
    decisions: [
      {
        promptId: randomUUID(),
        subjectId,
        entryId: made.entryId,
        planId: made.planId,
        planVersion: 1,
        level: 'BLOCK',
        measureCodes: ['FOOD-01'],
        outcome: 'accepted',
        appliedMeasureCodes: ['FOOD-01'],
        decidedAt: new Date().toISOString(),
        ...over,
      },
    ],
    ...head,
  };
}

const say = (data: Decided, id?: string) =>
  world.feeder.send(checkDecided, data.decisions[0]?.subjectId ?? '', data, id === undefined ? {} : { id });
const feedbackOf = async (task: TaskView) =>
  (await world.call<{ data: FeedbackView[] }>(handler, 'GET', `tasks/${task.id}/feedback`)).body.data;
const hitsOf = (data: Decided) =>
  world.city.query<{ outcome: string; measure_code: string }>(
    `SELECT outcome, measure_code FROM execution_feedback.window_hit WHERE check_id = '${data.checkId}' ORDER BY measure_code`,
  );
async function fedBack(task: TaskView): Promise<FeedbackView> {
  return eventually('the hit is fed back', async () => (await feedbackOf(task))[0]);
}

test('a clerk who follows a prompt has fed the hit back: the department only approves, and it is a case', async () => {
  const made = listed();
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  await world.act(handler, task.id, 'acknowledge', 'arm');
  const data = decided(made);
  const { id } = await say(data);
  const feedback = await fedBack(task);
  expect(feedback).toMatchObject({
    kind: 'HIT',
    status: 'PENDING',
    taskStatus: 'ARMED',
    windowCheck: { id: data.checkId, number: data.number },
    versions: [{ content: { documentNo: data.caseNo, businessMatter: 'SPJY', evidenceIds: [] } }],
  });
  // Delivered again, and by another event that says the same: still one.
  await say(data, id);
  await say(data);
  const approved = await world.call(approver, 'POST', `feedback/${feedback.id}/approve`);
  expect(approved).toMatchObject({ status: 200, body: { status: 'VALID' } });
  await eventually('the case is told', () => world.feeder.eventsOf(caseRecorded).find((event) => event.data.feedbackId === feedback.id));
  expect(await feedbackOf(task)).toHaveLength(1);
  expect(await world.statusOf(task.id)).toBe('ARMED');
});

test('a decision that comes before its plan waits for it', async () => {
  const made = listed();
  const data = decided(made, {}, { caseNo: undefined });
  await say(data);
  await eventually('it waits', async () => (await hitsOf(data))[0]?.outcome === 'WAITING');
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  const feedback = await fedBack(task);
  // Not armed yet: the hit is a fact all the same, and moves nothing. Without a case number the slip is the document.
  expect(feedback).toMatchObject({ taskStatus: 'DISPATCHED', versions: [{ content: { documentNo: data.number } }] });
  await world.call(approver, 'POST', `feedback/${feedback.id}/approve`);
  expect(await world.statusOf(task.id)).toBe('DISPATCHED');
});

describe('what makes no hit', () => {
  test('an overridden prompt, and measures of a prompt that were not applied', async () => {
    const made = planMade(
      ['FOOD-01', 'FOOD-02', 'FOOD-03'].map((code) => measure(code, [executor('SCJGJ')], { trigger: 'ON_EVENT' })),
      [party()],
    );
    const tasks = await world.dispatch(made, 3);
    const partly = decided(made, { measureCodes: ['FOOD-01', 'FOOD-02'], appliedMeasureCodes: ['FOOD-01'] });
    const never = decided(made, { measureCodes: ['FOOD-03'], outcome: 'overridden', appliedMeasureCodes: [] });
    await say(never);
    await say(partly);
    const rows = await eventually('both are heard', async () => {
      const heard = [...(await hitsOf(partly)), ...(await hitsOf(never))];
      return heard.length === 3 && heard;
    });
    expect(rows.map((row) => [row.measure_code, row.outcome])).toEqual([
      ['FOOD-01', 'FED_BACK'],
      ['FOOD-02', 'NOT_APPLIED'],
      ['FOOD-03', 'NOT_APPLIED'],
    ]);
    const counts = await Promise.all(tasks.map(async (task) => [task.measureCode, (await feedbackOf(task)).length]));
    expect(Object.fromEntries(counts)).toEqual({ 'FOOD-01': 1, 'FOOD-02': 0, 'FOOD-03': 0 });
  });

  test('a measure that is no task of the department of the matter: the credit office sees it', async () => {
    const made = listed();
    const data = decided(made, {}, { matterDepartment: 'CZJ' });
    await world.dispatch(made, 1);
    await say(data);
    await eventually('it is noted', async () => (await hitsOf(data))[0]?.outcome === 'NO_TASK');
    const seen = await world.call<{ data: { checkNumber: string }[] }>(office, 'GET', 'window-hits?outcome=NO_TASK');
    expect(seen.body.data.map((row) => row.checkNumber)).toContain(data.number);
    const foreign = await world.call<{ data: { checkNumber: string }[] }>(handlerOf('SCJGJ'), 'GET', 'window-hits?outcome=NO_TASK');
    expect(foreign.body.data.map((row) => row.checkNumber)).not.toContain(data.number);
  });
});

describe('a task that does not run (R-6-4)', () => {
  const stops = {
    ON_HOLD: (made: MeasurePlanMade) => world.feeder.send(measurePlanHeld, made.subjectId, planHeld(made)),
    LIFTING: (made: MeasurePlanMade) => world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made)),
    CANCELLED: (made: MeasurePlanMade) =>
      world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made, { inError: true, ground: 'DESIGNATION_WRONG' })),
  };
  async function stopped(status: keyof typeof stops) {
    const made = listed();
    const [task] = await world.dispatch(made, 1);
    if (task === undefined) throw new Error('no task');
    const before = decided(made);
    await stops[status](made);
    await eventually('it is stopped', async () => (await world.statusOf(task.id)) === status);
    return { made, task, before };
  }

  test.each(['ON_HOLD', 'LIFTING', 'CANCELLED'] as const)(
    'what a window applied while its task was %s is no hit of it; the credit office sees it',
    async (status) => {
      const { made, task } = await stopped(status);
      const after = decided(made);
      await say(after);
      await eventually('it is noted', async () => (await hitsOf(after))[0]?.outcome === 'NO_TASK');
      expect(await feedbackOf(task)).toEqual([]);
      const seen = await world.call<{ data: { checkNumber: string; taskId: string }[] }>(office, 'GET', 'window-hits?outcome=NO_TASK');
      expect(seen.body.data.find((row) => row.checkNumber === after.number)).toMatchObject({ taskId: task.id, feedbackId: null });
    },
  );

  test.each(['ON_HOLD', 'LIFTING'] as const)('what was decided before it was %s is a hit, although it is heard later', async (status) => {
    const { task, before } = await stopped(status);
    await say(before);
    expect(await fedBack(task)).toMatchObject({ kind: 'HIT', status: 'PENDING' });
    expect(await hitsOf(before)).toMatchObject([{ outcome: 'FED_BACK' }]);
  });
});

test('a clerk who changes the decision takes the hit back, and its case; who had the earlier word later changes nothing', async () => {
  const made = listed();
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  const data = decided(made);
  await say(data);
  const feedback = await fedBack(task);
  await world.call(approver, 'POST', `feedback/${feedback.id}/approve`);
  const one = data.decisions[0];
  if (one === undefined) throw new Error('no decision');
  const later = new Date(Date.parse(one.decidedAt) + 60_000).toISOString();
  const overridden = {
    ...data,
    decisions: [{ ...one, outcome: 'overridden' as const, appliedMeasureCodes: [], decidedAt: later }],
  };
  await say(overridden);
  await eventually('the case is withdrawn', () =>
    world.feeder.eventsOf(caseWithdrawn).find((event) => event.data.feedbackId === feedback.id),
  );
  expect(world.feeder.eventsOf(feedbackRejected).some((event) => event.data.feedbackId === feedback.id)).toBe(true);
  expect((await feedbackOf(task))[0]).toMatchObject({ status: 'REJECTED', validVersion: null, versions: [{ withdrawal: {} }] });
  await say(data);
  await say({ ...overridden, checkId: randomUUID() });
  await eventually('all is heard', async () => (await hitsOf(data))[0]?.outcome === 'TAKEN_BACK');
  expect(await feedbackOf(task)).toHaveLength(1);
});

test('the clerk who decided cannot approve the hit, nor can another department', async () => {
  const made = listed();
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  const data = decided(made);
  const record = world.feeder.make(checkDecided, data.decisions[0]?.subjectId ?? '', data);
  const both = { ...approver, id: clerk.id };
  await world.feeder.sendRecords([{ ...record.record, headers: { ...record.record.headers, ce_actor: clerk.id } }]);
  const feedback = await fedBack(task);
  expect(await world.call(both, 'POST', `feedback/${feedback.id}/approve`)).toMatchObject({ status: 403, body: { code: 'SAME_PERSON' } });
  expect((await world.call(approverOf('CZJ'), 'POST', `feedback/${feedback.id}/approve`)).status).toBe(404);
});

test('a step that fails undoes the whole, and the hit comes when it can', async () => {
  const made = listed();
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  await world.city.query(`CREATE FUNCTION execution_feedback.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON execution_feedback.feedback_version FOR EACH STATEMENT EXECUTE FUNCTION execution_feedback.refuse()`);
  const data = decided(made);
  await say(data);
  // Another subject's event of the same kind tells that the batch has been tried.
  await world.feeder.send(measurePlanMade, made.subjectId, listed());
  expect(await feedbackOf(task)).toEqual([]);
  await world.city.query('DROP FUNCTION execution_feedback.refuse() CASCADE');
  await fedBack(task);
  expect(await hitsOf(data)).toMatchObject([{ outcome: 'FED_BACK' }]);
});
