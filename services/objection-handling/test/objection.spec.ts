import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  addWorkingDays,
  calendar2026,
  calendarKey,
  calendarLoaded,
  endOfDayBeijing,
  objectionAccepted,
  objectionClosed,
  objectionDecided,
  objectionExecuted,
  objectionForwarded,
  objectionMarked,
  objectionOverdue,
  objectionSubmitted,
  objectionWithdrawn,
  type ProblemBody,
  restorationOrdered,
} from '@lianxin/contracts';
import { EventFeeder, eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { ObjectionSummary, ObjectionView } from '../src/objection.schemas.ts';
import { catalogue } from './catalogue.sayings.ts';
import { approverOf, creditOffice, handlerOf, JournalCity } from './journal.city.ts';
import { objectionDesk, tax, taxApprover, window } from './objection.desk.ts';
import { answer, dismissal, evidence, submission, today, upheld, wd } from './objection.sayings.ts';
import { taskOf } from './sayings.ts';

const secondOffice = principalOf(['CREDIT_CENTRE_OPERATOR'], [], 'centre-two');
let city: JournalCity;
let feeder: EventFeeder;
beforeAll(async () => {
  city = await JournalCity.create();
  feeder = await EventFeeder.for(city.city);
  await feeder.listen(['lianxin.objection', 'lianxin.restoration']);
  await city.hear(...catalogue());
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});

const desk = objectionDesk(
  () => city,
  () => feeder,
);
const { act, must, refusal, told, inForce, submitted, verifying } = desk;

describe('an objection that is upheld', () => {
  test('is marked, verified, decided by two, executed when the entry is void, restored and answered', async () => {
    const flag = await inForce();
    const task = taskOf('CZJ');
    await city.hear(flag.dispatched([task, taskOf('RSJ')]), flag.acknowledged(task, 2), flag.answered(task, 3));
    const objection = await submitted(flag);
    expect(objection).toMatchObject({
      status: 'SUBMITTED',
      number: expect.stringMatching(/^LYG-YY-2026-\d{6}$/),
      sourceDepartment: 'SHUIJ',
      applicant: '张*丰',
      lacks: [],
      dueOn: wd(1),
      target: { number: 'LYG-HMD-2026-000001', listCode: 'BL-TAX' },
    });
    expect(JSON.stringify(objection)).not.toContain('32070019900101001X');
    const accepted = await must(act(creditOffice, objection.id, 'accept'));
    expect(Object.fromEntries(accepted.deadlines.filter((one) => one.metOn === null).map((one) => [one.kind, one.dueOn]))).toEqual({
      MARK: wd(1),
      SELF_CHECK: wd(2),
      TOTAL: wd(10),
      HARD: wd(20),
    });
    expect((await told(objectionAccepted, objection.id)).data).toMatchObject({
      marks: true,
      markDueOn: wd(1),
      target: { id: flag.entryId },
    });
    await city.hear(flag.disputed(), flag.planHeld());
    const marked = (await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${objection.id}`)).body;
    expect([marked.status, marked.markedOn]).toEqual(['MARKED', '2026-11-10']);
    expect((await told(objectionMarked, objection.id)).data).toMatchObject({ onTime: true });
    await must(act(creditOffice, objection.id, 'self-check'));
    await must(act(creditOffice, objection.id, 'forward'));
    expect((await told(objectionForwarded, objection.id)).data.dueOn).toBe(wd(5));
    await must(act(tax, objection.id, 'verify'));
    await must(act(tax, objection.id, 'propose', upheld));
    expect(await refusal(act(tax, objection.id, 'approve'))).toEqual([403, 'FORBIDDEN']);
    const decided = await must(act(taxApprover, objection.id, 'approve'));
    expect(decided).toMatchObject({ status: 'UPHELD', decision: { proposedBy: tax.id, approvedBy: taxApprover.id } });
    expect(decided.decision?.remediesZh).toContain('行政复议');
    expect((await told(objectionDecided, objection.id)).data).toMatchObject({ effect: 'VOID', stillDisputed: false });
    // Not done before the entry is void.
    expect(await refusal(act(creditOffice, objection.id, 'complete', answer))).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    await city.hear(flag.exited('CORRECTED'), flag.planEnded(), flag.lifting([task], 4));
    const executed = (await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${objection.id}`)).body;
    expect([executed.status, executed.restorations]).toEqual(['EXECUTED', 1]);
    const order = await eventually('the restoration is ordered', () =>
      feeder.eventsOf(restorationOrdered).find((event) => event.data.entryId === flag.entryId),
    );
    expect(order.data).toMatchObject({
      ground: 'OBJECTION_UPHELD',
      documentNo: '税异〔2026〕2号',
      departments: [{ departmentCode: 'CZJ', measureCodes: ['TAX-01'] }],
    });
    expect((await told(objectionExecuted, objection.id)).data.restorations).toBe(1);
    const closed = await must(act(creditOffice, objection.id, 'complete', answer));
    expect([closed.status, closed.deadlines.every((one) => one.metOn !== null)]).toEqual(['CLOSED', true]);
    expect((await told(objectionClosed, objection.id)).data.documentNo).toBe(answer.documentNo);
    expect(closed.steps.map((step) => step.action)).toEqual([
      ...['SUBMIT', 'ACCEPT', 'MARK', 'START_CHECK', 'FORWARD', 'START_VERIFICATION', 'PROPOSE', 'UPHOLD', 'EXECUTE', 'ANSWER'],
    ]);
    // What was said is the same when every event comes again, and nobody is ordered twice.
    await city.city.query('TRUNCATE objection_handling.inbox');
    await city.hear(flag.exited('CORRECTED'));
    expect(feeder.eventsOf(restorationOrdered).filter((event) => event.data.entryId === flag.entryId)).toHaveLength(1);
  });

  test('by the platform’s own check needs a second person of the office, and is done when the entry is void', async () => {
    const flag = await inForce();
    const { id } = await submitted(flag, { kinds: ['MISTAKEN_IDENTITY'], capacity: 'MISTAKEN_PERSON' });
    await must(act(creditOffice, id, 'accept'));
    await must(act(creditOffice, id, 'self-check'));
    expect(await refusal(act(creditOffice, id, 'propose', upheld))).toEqual([422, 'OUTCOME_NOT_ALLOWED']);
    expect(await refusal(act(creditOffice, id, 'propose', dismissal))).toEqual([422, 'OUTCOME_NOT_ALLOWED']);
    await must(act(creditOffice, id, 'propose', { ...upheld, errorSource: 'PLATFORM' }));
    expect(await refusal(act(creditOffice, id, 'approve'))).toEqual([403, 'FOUR_EYES_REQUIRED']);
    expect(await refusal(act(creditOffice, id, 'forward'))).toEqual([409, 'STEP_NOT_READY']);
    expect((await must(act(secondOffice, id, 'approve'))).status).toBe('UPHELD');
    await city.hear(flag.exited('EXPIRED'));
    expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body.status).toBe('UPHELD');
    await city.hear(flag.exited('CORRECTED'));
    expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body.status).toBe('EXECUTED');
  });

  test('for one measure leaves the record alone and orders its department to restore', async () => {
    const flag = await inForce();
    const [wrong, right] = [taskOf('CZJ'), taskOf('RSJ')] as const;
    await city.hear(flag.dispatched([wrong, right]));
    const target = { kind: 'LIST_ENTRY', number: undefined, id: flag.entryId, taskId: wrong.taskId };
    const objection = await submitted(flag, { target, kinds: ['MEASURE_WRONGLY_APPLIED'] });
    expect(objection.sourceDepartment).toBe('CZJ');
    await must(act(creditOffice, objection.id, 'accept'));
    expect((await told(objectionAccepted, objection.id)).data.marks).toBe(false);
    await must(act(creditOffice, objection.id, 'self-check'));
    await must(act(creditOffice, objection.id, 'forward'));
    expect(await refusal(act(tax, objection.id, 'verify'))).toEqual([404, 'NOT_FOUND']);
    await must(act(handlerOf('CZJ'), objection.id, 'verify'));
    expect(await refusal(act(handlerOf('CZJ'), objection.id, 'propose', upheld))).toEqual([422, 'OUTCOME_NOT_ALLOWED']);
    await must(act(handlerOf('CZJ'), objection.id, 'propose', { ...upheld, effect: 'UNDO_MEASURE' }));
    const decided = await must(act(approverOf('CZJ'), objection.id, 'approve'));
    expect([decided.status, decided.restorations]).toEqual(['EXECUTED', 1]);
    const order = await eventually('the restoration is ordered', () =>
      feeder.eventsOf(restorationOrdered).find((event) => event.data.entryId === flag.entryId),
    );
    expect(order.data.departments).toEqual([{ departmentCode: 'CZJ', measureCodes: ['TAX-01'] }]);
  });
});

describe('an objection that changes nothing or little', () => {
  test('is dismissed: done when the mark is gone, and the same again is refused without new evidence (R-6-12)', async () => {
    const flag = await inForce();
    const { id } = await verifying(flag);
    await city.hear(flag.disputed());
    await must(act(tax, id, 'propose', dismissal));
    await must(act(taxApprover, id, 'approve'));
    expect((await told(objectionDecided, id)).data).toMatchObject({ outcome: 'DISMISSED', stillDisputed: false });
    await city.hear(flag.disputeEnded());
    expect((await must(act(creditOffice, id, 'complete', answer))).status).toBe('CLOSED');
    const again = (change: Record<string, unknown>) => city.post(window, '/api/v1/objections', submission(flag, change));
    expect(await refusal(again({}))).toEqual([409, 'OBJECTION_DUPLICATE']);
    const fresh = await submitted(flag, { evidence: [evidence('新证据')] });
    expect(fresh.repeatOf).toBe(id);
    expect(await refusal(again({ evidence: [evidence('另一新证据')] }))).toEqual([409, 'OBJECTION_OPEN']);
  });

  test('keeps the mark while another objection to the same entry is open', async () => {
    const flag = await inForce();
    const first = await verifying(flag);
    await city.hear(flag.disputed());
    const other = await submitted(flag, { capacity: 'AGENT', applicant: { name: '李四' }, authority: { documentNo: '授权书' } });
    expect((await must(act(creditOffice, other.id, 'accept'))).status).toBe('MARKED');
    await must(act(tax, first.id, 'propose', dismissal));
    expect((await must(act(taxApprover, first.id, 'approve'))).status).toBe('EXECUTED');
    expect((await told(objectionDecided, first.id)).data.stillDisputed).toBe(true);
    await must(act(window, other.id, 'withdraw', { reason: '申请人撤回' }));
    expect((await told(objectionWithdrawn, other.id)).data).toMatchObject({ wasAccepted: true, stillDisputed: false });
  });

  test('is partly upheld with an earlier end of the term, never a later one', async () => {
    const flag = await inForce();
    const { id } = await verifying(flag);
    const partly = { ...upheld, outcome: 'PARTLY_UPHELD', effect: 'AMEND' };
    expect(await refusal(act(tax, id, 'propose', { ...partly, validTo: '2030-01-01' }))).toEqual([422, 'OUTCOME_NOT_ALLOWED']);
    await must(act(tax, id, 'propose', { ...partly, validTo: '2028-01-01' }));
    await must(act(taxApprover, id, 'return-proposal', { reason: '再核' }));
    expect(await refusal(act(taxApprover, id, 'approve'))).toEqual([409, 'STEP_NOT_READY']);
    await must(act(tax, id, 'propose', { ...partly, validTo: '2028-01-01' }));
    await must(act(taxApprover, id, 'approve'));
    expect((await told(objectionDecided, id)).data).toMatchObject({ effect: 'AMEND', validTo: '2028-01-01' });
  });
});

test('an old mark that comes again, as when the journal is built anew, is not the mark of a later objection', async () => {
  const flag = await inForce();
  const old = flag.disputed();
  await city.hear(old, flag.disputeEnded());
  const { id } = await submitted(flag);
  await must(act(creditOffice, id, 'accept'));
  await city.city.query('TRUNCATE objection_handling.inbox');
  await city.hear(old);
  expect((await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`)).body.status).toBe('ACCEPTED');
});

test('nothing is forwarded while the clock stands for an appraisal (§6.3)', async () => {
  const { id } = await submitted(await inForce());
  await must(act(creditOffice, id, 'accept'));
  await must(act(creditOffice, id, 'self-check'));
  await must(act(creditOffice, id, 'stop-clock', { cause: 'APPRAISAL', documentNo: '鉴定委托书' }));
  expect(await refusal(act(creditOffice, id, 'forward'))).toEqual([409, 'STEP_NOT_READY']);
  await must(act(creditOffice, id, 'start-clock'));
  expect((await must(act(creditOffice, id, 'forward'))).status).toBe('FORWARDED');
});

describe('clocks (§6.3)', () => {
  test('a limit that passes undone is told once; an extension is given once; an appraisal does not count', async () => {
    const flag = await inForce();
    const { id } = await verifying(flag);
    const dueOf = (view: ObjectionView, kind: string) => view.deadlines.find((one) => one.kind === kind)?.dueOn;
    expect(await refusal(act(tax, id, 'extend', { reason: '案情复杂' }))).toEqual([403, 'FORBIDDEN']);
    const extended = await must(act(taxApprover, id, 'extend', { reason: '案情复杂' }));
    expect([extended.status, dueOf(extended, 'VERIFY')]).toEqual(['EXTENDED', wd(10)]);
    expect(await refusal(act(taxApprover, id, 'extend', { reason: '再延' }))).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    await must(act(tax, id, 'stop-clock', { cause: 'APPRAISAL', documentNo: '鉴定委托书' }));
    expect(await refusal(act(tax, id, 'propose', dismissal))).toEqual([409, 'STEP_NOT_READY']);
    await city.city.query(`UPDATE objection_handling.objection SET clock_stopped_on = $1 WHERE id = $2`, [
      addWorkingDays(calendar2026, today, -3).date,
      id,
    ]);
    const started = await must(act(tax, id, 'start-clock'));
    expect([dueOf(started, 'VERIFY'), dueOf(started, 'HARD')]).toEqual([wd(13), wd(23)]);
    city.city.turnClock(40 * 86_400_000);
    try {
      await eventually('every limit that runs is told of', () =>
        ['MARK', 'VERIFY', 'TOTAL', 'HARD'].every((kind) =>
          feeder.eventsOf(objectionOverdue).some((event) => event.data.objectionId === id && event.data.deadline === kind),
        ),
      );
    } finally {
      city.city.turnClock(0);
    }
    expect(feeder.eventsOf(objectionOverdue).filter((event) => event.data.objectionId === id)).toHaveLength(4);
    const { body } = await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`);
    expect(body.status).toBe('EXTENDED');
  });
});

describe('taking objections in', () => {
  test('completion is asked for once, for everything', async () => {
    const flag = await inForce();
    const objection = await submitted(flag, { capacity: 'AGENT', identityProof: null, evidence: [] });
    expect(objection.lacks.map((lack) => lack.pointer)).toEqual(['/identityProof', '/authority', '/evidence']);
    const { status, body } = await act<ProblemBody>(creditOffice, objection.id, 'accept');
    expect([status, body.code, body.errors?.length]).toEqual([422, 'OBJECTION_INCOMPLETE', 3]);
    await must(act(creditOffice, objection.id, 'request-materials', { reason: '材料不全' }));
    expect(await refusal(act(handlerOf('RSJ'), objection.id, 'complete-materials', {}))).toEqual([404, 'NOT_FOUND']);
    await must(act(window, objection.id, 'complete-materials', { evidence: [evidence('一')] }));
    expect(await refusal(act(creditOffice, objection.id, 'request-materials', { reason: '还缺' }))).toEqual([
      409,
      'TRANSITION_NOT_ALLOWED',
    ]);
    const refused = await must(act(creditOffice, objection.id, 'reject', { ground: 'NOT_COMPLETED', reason: '仍缺授权' }));
    expect([refused.status, refused.deadlines.every((one) => one.metOn !== null)]).toEqual(['REFUSED', true]);
  });

  test.each([
    ['a creditor', { capacity: 'CREDITOR' }, window, 422, 'OBJECTION_NOT_ENTITLED'],
    ['a whistle-blower', { capacity: 'WHISTLEBLOWER' }, window, 422, 'OBJECTION_NOT_ENTITLED'],
    ['a window for another channel', { channel: 'CREDIT_CHINA' }, window, 403, 'FORBIDDEN'],
    ['a window in the name of a department', { capacity: 'DEPARTMENT' }, window, 403, 'FORBIDDEN'],
    ['a day to come', { receivedOn: '2099-01-01' }, window, 422, 'DATE_IN_FUTURE'],
    ['an unknown entry', { target: { kind: 'LIST_ENTRY', id: randomUUIDv7() } }, window, 404, 'NOT_FOUND'],
    ['neither id nor number', { target: { kind: 'LIST_ENTRY' } }, window, 400, 'VALIDATION_FAILED'],
    ['another subject', { channel: 'PLATFORM' }, principalOf(['SUBJECT'], [], `subject:${randomUUIDv7()}`), 404, 'NOT_FOUND'],
    ['audit', {}, principalOf(['AUDITOR']), 403, 'FORBIDDEN'],
  ] as const)('is refused for %s', async (_what, change, who, status, code) => {
    const flag = await inForce();
    expect(await refusal(city.post(who, '/api/v1/objections', submission(flag, change)))).toEqual([status, code]);
  });

  test('a department that finds an error itself tells the source unit (R-6-9); the subject may object for itself', async () => {
    const flag = await inForce();
    const own = { capacity: 'DEPARTMENT', channel: 'DEPARTMENT', identityProof: null, applicant: { name: '财政局' } };
    expect((await submitted(flag, own, handlerOf('CZJ'))).capacity).toBe('DEPARTMENT');
    const self = principalOf(['SUBJECT'], [], `subject:${flag.subjectId}`);
    const mine = await submitted(flag, { channel: 'PLATFORM' }, self);
    expect((await told(objectionSubmitted, mine.id)).data.channel).toBe('PLATFORM');
    expect((await city.get(self, `/api/v1/objections/${mine.id}`)).status).toBe(200);
    expect((await city.get<{ data: ObjectionSummary[] }>(self, '/api/v1/objections')).body.data.map((one) => one.subjectId)).toEqual([
      flag.subjectId,
      flag.subjectId,
    ]);
  });

  test('each sees its own: the source unit, whoever took it in, the office; nobody else', async () => {
    const flag = await inForce();
    const { id } = await submitted(flag);
    for (const who of [tax, window, creditOffice, principalOf(['AUDITOR'])])
      expect((await city.get(who, `/api/v1/objections/${id}`)).status).toBe(200);
    for (const who of [handlerOf('CZJ'), principalOf(['WINDOW_CLERK'], ['RSJ'])])
      expect((await city.get(who, `/api/v1/objections/${id}`)).status).toBe(404);
    expect(await refusal(act(handlerOf('CZJ'), id, 'propose', {}))).toEqual([404, 'NOT_FOUND']);
    expect(await refusal(act(tax, id, 'accept'))).toEqual([403, 'FORBIDDEN']);
  });

  test('a request that comes twice is one objection, and a stale change is refused', async () => {
    const flag = await inForce();
    const key = { 'idempotency-key': randomUUIDv7() };
    const first = await city.post<ObjectionView>(window, '/api/v1/objections', submission(flag), key);
    const second = await city.post<ObjectionView>(window, '/api/v1/objections', submission(flag), key);
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
    await must(act(creditOffice, first.body.id, 'accept', {}, { 'if-match': '"1"' }));
    expect(await refusal(act(creditOffice, first.body.id, 'self-check', {}, { 'if-match': '"1"' }))).toEqual([412, 'STALE']);
  });

  test('the list is exported without anybody’s name', async () => {
    const { status, bytes } = await city.city.download(city.running, creditOffice, '/api/v1/objections/export?format=csv');
    expect(status).toBe(200);
    expect(bytes.toString('utf8')).toContain('LYG-YY-2026-');
    expect(bytes.toString('utf8')).not.toContain('张');
  });
});

test('what happened on two replicas, with one killed between the decision and its execution, is done once', async () => {
  const flag = await inForce();
  const task = taskOf('CZJ');
  await city.hear(flag.dispatched([task]), flag.answered(task, 3));
  const { id } = await verifying(flag);
  await city.hear(flag.disputed());
  await must(act(tax, id, 'propose', upheld));
  const second = await city.city.boot(service);
  await must(act(taxApprover, id, 'approve'));
  await city.send(flag.exited('CORRECTED'));
  await city.restart();
  await city.caughtUp();
  await second.close();
  const { body } = await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`);
  expect([body.status, body.restorations]).toEqual(['EXECUTED', 1]);
  await eventually('the restoration is told', () =>
    feeder.eventsOf(restorationOrdered).some((event) => event.data.entryId === flag.entryId),
  );
  expect(feeder.eventsOf(restorationOrdered).filter((event) => event.data.entryId === flag.entryId)).toHaveLength(1);
});

test('the table of the next year is heard: limits that run move to where they should end, and those that begin count it', async () => {
  const year = Math.max(2027, Number(today.slice(0, 4)) + 1);
  const eve = `${year - 1}-12-31`;
  const start = Date.parse(`${eve}T02:00:00Z`);
  const off = Array.from({ length: 10 }, (_, index) => addDays(`${year}-01-01`, index));
  const table = { years: { ...calendar2026.years, [year]: { off, work: [] } } };
  const [flag, next] = [await inForce(), await inForce()];
  city.city.turnClock(start - Date.now());
  const running = await submitted(flag);
  await must(act(creditOffice, running.id, 'accept'));
  const duesOf = async (id: string) => {
    const { body } = await city.get<ObjectionView>(creditOffice, `/api/v1/objections/${id}`);
    return Object.fromEntries(body.deadlines.filter((one) => one.metOn === null).map((one) => [one.kind, one.dueOn]));
  };
  const due = (calendar: typeof calendar2026) =>
    Object.fromEntries(
      Object.entries({ MARK: 1, SELF_CHECK: 2, TOTAL: 10, HARD: 20 }).map(([kind, days]) => [
        kind,
        addWorkingDays(calendar, eve, days).date,
      ]),
    );
  expect(await duesOf(running.id)).toEqual(due(calendar2026));
  const loadedAt = new Date(start).toISOString();
  const { record } = feeder.make(calendarLoaded, calendarKey, { year, version: 1, source: '测试', off, work: [], loadedAt });
  await feeder.sendRecords([record, record]);
  await eventually('it is heard', async () => (await city.city.query('SELECT 1 FROM objection_handling.calendar_copy')).length === 1);
  city.city.turnClock(start + 61_000 - Date.now());
  await eventually('the limits have moved', async () => (await duesOf(running.id))['MARK'] === due(table)['MARK']);
  expect(await duesOf(running.id)).toEqual(due(table));
  const timers = await city.city.query<{ reference: string; due_at: Date }>(
    "SELECT reference, due_at FROM objection_handling.timer WHERE kind = 'objection-deadline' AND reference = $1",
    [`${running.id}|TOTAL`],
  );
  expect(timers.map((timer) => timer.due_at)).toEqual([endOfDayBeijing(due(table)['TOTAL'] ?? '')]);
  const moves = await city.city.query('SELECT 1 FROM objection_handling.calendar_move WHERE reference LIKE $1', [`${running.id}|%`]);
  expect(moves).toHaveLength(4);
  const fresh = await submitted(next);
  await must(act(creditOffice, fresh.id, 'accept'));
  expect(await duesOf(fresh.id)).toEqual(due(table));
});
