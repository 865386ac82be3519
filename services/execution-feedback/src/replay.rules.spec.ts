import { describe, expect, test } from '@jest/globals';
import {
  type AssessedPlan,
  calendar2026,
  type EventData,
  type EventDefinition,
  type LianxinEvent,
  type MeasurePlanMade,
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanSuperseded,
  type ReplayChange,
  replayAssessed,
} from '@lianxin/contracts';
import { executor, measure, party, planMade, revisedOf } from '../test/plan.fixtures.ts';
import { Memory, terms } from '../test/plan.memory.ts';
import { demandsOf, endedPlan, keptPlan, revisedPlan, worldOf } from '../test/replay.fixtures.ts';
import { eventsOfStep } from './plan.events.rules.ts';
import type { Step } from './plan.step.rules.ts';
import { assessCase, type CaseWorld, correctCase, isAnything, reasonOfBehind } from './replay.rules.ts';

let eventNo = 0;
function event<Definition extends EventDefinition>(definition: Definition, data: EventData<Definition>): LianxinEvent {
  const id = `event-${eventNo++}`;
  const time = '2026-11-23T04:00:00Z';
  const head = { id, type: definition.type, source: 'urn:credit:320700:measure-decomposition', subjectSeq: 1, time, recordedTime: time };
  return { ...head, key: (data as MeasurePlanMade).subjectId, correlationId: id, classification: 'internal', data };
}
const context = { now: new Date('2026-11-23T04:00:00Z'), calendar: calendar2026, terms };
const cause = { ...event(measurePlanMade, planMade([])), type: replayAssessed.type };
const nothing: ReplayChange = { kind: 'NOTHING' };
const isVoid: ReplayChange = { kind: 'VOID_ENTRY', effect: 'VOID' };

const head = (plan: MeasurePlanMade, planVersion: number) => {
  const { planId, entryId, entryVersion, activationNo, subjectId } = plan;
  return { planId, entryId, entryVersion, activationNo, planVersion, subjectId };
};
const made = (plan: MeasurePlanMade) => event(measurePlanMade, plan);
const ended = (plan: MeasurePlanMade, version = 2, inError = false) =>
  event(measurePlanEnded, { ...head(plan, version), ground: 'TERM_REACHED', inError, documentNo: null, endedOn: '2026-11-20' });
const held = (plan: MeasurePlanMade, version = 2) =>
  event(measurePlanHeld, { ...head(plan, version), cause: 'SUSPENSION', documentNo: null, heldOn: '2026-11-05' });

const planIn = (memory: Memory, plan: MeasurePlanMade) => {
  const seen = memory.known.plans.find(({ planId }) => planId === plan.planId);
  if (seen === undefined) throw new Error('no such plan');
  return seen;
};
const assess = (world: CaseWorld, change: ReplayChange, ...plans: AssessedPlan[]) => assessCase(world, change, plans, cause, context);
const short = (found: ReturnType<typeof assess>) => found.tasks.map((row) => `${row.action} ${row.measureCode} ${row.departmentCode}`);

const company = party();
const one = () =>
  planMade(
    [
      measure('WAGE-01', [executor('CZJ'), executor('SCJGJ')], { canonicalCode: 'FUNDS' }),
      measure('WAGE-02', [executor('YH', { notice: true, hasDeadline: false })]),
    ],
    [company],
  );
const other = () =>
  planMade([measure('TAX-07', [executor('CZJ')], { canonicalCode: 'FUNDS' })], [{ ...company, partyId: party().partyId }], {
    listCode: 'BL-TAX',
  });

describe('the entry is void', () => {
  test('all its tasks go; what is begun is made good besides; nothing is written by looking', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    memory.alter(0, { status: 'IN_EXECUTION', begunAt: context.now });
    const before = structuredClone(memory.known);
    const found = assess(worldOf(memory, [plan.entryId]), isVoid, endedPlan(planIn(memory, plan), plan));
    expect(short(found)).toEqual(['RESTORE WAGE-01 CZJ', 'WITHDRAW WAGE-01 CZJ', 'WITHDRAW WAGE-01 SCJGJ']);
    expect(found).toMatchObject({ unchangedTasks: 0, acts: false, mismatches: [] });
    expect(memory.known).toEqual(before);
  });

  test('a task that another list demands is kept by it, and nothing of it is to be made good (R-4-5)', () => {
    const [memory, plan, second] = [new Memory(), one(), other()];
    memory.apply([made(plan), made(second)]);
    memory.alter(0, { status: 'IN_EXECUTION', begunAt: context.now });
    const acted = new Set([memory.task(0).id]);
    const found = assess(worldOf(memory, [plan.entryId], { acted }), isVoid, endedPlan(planIn(memory, plan), plan));
    expect(short(found)).toEqual(['KEEP WAGE-01 CZJ', 'WITHDRAW WAGE-01 SCJGJ']);
    expect(found.tasks[0]?.keptBy).toEqual([second.entryId]);
  });

  test('where the other list is suspended the task is kept by it and rests from now on', () => {
    const [memory, plan, second] = [new Memory(), one(), other()];
    memory.apply([made(plan), made(second), held(second)]);
    const found = assess(worldOf(memory, [plan.entryId]), isVoid, endedPlan(planIn(memory, plan), plan));
    expect(found.tasks.find(({ departmentCode }) => departmentCode === 'CZJ')).toMatchObject({
      action: 'KEEP',
      keptBy: [second.entryId],
    });
  });

  test('long ended: what was done is made good, what was only ordered is not, and what is being restored already is not named again', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan), ended(plan)]);
    memory.alter(0, { status: 'LIFTED', begunAt: context.now });
    memory.alter(1, { status: 'LIFTED' });
    const acted = new Set([memory.task(0).id]);
    const found = assess(worldOf(memory, [plan.entryId], { acted }), isVoid, endedPlan(planIn(memory, plan), plan));
    expect(short(found)).toEqual(['RESTORE WAGE-01 CZJ']);
    expect(found.unchangedTasks).toBe(1);
    const restored = new Set([`${plan.entryId}|CZJ|${company.subjectId}|WAGE-01`]);
    expect(assess(worldOf(memory, [plan.entryId], { acted, restored }), isVoid, endedPlan(planIn(memory, plan), plan)).tasks).toEqual([]);
  });

  test('an honour that it excluded comes back with tasks that join those that live', () => {
    const [memory, plan] = [new Memory(), one()];
    const honour = planMade([measure('R-1', [executor('CZJ'), executor('SWJ')])], [company], { listType: 'RED', direction: 'REWARD' });
    const living = planMade([measure('R-7', [executor('SWJ')], { canonicalCode: 'CAN-R-1' })], [{ ...company, partyId: party().partyId }]);
    memory.apply([made(plan), made(living)]);
    const make: AssessedPlan = { ...revisedPlan(planIn(memory, plan), honour), planId: null, entryId: honour.entryId, action: 'MAKE' };
    const found = assess(worldOf(memory, [plan.entryId]), isVoid, endedPlan(planIn(memory, plan), plan), make);
    const ofHonour = found.tasks.filter(({ entryId }) => entryId === honour.entryId);
    expect(ofHonour.map((row) => `${row.action} ${row.departmentCode} ${row.taskId === null}`)).toEqual(['ADD CZJ true', 'KEEP SWJ false']);
    expect(ofHonour[1]?.keptBy).toEqual([living.entryId]);
  });
});

describe('the plan comes out otherwise', () => {
  test('tasks are added, withdrawn, made good and kept exactly as the event of the corrected plan does it', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    actOn(memory, memory.task(0).id, 'FED_BACK');
    const acted = new Set([memory.task(0).id]);
    const next = {
      ...plan,
      measures: [measure('WAGE-01', [executor('SCJGJ')], { canonicalCode: 'FUNDS' }), measure('WAGE-05', [executor('GAJ')])],
    };
    next.groups = [{ partyIds: [company.partyId], measureCodes: ['WAGE-01', 'WAGE-05'], skips: [] }];
    const found = assess(
      worldOf(memory, [plan.entryId], { acted }),
      { kind: 'CATALOGUE_VERSION', version: 1 },
      revisedPlan(planIn(memory, plan), next),
    );
    expect(short(found)).toEqual(['ADD WAGE-05 GAJ', 'RESTORE WAGE-01 CZJ', 'WITHDRAW WAGE-01 CZJ']);
    expect(found.unchangedTasks).toBe(1);
    memory.apply([
      event(measurePlanCorrected, { ...next, planVersion: 2, reason: 'REPLAY', documentNo: '纠〔2026〕1号', correctedOn: '2026-11-23' }),
    ]);
    expect(memory.known.tasks.map(({ departmentCode, status }) => `${departmentCode} ${status}`)).toEqual([
      'CZJ LIFTING',
      'SCJGJ DISPATCHED',
      'GAJ DISPATCHED',
    ]);
    expect(assess(worldOf(memory, [plan.entryId]), nothing, keptPlan(planIn(memory, plan), next))).toMatchObject({
      tasks: [],
      acts: false,
      mismatches: [],
    });
  });

  test('a weaker force and a deadline that no longer runs are a change', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    const softer = planMade(
      [
        measure('WAGE-01', [executor('CZJ', { hasDeadline: false }), executor('SCJGJ', { hasDeadline: false })], {
          canonicalCode: 'FUNDS',
          force: 'RECOMMENDED',
        }),
        ...plan.measures.slice(1),
      ],
      [company],
    );
    const changed = ['CZJ', 'SCJGJ'].map((departmentCode) => ({
      partyIds: [company.partyId],
      measureCode: 'WAGE-01',
      departmentCode,
      notice: false,
    }));
    const found = assess(
      worldOf(memory, [plan.entryId]),
      { kind: 'CATALOGUE_VERSION', version: 1 },
      revisedPlan(planIn(memory, plan), softer, changed),
    );
    expect(short(found)).toEqual(['CHANGE WAGE-01 CZJ', 'CHANGE WAGE-01 SCJGJ']);
  });
});

describe('what is stored is not what the plan demands', () => {
  test('a task that nobody demands is withdrawn and lifted, one that is missing is named; the plan itself stays', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    const demanded = { ...plan, measures: [measure('WAGE-01', [executor('SCJGJ'), executor('GAJ')]), ...plan.measures.slice(1)] };
    const kept = keptPlan(planIn(memory, plan), demanded);
    const found = assess(worldOf(memory, [plan.entryId]), nothing, kept);
    expect(short(found)).toEqual(['WITHDRAW WAGE-01 CZJ']);
    expect(found).toMatchObject({ acts: true, mismatches: [{ id: plan.planId, found: 'NONE' }] });
    const { changes, steps } = correctCase(worldOf(memory, [plan.entryId]).known, [kept], cause, context, () => 'new');
    expect(changes.plans).toEqual([]);
    expect(changes.changedTasks.map(({ departmentCode, status }) => [departmentCode, status])).toEqual([['CZJ', 'LIFTING']]);
    expect(steps.map(({ kind }) => kind)).toEqual(['LIFTING']);
  });

  test('a task of a plan that has ended goes; a task that runs although its plan is held rests', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    const broken = (status: 'ENDED' | 'HELD') => {
      const world = worldOf(memory, [plan.entryId]);
      const plans = world.known.plans.map((seen) => ({
        ...seen,
        status,
        holdCause: status === 'HELD' ? ('SUSPENSION' as const) : null,
        heldOn: '2026-11-05',
      }));
      return { ...world, known: { ...world.known, plans } };
    };
    for (const [status, action] of [
      ['ENDED', 'WITHDRAW'],
      ['HELD', 'CHANGE'],
    ] as const) {
      const world = broken(status);
      const [seen] = world.known.plans;
      if (seen === undefined) throw new Error('no plan');
      const found = assess(world, nothing, keptPlan(seen, plan));
      expect(found.tasks.map((row) => row.action)).toEqual([action, action]);
      expect(found.acts).toBe(true);
      expect(found.mismatches.length).toBeGreaterThanOrEqual(2);
    }
  });

  test('a fact too many, a state that its facts or its bases do not give', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    memory.alter(0, { status: 'ON_HOLD', previousStatus: 'DISPATCHED' });
    memory.alter(1, { version: 2 });
    const found = assess(worldOf(memory, [plan.entryId]), nothing, keptPlan(planIn(memory, plan), plan));
    expect(found.mismatches.map(({ expected, found: is }) => `${expected} ≠ ${is}`)).toEqual([
      '1:DISPATCHED ≠ 1:ON_HOLD',
      'RUN ≠ ON_HOLD',
      '1:DISPATCHED ≠ 2:DISPATCHED',
    ]);
  });

  test('what the office gave to another department, and what was rightly returned, is as it should be', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    const [first, second] = [memory.task(0), memory.task(1)];
    memory.alter(0, { departmentCode: 'HZ-CZJ' });
    memory.known = {
      ...memory.known,
      bases: memory.known.bases.map((basis) =>
        basis.taskId === first.id ? { ...basis, departmentCode: 'HZ-CZJ', plannedDepartment: 'CZJ' } : basis,
      ),
    };
    memory.alter(1, { status: 'NOT_APPLICABLE', version: 2 });
    const world = worldOf(memory, [plan.entryId]);
    const facts = new Map(world.facts).set(second.id, { count: 2, isChain: true, status: 'NOT_APPLICABLE' });
    expect(assess({ ...world, facts }, nothing, keptPlan(planIn(memory, plan), plan))).toMatchObject({
      tasks: [],
      acts: false,
      mismatches: [],
    });
  });
});

describe('what has not arrived is not answered', () => {
  const [memory, plan] = [new Memory(), one()];
  memory.apply([made(plan)]);
  const kept = keptPlan(planIn(memory, plan), plan);
  test.each<[string, Partial<AssessedPlan>, boolean]>([
    ['as it stands', {}, false],
    ['an older version here', { planVersion: 2 }, true],
    ['another state here', { status: 'HELD' }, true],
    ['no such plan here', { planId: party().partyId }, true],
    ['a plan that would be made', { planId: null, planVersion: 0 }, false],
  ])('%s', (_name, over, isBehind) => {
    expect(reasonOfBehind([{ ...kept, ...over }], memory.known.plans) !== undefined).toBe(isBehind);
  });
});

/** A small deterministic source of chance. */
function chance(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return Math.abs(state >> 3) % below;
  };
}

const pool = ['CZJ', 'SCJGJ', 'GAJ', 'SWJ'];
function anyMeasures(next: (below: number) => number) {
  const codes = [...new Set(Array.from({ length: 1 + next(3) }, () => `M-${next(4)}`))];
  return codes.map((code) =>
    measure(
      code,
      [...new Set(Array.from({ length: 1 + next(2) }, () => pool[next(4)] ?? 'CZJ'))].map((department) =>
        executor(department, { notice: next(6) === 0, hasDeadline: next(3) > 0, role: next(2) === 0 ? 'LEAD' : 'COOP' }),
      ),
      {
        canonicalCode: `C-${next(3)}-${code.at(-1) === '0' ? 'A' : code}`,
        holdExempt: next(3) === 0,
        force: next(2) === 0 ? 'MANDATORY' : 'RECOMMENDED',
      },
    ),
  );
}

/** A life of several plans about the same parties, in which anything may happen; after every step all plans are looked at. */
describe('whatever has happened to plans and tasks, derived again nothing is otherwise', () => {
  test.each(Array.from({ length: 120 }, (_, seed) => seed))('life %i', (seed) => {
    const next = chance(seed + 1);
    const memory = new ToldMemory();
    const parties = [party(), party(), party()];
    const lives: { plan: MeasurePlanMade; version: number; over: string[]; isHeld: boolean; isOver: boolean }[] = [];
    const acts = ['ACKNOWLEDGED', 'RETURNED', 'IN_EXECUTION', 'ARMED', 'FED_BACK', 'NOT_APPLICABLE'] as const;
    for (let step = 0; step < 14; step++) {
      const life = lives[next(Math.max(1, lives.length))];
      if (life === undefined || next(5) === 0) {
        const own = parties.slice(0, 1 + next(3)).map((one) => ({ ...one, partyId: party().partyId }));
        const plan = planMade(anyMeasures(next), own);
        memory.apply([made(plan)]);
        lives.push({ plan, version: 1, over: [], isHeld: false, isOver: false });
      } else if (!life.isOver) applyAny(memory, life, next);
      const task = memory.known.tasks[next(memory.known.tasks.length)];
      const act = acts[next(acts.length)];
      if (task !== undefined && act !== undefined && next(2) === 0) actOn(memory, task.id, act);
      look(memory, lives);
      // Whoever follows the events of tasks knows the version and state of each: the journal is complete.
      expect(memory.told).toEqual(new Map(memory.known.tasks.map(({ id, version, status }) => [id, `${version}:${status}`])));
    }
  });
});

/** A memory that keeps what was told of tasks, by their newest versions. */
class ToldMemory extends Memory {
  readonly told = new Map<string, string>();

  override apply(events: readonly LianxinEvent[]): readonly Step[] {
    const steps = super.apply(events);
    for (const { data } of steps.flatMap(eventsOfStep)) {
      const fields = data as Record<string, unknown>;
      const rows = (fields['tasks'] ?? []) as { taskId: string; taskVersion: number; status: string }[];
      for (const { taskId, taskVersion, status } of rows) this.tell(taskId, taskVersion, status);
    }
    return steps;
  }

  tell(taskId: string, version: number, status: string): void {
    if (Number(this.told.get(taskId)?.split(':')[0] ?? 0) <= version) this.told.set(taskId, `${version}:${status}`);
  }
}

function actOn(
  memory: Memory,
  taskId: string,
  to: 'ACKNOWLEDGED' | 'RETURNED' | 'IN_EXECUTION' | 'ARMED' | 'FED_BACK' | 'NOT_APPLICABLE',
): void {
  const index = memory.known.tasks.findIndex(({ id }) => id === taskId);
  const task = memory.task(index);
  if (['ON_HOLD', 'LIFTING', 'LIFTED', 'CANCELLED', 'NOT_APPLICABLE'].includes(task.status)) return;
  memory.alter(index, { status: to, version: task.version + 1, begunAt: context.now });
  const fact = { taskId, version: task.version + 1, departmentCode: task.departmentCode, what: to, from: task.status, to, at: context.now };
  memory.facts.push({ ...fact, actor: 'somebody', causeEvent: null, detail: null });
  if (memory instanceof ToldMemory) memory.tell(taskId, task.version + 1, to);
}

function applyAny(
  memory: Memory,
  life: { plan: MeasurePlanMade; version: number; over: string[]; isHeld: boolean; isOver: boolean },
  next: (below: number) => number,
): void {
  const { plan } = life;
  life.version += 1;
  const at = head(plan, life.version);
  const left = plan.parties.filter(({ partyId }) => !life.over.includes(partyId));
  switch (next(7)) {
    case 0: {
      const isStop = next(2) === 0;
      memory.apply([event(measurePlanHeld, { ...at, cause: isStop ? 'SUSPENSION' : 'OBJECTION', documentNo: null, heldOn: '2026-11-05' })]);
      life.isHeld = true;
      return;
    }
    case 1:
      if (!life.isHeld) break;
      memory.apply([event(measurePlanReleased, { ...at, documentNo: null, releasedOn: '2026-11-09' })]);
      life.isHeld = false;
      return;
    case 2: {
      const gone = left[0];
      if (gone === undefined || left.length < 2) break;
      memory.apply([
        event(measurePlanNarrowed, {
          ...at,
          ground: 'SUBJECT_ENDED',
          documentNo: null,
          narrowedOn: '2026-11-20',
          endedPartyIds: [gone.partyId],
        }),
      ]);
      life.over.push(gone.partyId);
      return;
    }
    case 3:
    case 4: {
      const measures = anyMeasures(next);
      const groups = [
        { partyIds: left.map(({ partyId }) => partyId), measureCodes: measures.map(({ measureCode }) => measureCode), skips: [] },
      ];
      const again = { ...plan, parties: left, measures, groups, planVersion: life.version };
      const said =
        next(2) === 0
          ? event(measurePlanRevised, revisedOf(plan, measures, { ...again, revisedOn: '2026-11-23' }))
          : event(measurePlanCorrected, { ...again, reason: 'ENTRY_CORRECTED', documentNo: null, correctedOn: '2026-11-23' });
      memory.apply([said]);
      life.plan = again;
      return;
    }
    case 5:
      memory.apply([ended(plan, life.version, next(2) === 0)]);
      life.isOver = true;
      return;
    default:
      if (next(3) > 0) break;
      memory.apply([event(measurePlanSuperseded, { ...at, byEntryId: plan.entryId, documentNo: null, endedOn: '2026-11-20' })]);
      life.isOver = true;
      return;
  }
  life.version -= 1;
}

function look(memory: Memory, lives: readonly { plan: MeasurePlanMade; over: readonly string[] }[]): void {
  for (const { plan, over } of lives) {
    const world = worldOf(memory, [plan.entryId]);
    const found = assess(world, nothing, keptPlan(planIn(memory, plan), plan, over));
    expect(found).toMatchObject({ tasks: [], acts: false, mismatches: [] });
    expect(isAnything(correctCase(world.known, [keptPlan(planIn(memory, plan), plan, over)], cause, context, () => 'new').changes)).toBe(
      false,
    );
    expect(demandsOf(plan).length).toBeGreaterThanOrEqual(0);
  }
}
