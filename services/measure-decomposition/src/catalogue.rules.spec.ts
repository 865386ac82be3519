import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { catalogue, catalogueDirectory, lists } from '../test/plan-fixtures.ts';
import { conditionCodes, gateOf, isInForce } from './catalogue.rules.ts';

const rowsOf = (file: string): Record<string, string>[] =>
  parse(readFileSync(join(catalogueDirectory, `${file}.csv`), 'utf8'), { columns: true });
const measureOf = (code: string) => {
  const measure = catalogue.measureByCode.get(code);
  if (measure === undefined) throw new Error(`no measure ${code}`);
  return measure;
};
const enabledLists = new Set(lists.filter((list) => list.enabled).map((list) => list.code));
const november = '2026-11-23';

describe('the legal-basis gate (R-4-6)', () => {
  test('every measure opens or stays closed as its row expects in November 2026, on every enabled list of it', () => {
    const different = rowsOf('measures').flatMap((row) => {
      const measure = measureOf(row['code'] ?? '');
      const all = measure.listCodes.filter((code) => enabledLists.has(code));
      // A measure of disabled lists only is asked for its own lists.
      const asked = all.length > 0 ? all : measure.listCodes;
      return asked
        .map((listCode) => ({ code: measure.code, listCode, status: gateOf(measure, listCode, november).status }))
        .filter(({ status }) => status !== row['gate_expected']);
    });
    expect(different).toEqual([]);
  });

  test('every basis alone yields what its row expects', () => {
    const places = new Map<string, number>();
    const rows = rowsOf('measure_basis');
    const different = rows.flatMap((row) => {
      const measure = measureOf(row['measure_code'] ?? '');
      const place = places.get(measure.code) ?? 0;
      places.set(measure.code, place + 1);
      const basis = measure.bases[place];
      const alone = { ...measure, bases: basis === undefined ? [] : [basis] };
      const asked = measure.listCodes.filter((code) => enabledLists.has(code));
      const statuses = new Set((asked.length > 0 ? asked : measure.listCodes).map((code) => gateOf(alone, code, november).status));
      return statuses.size === 1 && statuses.has(row['gate_expected'] as 'OPEN') ? [] : [{ row, statuses: [...statuses] }];
    });
    expect(different).toEqual([]);
    expect(rows).toHaveLength(288);
  });

  test('names the places of exactly the bases that open it', () => {
    const measure = measureOf('COURT-26');
    expect(measure.bases.map((basis) => basis.basisKind)).toEqual(['CENTRAL_POLICY', 'LAW', 'JUDICIAL', 'MEMO_ONLY']);
    expect(gateOf(measure, 'BL-COURT', november)).toEqual({ status: 'OPEN', basisRefs: [0, 1] });
    expect(gateOf(measure, 'BL-COURT', '2023-12-31')).toEqual({ status: 'OPEN', basisRefs: [0] });
  });

  test.each([
    ['a basis that is not verified', { verified: false }],
    ['a basis that does not cover the list', { coversLists: ['BL-TAX'] }],
    ['a basis that is not yet in force', { effectiveFrom: '2026-11-24' }],
    ['a departmental rule', { basisKind: 'DEPT_RULE' }],
    ['a judicial interpretation', { basisKind: 'JUDICIAL' }],
    ['a memorandum', { basisKind: 'MEMO_ONLY' }],
  ])('%s opens nothing', (_name, change) => {
    const measure = measureOf('WAGE-01');
    const bases = measure.bases.map((basis) => ({ ...basis, ...change }));
    expect(gateOf(measure, 'BL-WAGE', november).status).toBe('OPEN');
    expect(gateOf({ ...measure, bases }, 'BL-WAGE', november)).toEqual({ status: 'CLOSED', basisRefs: [] });
  });

  test('a measure without any basis is closed', () => {
    expect(gateOf({ ...measureOf('WAGE-01'), bases: [] }, 'BL-WAGE', november).status).toBe('CLOSED');
  });

  test('of rewards only a preference over competitors is asked for a basis, and group 3 never', () => {
    const asked = catalogue.measures.filter((measure) => gateOf({ ...measure, bases: [] }, 'X', november).status !== 'NA');
    expect(new Set(asked.map((measure) => measure.class))).toEqual(
      new Set(['C01', 'C02', 'C03', 'C04', 'C05', 'C07', 'C08', 'C09', 'C10', 'C11', 'R04']),
    );
  });
});

test('a measure is in force from its first to its last day', () => {
  const measure = { ...measureOf('WAGE-01'), effectiveFrom: '2020-05-01', effectiveTo: '2026-11-04' };
  expect(['2020-04-30', '2020-05-01', '2026-11-04', '2026-11-05'].map((date) => isInForce(measure, date))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(isInForce({ ...measure, effectiveTo: null }, '2099-01-01')).toBe(true);
});

test('a condition asks for all of its codes or for any of them', () => {
  expect(conditionCodes('FOOD_DRUG&LICENCE_REVOKED')).toEqual({ every: true, codes: ['FOOD_DRUG', 'LICENCE_REVOKED'] });
  expect(conditionCodes('CRIME_SENTENCED|REMOVED_FROM_POST')).toEqual({ every: false, codes: ['CRIME_SENTENCED', 'REMOVED_FROM_POST'] });
});

test('the generic measures stand only on lists that have none of their own (catalogue rule 9)', () => {
  for (const [listCode, measures] of catalogue.measuresByList) {
    const generic = measures.filter((measure) => measure.code.startsWith('GEN-'));
    expect({ listCode, mixed: generic.length > 0 && generic.length < measures.length }).toEqual({ listCode, mixed: false });
  }
});
