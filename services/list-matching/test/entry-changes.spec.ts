import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  endOfDayBeijing,
  type ListEntryView,
  listEntryExited,
  listEntryReceived,
  listEntryResumed,
  listEntrySuspended,
  type ProblemBody,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { auditor, court, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, today } from './designations.ts';

describe('an entry after its activation', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const listed = async (changes: Record<string, unknown> = {}, listCode = 'BL-WAGE', principal = wageOffice) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const act = <Body = ListEntryView>(entry: { id: string }, action: string, body: unknown, principal = wageOffice, headers = {}) =>
    lists.call<Body>(principal, 'POST', `/api/v1/list-entries/${entry.id}/${action}`, body, headers);
  const exit = (ground: string) => ({ ground, documentNo: '移出〔2026〕1号', date: today });
  const exitOf = (entry: { id: string }) =>
    eventually('the exit is told', () => lists.feeder.eventsOf(listEntryExited).find((event) => event.data.entryId === entry.id));
  const timersOf = (entry: { id: string }) =>
    lists.city.query<{ due_at: Date }>('SELECT due_at FROM list_matching.timer WHERE reference = $1', [entry.id]);

  test.each([
    ['DUTIES_PERFORMED', 'EXPIRED', 'T16a'],
    ['REPAIRED', 'REPAIRED', 'T17'],
    ['DESIGNATION_WRONG', 'CORRECTED', 'T18'],
    ['BASIS_REVOKED', 'REVOKED', 'T19'],
    ['SUBJECT_ENDED', 'CLOSED_SUBJECT', 'T22'],
    ['LIST_ABOLISHED', 'EXPIRED', 'T16a'],
  ])('exit on the ground %s makes it %s (%s), and its timer is gone', async (ground, status, transition) => {
    const entry = await listed();
    expect(await timersOf(entry)).toHaveLength(1);
    const left = await act(entry, 'exit', exit(ground));
    expect([left.status, left.body.status, left.body.timeline.at(-1)?.transition]).toEqual([200, status, transition]);
    expect(left.headers.get('etag')).toBe('"6"');
    const event = await exitOf(entry);
    expect(event.data).toMatchObject({ entryVersion: 6, status, ground, documentNo: '移出〔2026〕1号', exitedOn: today, byEntryId: null });
    expect(event.key).toBe(entry.subject.id);
    expect(await timersOf(entry)).toEqual([]);
  });

  test.each(['DUTIES_PERFORMED', 'SUBJECT_ENDED', 'REPAIRED'])(
    'the mark of a dispute goes with the entry, on the ground %s too',
    async (ground) => {
      const entry = await listed();
      const document = { name: '异议受理通知书', number: '异1号', date: today };
      expect((await act(entry, 'dispute', { document }, creditOffice)).body.disputed).toBe(true);
      expect((await act(entry, 'exit', exit(ground))).body.disputed).toBe(false);
    },
  );

  test('an exit that has been made is answered again under its key, and refused without', async () => {
    const entry = await listed();
    const key = { 'idempotency-key': `exit ${entry.id}` };
    const first = await act(entry, 'exit', exit('DUTIES_PERFORMED'), wageOffice, key);
    const again = await act(entry, 'exit', exit('DUTIES_PERFORMED'), wageOffice, key);
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([200, first.body, 'true']);
    const refused = await act<ProblemBody>(entry, 'exit', exit('DUTIES_PERFORMED'));
    expect([refused.status, refused.body.code]).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    for (const word of ['EXPIRED', 'EXIT', 'CORRECT', 'REVOKE_BASIS']) expect(refused.body.detail).toContain(word);
  });

  test('an expired entry may still be found wrong: it is told again with a higher version (T18)', async () => {
    const entry = await listed();
    await act(entry, 'exit', exit('DUTIES_PERFORMED'));
    expect((await act(entry, 'exit', exit('DESIGNATION_WRONG'))).body).toMatchObject({ status: 'CORRECTED', version: 7 });
    const told = await eventually('both are told', () => {
      const events = lists.feeder.eventsOf(listEntryExited).filter((event) => event.data.entryId === entry.id);
      return events.length === 2 && events;
    });
    expect(told.map((event) => [event.data.entryVersion, event.data.status])).toEqual([
      [6, 'EXPIRED'],
      [7, 'CORRECTED'],
    ]);
  });

  test('grounds and dates that cannot be are refused with their field', async () => {
    const entry = await listed();
    const ofCourt = await listed({}, 'BL-COURT', court);
    const cases: [string, unknown, number, string, string][] = [
      ['CREDITOR_CONSENT', exit('CREDITOR_CONSENT'), 422, 'GROUND_NOT_ALLOWED', '/ground'],
      ['TERM_REACHED', exit('TERM_REACHED'), 422, 'GROUND_NOT_ALLOWED', '/ground'],
      ['tomorrow', { ...exit('DUTIES_PERFORMED'), date: daysAgo(-1) }, 422, 'DATE_IN_FUTURE', '/date'],
      ['before the decision', { ...exit('DUTIES_PERFORMED'), date: daysAgo(11) }, 422, 'DATE_ORDER', '/date'],
      ['no document', { ground: 'DUTIES_PERFORMED', date: today }, 400, 'VALIDATION_FAILED', '/documentNo'],
      ['a number of a person', { ...exit('DUTIES_PERFORMED'), documentNo: nextIdNumber() }, 400, 'VALIDATION_FAILED', '/documentNo'],
    ];
    for (const [what, body, status, code, pointer] of cases) {
      const answer = await act<ProblemBody>(entry, 'exit', body);
      expect([what, answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]).toEqual([what, status, code, pointer]);
    }
    expect((await act<ProblemBody>(ofCourt, 'exit', exit('REPAIRED'), court)).body.code).toBe('GROUND_NOT_ALLOWED');
    expect((await act(ofCourt, 'exit', exit('NO_ASSETS_FOUND'), court)).body.status).toBe('EXPIRED');
    expect((await lists.call<ListEntryView>(wageOffice, 'GET', `/api/v1/list-entries/${entry.id}`)).body.version).toBe(5);
  });

  test('only the designating unit lets go of its entry; for a national one only the credit office', async () => {
    const entry = await listed();
    expect((await act(entry, 'exit', exit('DUTIES_PERFORMED'), taxOffice)).status).toBe(404);
    const office = await act<ProblemBody>(entry, 'exit', exit('DUTIES_PERFORMED'), creditOffice);
    expect([office.status, office.body.code]).toEqual([403, 'NOT_DESIGNATING_UNIT']);
    expect((await act<ProblemBody>(entry, 'exit', exit('DUTIES_PERFORMED'), auditor)).status).toBe(403);
    const national = await listed({ origin: 'NATIONAL', batchNo: 'G-1', notice: undefined, service: undefined }, 'BL-WAGE', creditOffice);
    expect((await act<ProblemBody>(national, 'exit', exit('DUTIES_PERFORMED'))).body.code).toBe('NOT_DESIGNATING_UNIT');
    expect((await act(national, 'exit', exit('DUTIES_PERFORMED'), creditOffice)).body.status).toBe('EXPIRED');
  });

  test('an entry is suspended, told so, and runs again (T14, T15)', async () => {
    const entry = await listed();
    const order = { ground: 'STOP_EXECUTION', documentNo: '(2026)苏07行初1号', date: today };
    expect((await act(entry, 'suspend', order)).body).toMatchObject({ status: 'SUSPENDED', version: 6 });
    expect((await act<ProblemBody>(entry, 'suspend', order)).body.code).toBe('TRANSITION_NOT_ALLOWED');
    expect(await timersOf(entry)).toHaveLength(1);
    expect((await act(entry, 'resume', { documentNo: '2号', date: today })).body).toMatchObject({ status: 'ACTIVE', version: 7 });
    expect((await act<ProblemBody>(entry, 'resume', { documentNo: '2号', date: today })).body.code).toBe('TRANSITION_NOT_ALLOWED');
    await eventually('both are told', () =>
      [listEntrySuspended, listEntryResumed].every((definition) =>
        lists.feeder.eventsOf(definition).some((event) => event.data.entryId === entry.id),
      ),
    );
  });

  test('a version that somebody else has changed meanwhile is refused', async () => {
    const entry = await listed();
    const stale = await act<ProblemBody>(entry, 'exit', exit('DUTIES_PERFORMED'), wageOffice, { 'if-match': '"4"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'STALE']);
    expect((await act<ProblemBody>(entry, 'exit', exit('DUTIES_PERFORMED'), wageOffice, { 'if-match': 'nonsense' })).status).toBe(412);
    expect((await act(entry, 'exit', exit('DUTIES_PERFORMED'), wageOffice, { 'if-match': '"5"' })).status).toBe(200);
  });

  test('of many exits at once exactly one is made', async () => {
    const entry = await listed();
    const answers = await Promise.all(Array.from({ length: 8 }, () => act(entry, 'exit', exit('DUTIES_PERFORMED'))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
  });

  test('what is in force is not withdrawn', async () => {
    const answer = await act<ProblemBody>(await listed(), 'withdraw', { reason: '撤回' });
    expect([answer.status, answer.body.code]).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
  });

  test('an entry expires at 24:00 in Beijing of its last day, suspended or not, once, whichever replica is awake (T16)', async () => {
    await lists.city.boot(service);
    const entries = [await listed({ validTo: today }), await listed({ validTo: today }), await listed({ validTo: daysAgo(-30) })];
    const [first, suspended] = entries as [ListEntryView, ListEntryView, ListEntryView];
    await act(suspended, 'suspend', { ground: 'BANKRUPTCY', documentNo: '1号', date: today });
    expect((await timersOf(first))[0]?.due_at).toEqual(endOfDayBeijing(today));
    // The clock cannot be turned: the timers are.
    await lists.city.query('UPDATE list_matching.timer SET due_at = now() WHERE reference = ANY($1)', [entries.map((entry) => entry.id)]);
    for (const entry of entries) {
      const event = await exitOf(entry);
      expect(event.data).toMatchObject({ status: 'EXPIRED', ground: 'TERM_REACHED', documentNo: null, exitedOn: today });
    }
    const views = await Promise.all(
      entries.map((entry) => lists.call<ListEntryView>(wageOffice, 'GET', `/api/v1/list-entries/${entry.id}`)),
    );
    expect(views.map((view) => [view.body.status, view.body.timeline.filter((fact) => fact.transition === 'T16').length])).toEqual(
      Array(3).fill(['EXPIRED', 1]),
    );
  });

  test('nothing of this was told as received only', () => {
    expect(lists.feeder.eventsOf(listEntryReceived)).toEqual([]);
  });
});
