import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  addDays,
  addWorkingDays,
  beijingDate,
  calendar2026,
  type EventData,
  type MeasurePlanMade,
  measurePlanMade,
  type Page,
  parameterChanged,
  parameterKey,
  type TaskView,
} from '@lianxin/contracts';
import { Parameters } from '@lianxin/messaging';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { lastDayOf } from '../src/deadline.rules.ts';
import { UrgeTimes } from '../src/terms.ts';
import { handlerOf, office } from './feedback.world.ts';
import { executor, measure, planMade } from './plan.fixtures.ts';

let city: TestCity;
let running: RunningService;
let replica: RunningService;
let feeder: EventFeeder;
beforeAll(async () => {
  city = await TestCity.create('postgres', ['execution-feedback']);
  running = await city.boot(service);
  replica = await city.boot(service);
  feeder = await EventFeeder.for(city);
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});

type Change = EventData<typeof parameterChanged>;
const handler = handlerOf('CZJ');
const today = beijingDate(new Date());
const workday = (from: string, days: number) => addWorkingDays(calendar2026, from, days).date;
const versions = new Map<string, number>();

function changeOf(key: string, value: number, validFrom: string, over: Partial<Change> = {}): Change {
  const version = (versions.get(key) ?? 0) + 1;
  versions.set(key, version);
  return {
    ...{ changeId: randomUUID(), key, version, state: 'APPROVED', value, validFrom, previousValue: 2, reasonZh: '试', documentNo: null },
    ...{ proposedBy: 'OFFICE-A', decidedBy: 'OFFICE-B', decidedAt: new Date().toISOString() },
    ...over,
  };
}
const withdrawalOf = (change: Change) =>
  changeOf(change.key, change.value, change.validFrom, { changeId: change.changeId, state: 'WITHDRAWN' });
const send = (change: Change) => feeder.send(parameterChanged, parameterKey, change);
const valueOn = (key: 'task.ack_wd' | 'task.execute_wd', date: string, at = running) => at.app.get(Parameters).on(key, date);
const known = async () =>
  await city.query('SELECT change_id, version, withdrawn FROM execution_feedback.known_parameter ORDER BY change_id');
const turnTo = (date: string) => city.turnClock(Date.parse(`${date}T10:00:00+08:00`) - Date.now());
const dayOf = (dueAt: string | null | undefined) => lastDayOf(new Date(dueAt ?? 0));

async function tasksOf(made: MeasurePlanMade): Promise<readonly TaskView[]> {
  return (await city.call<Page<TaskView>>(running, office, 'GET', `/api/v1/tasks?entryId=${made.entryId}`)).body.data;
}
async function dispatch(): Promise<TaskView> {
  const made = planMade([measure('ONE', [executor('CZJ')])]);
  await feeder.send(measurePlanMade, made.subjectId, made);
  return eventually('the task stands', async () => (await tasksOf(made))[0]);
}
const act = (task: TaskView, name: string) => city.call<TaskView>(running, handler, 'POST', `/api/v1/tasks/${task.id}/${name}`);

test('a new term counts for what begins on its day, not before; what runs keeps its deadline', async () => {
  const [first, day] = [workday(today, 1), workday(today, 6)];
  turnTo(first);
  const early = await dispatch();
  await send(changeOf('task.ack_wd', 4, day));
  await send(changeOf('task.execute_wd', 20, day));
  await eventually('both replicas know it', () => [running, replica].every((one) => valueOn('task.execute_wd', day, one) === 20));
  expect(valueOn('task.ack_wd', addDays(day, -1))).toBe(2);
  const before = await dispatch();
  turnTo(day);
  const after = await dispatch();
  expect([early, before, after].map((task) => dayOf(task.dueAt))).toEqual([workday(first, 2), workday(first, 2), workday(day, 4)]);
  // Acknowledged on the new day: the next clock starts with the term of that day.
  const signed = await act(before, 'acknowledge');
  expect([signed.status, dayOf(signed.body.dueAt)]).toEqual([200, workday(day, 20)]);
  expect(dayOf((await city.call<TaskView>(running, office, 'GET', `/api/v1/tasks/${early.id}`)).body.dueAt)).toBe(workday(first, 2));
});

test('urging goes by what counts on the day of the urging', async () => {
  const day = workday(today, 9);
  await send(changeOf('urge.remind_wd', -4, day));
  const times = running.app.get(UrgeTimes);
  await eventually('it is known', () => times.on(day).remindDays === 4);
  expect(times.on(addDays(day, -1)).remindDays).toBe(2);
});

test('told twice, or the withdrawal before its change, it comes to the same', async () => {
  const day = '2031-01-06';
  const [kept, gone] = [changeOf('task.ack_wd', 5, day), changeOf('task.ack_wd', 9, '2031-01-07')];
  const withdrawn = withdrawalOf(gone);
  for (const change of [withdrawn, gone, kept]) await send(change);
  await eventually('all is known', async () => (await known()).some((row) => row['change_id'] === kept.changeId));
  await eventually('it counts', () => valueOn('task.ack_wd', day) === 5);
  expect(valueOn('task.ack_wd', '2031-01-08')).toBe(5);
  const table = await known();
  // A redelivery by its producer has new ids; what the inbox lets through is then told by its version.
  for (const change of [gone, withdrawn, kept, gone]) await send(change);
  const marker = changeOf('task.lift_wd', 4, '2031-02-03');
  await send(marker);
  await eventually('all has come again', async () => (await known()).some((row) => row['change_id'] === marker.changeId));
  expect((await known()).filter((row) => row['change_id'] !== marker.changeId)).toEqual(table);
  expect(valueOn('task.ack_wd', '2031-01-08')).toBe(5);
});

test('a fault in the middle leaves nothing half noted; what cannot be read is parked, and tasks go on by what is known', async () => {
  await city.query(
    `CREATE FUNCTION execution_feedback.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$`,
  );
  await city.query(
    'CREATE TRIGGER fail BEFORE INSERT ON execution_feedback.known_parameter FOR EACH ROW EXECUTE FUNCTION execution_feedback.fail()',
  );
  const late = changeOf('task.execute_wd', 30, '2032-01-05');
  await send(late);
  await dispatch();
  expect(valueOn('task.execute_wd', '2032-01-05')).toBe(20);
  await city.query('DROP FUNCTION execution_feedback.fail() CASCADE');
  await eventually('it counts after all', () => valueOn('task.execute_wd', '2032-01-05') === 30);

  const { record } = feeder.make(parameterChanged, parameterKey, changeOf('task.execute_wd', 31, '2032-01-06'));
  await feeder.sendRecords([{ ...record, value: Buffer.from('{"key":"task.execute_wd"}') }]);
  await send(changeOf('task.execute_wd', 32, '2032-01-07'));
  const admin = principalOf(['REPLAY_ADMIN']);
  await eventually('the key is parked with what follows', async () => {
    const { body } = await city.call<{ data: { key: string; events: number }[] }>(running, admin, 'GET', '/api/v1/parked');
    return body.data.find((row) => row.key === parameterKey)?.events === 2;
  });
  await dispatch();
  const redriven = await city.call(running, admin, 'POST', `/api/v1/parked/${parameterKey}/redrive`);
  expect(redriven.body).toMatchObject({ remaining: 0, setAside: 1 });
  await eventually('what followed counts', () => valueOn('task.execute_wd', '2032-01-07') === 32);
  expect(valueOn('task.execute_wd', '2032-01-06')).toBe(30);
});

test('a service that was down while a term changed begins no clock before it has heard of it', async () => {
  const waiting = await dispatch();
  for (const one of [running, replica]) await one.close();
  const day = workday(today, 8);
  await send(changeOf('task.ack_wd', 7, day));
  const made = planMade([measure('ONE', [executor('CZJ')])]);
  // The change is there to be read, and its reader is held up while the reader of plans is not.
  const session = await city.connect();
  await session.query('BEGIN');
  await session.query('LOCK TABLE execution_feedback.known_parameter IN EXCLUSIVE MODE');
  running = await city.boot(service);
  turnTo(day);
  await feeder.send(measurePlanMade, made.subjectId, made);
  const refused = await act(waiting, 'acknowledge');
  expect({ status: refused.status, code: (refused.body as { code?: string }).code }).toEqual({ status: 503, code: 'UNAVAILABLE' });
  expect(await tasksOf(made)).toEqual([]);
  await session.query('COMMIT');
  await session.end();
  const task = await eventually('the task stands', async () => (await tasksOf(made))[0]);
  expect(dayOf(task.dueAt)).toBe(workday(day, 7));
  expect((await act(waiting, 'acknowledge')).status).toBe(200);
});
