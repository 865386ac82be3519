import { describe, expect, test } from '@jest/globals';
import { calendar2026, idNumberCheckCharacter, type ListEntryRequest, listEntryRequestSchema, type Role } from '@lianxin/contracts';
import { type DesignationContext, judgeDesignation } from './designation.rules.ts';
import { loadListCatalogue } from './list-definition.loader.ts';

const today = '2026-11-23';
const lists = loadListCatalogue();

type Changes = { [field: string]: unknown };
const complete = {
  listCode: 'BL-WAGE',
  sourceRecordId: 'RS-1',
  subject: { kind: 'LEGAL', name: '示例有限公司', usccCode: '91320799MA00000155', regionCode: '320706' },
  facts: '拖欠工资',
  basis: [{ document: '保障农民工工资支付条例', article: '第48条' }],
  decision: { name: '列入决定书', number: '连人社〔2026〕1号', date: '2026-11-02' },
  notice: { servedOn: '2026-10-12', defenceEndedOn: '2026-10-19' },
  service: { decisionServedOn: '2026-11-03', repairNoticeServedOn: '2026-11-03' },
};
const honour = {
  ...complete,
  listCode: 'RL-TAXA',
  notice: undefined,
  service: undefined,
  publicNotice: { openedOn: '2026-10-12', closedOn: '2026-10-21' },
};
const legacy = { origin: 'LEGACY', batchNo: 'B-1', decision: { ...complete.decision, date: '2020-12-17' }, notice: undefined };
const idNumber = (birth: string) => `320799${birth}001${idNumberCheckCharacter(`320799${birth}001`)}`;
const party = {
  role: 'LEGAL_REPRESENTATIVE',
  name: '李示例',
  idType: 'ID_CARD',
  idNumber: idNumber('19800307'),
  namedInDecision: true,
  noticeServedOn: '2026-10-12',
  decisionServedOn: '2026-11-03',
};

function judge(
  changes: Changes,
  caller: { roles?: Role[]; departments?: [string, string | null][] } = {},
  base: Changes = complete,
  defenceOn: (date: string) => number = () => 5,
) {
  const request: ListEntryRequest = listEntryRequestSchema.parse({ ...base, ...changes });
  const context: DesignationContext = {
    today,
    calendar: calendar2026,
    settingsOn: (date) => ({
      defenceWorkdays: defenceOn(date),
      redNoticeWorkdays: 7,
      defenceReviewWorkdays: 5,
      serveWorkdays: 3,
      shareWorkdays: 5,
      reviewWorkdays: 2,
    }),
    roles: caller.roles ?? ['DEPT_HANDLER'],
    departments: (caller.departments ?? [['RSJ', null]]).map(([code, parentCode]) => ({ code, parentCode })),
    versions: lists.filter((list) => list.code === request.listCode),
  };
  return judgeDesignation(request, context);
}
const office = { roles: ['CREDIT_OFFICE' as const], departments: [] as [string, string | null][] };
const by = (department: string, parent: string | null = null) => ({ departments: [[department, parent] as [string, string | null]] });

test('a defence is judged by the term of the day on which its notice was served (R-2-8, §12)', () => {
  const lawful = (servedOn: string, defenceEndedOn: string) =>
    judge({ notice: { servedOn, defenceEndedOn } }, {}, complete, (date) => (date < '2026-10-13' ? 4 : 6)).ok;
  expect([lawful('2026-10-12', '2026-10-16'), lawful('2026-10-13', '2026-10-20'), lawful('2026-10-13', '2026-10-21')]).toEqual([
    ...[true, false, true],
  ]);
});

describe('a designation that is lawful', () => {
  test('a complete black entry is accepted: serious, from today, for the term of its list', () => {
    const decided = judge({ parties: [party] });
    if (!decided.ok) throw new Error(decided.detail);
    const { designation } = decided;
    expect(designation).toMatchObject({ departmentCode: 'RSJ', level: 'CITY', grade: 'SERIOUS', validFrom: today, validTo: '2029-11-23' });
    expect(designation.parties).toEqual([expect.objectContaining({ named: true, served: true })]);
  });

  const accepted: [string, Changes, Parameters<typeof judge>[1]?, Changes?][] = [
    ['a red entry with its public notice', {}, by('SHUIJ'), honour],
    ['a focus entry without a repair notice', { listCode: 'FL-WAGE', service: { decisionServedOn: '2026-11-03' } }],
    ['an abnormal entry with its decision alone', { listCode: 'AB-MKT', notice: undefined, service: undefined }, by('SCJGJ')],
    [
      'a national entry without the files of notice and service',
      { origin: 'NATIONAL', batchNo: 'B-1', notice: undefined, service: undefined },
      office,
    ],
    ['a provincial honour without a public notice', { origin: 'PROVINCIAL', batchNo: 'B-1', publicNotice: undefined }, office, honour],
    ['stock from before the notice was law', { ...legacy, service: { decisionServedOn: '2020-12-18' } }, office],
    [
      'stock from before the repair notice existed',
      {
        ...legacy,
        decision: { ...complete.decision, date: '2025-06-21' },
        notice: { servedOn: '2025-06-02', defenceEndedOn: '2025-06-20' },
        service: { decisionServedOn: '2025-06-22' },
      },
      office,
    ],
    ['the last possible day of the term', { validTo: '2029-11-23' }],
    ['a court entry whose decision states five years', { listCode: 'BL-COURT', validTo: '2031-11-23' }, by('ZY')],
    [
      'an announced notice that has become service',
      { notice: { servedOn: '2026-09-20', defenceEndedOn: '2026-10-27', method: 'ANNOUNCEMENT' } },
    ],
    ['somebody who turned 18 on the day of the decision', { parties: [{ ...party, idNumber: idNumber('20081102') }] }],
  ];
  for (const [title, changes, caller, base] of accepted) {
    test(`${title} is accepted`, () => {
      expect(judge(changes, caller, base)).toMatchObject({ ok: true });
    });
  }

  test("a county's copy of the designating department lists at county level", () => {
    expect(judge({ listCode: 'BL-MKT' }, by('HZ-SCJGJ', 'SCJGJ'))).toMatchObject({
      ok: true,
      designation: { level: 'COUNTY', departmentCode: 'HZ-SCJGJ' },
    });
  });

  test('a named person counts as served only by own proof of notice and decision (R-2-15)', () => {
    const served = (changes: Changes, caller = {}, base: Changes = complete) => {
      const decided = judge({ ...changes, parties: [{ ...party, ...(changes['person'] as object) }] }, caller, base);
      return decided.ok ? decided.designation.parties[0]?.served : decided.detail;
    };
    expect(served({ person: { noticeServedOn: undefined } })).toBe(false);
    expect(served({ person: { decisionServedOn: undefined } })).toBe(false);
    expect(served({ person: { namedInDecision: false } })).toBe(false);
    expect(served({ listCode: 'FL-WAGE', person: { noticeServedOn: undefined } })).toBe(false);
    expect(served({ origin: 'NATIONAL', batchNo: 'B-1', person: { noticeServedOn: undefined, decisionServedOn: undefined } }, office)).toBe(
      true,
    );
    expect(served({ person: { noticeServedOn: undefined, decisionServedOn: undefined } }, by('SHUIJ'), honour)).toBe(true);
  });

  test('a list without a fixed end has none, and one whose decision proposes a term takes the proposal', () => {
    expect(judge({ listCode: 'AB-MKT' }, by('SCJGJ'))).toMatchObject({ designation: { validTo: null, grade: 'GENERAL' } });
    expect(judge({ listCode: 'BL-COURT' }, by('ZY'))).toMatchObject({ designation: { validTo: '2028-11-23' } });
  });
});

describe('a designation that is refused (R-2-6), with code and field', () => {
  const refused: [string, string, string, Changes, Parameters<typeof judge>[1]?, Changes?][] = [
    ['an unknown list', 'LIST_UNKNOWN', '/listCode', { listCode: 'BL-NONE' }],
    ['a list whose legal basis is not confirmed', 'LIST_DISABLED', '/listCode', { listCode: 'BL-ENV' }, by('STHJJ')],
    ['a unit that does not designate this list', 'NOT_DESIGNATING_UNIT', '/listCode', {}, by('SHUIJ')],
    ['a county copy of another department', 'NOT_DESIGNATING_UNIT', '/listCode', {}, by('HZ-SCJGJ', 'SCJGJ')],
    ['a window clerk of the right department', 'NOT_DESIGNATING_UNIT', '/listCode', {}, { roles: ['WINDOW_CLERK'] }],
    ['the credit office in place of the unit', 'NOT_DESIGNATING_UNIT', '/listCode', {}, office],
    ['a national entry by a department', 'ORIGIN_NOT_ALLOWED', '/origin', { origin: 'NATIONAL', batchNo: 'B-1' }],
    ['a national entry without its batch', 'ORIGIN_NOT_ALLOWED', '/batchNo', { origin: 'NATIONAL' }, office],
    ['stock on a disabled list', 'LIST_DISABLED', '/listCode', { ...legacy, listCode: 'BL-ENV' }, office],
    [
      'a person on a list of enterprises',
      'SUBJECT_KIND_NOT_ALLOWED',
      '/subject/kind',
      { subject: { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber: idNumber('19800307'), regionCode: '320706' } },
    ],
    [
      'an organisation without its code',
      'IDENTIFIER_REQUIRED',
      '/subject/usccCode',
      { subject: { ...complete.subject, usccCode: undefined } },
    ],
    ['a wrong check character', 'USCC_INVALID', '/subject/usccCode', { subject: { ...complete.subject, usccCode: '91320799MA00000156' } }],
    [
      'a letter that cannot occur in a code',
      'USCC_INVALID',
      '/subject/usccCode',
      { subject: { ...complete.subject, usccCode: '91320799MAO0000155' } },
    ],
    [
      'a region that does not exist',
      'VALIDATION_FAILED',
      '/subject/regionCode',
      { subject: { ...complete.subject, regionCode: '320799999' } },
    ],
    [
      'a person without a number',
      'IDENTIFIER_REQUIRED',
      '/subject/idNumber',
      { listCode: 'BL-COURT', subject: { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', regionCode: '320706' } },
      by('ZY'),
    ],
    [
      'a birth date that does not exist',
      'ID_NUMBER_INVALID',
      '/parties/0/idNumber',
      { parties: [{ ...party, idNumber: '320799189902290016' }] },
    ],
    ['a minor as a party', 'SUBJECT_UNDER_AGE', '/parties/0/idNumber', { parties: [{ ...party, idNumber: idNumber('20081103') }] }],
    [
      'a minor as the subject',
      'SUBJECT_UNDER_AGE',
      '/subject/idNumber',
      {
        listCode: 'BL-COURT',
        subject: { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber: idNumber('20100101'), regionCode: '320706' },
      },
      by('ZY'),
    ],
    [
      'a minor honoured',
      'SUBJECT_UNDER_AGE',
      '/subject/idNumber',
      {
        listCode: 'RL-VOL',
        subject: { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber: idNumber('20100101'), regionCode: '320706' },
      },
      by('TSW'),
      honour,
    ],
    [
      'one person twice in one role',
      'DUPLICATE_PARTY',
      '/parties/1',
      { parties: [party, { ...party, idNumber: party.idNumber.toLowerCase() }] },
    ],
    ['201 persons', 'TOO_MANY_PARTIES', '/parties', { parties: Array.from({ length: 201 }, () => party) }],
    ['no notice', 'NOTICE_REQUIRED', '/notice', { notice: undefined }],
    ['a notice without the end of the defence', 'NOTICE_REQUIRED', '/notice/defenceEndedOn', { notice: { servedOn: '2026-10-12' } }],
    [
      'stock from the first day of the notice',
      'NOTICE_REQUIRED',
      '/notice',
      { ...legacy, decision: { ...complete.decision, date: '2020-12-18' } },
      office,
    ],
    [
      'four working days of defence',
      'DEFENCE_TOO_SHORT',
      '/notice/defenceEndedOn',
      { notice: { servedOn: '2026-10-12', defenceEndedOn: '2026-10-16' } },
    ],
    [
      'a defence over the National Day holidays',
      'DEFENCE_TOO_SHORT',
      '/notice/defenceEndedOn',
      { notice: { servedOn: '2026-09-30', defenceEndedOn: '2026-10-12' } },
    ],
    [
      'an announced notice counted from its publication',
      'DEFENCE_TOO_SHORT',
      '/notice/defenceEndedOn',
      { notice: { servedOn: '2026-10-12', defenceEndedOn: '2026-10-19', method: 'ANNOUNCEMENT' } },
    ],
    [
      'a decision within the defence',
      'DECISION_BEFORE_DEFENCE_END',
      '/decision/date',
      { notice: { servedOn: '2026-10-27', defenceEndedOn: '2026-11-03' } },
    ],
    ['no service', 'SERVICE_REQUIRED', '/service', { service: undefined }],
    ['no date of service', 'SERVICE_REQUIRED', '/service/decisionServedOn', { service: { repairNoticeServedOn: '2026-11-03' } }],
    [
      'an announcement that has not become service',
      'SERVICE_REQUIRED',
      '/service/decisionServedOn',
      { service: { ...complete.service, method: 'ANNOUNCEMENT' } },
    ],
    [
      'service before the decision',
      'SERVICE_BEFORE_DECISION',
      '/service/decisionServedOn',
      { service: { ...complete.service, decisionServedOn: '2026-11-01' } },
    ],
    [
      'a person served before the decision',
      'SERVICE_BEFORE_DECISION',
      '/parties/0/decisionServedOn',
      { parties: [{ ...party, decisionServedOn: '2026-11-01' }] },
    ],
    [
      'a person told after the decision',
      'DATE_ORDER',
      '/parties/0/noticeServedOn',
      { parties: [{ ...party, noticeServedOn: '2026-11-03' }] },
    ],
    ['no repair notice', 'REPAIR_NOTICE_REQUIRED', '/service/repairNoticeServedOn', { service: { decisionServedOn: '2026-11-03' } }],
    [
      'stock from the first day of the repair notice',
      'REPAIR_NOTICE_REQUIRED',
      '/service/repairNoticeServedOn',
      {
        ...legacy,
        decision: { ...complete.decision, date: '2025-06-22' },
        notice: { servedOn: '2025-06-02', defenceEndedOn: '2025-06-20' },
        service: { decisionServedOn: '2025-06-22' },
      },
      office,
    ],
    ['one day more than the list allows', 'TERM_EXCEEDS_LIST', '/validTo', { validTo: '2029-11-24' }],
    ['a focus entry of more than two years', 'TERM_EXCEEDS_LIST', '/validTo', { listCode: 'FL-WAGE', validTo: '2028-11-24' }],
    ['a ban whose end the decision must state', 'TERM_REQUIRED', '/validTo', { listCode: 'BL-GP' }, by('CZJ')],
    ['a term that ends before it begins', 'DATE_ORDER', '/validTo', { validFrom: '2026-11-10', validTo: '2026-11-09' }],
    ['a term that is over', 'DATE_ORDER', '/validTo', { validFrom: '2026-11-10', validTo: '2026-11-22' }],
    ['a term from before the decision', 'DATE_ORDER', '/validFrom', { validFrom: '2026-11-01' }],
    ['a term from tomorrow', 'DATE_IN_FUTURE', '/validFrom', { validFrom: '2026-11-24' }],
    ['a decision of tomorrow', 'DATE_IN_FUTURE', '/decision/date', { decision: { ...complete.decision, date: '2026-11-24' } }],
    [
      'service of tomorrow',
      'DATE_IN_FUTURE',
      '/service/decisionServedOn',
      { service: { ...complete.service, decisionServedOn: '2026-11-24' } },
    ],
    ['an honour without a public notice', 'PUBLIC_NOTICE_REQUIRED', '/publicNotice', { publicNotice: undefined }, by('SHUIJ'), honour],
    [
      'an honour open for six working days',
      'PUBLIC_NOTICE_TOO_SHORT',
      '/publicNotice/closedOn',
      { publicNotice: { openedOn: '2026-10-12', closedOn: '2026-10-20' } },
      by('SHUIJ'),
      honour,
    ],
    [
      'an honour decided while still open',
      'DATE_ORDER',
      '/decision/date',
      { publicNotice: { openedOn: '2026-10-12', closedOn: '2026-11-03' } },
      by('SHUIJ'),
      honour,
    ],
    [
      'a public notice that ends before it begins',
      'DATE_ORDER',
      '/publicNotice/closedOn',
      { publicNotice: { openedOn: '2026-10-12', closedOn: '2026-10-11' } },
      by('SHUIJ'),
      honour,
    ],
    ['a name of invisible characters', 'VALIDATION_FAILED', '/subject/name', { subject: { ...complete.subject, name: '\u200b\u200d' } }],
    ['a NUL character', 'VALIDATION_FAILED', '/facts', { facts: '事由\u0000' }],
    ['half a surrogate pair', 'VALIDATION_FAILED', '/decision/name', { decision: { ...complete.decision, name: '决定\ud800书' } }],
    ["a person's number in the facts", 'VALIDATION_FAILED', '/facts', { facts: `负责人${party.idNumber}拖欠` }],
    ["a person's number as the id of the record", 'VALIDATION_FAILED', '/sourceRecordId', { sourceRecordId: party.idNumber }],
    [
      "a person's number on an organisation",
      'VALIDATION_FAILED',
      '/subject/idNumber',
      { subject: { ...complete.subject, idType: 'ID_CARD', idNumber: party.idNumber } },
    ],
    [
      'a name that no event could carry',
      'VALIDATION_FAILED',
      '/parties/0/name',
      { parties: [{ ...party, name: `${'\u0001'.repeat(9000)}李` }] },
    ],
  ];
  for (const [title, code, pointer, changes, caller, base] of refused) {
    test(`${title} is refused`, () => {
      const decided = judge(changes, caller, base);
      expect(decided).toMatchObject({ ok: false, code });
      if (decided.ok) return;
      expect(decided.errors).toContainEqual({ pointer, code, detail: expect.stringMatching(/\p{Script=Han}/u) });
      expect(JSON.stringify(decided)).not.toMatch(/\d{17}[\dXx]/);
    });
  }

  test('the detail says what the check character should be', () => {
    const decided = judge({
      subject: { ...complete.subject, usccCode: '91320799MA1000295X' },
      parties: [{ ...party, idNumber: '320799189901010018' }],
    });
    expect(decided.ok ? [] : decided.errors.map((error) => error.detail)).toEqual([
      expect.stringContaining('第 18 位应为 Y'),
      expect.stringContaining('第 18 位应为 9'),
    ]);
  });

  test('everything that is wrong is told at once', () => {
    const decided = judge({
      notice: undefined,
      service: undefined,
      validTo: '2040-01-01',
      subject: { ...complete.subject, usccCode: '9132' },
    });
    expect(decided.ok ? [] : decided.errors.map((error) => error.code)).toEqual([
      'USCC_INVALID',
      'NOTICE_REQUIRED',
      'SERVICE_REQUIRED',
      'REPAIR_NOTICE_REQUIRED',
      'TERM_EXCEEDS_LIST',
    ]);
  });

  test('who may not ask is told nothing else', () => {
    const decided = judge({ notice: undefined, service: undefined }, by('SHUIJ'));
    expect(decided.ok ? [] : decided.errors.map((error) => error.code)).toEqual(['NOT_DESIGNATING_UNIT']);
  });
});
