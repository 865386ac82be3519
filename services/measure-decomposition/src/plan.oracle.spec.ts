import { describe, expect, test } from '@jest/globals';
import { type EntryParty, grades, type ListEntryActivated } from '@lianxin/contracts';
import { entryOf, flatten, lists, party, planOf } from '../test/plan-fixtures.ts';
import { expectedPlan } from '../test/plan-oracle.ts';

const persons: EntryParty[] = [
  party(2, 'LEGAL_REPRESENTATIVE'),
  party(3, 'PRINCIPAL'),
  party(4, 'DIRECTLY_RESPONSIBLE'),
  party(5, 'ACTUAL_CONTROLLER'),
  party(6, 'FINANCIAL_OFFICER'),
  party(7, 'SAFETY_OFFICER'),
  party(8, 'PRACTITIONER'),
];
const reaches: Array<[string, EntryParty[]]> = [
  ['without named persons', []],
  ['with named persons', persons],
  ['with persons not named in the decision', persons.map((person) => ({ ...person, named: false }))],
  ['with persons not served', persons.map((person) => ({ ...person, served: false }))],
  [
    'with one of two representatives served',
    [party(2, 'LEGAL_REPRESENTATIVE'), party(9, 'LEGAL_REPRESENTATIVE', 'PERSON', { served: false })],
  ],
];
const everyCondition = [
  'FOOD_DRUG',
  'LICENCE_REVOKED',
  'CRIME_SENTENCED',
  'REMOVED_FROM_POST',
  'TAX_UNSETTLED',
  'A_LEVEL_3_YEARS',
  'CONSUMPTION_ORDER',
  'EXIT_DECISION',
].map((code) => ({ code, documentNo: `${code}-1` }));
const someConditions = everyCondition.filter(({ code }) => code === 'FOOD_DRUG' || code === 'REMOVED_FROM_POST');
type Territory = Pick<ListEntryActivated, 'level' | 'regionCode'>;
const cityHall: Territory = { level: 'CITY', regionCode: '320706' };
const district: Territory = { level: 'COUNTY', regionCode: '320706' };
const zone: Territory = { level: 'COUNTY', regionCode: '320771' };
const territories: Territory[] = [
  cityHall,
  ...['320703', '320706', '320707', '320722', '320723', '320724', '320771', '320772', 'LYG-XW', 'LYG-YTS', '320700', '110101'].map(
    (regionCode) => ({ level: 'COUNTY' as const, regionCode }),
  ),
];
const decided = ['2026-11-02', '2025-03-21', '2025-03-20', '2024-06-30', '2023-12-31', '2020-04-30', '2016-12-31', '2012-01-01'];

function compare(entry: ListEntryActivated) {
  const { plan, incidents } = planOf(entry);
  return {
    ...flatten(plan),
    noMeasureFound: incidents.some(({ cause }) => cause === 'NO_MEASURE_FOUND'),
    withoutDepartment: [
      ...new Set(incidents.flatMap(({ cause, measureCode }) => (cause === 'NO_DEPARTMENT' && measureCode !== null ? [measureCode] : []))),
    ].sort(),
  };
}

describe.each(lists.filter((list) => list.enabled))('an entry of $code gives exactly what the catalogue and §4.2 give', ({ code }) => {
  describe.each(reaches)('%s', (_name, named) => {
    test.each(['LEGAL', 'UNINC', 'IB', 'PERSON'] as const)('about a subject of kind %s', (kind) => {
      const parties = [party(1, 'SUBJECT', kind), ...named];
      for (const grade of grades)
        for (const conditions of [[], someConditions, everyCondition])
          for (const territory of [cityHall, district, zone]) {
            const entry = entryOf(code, { parties, grade, conditions, ...territory });
            expect(compare(entry)).toEqual(expectedPlan(entry));
          }
    });
  });

  test.each(territories)('at level $level in region $regionCode', (territory) => {
    const entry = entryOf(code, { parties: [party(1, 'SUBJECT', 'UNINC'), ...persons], conditions: everyCondition, ...territory });
    expect(compare(entry)).toEqual(expectedPlan(entry));
  });

  test.each(decided)('decided on %s', (date) => {
    for (const activatedOn of ['2026-11-04', date]) {
      const entry = entryOf(code, {
        parties: [party(1, 'SUBJECT', 'LEGAL'), ...persons],
        conditions: everyCondition,
        decision: { number: '1', date },
        activatedOn,
      });
      expect(compare(entry)).toEqual(expectedPlan(entry));
    }
  });

  test('the subject itself not served', () => {
    const entry = entryOf(code, { parties: [party(1, 'SUBJECT', 'LEGAL', { served: false }), ...persons] });
    expect(compare(entry)).toEqual(expectedPlan(entry));
  });
});

test('only the list of abnormal operation gives nothing in the usual case (catalogue rule 18)', () => {
  const silent = lists.filter((list) => list.enabled && expectedPlan(entryOf(list.code)).noMeasureFound);
  expect(silent.map((list) => list.code)).toEqual(['AB-MKT']);
});
