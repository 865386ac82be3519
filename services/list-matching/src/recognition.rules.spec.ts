import { describe, expect, test } from '@jest/globals';
import { type Agreement, coversRegion, findOriginRegionFaults, isNationalList, overlaps, recognitionOn } from './recognition.rules.ts';

const agreement = (changes: Partial<Agreement> = {}): Agreement => ({
  id: 'a1',
  regionCode: '310000',
  listCode: 'RL-ENV',
  validFrom: '2026-01-01',
  validTo: '2026-12-31',
  ...changes,
});
const entry = { originRegion: '310115', listCode: 'RL-ENV', isNational: false };

describe('mutual recognition (R-2-16)', () => {
  test('a national list has effects without an agreement, any other only under one', () => {
    expect(recognitionOn({ ...entry, isNational: true }, [], '2026-06-01')).toEqual({ recognised: true, agreementId: null });
    expect(recognitionOn(entry, [], '2026-06-01')).toEqual({ recognised: false, agreementId: null });
    expect(recognitionOn(entry, [agreement()], '2026-06-01')).toEqual({ recognised: true, agreementId: 'a1' });
  });

  test.each([
    ['the day before it begins', agreement(), '2025-12-31'],
    ['the day after it ended', agreement(), '2027-01-01'],
    ['for another list', agreement({ listCode: 'RL-SAFE' }), '2026-06-01'],
    ['with another province', agreement({ regionCode: '330000' }), '2026-06-01'],
    ['with another city of that province', agreement({ regionCode: '310116' }), '2026-06-01'],
  ])('an agreement recognises nothing %s', (_what, other, date) => {
    expect(recognitionOn(entry, [other], date).recognised).toBe(false);
  });

  test.each(['2026-01-01', '2026-12-31'])('both its first and its last day count (%s)', (date) => {
    expect(recognitionOn(entry, [agreement()], date).recognised).toBe(true);
  });

  test('an agreement with a province holds for its cities, never the other way round', () => {
    expect(coversRegion('330000', '330106')).toBe(true);
    expect(coversRegion('330100', '330106')).toBe(true);
    expect(coversRegion('330100', '330200')).toBe(false);
    expect(coversRegion('330106', '330000')).toBe(false);
  });

  test('what a memorandum or a local regulation founds is no national list', () => {
    for (const basisKind of ['LAW', 'ADMIN_REG', 'CENTRAL_POLICY', 'JUDICIAL', 'DEPT_RULE'])
      expect(isNationalList({ basisKind, status: 'ENABLED' })).toBe(true);
    for (const basisKind of ['LOCAL_REG', 'MEMO_ONLY', '', 'law']) expect(isNationalList({ basisKind, status: 'ENABLED' })).toBe(false);
    expect(isNationalList({ basisKind: 'LAW', status: 'DISABLED_PENDING_LEGAL_REVIEW' })).toBe(false);
  });

  test.each([
    ['320703', 'NATIONAL', 'VALIDATION_FAILED'],
    ['320705', 'PROVINCIAL', 'VALIDATION_FAILED'],
    ['LYG-XW', 'NATIONAL', 'VALIDATION_FAILED'],
    ['999999', 'NATIONAL', 'VALIDATION_FAILED'],
    ['310115', 'CITY', 'ORIGIN_NOT_ALLOWED'],
    ['310115', 'LEGACY', 'ORIGIN_NOT_ALLOWED'],
  ])('origin region %s with origin %s is refused: %s', (originRegion, origin, code) => {
    expect(findOriginRegionFaults({ originRegion, origin }).map((fault) => fault.code)).toEqual([code]);
  });

  test('an origin region elsewhere, or none, is accepted from above', () => {
    expect(findOriginRegionFaults({ originRegion: '310115', origin: 'PROVINCIAL' })).toEqual([]);
    expect(findOriginRegionFaults({ origin: 'CITY' })).toEqual([]);
  });

  test('terms that share a day overlap, terms that follow each other do not', () => {
    const term = (validFrom: string, validTo: string | null) => ({ validFrom, validTo });
    expect(overlaps(term('2026-01-01', '2026-06-30'), term('2026-06-30', null))).toBe(true);
    expect(overlaps(term('2026-01-01', null), term('2030-01-01', '2031-01-01'))).toBe(true);
    expect(overlaps(term('2026-01-01', '2026-06-30'), term('2026-07-01', null))).toBe(false);
  });
});
