import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  addWorkingDays,
  beijingDate,
  calendar2026,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  type Page,
  urgeDelivered,
  urgeRead,
  urgeSent,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { UrgeDetail, UrgeView } from '../src/urge.api.ts';
import { handlerOf, office, World } from './feedback.world.ts';
import { MailServer, textOf } from './mail.server.ts';
import { executor, measure, planEnded, planHeld, planMade } from './plan.fixtures.ts';

let mail: MailServer;
let world: World;
beforeAll(async () => {
  mail = await MailServer.start();
  const smtp = {
    LIANXIN_SMTP_URL: mail.url,
    LIANXIN_SMTP_SENDER: 'lianxin@example.com',
    LIANXIN_SMS_MAIL_DOMAIN: 'sms.example.com',
  };
  world = await World.create('postgres', smtp);
  // A second replica: it shares the timers and the mails.
  await world.city.boot(service, smtp);
});
afterAll(async () => {
  await world?.close();
  await mail?.close();
});

const handler = handlerOf('CZJ');
const liaison = principalOf(['DEPT_LIAISON'], ['CZJ']);
const start = beijingDate(new Date());
/** Turns the clock to an hour of the n-th working day from today. */
function goTo(days: number, hour: number): void {
  const date = addWorkingDays(calendar2026, start, days).date;
  world.city.turnClock(Date.parse(`${date}T00:00:00+08:00`) + hour * 3_600_000 - Date.now());
}
const urgesOf = async (principal = handler, query = '') =>
  (await world.call<Page<UrgeView>>(principal, 'GET', `urges?limit=100${query}`)).body.data;
const levelsOf = async (principal = handler) => (await urgesOf(principal)).map((urge) => [urge.level, urge.taskCount]).reverse();
const nextUrge = async () =>
  (await world.city.query<{ due_at: Date }>("SELECT due_at FROM execution_feedback.timer WHERE kind = 'urge-day'"))[0]?.due_at;
/** Waits until the urging of the day under the clock is over. */
const untilUrged = (days: number) =>
  eventually(`the urging of day ${days} is over`, async () => {
    // In this order: the run of the day sets the timers of the departments together with the next day.
    const next = await nextUrge();
    const waiting = await world.city.query("SELECT 1 FROM execution_feedback.timer WHERE kind = 'urge-department'");
    return waiting.length === 0 && next !== undefined && beijingDate(next) === addWorkingDays(calendar2026, start, days + 1).date;
  });

test('a department is urged step by step, once a day for all its tasks, and never at night', async () => {
  for (const [receiver, channel, address] of [
    ['DEPT_HANDLER', 'MAIL', 'handler@lyg.example.com'],
    ['DEPT_APPROVER', 'SMS', '13800001234'],
  ])
    expect(
      (await world.call(principalOf(['DEPT_APPROVER'], ['CZJ']), 'POST', 'urge-contacts', { receiver, channel, address })).status,
    ).toBe(201);
  expect(
    (await world.call(office, 'POST', 'urge-contacts', { receiver: 'CREDIT_OFFICE', channel: 'MAIL', address: 'xyb@lyg.example.com' }))
      .status,
  ).toBe(201);
  goTo(1, 7);
  await world.dispatch(
    planMade([
      measure('ONE', [executor('CZJ'), executor('ZZB', { hasDeadline: false })]),
      measure('TWO', [executor('CZJ')]),
      measure('THREE', [executor('CZJ')]),
    ]),
    4,
  );
  const held = planMade([measure('HELD', [executor('CZJ')])]);
  await world.dispatch(held, 1);
  await world.feeder.send(measurePlanHeld, held.subjectId, planHeld(held, { cause: 'SUSPENSION', heldOn: start }));
  const reference = planMade([measure('REF', [executor('CZJ')], { force: 'REFERENCE' })]);
  await world.feeder.send(measurePlanMade, reference.subjectId, reference);
  await eventually('the task of the suspended entry rests', async () => (await world.tasksOf(held.entryId))[0]?.status === 'ON_HOLD');
  await eventually('the reference stands', async () => (await world.tasksOf(reference.entryId)).length === 1);
  expect(await urgesOf()).toEqual([]);

  goTo(2, 10);
  await untilUrged(2);
  expect(await levelsOf()).toEqual([['REMIND', 3]]);
  const [reminder] = await urgesOf();
  await eventually('the reminder is told', () => world.feeder.eventsOf(urgeSent).find(({ data }) => data.messageId === reminder?.id));

  // Due on the third day: the fourth is yellow. One task is signed for meanwhile.
  const [first] = (await world.call<Page<{ id: string; measureCode: string }>>(handler, 'GET', 'tasks?status=DISPATCHED')).body.data.filter(
    (task) => task.measureCode === 'ONE',
  );
  await world.act(handler, first?.id ?? '', 'acknowledge');
  goTo(4, 23);
  goTo(5, 3);
  expect(await levelsOf()).toEqual([['REMIND', 3]]);
  goTo(5, 10);
  await untilUrged(5);
  expect(await levelsOf()).toEqual([
    ['REMIND', 3],
    ['YELLOW', 2],
  ]);
  expect((await world.call(handler, 'GET', 'urges/count')).body).toEqual({ unread: 2, dueToday: 0, overdue: 2 });
});

test('the letter after five working days has a number and goes to the liaison and the office, who are seen to have read it', async () => {
  goTo(8, 10);
  await untilUrged(8);
  const red = (await urgesOf(liaison)).find((urge) => urge.level === 'RED');
  expect(red).toMatchObject({ receivers: ['DEPT_LIAISON', 'CREDIT_OFFICE'], taskCount: 2, readAt: null, readers: 0 });
  expect(red?.letterNumber).toMatch(/^LYG-CB-\d{4}-000001$/);
  expect((await urgesOf(office, '&level=RED')).map((urge) => urge.id)).toEqual([red?.id]);
  const read = await world.call<UrgeDetail>(liaison, 'POST', `urges/${red?.id}/read`);
  expect(read).toMatchObject({ status: 200, body: { readers: 1, readings: [{ reader: liaison.id, receiver: 'DEPT_LIAISON' }] } });
  expect(read.body.tasks).toHaveLength(2);
  await world.call(liaison, 'POST', `urges/${red?.id}/read`);
  await eventually('that it was read is told once', () => {
    const told = world.feeder.eventsOf(urgeRead).filter(({ data }) => data.messageId === red?.id);
    return told.length === 1 && told[0]?.data.receiver === 'DEPT_LIAISON';
  });
  expect((await urgesOf(liaison, '&unread=true')).map((urge) => urge.level)).not.toContain('RED');
  for (const other of [handlerOf('RSJ'), principalOf(['DEPT_LIAISON'], ['RSJ'])]) {
    expect(await urgesOf(other)).toEqual([]);
    expect((await world.call(other, 'GET', `urges/${red?.id}`)).status).toBe(404);
    expect((await world.call(other, 'POST', `urges/${red?.id}/read`)).status).toBe(404);
  }
  expect((await world.call(principalOf(['AUDITOR']), 'POST', `urges/${red?.id}/read`)).status).toBe(403);
});

test('after weeks of downtime each task is urged once, at the level it has reached', async () => {
  const fresh = planMade(Array.from({ length: 30 }, (_, index) => measure(`LATE-${index}`, [executor('CZJ')])));
  goTo(9, 18);
  await world.dispatch(fresh, 30);
  const before = (await urgesOf()).length;
  goTo(40, 10);
  await untilUrged(40);
  const since = (await urgesOf()).slice(0, -before);
  // The two that had their letter, the signed one, and thirty new ones: one message, and the inspection for the second time in a half-year.
  expect(since.filter((urge) => urge.level === 'CIRCULAR')).toHaveLength(1);
  expect(since.find((urge) => urge.level === 'CIRCULAR')?.period).toMatch(/^\d{4}Q[1-4]$/);
  expect(since.map((urge) => urge.level).sort()).toEqual(['CIRCULAR', 'INSPECTION']);
  expect(since.find((urge) => urge.level === 'CIRCULAR')?.taskCount).toBe(33);
  goTo(41, 10);
  await untilUrged(41);
  expect((await urgesOf()).length).toBe(before + 2);
  // Not supervised, on hold, or a mere reference: never.
  const urged = await world.city.query<{ measure_code: string }>(
    `SELECT DISTINCT t.measure_code FROM execution_feedback.urge_task u JOIN execution_feedback.task t ON t.id = u.task_id
     WHERE t.department_code = 'ZZB' OR t.measure_code IN ('HELD', 'REF')`,
  );
  expect(urged).toEqual([]);
});

test('mails and SMS go out once from two replicas, and say nothing of subjects and addresses', async () => {
  await eventually('every delivery is over', async () => {
    const waiting = await world.city.query("SELECT 1 FROM execution_feedback.urge_delivery WHERE status = 'WAITING'");
    return waiting.length === 0;
  });
  const deliveries = await world.city.query<{ status: string }>('SELECT status FROM execution_feedback.urge_delivery');
  expect(deliveries.length).toBeGreaterThanOrEqual(6);
  expect(new Set(deliveries.map((row) => row.status))).toEqual(new Set(['SENT']));
  expect(mail.mails).toHaveLength(deliveries.length);
  expect(new Set(mail.mails.map((one) => one.to))).toEqual(
    new Set(['handler@lyg.example.com', '13800001234@sms.example.com', 'xyb@lyg.example.com']),
  );
  const [contact] = await world.city.query<{ row: string }>('SELECT row_to_json(c)::text AS row FROM execution_feedback.urge_contact c');
  expect(contact?.row).not.toContain('handler@');
  const shown = await world.call<{ data: { address: string }[] }>(handler, 'GET', 'urge-contacts');
  expect(shown.body.data.map((one) => one.address).sort()).toEqual(['138****1234', 'ha***@lyg.example.com']);
  await eventually('each is told', () => world.feeder.eventsOf(urgeDelivered).length === deliveries.length);
});

test('a mail server that refuses for now gets the mail later, once, and its answer is kept without the address', async () => {
  mail.refusing = true;
  await world.dispatch(planMade([measure('AGAIN', [executor('CZJ')])]), 1);
  goTo(42, 10);
  await untilUrged(42);
  const fault = await eventually('the refusal is noted', async () => {
    const [row] = await world.city.query<{ last_error: string | null }>(
      "SELECT last_error FROM execution_feedback.urge_delivery WHERE status = 'WAITING' AND last_error IS NOT NULL",
    );
    return row?.last_error;
  });
  expect(fault).toContain('try later');
  expect(fault).not.toContain('@lyg');
  mail.refusing = false;
  const before = mail.mails.length;
  goTo(42, 11);
  await eventually('it went out', async () => {
    const waiting = await world.city.query("SELECT 1 FROM execution_feedback.urge_delivery WHERE status = 'WAITING'");
    return waiting.length === 0;
  });
  expect(mail.mails.length).toBe(before + 1);
});

test('what a replay asks for is urged as far as its mode allows, and as always when somebody has taken it up (product §A.4, decision 0018)', async () => {
  const [water, roads] = [handlerOf('SHUIJ'), handlerOf('JTYSJ')];
  for (const [code, address] of [
    ['SHUIJ', 'water@lyg.example.com'],
    ['JTYSJ', 'roads@lyg.example.com'],
  ] as const)
    for (const receiver of ['DEPT_HANDLER', 'DEPT_LIAISON'])
      await world.call(principalOf(['DEPT_APPROVER'], [code]), 'POST', 'urge-contacts', { receiver, channel: 'MAIL', address });
  const ask = async (department: string, mode: 'none' | 'internal' | 'notify' | undefined, codes: readonly string[]) => {
    const plan = planMade(codes.map((code) => measure(code, [executor(department)])));
    const options = mode === undefined ? {} : { replay: { id: randomUUIDv7(), mode } };
    const { record } = world.feeder.make(measurePlanMade, plan.subjectId, plan, options);
    // Twice, as after a restart.
    await world.feeder.sendRecords([record, record]);
    return eventually('the tasks stand', async () => {
      const tasks = await world.tasksOf(plan.entryId, handlerOf(department));
      return tasks.length === codes.length && tasks;
    });
  };
  goTo(42, 18);
  const [ordinary] = await ask('SHUIJ', undefined, ['M-1']);
  const [first, second] = await ask('SHUIJ', 'internal', ['M-2', 'M-3']);
  const [silent] = await ask('SHUIJ', 'none', ['M-4']);
  const [told] = await ask('SHUIJ', 'notify', ['M-5']);
  await ask('JTYSJ', 'internal', ['M-6']);
  expect([ordinary, first, silent, told].map((task) => task?.replay && [task.replay.mode, task.replay.quiet])).toEqual([
    null,
    ['internal', true],
    ['none', true],
    ['notify', false],
  ]);
  const mailsTo = (to: string) => mail.mails.filter((one) => one.to === to).map((one) => /有 (\d+) 项/.exec(textOf(one))?.[1]);
  const sent = () =>
    eventually('every delivery is over', async () => {
      const waiting = await world.city.query("SELECT 1 FROM execution_feedback.urge_delivery WHERE status = 'WAITING'");
      return waiting.length === 0;
    });
  const counted = async (principal: typeof water, level: string) =>
    (await urgesOf(principal)).filter((urge) => urge.level === level).map((urge) => [urge.taskCount, urge.mutedCount]);

  goTo(43, 10);
  await untilUrged(43);
  await sent();
  expect([await counted(water, 'REMIND'), mailsTo('water@lyg.example.com')]).toEqual([[[4, 2]], ['2']]);
  // The message stands in the application; nothing has left the house.
  expect([await counted(roads, 'REMIND'), mailsTo('roads@lyg.example.com')]).toEqual([[[1, 1]], []]);
  const [reminder] = await urgesOf(water);
  const detail = (await world.call<UrgeDetail>(water, 'GET', `urges/${reminder?.id}`)).body;
  expect(new Set(detail.tasks.filter((task) => task.muted).map((task) => task.taskId))).toEqual(new Set([first?.id, second?.id]));
  expect(detail.tasks.map((task) => task.taskId)).not.toContain(silent?.id);

  // Who signs for it knows of it.
  expect((await world.act(water, first?.id ?? '', 'acknowledge')).replay).toMatchObject({ mode: 'internal', quiet: false });
  expect((await world.act(water, silent?.id ?? '', 'acknowledge')).replay).toMatchObject({ mode: 'none', quiet: false });
  goTo(46, 10);
  await untilUrged(46);
  await sent();
  expect([await counted(water, 'YELLOW'), mailsTo('water@lyg.example.com')]).toEqual([[[3, 1]], ['2', '2']]);

  // The letter names all: nobody stands in a circular without having been written to.
  goTo(49, 10);
  await untilUrged(49);
  await sent();
  expect([await counted(water, 'RED'), mailsTo('water@lyg.example.com')]).toEqual([[[3, 0]], ['2', '2', '3']]);
  expect([await counted(roads, 'RED'), mailsTo('roads@lyg.example.com')]).toEqual([[[1, 0]], ['1']]);

  // What was silent is urged in the term that began with its department's own act.
  goTo(53, 10);
  await untilUrged(53);
  const reminders = (await urgesOf(water)).filter((urge) => urge.level === 'REMIND');
  const all = await Promise.all(reminders.map(async ({ id }) => (await world.call<UrgeDetail>(water, 'GET', `urges/${id}`)).body.tasks));
  expect(all.flat().some(({ taskId, muted }) => taskId === silent?.id && !muted)).toBe(true);
});

test('a lift that a replay has brought is urged in every mode: somebody waits to be freed', async () => {
  const airport = handlerOf('MHJ');
  const plan = planMade([measure('L-1', [executor('MHJ')])]);
  const replay = { id: randomUUIDv7(), mode: 'none' as const };
  // Quiet itself until then.
  await world.feeder.send(measurePlanMade, plan.subjectId, plan, { replay });
  await eventually('it is asked for', async () => (await world.tasksOf(plan.entryId, airport))[0]?.replay?.quiet === true);
  await world.feeder.send(measurePlanEnded, plan.subjectId, planEnded(plan), { replay });
  const lifting = await eventually('it is being lifted', async () => {
    const [found] = await world.tasksOf(plan.entryId, airport);
    return found?.status === 'LIFTING' && found;
  });
  expect(lifting.replay).toEqual({ ...replay, quiet: false });
  goTo(55, 10);
  await untilUrged(55);
  goTo(60, 10);
  await untilUrged(60);
  const tasks = (await urgesOf(airport)).map((urge) => [urge.taskCount, urge.mutedCount]);
  expect(tasks.length > 0 && tasks.every(([count, muted]) => count === 1 && muted === 0)).toBe(true);
});

test.each([
  ['an address that is none', handlerOf('CZJ'), { receiver: 'DEPT_HANDLER', channel: 'MAIL', address: 'not-an-address' }, 403],
  [
    'an address that is none',
    principalOf(['DEPT_APPROVER'], ['CZJ']),
    { receiver: 'DEPT_HANDLER', channel: 'MAIL', address: 'nobody' },
    400,
  ],
  ['a number that is none', principalOf(['DEPT_APPROVER'], ['CZJ']), { receiver: 'DEPT_HANDLER', channel: 'SMS', address: '12345' }, 400],
  ["the office's address by a department", liaison, { receiver: 'CREDIT_OFFICE', channel: 'MAIL', address: 'a@b.example.com' }, 403],
  ["a department's address by the office", office, { receiver: 'DEPT_HANDLER', channel: 'MAIL', address: 'a@b.example.com' }, 403],
])('%s is refused', async (_what, principal, body, status) => {
  expect((await world.call(principal, 'POST', 'urge-contacts', body)).status).toBe(status);
});
