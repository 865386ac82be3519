import { describe, expect, test } from '@jest/globals';
import {
  type LianxinEvent,
  listEntryActivated,
  listEntryAdvanced,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryRecognitionEnded,
  listEntryResumed,
  measurePlanCorrected,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanNarrowed,
  measurePlanReleased,
  measurePlanRevised,
} from '@lianxin/contracts';
import { foldEntries, foldPlans, type PlanState, partyChanges, planKey } from './read-model.rules.ts';

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

describe('a plan that is derived again (R-4-8)', () => {
  const parties = [{ partyId: 'a', subjectId: 's1', role: 'SUBJECT' }];
  const groups = (...measureCodes: string[]) => [{ partyIds: ['a'], measureCodes, skips: [] }];
  const first = event(measurePlanMade, { ...plan, planVersion: 1, measures: [], parties, groups: groups('OLD') });
  const again = (planVersion: number, ...codes: string[]) =>
    event(measurePlanRevised, { ...plan, planVersion, catalogueVersion: 2, measures: [], parties, groups: groups(...codes) });

  test('has another body and stays held', () => {
    expect(after(first, held, again(3, 'NEW'))).toMatchObject({ status: 'HELD', planVersion: 3, body: { catalogueVersion: 2 } });
    expect(after(first, over, again(3, 'NEW'))).toMatchObject({ status: 'ENDED', planVersion: 4 });
  });

  test('from corrected facts of its entry has their end and measures at once, and stays held (§6.4)', () => {
    const body = { ...plan, planVersion: 3, catalogueVersion: 1, measures: [], parties, groups: groups('LESS'), validTo: '2027-01-01' };
    const corrected = event(measurePlanCorrected, body);
    expect(after(first, held, corrected)).toMatchObject({ status: 'HELD', planVersion: 3, body: { validTo: '2027-01-01' } });
    expect(partyChanges(new Map(), [first, corrected])).toMatchObject({ said: [{ measureCodes: ['LESS'] }], again: [{ planVersion: 3 }] });
  });

  test('concerns whom its last word says, also within one batch; what comes late changes nobody', () => {
    const codes = (known: ReadonlyMap<string, PlanState>, ...events: LianxinEvent[]) =>
      partyChanges(known, events).said.flatMap((party) => party.measureCodes);
    expect(codes(new Map(), first, again(2, 'NEW'))).toEqual(['NEW']);
    expect(codes(new Map(), again(2, 'NEW'), first)).toEqual(['NEW']);
    const known = foldPlans(new Map(), [first, again(2, 'NEW')]);
    expect(codes(known, first, again(2, 'OLD'))).toEqual([]);
    expect(partyChanges(known, [again(3)])).toMatchObject({ said: [], again: [{ planVersion: 3 }], left: [] });
  });
});

describe('an entry', () => {
  const head = { entryId: 'e1', activationNo: 1, status: 'ACTIVE' };
  const activated = event(listEntryActivated, { ...head, entryVersion: 3, decision: { number: '决1号', date: '2026-11-01' } });

  test('keeps its decision and its dispute over later news of other things', () => {
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 4 });
    const resumed = event(listEntryResumed, { ...head, entryVersion: 5 });
    expect(foldEntries([activated, disputed, resumed])).toEqual([
      { ...head, entryVersion: 5, disputed: true, unconfirmed: false, review: null, decisionNumber: '决1号', decisionDate: '2026-11-01' },
    ]);
  });

  test('has the decision that was corrected, and its dispute still', () => {
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 4 });
    const corrected = event(listEntryCorrected, { ...head, entryVersion: 5, decision: { number: '决1号', date: '2026-10-30' } });
    expect(foldEntries([activated, disputed, corrected])).toMatchObject([{ entryVersion: 5, disputed: true, decisionDate: '2026-10-30' }]);
  });

  test('is in review from T13e to T13f, whatever else is told, and also over its end and return; other steps tell nothing of it (R-6-6)', () => {
    const step = (entryVersion: number, transition: string, reviewKind?: string) =>
      event(listEntryAdvanced, { ...head, entryVersion, transition, reviewKind });
    const begun = step(4, 'T13e', 'LITIGATION');
    const back = event(listEntryActivated, { ...head, entryVersion: 6, activationNo: 2 });
    const reviews = (...events: LianxinEvent[]) => foldEntries(events).map(({ entryVersion, review }) => [entryVersion, review]);
    expect(reviews(activated, begun, event(listEntryResumed, { ...head, entryVersion: 5 }))).toEqual([[5, 'LITIGATION']]);
    expect(reviews(begun, back)).toEqual([[6, 'LITIGATION']]);
    expect(reviews(begun, step(5, 'T16b'))).toEqual([[4, 'LITIGATION']]);
    expect(reviews(begun, step(5, 'T13f'))).toEqual([[5, 'NONE']]);
    expect(reviews(step(5, 'T13f'), begun)).toEqual([[5, 'NONE']]);
    expect(reviews(step(4, 'T13e'))).toEqual([[4, 'UNKNOWN']]);
    expect(reviews(step(3, 'T12e'))).toEqual([]);
  });

  test('of which a review begins or ends has the effect that it had: one without effect here gets none by its mark (R-2-16, R-6-6)', () => {
    const step = (entryVersion: number, transition: string) => event(listEntryAdvanced, { ...head, entryVersion, transition });
    const ended = event(listEntryRecognitionEnded, { ...head, entryVersion: 4 });
    const statuses = (...events: LianxinEvent[]) => foldEntries(events).map(({ status }) => status);
    expect(statuses(activated, step(4, 'T13e'))).toEqual(['ACTIVE']);
    expect(statuses(activated, ended, step(5, 'T13e'), step(6, 'T13f'))).toEqual(['RECOGNITION_ENDED']);
    expect(statuses(step(5, 'T13e'))).toEqual([null]);
  });

  test('that is closed for its subject goes on for the persons whom it binds when one of them disputes it, and when that ends (T22, T13, T13a)', () => {
    const closed = { ...head, status: 'CLOSED_SUBJECT' };
    const since = event(listEntryDisputed, { ...closed, entryVersion: 5 });
    expect(foldEntries([activated, since])).toMatchObject([{ entryVersion: 5, status: 'ACTIVE', disputed: true }]);
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 4 });
    const ended = event(listEntryDisputeEnded, { ...closed, entryVersion: 6 });
    expect(foldEntries([activated, disputed, ended])).toMatchObject([{ entryVersion: 6, status: 'ACTIVE', disputed: false }]);
    expect(foldEntries([ended])).toMatchObject([{ status: null, disputed: false }]);
    expect(foldEntries([activated, event(listEntryExited, { ...closed, entryVersion: 5 })])).toMatchObject([{ status: 'CLOSED_SUBJECT' }]);
  });

  test('of an older version says nothing', () => {
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 2 });
    expect(foldEntries([activated, disputed])).toMatchObject([{ entryVersion: 3, disputed: false }]);
  });

  test('that a revoked repair brings back is disputed only if that is said again (T23)', () => {
    const disputed = event(listEntryDisputed, { ...head, entryVersion: 4 });
    const back = event(listEntryActivated, { ...head, entryVersion: 6, activationNo: 2 });
    const again = event(listEntryDisputed, { ...head, entryVersion: 7, activationNo: 2 });
    expect(foldEntries([activated, disputed, back])).toMatchObject([{ disputed: false }]);
    expect(foldEntries([activated, disputed, back, again])).toMatchObject([{ disputed: true }]);
  });
});
