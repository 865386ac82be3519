import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addWorkingDays,
  calendar2026,
  endOfDayBeijing,
  type ListEntryView,
  listEntryActivated,
  listEntryAdvanced,
  listEntryReceived,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { ListCity } from './city.ts';
import { today } from './designations.ts';
import { decisionContent, documentOf, draftOf, noticeOf, Steps, wageApprover, wageHandler } from './steps.ts';

describe('a punishment step by step (T1–T12)', () => {
  let lists: ListCity;
  let steps: Steps;
  beforeAll(async () => {
    lists = await ListCity.create();
    steps = new Steps(lists);
  });
  afterAll(() => lists?.close());

  const draft = <Body = ListEntryView>(body: unknown, principal = wageHandler, headers = {}) =>
    lists.call<Body>(principal, 'POST', '/api/v1/list-entries/drafts', body, headers);

  test('from the draft to the service every step is a fact with its document, and the entry is in force', async () => {
    const drafted = await draft(draftOf('BL-WAGE'));
    expect([drafted.status, drafted.body.status, drafted.headers.get('etag'), drafted.body.subject.id]).toEqual([
      201,
      'DRAFT',
      '"1"',
      null,
    ]);
    const entry = drafted.body;
    const submitted = await steps.act(entry, 'submit', undefined);
    expect([submitted.status, submitted.body.status, submitted.body.decision]).toEqual([200, 'PRE_NOTICE', null]);
    const served = await steps.act(entry, 'serve-notice', noticeOf(today));
    const endsOn = addWorkingDays(calendar2026, today, 5).date;
    expect(served.body.deadlines).toEqual([
      expect.objectContaining({
        kind: 'DEFENCE_PERIOD',
        dueAt: endOfDayBeijing(endsOn).toISOString(),
        remainingWorkdays: 5,
        overdue: false,
      }),
    ]);
    await steps.must(steps.act(entry, 'waive-defence', { document: documentOf('放弃声明') }));
    await steps.must(steps.act(entry, 'decide', { ...documentOf('列入决定书'), content: decisionContent }));
    const signed = await steps.must(steps.act(entry, 'approve', { date: today }, wageApprover));
    expect(signed.deadlines.filter((deadline) => deadline.closedAt === null).map((deadline) => deadline.kind)).toEqual([
      'SERVE_DECISION',
      'SHARE_DECISION',
    ]);
    const active = await steps.must(steps.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today }));
    expect(active).toMatchObject({ status: 'ACTIVE', activatedOn: today, validFrom: today, disputed: false });
    expect(active.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T3', 'T3a', 'T7', 'T12c', 'T12e', 'T12']);
    expect(active.deadlines.filter((deadline) => deadline.closedAt === null).map((deadline) => deadline.kind)).toEqual(['TERM']);
    const activated = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === entry.id),
    );
    expect(activated.data).toMatchObject({ entryVersion: 8, decision: { date: today }, listField: 'MARKET_ORDER' });
    const advanced = lists.feeder.eventsOf(listEntryAdvanced).filter((event) => event.data.entryId === entry.id);
    expect(advanced.map((event) => event.data.transition)).toEqual(['T3a', 'T7', 'T12c', 'T12e']);
    expect(lists.feeder.eventsOf(listEntryReceived).find((event) => event.data.entryId === entry.id)?.data.status).toBe('PRE_NOTICE');
  });
});
