import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type EventData,
  listEntryReviewDecided,
  listEntryReviewRaised,
  measurePlanEnded,
  measurePlanMade,
  restorationOrdered,
  type TaskView,
  taskAssigned,
  taskSettled,
  verificationConcluded,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { eventually } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import { approverOf, handlerOf, World } from './feedback.world.ts';
import { executor, measure, planEnded, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');
const queueOf = async (principal = handler, kind = 'RESTORE') =>
  (await world.call<{ data: TaskView[] }>(principal, 'GET', 'tasks?limit=200')).body.data.filter((task) => task.kind === kind);

test('all that this service hears is taken together, so that a flag waits for one transaction only', () => {
  expect(world.running.app.get(EventConsumer).getHandler().together).toBe(true);
});

test('what was begun for an entry that should never have been is lifted and restored; what nobody began is cancelled', async () => {
  const made = planMade([
    measure('BEGUN', [executor('CZJ')]),
    measure('ALSO', [executor('CZJ')]),
    measure('WAITING', [executor('CZJ'), executor('RSJ')]),
  ]);
  const tasks = await world.dispatch(made, 4);
  for (const code of ['BEGUN', 'ALSO'])
    await world.act(handler, tasks.find((task) => task.measureCode === code)?.id ?? '', 'acknowledge', 'start');
  await world.feeder.send(
    measurePlanEnded,
    made.subjectId,
    planEnded(made, { inError: true, ground: 'DESIGNATION_WRONG', documentNo: '更正〔2026〕1号' }),
  );
  const [restore, ...more] = await eventually('the restoration stands', async () => {
    const rows = await queueOf();
    return rows.length > 0 && rows;
  });
  expect(more).toEqual([]);
  expect(restore).toMatchObject({
    kind: 'RESTORE',
    status: 'DISPATCHED',
    measureNameZh: '恢复名誉、消除影响',
    order: { entryId: made.entryId, measureCodes: ['ALSO', 'BEGUN'], ground: 'DESIGNATOR_CORRECTION', documentNo: '更正〔2026〕1号' },
    explanation: { rule: 'R-6-8' },
  });
  expect(await queueOf(handlerOf('RSJ'))).toEqual([]);
  const states = new Map((await world.tasksOf(made.entryId)).map((task) => [`${task.measureCode}|${task.departmentCode}`, task.status]));
  expect(states.get('BEGUN|CZJ')).toBe('LIFTING');
  expect(states.get('WAITING|CZJ')).toBe('CANCELLED');
  expect(states.get('RESTORE|CZJ')).toBe('DISPATCHED');

  // The objection that was upheld orders the same: it is the same task.
  const order: EventData<typeof restorationOrdered> = {
    restorationId: randomUUID(),
    entryId: made.entryId,
    entryNumber: made.entryNumber,
    listCode: made.listCode,
    partyId: restore?.partyId ?? '',
    partySubjectId: made.subjectId,
    ground: 'OBJECTION_UPHELD',
    documentNo: null,
    dueOn: null,
    departments: [
      { departmentCode: 'CZJ', measureCodes: ['BEGUN', 'THIRD'] },
      { departmentCode: 'SFJ', measureCodes: ['OTHER'] },
    ],
  };
  const replay = { id: randomUUID(), mode: 'none' as const };
  await world.feeder.send(restorationOrdered, made.subjectId, order, { replay });
  await eventually('the other department has its own', async () => (await queueOf(handlerOf('SFJ'))).length === 1);
  // Whoever was wronged waits for it: it is urged in every mode (decision 0018).
  expect((await queueOf(handlerOf('SFJ')))[0]?.replay).toEqual({ ...replay, quiet: false });
  expect(await queueOf()).toMatchObject([{ id: restore?.id, order: { measureCodes: ['ALSO', 'BEGUN', 'THIRD'] } }]);
  await world.feeder.send(restorationOrdered, made.subjectId, order);
  await eventually('all is told', () => world.feeder.eventsOf(taskAssigned).length === 4);

  const id = restore?.id ?? '';
  await world.act(handler, id, 'acknowledge', 'start');
  const refused = await world.call(handler, 'POST', `tasks/${id}/feedback`, { kind: 'APPLIED', evidenceIds: [] });
  expect(refused).toMatchObject({ status: 422, body: { code: 'EVIDENCE_REQUIRED' } });
  const evidenceIds = [await world.upload(handler)];
  const { body } = await world.call<FeedbackView>(handler, 'POST', `tasks/${id}/feedback`, {
    kind: 'APPLIED',
    evidenceIds,
    measureApplied: '已发布澄清函',
  });
  expect((await world.call(approverOf('CZJ'), 'POST', `feedback/${body.id}/approve`)).status).toBe(200);
  expect(await world.statusOf(id)).toBe('FED_BACK');
  expect(await world.city.query('SELECT 1 FROM execution_feedback.case_record WHERE task_id = $1', [id])).toEqual([]);
  expect(await queueOf()).toMatchObject([{ overdue: false, dueAt: null }]);
});

test('a list that ends leaves the task with the other list; when both have ended it is lifted', async () => {
  const first = planMade([measure('SHARED', [executor('CZJ')])]);
  const second = planMade([measure('SHARED', [executor('CZJ')])], first.parties, { listCode: 'BL-TAX' });
  const [task] = await world.dispatch(first, 1);
  await world.feeder.send(measurePlanMade, second.subjectId, second);
  await eventually('it has two bases', async () => (await world.tasksOf(first.entryId))[0]?.bases.length === 2);
  await world.act(handler, task?.id ?? '', 'acknowledge', 'start');
  await world.feeder.send(measurePlanEnded, first.subjectId, planEnded(first));
  const one = await eventually('the first has ended', async () => {
    const [row] = await world.tasksOf(first.entryId);
    return row?.bases.some((basis) => basis.status === 'ENDED') && row;
  });
  expect(one).toMatchObject({ id: task?.id, status: 'IN_EXECUTION' });
  await world.feeder.send(measurePlanEnded, second.subjectId, planEnded(second));
  await eventually('it is lifted', async () => (await world.statusOf(task?.id ?? '')) === 'LIFTING');
});

describe('the review of an honour (R-2-10 c, R-4-9a)', () => {
  const raised = async (dueAt = '2027-11-30T16:00:00.000Z', replay?: { id: string; mode: 'internal' }) => {
    const subjectId = randomUUID();
    const head = {
      ...{ entryId: randomUUID(), entryVersion: 6, activationNo: 1, number: `LYG-MD-2026-${subjectId.slice(-6)}`, listCode: 'RL-CREDIT' },
      ...({ listType: 'RED', subjectId, designatingDepartment: 'FGW', status: 'ACTIVE', reviewId: randomUUID() } as const),
      ...({ reason: 'FOCUS_LISTED', byEntryId: randomUUID() } as const),
    };
    const event = { ...head, dueAt };
    await world.feeder.send(listEntryReviewRaised, subjectId, event, replay === undefined ? {} : { replay });
    const task = await eventually('the unit that gave the honour has it', async () =>
      (await queueOf(handlerOf('FGW'), 'REVIEW')).find((one) => one.order?.referenceNumber === head.number),
    );
    const decided = (outcome: 'KEPT' | 'EXCLUDED' | 'NOT_NEEDED') =>
      world.feeder.send(listEntryReviewDecided, subjectId, { ...head, outcome, decidedBy: 'someone' });
    return { task, decided, again: () => world.feeder.send(listEntryReviewRaised, subjectId, event) };
  };

  test.each(['KEPT', 'EXCLUDED'] as const)(
    'is a task of its unit alone, with its term, and done when the unit has decided: %s',
    async (outcome) => {
      const { task, decided, again } = await raised();
      expect(task).toMatchObject({
        status: 'DISPATCHED',
        order: { dueOn: '2027-11-30', ground: 'FOCUS_LISTED' },
        explanation: { rule: 'R-2-10' },
      });
      expect((await world.call(handlerOf('CZJ'), 'GET', `tasks/${task.id}`)).status).toBe(404);
      await world.act(handlerOf('FGW'), task.id, 'acknowledge', 'start');
      // The answer is given where the honour is, not by feedback.
      const refused = await world.call(handlerOf('FGW'), 'POST', `tasks/${task.id}/feedback`, { kind: 'NOT_APPLIED', evidenceIds: [] });
      expect(refused).toMatchObject({ status: 422, body: { code: 'FEEDBACK_KIND_NOT_ALLOWED' } });
      await decided(outcome);
      await eventually('it is done', async () => (await world.statusOf(task.id)) === 'FED_BACK');
      await eventually('and told', () =>
        world.feeder.eventsOf(taskSettled).find(({ data }) => data.taskId === task.id && data.outcome === outcome),
      );
      await again();
      const marker = await raised();
      expect([await world.statusOf(task.id), marker.task.id === task.id]).toEqual(['FED_BACK', false]);
    },
  );

  test('that a replay has raised is remembered as such, until its unit has signed for it', async () => {
    const replay = { id: randomUUID(), mode: 'internal' as const };
    const { task } = await raised(undefined, replay);
    expect(task.replay).toEqual({ ...replay, quiet: true });
    expect((await world.act(handlerOf('FGW'), task.id, 'acknowledge')).replay).toEqual({ ...replay, quiet: false });
  });

  test('goes with an honour that has ended by itself: nobody is asked any more', async () => {
    const [fresh, begun] = [await raised(), await raised()];
    await world.act(handlerOf('FGW'), begun.task.id, 'acknowledge', 'start');
    await fresh.decided('NOT_NEEDED');
    await begun.decided('NOT_NEEDED');
    await eventually('both are over', async () => (await world.statusOf(begun.task.id)) === 'NOT_APPLICABLE');
    expect(await world.statusOf(fresh.task.id)).toBe('CANCELLED');
  });
});

test('a verification stands in the queue of its county, moves with it, and is done when its result is confirmed', async () => {
  const subjectId = randomUUID();
  const head = {
    verificationId: randomUUID(),
    number: 'LYG-HS-2026-000001',
    batchId: randomUUID(),
    batchNo: 'B-1',
    subjectId,
    industryDepartment: 'RSJ',
  };
  await world.feeder.send(verificationRequested, subjectId, {
    ...head,
    verificationVersion: 1,
    departmentCode: 'GY',
    listCodes: ['BL-WAGE'],
    dueOn: '2027-12-01',
  });
  const [task] = await eventually('the county has it', async () => {
    const rows = await queueOf(handlerOf('GY'), 'VERIFY');
    return rows.length === 1 && rows;
  });
  expect(task).toMatchObject({ order: { referenceNumber: head.number, dueOn: '2027-12-01' }, explanation: { rule: 'R-2-17' } });
  await world.act(handlerOf('GY'), task?.id ?? '', 'acknowledge', 'start');
  const refused = await world.call(handlerOf('GY'), 'POST', `tasks/${task?.id}/feedback`, {
    kind: 'PARTIAL',
  });
  expect(refused.status).toBe(422);
  await world.feeder.send(verificationTransferred, subjectId, {
    ...head,
    verificationVersion: 2,
    departmentCode: 'DH',
    fromDepartment: 'GY',
    reason: '注册地在东海',
  });
  await eventually('the other county has it', async () => (await queueOf(handlerOf('DH'), 'VERIFY'))[0]?.status === 'DISPATCHED');
  expect(await queueOf(handlerOf('GY'), 'VERIFY')).toEqual([]);
  await world.feeder.send(verificationConcluded, subjectId, {
    ...head,
    verificationVersion: 3,
    departmentCode: 'DH',
    result: 'V1',
    verifiedOn: '2026-11-23',
    documentNo: null,
  });
  await eventually('it is done', async () => (await world.statusOf(task?.id ?? '')) === 'FED_BACK');
  await eventually('and told', () =>
    world.feeder.eventsOf(taskSettled).find(({ data }) => data.taskId === task?.id && data.outcome === 'V1'),
  );
});
