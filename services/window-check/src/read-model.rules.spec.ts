import { describe, expect, test } from '@jest/globals';
import {
  type LianxinEvent,
  listEntryActivated,
  listEntryDisputed,
  listEntryResumed,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
} from '@lianxin/contracts';
import { foldEntries, foldPlans, type PlanState, planKey } from './read-model.rules.ts';

const plan = { entryId: 'e1', activationNo: 1, planId: 'p1' };
const event = (definition: { type: string }, data: object) => ({ type: definition.type, data }) as LianxinEvent;
const made = event(measurePlanMade, { ...plan, planVersion: 1, measures: [], listType: 'BLACK', validTo: null });
const held = event(measurePlanHeld, { ...plan, planVersion: 2, cause: 'OBJECTION' });
const released = event(measurePlanReleased, { ...plan, planVersion: 3 });
const over = event(measurePlanEnded, { ...plan, planVersion: 4 });
const after = (...events: LianxinEvent[]) => foldPlans(new Map(), events).get(planKey(plan));

describe('a plan', () => {
  test('is what its newest version says, whatever comes late', () => {
    expect(after(made, held)).toMatchObject({ status: 'HELD', holdCause: 'OBJECTION', planVersion: 2 });
    expect(after(made, held, released)).toMatchObject({ status: 'LIVE', holdCause: null, planVersion: 3 });
    expect(after(made, released, held)).toMatchObject({ status: 'LIVE', planVersion: 3 });
    expect(after(made, over, held)).toMatchObject({ status: 'ENDED', planVersion: 4 });
    expect(after(over, made)).toMatchObject({ status: 'ENDED', planVersion: 4, body: { listType: 'BLACK' } });
  });

  test('that is known and told again has not changed', () => {
    const known = new Map([[planKey(plan), foldPlans(new Map(), [made, held]).get(planKey(plan)) as PlanState]]);
    expect(foldPlans(known, [made, held]).size).toBe(0);
  });

  test('that ends for some of its parties stays held for the others', () => {
    expect(after(made, held, event(measurePlanNarrowed, { ...plan, planVersion: 3 }))).toMatchObject({
      status: 'HELD',
      holdCause: 'OBJECTION',
    });
  });
});

describe('an entry', () => {
  const head = { entryId: 'e1', activationNo: 1, status: 'ACTIVE' };
  const activated = event(listEntryActivated, { ...head, entryVersion: 3, decision: { number: '决1号', date: '2026-11-01' } });

  test('keeps its decision and its dispute over later news of other things', () => {
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 4 });
    const resumed = event(listEntryResumed, { ...head, entryVersion: 5 });
    expect(foldEntries([activated, disputed, resumed])).toEqual([
      { ...head, entryVersion: 5, disputed: true, unconfirmed: false, decisionNumber: '决1号', decisionDate: '2026-11-01' },
    ]);
  });

  test('of an older version says nothing', () => {
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 2 });
    expect(foldEntries([activated, disputed])).toMatchObject([{ entryVersion: 3, disputed: null }]);
  });
});
