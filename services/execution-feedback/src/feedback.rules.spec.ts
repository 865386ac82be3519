import { describe, expect, test } from '@jest/globals';
import type { FeedbackRequest } from '@lianxin/contracts';
import { checkFeedback, effectsOf, type FeedbackGround, formOf } from './feedback.rules.ts';

const evidence = '0190f0a0-0000-7000-8000-000000000001';
const procurement = { document: '政府采购法', article: '第二十二条' };
const opinions = { document: '国发〔2016〕33号', article: null };
const ground = (over: Partial<FeedbackGround> = {}): FeedbackGround => ({
  taskStatus: 'IN_EXECUTION',
  hasWindowCheck: false,
  class: 'C10',
  activatedOn: '2026-11-02',
  today: '2026-11-23',
  legalBases: [procurement, opinions],
  knownEvidence: new Set([evidence]),
  ...over,
});
const applied = (over: Partial<FeedbackRequest> = {}): FeedbackRequest => ({ kind: 'APPLIED', evidenceIds: [evidence], ...over });
const faultsOf = (request: FeedbackRequest, over: Partial<FeedbackGround> = {}) => {
  const checked = checkFeedback(request, ground(over));
  return checked.ok ? [] : checked.errors.map(({ pointer, code }) => `${pointer} ${code}`);
};

describe('what a feedback says, by class of measure (§4.6)', () => {
  test.each(['C01', 'C02', 'C03', 'C04', 'C05', 'C06', 'C07', 'C08', 'C09'])('%s names its document', (measureClass) => {
    expect(faultsOf(applied(), { class: measureClass })).toEqual(['/documentNo DOCUMENT_NO_REQUIRED']);
    expect(faultsOf(applied({ documentNo: '连财〔2026〕1号' }), { class: measureClass })).toEqual([]);
  });

  test.each(['C10', 'C11', 'R01', 'R05', 'R08'])('%s need not', (measureClass) => {
    expect(faultsOf(applied(), { class: measureClass })).toEqual([]);
  });

  test.each([
    ['C10', 'BENEFIT_ENJOYED'],
    ['C01', 'BENEFIT_ENJOYED'],
    ['R04', 'RESTRICTED'],
    ['R04', 'REPAIR_REQUESTED'],
    ['R04', 'DUTY_PERFORMED'],
  ] as const)('a measure of class %s cannot have the effect %s', (measureClass, effect) => {
    expect(faultsOf(applied({ effect, documentNo: '1' }), { class: measureClass })).toEqual(['/effect EFFECT_NOT_FOR_CLASS']);
  });

  test.each(['C10', 'R04'])('a measure of class %s has the effects that its form offers', (measureClass) => {
    for (const effect of effectsOf(measureClass)) expect(faultsOf(applied({ effect }), { class: measureClass })).toEqual([]);
  });

  test('the basis used is one of the measure, by its article or as a whole document', () => {
    expect(faultsOf(applied({ legalBasisUsed: { document: '政府采购法', article: '第二十二条' } }))).toEqual([]);
    expect(faultsOf(applied({ legalBasisUsed: { document: '政府采购法' } }))).toEqual([]);
    expect(faultsOf(applied({ legalBasisUsed: { document: '国发〔2016〕33号' } }))).toEqual([]);
    for (const legalBasisUsed of [
      { document: '招标投标法' },
      { document: '政府采购法', article: '第一条' },
      { document: '国发〔2016〕33号', article: '（十）' },
    ])
      expect(faultsOf(applied({ legalBasisUsed }))).toEqual(['/legalBasisUsed LEGAL_BASIS_UNKNOWN']);
    expect(faultsOf(applied({ legalBasisUsed: { document: '政府采购法' } }), { legalBases: [] })).toHaveLength(1);
    // The catalogue's copy has not come yet: nothing can be held against it.
    expect(faultsOf(applied({ legalBasisUsed: { document: '招标投标法' } }), { legalBases: undefined })).toEqual([]);
  });

  test('amounts are more than nothing, terms do not begin before the entry', () => {
    for (const value of [0, -2]) expect(faultsOf(applied({ amount: { value, unit: '次' } }))).toEqual(['/amount/value VALIDATION_FAILED']);
    expect(faultsOf(applied({ amount: { value: 0.5, unit: '万元' } }))).toEqual([]);
    expect(faultsOf(applied({ termFrom: '2026-11-01' }))).toEqual(['/termFrom BEFORE_ACTIVATION']);
    expect(faultsOf(applied({ termFrom: '2026-11-02', termTo: '2026-11-01' }))).toEqual(['/termTo DATE_ORDER']);
  });

  test('the form tells beforehand what the check will want', () => {
    expect(formOf('APPLIED', 'C01').required).toEqual(['documentNo', 'evidenceIds']);
    expect(formOf('APPLIED', 'C10').required).toEqual(['evidenceIds']);
    expect(formOf('NOT_APPLIED', 'C01')).toMatchObject({
      required: ['notAppliedReason'],
      optional: expect.not.arrayContaining(['effect']),
    });
    expect(formOf('ZERO', 'C01').required).toEqual([]);
    expect(formOf('APPLIED', '-', 'RESTORE').optional).not.toContain('legalBasisUsed');
    for (const kind of ['APPLIED', 'HIT', 'PARTIAL', 'ZERO', 'NOT_APPLIED', 'LIFTED'] as const)
      expect(formOf(kind, 'R01').optional).toEqual(expect.arrayContaining(['handler', 'phone']));
  });
});
