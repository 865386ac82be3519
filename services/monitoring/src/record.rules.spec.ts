import { randomUUIDv7 } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  type EventData,
  type EventDefinition,
  type LianxinEvent,
  measurePlanMade,
  objectionAccepted,
  objectionClosed,
  objectionDecided,
  objectionOverdue,
  publicRecordPublished,
  publicRecordWithdrawn,
  publicReportReceived,
  publicReportTallied,
  repairAdvanced,
  repairGranted,
  repairReceived,
  repairRefused,
  taskDispatched,
  urgeSent,
  verificationCancelled,
  verificationConcluded,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import type { FigureRow } from './figure.rules.ts';
import { objectionSource } from './objection.rules.ts';
import { planSource } from './plan.rules.ts';
import { publicRecordSource } from './public-record.rules.ts';
import { publicReportSource } from './public-report.rules.ts';
import { publicSheetSource } from './public-sheet.rules.ts';
import type { RecordSource } from './record.rules.ts';
import { repairSource } from './repair.rules.ts';
import { urgeSource } from './urge.rules.ts';
import { verificationSource } from './verification.rules.ts';

/** Only what the rules look at. */
function said<Definition extends EventDefinition>(definition: Definition, data: Partial<EventData<Definition>>): LianxinEvent {
  return { type: definition.type, data } as LianxinEvent;
}

/** Rows of what was heard, in the order given and in the opposite one; they must be the same. */
function rowsOf<Facts extends Record<string, unknown>>(source: RecordSource<Facts>, events: readonly LianxinEvent[]): string[] {
  const heardIn = (order: readonly LianxinEvent[]): FigureRow[] => {
    const known = new Map<string, Facts>();
    for (const fact of order.flatMap((event) => source.factsOf(event))) known.set(fact.id, source.hear(known.get(fact.id), fact.said));
    return [...known].flatMap(([id, facts]) => source.rowsOf(id, source.departmentOf(facts), facts));
  };
  const rows = heardIn(events);
  expect(heardIn(events.toReversed())).toEqual(rows);
  return rows.map((row) =>
    [row.figure, row.departmentCode, row.day, row.isCounted ? (row.isTimely ? 'in time' : `late ${row.lateDays}`) : 'open'].join(' '),
  );
}

const id = randomUUIDv7();

describe('decomposition (K04)', () => {
  const made = (measures: number) =>
    said(measurePlanMade, {
      planId: id,
      entryId: id,
      listCode: 'BL-WAGE',
      designatingDepartment: 'RSJ',
      activatedOn: '2026-11-02',
      measures: Array.from({ length: measures }, () => ({}) as EventData<typeof measurePlanMade>['measures'][number]),
    });
  const dispatched = (tasks: number) =>
    said(taskDispatched, {
      planId: id,
      tasks: Array.from({ length: tasks }, () => ({}) as EventData<typeof taskDispatched>['tasks'][number]),
    });

  test('an entry with a measure is covered when it gave a task, whichever is heard first', () => {
    expect(rowsOf(planSource, [made(2)])).toEqual(['K04 RSJ 2026-11-02 open']);
    expect(rowsOf(planSource, [made(2), dispatched(3)])).toEqual(['K04 RSJ 2026-11-02 in time']);
    expect(rowsOf(planSource, [made(2), dispatched(3), dispatched(0)])).toEqual(['K04 RSJ 2026-11-02 in time']);
    expect(rowsOf(planSource, [made(2), dispatched(0)])).toEqual(['K04 RSJ 2026-11-02 open']);
  });

  test('an entry without a measure with an open gate is in neither part', () => {
    expect(rowsOf(planSource, [made(0), dispatched(0)])).toEqual([]);
    expect(rowsOf(planSource, [dispatched(3)])).toEqual([]);
  });
});

describe('reports of licences and penalties (K18)', () => {
  const report = (reportVersion: number, received: number, valid: number) =>
    said(publicReportReceived, {
      ...{
        reportId: id,
        reportVersion,
        departmentCode: 'SCJGJ',
        kind: 'PENALTY',
        channel: 'FILE',
        reportedOn: '2026-11-12',
        received,
        valid,
      },
    });
  const amounts = (...events: LianxinEvent[]) => {
    const facts = events.flatMap((event) => publicReportSource.factsOf(event)).map(({ said: one }) => one);
    const heard = facts.reduce((known, one) => publicReportSource.hear(known, one));
    return publicReportSource.rowsOf(id, 'SCJGJ', heard).map((row) => [row.isCounted, row.amounts?.due, row.amounts?.counted]);
  };

  test('a report counts as many records as it brought, on its day', () => {
    expect(rowsOf(publicReportSource, [report(1, 10, 7)])).toEqual(['K18-VALID SCJGJ 2026-11-12 in time']);
    expect(amounts(report(1, 10, 7))).toEqual([[true, 10, 7]]);
    expect(amounts(report(1, 3, 0))).toEqual([[false, 3, 0]]);
  });

  test('one that was undone counts nothing, whichever is heard first, and one that comes twice counts once', () => {
    expect(rowsOf(publicReportSource, [report(1, 10, 7), report(2, 0, 0)])).toEqual([]);
    expect(amounts(report(1, 10, 7), report(1, 10, 7))).toEqual([[true, 10, 7]]);
  });
});

describe('decisions that were declared, and those reported (K18)', () => {
  const sheet = (sheetVersion: number, declared: number, reported: number, month = '2026-02') =>
    said(publicReportTallied, { sheetId: id, sheetVersion, departmentCode: 'SCJGJ', kind: 'PENALTY', month, declared, reported });
  const amounts = (...events: LianxinEvent[]) => {
    const heard = events.flatMap((event) => publicSheetSource.factsOf(event)).map(({ said: one }) => one);
    const rows = publicSheetSource.rowsOf(
      id,
      'SCJGJ',
      heard.reduce((known, one) => publicSheetSource.hear(known, one)),
    );
    return rows.map((row) => [row.isCounted, row.amounts?.due, row.amounts?.counted]);
  };

  test('a month stands on its last day, as its newest count says, whichever is heard first', () => {
    expect(rowsOf(publicSheetSource, [sheet(1, 20, 17), sheet(2, 20, 18)])).toEqual(['K18-REPORTED SCJGJ 2026-02-28 in time']);
    expect(rowsOf(publicSheetSource, [sheet(1, 20, 0)])).toEqual(['K18-REPORTED SCJGJ 2026-02-28 open']);
    expect(amounts(sheet(2, 20, 18), sheet(1, 20, 17))).toEqual([[true, 20, 18]]);
    expect(amounts(sheet(1, 20, 17), sheet(2, 21, 17), sheet(2, 21, 17))).toEqual([[true, 21, 17]]);
  });

  test('what was reported was decided: more than was declared count as decided; a month without a decision is in neither number', () => {
    expect(amounts(sheet(1, 2, 5))).toEqual([[true, 5, 5]]);
    expect(amounts(sheet(1, 0, 0))).toEqual([]);
  });
});

describe('national batches (K20)', () => {
  const head = { verificationId: id, number: 'n', batchNo: 'b', departmentCode: 'XW-GY' };
  const requested = said(verificationRequested, { ...head, verificationVersion: 1, dueOn: '2026-11-20', listCodes: ['BL-COURT'] });
  const concluded = (verifiedOn: string, verificationVersion = 2) =>
    said(verificationConcluded, { ...head, verificationVersion, result: 'V1', verifiedOn });

  test('a subject is verified, in time up to the last day', () => {
    expect(rowsOf(verificationSource, [requested])).toEqual(['K20 XW-GY 2026-11-20 open']);
    expect(rowsOf(verificationSource, [requested, concluded('2026-11-20')])).toEqual(['K20 XW-GY 2026-11-20 in time']);
    expect(rowsOf(verificationSource, [requested, concluded('2026-11-23')])).toEqual(['K20 XW-GY 2026-11-20 late 3']);
  });

  test('it counts for the county that answers now', () => {
    const transferred = said(verificationTransferred, { ...head, departmentCode: 'XW-DH', verificationVersion: 2 });
    expect(rowsOf(verificationSource, [requested, transferred])).toEqual(['K20 XW-DH 2026-11-20 open']);
  });

  test('one that a corrected batch no longer names was never due', () => {
    const cancelled = said(verificationCancelled, { ...head, verificationVersion: 3, documentNo: '1号' });
    expect(rowsOf(verificationSource, [requested, concluded('2026-11-20'), cancelled])).toEqual([]);
  });
});

describe('licences and penalties (K18)', () => {
  const head = { recordId: id, departmentCode: 'SCJGJ', number: 'n', kind: 'PENALTY' as const };
  const published = (publishedOn: string) => said(publicRecordPublished, { ...head, publishedOn, publishDueOn: '2026-11-10' });

  test('published by the last day of the term it is in time', () => {
    expect(rowsOf(publicRecordSource, [published('2026-11-10')])).toEqual(['K18-TIMELY SCJGJ 2026-11-10 in time']);
    expect(rowsOf(publicRecordSource, [published('2026-11-12')])).toEqual(['K18-TIMELY SCJGJ 2026-11-12 late 2']);
    expect(rowsOf(publicRecordSource, [published('2026-11-12'), published('2026-11-09')])).toEqual(['K18-TIMELY SCJGJ 2026-11-09 in time']);
  });

  test('a record of somebody else never counts, one whose decision was revoked did', () => {
    const withdrawn = (ground: 'MATCH_WRONG' | 'DECISION_REVOKED') => said(publicRecordWithdrawn, { ...head, ground });
    expect(rowsOf(publicRecordSource, [published('2026-11-10'), withdrawn('MATCH_WRONG')])).toEqual([]);
    expect(rowsOf(publicRecordSource, [published('2026-11-10'), withdrawn('DECISION_REVOKED')])).toHaveLength(1);
  });

  test('an entry of abnormal operation is none of the two', () => {
    expect(
      rowsOf(publicRecordSource, [
        said(publicRecordPublished, { ...head, kind: 'ABNORMAL', publishedOn: '2026-11-10', publishDueOn: '2026-11-10' }),
      ]),
    ).toEqual([]);
  });
});

describe('repair (K15)', () => {
  const head = { repairId: id, number: 'n', decidingDepartment: 'RSJ' };
  const received = said(repairReceived, { ...head, repairVersion: 1, status: 'RECEIVED', receivedOn: '2026-11-02' });
  const advanced = (repairVersion: number, status: 'PUSHED' | 'ACCEPTED' | 'EXTENDED' | 'WITHDRAWN', dueOn: string | null) =>
    said(repairAdvanced, { ...head, repairVersion, status, dueOn });
  const accepted = advanced(3, 'ACCEPTED', '2026-11-19');
  const granted = (grantedOn: string) => said(repairGranted, { ...head, grantedOn });

  test('is due from its acceptance on: neither the limit to push nor that to accept is the limit for the result', () => {
    expect(rowsOf(repairSource, [received, advanced(2, 'PUSHED', '2026-11-05')])).toEqual([]);
    expect(rowsOf(repairSource, [received, accepted])).toEqual(['K15 RSJ 2026-11-19 open']);
  });

  test('granted or refused by the last day it is in time, also by an extended one', () => {
    expect(rowsOf(repairSource, [received, accepted, granted('2026-11-19')])).toEqual([
      'K15 RSJ 2026-11-19 in time',
      'K15-DAYS:17 RSJ 2026-11-19 in time',
    ]);
    expect(rowsOf(repairSource, [received, accepted, granted('2026-11-23')])).toEqual([
      'K15 RSJ 2026-11-19 late 4',
      'K15-DAYS:21 RSJ 2026-11-19 in time',
    ]);
    expect(rowsOf(repairSource, [received, accepted, advanced(4, 'EXTENDED', '2026-12-03'), granted('2026-11-23')])).toEqual([
      'K15 RSJ 2026-12-03 in time',
      'K15-DAYS:21 RSJ 2026-12-03 in time',
    ]);
    const refused = (stage: 'ACCEPTANCE' | 'DECISION') =>
      said(repairRefused, { ...head, repairVersion: 4, status: 'REFUSED', stage, refusedOn: '2026-11-18' });
    expect(rowsOf(repairSource, [received, accepted, refused('DECISION')])).toEqual([
      'K15 RSJ 2026-11-19 in time',
      'K15-DAYS:16 RSJ 2026-11-19 in time',
    ]);
    // Without the day of receipt nobody knows how long it took; a decision before it took no time.
    expect(rowsOf(repairSource, [accepted, granted('2026-11-19')])).toEqual(['K15 RSJ 2026-11-19 in time']);
    expect(rowsOf(repairSource, [received, accepted, granted('2026-11-01')]).at(-1)).toBe('K15-DAYS:0 RSJ 2026-11-19 in time');
    expect(rowsOf(repairSource, [received, refused('ACCEPTANCE')])).toEqual([]);
  });

  test('withdrawn before a decision it was never due', () => {
    expect(rowsOf(repairSource, [received, accepted, advanced(4, 'WITHDRAWN', null)])).toEqual([]);
  });
});

describe('objections (K16)', () => {
  const target = { kind: 'LIST_ENTRY', id, number: 'n', listCode: 'BL-WAGE', taskId: null } as const;
  const head = { objectionId: id, number: 'n', sourceDepartment: 'RSJ', target };
  const accepted = said(objectionAccepted, { ...head, objectionVersion: 2, acceptedOn: '2026-11-02' });
  const overdue = (deadline: 'TOTAL' | 'MARK') => said(objectionOverdue, { ...head, objectionVersion: 3, deadline, dueOn: '2026-11-16' });
  const closed = said(objectionClosed, { ...head, objectionVersion: 5, closedOn: '2026-11-18' });
  const decided = (outcome: 'UPHELD' | 'PARTLY_UPHELD' | 'DISMISSED') =>
    said(objectionDecided, { ...head, objectionVersion: 4, outcome, decidedOn: '2026-11-17' });

  test('answered before its limit passed it is in time; one that still runs is not due', () => {
    expect(rowsOf(objectionSource, [accepted])).toEqual([]);
    expect(rowsOf(objectionSource, [accepted, closed])).toEqual(['K16 RSJ 2026-11-18 in time']);
    expect(rowsOf(objectionSource, [accepted, overdue('MARK'), closed])).toEqual(['K16 RSJ 2026-11-18 in time']);
  });

  test('past the limit of the whole it is open, then late', () => {
    expect(rowsOf(objectionSource, [accepted, overdue('TOTAL')])).toEqual(['K16 RSJ 2026-11-16 open']);
    expect(rowsOf(objectionSource, [accepted, overdue('TOTAL'), closed])).toEqual(['K16 RSJ 2026-11-16 late 2']);
  });

  test.each([
    ['UPHELD', 'in time'],
    ['PARTLY_UPHELD', 'in time'],
    ['DISMISSED', 'open'],
  ] as const)('%s counts among those upheld: %s', (outcome, counted) => {
    expect(rowsOf(objectionSource, [accepted, decided(outcome)])).toEqual([`K16-UPHELD RSJ 2026-11-17 ${counted}`]);
  });
});

describe('urging (K17)', () => {
  const urged = (level: 'REMIND' | 'YELLOW', part = 1) =>
    said(urgeSent, { messageId: id, departmentCode: 'WMB', urgedOn: '2026-11-23', level, taskCount: 250, part });

  test('a message counts once, however many parts it has; a reminder before the deadline is none', () => {
    expect(rowsOf(urgeSource, [urged('YELLOW'), urged('YELLOW', 2)])).toEqual(['K17-URGED WMB 2026-11-23 in time']);
    expect(rowsOf(urgeSource, [urged('REMIND')])).toEqual([]);
  });
});
