import { describe, expect, test } from '@jest/globals';
import { cycleDues, hearTask, listsAt, listsNow, type TaskFact, type TaskRegisters } from './task.rules.ts';

const head = { taskId: 't', departmentCode: 'WMB' };
const at = (day: number) => new Date(Date.UTC(2026, 10, day)).toISOString();
const statement = (version: number, more: Partial<NonNullable<TaskFact['statement']>> = {}): TaskFact => ({
  ...head,
  statement: { version, status: 'IN_EXECUTION', at: at(version), ...more },
});
const hearAll = (facts: readonly TaskFact[]) => facts.reduce<TaskRegisters | undefined>(hearTask, undefined) as TaskRegisters;

/** All orders of a few things. */
function ordersOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('the deadlines of cycles', () => {
  const facts = [
    statement(1, { cycle: 1, feedbackDueAt: at(10) }),
    statement(3, { feedbackDueAt: at(12) }),
    statement(4, { cycle: 1, quotedDueAt: at(30) }),
    statement(6, { cycle: 2, feedbackDueAt: at(20) }),
    statement(8, { feedbackDueAt: at(22) }),
    statement(9, { feedbackDueAt: null }),
  ];

  test('a due time said without a cycle belongs to the cycle that ran then, in whatever order it is heard', () => {
    for (const order of ordersOf(facts)) {
      expect(cycleDues(hearAll(order))).toEqual([
        { cycle: 1, dueAt: at(12) },
        { cycle: 2, dueAt: at(22) },
      ]);
    }
  });

  test('a task that is armed again enters its next cycle, one that was dispatched anew in between does not, in whatever order it is heard', () => {
    const armed = (version: number, day: number) => statement(version, { status: 'ARMED', begins: true, feedbackDueAt: at(day) });
    const first = statement(1, { status: 'DISPATCHED', cycle: 1, feedbackDueAt: at(10) });
    const again = [first, armed(3, 11), statement(5, { status: 'DISPATCHED', feedbackDueAt: at(12) }), armed(7, 13), armed(9, 28)];
    for (const order of ordersOf(again)) {
      expect(cycleDues(hearAll(order))).toEqual([
        { cycle: 1, dueAt: at(13) },
        { cycle: 2, dueAt: at(28) },
      ]);
    }
    const answered = [first, armed(3, 11), statement(8, { status: 'ARMED', cycle: 2, quotedDueAt: at(28) }), armed(6, 28), armed(10, 30)];
    for (const order of ordersOf(answered)) {
      expect(cycleDues(hearAll(order))).toEqual([
        { cycle: 1, dueAt: at(11) },
        { cycle: 2, dueAt: at(28) },
        { cycle: 3, dueAt: at(30) },
      ]);
    }
  });

  test('a cycle of which only its feedback was heard is due when that says', () => {
    expect(cycleDues(hearAll([statement(4, { cycle: 3, quotedDueAt: at(30) })]))).toEqual([{ cycle: 3, dueAt: at(30) }]);
  });

  test('no later statement takes a deadline back without naming another', () => {
    const task = hearAll([statement(1, { acknowledgeDueAt: at(3) }), statement(2, { acknowledgeDueAt: null })]);
    expect(task.acknowledgeDue).toEqual({ version: 1, dueAt: at(3) });
  });
});

test('the newest version speaks for the state, the first dispatch for what the task is, whatever comes first', () => {
  const birth = (measureCode: string) => ({ measureCode }) as NonNullable<NonNullable<TaskFact['statement']>['birth']>;
  const facts = [
    statement(1, { status: 'DISPATCHED', birth: birth('WAGE-07') }),
    statement(2, { status: 'ACKNOWLEDGED', signed: true }),
    statement(3, { status: 'ACKNOWLEDGED', birth: birth('TAX-07') }),
    statement(4, { status: 'ON_HOLD', stop: 'ON_HOLD' }),
    statement(5, { status: 'ACKNOWLEDGED' }),
  ];
  const [first, ...others] = ordersOf(facts).map((order) => hearAll(order));
  expect(first).toMatchObject({
    status: 'ACKNOWLEDGED',
    version: 5,
    dispatches: [1],
    signed: { version: 2 },
    birth: { measureCode: 'WAGE-07' },
  });
  for (const other of others) expect(other).toEqual(first);
});

describe('the lists of a task', () => {
  const basis = (entryId: string, listCode: string, version: number, status: 'LIVE' | 'HELD' | 'ENDED', day: number): TaskFact => ({
    ...head,
    basis: { entryId, listCode, version, status, at: at(day) },
  });

  test('a list counts while its basis lives, and for deadlines that passed before it was held or ended', () => {
    const facts = [basis('a', 'BL-WAGE', 1, 'LIVE', 1), basis('b', 'BL-TAX', 1, 'LIVE', 1), basis('b', 'BL-TAX', 2, 'ENDED', 10)];
    for (const order of ordersOf(facts)) {
      expect(listsAt(hearAll(order), at(5))).toEqual(['BL-TAX', 'BL-WAGE']);
      expect(listsAt(hearAll(order), at(11))).toEqual(['BL-WAGE']);
      expect(listsNow(hearAll(order))).toEqual(['BL-WAGE']);
    }
  });

  test('a basis that runs again counts again, also when the hold is heard last', () => {
    for (const order of ordersOf([
      basis('a', 'BL-WAGE', 1, 'LIVE', 1),
      basis('a', 'BL-WAGE', 2, 'HELD', 2),
      basis('a', 'BL-WAGE', 3, 'LIVE', 3),
    ]))
      expect(listsAt(hearAll(order), at(20))).toEqual(['BL-WAGE']);
  });

  test('a list of which all entries have ended no longer counts; the open task shows what it last rested on', () => {
    const task = hearAll([basis('a', 'BL-WAGE', 1, 'LIVE', 1), basis('a', 'BL-WAGE', 2, 'ENDED', 2)]);
    expect(listsAt(task, at(5))).toEqual([]);
    expect(listsNow(task)).toEqual(['BL-WAGE']);
  });
});
