import { describe, expect, test } from '@jest/globals';
import { type LianxinEvent, type MeasurePlanMade, measurePlanHeld, measurePlanRevised, type PlanMeasure } from '@lianxin/contracts';
import { executor, measure, party, planHeld, planMade, revisedOf } from '../test/plan.fixtures.ts';
import { Memory } from '../test/plan.memory.ts';
import { event, made } from '../test/replay.fixtures.ts';
import { type Step, withAdjusted } from './plan.step.rules.ts';

const spared = (holdExempt: boolean): PlanMeasure[] => [
  measure('WAGE-01', [executor('CZJ')], { holdExempt, canonicalCode: 'FUNDS' }),
  measure('WAGE-02', [executor('YH', { notice: true, hasDeadline: false })], { holdExempt }),
];
const held = (plan: MeasurePlanMade) => event(measurePlanHeld, planHeld(plan));
const revised = (plan: MeasurePlanMade, measures: PlanMeasure[], planVersion = 3): LianxinEvent =>
  event(measurePlanRevised, revisedOf(plan, measures, { planVersion }));
const short = (steps: readonly Step[]) => steps.map(({ kind, tasks }) => `${kind} ${tasks.length}`);

describe('an objection, and a new version of the catalogue about what it spares', () => {
  test('what it no longer spares rests, and its department is told to stop; so does the information', () => {
    const [memory, plan] = [new Memory(), planMade(spared(true))];
    memory.apply([made(plan), held(plan)]);
    expect([memory.statuses(), memory.known.notices[0]?.status]).toEqual([['DISPATCHED'], 'LIVE']);
    const steps = memory.apply([revised(plan, spared(false))]);
    expect(short(steps)).toEqual(['HELD 1']);
    expect(steps[0]).toMatchObject({ holdCause: 'OBJECTION', tasks: [{ id: memory.task().id, status: 'ON_HOLD', version: 2 }] });
    expect([memory.statuses(), memory.known.notices[0]]).toMatchObject([['ON_HOLD'], { status: 'HELD', holdExempt: false }]);
  });

  test('what it spares from now on runs again, and that is told; so does the information', () => {
    const [memory, plan] = [new Memory(), planMade(spared(false))];
    memory.apply([made(plan), held(plan)]);
    expect(short(memory.apply([revised(plan, spared(true))]))).toEqual(['RELEASED 1']);
    expect([memory.statuses(), memory.known.notices[0]]).toMatchObject([['DISPATCHED'], { status: 'LIVE', holdExempt: true }]);
  });

  test('what another list demands too runs on, and only its new version is told', () => {
    const who = party();
    const [memory, plan] = [new Memory(), planMade(spared(true), [who])];
    const other = planMade([measure('TAX-07', [executor('CZJ')], { canonicalCode: 'FUNDS' })], [{ ...who, partyId: party().partyId }]);
    memory.apply([made(plan), made(other), held(plan)]);
    expect(short(memory.apply([revised(plan, spared(false))]))).toEqual(['ADJUSTED 1']);
    expect(memory.statuses()).toEqual(['DISPATCHED']);
  });

  test('that comes after the new version holds what the new one does not spare', () => {
    const [memory, plan] = [new Memory(), planMade(spared(true))];
    memory.apply([made(plan), revised(plan, spared(false), 2), event(measurePlanHeld, planHeld(plan, { planVersion: 3 }))]);
    expect([memory.statuses(), memory.known.notices[0]?.status]).toEqual([['ON_HOLD'], 'HELD']);
  });

  test('information that was taken back is given again under the new terms', () => {
    const [memory, plan] = [new Memory(), planMade(spared(true))];
    memory.apply([made(plan), held(plan), revised(plan, spared(true).slice(0, 1)), revised(plan, spared(false), 4)]);
    expect(memory.known.notices).toMatchObject([{ status: 'HELD', holdExempt: false }]);
  });
});

test('a task that stops without a word to its department is refused, one that only has another version is told as adjusted', () => {
  const [memory, plan] = [new Memory(), planMade(spared(true))];
  memory.apply([made(plan)]);
  const task = { ...memory.task(), version: 2 };
  const [seen] = memory.known.plans;
  if (seen?.body === null || seen === undefined) throw new Error('no plan');
  const head = { plan: seen, body: seen.body, cause: made(plan) };
  expect(short(withAdjusted(head, [], [{ task, from: 'DISPATCHED' }]))).toEqual(['ADJUSTED 1']);
  expect(() => withAdjusted(head, [], [{ task, from: 'IN_EXECUTION' }])).toThrow('no step says it');
});
