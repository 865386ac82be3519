import { describe, expect, test } from '@jest/globals';
import { explainedGroupSchema, grades, skipReasonSchema } from '@lianxin/contracts';
import { catalogue, entryOf, ids, lists, party, planOf } from '../test/plan-fixtures.ts';
import { indexCatalogue } from './catalogue.rules.ts';
import { explainPlan } from './explanation.rules.ts';
import { makePlan } from './plan.rules.ts';

type Entry = ReturnType<typeof entryOf>;
const explained = (entry: Entry) => explainPlan(catalogue, entry, planOf(entry).plan);
const skipOf = (entry: Entry, code: string) => {
  const skip = explained(entry)
    .flatMap((group) => group.skips)
    .find(({ measureCode }) => measureCode === code);
  if (skip === undefined) throw new Error(`${code} is not skipped`);
  return skip;
};
const itemOf = (entry: Entry, code: string) => {
  const item = explained(entry)
    .flatMap((group) => group.items)
    .find(({ measureCode }) => measureCode === code);
  if (item === undefined) throw new Error(`${code} is not executed`);
  return item;
};

describe('every item and every skip is explained', () => {
  test.each(lists)('$code', ({ code }) => {
    for (const grade of grades)
      for (const date of ['2026-11-02', '2016-12-31']) {
        const entry = entryOf(code, {
          grade,
          decision: { number: '1', date },
          parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'PRINCIPAL'), party(3, 'PRINCIPAL', 'PERSON', { served: false })],
        });
        const { plan } = planOf(entry);
        const groups = explained(entry);
        expect(groups.map((group) => explainedGroupSchema.parse(group))).toEqual(groups);
        expect(groups.map((group) => group.items.map((item) => item.measureCode))).toEqual(plan.groups.map((group) => group.measureCodes));
        expect(groups.map((group) => group.skips.map(({ reason, measureCode }) => ({ reason, measureCode })))).toEqual(
          plan.groups.map((group) => group.skips.map(({ reason, measureCode }) => ({ reason, measureCode }))),
        );
        for (const { explanation } of groups.flatMap((group) => [...group.items, ...group.skips])) {
          expect(explanation.clause).toMatch(/^R-[0-9]+-[0-9]+$/);
          expect(explanation.textZh).toMatch(/。$/);
          // Rule book §0.1: what is not verified is never shown as law.
          for (const basis of explanation.bases.filter((one) => !one.verified)) expect(explanation.textZh).not.toContain(basis.document);
        }
      }
  });
});

test('an open gate names the documents that open it, and what the others are worth', () => {
  const { explanation } = itemOf(entryOf('BL-WAGE'), 'WAGE-01');
  expect(explanation).toMatchObject({ clause: 'R-4-6', rule: '目录规则 12', reasonCode: 'GATE_OPEN' });
  expect(explanation.textZh).toContain('保障农民工工资支付条例第48条（2020-05-01 起施行）');
  expect(explanation.bases.map(({ verified, opensGate, remarkZh }) => ({ verified, opensGate, remarkZh }))).toEqual([
    { verified: true, opensGate: true, remarkZh: '构成依据' },
    { verified: true, opensGate: false, remarkZh: '不是法律、行政法规或中央政策文件' },
  ]);
});

test('a proved condition and a grade that is high enough are told', () => {
  const conditions = [{ code: 'REMOVED_FROM_POST', documentNo: '应急撤〔2026〕1号' }];
  const entry = entryOf('BL-SAFE', { conditions, parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'PRINCIPAL')] });
  expect(itemOf(entry, 'SAFE-07').explanation.conditions).toEqual(conditions);
  expect(itemOf(entry, 'SAFE-07').explanation.textZh).toContain('REMOVED_FROM_POST（应急撤〔2026〕1号）');
  expect(itemOf(entry, 'SAFE-09').explanation.textZh).toContain('失信程度为严重');
});

test('executors are told what is expected of them', () => {
  const wage = entryOf('BL-WAGE', { parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'PRINCIPAL')] });
  expect(itemOf(wage, 'WAGE-01').executors[0]).toMatchObject({
    departmentNameZh: '市财政局',
    textZh: '牵头单位，须在规定期限内办理并反馈。',
  });
  expect(itemOf(wage, 'WAGE-04').explanation).toMatchObject({ clause: 'R-1-4', reasonCode: 'VOLUNTARY_NOTICE' });
  expect(itemOf(wage, 'WAGE-04').executors[0]?.textZh).toContain('不催办（R-1-4）');
  expect(itemOf(wage, 'WAGE-08').executors[0]?.textZh).toContain('由信用办转告');
  const person = entryOf('BL-COURT', { parties: [party(1, 'SUBJECT', 'PERSON')] });
  expect(itemOf(person, 'COURT-14').executors.find(({ departmentCode }) => departmentCode === 'ZZB')?.textZh).toContain('不设期限');
  expect(itemOf(person, 'COURT-01').executors[0]?.textZh).toContain('供参考');
  expect(itemOf(entryOf('RL-TAXA'), 'TAXA-01').explanation.reasonCode).toBe('REWARD_WITHOUT_GATE');
});

describe('each reason of a skip in words', () => {
  const seen = new Set<string>();
  const told = (entry: Entry, code: string) => {
    const skip = skipOf(entry, code);
    seen.add(skip.reason);
    return `${skip.explanation.clause} ${skip.explanation.textZh}`;
  };

  test('not retroactive', () => {
    const entry = entryOf('BL-FRAUD', { decision: { number: '1', date: '2025-03-20' } });
    expect(told(entry, 'GEN-01')).toBe('R-4-8 认定决定作出于 2025-03-20，早于本措施施行的 2025-03-21，不溯及既往。');
  });

  test('no legal basis on the day of the decision', () => {
    const entry = entryOf('BL-COURT', { parties: [party(1, 'SUBJECT', 'PERSON')], decision: { number: '1', date: '2024-06-30' } });
    expect(told(entry, 'COURT-10')).toContain('R-4-6 在 2024-06-30，没有已核实');
    expect(skipOf(entry, 'COURT-10').explanation.bases[0]?.remarkZh).toBe('自 2024-07-01 起才施行');
    expect(skipOf(entryOf('BL-SAFE'), 'SAFE-05A').explanation.bases.map((basis) => basis.remarkZh)).toEqual([
      '尚未核实',
      '不是法律、行政法规或中央政策文件，尚未核实',
    ]);
  });

  test('condition not proved, all or any', () => {
    expect(told(entryOf('BL-MKT'), 'FOOD-03A')).toContain('以下全部情形：FOOD_DRUG、LICENCE_REVOKED');
    const safe = entryOf('BL-SAFE', { parties: [party(2, 'PRINCIPAL')] });
    expect(told(safe, 'SAFE-07')).toContain('以下任一情形：CRIME_SENTENCED、REMOVED_FROM_POST');
    expect(told(entryOf('RL-TAXA'), 'TAXA-07')).toContain('法律要求先证明 A_LEVEL_3_YEARS');
  });

  test('below the grade', () => {
    expect(told(entryOf('BL-TAX', { grade: 'GENERAL' }), 'TAX-07')).toBe('R-4-7 本措施只用于失信程度严重以上的记录，本记录为一般。');
  });

  test('a focus list and its limits', () => {
    const measures = catalogue.measures.map((measure) => (measure.code === 'FOC-01' ? { ...measure, class: 'C01' } : measure));
    const changed = indexCatalogue({ ...catalogue, measures });
    const entry = entryOf('FL-TAX');
    const [skip] = explainPlan(changed, entry, makePlan(changed, entry, ids).plan).flatMap((group) => group.skips);
    seen.add(String(skip?.reason));
    expect(skip?.explanation.textZh).toBe('重点关注名单只能加强监管（C10），不得采取 C01 类措施。');
  });

  test('no executor', () => {
    const entry = entryOf('BL-SAFE', { level: 'COUNTY', regionCode: '320799' });
    expect(told(entry, 'SAFE-02')).toBe('R-4-4 在 320799 找不到执行本措施的部门，已报信用办处理。');
  });

  test('a party that was not served', () => {
    const entry = entryOf('BL-WAGE', { parties: [party(1, 'SUBJECT', 'LEGAL', { served: false })] });
    const [skip] = explained(entry).flatMap((group) => group.skips);
    seen.add(String(skip?.reason));
    expect(skip).toMatchObject({ measureCode: null, nameZh: null, explanation: { clause: 'R-2-15', bases: [] } });
  });

  test('and no reason is left without words', () => {
    expect([...seen].sort()).toEqual([...skipReasonSchema.options].sort());
  });
});

test('a plan of another catalogue cannot be explained with this one', () => {
  const entry = entryOf('BL-WAGE');
  const without = indexCatalogue({ ...catalogue, measures: catalogue.measures.filter((measure) => measure.code !== 'WAGE-01') });
  expect(() => explainPlan(without, entry, planOf(entry).plan)).toThrow('has no measure WAGE-01');
});
