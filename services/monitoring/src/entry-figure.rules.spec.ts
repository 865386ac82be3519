import { describe, expect, test } from '@jest/globals';
import { calendar2026 } from '@lianxin/contracts';
import { type EntryFact, hearEntry } from './entry.rules.ts';
import { rowsOfEntry } from './entry-figure.rules.ts';

const fact: EntryFact = {
  entryId: 'e',
  version: 1,
  number: 'n',
  listCode: 'BL-WAGE',
  listType: 'BLACK',
  subjectId: 's',
  departmentCode: 'RSJ',
  status: 'CHECKING',
  at: '2026-11-06T02:00:00.000Z',
};
const active: EntryFact = { ...fact, version: 2, status: 'ACTIVE', activation: { activationNo: 1, activatedOn: '2026-11-09' } };
const exited: EntryFact = {
  ...fact,
  version: 3,
  status: 'EXPIRED',
  at: '2026-12-01T02:00:00.000Z',
  exit: { activationNo: 1, on: '2026-12-01', ground: 'DUTIES_PERFORMED' },
};
const rows = (...facts: EntryFact[]) => {
  const [first, ...more] = facts;
  if (first === undefined) return [];
  return rowsOfEntry('e', more.reduce(hearEntry, hearEntry(undefined, first)), calendar2026);
};
const codes = (...facts: EntryFact[]) => rows(...facts).map((row) => `${row.figure}${row.isCounted ? '+' : ''}`);

describe('what of an entry is counted', () => {
  test('each time it comes into force, by its type; while it stands it is in the stock', () => {
    const again = { ...active, version: 5, activation: { activationNo: 2, activatedOn: '2027-01-04' } };
    expect(
      rows(fact, active, again)
        .filter((row) => row.figure.startsWith('K01'))
        .map((row) => [row.figure, row.cycle, row.quarter]),
    ).toEqual([
      ['K01-BLACK', 1, '2026-10-01'],
      ['K01-BLACK', 2, '2027-01-01'],
    ]);
    expect(codes(fact, active)).toContain('ENTRIES-ACTIVE+');
    expect(codes(fact)).not.toContain('ENTRIES-ACTIVE+');
    expect(codes(fact, active, exited)).not.toContain('ENTRIES-ACTIVE+');
  });

  test('its match is in time when it is certain whom it means by the end of the next working day (K02)', () => {
    const match = (...facts: EntryFact[]) => rows(...facts).find((row) => row.figure === 'K02');
    expect(match(fact)).toMatchObject({ day: '2026-11-09', isCounted: false });
    expect(match(fact, { ...active, at: '2026-11-09T15:59:59.000Z' })).toMatchObject({ isTimely: true });
    expect(match(fact, { ...active, at: '2026-11-09T16:00:01.000Z' })).toMatchObject({ isCounted: true, isTimely: false });
    expect(match({ ...active, version: 1 })).toMatchObject({ isTimely: true });
    expect(match(fact, { ...fact, version: 2, status: 'NOT_DESIGNATED' })).toMatchObject({ isCounted: false });
  });

  test('one that was corrected should never have been listed (K03)', () => {
    const accuracy = (...facts: EntryFact[]) => rows(...facts).find((row) => row.figure === 'K03');
    expect(accuracy(fact, active)).toMatchObject({ day: '2026-11-09', isCounted: true });
    expect(accuracy(fact, active, { ...exited, status: 'CORRECTED' })).toMatchObject({ day: '2026-11-09', isCounted: false });
  });

  test('an exit counts on its day; by performance or repair it counts as that, by the end of its term it does not (K19)', () => {
    expect(codes(fact, active, exited)).toEqual(expect.arrayContaining(['K19-EXITED+', 'K19-PERFORMED+']));
    const expired = { ...exited, exit: { activationNo: 1, on: '2026-12-01', ground: 'TERM_REACHED' as const } };
    expect(codes(fact, active, expired)).toContain('K19-EXITED+');
    expect(codes(fact, active, expired)).not.toContain('K19-PERFORMED+');
    const red = { listCode: 'RL-TAXA', listType: 'RED' as const };
    expect(codes({ ...fact, ...red }, { ...active, ...red }, { ...exited, ...red })).not.toContain('K19-EXITED+');
  });

  test('the order in which its events come does not matter', () => {
    expect(rows(exited, active, fact)).toEqual(rows(fact, active, exited));
  });
});
