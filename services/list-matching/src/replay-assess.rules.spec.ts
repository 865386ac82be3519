import { describe, expect, test } from '@jest/globals';
import { calendar2026, type EntryStatus, type ReplayChange } from '@lianxin/contracts';
import type { StoredFact } from './entry-fold.rules.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { assessCase, type CaseEntry, type CaseWorld, movedOn, stateLines } from './replay-assess.rules.ts';

const definition: ListDefinition = {
  code: 'BL-TAX',
  version: 1,
  nameZh: '重大税收违法失信主体',
  nameEn: 'tax',
  type: 'BLACK',
  field: 'MARKET_ORDER',
  designatingDepartments: ['SHUIJ'],
  basis: '税务总局令54号',
  basisKind: 'RULE',
  status: 'ENABLED',
  defaultMonths: 36,
  minRepairMonths: null,
  subjectKinds: ['LEGAL'],
  publishPerson: false,
  holdExemptDefault: false,
  effectiveFrom: '2022-02-01',
  effectiveTo: null,
  confidence: 'H',
  termKind: 'FIXED',
  termMinMonths: null,
  termMaxMonths: 36,
  courtExit: false,
};
const settings = {
  defenceWorkdays: 5,
  redNoticeWorkdays: 7,
  defenceReviewWorkdays: 5,
  serveWorkdays: 3,
  shareWorkdays: 5,
  reviewWorkdays: 2,
};
const law = { versions: [definition], grounds: [], settingsOn: () => settings, calendar: calendar2026, today: '2026-11-23' };

const entry = (changes: Partial<CaseEntry> = {}): CaseEntry => ({
  id: 'entry',
  number: 'LYG-MD-2026-000001',
  version: 5,
  status: 'ACTIVE',
  activation_no: 1,
  subject_id: 'subject',
  department_code: 'SHUIJ',
  list_code: 'BL-TAX',
  list_version: 1,
  list_type: 'BLACK',
  origin: 'CITY',
  listing_ground: null,
  grade: 'GENERAL',
  industry: null,
  conditions: [{ code: 'AMOUNT', documentNo: '税稽〔2026〕1号' }],
  decision_date: '2026-05-18',
  notice: { servedOn: '2026-05-06', defenceEndedOn: '2026-05-15', method: 'DIRECT' },
  service: { decisionServedOn: '2026-05-20', repairNoticeServedOn: '2026-05-20', method: 'DIRECT' },
  public_notice: null,
  activated_on: '2026-05-20',
  valid_from: '2026-05-20',
  valid_to: '2029-05-20',
  disputed: false,
  duties_performed_on: null,
  ...changes,
});

/** Facts by their transitions, each leading where it is told. */
function factsOf(...steps: readonly (readonly [string, EntryStatus, Record<string, unknown>?])[]): StoredFact[] {
  return steps.map(([transition, to_status, detail = {}], index) => ({
    version: index + 1,
    transition,
    from_status: steps[index - 1]?.[1] ?? null,
    to_status,
    at: new Date('2026-05-20T03:00:00Z'),
    detail,
  }));
}
const listed = [
  ['T1', 'DRAFT'],
  ['T2', 'CHECKING'],
  ['T3', 'PRE_NOTICE'],
  ['T7', 'DESIGNATED'],
  ['T12', 'ACTIVE', { validFrom: '2026-05-20', validTo: '2029-05-20' }],
] as const;

const person = {
  id: 'person',
  role: 'LEGAL_REPRESENTATIVE',
  named: true,
  served: true,
  notice_served_on: '2026-05-06',
  decision_served_on: '2026-05-20',
};
const subject = { id: 'self', role: 'SUBJECT', named: true, served: true, notice_served_on: null, decision_served_on: null };
const worldOf = (row: CaseEntry, facts: readonly StoredFact[] = factsOf(...listed), changes: Partial<CaseWorld> = {}): CaseWorld => ({
  entry: row,
  facts,
  factsOf: () => [],
  parties: [subject, person],
  ofSubject: [row],
  abolished: new Set(),
  law,
  ...changes,
});
const assess = (world: CaseWorld, change: ReplayChange) => {
  const found = assessCase(world, change);
  if (!found.ok) throw new Error(`${found.clause} ${found.detail}`);
  return found;
};
const clauseOf = (world: CaseWorld, change: ReplayChange) => {
  const found = assessCase(world, change);
  return found.ok ? `ok ${found.entries[0].action}` : found.clause;
};
const correct = (facts: Extract<ReplayChange, { kind: 'CORRECT_ENTRY' }>['facts']): ReplayChange => ({ kind: 'CORRECT_ENTRY', facts });
const voids: ReplayChange = { kind: 'VOID_ENTRY', effect: 'VOID' };

describe('a case with nothing changed', () => {
  test.each([
    ['in force', entry(), factsOf(...listed)],
    ['suspended by a court', entry({ status: 'SUSPENDED', version: 6 }), factsOf(...listed, ['T14', 'SUSPENDED'])],
    ['disputed', entry({ disputed: true, version: 6 }), factsOf(...listed, ['T13', 'ACTIVE'])],
    ['disputed and expired', entry({ status: 'EXPIRED', version: 7 }), factsOf(...listed, ['T13', 'ACTIVE'], ['T16', 'EXPIRED'])],
    [
      'brought back by a revoked repair',
      entry({ activation_no: 2, version: 7 }),
      factsOf(...listed, ['T17', 'REPAIRED'], ['T23', 'ACTIVE']),
    ],
    [
      'disputed, repaired and brought back without the mark',
      entry({ activation_no: 2, version: 8 }),
      factsOf(...listed, ['T13', 'ACTIVE'], ['T17', 'REPAIRED'], ['T23', 'ACTIVE']),
    ],
    [
      'with its term corrected',
      entry({ valid_to: '2028-01-01', version: 6 }),
      factsOf(...listed, ['T13b', 'ACTIVE', { corrected: { validTo: { from: '2029-05-20', to: '2028-01-01' } } }]),
    ],
    [
      'its duties performed',
      entry({ duties_performed_on: '2026-06-01', version: 6 }),
      factsOf(...listed, ['T16b', 'ACTIVE', { document: { date: '2026-06-01' } }]),
    ],
    [
      'closed for its subject, in force for persons',
      entry({ status: 'CLOSED_SUBJECT', parties_continue: true, version: 6 }),
      factsOf(...listed, ['T22', 'CLOSED_SUBJECT', { stillBound: 1 }]),
    ],
  ])('%s, stays as it is and its facts give its state', (_what, row, facts) => {
    const { entries, acts, mismatches, versions } = assess(worldOf(row, facts), { kind: 'NOTHING' });
    expect([entries.map(({ action }) => action), acts, mismatches]).toEqual([['KEEP'], false, []]);
    expect(versions).toEqual([{ kind: 'ENTRY', id: 'entry', version: String(row.version) }]);
    expect(stateLines(entries)).toEqual([`ENTRY:entry:${row.version}:${row.status}`]);
  });

  test.each([
    ['a state that no fact says', { status: 'SUSPENDED' }, factsOf(...listed), 'status=ACTIVE'],
    ['a version too many', { version: 6 }, factsOf(...listed), 'version=5'],
    ['an end that was written over', { valid_to: '2030-01-01' }, factsOf(...listed), 'validTo=2029-05-20'],
    ['a mark that nobody set', { disputed: true }, factsOf(...listed), 'disputed=false'],
    ['an activation of its own making', { activation_no: 2 }, factsOf(...listed), 'activationNo=1'],
    ['duties that nobody recorded', { duties_performed_on: '2026-06-01' }, factsOf(...listed), 'dutiesPerformedOn=null'],
    [
      'a step that the table does not know',
      { status: 'ACTIVE' },
      factsOf(...listed.slice(0, 4), ['T23', 'ACTIVE']),
      'fact 5 T23=undefined',
    ],
    [
      'a grade that was corrected and stands otherwise',
      { grade: 'SERIOUS', version: 6 },
      factsOf(...listed, ['T13b', 'ACTIVE', { corrected: { grade: { from: 'GENERAL', to: 'MINOR' } } }]),
      'grade=MINOR',
    ],
  ] as const)('%s is told as a mismatch', (_what, changes, facts, expected) => {
    const { mismatches } = assess(worldOf(entry(changes as Partial<CaseEntry>), facts), { kind: 'NOTHING' });
    expect(mismatches.map((one) => one.expected)).toContain(expected);
  });

  test('another version of the catalogue changes no entry', () => {
    expect(assess(worldOf(entry()), { kind: 'CATALOGUE_VERSION', version: 2 })).toMatchObject({
      acts: false,
      entries: [{ action: 'KEEP' }],
    });
  });
});

test('it is told whether an entry has effect here, and when its facts were last corrected, so that a copy knows what it may lack', () => {
  const amended = factsOf(
    ...listed,
    ['T13b', 'ACTIVE', { corrected: { grade: { from: 'SERIOUS', to: 'GENERAL' } } }],
    ['T13b', 'ACTIVE', { unconfirmed: 'x' }],
  );
  const told = (world: CaseWorld) => assess(world, { kind: 'NOTHING' }).entries[0];
  expect(told(worldOf(entry({ version: 7 }), amended))).toMatchObject({ effective: true, correctedVersion: 6 });
  expect(told(worldOf(entry({ recognised: false })))).toMatchObject({ effective: false, correctedVersion: null });
});

describe('an entry taken to be void', () => {
  test.each([
    ['ACTIVE', 'VOID', 'END', 'T18'],
    ['SUSPENDED', 'REVOKE', 'END', 'T19'],
    ['EXPIRED', 'VOID', 'END', 'T18'],
    ['REPAIRED', 'VOID', 'END', 'T18'],
    ['SUPERSEDED', 'REVOKE', 'END', 'T19'],
    ['CLOSED_SUBJECT', 'VOID', 'END', 'T18'],
    ['CORRECTED', 'VOID', 'KEEP', null],
    ['REVOKED', 'VOID', 'KEEP', null],
    ['NOT_DESIGNATED', 'VOID', 'KEEP', null],
  ] as const)('%s by %s: %s (%s)', (status, effect, action, clause) => {
    const { entries, acts } = assess(worldOf(entry({ status })), { kind: 'VOID_ENTRY', effect });
    expect([entries.map((one) => [one.action, one.clause]), acts]).toEqual([[[action, clause]], action === 'END']);
  });

  test.each(['CHECKING', 'PRE_NOTICE', 'HEARING', 'DESIGNATED'] as const)('%s is not in force yet: refused, it is withdrawn', (status) => {
    expect(clauseOf(worldOf(entry({ status })), voids)).toBe('T18');
  });

  const honour = (changes: Partial<CaseEntry> = {}) =>
    entry({
      id: 'honour',
      list_type: 'RED',
      list_code: 'RL-TAXA',
      status: 'EXCLUDED',
      activated_on: '2026-01-01',
      valid_to: '2026-12-31',
      version: 6,
      ...changes,
    });
  const excludedBy = (entryId: string) => [
    { ...factsOf(['T20', 'EXCLUDED', { by: { entryId } }])[0], version: 6, from_status: 'ACTIVE' } as StoredFact,
  ];
  const withHonour = (red: CaseEntry, facts: readonly StoredFact[], others: readonly CaseEntry[] = []) =>
    worldOf(entry(), factsOf(...listed), { ofSubject: [entry(), red, ...others], factsOf: () => facts });

  test('gives back the honour that it had excluded, with its own end, and names every entry that it looked at (T20a)', () => {
    const { entries, versions } = assess(withHonour(honour(), excludedBy('entry')), voids);
    expect(entries.map(({ entryId, action, clause, validTo }) => [entryId, action, clause, validTo])).toEqual([
      ['entry', 'END', 'T18', null],
      ['honour', 'RETURN', 'T20a', '2026-12-31'],
    ]);
    expect(versions.map(({ id, version }) => `${id} ${version}`)).toEqual(['entry 5', 'honour 6']);
  });

  test.each([
    ['it was excluded by another entry', honour(), excludedBy('other'), []],
    ['its term is over', honour({ valid_to: '2026-11-22' }), excludedBy('entry'), []],
    ['it came back before', honour(), [...excludedBy('entry'), ...factsOf(['T20a', 'EXCLUDED'])], []],
    ['another black entry stands', honour(), excludedBy('entry'), [entry({ id: 'second' })]],
    ['another black entry stood meanwhile', honour(), excludedBy('entry'), [entry({ id: 'second', status: 'EXPIRED' })]],
    [
      'the same honour was given anew',
      honour(),
      excludedBy('entry'),
      [honour({ id: 'anew', status: 'ACTIVE', activated_on: '2026-08-01' })],
    ],
  ] as const)('gives no honour back when %s', (_what, red, facts, others) => {
    expect(assess(withHonour(red, facts, others), voids).entries).toHaveLength(1);
  });

  test('gives no honour back whose list is abolished', () => {
    const world = { ...withHonour(honour(), excludedBy('entry')), abolished: new Set(['RL-TAXA']) };
    expect(assess(world, voids).entries).toHaveLength(1);
  });
});

describe('an entry taken to have other facts', () => {
  test('what is the same changes nothing', () => {
    const same = correct({ grade: 'GENERAL', validTo: '2029-05-20', decisionDate: '2026-05-18', industry: null });
    expect(assess(worldOf(entry()), same)).toMatchObject({ acts: false, entries: [{ action: 'KEEP' }] });
  });

  test.each([
    ['a shorter term', { validTo: '2028-05-20' }, { validTo: '2028-05-20' }, []],
    ['a term shorter by a day', { validTo: '2029-05-19' }, { validTo: '2029-05-19' }, []],
    ['a lower grade', { grade: 'MINOR' }, { grade: 'MINOR' }, []],
    ['a higher grade', { grade: 'SERIOUS' }, { grade: 'SERIOUS' }, ['grade']],
    ['a condition less', { conditions: [] }, { conditions: [] }, []],
    [
      'a condition more',
      {
        conditions: [
          { code: 'AMOUNT', documentNo: '税稽〔2026〕1号' },
          { code: 'FLED', documentNo: '2号' },
        ],
      },
      {
        conditions: [
          { code: 'AMOUNT', documentNo: '税稽〔2026〕1号' },
          { code: 'FLED', documentNo: '2号' },
        ],
      },
      ['conditions'],
    ],
    [
      'a person who was not named',
      { parties: [{ partyId: 'person', named: false, served: false }] },
      { parties: [{ partyId: 'person', named: false, served: false }] },
      [],
    ],
    ['an earlier decision', { decisionDate: '2026-05-15' }, { decisionDate: '2026-05-15' }, []],
    ['a later decision', { decisionDate: '2026-05-19' }, { decisionDate: '2026-05-19' }, ['decisionDate']],
    ['the field that its list has', { listField: 'MARKET_ORDER', grade: 'MINOR' }, { grade: 'MINOR' }, []],
  ] as const)('%s', (_what, facts, expected, hardens) => {
    const { entries, acts } = assess(worldOf(entry()), correct(facts as never));
    expect([entries[0].action, acts, entries[0].facts, entries[0].hardens]).toEqual(['CORRECT', true, expected, hardens]);
  });

  test.each([
    ['cut shorter takes from its subject', '2029-05-20', '2028-05-20', ['validTo']],
    ['given its end back takes nothing', '2028-05-20', '2029-05-20', []],
  ])('an honour whose term is %s (R-6-7a)', (_what, validTo, corrected, hardens) => {
    const honour = entry({ list_type: 'RED', valid_to: validTo, grade: 'GENERAL' });
    const { entries } = assess(worldOf(honour), correct({ validTo: corrected }));
    expect([entries[0].facts, entries[0].hardens]).toEqual([{ validTo: corrected }, hardens]);
  });

  test('a term that began with the decision is computed again from the corrected date by the list (§6.4)', () => {
    const began = entry({ valid_from: '2026-05-18', valid_to: '2029-05-18' });
    const { entries } = assess(worldOf(began), correct({ decisionDate: '2026-05-15' }));
    expect(entries[0].facts).toEqual({ decisionDate: '2026-05-15', validTo: '2029-05-15' });
    const own = entry({ valid_from: '2026-05-18', valid_to: '2027-01-01' });
    expect(assess(worldOf(own), correct({ decisionDate: '2026-05-15' })).entries[0].facts).toEqual({ decisionDate: '2026-05-15' });
  });

  test('the law of the corrected day applies: the list in its version then, with its longest term (R-0-1)', () => {
    const older = { ...definition, effectiveTo: '2026-05-16', termMaxMonths: 24, defaultMonths: 24 };
    const newer = { ...definition, version: 2, effectiveFrom: '2026-05-16' };
    const world = worldOf(entry({ list_version: 2 }), factsOf(...listed), { law: { ...law, versions: [older, newer] } });
    expect(clauseOf(world, correct({ decisionDate: '2026-05-15' }))).toBe('R-2-6');
    expect(assess(world, correct({ decisionDate: '2026-05-15', validTo: '2028-05-20' })).entries[0].facts).toEqual({
      decisionDate: '2026-05-15',
      validTo: '2028-05-20',
    });
    const disabled = { ...older, status: 'DISABLED' as const };
    const then = worldOf(entry({ list_version: 2 }), factsOf(...listed), { law: { ...law, versions: [disabled, newer] } });
    expect(clauseOf(then, correct({ decisionDate: '2026-05-15', validTo: '2028-05-20' }))).toBe('R-2-2');
  });

  test.each([
    ['a decision of tomorrow', { decisionDate: '2026-11-24' }, 'R-2-6'],
    ['a decision after the entry came into force', { decisionDate: '2026-05-21' }, 'R-2-6'],
    ['a decision before the defence had ended', { decisionDate: '2026-05-14' }, 'R-2-6'],
    ['a term longer than the list allows', { validTo: '2029-05-21' }, 'R-2-6'],
    ['an end before the beginning', { validTo: '2026-05-19' }, 'R-2-6'],
    ['no end where the list has one', { validTo: null }, 'R-2-6'],
    ['a field that is not that of its list', { listField: 'DEFENCE' }, 'R-2-1'],
    ['a person whom the entry does not have', { parties: [{ partyId: 'stranger', named: false, served: false }] }, 'R-2-15'],
    ['a subject that would not be named', { parties: [{ partyId: 'self', named: false, served: false }] }, 'R-2-15'],
    ['service on somebody not named', { parties: [{ partyId: 'person', named: false, served: true }] }, 'R-2-15'],
  ])('%s is refused with its clause', (_what, facts, clause) => {
    expect(clauseOf(worldOf(entry()), correct(facts as never))).toBe(clause);
  });

  test.each([
    ['EXPIRED', '§6.4'],
    ['DESIGNATED', '§6.4'],
    ['CLOSED_SUBJECT', '§6.4'],
    ['CORRECTED', 'ok KEEP'],
    ['REVOKED', 'ok KEEP'],
  ] as const)('%s: %s', (status, clause) => {
    expect(clauseOf(worldOf(entry({ status })), correct({ grade: 'MINOR' }))).toBe(clause);
  });
});

describe('what was approved', () => {
  const version = (id: string, at: string) => ({ kind: 'ENTRY' as const, id, version: at });
  test('holds while every entry that counts has the version that was approved; versions of other owners are theirs to compare', () => {
    const approved = [version('a', '5'), version('b', '3'), { kind: 'PLAN' as const, id: 'p', version: '2' }];
    expect(movedOn(approved, [version('a', '5')])).toEqual([]);
    expect(movedOn(approved, [version('a', '6')])).toEqual([version('a', '6')]);
    expect(movedOn(approved, [version('a', '5'), version('new', '1')])).toEqual([version('new', '1')]);
    expect(movedOn(approved, [{ kind: 'CONFIGURATION', id: 'list-matching', version: 'x' }])).toEqual([]);
  });
});
