import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { maxEventBytes, measurePlanMade } from '@lianxin/contracts';
import { catalogue, catalogueDirectory, entryOf, flatten, ids, party, planOf, uuid } from '../test/plan-fixtures.ts';
import { indexCatalogue } from './catalogue.rules.ts';
import { skipClauses } from './measure-decision.rules.ts';
import { makePlan } from './plan.rules.ts';

interface Example {
  entry: Parameters<typeof entryOf>[1] & { listCode: string; name: string };
  expected: { items: unknown[][]; skips: unknown[][]; alert: string | null };
  counts: { rows: number; withDeadline: number; notices: number; skips: number };
}
const examples: { cases: Example[] } = JSON.parse(readFileSync(join(catalogueDirectory, 'expected_examples.json'), 'utf8'));

describe('the worked examples of the catalogue', () => {
  test.each(examples.cases.map((example) => [example.entry.name, example] as const))('%s', (_name, { entry, expected, counts }) => {
    const parties = (entry.parties ?? []).map(({ role, kind }, place) => party(place, role, kind));
    const { plan, incidents } = planOf(entryOf(entry.listCode, { ...entry, parties }));
    const roleOf = new Map(parties.map(({ partyId, role }) => [partyId, role]));
    const rows = plan.groups.flatMap((group) =>
      group.partyIds.flatMap((partyId) =>
        plan.measures
          .filter(({ measureCode }) => group.measureCodes.includes(measureCode))
          .flatMap((measure) =>
            measure.executors.map((executor) => ({
              row: [measure.measureCode, roleOf.get(partyId), executor.departmentCode, measure.force, executor.hasDeadline],
              executor,
            })),
          ),
      ),
    );
    const skips = plan.groups.flatMap((group) =>
      group.partyIds.flatMap((partyId) => group.skips.map((skip) => [skip.measureCode, roleOf.get(partyId), skip.reason])),
    );
    const sorted = (values: unknown[][]) => values.map((value) => value.join(' ')).sort();
    expect(sorted(rows.map(({ row }) => row))).toEqual(sorted(expected.items));
    expect(sorted(skips)).toEqual(sorted(expected.skips));
    expect(incidents.map((incident) => incident.cause)).toEqual(expected.alert === null ? [] : [expected.alert]);
    expect({
      rows: rows.length,
      withDeadline: rows.filter(({ executor }) => executor.hasDeadline).length,
      notices: rows.filter(({ executor }) => executor.notice).length,
      skips: skips.length,
    }).toEqual(counts);
  });
});

const reasons = (entry: ReturnType<typeof entryOf>, measureCode: string) =>
  planOf(entry).plan.groups.flatMap((group) => group.skips.filter((skip) => skip.measureCode === measureCode).map((skip) => skip.reason));
const executorsOf = (entry: ReturnType<typeof entryOf>, measureCode: string) =>
  planOf(entry).plan.measures.find((measure) => measure.measureCode === measureCode)?.executors ?? [];

describe('who is reached', () => {
  test('a person whom the decision does not name, or who was not served, gets one skip and nothing else (R-2-15)', () => {
    const entry = entryOf('BL-WAGE', {
      parties: [
        party(1, 'SUBJECT', 'LEGAL'),
        party(2, 'LEGAL_REPRESENTATIVE'),
        party(3, 'LEGAL_REPRESENTATIVE', 'PERSON', { served: false }),
        party(4, 'PRINCIPAL', 'PERSON', { named: false }),
      ],
    });
    const { groups } = planOf(entry).plan;
    expect(groups.map((group) => group.partyIds)).toEqual([[uuid(1001)], [uuid(1002)], [uuid(1003), uuid(1004)]]);
    expect(groups[2]).toEqual({
      partyIds: [uuid(1003), uuid(1004)],
      measureCodes: [],
      skips: [{ measureCode: null, reason: 'PARTY_NOT_SERVED', clause: 'R-2-15' }],
    });
  });

  test('a named representative is a person also in the entry of a company (catalogue rule 1)', () => {
    const entry = entryOf('BL-COURT', { parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'LEGAL_REPRESENTATIVE')] });
    const representative = planOf(entry).plan.groups[1];
    expect(representative?.measureCodes).toEqual(['COURT-09', 'COURT-11', 'COURT-12', 'COURT-13', 'COURT-18', 'COURT-20']);
  });
});

const withMeasure = (code: string, change: object) =>
  indexCatalogue({
    ...catalogue,
    measures: catalogue.measures.map((measure) => (measure.code === code ? { ...measure, ...change } : measure)),
  });

describe('rules that today’s rows do not try', () => {
  const planned = (code: string, change: object, entry: ReturnType<typeof entryOf>) =>
    makePlan(withMeasure(code, change), entry, ids).plan.measures.find((measure) => measure.measureCode === code);

  test('a reward never comes from a black list', () => {
    expect(planned('WAGE-01', { direction: 'REWARD' }, entryOf('BL-WAGE'))).toBeUndefined();
  });

  test('what the law commands ignores a grade that its row names (R-4-7)', () => {
    expect(planned('WAGE-01', { minGrade: 'SERIOUS' }, entryOf('BL-WAGE', { grade: 'MINOR' }))).toBeDefined();
  });

  test('group 3 stays a notice whatever force its row names (R-1-4)', () => {
    const measure = planned('WAGE-04', { force: 'MANDATORY' }, entryOf('BL-WAGE'));
    expect(measure?.executors.map((executor) => executor.notice)).toEqual([true, true]);
  });
});

describe('the order of the reasons (R-4-2)', () => {
  const reasonIn = (changed: ReturnType<typeof indexCatalogue>, entry: ReturnType<typeof entryOf>) =>
    makePlan(changed, entry, ids).plan.groups[0]?.skips[0];
  const closed = { bases: [], condition: 'FOOD_DRUG', force: 'RECOMMENDED', minGrade: 'SERIOUS', class: 'C01' } as const;

  test('a focus list allows closer supervision only (R-2-5)', () => {
    const entry = entryOf('FL-TAX', { grade: 'GENERAL', decision: { number: '1', date: '2019-01-01' } });
    expect(reasonIn(withMeasure('FOC-01', closed), entry)).toEqual({
      measureCode: 'FOC-01',
      reason: 'FOCUS_ONLY_C10',
      clause: 'R-2-5',
    });
  });

  test('then retroaction, legal basis, condition, grade, executor', () => {
    const old = entryOf('BL-FRAUD', { grade: 'MINOR', decision: { number: '1', date: '2025-03-20' } });
    const late = entryOf('BL-FRAUD', { grade: 'MINOR' });
    const proved = entryOf('BL-FRAUD', { grade: 'MINOR', conditions: [{ code: 'FOOD_DRUG', documentNo: '7' }] });
    const serious = { ...proved, grade: 'SERIOUS' as const };
    const open = { ...closed, bases: catalogue.measureByCode.get('GEN-01')?.bases ?? [] };
    const nobody = { ...open, executors: [{ departmentCode: 'NOBODY', role: 'LEAD', regionRule: 'CITY_ALWAYS' }] };
    expect(reasonIn(withMeasure('GEN-01', closed), old)?.reason).toBe('NOT_RETROACTIVE');
    expect(reasonIn(withMeasure('GEN-01', closed), late)?.reason).toBe('NO_LEGAL_BASIS');
    expect(reasonIn(withMeasure('GEN-01', open), late)?.reason).toBe('CONDITION_NOT_PROVED');
    expect(reasonIn(withMeasure('GEN-01', open), proved)?.reason).toBe('BELOW_MIN_GRADE');
    expect(reasonIn(withMeasure('GEN-01', nobody), serious)?.reason).toBe('NO_EXECUTOR');
    expect(makePlan(withMeasure('GEN-01', nobody), serious, ids).incidents).toEqual([
      { cause: 'NO_DEPARTMENT', groupKey: 'NOBODY', measureCode: 'GEN-01' },
    ]);
  });

  test('every skip names its clause', () => {
    const entry = entryOf('BL-MKT', { grade: 'MINOR', decision: { number: '1', date: '2016-12-31' } });
    for (const skip of planOf(entry).plan.groups.flatMap((group) => group.skips)) expect(skip.clause).toBe(skipClauses[skip.reason]);
  });
});

describe('never backwards (R-0-1, R-4-8, catalogue rule 22)', () => {
  const decidedOn = (date: string) => ({ decision: { number: '1', date }, parties: [party(1, 'SUBJECT', 'PERSON')] });

  test('a restriction does not meet a decision that is older than its row', () => {
    expect(reasons(entryOf('BL-FRAUD', decidedOn('2025-03-20')), 'GEN-01')).toEqual(['NOT_RETROACTIVE']);
    expect(reasons(entryOf('BL-FRAUD', decidedOn('2025-03-21')), 'GEN-01')).toEqual([]);
  });

  test('a basis that is newer than the decision opens nothing, though the row is older', () => {
    expect(reasons(entryOf('BL-COURT', decidedOn('2024-06-30')), 'COURT-10')).toEqual(['NO_LEGAL_BASIS']);
    expect(reasons(entryOf('BL-COURT', decidedOn('2024-07-01')), 'COURT-10')).toEqual([]);
  });

  test('a restriction that has ended, or not begun, on the day of activation is no skip: it does not exist', () => {
    const entry = entryOf('BL-FRAUD', { ...decidedOn('2024-01-01'), activatedOn: '2024-01-05' });
    const { plan, incidents } = planOf(entry);
    expect(plan.groups).toEqual([{ partyIds: [uuid(1001)], measureCodes: [], skips: [] }]);
    expect(incidents).toEqual([{ cause: 'NO_MEASURE_FOUND', groupKey: 'BL-FRAUD', measureCode: null }]);
  });

  test('a reward takes the law of the day it begins', () => {
    const entry = entryOf('RL-TAXA', { decision: { number: '1', date: '2010-01-01' } });
    expect(planOf(entry).plan.groups[0]?.measureCodes).toContain('TAXA-09');
  });
});

describe('conditions and grades', () => {
  test('a document number must stand behind a condition', () => {
    const entry = (documentNo: string) => entryOf('RL-TAXA', { conditions: [{ code: 'A_LEVEL_3_YEARS', documentNo }] });
    expect(reasons(entry(' '), 'TAXA-07')).toEqual(['CONDITION_NOT_PROVED']);
    expect(reasons(entry('税评〔2026〕3号'), 'TAXA-07')).toEqual([]);
  });

  test('the plan carries the proofs of its own condition only', () => {
    const conditions = [
      { code: 'LICENCE_REVOKED', documentNo: '8' },
      { code: 'FOOD_DRUG', documentNo: '7' },
      { code: 'TAX_UNSETTLED', documentNo: '9' },
    ];
    const measures = planOf(entryOf('BL-MKT', { conditions })).plan.measures;
    expect(measures.find((measure) => measure.measureCode === 'FOOD-03A')?.conditions).toEqual([conditions[1], conditions[0]]);
    expect(measures.find((measure) => measure.measureCode === 'FOOD-05A')?.conditions).toEqual([]);
  });

  test('what the law commands does not ask for the grade; the rest spares minor records (R-4-7)', () => {
    const given = (grade: 'MINOR' | 'GENERAL' | 'SERIOUS') => {
      const { plan } = planOf(entryOf('BL-TAX', { grade }));
      return new Set(plan.measures.filter((measure) => measure.force === 'RECOMMENDED').map((measure) => measure.class));
    };
    expect(given('MINOR')).toEqual(new Set());
    expect(given('GENERAL')).toEqual(new Set(['C07', 'C08', 'C10']));
    expect(given('SERIOUS')).toEqual(new Set(['C01', 'C07', 'C08', 'C10']));
    expect(planOf(entryOf('BL-TAX', { grade: 'MINOR' })).plan.measures.map((measure) => measure.measureCode)).toContain('TAX-09');
  });
});

describe('territory (R-4-4, catalogue rule 8)', () => {
  const county = (regionCode: string) => entryOf('BL-COURT', { level: 'COUNTY', regionCode });
  const codes = (entry: ReturnType<typeof entryOf>, measure: string) =>
    executorsOf(entry, measure).map((executor) => executor.departmentCode);

  test('supervision is the county’s in an entry of county level, everything else the city’s', () => {
    expect(codes(county('320707'), 'COURT-33')).toEqual(expect.arrayContaining(['GY-SCJGJ', 'GY-YJJ', 'XFZD', 'SHUIJ', 'HG']));
    expect(codes(county('320707'), 'COURT-33').filter((code) => code.startsWith('GY-'))).toHaveLength(13);
    expect(codes(county('320707'), 'COURT-05')).toEqual(codes(entryOf('BL-COURT'), 'COURT-05'));
    expect(codes(entryOf('BL-COURT', { regionCode: '320707' }), 'COURT-33')).toContain('SCJGJ');
  });

  const withZone = (change: (code: string) => object | null) =>
    indexCatalogue({
      ...catalogue,
      departments: catalogue.departments.flatMap((department) => {
        const changed = change(department.code);
        return changed === null ? [] : [{ ...department, ...changed }];
      }),
    });
  const supervisors = (changed: ReturnType<typeof indexCatalogue>) =>
    makePlan(changed, county('320771'), ids)
      .plan.measures.find((measure) => measure.measureCode === 'COURT-33')
      ?.executors.map((executor) => executor.departmentCode);

  test('a zone executes itself where the power is delegated, else its host district does', () => {
    expect(supervisors(catalogue)).toContain('KFQ-SCJGJ');
    expect(supervisors(withZone((code) => (code === 'KFQ' ? { zoneDelegated: false } : {})))).toContain('LY-SCJGJ');
  });

  test('the host district steps in for a body that the zone does not have', () => {
    const changed = supervisors(withZone((code) => (code === 'KFQ-SCJGJ' ? null : {})));
    expect(changed).toContain('LY-SCJGJ');
    expect(changed).toContain('KFQ-YJJ');
  });

  test('a region of no county is an incident for each measure that needs it, and the city’s part goes on', () => {
    const { plan, incidents } = planOf(county('320799'));
    expect(incidents).toEqual([{ cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799', measureCode: 'COURT-33' }]);
    const executors = plan.measures.find((measure) => measure.measureCode === 'COURT-33')?.executors;
    expect(executors?.map((executor) => executor.departmentCode)).toEqual(['XFZD', 'SHUIJ', 'HG']);
  });

  test('a measure that meets nobody raises no incident', () => {
    const entry = entryOf('BL-COURT', { level: 'COUNTY', regionCode: '320799', parties: [party(1, 'SUBJECT', 'PERSON')] });
    expect(planOf(entry).incidents).toEqual([]);
  });
});

describe('notices and deadlines', () => {
  test('group 3, references and bodies without a queue are told, never ordered (R-1-4, catalogue rule 5)', () => {
    const wage = entryOf('BL-WAGE', { parties: [party(1, 'SUBJECT', 'LEGAL'), party(2, 'PRINCIPAL')] });
    expect(executorsOf(wage, 'WAGE-04').map(({ notice, hasDeadline }) => ({ notice, hasDeadline }))).toEqual([
      { notice: true, hasDeadline: false },
      { notice: true, hasDeadline: false },
    ]);
    expect(executorsOf(wage, 'WAGE-08').every(({ notice, hasDeadline }) => notice && !hasDeadline)).toBe(true);
    expect(executorsOf(entryOf('BL-COURT'), 'COURT-08').every(({ notice }) => notice)).toBe(true);
  });

  test('a unit that is not supervised has a task without a deadline (§4.5)', () => {
    const entry = entryOf('BL-COURT', { parties: [party(1, 'SUBJECT', 'PERSON')] });
    expect(executorsOf(entry, 'COURT-14').find(({ departmentCode }) => departmentCode === 'ZZB')).toMatchObject({
      notice: false,
      hasDeadline: false,
    });
  });
});

describe('the plan as an event (design §3)', () => {
  const crowd = entryOf('BL-COURT', {
    level: 'COUNTY',
    regionCode: 'LYG-YTS',
    // As many and as long as the door lets through.
    conditions: Array.from({ length: 50 }, (_, place) => ({
      code: place % 2 === 0 ? 'CONSUMPTION_ORDER' : 'EXIT_DECISION',
      documentNo: `${place}`.padEnd(200, '号'),
    })),
    parties: [
      party(1, 'SUBJECT', 'LEGAL'),
      ...Array.from({ length: 199 }, (_, place) => {
        const role = (['LEGAL_REPRESENTATIVE', 'PRINCIPAL', 'DIRECTLY_RESPONSIBLE', 'ACTUAL_CONTROLLER'] as const)[place % 4];
        return party(2 + place, role ?? 'PRINCIPAL', 'PERSON', { served: place % 5 !== 0 });
      }),
    ],
  });

  test('200 parties of a court entry stay under 64 KiB and fit the schema', () => {
    const { plan } = planOf(crowd);
    expect(Buffer.byteLength(JSON.stringify(plan))).toBeLessThan(maxEventBytes);
    expect(measurePlanMade.data.parse(plan)).toEqual(plan);
    expect(plan.groups.flatMap((group) => group.partyIds)).toHaveLength(200);
    expect(plan.groups.length).toBeLessThanOrEqual(6);
  });

  test('the same entry gives the same bytes', () => {
    expect(JSON.stringify(planOf(structuredClone(crowd)).plan)).toBe(JSON.stringify(planOf(crowd).plan));
  });

  test('parties that get the same stand together, in the order of the entry; measures in that of the catalogue', () => {
    const { plan } = planOf(crowd);
    expect(plan.parties.map((one) => one.partyId)).toEqual(crowd.parties.map((one) => one.partyId));
    const places = plan.measures.map(({ measureCode }) => catalogue.measures.findIndex(({ code }) => code === measureCode));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(flatten(plan).items.length).toBeGreaterThan(1000);
  });

  test('a plan names only measures that somebody gets', () => {
    const { plan } = planOf(entryOf('BL-WAGE'));
    expect(plan.measures.map((measure) => measure.measureCode)).not.toContain('WAGE-08');
  });
});
