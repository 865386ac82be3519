import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beijingDate, measurePlanMade, quarterOf, type TaskView, taskStarted } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import { approverOf, handlerOf, World } from './feedback.world.ts';
import { executor, measure, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');

test('when the quarter ends, standing measures open their next cycle and one-off measures do not', async () => {
  const made = planMade([
    measure('STANDING', [executor('CZJ')]),
    measure('ONE-OFF', [executor('CZJ')], { trigger: 'ONE_OFF' }),
    measure('WAITING', [executor('CZJ')]),
  ]);
  await world.feeder.send(measurePlanMade, made.subjectId, made);
  const tasks = await eventually('the tasks stand', async () => {
    const rows = await world.tasksOf(made.entryId);
    return rows.length === 3 && rows;
  });
  const idOf = (code: string) => tasks.find((task) => task.measureCode === code)?.id ?? '';
  for (const code of ['STANDING', 'ONE-OFF']) {
    await world.act(handler, idOf(code), 'acknowledge', 'start');
    const evidenceIds = [await world.upload(handler)];
    const { body } = await world.call<FeedbackView>(handler, 'POST', `tasks/${idOf(code)}/feedback`, { kind: 'APPLIED', evidenceIds });
    expect((await world.call(approverOf('CZJ'), 'POST', `feedback/${body.id}/approve`)).status).toBe(200);
  }
  const quarter = quarterOf(beijingDate(new Date()));
  const timers = () => world.city.query<{ reference: string }>("SELECT reference FROM execution_feedback.timer WHERE kind = 'quarter-end'");
  expect(await timers()).toEqual([{ reference: quarter }]);
  // The quarter is over earlier than the calendar says.
  await world.city.query("UPDATE execution_feedback.timer SET due_at = now() WHERE kind = 'quarter-end'");
  const reopened = await eventually('the next cycle is open', async () => {
    const { body } = await world.call<TaskView>(handler, 'GET', `tasks/${idOf('STANDING')}`);
    return body.status === 'IN_EXECUTION' && body;
  });
  expect(reopened.cycle).toBe(2);
  expect(reopened.dueAt).not.toBeNull();
  expect(await world.statusOf(idOf('ONE-OFF'))).toBe('FED_BACK');
  expect(await world.statusOf(idOf('WAITING'))).toBe('DISPATCHED');
  await eventually('the new cycle is told', () =>
    world.feeder.eventsOf(taskStarted).find(({ data }) => data.taskId === idOf('STANDING') && data.feedbackDueAt === reopened.dueAt),
  );
  // The next quarter is awaited already.
  expect((await timers()).map((timer) => timer.reference > quarter)).toEqual([true]);
  const evidenceIds = [await world.upload(handler)];
  const again = await world.call<FeedbackView>(handler, 'POST', `tasks/${idOf('STANDING')}/feedback`, { kind: 'APPLIED', evidenceIds });
  expect(again).toMatchObject({ status: 201, body: { cycle: 2 } });
});
