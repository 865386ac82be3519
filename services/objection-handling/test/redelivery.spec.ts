import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { taskReassigned, urgeSent } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { approverOf, creditOffice, handlerOf, JournalCity } from './journal.city.ts';
import { Redeliveries } from './redelivery.sayings.ts';
import { company, Flag, type FlagTask, merged, type Saying, say, taskOf } from './sayings.ts';

const replayAdmin = principalOf(['REPLAY_ADMIN'], [], 'admin-one');
const settings = { LIANXIN_REDELIVERY_BATCH: '3', LIANXIN_REDELIVERY_PAUSE_MS: '0', LIANXIN_REDELIVERY_MAX_EVENTS: '60' };
let city: JournalCity;
let redeliveries: Redeliveries;

beforeAll(async () => {
  city = await JournalCity.create(settings);
  redeliveries = new Redeliveries(city);
});
afterAll(() => city?.close());

/** A reminder of tasks: its key is its own, not the subject's. */
function urged(departmentCode: string, tasks: readonly FlagTask[]): Saying {
  const messageId = randomUUIDv7();
  return say(urgeSent, messageId, {
    ...({ messageId, level: 'YELLOW', departmentCode, urgedOn: '2026-11-18', letterNumber: null, period: null } as const),
    ...{ receivers: ['DEPT_LIAISON'], taskCount: tasks.length, part: 1, parts: 1, sentAt: '2026-11-18T02:00:00.000Z' },
    tasks: tasks.map(({ taskId }) => ({ taskId, dueAt: '2026-11-20T16:00:00.000Z' })),
  });
}

function told() {
  const flag = new Flag(randomUUIDv7(), 'SHUIJ');
  const [own, other] = [taskOf('CZJ'), taskOf('RSJ')] as const;
  const activated = flag.activated();
  const made = flag.planMade({ cause: activated });
  const dispatched = flag.dispatched([own, other], { time: '2026-11-20T02:00:01.000Z', cause: made });
  const acknowledged = flag.acknowledged(own, 2, { time: '2026-11-20T02:00:02.000Z' });
  const answered = flag.answered(own, 3, { time: '2026-11-20T02:00:03.000Z' });
  const otherSigned = flag.acknowledged(other, 2, { time: '2026-11-20T02:00:04.000Z' });
  const lifting = flag.lifting([own, other], 4, { time: '2026-11-20T02:00:05.000Z' });
  const ofCzj = [dispatched, acknowledged, answered, lifting];
  return {
    flag,
    own,
    other,
    ofCzj,
    said: [company(flag.subjectId), activated, made, dispatched, acknowledged, answered, otherSigned, lifting],
  };
}
const idsOf = (sayings: readonly Saying[]) => sayings.map((saying) => saying.event.id);

describe('what a department is sent again about a case', () => {
  const one = told();
  const another = told();

  beforeAll(async () => {
    await city.hear(...another.said, ...one.said);
  });

  test('is counted first: how many, of what types, how large; and nothing goes out', async () => {
    const view = await redeliveries.plan('CZJ', { entryId: one.flag.entryId });
    expect(view).toMatchObject({
      status: 'PLANNED',
      preview: { events: 4, oldest: '2026-11-20T02:00:01.000Z', newest: '2026-11-20T02:00:05.000Z' },
      requestedBy: 'office-one',
      reason: '部门系统重装后补数',
      sent: 0,
    });
    expect(view.preview?.byType.map(({ type, titleZh, events }) => [type, titleZh, events])).toEqual([
      ['lianxin.feedback.submitted.v1', '反馈提交', 1],
      ['lianxin.task.acknowledged.v1', '任务签收', 1],
      ['lianxin.task.dispatched.v1', '任务下发', 1],
      ['lianxin.task.lifting.v1', '任务解除', 1],
    ]);
    expect(view.preview?.bytes).toBe(view.preview?.byType.reduce((sum, row) => sum + row.bytes, 0));
    expect(view.preview?.bytes).toBeGreaterThan(500);
    expect(await redeliveries.said(view.id)).toEqual([]);
  });

  test('goes out in the order in which it happened, as it was, with its own ids, and only what is its own', async () => {
    const view = await redeliveries.plan('CZJ', { entryId: one.flag.entryId });
    const delivered = await redeliveries.send(view);
    expect(delivered.map(({ event }) => event.id)).toEqual(idsOf(one.ofCzj));
    expect(delivered.map(({ position, of }) => [position, of])).toEqual([1, 2, 3, 4].map((position) => [position, 4]));
    expect(delivered[1]?.event).toMatchObject({ key: one.flag.subjectId, data: { json: one.ofCzj[1]?.event.data } });
    expect(delivered[1]?.event).toMatchObject({ time: '2026-11-20T02:00:02.000Z', source: 'urn:credit:320700:test' });
    expect(delivered[0]?.event.data).toMatchObject({ json: { tasks: [{ taskId: one.own.taskId }] } });
    expect(JSON.stringify(delivered)).not.toContain(one.other.taskId);
    expect(new Set(delivered.map(({ departmentCode }) => departmentCode))).toEqual(new Set(['CZJ']));
    const said = await redeliveries.said(view.id);
    expect(said[0]).toMatchObject({ type: 'lianxin.redelivery.confirmed.v1', data: { events: 4, scope: { entryId: one.flag.entryId } } });
    expect(said.at(-1)).toMatchObject({ type: 'lianxin.redelivery.ended.v1', data: { outcome: 'COMPLETED', planned: 4, sent: 4 } });
  });

  test('leaves out the types that were not asked for', async () => {
    const view = await redeliveries.plan('CZJ', { subjectId: one.flag.subjectId }, { types: ['lianxin.task.lifting.v1'] });
    expect((await redeliveries.send(view)).map(({ event }) => event.id)).toEqual(idsOf(one.ofCzj).slice(-1));
  });

  test('is for the unit that designated the entry what it was told, and for a stranger nothing', async () => {
    const unit = await redeliveries.plan('SHUIJ', { entryId: one.flag.entryId });
    expect(unit.preview?.byType.map(({ type }) => type)).toEqual(['lianxin.list_entry.activated.v1']);
    const stranger = await redeliveries.plan('GGZY', { entryId: one.flag.entryId });
    expect(stranger.preview?.events).toBe(0);
    expect((await redeliveries.confirm(stranger.id, 0)).body).toMatchObject({ code: 'REDELIVERY_EMPTY' });
    expect((await redeliveries.plan('CZJ', { entryId: randomUUIDv7() })).preview?.events).toBe(0);
  });

  test('holds urgings of its tasks, and the task that it lost to another department', async () => {
    const three = told();
    const reassigned = say(
      taskReassigned,
      three.flag.subjectId,
      {
        ...({ taskId: three.own.taskId, taskVersion: 9, departmentCode: 'GGZY', status: 'DISPATCHED' } as const),
        ...{ entryIds: [three.flag.entryId], fromDepartment: 'CZJ', reason: '职责调整', actedAt: '2026-11-20T02:00:06.000Z' },
        ...{ acknowledgeDueAt: null, feedbackDueAt: null },
      },
      { time: '2026-11-20T02:00:06.000Z' },
    );
    const reminder = urged('CZJ', [three.own]);
    await city.hear(...three.said, reminder, reassigned, urged('RSJ', [three.other]), urged('CZJ', [taskOf('CZJ')]));
    for (const scope of [{ entryId: three.flag.entryId }, { subjectId: three.flag.subjectId }]) {
      const view = await redeliveries.plan('CZJ', scope);
      const ids = (await redeliveries.send(view)).map(({ event }) => event.id);
      expect(new Set(ids)).toEqual(new Set(idsOf([...three.ofCzj, reminder, reassigned])));
    }
  });

  test('leaves out what a replay with side effects none kept from it, but not what frees somebody', async () => {
    const { flag, own, said, ofCzj } = told();
    await city.hear(...said);
    const replayed = async (mode: 'none' | 'internal') => {
      const asked = { scope: { entryId: flag.entryId }, reason: '复核', sideEffects: mode };
      return { id: (await city.post<{ id: string }>(replayAdmin, '/api/v1/replays', asked)).body.id, mode };
    };
    const [quiet, open] = [await replayed('none'), await replayed('internal')];
    const kept = flag.acknowledged(own, 5, { time: '2026-11-20T02:00:06.000Z', replay: quiet });
    const freed = flag.lifting([own], 6, { time: '2026-11-20T02:00:07.000Z', replay: quiet });
    const shown = flag.acknowledged(own, 7, { time: '2026-11-20T02:00:08.000Z', replay: open });
    await city.hear(kept, freed, shown);
    const view = await redeliveries.plan('CZJ', { entryId: flag.entryId });
    expect((await redeliveries.send(view)).map(({ event }) => event.id)).toEqual(idsOf([...ofCzj, freed, shown]));
  });

  test('follows a subject into those that proved to be the same', async () => {
    const four = told();
    const survivor = randomUUIDv7();
    await city.hear(...four.said, merged(four.flag.subjectId, survivor));
    expect((await redeliveries.plan('CZJ', { subjectId: survivor })).preview?.events).toBe(4);
  });
});

describe('a period', () => {
  test('holds what was recorded in it, its end left out, once and in order; what is recorded later is no part of it', async () => {
    const { flag, own } = told();
    const at = (minute: number) => `2020-05-01T00:0${minute}:00.000Z`;
    const said = [1, 2, 3, 4, 5, 6, 7].map((minute) => {
      const saying = flag.acknowledged(own, minute, { time: at(9 - minute) });
      return { ...saying, record: { ...saying.record, headers: { ...saying.record.headers, ce_recordedtime: at(minute) } } };
    });
    await city.hear(...said);
    const view = await redeliveries.plan('CZJ', { from: at(2), to: at(7) });
    expect(view.preview?.events).toBe(5);
    expect((await redeliveries.send(view)).map(({ event }) => event.id)).toEqual(idsOf(said.slice(1, 6)).toReversed());
    expect((await redeliveries.plan('RSJ', { from: at(0), to: at(9) })).preview?.events).toBe(0);
  });

  test('of more events than one redelivery may have is refused with the way out', async () => {
    const flag = new Flag(randomUUIDv7(), 'SHUIJ');
    const own = taskOf('CZJ');
    await city.hear(...Array.from({ length: 61 }, (_, index) => flag.acknowledged(own, index + 1)));
    const view = await redeliveries.plan('CZJ', { entryId: flag.entryId });
    expect(view).toMatchObject({ status: 'FAILED', preview: null, failure: expect.stringContaining('缩小范围') });
    expect((await redeliveries.confirm(view.id, 61)).body).toMatchObject({ code: 'REDELIVERY_STATE' });
    expect(await redeliveries.said(view.id)).toEqual([]);
  });
});

describe('once is once', () => {
  const one = told();
  beforeAll(() => city.hear(...one.said));
  const scope = { entryId: one.flag.entryId };

  test('the same request under its key is one redelivery; confirming again, by whomever, sends nothing again', async () => {
    const body = { department: 'CZJ', scope, reason: '补数' };
    const headers = { 'idempotency-key': randomUUIDv7() };
    const [first, second] = [await redeliveries.ask(creditOffice, body, headers), await redeliveries.ask(creditOffice, body, headers)];
    expect(second.body.id).toBe(first.body.id);
    const view = await redeliveries.until(first.body.id, ({ status }) => status === 'PLANNED');
    await redeliveries.send(view);
    expect((await redeliveries.confirm(view.id, 4, replayAdmin)).body).toMatchObject({ status: 'COMPLETED', sent: 4 });
    expect(await redeliveries.delivered(view.id)).toHaveLength(4);
  });

  test('a preview is confirmed by its number, and by nobody who read an older one', async () => {
    const view = await redeliveries.plan('CZJ', scope);
    expect((await redeliveries.confirm(view.id, 3)).body).toMatchObject({ code: 'REDELIVERY_COUNT_DIFFERS' });
    expect((await redeliveries.confirm(view.id, 4, creditOffice, { 'if-match': '"1"' })).body).toMatchObject({ code: 'STALE' });
    expect((await redeliveries.confirm(view.id, 4, creditOffice, { 'if-match': `"${view.version}"` })).status).toBe(200);
    await redeliveries.until(view.id, ({ status }) => status === 'COMPLETED');
  });

  test('while it runs, the same is not let go a second time; another scope is', async () => {
    const [first, second, other] = [
      await redeliveries.plan('CZJ', scope),
      await redeliveries.plan('CZJ', scope),
      await redeliveries.plan('RSJ', scope),
    ];
    await city.restart({ ...settings, LIANXIN_REDELIVERY_PAUSE_MS: '60000' });
    expect((await redeliveries.confirm(first.id, 4)).body).toMatchObject({ status: 'RUNNING' });
    expect((await redeliveries.confirm(second.id, 4)).body).toMatchObject({
      code: 'REDELIVERY_RUNNING',
      detail: expect.stringContaining(first.id),
    });
    expect((await redeliveries.confirm(other.id, other.preview?.events ?? 0)).status).toBe(200);
    const half = await redeliveries.until(first.id, ({ sent }) => sent === 3);
    expect(half).toMatchObject({ status: 'RUNNING', progress: { phase: '补发', done: 3, total: 4 } });
  });

  test('what was stopped half way goes on after a restart and sends each event once', async () => {
    const { body } = await city.get<{ data: { id: string; status: string }[] }>(
      creditOffice,
      '/api/v1/redeliveries?status=RUNNING&department=CZJ',
    );
    const [running] = body.data;
    await city.restart(settings);
    await city.city.query("UPDATE objection_handling.timer SET due_at = now() WHERE kind = 'redelivery-step'");
    const view = await redeliveries.until(running?.id ?? '', ({ status }) => status === 'COMPLETED');
    expect(view.sent).toBe(4);
    expect((await redeliveries.delivered(view.id)).map(({ event }) => event.id)).toEqual(idsOf(one.ofCzj));
  });

  test('one whose event can no longer be sent ends as failed, with the reason, and sends nothing of that portion', async () => {
    const broken = told();
    await city.hear(...broken.said);
    const view = await redeliveries.plan('CZJ', { entryId: broken.flag.entryId });
    const last = broken.ofCzj.at(-1)?.event.id ?? '';
    await city.city.query("UPDATE objection_handling.journal_event SET classification = 'confidential' WHERE event_id = $1", [last]);
    await redeliveries.confirm(view.id, 4);
    const failed = await redeliveries.until(view.id, ({ status }) => status !== 'RUNNING');
    expect(failed).toMatchObject({ status: 'FAILED', sent: 3, endedBy: 'system', failure: expect.stringContaining(last) });
    expect(await redeliveries.delivered(view.id)).toHaveLength(3);
    expect((await redeliveries.said(view.id)).at(-1)).toMatchObject({ data: { outcome: 'FAILED', planned: 4, sent: 3 } });
  });

  test('one that is cancelled stops; what has gone out stays, and it cannot be let go again', async () => {
    await city.restart({ ...settings, LIANXIN_REDELIVERY_PAUSE_MS: '60000' });
    const view = await redeliveries.plan('CZJ', scope);
    await redeliveries.confirm(view.id, 4);
    await redeliveries.until(view.id, ({ sent }) => sent === 3);
    expect((await redeliveries.cancel(view.id, replayAdmin)).body).toMatchObject({ status: 'CANCELLED', endedBy: 'admin-one', sent: 3 });
    expect((await redeliveries.cancel(view.id)).body).toMatchObject({ status: 'CANCELLED', endedBy: 'admin-one' });
    await city.restart(settings);
    await eventually('its events are forgotten', async () => {
      const left = await city.city.query('SELECT 1 FROM objection_handling.redelivery_item WHERE redelivery_id = $1', [view.id]);
      return left.length === 0;
    });
    expect(await redeliveries.delivered(view.id)).toHaveLength(3);
    expect((await redeliveries.confirm(view.id, 4)).body).toMatchObject({ code: 'REDELIVERY_STATE' });
    expect((await redeliveries.said(view.id)).at(-1)).toMatchObject({ data: { outcome: 'CANCELLED', planned: 4, sent: 3 } });
  });

  test('a preview that nobody confirms for a week is dropped', async () => {
    const view = await redeliveries.plan('CZJ', scope);
    city.city.turnClock(8 * 86_400_000);
    try {
      expect(await redeliveries.until(view.id, ({ status }) => status === 'CANCELLED')).toMatchObject({ endedBy: 'system' });
      expect(await redeliveries.said(view.id)).toEqual([]);
    } finally {
      city.city.turnClock(0);
    }
  });
});

describe('who may', () => {
  const one = told();
  beforeAll(() => city.hear(...one.said));
  const scope = { entryId: one.flag.entryId };

  test('a department asks for itself and for nobody else, and sees its own redeliveries only', async () => {
    const own = await redeliveries.ask(handlerOf('CZJ'), { scope, reason: '重装' });
    expect(own).toMatchObject({ status: 202, body: { department: 'CZJ' } });
    expect((await redeliveries.ask(handlerOf('CZJ'), { department: 'RSJ', scope, reason: '好奇' })).status).toBe(404);
    const foreign = await redeliveries.plan('RSJ', scope);
    expect((await city.get(handlerOf('CZJ'), `/api/v1/redeliveries/${foreign.id}`)).status).toBe(404);
    expect((await redeliveries.confirm(foreign.id, 3, approverOf('CZJ'))).status).toBe(404);
    expect((await redeliveries.cancel(foreign.id, handlerOf('CZJ'))).status).toBe(404);
    // Before its body is looked at, which is wrong.
    expect((await redeliveries.confirm(foreign.id, -3, approverOf('CZJ'))).status).toBe(404);
    const list = await city.get<{ data: { department: string }[] }>(handlerOf('CZJ'), '/api/v1/redeliveries?limit=100');
    expect(new Set(list.body.data.map(({ department }) => department))).toEqual(new Set(['CZJ']));
    expect((await redeliveries.get(foreign.id)).status).toBe('PLANNED');
    await redeliveries.until(own.body.id, ({ status }) => status === 'PLANNED');
    expect((await redeliveries.confirm(own.body.id, 4, approverOf('CZJ'))).body).toMatchObject({ confirmedBy: approverOf('CZJ').id });
  });

  test.each([
    ['the audit', principalOf(['AUDITOR']), 403],
    ['a window', principalOf(['WINDOW_CLERK'], ['DATAJ']), 403],
    ['somebody of no department', principalOf(['DEPT_HANDLER']), 404],
    ['supervision', principalOf(['SUPERVISOR']), 403],
  ] as const)('%s does not', async (_name, who, status) => {
    expect((await redeliveries.ask(who, { department: 'CZJ', scope, reason: '看看' })).status).toBe(status);
  });

  test.each([
    ['no reason', { department: 'CZJ', scope }],
    ['a blank reason', { department: 'CZJ', scope, reason: '  ' }],
    ['no scope', { department: 'CZJ', reason: '补' }],
    ['two scopes at once', { department: 'CZJ', scope: { ...scope, subjectId: randomUUIDv7() }, reason: '补' }],
    ['a period without its end', { department: 'CZJ', scope: { from: '2026-01-01T00:00:00Z' }, reason: '补' }],
    [
      'a period that runs backwards',
      { department: 'CZJ', scope: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, reason: '补' },
    ],
    ['a type that does not exist', { department: 'CZJ', scope, types: ['lianxin.nothing.v1'], reason: '补' }],
    ['no department, from the office', { scope, reason: '补' }],
    ['the stream of the city', { department: 'CITY', scope, reason: '补' }],
  ])('a request with %s is refused', async (_name, body) => {
    expect(await redeliveries.ask(creditOffice, body)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  test('the audit reads who had what sent again, why and how many, also as a file', async () => {
    const view = await redeliveries.plan('CZJ', scope, {}, replayAdmin);
    await redeliveries.send(view);
    const seen = await redeliveries.get(view.id, principalOf(['AUDITOR']));
    expect(seen.steps.map(({ action, actor }) => [action, actor])).toEqual([
      ['request', 'admin-one'],
      ['plan', 'system'],
      ['confirm', 'office-one'],
      ['complete', 'system'],
    ]);
    const file = await city.city.download(city.running, principalOf(['AUDITOR']), '/api/v1/redeliveries/export?format=csv');
    const line = file.bytes
      .toString('utf8')
      .split('\n')
      .find((row) => row.includes(view.id));
    expect(line).toContain('部门系统重装后补数');
    expect(line).toContain('admin-one');
  });

  test('the journal keeps who let it go, and not the copies a second time', async () => {
    const view = await redeliveries.plan('CZJ', scope);
    await redeliveries.send(view);
    await city.caughtUp();
    const kept = await city.city.query<{ type: string }>(
      'SELECT type FROM objection_handling.journal_event WHERE subject_key = $1 ORDER BY subject_seq',
      [view.id],
    );
    expect(kept.map(({ type }) => type)).toEqual(['lianxin.redelivery.confirmed.v1', 'lianxin.redelivery.ended.v1']);
    expect((await redeliveries.plan('CZJ', { subjectId: view.id })).preview?.events).toBe(0);
  });
});
