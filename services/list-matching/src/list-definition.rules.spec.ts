import { describe, expect, test } from '@jest/globals';
import { loadListCatalogue } from './list-definition.loader.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';

const [first] = loadListCatalogue() as [ListDefinition, ...ListDefinition[]];
const version = (number: number, effectiveFrom: string, effectiveTo: string | null): ListDefinition => ({
  ...first,
  version: number,
  effectiveFrom,
  effectiveTo,
});

describe('the version of a list that judges a decision (R-0-1)', () => {
  const versions = [version(2, '2026-04-01', null), version(1, '2020-01-01', '2026-04-01')];

  test.each([
    ['2026-03-31', 1],
    ['2026-04-01', 2],
    ['2030-01-01', 2],
    ['2019-12-31', 1],
  ])('a decision of %s is judged by version %i', (date, expected) => {
    expect(definitionOn(versions, date)?.version).toBe(expected);
  });

  test('a list that had ended, or never was, judges nothing', () => {
    expect(definitionOn([version(1, '2020-01-01', '2024-01-01')], '2025-01-01')).toBeUndefined();
    expect(definitionOn([], '2025-01-01')).toBeUndefined();
  });

  test('the catalogue holds thirty lists, of which only the court list ends on the court’s own grounds', () => {
    const lists = loadListCatalogue();
    expect(lists).toHaveLength(30);
    expect(lists.filter((list) => list.courtExit).map((list) => list.designatingDepartments)).toEqual([['ZY']]);
    // R-2-2: what rests on a memorandum alone punishes nobody.
    expect(lists.filter((list) => list.type === 'BLACK' && list.basisKind === 'MEMO_ONLY' && list.status === 'ENABLED')).toEqual([]);
  });
});
