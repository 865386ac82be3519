import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  addWorkingDays,
  beijingDate,
  calendar2026,
  calendarKey,
  calendarLoaded,
  dayNumberOf,
  type ListEntryView,
  listEntryActivated,
  listEntryDeadlineMissed,
  listEntryReceived,
  type Page,
  parameterChanged,
  parameterKey,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { ListTerms } from '../src/terms.ts';
import { creditOffice, ListCity } from './city.ts';
import { designationOf, nextUscc, today } from './designations.ts';
import {
  dayMs,
  decisionContent,
  documentOf,
  draftOf,
  noticeContent,
  noticeOf,
  Steps,
  taxApprover,
  taxHandler,
  wageApprover,
} from './steps.ts';

describe('time limits on two replicas, after days on which nobody was awake (§2.6)', () => {
  let lists: ListCity;
  let punish: Steps;
  let honour: Steps;
  beforeAll(async () => {
    lists = await ListCity.create();
    await lists.city.boot(service);
    punish = new Steps(lists);
    honour = new Steps(lists, taxHandler, taxApprover);
  });
  afterAll(() => lists?.close());

  /** The whole city lives so many days later from here on. */
  const liveOn = (date: string) => {
    lists.city.turnClock((dayNumberOf(date) - dayNumberOf(beijingDate(new Date()))) * dayMs);
  };
  const factsOf = async (entry: { id: string }, transition: string) =>
    (await punish.get(entry)).timeline.filter((fact) => fact.transition === transition);
  const openHonour = async (usccCode = nextUscc(), openedOn = today) => {
    const subject = { kind: 'LEGAL', name: '守信有限公司', usccCode, regionCode: '320706' };
    const entry = await honour.submitted(draftOf('RL-TAXA', { subject }));
    expect(entry.status).toBe('PUBLIC_NOTICE');
    return honour.must(honour.act(entry, 'open-public-notice', { document: documentOf('公示'), openedOn, channels: ['信用连云港'] }));
  };

  test('a defence period and a public notice end once and by themselves; unreviewed defences and unserved decisions are told, not punished', async () => {
    const quiet = await punish.submitted(draftOf('BL-WAGE'));
    await punish.must(punish.act(quiet, 'serve-notice', noticeOf(today)));
    const defended = await punish.submitted(draftOf('BL-WAGE'));
    await punish.must(punish.act(defended, 'serve-notice', noticeOf(today)));
    await punish.must(punish.act(defended, 'defence', { document: documentOf('申辩书'), receivedOn: today }));
    const signed = await punish.signed(draftOf('BL-WAGE'));
    const usccCode = nextUscc();
    const [clean, tainted, objected] = [await openHonour(), await openHonour(usccCode), await openHonour()];
    await honour.must(honour.act(objected, 'object', { document: documentOf('异议书'), receivedOn: today }));
    const black = designationOf('BL-WAGE', { subject: { kind: 'LEGAL', name: '守信有限公司', usccCode, regionCode: '320706' } });
    expect((await lists.call(principalOf(['DEPT_HANDLER'], ['RSJ']), 'POST', '/api/v1/list-entries', black)).status).toBe(201);

    liveOn(addDays(addWorkingDays(calendar2026, today, 7).date, 3));
    await eventually('the defence period has ended', async () => (await punish.get(quiet)).status === 'DESIGNATED');
    await eventually('the public notice has ended', async () => (await honour.get(clean)).status === 'DESIGNATED');
    const rejected = await eventually('the black check of the last day has hit', async () => {
      const view = await honour.get(tainted);
      return view.status === 'NOT_DESIGNATED' && view;
    });
    expect([rejected.reason?.startsWith('CROSS_CHECK_HIT: BL-WAGE'), rejected.timeline.at(-1)?.transition]).toEqual([true, 'T4']);
    expect([(await honour.get(objected)).status, (await punish.get(defended)).status]).toEqual(['PUBLIC_NOTICE', 'HEARING']);
    for (const [entry, code] of [
      [quiet, 'T7'],
      [clean, 'T10'],
    ] as const)
      expect(
        (await lists.city.query('SELECT 1 FROM list_matching.list_entry_fact WHERE entry_id = $1 AND transition = $2', [entry.id, code]))
          .length,
      ).toBe(1);
    const missed = await eventually('the missed duties are told', () => {
      const events = lists.feeder
        .eventsOf(listEntryDeadlineMissed)
        .filter((event) => [defended.id, signed.id].includes(event.data.entryId));
      return events.length >= 3 && events;
    });
    expect(missed.map((event) => [event.data.entryId, event.data.deadline]).sort()).toEqual(
      [
        [defended.id, 'DEFENCE_REVIEW'],
        [signed.id, 'SERVE_DECISION'],
        [signed.id, 'SHARE_DECISION'],
      ].sort(),
    );
    const overdue = await lists.call<Page<{ entryId: string; kind: string; overdue: boolean; remainingWorkdays: number }>>(
      creditOffice,
      'GET',
      '/api/v1/entry-deadlines?overdue=true&limit=200',
    );
    expect(
      overdue.body.data.filter((row) => row.entryId === signed.id).map((row) => [row.kind, row.overdue, row.remainingWorkdays < 0]),
    ).toEqual([
      ['SERVE_DECISION', true, true],
      ['SHARE_DECISION', true, true],
    ]);
    // Late is late, not lost: it is served all the same, and the duty closes.
    const now = beijingDate(
      new Date(Date.now() + (dayNumberOf(addDays(addWorkingDays(calendar2026, today, 7).date, 3)) - dayNumberOf(today)) * dayMs),
    );
    const active = await punish.must(punish.act(signed, 'serve', { decisionServedOn: now, repairNoticeServedOn: now }));
    expect([active.status, active.deadlines.filter((deadline) => deadline.closedAt === null).map((deadline) => deadline.kind)]).toEqual([
      'ACTIVE',
      ['TERM'],
    ]);
    // The objection is rejected after the days of the notice are over: it ends at once.
    const review = { outcome: 'REJECTED', reasons: '不成立', document: documentOf('处理意见', now) };
    expect((await honour.must(honour.act(objected, 'review-objection', review))).status).toBe('DESIGNATED');
    expect(await factsOf(quiet, 'T7')).toHaveLength(1);
  });

  test('a period that is being moved to a later day does not end on its earlier one, whether the move is known yet or not (R-7-3)', async () => {
    liveOn(today);
    const entry = await punish.submitted(draftOf('BL-WAGE'));
    const served = await punish.must(punish.act(entry, 'serve-notice', noticeOf(today)));
    const due = new Date(served.deadlines.find(({ kind }) => kind === 'DEFENCE_PERIOD')?.dueAt ?? '');
    const moved = new Date(due.getTime() + 20 * dayMs);
    const timer = async () => {
      const rows = await lists.city.query<{ due_at: Date }>(
        "SELECT due_at FROM list_matching.timer WHERE kind = 'list-entry-deadline' AND reference = $1",
        [`${entry.id}/DEFENCE_PERIOD`],
      );
      return rows[0]?.due_at.getTime() ?? 0;
    };
    const mover = await lists.city.connect();
    await mover.query('BEGIN');
    await mover.query(
      "UPDATE list_matching.entry_deadline SET due_on = due_on + 20, due_at = due_at + interval '20 days' WHERE entry_id = $1 AND kind = 'DEFENCE_PERIOD'",
      [entry.id],
    );
    liveOn(addDays(beijingDate(due), 1));
    await eventually('its timer has been put off', async () => (await timer()) > due.getTime());
    expect((await punish.get(entry)).status).toBe('PRE_NOTICE');
    await mover.query('COMMIT');
    await mover.end();
    await eventually('it waits for its new day', async () => (await timer()) === moved.getTime());
    expect((await punish.get(entry)).status).toBe('PRE_NOTICE');
    liveOn(addDays(beijingDate(moved), 1));
    await eventually('the period has ended', async () => (await punish.get(entry)).status === 'DESIGNATED');
    liveOn(today);
  });

  test('a decision served by announcement is in force when thirty days are over, once', async () => {
    liveOn(today);
    const entry = await punish.signed(draftOf('BL-WAGE'));
    const waiting = await punish.must(
      punish.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today, method: 'ANNOUNCEMENT' }),
    );
    expect([waiting.status, waiting.deadlines.find((deadline) => deadline.kind === 'SERVICE_EFFECTIVE')?.closedAt]).toEqual([
      'DESIGNATED',
      null,
    ]);
    liveOn(addDays(today, 29));
    expect((await punish.get(entry)).status).toBe('DESIGNATED');
    liveOn(addDays(today, 35));
    const active = await eventually('it is in force', async () => {
      const view = await punish.get(entry);
      return view.status === 'ACTIVE' && view;
    });
    expect([active.activatedOn, active.validFrom]).toEqual([addDays(today, 35), addDays(today, 30)]);
    await eventually('it is told', () => lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === entry.id));
    expect(lists.feeder.eventsOf(listEntryActivated).filter((event) => event.data.entryId === entry.id)).toHaveLength(1);
    liveOn(today);
  });

  test('an upheld public objection ends the honour (T11); what was never opened does not end', async () => {
    const entry = await openHonour();
    await honour.must(honour.act(entry, 'object', { document: documentOf('异议书'), receivedOn: today }));
    const review = { outcome: 'UPHELD', reasons: '不符合标准', document: documentOf('处理意见') };
    const ended = await honour.must(honour.act(entry, 'review-objection', review));
    expect([ended.status, ended.reason]).toEqual(['NOT_DESIGNATED', 'OBJECTION_UPHELD']);
    await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryReceived).some((event) => event.data.entryId === entry.id && event.data.status === 'NOT_DESIGNATED'),
    );
  });

  test('an honour goes its whole way and meets the black lists once more when it would come into force (R-2-10 a)', async () => {
    liveOn(today);
    const usccCode = nextUscc();
    const [good, late] = [await openHonour(), await openHonour(usccCode)];
    const then = addDays(addWorkingDays(calendar2026, today, 7).date, 1);
    liveOn(then);
    const decided = async (entry: ListEntryView) => {
      await eventually('the notice has ended', async () => (await honour.get(entry)).status === 'DESIGNATED');
      const { facts, basis } = decisionContent;
      await honour.must(honour.act(entry, 'decide', { ...documentOf('认定决定'), content: { facts, basis } }));
      return honour.must(honour.act(entry, 'approve', { date: then }, taxApprover));
    };
    await decided(good);
    await decided(late);
    const black = designationOf('BL-WAGE', { subject: { kind: 'LEGAL', name: '守信有限公司', usccCode, regionCode: '320706' } });
    await lists.call(principalOf(['DEPT_HANDLER'], ['RSJ']), 'POST', '/api/v1/list-entries', black);
    expect((await honour.must(honour.act(good, 'serve', {}))).status).toBe('ACTIVE');
    expect((await honour.must(honour.act(late, 'serve', {}))).status).toBe('NOT_DESIGNATED');
    liveOn(today);
  });

  test('every night all honours are checked against the black lists again, once for two replicas, also after days of downtime (d)', async () => {
    const usccCodes = [nextUscc(), nextUscc()];
    const subjectOf = (usccCode: string) => ({ kind: 'LEGAL', name: '夜查有限公司', usccCode, regionCode: '320706' });
    const reds = [];
    for (const usccCode of usccCodes) {
      const answer = await lists.call<ListEntryView>(
        principalOf(['DEPT_HANDLER'], ['SHUIJ']),
        'POST',
        '/api/v1/list-entries',
        designationOf('RL-TAXA', { subject: subjectOf(usccCode) }),
      );
      reds.push(answer.body);
    }
    // A black entry that came past the check, as by a fault of the past: only the night finds it.
    const [tainted, clean] = reds as [ListEntryView, ListEntryView];
    const black = await lists.call<ListEntryView>(
      principalOf(['DEPT_HANDLER'], ['RSJ']),
      'POST',
      '/api/v1/list-entries',
      designationOf('BL-WAGE'),
    );
    await lists.city.query('UPDATE list_matching.list_entry SET subject_id = $2 WHERE id = $1', [black.body.id, tainted.subject.id]);
    // Later than any night of the tests above.
    const night = addDays(today, 60);
    liveOn(night);
    await eventually('it is excluded', async () => (await honour.get(tainted)).status === 'EXCLUDED');
    expect((await honour.get(clean)).status).toBe('ACTIVE');
    const runs = await eventually('the night is over', async () => {
      const { body } = await lists.call<{ data: { runOn: string; excluded: number; finishedAt: string | null }[] }>(
        creditOffice,
        'GET',
        '/api/v1/entry-deadlines/cross-checks',
      );
      const mine = body.data.filter((run) => run.runOn === night);
      return mine[0]?.finishedAt != null && mine;
    });
    expect(runs.map((run) => run.excluded)).toEqual([1]);
    expect((await honour.get(tainted)).timeline.filter((fact) => fact.transition === 'T20')).toHaveLength(1);
  });

  test('a signed decision shows when it is to be served and who signed it', async () => {
    liveOn(today);
    const entry = await punish.signed(draftOf('BL-WAGE'));
    const view = await punish.get(entry);
    expect(view.deadlines.find((deadline) => deadline.kind === 'SERVE_DECISION')).toMatchObject({
      remainingWorkdays: 3,
      overdue: false,
      closedAt: null,
    });
    expect(view.timeline.at(-1)?.actor).toBe(wageApprover.id);
  });

  test('the table of the next year is heard: running terms end where they should, a defence never earlier, and new ones count it at once', async () => {
    const year = Math.max(2027, Number(today.slice(0, 4)) + 1);
    const eve = `${year - 1}-12-31`;
    const start = Date.parse(`${eve}T02:00:00Z`);
    lists.city.turnClock(start - Date.now());
    const dueOf = async (entry: { id: string }, kind: string) => {
      const found = (await punish.get(entry)).deadlines.find((deadline) => deadline.kind === kind);
      return [found && beijingDate(new Date(Date.parse(found.dueAt) - 1)), found?.provisional];
    };
    const defending = await punish.submitted(draftOf('BL-WAGE'));
    await punish.must(punish.act(defending, 'serve-notice', noticeOf(eve)));
    const provisional = addWorkingDays(calendar2026, eve, 5).date;
    expect(await dueOf(defending, 'DEFENCE_PERIOD')).toEqual([provisional, true]);

    const off = Array.from({ length: 10 }, (_, index) => addDays(`${year}-01-01`, index));
    const load = (version: number, days: string[], atMs: number) =>
      lists.feeder.make(calendarLoaded, calendarKey, {
        ...{ year, version, source: '国办发明电（测试）', off: days, work: [], loadedAt: new Date(atMs).toISOString() },
      }).record;
    const first = load(1, off, start);
    // The log gives it twice; it counts a minute after it was loaded, and not before.
    await lists.feeder.sendRecords([first, first]);
    await eventually('it is heard', async () => (await lists.city.query('SELECT 1 FROM list_matching.calendar_copy')).length === 1);
    expect(await dueOf(defending, 'DEFENCE_PERIOD')).toEqual([provisional, true]);
    lists.city.turnClock(start + 61_000 - Date.now());
    const right = addWorkingDays({ years: { ...calendar2026.years, [year]: { off, work: [] } } }, eve, 5).date;
    await eventually(
      'the period ends where it should',
      async () => (await dueOf(defending, 'DEFENCE_PERIOD')).join() === [right, false].join(),
    );
    const moves = () =>
      lists.city.query<{ version: number; due_before: string; due_after: string }>(
        'SELECT version, due_before::text, due_after::text FROM list_matching.calendar_move WHERE reference = $1 ORDER BY version',
        [`${defending.id}/DEFENCE_PERIOD`],
      );
    expect(await moves()).toEqual([{ version: 1, due_before: provisional, due_after: right }]);
    const later = await punish.submitted(draftOf('BL-WAGE'));
    await punish.must(punish.act(later, 'serve-notice', noticeOf(eve)));
    expect(await dueOf(later, 'DEFENCE_PERIOD')).toEqual([right, false]);

    // A correction takes the holidays back: who was given until then has until then.
    await lists.feeder.sendRecords([load(2, [], start + 61_000)]);
    await eventually('it is heard', async () => (await lists.city.query('SELECT 1 FROM list_matching.calendar_copy')).length === 2);
    lists.city.turnClock(start + 130_000 - Date.now());
    await eventually('the correction has been gone through', async () => {
      const waiting = await lists.city.query("SELECT 1 FROM list_matching.timer WHERE kind = 'calendar-counts'");
      return waiting.length === 0;
    });
    expect(await dueOf(defending, 'DEFENCE_PERIOD')).toEqual([right, false]);
    expect(await moves()).toHaveLength(1);
  });

  test('to the day to which a table has moved its end a defence is heard, and an honour stays open to the public (R-2-8, R-2-9, R-7-3)', async () => {
    const year = Math.max(2028, Number(today.slice(0, 4)) + 2);
    const eve = `${year - 1}-12-31`;
    const start = Date.parse(`${eve}T02:00:00Z`);
    lists.city.turnClock(start - Date.now());
    const defending = await punish.submitted(draftOf('BL-WAGE'));
    await punish.must(punish.act(defending, 'serve-notice', noticeOf(eve)));
    const objected = await openHonour(nextUscc(), eve);
    await honour.must(honour.act(objected, 'object', { document: documentOf('异议书'), receivedOn: eve }));

    const off = Array.from({ length: 10 }, (_, index) => addDays(`${year}-01-01`, index));
    await lists.feeder.send(calendarLoaded, calendarKey, {
      ...{ year, version: 1, source: '国办发明电（测试）', off, work: [], loadedAt: new Date(start).toISOString() },
    });
    const isHeard = () => lists.city.query('SELECT 1 FROM list_matching.calendar_copy WHERE year = $1', [year]);
    await eventually('it is heard', async () => (await isHeard()).length === 1);
    lists.city.turnClock(start + 61_000 - Date.now());
    const end = addWorkingDays({ years: { ...calendar2026.years, [year]: { off, work: [] } } }, eve, 5).date;
    await eventually('the period is shown with its new end', async () => {
      const { deadlines } = await punish.get(defending);
      const due = deadlines.find(({ kind }) => kind === 'DEFENCE_PERIOD')?.dueAt ?? '';
      return beijingDate(new Date(Date.parse(due) - 1)) === end;
    });
    lists.city.turnClock(Date.parse(`${end}T02:00:00Z`) - Date.now());
    const defence = { document: documentOf('申辩书', end), receivedOn: end };
    expect((await punish.must(punish.act(defending, 'defence', defence))).status).toBe('HEARING');
    const review = { outcome: 'REJECTED', reasons: '不成立', document: documentOf('处理意见', end) };
    expect((await honour.must(honour.act(objected, 'review-objection', review))).status).toBe('PUBLIC_NOTICE');
  });

  test('a defence lasts as long as the rule of the day of its notice says, also where it ends under another (R-2-8, §12)', async () => {
    liveOn(today);
    const tomorrow = addDays(today, 1);
    const early = await punish.submitted(draftOf('BL-WAGE'));
    const periodOf = ({ deadlines }: ListEntryView) =>
      beijingDate(new Date(Date.parse(deadlines.find(({ kind }) => kind === 'DEFENCE_PERIOD')?.dueAt ?? '') - 1));
    const served = await punish.must(punish.act(early, 'serve-notice', noticeOf(today)));
    const end = addWorkingDays(calendar2026, today, 5).date;
    expect(periodOf(served)).toBe(end);
    await lists.feeder.send(parameterChanged, parameterKey, {
      ...{
        changeId: randomUUID(),
        key: 'list.defence_days_wd',
        version: 1,
        state: 'APPROVED',
        value: 8,
        validFrom: tomorrow,
        previousValue: 5,
      },
      ...{ reasonZh: '试行', documentNo: null, proposedBy: 'A', decidedBy: 'B', decidedAt: new Date().toISOString() },
    });
    const terms = lists.running.app.get(ListTerms);
    await eventually('it is known', () => terms.settingsOn(tomorrow).defenceWorkdays === 8);
    expect(terms.settingsOn(today).defenceWorkdays).toBe(5);
    liveOn(tomorrow);
    const late = await punish.submitted(draftOf('BL-WAGE'));
    const short = await punish.act<{ code?: string }>(late, 'serve-notice', noticeOf(tomorrow));
    expect([short.status, short.body.code]).toEqual([422, 'DEFENCE_TOO_SHORT']);
    const content = { ...noticeContent, defenceWorkdays: 8 };
    const longer = await punish.must(punish.act(late, 'serve-notice', noticeOf(tomorrow, { content })));
    expect(periodOf(longer)).toBe(addWorkingDays(calendar2026, tomorrow, 8).date);
    liveOn(addDays(end, 1));
    await eventually('the earlier period has ended', async () => (await punish.get(early)).status === 'DESIGNATED');
    expect((await punish.get(late)).status).toBe('PRE_NOTICE');
    liveOn(today);
  });
});
