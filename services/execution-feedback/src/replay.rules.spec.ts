import { describe, expect, test } from '@jest/globals';
import { type AssessedPlan, type MeasurePlanMade, measurePlanCorrected, measurePlanHeld, type ReplayChange } from '@lianxin/contracts';
import { executor, measure, party, planMade } from '../test/plan.fixtures.ts';
import { Memory } from '../test/plan.memory.ts';
import {
  actOn,
  assess,
  cause,
  context,
  ended,
  endedPlan,
  event,
  head,
  keptPlan,
  made,
  nothing,
  planIn,
  revisedPlan,
  worldOf,
} from '../test/replay.fixtures.ts';
import { correctCase, reasonOfBehind } from './replay.rules.ts';

const isVoid: ReplayChange = { kind: 'VOID_ENTRY', effect: 'VOID' };
const held = (plan: MeasurePlanMade, version = 2) =>
  event(measurePlanHeld, { ...head(plan, version), cause: 'SUSPENSION', documentNo: null, heldOn: '2026-11-05' });

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
    expect(found.tasks.map(({ frees }) => frees)).toEqual([true, true]);
  });

  test.each<[string, Parameters<typeof measure>[2], Partial<ReturnType<typeof executor>>, boolean]>([
    ['a weaker force frees', { force: 'REFERENCE' }, {}, true],
    ['a stronger force binds', { force: 'MANDATORY' }, {}, false],
    ['a weaker force with a new deadline binds', { force: 'REFERENCE' }, { hasDeadline: true }, false],
    ['another part in it frees nobody', {}, { role: 'COOP' }, false],
  ])('%s', (_name, terms, part, frees) => {
    const measures = (over: typeof terms, own: typeof part) => [
      measure('WAGE-01', [executor('CZJ', { hasDeadline: false, ...own })], { force: 'RECOMMENDED', ...over }),
    ];
    const [memory, plan] = [new Memory(), planMade(measures({}, {}), [company])];
    memory.apply([made(plan)]);
    const changed = [{ partyIds: [company.partyId], measureCode: 'WAGE-01', departmentCode: 'CZJ', notice: false }];
    const next = revisedPlan(planIn(memory, plan), { ...plan, measures: measures(terms, part) }, changed);
    const found = assess(worldOf(memory, [plan.entryId]), { kind: 'CATALOGUE_VERSION', version: 1 }, next);
    expect(found.tasks).toMatchObject([{ action: 'CHANGE', frees }]);
    const reward = { ...worldOf(memory, [plan.entryId]) };
    const tasks = reward.known.tasks.map((task) => ({ ...task, direction: 'REWARD' as const }));
    const ofReward = assess({ ...reward, known: { ...reward.known, tasks } }, { kind: 'CATALOGUE_VERSION', version: 1 }, next);
    expect(ofReward.tasks).toMatchObject([{ action: 'CHANGE', frees: false }]);
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
    const { changes, steps } = correctCase(worldOf(memory, [plan.entryId]).known, [kept], cause, context, null, () => 'new');
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
      expect(found.tasks.map(({ frees }) => frees)).toEqual(status === 'HELD' ? [true, true] : [undefined, undefined]);
      expect(found.acts).toBe(true);
      expect(found.mismatches.length).toBeGreaterThanOrEqual(2);
      const { changes, steps } = correctCase(world.known, [keptPlan(seen, plan)], cause, context, '纠〔2026〕1号', () => 'new');
      // What is written leaves the plan as it is, so that its next event is followed.
      expect(changes.plans).toEqual([]);
      const told = { HELD: { kind: 'HELD' }, ENDED: { kind: 'LIFTING', ground: 'PLAN_CORRECTED', documentNo: '纠〔2026〕1号' } }[status];
      expect(steps).toMatchObject([{ ...told, tasks: [{}, {}] }]);
    }
  });

  test.each([
    ['ENDED', 'IN_EXECUTION', 'WITHDRAW', 'LIFTING'],
    ['ENDED', 'ON_HOLD', 'WITHDRAW', 'LIFTING'],
    ['HELD', 'IN_EXECUTION', 'CHANGE', 'HELD'],
  ] as const)('a task whose bases are all %s and that is %s is told as %s and goes or rests: %s', (status, is, action, kind) => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan), status === 'ENDED' ? ended(plan) : held(plan)]);
    memory.alter(0, { status: is, previousStatus: is === 'ON_HOLD' ? 'DISPATCHED' : null, heldOn: null });
    const world = worldOf(memory, [plan.entryId]);
    const kept = keptPlan(planIn(memory, plan), plan);
    const found = assess(world, nothing, kept);
    expect(found).toMatchObject({ acts: true, tasks: [{ action, taskId: memory.task().id }] });
    expect(found.tasks[0]?.frees).toBe(action === 'CHANGE' ? true : undefined);
    const { changes, steps } = correctCase(world.known, [kept], cause, context, '纠〔2026〕1号', () => 'new');
    expect(changes.changedTasks).toMatchObject([{ id: memory.task().id, status: kind === 'HELD' ? 'ON_HOLD' : 'LIFTING' }]);
    const reason =
      kind === 'HELD'
        ? { holdCause: 'SUSPENSION' }
        : { ground: 'PLAN_CORRECTED', documentNo: '纠〔2026〕1号', liftDueAt: expect.any(Date) };
    expect(steps).toMatchObject([{ kind, ...reason, tasks: [{ id: memory.task().id }] }]);
  });

  test('a task that rests beside a stronger list that is held already is freed all the same', () => {
    const mild = planMade([measure('WAGE-01', [executor('CZJ')], { canonicalCode: 'FUNDS', force: 'RECOMMENDED' })], [company]);
    const [memory, strong] = [new Memory(), other()];
    memory.apply([made(mild), made(strong), held(strong)]);
    expect(memory.task()).toMatchObject({ status: 'DISPATCHED', force: 'RECOMMENDED' });
    const stopped = { ...planIn(memory, mild), status: 'HELD' as const, holdCause: 'SUSPENSION' as const, heldOn: '2026-11-05' };
    const world = worldOf(memory, [mild.entryId]);
    const found = assess({ ...world, known: { ...world.known, plans: [stopped] } }, nothing, keptPlan(stopped, mild));
    expect(found.tasks).toMatchObject([{ action: 'CHANGE', frees: true }]);
  });

  test('a task that rests although a list demands it is named and not made to run', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    memory.alter(0, { status: 'ON_HOLD', previousStatus: 'DISPATCHED' });
    const found = assess(worldOf(memory, [plan.entryId]), nothing, keptPlan(planIn(memory, plan), plan));
    expect(found).toMatchObject({ acts: false, tasks: [] });
    expect(found.mismatches).toContainEqual({ id: memory.task().id, expected: 'RUN', found: 'ON_HOLD' });
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

  test('facts of which one does not begin where the one before it ended', () => {
    const [memory, plan] = [new Memory(), one()];
    memory.apply([made(plan)]);
    const world = worldOf(memory, [plan.entryId]);
    const facts = new Map(world.facts).set(memory.task(0).id, { count: 1, isChain: false, status: 'DISPATCHED' });
    const found = assess({ ...world, facts }, nothing, keptPlan(planIn(memory, plan), plan));
    expect(found.mismatches).toEqual([{ id: memory.task(0).id, expected: '1:BROKEN', found: '1:DISPATCHED' }]);
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
