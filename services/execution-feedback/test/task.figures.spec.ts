import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measurePlanEnded, measurePlanMade, type TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { handlerOf, World } from './feedback.world.ts';
import { executor, measure, planEnded, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

/** Ids as they are made: the first 48 bits are the time. */
function idMadeAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7a08-96e6-7e1d0558b236`;
}

async function figure(sample: string): Promise<number | undefined> {
  const text = await (await fetch(`${world.running.url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const own = 'service="execution-feedback"';

test('operators see how long a flag took to become tasks, how many are open where, and how long a freed subject waited', async () => {
  expect(await figure(`lx_flag_to_task_seconds_count{${own}}`)).toBe(0);
  const made = planMade([measure('WAGE-01', [executor('CZJ'), executor('SLJ')])]);
  await world.feeder.send(measurePlanMade, made.subjectId, made, { causationId: idMadeAt(Date.now() - 40_000) });
  const tasks = await eventually('both tasks stand', async () => {
    const rows = await world.tasksOf(made.entryId);
    return rows.length === 2 && rows;
  });
  await eventually('the flag is counted', async () => (await figure(`lx_flag_to_task_seconds_count{${own}}`)) === 1);
  expect(await figure(`lx_flag_to_task_seconds_bucket{le="15",${own}}`)).toBe(0);
  expect(await figure(`lx_flag_to_task_seconds_bucket{le="60",${own}}`)).toBe(1);

  await world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made), { causationId: idMadeAt(Date.now() - 2 * 3_600_000) });
  const task = tasks.find((row: TaskView) => row.departmentCode === 'CZJ');
  if (task === undefined) throw new Error('no task of CZJ');
  await eventually('it is being lifted', async () => (await world.statusOf(task.id)) === 'LIFTING');
  expect(await figure(`lx_repair_to_withdrawn_seconds_count{${own}}`)).toBe(0);
  const receipt = await world.call(handlerOf('CZJ'), 'POST', `tasks/${task.id}/feedback`, { kind: 'LIFTED', measureApplied: '已解除' });
  expect(receipt.status).toBe(201);
  expect(await figure(`lx_repair_to_withdrawn_seconds_count{${own}}`)).toBe(1);
  expect(await figure(`lx_repair_to_withdrawn_seconds_bucket{le="3600",${own}}`)).toBe(0);
  expect(await figure(`lx_repair_to_withdrawn_seconds_bucket{le="14400",${own}}`)).toBe(1);
});

test('a refused receipt counts nothing', async () => {
  const before = await figure(`lx_repair_to_withdrawn_seconds_count{${own}}`);
  const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('CZJ')])]), 1);
  const refused = await world.call(handlerOf('CZJ'), 'POST', `tasks/${task?.id}/feedback`, { kind: 'LIFTED', measureApplied: '已解除' });
  expect(refused.status).toBe(422);
  expect(await figure(`lx_repair_to_withdrawn_seconds_count{${own}}`)).toBe(before);
});

test('open tasks are counted by department, state and term, closed ones are not', async () => {
  const fresh = await world.city.boot((await import('../src/app.module.ts')).service);
  const open = async () => {
    const text = await (await fetch(`${fresh.url}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('lx_task_open{'));
  };
  const lines = await eventually('they have been counted', async () => {
    const found = await open();
    return found.length > 0 && found;
  });
  expect(lines.sort()).toEqual([
    `lx_task_open{department="CZJ",state="DISPATCHED",sla="IN_TIME",${own}} 1`,
    `lx_task_open{department="SLJ",state="LIFTING",sla="IN_TIME",${own}} 1`,
  ]);
  await fresh.close();
});

test.each([
  ["now() + interval '23 hours'", 'DUE_SOON'],
  ["now() - interval '1 second'", 'OVERDUE'],
  ['NULL', 'NONE'],
])('a task that is due %s counts as %s', async (due, sla) => {
  await world.city.query(`UPDATE execution_feedback.task SET due_at = ${due} WHERE department_code = 'CZJ' AND NOT closed`);
  const fresh = await world.city.boot((await import('../src/app.module.ts')).service);
  const found = await eventually('it is counted', async () => {
    const text = await (await fetch(`${fresh.url}/metrics`)).text();
    return text.split('\n').find((line) => line.startsWith('lx_task_open{department="CZJ"'));
  });
  expect(found).toBe(`lx_task_open{department="CZJ",state="DISPATCHED",sla="${sla}",${own}} 1`);
  await fresh.close();
});
