import { describe, expect, test } from '@jest/globals';
import type { CatalogueMeasure } from '@lianxin/contracts';
import { type MeasureQuestion, noticeMeasuresOf, repairTermsOf } from './decision-notice.rules.ts';
import { noticeTextsOf } from './decision-notice.texts.ts';
import { loadListCatalogue } from './list-definition.loader.ts';

const lists = loadListCatalogue();
const listOf = (code: string) => {
  const list = lists.find((candidate) => candidate.code === code);
  if (list === undefined) throw new Error(code);
  return list;
};
const law = { document: '某法', article: '第1条', basisKind: 'LAW', coversLists: ['BL-X'], verified: true, effectiveFrom: '2020-01-01' };
const measure = (changes: Partial<CatalogueMeasure> = {}): CatalogueMeasure => ({
  code: 'X-01',
  listCodes: ['BL-X'],
  memoCode: null,
  direction: 'PUNISH',
  nameZh: '限制',
  nameEn: 'limit',
  kind: 'ADM',
  class: 'C01',
  group: '1',
  force: 'RECOMMENDED',
  trigger: 'ON_EVENT',
  subjectKinds: ['LEGAL'],
  partyRoles: ['SUBJECT'],
  canonicalCode: 'X',
  minGrade: null,
  holdExempt: false,
  termRule: 'ENTRY_TERM',
  effectiveFrom: '2020-01-01',
  effectiveTo: null,
  condition: null,
  executors: [],
  bases: [law],
  ...changes,
});
const asked: MeasureQuestion = {
  listCode: 'BL-X',
  listType: 'BLACK',
  grade: 'GENERAL',
  decisionDate: '2026-06-01',
  conditions: [],
  parties: [{ kind: 'LEGAL', role: 'SUBJECT' }],
};
const warned = (changes: Partial<CatalogueMeasure>, question: Partial<MeasureQuestion> = {}) =>
  noticeMeasuresOf([measure(changes)], { ...asked, ...question }).length === 1;

describe('measures of which a decision warns (R-2-7)', () => {
  test.each<[string, Partial<CatalogueMeasure>, Partial<MeasureQuestion>]>([
    ['of a departmental rule alone', { bases: [{ ...law, basisKind: 'DEPT_RULE' }] }, {}],
    ['of a memorandum alone (R-0-2)', { bases: [{ ...law, basisKind: 'MEMO_ONLY' }] }, {}],
    ['of a law that nobody has read', { bases: [{ ...law, verified: false }] }, {}],
    ['of a law for other lists', { bases: [{ ...law, coversLists: ['BL-Y'] }] }, {}],
    ['of a law that came after the decision', { bases: [{ ...law, effectiveFrom: '2026-06-02' }] }, {}],
    ['that begins after the decision', { effectiveFrom: '2026-06-02' }, {}],
    ['that ended before the decision', { effectiveTo: '2026-05-31' }, {}],
    ['of another list', { listCodes: ['BL-Y'] }, {}],
    ['that rewards', { direction: 'REWARD' }, {}],
    ['for a higher grade (R-4-7)', { minGrade: 'SERIOUS' }, {}],
    ['for persons only, where none is named', { subjectKinds: ['PERSON'] }, {}],
    ['whose condition is not proved', { condition: 'A&B' }, { conditions: [{ code: 'A', documentNo: '1' }] }],
    ['whose proof has no number', { condition: 'A' }, { conditions: [{ code: 'A', documentNo: ' ' }] }],
    ['other than closer supervision, from a focus list (R-2-5)', {}, { listType: 'FOCUS' }],
  ])('not one %s', (_what, changes, question) => {
    expect(warned(changes, question)).toBe(false);
  });

  test.each<[string, Partial<CatalogueMeasure>, Partial<MeasureQuestion>]>([
    ['with its law', {}, {}],
    ['that the law commands, whatever the grade', { minGrade: 'SERIOUS', force: 'MANDATORY' }, {}],
    ['handed to banks, which needs no law (R-1-4)', { group: '3', bases: [] }, {}],
    ['with one of two proofs', { condition: 'A|B' }, { conditions: [{ code: 'B', documentNo: '1' }] }],
    ['of closer supervision, from a focus list', { class: 'C10' }, { listType: 'FOCUS' }],
  ])('one %s', (_what, changes, question) => {
    expect(warned(changes, question)).toBe(true);
  });

  test('the clause stands with it, a memorandum never', () => {
    const [found] = noticeMeasuresOf([measure({ bases: [law, { ...law, basisKind: 'MEMO_ONLY', document: '备忘录' }] })], asked);
    expect(found?.bases).toEqual(['某法第1条']);
  });
});

describe('how and from when the subject gets off the list (R-5-3a, R-5-4, §5.6)', () => {
  test.each([
    ['BL-WAGE', '2026-06-01', '2026-06-10', { kind: 'REPAIR', minMonths: 6, countsFrom: 'PUBLICITY_DATE', earliestOn: '2026-12-10' }],
    ['BL-WAGE', '2026-03-31', '2026-06-10', { kind: 'REPAIR', minMonths: 6, countsFrom: 'DECISION_DATE', earliestOn: '2026-09-30' }],
    ['BL-SAFE', '2026-06-01', null, { kind: 'REPAIR', minMonths: 12, countsFrom: 'PUBLICITY_DATE', earliestOn: null }],
    ['BL-COURT', '2026-06-01', '2026-06-10', { kind: 'COURT_REMOVAL', minMonths: null, earliestOn: null }],
    ['BL-GP', '2026-06-01', '2026-06-10', { kind: 'TERM_ONLY', minMonths: null, earliestOn: null, basis: '政府采购法第77条' }],
    ['AB-MKT', '2026-06-01', '2026-06-10', { kind: 'CORRECTION', earliestOn: null }],
  ])('%s, decided on %s and public from %s', (code, decided, published, expected) => {
    expect(repairTermsOf(listOf(code), decided, published)).toMatchObject(expected);
  });

  test('honours and focus entries have no repair notice; what is no sure law is not cited', () => {
    expect(lists.filter((list) => repairTermsOf(list, '2026-06-01', null) === null).map(({ type }) => type)).not.toContain('BLACK');
    expect(repairTermsOf(listOf('RL-TAXA'), '2026-06-01', null)).toBeNull();
    expect(repairTermsOf(listOf('FL-TAX'), '2026-06-01', null)).toBeNull();
    expect(repairTermsOf(listOf('BL-STAT'), '2026-06-01', null)?.basis).toBeNull();
  });

  test('the documents of every list say how it is left; the court’s speak of the court, all others of reconsideration', () => {
    for (const list of lists) {
      const repair = repairTermsOf(list, '2026-06-01', null);
      const texts = noticeTextsOf(list, repair, [], '2026-06-01');
      expect([list.code, texts.removal.length > 10, texts.repair === null]).toEqual([
        list.code,
        true,
        ['RED', 'FOCUS'].includes(list.type),
      ]);
      expect([list.code, texts.remedies?.includes('行政复议法') ?? null]).toEqual([
        list.code,
        list.type === 'RED' ? null : !list.courtExit,
      ]);
    }
    const before = noticeTextsOf(listOf('BL-WAGE'), repairTermsOf(listOf('BL-WAGE'), '2025-06-21', null), [], '2025-06-21');
    expect(JSON.stringify(before)).not.toContain('国办发〔2025〕22号');
  });
});
