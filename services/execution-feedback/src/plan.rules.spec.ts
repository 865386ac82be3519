import { describe, expect, test } from '@jest/globals';
import {
  calendar2026,
  type EventData,
  type EventDefinition,
  type LianxinEvent,
  type MeasurePlanMade,
  maxEventBytes,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanSuperseded,
  type taskDispatched,
} from '@lianxin/contracts';
import { executor, measure, party, planEnded, planHeld, planMade, planReleased } from '../test/plan.fixtures.ts';
import { Memory, terms } from '../test/plan.memory.ts';
import { lastDayOf } from './deadline.rules.ts';
import type { Changes } from './plan.board.rules.ts';
import { eventsOfStep } from './plan.events.rules.ts';
import { applyPlanEvents } from './plan.rules.ts';
import type { Step } from './plan.step.rules.ts';
import { foldFacts } from './task.rules.ts';

let eventNo = 0;
function event<Definition extends EventDefinition>(definition: Definition, data: EventData<Definition>): LianxinEvent {
  const id = `event-${eventNo++}`;
  return {
    id,
    type: definition.type,
    source: 'urn:credit:320700:measure-decomposition',
    key: (data as MeasurePlanMade).subjectId,
    subjectSeq: 1,
    time: '2026-11-23T04:00:00Z',
    recordedTime: '2026-11-23T04:00:00Z',
    correlationId: id,
    classification: 'internal',
    data,
  };
}
const made = (data: MeasurePlanMade) => event(measurePlanMade, data);
const held = (plan: MeasurePlanMade, over = {}) => event(measurePlanHeld, planHeld(plan, over));
const released = (plan: MeasurePlanMade, over = {}) => event(measurePlanReleased, planReleased(plan, over));
const ended = (plan: MeasurePlanMade, over = {}) => event(measurePlanEnded, planEnded(plan, over));
const narrowed = (plan: MeasurePlanMade, endedPartyIds: string[], planVersion = 2) => {
  const { planId, entryId, entryVersion, activationNo, subjectId } = plan;
  const head = { planId, entryId, entryVersion: entryVersion + 1, activationNo, planVersion, subjectId };
  return event(measurePlanNarrowed, {
    ...head,
    ground: 'SUBJECT_ENDED',
    documentNo: '注销〔2026〕1号',
    narrowedOn: '2026-11-20',
    endedPartyIds,
  });
};
const one = (over: Parameters<typeof measure>[2] = {}) => [measure('WAGE-01', [executor('CZJ')], over)];
const stepOf = (steps: readonly Step[], kind: Step['kind']) => steps.find((step) => step.kind === kind);

describe('the subject is gone, the persons named in the decision are still bound (T22)', () => {
  const [company, person] = [party(), party()];
  const plan = planMade(one({ canonicalCode: 'FUNDS' }), [company, person]);

  test('what rests on the company is lifted, what rests on the person stays, and ends with the entry', () => {
    const memory = new Memory();
    memory.apply([made(plan)]);
    expect(memory.statuses()).toEqual(['DISPATCHED', 'DISPATCHED']);
    const step = stepOf(memory.apply([narrowed(plan, [company.partyId])]), 'LIFTING');
    expect(step).toMatchObject({ ground: 'SUBJECT_ENDED', tasks: [{ status: 'LIFTING', partyId: company.partyId }], stays: [] });
    expect(memory.statuses().sort()).toEqual(['DISPATCHED', 'LIFTING']);
    expect(memory.apply([narrowed(plan, [company.partyId])])).toEqual([]);
    expect(stepOf(memory.apply([ended(plan, { planVersion: 3 })]), 'LIFTING')?.tasks).toMatchObject([{ partyId: person.partyId }]);
    expect(memory.statuses()).toEqual(['LIFTING', 'LIFTING']);
  });

  test('a hold and its release afterwards touch only who is still bound', () => {
    const memory = new Memory();
    memory.apply([made(plan), narrowed(plan, [company.partyId]), held(plan, { planVersion: 3, cause: 'SUSPENSION' })]);
    expect(memory.statuses().sort()).toEqual(['LIFTING', 'ON_HOLD']);
    memory.apply([released(plan, { planVersion: 4 })]);
    expect(memory.statuses().sort()).toEqual(['DISPATCHED', 'LIFTING']);
  });
});

describe('two lists with the same restriction on one subject', () => {
  const subject = party();
  const wage = planMade(one({ canonicalCode: 'FUNDS', force: 'RECOMMENDED' }), [subject]);
  const tax = planMade([measure('TAX-09', [executor('CZJ')], { canonicalCode: 'FUNDS' })], [{ ...subject, partyId: party().partyId }], {
    listCode: 'BL-TAX',
  });

  test('make one task with two bases, of the stronger force', () => {
    const memory = new Memory();
    memory.apply([made(wage)]);
    const [step] = memory.apply([made(tax)], '2026-11-24');
    expect(memory.known.tasks).toHaveLength(1);
    expect(memory.known.bases.map((basis) => basis.measureCode).sort()).toEqual(['TAX-09', 'WAGE-01']);
    expect(memory.task()).toMatchObject({ force: 'MANDATORY', version: 2, status: 'DISPATCHED' });
    // The earliest due time stays (catalogue rule 23).
    expect(lastDayOf(memory.task().dueAt ?? new Date(0))).toBe('2026-11-25');
    expect(step).toMatchObject({ kind: 'DISPATCHED', tasks: [{ joined: true, basis: { measureCode: 'TAX-09' } }] });
  });

  test('the task stays while one of them remains, and is lifted with the last', () => {
    const memory = new Memory();
    memory.apply([made(wage), made(tax)]);
    const first = stepOf(memory.apply([ended(tax)]), 'LIFTING');
    expect(first).toMatchObject({ tasks: [], stays: [{ reason: 'OTHER_BASIS' }] });
    expect(memory.task()).toMatchObject({ status: 'DISPATCHED', force: 'RECOMMENDED', measureCode: 'WAGE-01' });
    const last = stepOf(memory.apply([ended(wage)]), 'LIFTING');
    expect(last).toMatchObject({ tasks: [{ status: 'LIFTING' }], stays: [] });
    expect(lastDayOf(memory.task().dueAt ?? new Date(0))).toBe('2026-11-26');
  });

  test('an objection to one holds nothing, for the other is not disputed', () => {
    const memory = new Memory();
    memory.apply([made(wage), made(tax)]);
    expect(stepOf(memory.apply([held(wage)]), 'HELD')).toMatchObject({ tasks: [], stays: [{ reason: 'OTHER_BASIS' }] });
    expect(memory.statuses()).toEqual(['DISPATCHED']);
    expect(stepOf(memory.apply([held(tax)]), 'HELD')).toMatchObject({ tasks: [{ status: 'ON_HOLD' }] });
    // The end of one leaves the other, which is held.
    expect(stepOf(memory.apply([ended(wage)]), 'LIFTING')).toMatchObject({ tasks: [], stays: [{ reason: 'HELD_BY_OTHER_BASIS' }] });
    expect(memory.statuses()).toEqual(['ON_HOLD']);
    expect(stepOf(memory.apply([released(tax)]), 'RELEASED')).toMatchObject({ tasks: [{ status: 'DISPATCHED' }] });
  });

  test('when the undisputed one ends, the task rests and that is told', () => {
    const memory = new Memory();
    memory.apply([made(wage), made(tax), held(wage)]);
    const steps = memory.apply([ended(tax)]);
    expect(stepOf(steps, 'LIFTING')).toMatchObject({ tasks: [], stays: [{ reason: 'HELD_BY_OTHER_BASIS' }] });
    expect(stepOf(steps, 'HELD')).toMatchObject({ holdCause: 'OBJECTION', tasks: [{ status: 'ON_HOLD' }] });
  });

  test('a new list makes a resting task run again, and that is told', () => {
    const memory = new Memory();
    memory.apply([made(wage), held(wage)]);
    const steps = memory.apply([made(tax)]);
    expect(steps.map((step) => step.kind)).toEqual(['DISPATCHED', 'RELEASED']);
    expect(memory.statuses()).toEqual(['DISPATCHED']);
  });

  test('one person in two roles of one entry has one task with two bases, told once', () => {
    const person = party({ kind: 'PERSON', role: 'LEGAL_REPRESENTATIVE' });
    const plan = planMade(one(), [person, { ...person, partyId: party().partyId, role: 'DIRECTLY_RESPONSIBLE' }]);
    const memory = new Memory();
    const [step] = memory.apply([made(plan)]);
    expect([memory.known.tasks.length, memory.known.bases.length]).toEqual([1, 2]);
    expect(step).toMatchObject({ tasks: [{ joined: false, task: { version: 2 } }] });
    expect(step?.tasks).toHaveLength(1);
    memory.apply([ended(plan)]);
    expect(memory.statuses()).toEqual(['LIFTING']);
  });

  test('a list that comes after the task is being lifted makes a new task', () => {
    const memory = new Memory();
    memory.apply([made(wage), ended(wage), made(tax)]);
    expect(memory.statuses()).toEqual(['LIFTING', 'DISPATCHED']);
  });
});

describe('a newer entry of the same list takes over (T21)', () => {
  const subject = party();
  const old = planMade([measure('A', [executor('SCJGJ')]), measure('B', [executor('SHUIJ')])], [subject]);
  const newer = planMade([measure('A', [executor('SCJGJ')]), measure('C', [executor('YJJ')])], [{ ...subject, partyId: party().partyId }]);
  const superseded = event(measurePlanSuperseded, {
    planId: old.planId,
    entryId: old.entryId,
    entryVersion: old.entryVersion + 1,
    activationNo: 1,
    planVersion: 2,
    subjectId: old.subjectId,
    ...{ byEntryId: newer.entryId, documentNo: '延期〔2026〕1号', endedOn: '2026-11-23' },
  });

  test('a task that both demand never lifts and keeps what was done, only the rest of the old one is undone', () => {
    const memory = new Memory();
    memory.apply([event(measurePlanMade, old)]);
    memory.alter(0, { status: 'IN_EXECUTION', begunAt: new Date('2026-11-20T04:00:00Z') });
    memory.apply([event(measurePlanMade, newer)]);
    const [step] = memory.apply([superseded]);
    expect(memory.known.tasks.map((task) => [task.measureCode, task.status])).toEqual([
      ['A', 'IN_EXECUTION'],
      ['B', 'LIFTING'],
      ['C', 'DISPATCHED'],
    ]);
    expect(step).toMatchObject({ kind: 'LIFTING', ground: 'SUPERSEDED', stays: [{ taskId: memory.task(0).id, reason: 'OTHER_BASIS' }] });
    expect(memory.facts.filter((fact) => fact.taskId === memory.task(0).id).map((fact) => fact.to)).not.toContain('LIFTING');
  });

  test('in one batch it comes out the same; told twice it changes nothing', () => {
    const memory = new Memory();
    memory.apply([event(measurePlanMade, old), event(measurePlanMade, newer), superseded]);
    expect(memory.statuses()).toEqual(['DISPATCHED', 'LIFTING', 'DISPATCHED']);
    const before = memory.known;
    expect(memory.apply([superseded])).toEqual([]);
    expect(memory.known).toEqual(before);
  });
});

describe('a hold', () => {
  test('that was a stop and is a mere objection now lets run again what an objection spares, and that is told', () => {
    const made = planMade([measure('A', [executor('SCJGJ')]), measure('COURT', [executor('ZY')], { holdExempt: true })]);
    const memory = new Memory();
    memory.apply([event(measurePlanMade, made), event(measurePlanHeld, planHeld(made, { cause: 'SUSPENSION' }))]);
    expect(memory.statuses()).toEqual(['ON_HOLD', 'ON_HOLD']);
    const steps = memory.apply([event(measurePlanHeld, planHeld(made, { cause: 'OBJECTION', planVersion: 3 }))]);
    expect(memory.statuses()).toEqual(['ON_HOLD', 'DISPATCHED']);
    expect(steps.map((step) => `${step.kind} ${step.tasks.length}`)).toEqual(['HELD 0', 'RELEASED 1', 'ADJUSTED 1']);
  });

  test('by objection spares measures that law wants at once, by court spares none', () => {
    const plan = planMade([measure('SAFE-01', [executor('YJJ')], { holdExempt: true }), ...one()]);
    const memory = new Memory();
    memory.apply([made(plan)]);
    expect(stepOf(memory.apply([held(plan)]), 'HELD')).toMatchObject({
      tasks: [{ departmentCode: 'CZJ' }],
      stays: [{ departmentCode: 'YJJ', reason: 'HOLD_EXEMPT' }],
    });
    expect(memory.statuses()).toEqual(['DISPATCHED', 'ON_HOLD']);
    memory.apply([released(plan)]);
    const byCourt = held(plan, { cause: 'SUSPENSION', planVersion: 4 });
    expect(stepOf(memory.apply([byCourt]), 'HELD')?.tasks).toHaveLength(2);
    expect(memory.statuses()).toEqual(['ON_HOLD', 'ON_HOLD']);
  });

  test('stops the clock and gives the state back as it was', () => {
    const plan = planMade(one());
    const memory = new Memory('2026-11-02');
    memory.apply([made(plan)]);
    memory.alter(0, { status: 'IN_EXECUTION', begunAt: new Date('2026-11-03T04:00:00Z'), dueAt: new Date('2026-11-10T16:00:00Z') });
    memory.apply([held(plan, { heldOn: '2026-11-05', cause: 'SUSPENSION' })], '2026-11-05');
    expect(memory.task()).toMatchObject({ status: 'ON_HOLD', previousStatus: 'IN_EXECUTION', heldOn: '2026-11-05' });
    memory.apply([released(plan, { releasedOn: '2026-11-09' })], '2026-11-09');
    expect(memory.task()).toMatchObject({ status: 'IN_EXECUTION', previousStatus: null, heldOn: null });
    // Held from Thursday to Monday: two working days.
    expect(lastDayOf(memory.task().dueAt ?? new Date(0))).toBe('2026-11-12');
  });

  test('takes no time from a department for days before it had the task', () => {
    const plan = planMade(one());
    const memory = new Memory('2026-11-16');
    memory.apply([made(plan)]);
    memory.apply([held(plan, { heldOn: '2026-11-02' })], '2026-11-17');
    expect(memory.task().heldOn).toBe('2026-11-16');
  });
});

describe('the end of a plan', () => {
  test('in error cancels what was never started and lifts the rest', () => {
    const plan = planMade([...one(), measure('WAGE-02', [executor('FGW')])]);
    const memory = new Memory();
    memory.apply([made(plan)]);
    memory.alter(0, { status: 'IN_EXECUTION', begunAt: new Date('2026-11-23T05:00:00Z') });
    const step = stepOf(memory.apply([ended(plan, { inError: true, ground: 'DESIGNATION_WRONG' })]), 'LIFTING');
    expect(step).toMatchObject({ ground: 'DESIGNATION_WRONG', stays: [] });
    expect(memory.known.tasks.map((task) => [task.departmentCode, task.status])).toEqual([
      ['CZJ', 'LIFTING'],
      ['FGW', 'CANCELLED'],
    ]);
    expect(memory.known.tasks.map((task) => task.dueAt === null)).toEqual([false, true]);
  });

  test('lifts also what was never started, when the entry was right', () => {
    const plan = planMade(one());
    const memory = new Memory();
    memory.apply([made(plan)]);
    memory.apply([ended(plan)]);
    expect(memory.statuses()).toEqual(['LIFTING']);
  });

  test('lifts without a deadline where the unit is not supervised', () => {
    const plan = planMade([measure('WAGE-07', [executor('ZZB', { hasDeadline: false })])]);
    const memory = new Memory();
    memory.apply([made(plan)]);
    expect(stepOf(memory.apply([ended(plan)]), 'LIFTING')).toMatchObject({ liftDueAt: null, tasks: [{ dueAt: null }] });
  });

  test('ends its notices, held or not', () => {
    const plan = planMade([measure('WAGE-04', [executor('RH', { notice: true, hasDeadline: false })])]);
    const memory = new Memory();
    memory.apply([made(plan), held(plan)]);
    expect(memory.known.notices.map((notice) => notice.status)).toEqual(['HELD']);
    memory.apply([ended(plan)]);
    expect(memory.known.notices.map((notice) => notice.status)).toEqual(['ENDED']);
  });
});

describe('whichever event of a plan comes first', () => {
  const plan = planMade(one());

  test('an end before its beginning makes no task, and is remembered', () => {
    const memory = new Memory();
    memory.apply([ended(plan)]);
    memory.apply([made(plan)]);
    expect(memory.known.tasks).toEqual([]);
    expect(memory.known.plans).toMatchObject([{ status: 'ENDED', planVersion: 4 }]);
  });

  test('a hold before the beginning lets the tasks begin on hold', () => {
    const memory = new Memory();
    memory.apply([held(plan)]);
    const [step] = memory.apply([made(plan)]);
    expect(step).toMatchObject({ kind: 'DISPATCHED', tasks: [{ joined: false }] });
    expect(memory.task()).toMatchObject({ status: 'ON_HOLD', previousStatus: 'DISPATCHED' });
    memory.apply([released(plan)]);
    expect(memory.statuses()).toEqual(['DISPATCHED']);
  });

  test('an older version never overwrites a newer, and the same again changes nothing', () => {
    const memory = new Memory();
    memory.apply([made(plan), held(plan), released(plan)]);
    const before = structuredClone(memory.known);
    for (const old of [made(plan), held(plan), released(plan)]) expect(memory.apply([old])).toEqual([]);
    expect(memory.known).toEqual(before);
    memory.apply([ended(plan)]);
    for (const old of [held(plan), released(plan), held(plan, { planVersion: 9 })]) expect(memory.apply([old])).toEqual([]);
    expect(memory.statuses()).toEqual(['LIFTING']);
    expect(memory.known.plans).toMatchObject([{ status: 'ENDED', planVersion: 4 }]);
  });

  test('a plan of a further activation makes tasks again', () => {
    const memory = new Memory();
    memory.apply([made(plan), ended(plan), made({ ...plan, activationNo: 2, planId: party().partyId, planVersion: 1 })]);
    expect(memory.statuses()).toEqual(['LIFTING', 'DISPATCHED']);
  });
});

/** A small generator of numbers, the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test('however events are batched, the tasks, bases and facts come out the same', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = numbers(seed);
    const subjects = [party(), party()];
    const plans = Array.from({ length: 4 }, () => {
      const parties = subjects.slice(0, 1 + random(2)).map((subject) => ({ ...subject, partyId: party().partyId }));
      const measures = ['A', 'B', 'C']
        .slice(0, 1 + random(3))
        .map((code) => measure(`${code}-${random(1000)}`, [executor('CZJ')], { canonicalCode: code, holdExempt: random(3) === 0 }));
      return planMade(measures, parties);
    });
    const events = Array.from({ length: 30 }, () => {
      const plan = plans[random(plans.length)];
      if (plan === undefined) throw new Error('no plan');
      const planVersion = 1 + random(8);
      const cause = random(2) === 0 ? ('OBJECTION' as const) : ('SUSPENSION' as const);
      const choices = [
        made(plan),
        made(plan),
        held(plan, { planVersion, cause }),
        released(plan, { planVersion }),
        ended(plan, { planVersion, inError: random(2) === 0 }),
      ];
      return choices[random(choices.length)] ?? made(plan);
    });
    const together = new Memory();
    together.apply(events);
    const singly = new Memory();
    for (const single of events) singly.apply([single]);
    expect(together.known).toEqual(singly.known);
    expect(byTask(together)).toEqual(byTask(singly));
    for (const task of singly.known.tasks) expect(foldFacts(byTask(singly).get(task.id) ?? [])).toBe(task.status);
  }
});

function byTask(memory: Memory): Map<string, Changes['facts'][number][]> {
  return new Map([...Map.groupBy(memory.facts, (fact) => fact.taskId)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('the largest plan is told in events below the size limit, every task and notice once', () => {
  const parties = Array.from({ length: 200 }, () => party({ role: 'DIRECTLY_RESPONSIBLE', kind: 'PERSON' }));
  const long = (code: string, notice: boolean) =>
    measure(code, [executor('LYGJJJSKFQ-ZRZYHGHJ-AND-A-LONG-NAME', { notice, role: 'COOP' })], {
      canonicalCode: `CANONICAL-${code}`,
      force: 'RECOMMENDED',
    });
  const plan = planMade([long('MEASURE-0001', false), long('MEASURE-0002', true), long('MEASURE-0003', true)], parties);
  let nextId = 0;
  const { steps } = applyPlanEvents(
    { plans: [], tasks: [], bases: [], notices: [] },
    [made(plan)],
    { now: new Date('2026-11-23T04:00:00Z'), calendar: calendar2026, terms },
    () => `019ab000-0000-7000-8000-${String(nextId++).padStart(12, '0')}`,
  );
  const events = steps.flatMap(eventsOfStep);
  for (const each of events) expect(Buffer.byteLength(JSON.stringify(each.definition.data.parse(each.data)))).toBeLessThan(maxEventBytes);
  const parts = events.map((each) => each.data as EventData<typeof taskDispatched>);
  expect(parts.map((part) => [part.part, part.parts])).toEqual(events.map((_, index) => [index + 1, events.length]));
  expect(new Set(parts.flatMap((part) => part.tasks.map((task) => task.taskId))).size).toBe(200);
  expect(new Set(parts.flatMap((part) => part.notices.map((notice) => notice.noticeId))).size).toBe(400);
});
