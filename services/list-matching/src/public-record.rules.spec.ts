import { describe, expect, test } from '@jest/globals';
import { calendar2026, type PublicRecordRequest, publicRecordRequestSchema, publicRecordStatuses } from '@lianxin/contracts';
import {
  decidePublicRecordStep,
  findRecordFaults,
  firstActionOf,
  gradeOf,
  isLate,
  type PublicRecordAction,
  publicRecordTransitions,
  publishTerm,
  withdrawTerm,
} from './public-record.rules.ts';
import { decideSubject } from './public-record-subject.rules.ts';

const today = '2026-11-23';
const penalty: PublicRecordRequest = publicRecordRequestSchema.parse({
  kind: 'PENALTY',
  subject: { kind: 'LEGAL', name: '示例一号有限公司', usccCode: '91320799MA00000155' },
  representative: { name: '王某' },
  document: { number: '示环罚〔2026〕1号' },
  decidedOn: '2026-11-16',
  authority: { name: '示例局', usccCode: '11320799MB000006XY' },
  source: { name: '示例局', usccCode: '11320799MB000006XY' },
  publicUntil: '2029-11-16',
  penalty: { violation: '违法排放', facts: '合成数据', basis: '示例法', categories: ['FINE'], detail: '罚款', fineWan: '1.5' },
});

describe('what can be done with a public record', () => {
  const actions: PublicRecordAction[] = ['PUBLISH', 'ARCHIVE', 'STOP', 'RESTORE', 'WITHDRAW'];

  test('every state is reached, and everything that the table does not allow is refused with what it does', () => {
    const reached = new Set<string>(['CHECKING']);
    for (const status of publicRecordStatuses) {
      const allowed: Readonly<Record<string, string>> = publicRecordTransitions[status];
      for (const action of actions) {
        const decided = decidePublicRecordStep(status, action);
        expect([status, action, decided.ok]).toEqual([status, action, action in allowed]);
        if (decided.ok) reached.add(decided.to);
        else expect(decided.detail).toContain(status);
      }
    }
    expect([...reached].sort()).toEqual([...publicRecordStatuses].sort());
  });

  test('nothing leads out of withdrawn', () => {
    for (const action of actions) expect(decidePublicRecordStep('WITHDRAWN', action).ok).toBe(false);
  });
});

describe('terms (R-7-1, §2.6)', () => {
  test.each([
    ['2026-02-13', '2026-03-02'],
    ['2026-11-16', '2026-11-25'],
  ])('a decision of %s is to be public on %s', (decided, due) => {
    expect(publishTerm(calendar2026, decided)).toMatchObject({ date: due, provisional: false });
  });
  test('a revocation is followed within three working days, over a holiday too', () => {
    expect(withdrawTerm(calendar2026, '2026-09-30').date).toBe('2026-10-10');
  });
  test('a term into a year without a table is provisional', () => {
    expect(publishTerm(calendar2026, '2026-12-29').provisional).toBe(true);
  });
  test.each([
    ['PUBLISHED', '2026-11-25', null, false],
    ['PUBLISHED', '2026-11-26', null, true],
    ['CHECKING', null, null, false],
    ['WITHDRAWN', '2026-11-20', '2026-11-24', false],
    ['WITHDRAWN', '2026-11-20', '2026-11-26', true],
  ] as const)('%s, public on %s, taken back on %s: late is %s', (status, publishedOn, withdrawnOn, late) => {
    expect(isLate({ status, publishedOn, publishDueOn: '2026-11-25', withdrawnOn, withdrawDueOn: '2026-11-25' }, today)).toBe(late);
  });
  test('a record that waits beyond its term is late', () => {
    const waiting = { status: 'CHECKING', publishedOn: null, publishDueOn: '2026-11-20', withdrawnOn: null, withdrawDueOn: null } as const;
    expect(isLate(waiting, today)).toBe(true);
  });
  test('what came after its own period is never shown', () => {
    expect([firstActionOf('2026-11-22', today), firstActionOf(today, today), firstActionOf(null, today)]).toEqual([
      'ARCHIVE',
      'PUBLISH',
      'PUBLISH',
    ]);
  });
});

test('a missing grade is general and never serious; a licence has none (R-7-0)', () => {
  expect([gradeOf(penalty), gradeOf({ ...penalty, grade: 'SERIOUS' }), gradeOf({ ...penalty, kind: 'LICENCE' })]).toEqual([
    'GENERAL',
    'SERIOUS',
    null,
  ]);
});

describe('what a record must say', () => {
  test('a complete one has no fault', () => {
    expect(findRecordFaults(penalty, today)).toEqual([]);
  });

  test.each([
    ['document', '/document/number'],
    ['representative', '/representative/name'],
    ['source', '/source/name'],
    ['publicUntil', '/publicUntil'],
  ])('version 2.0 without %s is refused', (field, pointer) => {
    const without = publicRecordRequestSchema.parse({ ...penalty, [field]: undefined });
    expect(findRecordFaults(without, today).map((fault) => fault.pointer)).toContain(pointer);
  });

  test.each([
    [{ fineWan: undefined }, '/penalty/fineWan'],
    [{ categories: ['LICENCE_REVOKED'] as const }, '/penalty/revokedLicence'],
    [{ violation: undefined }, '/penalty/violation'],
    [{ facts: undefined }, '/penalty/facts'],
    [{ basis: undefined }, '/penalty/basis'],
    [{ categories: undefined }, '/penalty/categories'],
    [{ detail: undefined }, '/penalty/detail'],
  ])('a penalty with %j is refused', (change, pointer) => {
    const changed = { ...penalty, penalty: { ...penalty.penalty, ...change } } as PublicRecordRequest;
    expect(findRecordFaults(changed, today)).toMatchObject([{ pointer }]);
  });

  test.each([
    [{ decidedOn: '2026-11-24' }, 'DATE_IN_FUTURE'],
    [{ publicUntil: '2026-11-15' }, 'DATE_ORDER'],
    [{ validFrom: '2026-11-20', validTo: '2026-11-19' }, 'DATE_ORDER'],
    [{ authority: { name: '局', usccCode: '11320799MB000006XX' } }, 'USCC_INVALID'],
    [{ licence: { detail: '许可' } }, 'VALIDATION_FAILED'],
    [{ penalty: undefined }, 'VALIDATION_FAILED'],
  ])('%j is refused as %s', (change, code) => {
    expect(findRecordFaults({ ...penalty, ...change }, today).map((fault) => fault.code)).toContain(code);
  });

  test('archives of version 1.0 need only what tells the document', () => {
    const old = publicRecordRequestSchema.parse({
      kind: 'PENALTY',
      standard: '1.0',
      subject: { kind: 'LEGAL', name: '示例' },
      document: { number: '1' },
      decidedOn: '2016-01-04',
      authority: { name: '局' },
      penalty: { detail: '罚款' },
    });
    expect(findRecordFaults(old, today)).toEqual([]);
    expect(decideSubject(old, today)).toEqual({ ok: true, identity: null });
  });
});

describe('whom a record means', () => {
  const subjectOf = (subject: object) =>
    decideSubject({ ...penalty, subject: { otherNumbers: {}, ...subject } as PublicRecordRequest['subject'] }, today);
  test.each([
    [{ kind: 'LEGAL', name: '示例' }, 'IDENTIFIER_REQUIRED'],
    [{ kind: 'LEGAL', name: '示例', usccCode: '91320799MA00000156' }, 'USCC_INVALID'],
    [{ kind: 'LEGAL', name: '示例', usccCode: '91320799MA00000155', idNumber: '1' }, 'VALIDATION_FAILED'],
    [{ kind: 'PERSON', name: '王某' }, 'IDENTIFIER_REQUIRED'],
    [{ kind: 'PERSON', name: '王某', idType: 'ID_CARD' }, 'IDENTIFIER_REQUIRED'],
    [{ kind: 'PERSON', name: '王某', idType: 'ID_CARD', idNumber: '320799189902290016' }, 'ID_NUMBER_INVALID'],
    [{ kind: 'PERSON', name: '王某', idType: 'ID_CARD', idNumber: '32079918990101006X', usccCode: '1' }, 'VALIDATION_FAILED'],
  ])('%j is refused as %s, without its number', (subject, code) => {
    const decided = subjectOf(subject);
    if (decided.ok) throw new Error('it was taken');
    expect(decided.faults[0]?.code).toBe(code);
    expect(decided.faults[0]?.detail).not.toContain('3207991899');
  });

  test('a wrong number of the representative is a fault of the record', () => {
    const decided = decideSubject(
      { ...penalty, representative: { name: '王某', idType: 'ID_CARD', idNumber: '320799189901010018' } },
      today,
    );
    expect(decided).toMatchObject({ ok: false, faults: [{ pointer: '/representative/idNumber' }] });
  });
});
