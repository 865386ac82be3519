import { describe, expect, test } from '@jest/globals';
import { derivedFigures, overdueCount } from './derived-figure.rules.ts';
import { type ListTold, newestTold } from './entry.rules.ts';
import { fieldsOf, type HeardList } from './field.rules.ts';
import { readingOf } from './figure.rules.ts';
import type { FigureCount } from './figure-count.rules.ts';
import { colourOf, rank, scoreOf } from './ranking.rules.ts';

const count = (
  figure: string,
  due: number,
  counted = due,
  timely = counted,
  lateDays = 0,
  more: Partial<FigureCount> = {},
): FigureCount => ({
  listCode: '*',
  figure,
  departmentCode: 'WMB',
  due,
  counted,
  timely,
  lateDays,
  ...more,
});
const department = (departmentCode: string, ...counts: FigureCount[]) => ({ departmentCode, level: 'CITY', supervised: true, counts });

describe('points of a department (R-10-2)', () => {
  test('45·K07 + 35·K08 + 20·K14', () => {
    expect(scoreOf([count('K07', 10), count('K14', 4)])).toBe(100);
    expect(scoreOf([count('K07', 10, 8, 6), count('K14', 4, 4, 3)])).toBe(72);
    expect(scoreOf([count('K07', 3, 1, 1), count('K14', 3, 3, 1)])).toBe(33.3);
    expect(scoreOf([count('K07', 16, 1, 0), count('K14', 1, 0, 0)])).toBe(2.8);
  });

  test('where no lift was due the other two share its weight', () => {
    expect(scoreOf([count('K07', 10)])).toBe(100);
    expect(scoreOf([count('K07', 10, 10, 0)])).toBe(56.3);
  });

  test('however many cases there are, they give no point (R-10-3)', () => {
    expect(scoreOf([count('K07', 10, 8, 6), count('K11-PUNISH', 500)])).toBe(scoreOf([count('K07', 10, 8, 6)]));
  });

  test.each([
    [100, 'GREEN'],
    [90, 'GREEN'],
    [89.9, 'YELLOW'],
    [75, 'YELLOW'],
    [74.9, 'RED'],
    [0, 'RED'],
  ] as const)('%d points are %s', (points, colour) => {
    expect(colourOf(points)).toBe(colour);
  });
});

describe('the order of departments (R-10-2)', () => {
  test('by points, then by fewer overdue days; equal ones share a place', () => {
    const { ranked } = rank([
      department('A', count('K07', 10, 9, 9), count(overdueCount, 1, 1, 0, 8)),
      department('B', count('K07', 10, 9, 9), count(overdueCount, 1, 1, 0, 3)),
      department('C', count('K07', 20, 18, 18), count(overdueCount, 2, 2, 0, 8)),
      department('D', count('K07', 10)),
    ]);
    expect(ranked.map((one) => [one.rank, one.departmentCode, one.overdueDays])).toEqual([
      [1, 'D', 0],
      [2, 'B', 3],
      [3, 'A', 8],
      [3, 'C', 8],
    ]);
  });

  test('below five due cycles, and where nobody is supervised, there is no place', () => {
    const { ranked, unranked } = rank([
      department('A', count('K07', 4)),
      { ...department('B', count('K07', 50)), supervised: false },
      department('C'),
      department('D', count('K07', 5, 0)),
    ]);
    expect(ranked.map((one) => [one.departmentCode, one.score])).toEqual([['D', 0]]);
    expect(unranked).toEqual([
      { departmentCode: 'A', reason: 'TOO_FEW_CYCLES', dueCycles: 4 },
      { departmentCode: 'B', reason: 'NOT_SUPERVISED', dueCycles: 50 },
      { departmentCode: 'C', reason: 'TOO_FEW_CYCLES', dueCycles: 0 },
    ]);
  });

  test('counties are ranked apart', () => {
    const { ranked } = rank([department('A', count('K07', 10, 5)), { ...department('B', count('K07', 10, 1)), level: 'COUNTY' }]);
    expect(ranked.map((one) => [one.group, one.rank, one.departmentCode])).toEqual([
      ['CITY', 1, 'A'],
      ['COUNTY', 1, 'B'],
    ]);
  });
});

describe('figures that follow from others', () => {
  const of = (code: string, counts: FigureCount[], byList: FigureCount[] = [], lists: HeardList[] = []) =>
    derivedFigures.find((one) => one.code === code)?.of(counts, byList, new Map(lists.map((list) => [list.listCode, list])));
  const at = (departmentCode: string, figure: string, due = 1) => count(figure, due, due, due, 0, { departmentCode });
  const on = (listCode: string, figure: string, due = 1) => count(figure, due, due, due, 0, { listCode });

  test('K12: of the departments with a task, those with a case, each once', () => {
    const counts = [
      at('A', 'K07', 9),
      at('A', 'K11-PUNISH', 5),
      at('A', 'K11-REWARD'),
      at('B', 'TASKS-DISPATCHED'),
      at('C', 'K11-REWARD'),
      at('D', 'K07', 0),
    ];
    expect(of('K12', counts)).toEqual({ denominator: 3, numerator: 2 });
  });

  describe('K13: of the fields of R-2-1 with entries in force, those with a case', () => {
    const black = (listCode: string, field: string | null): HeardList => ({ listCode, listType: 'BLACK', field });
    const heard = [black('BL-WAGE', 'MARKET_ORDER'), black('BL-TAX', 'MARKET_ORDER'), black('BL-COURT', 'LEGAL_DUTY')];
    const red: HeardList = { listCode: 'RL-TAXA', listType: 'RED', field: null };

    test('lists of one field are one field, whichever of them has the case', () => {
      const counts = [
        on('BL-WAGE', 'ENTRIES-ACTIVE', 7),
        on('BL-TAX', 'K11-PUNISH', 3),
        on('BL-TAX', 'K01-BLACK'),
        on('BL-COURT', 'K01-BLACK'),
      ];
      expect(of('K13', [], counts, heard)).toEqual({ denominator: 2, numerator: 1 });
    });

    test('a list without a field, as a red list, is in neither number, whatever cases it has; a red list with a field counts in it', () => {
      const counts = [on('RL-TAXA', 'ENTRIES-ACTIVE', 5), on('RL-TAXA', 'K11-REWARD', 5), on('BL-WAGE', 'ENTRIES-ACTIVE')];
      expect(of('K13', [], counts, [...heard, red])).toEqual({ denominator: 1, numerator: 0 });
      expect(of('K13', [], counts, [...heard, { ...red, field: 'MARKET_ORDER' }])).toEqual({ denominator: 1, numerator: 1 });
    });

    test('a black list whose field is not known, and a list of which nothing was heard, each count as a field of their own', () => {
      const counts = [on('BL-NEW', 'K01-BLACK'), on('BL-AHEAD', 'K11-PUNISH'), on('BL-WAGE', 'ENTRIES-ACTIVE')];
      expect(of('K13', [], counts, [...heard, black('BL-NEW', null)])).toEqual({ denominator: 3, numerator: 1 });
    });

    test('a list of which nothing is left in the period, and what is on no list, is no field', () => {
      const counts = [on('BL-COURT', 'ENTRIES-ACTIVE', 0), on('BL-COURT', 'K11-PUNISH', 0), on('', 'K11-PUNISH')];
      expect(of('K13', [], counts, heard)).toEqual({ denominator: 0, numerator: 0 });
    });

    test('a field tells what was counted of each of its lists', () => {
      const counts = [
        on('BL-TAX', 'K11-PUNISH', 3),
        on('BL-TAX', 'K11-REWARD'),
        on('BL-WAGE', 'ENTRIES-ACTIVE', 7),
        on('BL-WAGE', 'K01-BLACK', 2),
      ];
      expect(fieldsOf(counts, new Map(heard.map((list) => [list.listCode, list])))).toEqual([
        {
          ...{ key: 'MARKET_ORDER', field: 'MARKET_ORDER', hasCase: true },
          lists: [
            { listCode: 'BL-TAX', listType: 'BLACK', entriesActive: 0, activations: 0, cases: 4 },
            { listCode: 'BL-WAGE', listType: 'BLACK', entriesActive: 7, activations: 2, cases: 0 },
          ],
        },
      ]);
    });

    test('of what entries tell of their list the newest stays in any order, and that it has no field never outdoes a field', () => {
      const told = (field: string | null, ...at: ListTold['told']): ListTold => ({
        listCode: 'BL-WAGE',
        listType: 'BLACK',
        field,
        told: at,
      });
      const all = [
        told('MARKET_ORDER', '2026-11-02', 'b', 1),
        told('LEGAL_DUTY', '2026-11-02', 'b', 2),
        told('HEALTH_SAFETY', '2026-11-02', 'a', 9),
        told(null, '2026-11-09', 'c', 1),
      ];
      for (const order of [all, all.toReversed()]) expect(newestTold(order)).toEqual([all[1]]);
      expect(newestTold([told(null, '2026-11-01', 'a', 1)])).toMatchObject([{ field: null }]);
    });
  });

  test('K17: days of late answers and of cycles still open, together', () => {
    expect(of('K17-DAYS', [count('K07', 5, 4, 3, 6), count(overdueCount, 1, 1, 0, 10), count('K14', 1, 1, 0, 30)])).toMatchObject({
      numerator: 16,
    });
  });

  test.each([
    [[], 0, 0, '–'],
    [[[12, 1]], 24, 1, '12'],
    [
      [
        [3, 1],
        [4, 1],
      ],
      7,
      2,
      '3.5',
    ],
    [
      [
        [100, 1],
        [2, 3],
        [9, 1],
      ],
      4,
      5,
      '2',
    ],
    [
      [
        [9, 2],
        [10, 2],
      ],
      19,
      4,
      '9.5',
    ],
    [
      [
        [30, 1],
        [5, 1],
        [200, 1],
      ],
      60,
      3,
      '30',
    ],
  ] as const)(
    'K15: of applications that took %j days and how many of them, twice the median is %d of %d, read %s',
    (took, numerator, denominator, display) => {
      const counts = took.map(([days, due]) => count(`K15-DAYS:${days}`, due));
      expect(of('K15-MEDIAN', counts)).toEqual({ denominator, numerator });
      expect(readingOf('MEDIAN', denominator, numerator).display).toBe(display);
    },
  );

  test('K19: exits by performance or repair of what stood at the start', () => {
    expect(of('K19', [count('K19-PERFORMED', 2), count('K19-EXITED', 5), count('K19-START', 40)])).toEqual({
      denominator: 40,
      numerator: 2,
    });
  });
});
