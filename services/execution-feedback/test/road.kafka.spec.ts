import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { feedbackApproved, measurePlanEnded, taskDispatched, taskLifted } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import { approverOf, handlerOf, World } from './feedback.world.ts';
import { executor, measure, planEnded, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create('kafka');
});
afterAll(() => world?.close());

test('on Kafka: a plan becomes tasks, a department answers, the end of the entry is proved, all told in the order of the entry', async () => {
  const handler = handlerOf('CZJ');
  const made = planMade([measure('WAGE-01', [executor('CZJ')])]);
  const [task] = await world.dispatch(made, 1);
  const id = task?.id ?? '';
  await world.act(handler, id, 'acknowledge', 'start');
  const evidenceIds = [await world.upload(handler)];
  const { body } = await world.call<FeedbackView>(handler, 'POST', `tasks/${id}/feedback`, { kind: 'APPLIED', evidenceIds });
  expect((await world.call(approverOf('CZJ'), 'POST', `feedback/${body.id}/approve`)).status).toBe(200);
  await world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
  await eventually('it is to be lifted', async () => (await world.statusOf(id)) === 'LIFTING');
  expect((await world.call(handler, 'POST', `tasks/${id}/feedback`, { kind: 'LIFTED' })).status).toBe(201);
  const lifted = await eventually('the lift is told', () => world.feeder.eventsOf(taskLifted).find(({ data }) => data.taskId === id));
  const dispatched = world.feeder.eventsOf(taskDispatched).find(({ data }) => data.entryId === made.entryId);
  expect([dispatched?.subjectSeq, lifted.subjectSeq]).toEqual([1, 5]);
  await eventually('the approval is told', () => world.feeder.eventsOf(feedbackApproved).some(({ data }) => data.feedbackId === body.id));
});
