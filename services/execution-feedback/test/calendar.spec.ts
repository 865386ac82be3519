import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, addWorkingDays, beijingDate, calendar2026, measurePlanMade, type TaskView, taskRescheduled } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { lastDayOf } from '../src/deadline.rules.ts';
import { handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');
/** A year of which nobody has a table yet. */
const year = Math.max(2027, Number(beijingDate(new Date()).slice(0, 4)) + 1);
const dayOf = (task: TaskView | undefined) => lastDayOf(new Date(task?.dueAt ?? 0));

test('a term in a year without a table is provisional, and computed again, once, when the table counts', async () => {
  // The eve of the year: two working days lead into it.
  const eve = `${year - 1}-12-31`;
  const start = Date.parse(`${eve}T02:00:00Z`);
  world.city.turnClock(start - Date.now());
  const made = planMade([measure('EVE', [executor('CZJ'), executor('ZZB', { hasDeadline: false })])]);
  await world.feeder.send(measurePlanMade, made.subjectId, made);
  const task = await eventually('the task stands', async () =>
    (await world.tasksOf(made.entryId)).find((row) => row.departmentCode === 'CZJ'),
  );
  expect(dayOf(task)).toBe(addWorkingDays(calendar2026, eve, 2).date);
  expect(task.provisional).toBe(true);
  expect((await world.call<{ missingYears: number[] }>(office, 'GET', 'calendars')).body.missingYears).toContain(year);

  const off = Array.from({ length: 10 }, (_, index) => addDays(`${year}-01-01`, index));
  const refusals: [typeof office, unknown, number][] = [
    [handler, { year, source: '通知', off, work: [] }, 403],
    [office, { year, source: '通知', off: [`${year + 1}-01-01`], work: [] }, 400],
    [office, { year, source: '通知', off: [`${year}-01-02`], work: [`${year}-01-02`] }, 400],
    [office, { year, source: '通知', off: [`${year}-02-30`], work: [] }, 400],
  ];
  for (const [principal, body, status] of refusals) expect((await world.call(principal, 'POST', 'calendars', body)).status).toBe(status);
  const loaded = await world.call(office, 'POST', 'calendars', { year, source: '国办发明电（测试）', off, work: [] });
  expect(loaded).toMatchObject({ status: 201, body: { year, version: 1 } });
  expect(dayOf((await world.tasksOf(made.entryId)).find((row) => row.id === task.id))).toBe(dayOf(task));
  world.city.turnClock(start + 61_000 - Date.now());
  const right = addWorkingDays({ years: { ...calendar2026.years, [year]: { off, work: [] } } }, eve, 2).date;
  const moved = await eventually('the deadline is moved', async () => {
    const row = (await world.tasksOf(made.entryId)).find((one) => one.id === task.id);
    return row?.provisional === false && dayOf(row) === right && row;
  });
  expect(moved.version).toBe(task.version + 1);
  await eventually('it is told', () =>
    world.feeder.eventsOf(taskRescheduled).find(({ data }) => data.taskId === task.id && !data.provisional && data.dueAt === moved.dueAt),
  );
  expect(world.feeder.eventsOf(taskRescheduled)).toHaveLength(1);
  // What is dispatched from now on counts with the table at once.
  const later = planMade([measure('LATER', [executor('CZJ')])]);
  const [fresh] = await world.dispatch(later, 1);
  expect(dayOf(fresh)).toBe(right);
  expect(fresh?.provisional).toBe(false);
});
