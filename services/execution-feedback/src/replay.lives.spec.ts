import { describe, expect, test } from '@jest/globals';
import {
  type MeasurePlanMade,
  measurePlanCorrected,
  measurePlanHeld,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
  measurePlanSuperseded,
} from '@lianxin/contracts';
import { executor, measure, party, planMade, revisedOf } from '../test/plan.fixtures.ts';
import type { Memory } from '../test/plan.memory.ts';
import {
  actOn,
  assess,
  cause,
  context,
  ended,
  event,
  head,
  keptPlan,
  made,
  nothing,
  planIn,
  ToldMemory,
  worldOf,
} from '../test/replay.fixtures.ts';
import { correctCase, isAnything } from './replay.rules.ts';

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
    expect(
      isAnything(correctCase(world.known, [keptPlan(planIn(memory, plan), plan, over)], cause, context, null, () => 'new').changes),
    ).toBe(false);
  }
}
