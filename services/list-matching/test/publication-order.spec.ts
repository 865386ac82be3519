import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  addWorkingDays,
  beijingDate,
  calendar2026,
  dayNumberOf,
  type ListEntryView,
  listEntryExited,
  listEntryPublicationConfirmed,
  listEntryPublicationOrdered,
  listEntryPublicationOverdue,
  type Page,
  type Principal,
  type ProblemBody,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { EntryPublications, OrderView } from '../src/publication-order.view.ts';
import { auditor, court, creditOffice, ListCity, market, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextIdNumber, nextUscc, today } from './designations.ts';
import { dayMs } from './steps.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);

describe('channels outside show what is in force and take down what is not, on two replicas (R-2-11)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
    await lists.city.boot(service);
  });
  afterAll(() => lists?.close());

  const liveOn = (date: string) => lists.city.turnClock((dayNumberOf(date) - dayNumberOf(beijingDate(new Date()))) * dayMs);
  const listed = async (listCode: string, changes: Record<string, unknown> = {}, principal = wageOffice) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const act = async (entry: ListEntryView, step: string, body: unknown, principal = wageOffice) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, body);
    expect([step, answer.status]).toEqual([step, 200]);
    return answer.body;
  };
  const exit = (entry: ListEntryView, ground = 'DUTIES_PERFORMED', principal = wageOffice) =>
    act(entry, 'exit', { ground, documentNo: '退〔2026〕1号', date: today }, principal);
  const ofEntry = async (entry: { id: string }, principal = creditOffice) =>
    (await lists.call<EntryPublications>(principal, 'GET', `/api/v1/list-entries/${entry.id}/publications`)).body;
  const told = async (entry: { id: string }) =>
    (await ofEntry(entry)).data.map(({ channel, action, state }) => `${channel} ${action} ${state}`);
  const receipt = <Body = OrderView>(order: { id: string } | undefined, body: unknown, principal: Principal) =>
    lists.call<Body>(principal, 'POST', `/api/v1/publications/${order?.id}/receipt`, body);
  const open = async (entry: { id: string }, channel: string) =>
    (await ofEntry(entry)).data.find((order) => order.channel === channel && order.state === 'OPEN');
  const confirm = async (entry: { id: string }, channel: string) => {
    const answer = await receipt(await open(entry, channel), { doneOn: today, receiptNo: 'R-1' }, channel === 'XYZG' ? centre : wageOffice);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const page = async (principal: Principal, query: string) =>
    (await lists.call<Page<OrderView>>(principal, 'GET', `/api/v1/publications?limit=200&${query}`)).body.data;

  test('an entry in force is asked of every channel with its term; each confirms by itself; the event names them once', async () => {
    const entry = await listed('BL-WAGE');
    const first = await ofEntry(entry);
    expect([first.here, first.settled, await told(entry)]).toEqual(['PUBLISHED', false, ['UNIT_SITE PUBLISH OPEN', 'XYZG PUBLISH OPEN']]);
    expect(first.data.map(({ keeper, dueAt }) => [keeper, beijingDate(new Date(Date.parse(dueAt) - 1))])).toEqual([
      ['UNIT', addWorkingDays(calendar2026, today, 5).date],
      ['CENTRE', addWorkingDays(calendar2026, today, 5).date],
    ]);
    const confirmed = await confirm(entry, 'XYZG');
    expect([confirmed.state, confirmed.doneOn, confirmed.receiptNo]).toEqual(['DONE', today, 'R-1']);
    await confirm(entry, 'UNIT_SITE');
    expect((await ofEntry(entry)).settled).toBe(true);
    const ordered = await eventually('it is told', () => {
      const events = lists.feeder.eventsOf(listEntryPublicationOrdered).filter((event) => event.data.entryId === entry.id);
      return events.length > 0 && events;
    });
    expect(ordered.map((event) => event.data.orders.map(({ channel }) => channel))).toEqual([['XYZG', 'UNIT_SITE']]);
    await eventually(
      'both receipts are told',
      () => lists.feeder.eventsOf(listEntryPublicationConfirmed).filter((event) => event.data.entryId === entry.id).length === 2,
    );
  });

  test.each([
    ['performed', 'DUTIES_PERFORMED', 3],
    ['abolished with its list', 'LIST_ABOLISHED', 3],
    ['repaired', 'REPAIRED', 1],
    ['wrong from the start', 'DESIGNATION_WRONG', 1],
    ['without its basis', 'BASIS_REVOKED', 1],
    ['of a subject that is no more', 'SUBJECT_ENDED', 3],
  ])('one that is %s is to be taken down everywhere, whether somebody had confirmed it or not', async (_what, ground, workdays) => {
    const entry = await listed('BL-WAGE');
    await confirm(entry, 'XYZG');
    await exit(entry, ground);
    const { here, data } = await ofEntry(entry);
    expect([here, await told(entry)]).toEqual([
      'WITHDRAWN',
      ['UNIT_SITE PUBLISH SUPERSEDED', 'UNIT_SITE WITHDRAW OPEN', 'XYZG PUBLISH DONE', 'XYZG WITHDRAW OPEN'],
    ]);
    const due = data.filter(({ action }) => action === 'WITHDRAW').map(({ dueAt }) => beijingDate(new Date(Date.parse(dueAt) - 1)));
    expect(new Set(due)).toEqual(new Set([addWorkingDays(calendar2026, today, workdays).date]));
  });

  test('one that was public before channels were kept here is taken down everywhere too: nobody knows where it stands', async () => {
    const entry = await listed('BL-WAGE');
    // As an entry of the time before this table.
    await lists.city.query('DELETE FROM list_matching.publication_order WHERE entry_id = $1', [entry.id]);
    await exit(entry);
    expect(await told(entry)).toEqual(['UNIT_SITE WITHDRAW OPEN', 'XYZG WITHDRAW OPEN']);
  });

  test('an honour that meets a black entry is taken down, and shown again when it is given back', async () => {
    const subject = { kind: 'LEGAL', name: '红黑有限公司', usccCode: nextUscc(), regionCode: '320706' };
    const honour = await listed('RL-TAXA', { subject }, taxOffice);
    const black = await listed('BL-WAGE', { subject });
    expect((await told(honour)).filter((order) => order.endsWith('OPEN'))).toEqual(['UNIT_SITE WITHDRAW OPEN', 'XYZG WITHDRAW OPEN']);
    await exit(black, 'DESIGNATION_WRONG');
    const { body } = await lists.call<Page<{ id: string; status: string }>>(
      taxOffice,
      'GET',
      `/api/v1/list-entries?subjectId=${honour.subject.id}&status=ACTIVE`,
    );
    expect(await told(body.data[0] as { id: string })).toEqual(['UNIT_SITE PUBLISH OPEN', 'XYZG PUBLISH OPEN']);
  });

  test('a suspended entry is hidden at once and shown again when it resumes', async () => {
    const entry = await listed('BL-WAGE');
    const order = { documentNo: '裁〔2026〕1号', date: today };
    await act(entry, 'suspend', { ground: 'STOP_EXECUTION', ...order });
    expect((await ofEntry(entry)).here).toBe('HIDDEN');
    expect((await told(entry)).filter((line) => line.endsWith('OPEN'))).toEqual(['UNIT_SITE HIDE OPEN', 'XYZG HIDE OPEN']);
    await act(entry, 'resume', order);
    expect((await told(entry)).filter((line) => line.endsWith('OPEN'))).toEqual(['UNIT_SITE PUBLISH OPEN', 'XYZG PUBLISH OPEN']);
  });

  test('focus entries, persons whom no law publishes and entries from above are asked of nobody, neither in force nor at their end', async () => {
    const person = () => ({ kind: 'PERSON', name: '吴示例', idType: 'ID_CARD', idNumber: nextIdNumber(), regionCode: '320706' });
    const focus = await listed('FL-WAGE');
    const unpublished = await listed('BL-MKT', { subject: person() }, market);
    const above = await listed('BL-WAGE', { origin: 'NATIONAL', batchNo: 'N-2' }, creditOffice);
    for (const [entry, principal] of [
      [focus, wageOffice],
      [unpublished, market],
      [above, creditOffice],
    ] as const) {
      expect(await told(entry)).toEqual([]);
      await exit(entry, 'DUTIES_PERFORMED', principal);
      expect(await told(entry)).toEqual([]);
    }
    const debtor = await listed('BL-COURT', { subject: person() }, court);
    expect(await told(debtor)).toEqual(['UNIT_SITE PUBLISH OPEN', 'XYZG PUBLISH OPEN']);
  });

  test('what the unit published elsewhere is noted, and taken down with the rest; what is not public may not be published anywhere', async () => {
    const entry = await listed('BL-WAGE');
    const note = <Body = EntryPublications>(target: ListEntryView, changes: Record<string, unknown> = {}, principal = wageOffice) =>
      lists.call<Body>(principal, 'POST', `/api/v1/list-entries/${target.id}/publications`, {
        channelName: '连云港日报',
        publishedOn: today,
        ...changes,
      });
    expect((await note(entry)).status).toBe(201);
    await exit(entry);
    expect(await told(entry)).toContain('OTHER:连云港日报 WITHDRAW OPEN');
    const focus = await listed('FL-WAGE');
    const fresh = await listed('BL-WAGE');
    await note(fresh);
    for (const [target, changes, principal, status, code] of [
      [focus, {}, wageOffice, 422, 'PUBLICATION_NOT_ALLOWED'],
      [entry, {}, wageOffice, 422, 'PUBLICATION_NOT_ALLOWED'],
      [fresh, {}, wageOffice, 409, 'CONFLICT'],
      [fresh, { channelName: '晚报', publishedOn: addDays(today, 1) }, wageOffice, 422, 'DATE_IN_FUTURE'],
      [fresh, { channelName: '晚报', publishedOn: addDays(today, -1) }, wageOffice, 422, 'DATE_ORDER'],
      [fresh, { channelName: '晚报', address: 'javascript:alert(1)' }, wageOffice, 400, 'VALIDATION_FAILED'],
      [fresh, { channelName: nextIdNumber() }, wageOffice, 400, 'VALIDATION_FAILED'],
      [fresh, { channelName: '晚报' }, taxOffice, 404, 'NOT_FOUND'],
      [fresh, { channelName: '晚报' }, creditOffice, 403, 'FORBIDDEN'],
    ] as const) {
      const answer = await note<ProblemBody>(target, changes, principal);
      expect([changes, answer.status, answer.body.code]).toEqual([changes, status, code]);
    }
  });

  test('a receipt comes from the keeper of the channel, once; the same again changes nothing', async () => {
    const entry = await listed('BL-WAGE');
    const [site, national] = [await open(entry, 'UNIT_SITE'), await open(entry, 'XYZG')];
    for (const [order, body, principal, status, code] of [
      [national, { doneOn: today }, wageOffice, 403, 'FORBIDDEN'],
      [site, { doneOn: today }, creditOffice, 403, 'FORBIDDEN'],
      [site, { doneOn: today }, taxOffice, 404, 'NOT_FOUND'],
      [site, { doneOn: today }, auditor, 403, 'FORBIDDEN'],
      [site, { doneOn: today }, principalOf(['WINDOW_CLERK'], ['RSJ']), 403, 'FORBIDDEN'],
      [site, { doneOn: addDays(today, 1) }, wageOffice, 422, 'DATE_IN_FUTURE'],
      [site, { doneOn: addDays(today, -1) }, wageOffice, 422, 'DATE_ORDER'],
      [site, { doneOn: today, outcome: 'REFUSED' }, wageOffice, 422, 'REASON_REQUIRED'],
      [site, { doneOn: today, more: 1 }, wageOffice, 400, 'VALIDATION_FAILED'],
      [site, {}, wageOffice, 400, 'VALIDATION_FAILED'],
    ] as const) {
      const answer = await receipt<ProblemBody>(order, body, principal);
      expect([body, answer.status, answer.body.code]).toEqual([body, status, code]);
    }
    const both = await Promise.all(
      [1, 2].map((no) => receipt<OrderView & ProblemBody>(site, { doneOn: today, receiptNo: `R-${no}` }, wageOffice)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const kept = both.find(({ status }) => status === 200)?.body.receiptNo;
    expect((await receipt(site, { doneOn: today, receiptNo: kept }, wageOffice)).status).toBe(200);
    // A channel that refused to publish has nothing to take down; the others have.
    await receipt(national, { doneOn: today, outcome: 'REFUSED', note: '字段不全' }, centre);
    await exit(entry);
    expect((await told(entry)).filter((line) => line.endsWith('OPEN'))).toEqual(['UNIT_SITE WITHDRAW OPEN']);
    expect(
      (await receipt<ProblemBody>(await open(entry, 'UNIT_SITE'), { doneOn: today, outcome: 'REFUSED', note: '不撤' }, wageOffice)).body
        .code,
    ).toBe('VALIDATION_FAILED');
  });

  test('orders about ended punishments are with the unit, the credit office and the audit; the centre sees those it still has to do (R-7-1a)', async () => {
    const entry = await listed('BL-WAGE');
    await exit(entry);
    const seen = async (principal: Principal) =>
      (await page(principal, `entryId=${entry.id}`)).map(({ channel, action, state }) => `${channel} ${action} ${state}`);
    for (const principal of [wageOffice, creditOffice, auditor]) expect((await seen(principal)).length).toBe(4);
    expect((await seen(centre)).sort()).toEqual(['UNIT_SITE WITHDRAW OPEN', 'XYZG WITHDRAW OPEN']);
    expect(await seen(taxOffice)).toEqual([]);
    await confirm(entry, 'XYZG');
    expect(await seen(centre)).toEqual(['UNIT_SITE WITHDRAW OPEN']);
    for (const principal of [principalOf(['WINDOW_CLERK'], ['RSJ']), principalOf(['SUPERVISOR']), principalOf(['REPLAY_ADMIN'])])
      expect((await lists.call(principal, 'GET', '/api/v1/publications')).status).toBe(403);
    expect((await lists.call(centre, 'GET', `/api/v1/list-entries/${entry.id}/publications`)).status).toBe(404);
    const file = (
      await lists.city.download(lists.running, wageOffice, `/api/v1/publications/export?format=csv&entryId=${entry.id}`)
    ).bytes.toString();
    expect([file.includes('回执号'), file.split(entry.number).length - 1]).toEqual([true, 4]);
  });

  test('a term that ends while nobody is awake is followed once by either replica; a missing receipt is chased, and again while it is missing', async () => {
    const subject = { kind: 'LEGAL', name: '期满有限公司', usccCode: nextUscc(), regionCode: '320706' };
    const entry = await listed('BL-GP', { subject, validTo: addDays(today, 400) }, principalOf(['DEPT_HANDLER'], ['CZJ']));
    await lists.city.query('UPDATE list_matching.list_entry SET valid_to = $2 WHERE id = $1', [entry.id, addDays(today, 2)]);
    await lists.city.query(
      `UPDATE list_matching.timer SET due_at = now() + interval '2 days' WHERE kind = 'list-entry-expiry' AND reference = $1`,
      [entry.id],
    );
    const late = addDays(today, 40);
    liveOn(late);
    // Here it is public no longer from the moment at which the term is over; the channels are asked when its timer has fired.
    expect((await ofEntry(entry)).here).toBe('WITHDRAWN');
    const orders = await eventually('its channels are asked', async () => {
      const asked = (await ofEntry(entry)).data.filter(({ action }) => action === 'WITHDRAW');
      return asked.length > 0 && asked;
    });
    expect(orders.map(({ channel, state, overdue }) => [channel, state, overdue])).toEqual([
      ['UNIT_SITE', 'OPEN', false],
      ['XYZG', 'OPEN', false],
    ]);
    expect(
      (await lists.city.query('SELECT 1 FROM list_matching.list_entry_fact WHERE entry_id = $1 AND transition = $2', [entry.id, 'T16']))
        .length,
    ).toBe(1);
    liveOn(addDays(late, 10));
    const overdue = await eventually('both are chased', () => {
      const events = lists.feeder
        .eventsOf(listEntryPublicationOverdue)
        .filter((event) => event.data.entryId === entry.id && event.data.action === 'WITHDRAW');
      return events.length === 2 && events;
    });
    expect(overdue.map((event) => [event.data.chaseNo, event.data.action])).toEqual([
      [1, 'WITHDRAW'],
      [1, 'WITHDRAW'],
    ]);
    const listedOverdue = (await page(creditOffice, 'overdue=true')).filter(({ entryId }) => entryId === entry.id);
    expect(listedOverdue.map(({ channel, chases }) => [channel, chases]).sort()).toEqual([
      ['UNIT_SITE', 1],
      ['XYZG', 1],
    ]);
    const done = await receipt(
      listedOverdue.find(({ channel }) => channel === 'XYZG'),
      { doneOn: addDays(late, 10) },
      centre,
    );
    expect([done.status, done.body.overdue]).toEqual([200, false]);
    liveOn(addDays(late, 20));
    await eventually('the one that is still missing is chased again', () =>
      lists.feeder.eventsOf(listEntryPublicationOverdue).some((event) => event.data.entryId === entry.id && event.data.chaseNo === 2),
    );
    const again = lists.feeder
      .eventsOf(listEntryPublicationOverdue)
      .filter((event) => event.data.entryId === entry.id && event.data.chaseNo === 2);
    expect(again.map((event) => event.data.channel)).toEqual(['UNIT_SITE']);
    expect(lists.feeder.eventsOf(listEntryExited).filter((event) => event.data.entryId === entry.id)).toHaveLength(1);
    liveOn(today);
  });

  test('the exit notice tells the same channels why and since when; a person stands masked, nobody else reads it', async () => {
    const noticeOf = <Body = { text: string; reason: string; documentNo: string | null }>(target: { id: string }, principal = wageOffice) =>
      lists.call<Body>(principal, 'GET', `/api/v1/list-entries/${target.id}/exit-notice`);
    const entry = await listed('BL-WAGE');
    expect((await noticeOf<ProblemBody>(entry)).body.code).toBe('NOTICE_NOT_AVAILABLE');
    await exit(entry, 'REPAIRED');
    const { body } = await noticeOf(entry);
    expect([body.reason, body.documentNo]).toEqual(['已完成信用修复', '退〔2026〕1号']);
    const path = `/api/v1/list-entries/${entry.id}/exit-notice.pdf`;
    const files = [
      await lists.city.download(lists.running, wageOffice, path),
      await lists.city.download(lists.running, creditOffice, path),
    ];
    expect([files[0]?.bytes.subarray(0, 5).toString(), files[0]?.bytes.equals(files[1]?.bytes ?? Buffer.alloc(0))]).toEqual([
      '%PDF-',
      true,
    ]);
    // The centre, as long as 信用中国 still shows it.
    expect((await noticeOf(entry, centre)).status).toBe(200);
    await confirm(entry, 'XYZG');
    expect((await noticeOf(entry, centre)).status).toBe(404);
    expect((await noticeOf(entry, taxOffice)).status).toBe(404);
    for (const principal of [principalOf(['WINDOW_CLERK'], ['RSJ']), principalOf(['SUPERVISOR'])])
      expect((await noticeOf(entry, principal)).status).toBe(403);
    const focus = await listed('FL-WAGE');
    await exit(focus);
    expect((await noticeOf<ProblemBody>(focus)).body.code).toBe('NOTICE_NOT_AVAILABLE');
    const idNumber = nextIdNumber();
    const debtor = await listed(
      'BL-COURT',
      { subject: { kind: 'PERSON', name: '郑示例', idType: 'ID_CARD', idNumber, regionCode: '320706' } },
      court,
    );
    await exit(debtor, 'ENFORCEMENT_TERMINATED', court);
    const text = JSON.stringify((await noticeOf(debtor, court)).body);
    expect([text.includes('郑示例'), text.includes(idNumber), text.includes('郑*例')]).toEqual([false, false, true]);
  });

  test('what was asked, confirmed and chased is never changed by who runs the service', async () => {
    for (const role of ['list_matching_app', 'list_matching_consumer'])
      for (const table of ['publication_order', 'publication_receipt', 'publication_chase'])
        await expect(lists.city.query(`SET ROLE ${role}; DELETE FROM list_matching.${table}`)).rejects.toThrow('permission denied');
  });
});
