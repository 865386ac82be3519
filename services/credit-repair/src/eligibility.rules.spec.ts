import { describe, expect, test } from '@jest/globals';
import { type Eligibility, eligibilityOf, type Knowledge, type RepairItem } from './eligibility.rules.ts';
import { repairPolicy } from './policy.data.ts';

const today = '2026-11-23';
const entry = (changes: Partial<RepairItem> = {}): RepairItem => ({
  id: 'e1',
  kind: 'LIST_ENTRY',
  number: 'LYG-MD-2026-000001',
  departmentCode: 'SCJGJ',
  state: 'LIVE',
  endGround: null,
  listCode: 'BL-MKT',
  listType: 'BLACK',
  grade: 'SERIOUS',
  categories: [],
  fields: [],
  decidedOn: '2025-11-20',
  publicFrom: '2025-12-01',
  termEnd: '2028-12-01',
  originRegion: null,
  ...changes,
});
const penalty = (changes: Partial<RepairItem> = {}): RepairItem =>
  entry({
    kind: 'PENALTY',
    number: 'LYG-GS-2026-000001',
    listCode: null,
    listType: null,
    grade: 'GENERAL',
    categories: ['FINE'],
    decidedOn: '2026-05-06',
    publicFrom: '2026-05-12',
    termEnd: null,
    ...changes,
  });
const known = (changes: Partial<Knowledge> = {}): Knowledge => ({
  dutiesPerformedOn: '2026-01-05',
  hasCommitment: true,
  assertedBars: [],
  basisWithdrawn: null,
  openRepair: null,
  fraudUntil: null,
  ...changes,
});
const ask = (item: RepairItem, knowledge: Partial<Knowledge> = {}, on = today): Eligibility =>
  eligibilityOf(repairPolicy, item, known(knowledge), on);

describe('the list’s own exit rule comes first (R-5-3a)', () => {
  test('a market entry waits twelve months from its listing, and the day is told', () => {
    const answer = ask(entry(), { dutiesPerformedOn: null, hasCommitment: false });
    expect(answer).toMatchObject({
      outcome: 'NOT_YET',
      earliestOn: '2026-12-01',
      missing: ['PERIOD', 'DUTIES', 'COMMITMENT'],
      regime: 'LIST',
    });
    expect(answer.textZh).toBe('最早可申请日 2026-12-01；还差：违法失信行为已纠正、义务已全部履行的证明、信用承诺书');
  });
  test.each<[list: string, department: string, from: string, performed: string | null, earliest: string | null]>([
    ['BL-TAX', 'SHUIJ', '2026-06-01', '2026-06-10', '2026-12-01'],
    ['BL-WAGE', 'RSJ', '2025-01-01', '2026-06-23', '2026-12-23'],
    ['BL-WAGE', 'RSJ', '2025-01-01', null, null],
    ['BL-SAFE', 'YJJ', '2025-11-30', '2026-01-01', '2026-11-30'],
    ['BL-STAT', 'TJJ', '2026-08-31', '2026-09-01', '2027-02-28'],
    ['AB-MKT', 'SCJGJ', '2026-11-01', '2026-11-20', '2026-11-20'],
    ['FL-TAX', 'SHUIJ', '2026-11-01', '2026-11-20', '2026-11-20'],
  ])('%s of %s, in force since %s, performed %s: earliest %s', (listCode, departmentCode, publicFrom, dutiesPerformedOn, earliestOn) => {
    expect(ask(entry({ listCode, departmentCode, publicFrom }), { dutiesPerformedOn }).earliestOn).toBe(earliestOn);
  });
  test('where the list’s law is silent the one-year minimum of §5.2 applies', () => {
    const answer = ask(entry({ listCode: 'BL-CULT', decidedOn: '2026-05-01', publicFrom: '2026-05-10' }));
    expect(answer).toMatchObject({ outcome: 'NOT_YET', earliestOn: '2027-05-10', regime: 'REG36' });
  });
  test('a list of abnormal operation and a focus list ask for no commitment and no period', () => {
    expect(ask(entry({ listCode: 'AB-MKT', listType: 'ABNORMAL' }), { hasCommitment: false }).outcome).toBe('ELIGIBLE');
    const open = ask(entry({ listCode: 'FL-MKT', listType: 'FOCUS' }), { hasCommitment: false, dutiesPerformedOn: null });
    expect(open).toMatchObject({ outcome: 'NOT_YET', earliestOn: null, missing: ['DUTIES'] });
    expect(open.textZh).toMatch(/^改正后即可申请；还差/);
  });
  test('the wage list counts from the correction: uncorrected there is no day', () => {
    const answer = ask(entry({ listCode: 'BL-WAGE', departmentCode: 'RSJ' }), { dutiesPerformedOn: null });
    expect(answer).toMatchObject({ outcome: 'NOT_YET', earliestOn: null, missing: ['PERIOD', 'DUTIES'] });
    expect(answer.textZh).toContain('改正之日起满 6 个月后可以申请');
  });
});

describe('a court list is never a repair case (R-5-3a, T16a)', () => {
  test.each([true, false])('performed or not (%s): the road is the court’s own', (performed) => {
    const answer = ask(entry({ listCode: 'BL-COURT', departmentCode: 'ZY' }), { dutiesPerformedOn: performed ? '2026-01-01' : null });
    expect(answer).toMatchObject({ outcome: 'OWN_EXIT_RULE', earliestOn: null, missing: [], clause: '法释〔2017〕7号第十条' });
    expect(answer.textZh).toContain('请向执行法院申请');
  });
});

describe('grades, periods, regimes (§5.2, R-5-4, R-5-6)', () => {
  test.each<[why: string, item: Partial<RepairItem>, on: string, earliest: string, regime: string, ends: string]>([
    ['minor, new regime: at once', { grade: 'MINOR', categories: ['WARNING'] }, today, '2026-05-12', 'REG36', '2026-08-12'],
    ['general, new regime: three months from publicity', {}, today, '2026-08-12', 'REG36', '2027-05-12'],
    ['serious, new regime: a year', { grade: 'SERIOUS', categories: ['LICENCE_REVOKED'] }, today, '2027-05-12', 'REG36', '2029-05-12'],
    ['its unit’s grade stands in the new regime', { grade: 'SERIOUS', categories: ['FINE'] }, today, '2027-05-12', 'REG36', '2029-05-12'],
    [
      'food, decided under the old regime: a year from the decision, for the new one asks more of a serious penalty',
      { decidedOn: '2026-02-02', publicFrom: '2026-02-09', grade: 'SERIOUS', categories: ['LICENCE_REVOKED'], fields: ['FOOD'] },
      today,
      '2027-02-02',
      'REG58',
      '2029-02-02',
    ],
    [
      'the same without a field: three months from the decision',
      { decidedOn: '2026-02-02', publicFrom: '2026-02-09', grade: 'SERIOUS', categories: ['LICENCE_REVOKED'] },
      today,
      '2026-05-02',
      'REG58',
      '2029-02-02',
    ],
    [
      'several kinds in one decision: the heaviest',
      { grade: null, categories: ['WARNING', 'BUSINESS_SUSPENDED'] },
      today,
      '2027-05-12',
      'REG36',
      '2029-05-12',
    ],
    ['nothing known: general, never serious', { grade: null, categories: [] }, today, '2026-08-12', 'REG36', '2027-05-12'],
    [
      'the last day of the old regime, asked under it',
      { decidedOn: '2026-03-31', publicFrom: '2026-04-01' },
      '2026-03-31',
      '2026-06-30',
      'REG58',
      '2029-03-31',
    ],
    [
      'old regime counts from the decision',
      { decidedOn: '2025-12-01', publicFrom: '2025-12-10' },
      '2026-02-01',
      '2026-03-01',
      'REG58',
      '2028-12-01',
    ],
    [
      'old, fire field: a year',
      { decidedOn: '2025-12-01', publicFrom: '2025-12-10', departmentCode: 'XFZD' },
      '2026-02-01',
      '2026-12-01',
      'REG58',
      '2028-12-01',
    ],
    [
      'old, a county’s safety office likewise',
      { decidedOn: '2025-12-01', publicFrom: '2025-12-10', departmentCode: 'HZ-YJJ' },
      '2026-02-01',
      '2026-12-01',
      'REG58',
      '2028-12-01',
    ],
    [
      'old record asked in the new regime: the new shorter minimum of the fire field',
      { decidedOn: '2025-12-01', publicFrom: '2025-12-10', departmentCode: 'XFZD' },
      today,
      '2026-03-10',
      'REG36',
      '2026-12-10',
    ],
    [
      'old record, old start is the better one',
      { decidedOn: '2025-12-01', publicFrom: '2025-12-10' },
      today,
      '2026-03-01',
      'REG58',
      '2026-12-10',
    ],
    [
      'old record graded again by its kinds',
      { decidedOn: '2026-01-10', publicFrom: '2026-01-20', grade: 'SERIOUS', categories: ['WARNING'] },
      today,
      '2026-01-20',
      'REG36',
      '2026-04-20',
    ],
    [
      'old record, heavy under the new grades: the old minimum counts',
      { decidedOn: '2026-01-10', publicFrom: '2026-01-20', categories: ['LICENCE_REVOKED'] },
      today,
      '2026-04-10',
      'REG58',
      '2029-01-10',
    ],
  ])('%s', (_why, item, on, earliestOn, regime, endsOn) => {
    expect(ask(penalty(item), { dutiesPerformedOn: '2025-01-01' }, on)).toMatchObject({ earliestOn, regime, endsOn });
  });
  test('one day before the earliest day it is too early, on the day it is not', () => {
    expect(ask(penalty(), {}, '2026-08-11').outcome).toBe('NOT_YET');
    expect(ask(penalty(), {}, '2026-08-12')).toMatchObject({ outcome: 'ELIGIBLE', textZh: '现在可以申请' });
  });
  test('the end of publicity that the unit announced is told where there is one', () => {
    expect(ask(penalty({ termEnd: '2026-12-31' })).endsOn).toBe('2026-12-31');
  });
});

describe('all conditions are needed (§5.3)', () => {
  test.each<[Partial<Knowledge>, Eligibility['missing']]>([
    [{ dutiesPerformedOn: null }, ['DUTIES']],
    [{ dutiesPerformedOn: '2026-11-24' }, ['DUTIES']],
    [{ hasCommitment: false }, ['COMMITMENT']],
    [{ dutiesPerformedOn: null, hasCommitment: false }, ['DUTIES', 'COMMITMENT']],
    [{ fraudUntil: '2027-01-01' }, ['PERIOD', 'FRAUD_BLOCK']],
  ])('%j lacks %j', (knowledge, missing) => {
    expect(ask(penalty(), knowledge)).toMatchObject({ outcome: 'NOT_YET', missing });
  });
  test('a block after fraud that is over blocks nothing', () => {
    expect(ask(penalty(), { fraudUntil: '2026-11-23' }).outcome).toBe('ELIGIBLE');
  });
  test('a record that is suspended can be repaired, and an application under way is told', () => {
    expect(ask(penalty({ state: 'SUSPENDED' }), { openRepair: 'LYG-XF-2026-000009' })).toMatchObject({
      outcome: 'ELIGIBLE',
      openRepair: 'LYG-XF-2026-000009',
    });
  });
});

describe('what cannot be repaired, or not early, has its citation (§5.6)', () => {
  test('a statutory ban ends only with its term', () => {
    const answer = ask(entry({ listCode: 'BL-GP', departmentCode: 'CZJ', termEnd: '2027-06-30' }));
    expect(answer).toMatchObject({ outcome: 'TERM_ONLY', endsOn: '2027-06-30', clause: '政府采购法第七十七条' });
    expect(answer.textZh).toContain('2027-06-30 期满后自动退出');
  });
  test.each<[RepairItem, string, Eligibility['outcome'], string]>([
    [penalty({ categories: ['OCCUPATION_BANNED'] }), 'FOOD_LIFE_BAN', 'NOT_REPAIRABLE', '食品安全法第一百三十五条第二款'],
    [penalty({ categories: ['OCCUPATION_BANNED'] }), 'SAFETY_LIFE_BAN', 'NOT_REPAIRABLE', '安全生产法第九十四条'],
    [entry({ listCode: 'BL-WAGE' }), 'WAGE_RELAPSE', 'TERM_ONLY', '人社部令第45号'],
    [entry({ listCode: 'BL-WAGE' }), 'WAGE_CRIMINAL', 'TERM_ONLY', '人社部令第45号'],
    [entry(), 'MKT_LONGER_TERM', 'TERM_ONLY', '市场监管总局令第44号'],
  ])('asserted with a document: %#', (item, code, outcome, citation) => {
    expect(ask(item, { assertedBars: [code] })).toMatchObject({ outcome, clause: citation });
  });
  test('not asserted, it only warns that it could be', () => {
    const answer = ask(penalty({ categories: ['OCCUPATION_BANNED'], grade: 'SERIOUS', decidedOn: '2025-04-10', publicFrom: '2025-04-15' }));
    expect(answer.outcome).toBe('ELIGIBLE');
    expect(answer.caveats).toHaveLength(2);
  });
  test('an assertion that does not fit the record has no effect', () => {
    expect(ask(penalty(), { assertedBars: ['FOOD_LIFE_BAN', 'WAGE_RELAPSE'] }).outcome).toBe('ELIGIBLE');
  });
  test('a serious act of before May 2023 waits three years where its unit says so', () => {
    const old = penalty({ decidedOn: '2023-04-30', publicFrom: '2023-05-04' });
    expect(ask(old, { assertedBars: ['HISTORIC_527'] }, '2026-04-29')).toMatchObject({ outcome: 'NOT_YET', earliestOn: '2026-04-30' });
    expect(ask(old, { assertedBars: ['HISTORIC_527'] }, '2026-04-30').outcome).toBe('ELIGIBLE');
    expect(ask(penalty({ decidedOn: '2023-05-01' }), { assertedBars: ['HISTORIC_527'] }).outcome).toBe('ELIGIBLE');
  });
  test('every row of what cannot be repaired cites its law (R-5-2)', () => {
    for (const row of repairPolicy.nonRepairable) expect(row.citation.length).toBeGreaterThan(3);
  });
});

describe('roads other than repair', () => {
  test('a penalty that was revoked on reconsideration needs no repair', () => {
    const answer = ask(penalty({ state: 'ENDED', endGround: 'DECISION_REVOKED' }));
    expect(answer).toMatchObject({ outcome: 'ENDED', missing: [] });
    expect(answer.textZh).toContain('已被撤销');
  });
  test('an entry that rests on a revoked penalty is revoked, not repaired (T19)', () => {
    expect(ask(entry(), { basisWithdrawn: 'LYG-GS-2026-000007' })).toMatchObject({ outcome: 'BASIS_REVOKED' });
  });
  test('what has ended by any other road needs no repair', () => {
    expect(ask(entry({ state: 'ENDED', endGround: 'REPAIRED' })).outcome).toBe('ENDED');
    expect(ask(penalty({ state: 'ENDED', endGround: 'PERIOD_ENDED' })).outcome).toBe('ENDED');
  });
  test('an entry of another region is repaired where it was made (R-2-16)', () => {
    expect(ask(entry({ originRegion: '310000' }))).toMatchObject({ outcome: 'FOREIGN', clause: 'R-2-16' });
  });
  test('an honour is not dishonest information, and what is not in force yet is no case', () => {
    expect(ask(entry({ listType: 'RED', listCode: 'RL-TAXA' })).outcome).toBe('NOT_COVERED');
    expect(ask(entry({ state: 'UNKNOWN' })).outcome).toBe('NOT_COVERED');
  });
  test('several bases: each record is judged by itself', () => {
    const answers = [entry(), entry({ listCode: 'BL-COURT' }), penalty()].map((item) => ask(item).outcome);
    expect(answers).toEqual(['NOT_YET', 'OWN_EXIT_RULE', 'ELIGIBLE']);
  });
});
