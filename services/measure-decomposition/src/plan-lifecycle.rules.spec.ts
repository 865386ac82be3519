import { describe, expect, test } from '@jest/globals';
import type { EntryStatus } from '@lianxin/contracts';
import { decideSteps, type EntryState, type Happening, type Heard, type PlanStatus, transitions } from './plan-lifecycle.rules.ts';

const heard = (happening: Happening, entryVersion: number, status: EntryStatus = 'ACTIVE', activationNo = 1): Heard => ({
  happening,
  entryVersion,
  activationNo,
  status,
});

/** Folds facts; returns the steps that each of them brought. */
function follow(...facts: Heard[]) {
  let state: EntryState | undefined;
  const steps = facts.map((fact, place) => {
    const decided = decideSteps(state, fact, `plan-${place}`);
    state = decided.state;
    return decided.steps.map((step) => `${step.kind} ${step.plan.planId} v${step.plan.planVersion}`);
  });
  return { steps, state };
}

test('a plan is made, held, released and ended, each step one version on', () => {
  const { steps, state } = follow(
    heard('ACTIVATED', 3),
    heard('SUSPENDED', 4, 'SUSPENDED'),
    heard('RESUMED', 5),
    heard('EXITED', 6, 'EXPIRED'),
  );
  expect(steps).toEqual([['MADE plan-0 v1'], ['HELD plan-0 v2'], ['RELEASED plan-0 v3'], ['ENDED plan-0 v4']]);
  expect(state).toEqual({
    entryVersion: 6,
    activationNo: 1,
    plans: [{ planId: 'plan-0', activationNo: 1, planVersion: 4, status: 'ENDED', inError: false, holds: [] }],
  });
});

test.each<[string, Heard[], string[][]]>([
  ['the same fact again does nothing', [heard('ACTIVATED', 3), heard('ACTIVATED', 3)], [['MADE plan-0 v1'], []]],
  [
    'an older fact does nothing',
    [heard('ACTIVATED', 3), heard('EXITED', 5, 'EXPIRED'), heard('SUSPENDED', 4)],
    [['MADE plan-0 v1'], ['ENDED plan-0 v2'], []],
  ],
  [
    'an entry that is stopped and disputed runs again only when both are over (T13, T14)',
    [heard('ACTIVATED', 1), heard('DISPUTED', 2), heard('SUSPENDED', 3, 'SUSPENDED'), heard('RESUMED', 4), heard('UNDISPUTED', 5)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], ['HELD plan-0 v3'], ['HELD plan-0 v4'], ['RELEASED plan-0 v5']],
  ],
  [
    'the end of a dispute does not run what a court has stopped',
    [heard('ACTIVATED', 1), heard('SUSPENDED', 2, 'SUSPENDED'), heard('DISPUTED', 3, 'SUSPENDED'), heard('UNDISPUTED', 4, 'SUSPENDED')],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], ['HELD plan-0 v3'], ['HELD plan-0 v4']],
  ],
  [
    'a second dispute of what is disputed does nothing',
    [heard('ACTIVATED', 1), heard('DISPUTED', 2), heard('DISPUTED', 3)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], []],
  ],
  [
    'a disputed plan that ends stays ended',
    [heard('ACTIVATED', 1), heard('DISPUTED', 2), heard('EXITED', 3, 'CORRECTED'), heard('UNDISPUTED', 4)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], ['ENDED plan-0 v3'], []],
  ],
  [
    'an older hold that comes late does not stop what runs again',
    [heard('ACTIVATED', 1), heard('SUSPENDED', 2), heard('RESUMED', 3), heard('SUSPENDED', 2)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], ['RELEASED plan-0 v3'], []],
  ],
  [
    'an older release that comes late does not run what is held',
    [heard('ACTIVATED', 1), heard('SUSPENDED', 4), heard('RESUMED', 3)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], []],
  ],
  ['a listing that comes after its own exit makes no plan', [heard('EXITED', 5, 'CORRECTED'), heard('ACTIVATED', 3)], [[], []]],
  ['an exit of an entry without a plan is only noted', [heard('EXITED', 5, 'EXPIRED')], [[]]],
  [
    'a hold of what is held does nothing',
    [heard('ACTIVATED', 1), heard('SUSPENDED', 2), heard('SUSPENDED', 3)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], []],
  ],
  ['a release of what runs does nothing', [heard('ACTIVATED', 1), heard('RESUMED', 2)], [['MADE plan-0 v1'], []]],
  [
    'a held plan ends without being released',
    [heard('ACTIVATED', 1), heard('SUSPENDED', 2), heard('EXITED', 3, 'REPAIRED')],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], ['ENDED plan-0 v3']],
  ],
  [
    'an ended plan neither holds nor runs again',
    [heard('ACTIVATED', 1), heard('EXITED', 2, 'EXPIRED'), heard('SUSPENDED', 3), heard('RESUMED', 4)],
    [['MADE plan-0 v1'], ['ENDED plan-0 v2'], [], []],
  ],
  [
    'a second exit does nothing',
    [heard('ACTIVATED', 1), heard('EXITED', 2, 'EXPIRED'), heard('EXITED', 3, 'EXPIRED')],
    [['MADE plan-0 v1'], ['ENDED plan-0 v2'], []],
  ],
  [
    'an exit that later proves an error is said again (T18)',
    [heard('ACTIVATED', 1), heard('EXITED', 2, 'EXPIRED'), heard('EXITED', 3, 'CORRECTED'), heard('EXITED', 4, 'CORRECTED')],
    [['MADE plan-0 v1'], ['ENDED plan-0 v2'], ['ENDED plan-0 v3'], []],
  ],
  [
    'a revoked repair makes a new plan (T23)',
    [heard('ACTIVATED', 1), heard('EXITED', 2, 'REPAIRED'), heard('ACTIVATED', 3, 'ACTIVE', 2), heard('EXITED', 4, 'EXPIRED', 2)],
    [['MADE plan-0 v1'], ['ENDED plan-0 v2'], ['MADE plan-2 v1'], ['ENDED plan-2 v2']],
  ],
  [
    'the same activation told by a newer fact makes no second plan',
    [heard('ACTIVATED', 1), heard('ACTIVATED', 2)],
    [['MADE plan-0 v1'], []],
  ],
  [
    'an entry that is over for its subject is over for those parties once; it ends for the rest later (T22)',
    [
      heard('ACTIVATED', 1),
      heard('NARROWED', 2, 'CLOSED_SUBJECT'),
      heard('NARROWED', 2, 'CLOSED_SUBJECT'),
      heard('EXITED', 3, 'CLOSED_SUBJECT'),
    ],
    [['MADE plan-0 v1'], ['NARROWED plan-0 v2'], [], ['ENDED plan-0 v3']],
  ],
  [
    'what is held stays held for the others',
    [heard('ACTIVATED', 1), heard('SUSPENDED', 2, 'SUSPENDED'), heard('NARROWED', 3, 'CLOSED_SUBJECT'), heard('RESUMED', 4)],
    [['MADE plan-0 v1'], ['HELD plan-0 v2'], ['NARROWED plan-0 v3'], ['RELEASED plan-0 v4']],
  ],
  [
    'an ended plan is not narrowed',
    [heard('ACTIVATED', 1), heard('EXITED', 2, 'EXPIRED'), heard('NARROWED', 3)],
    [['MADE plan-0 v1'], ['ENDED plan-0 v2'], []],
  ],
  [
    'an exit meets every plan that has not ended',
    [heard('ACTIVATED', 1), heard('ACTIVATED', 3, 'ACTIVE', 2), heard('EXITED', 4, 'EXPIRED', 2)],
    [['MADE plan-0 v1'], ['MADE plan-1 v1'], ['ENDED plan-0 v2', 'ENDED plan-1 v2']],
  ],
])('%s', (_name, facts, expected) => {
  expect(follow(...facts).steps).toEqual(expected);
});

describe('the table of states', () => {
  test('every state can be reached and an ended plan stays ended', () => {
    const reached = new Set<PlanStatus>(['LIVE']);
    for (const status of reached) for (const next of Object.values(transitions[status])) reached.add(next);
    expect([...reached].sort()).toEqual(Object.keys(transitions).sort());
    expect(new Set(Object.values(transitions.ENDED))).toEqual(new Set(['ENDED']));
  });

  test.each(['CORRECTED', 'REVOKED'] as const)('an entry that is %s was wrong from the start', (status) => {
    expect(follow(heard('ACTIVATED', 1), heard('EXITED', 2, status)).state?.plans[0]?.inError).toBe(true);
  });

  test.each(['EXPIRED', 'REPAIRED', 'EXCLUDED', 'SUPERSEDED', 'CLOSED_SUBJECT'] as const)('an entry that is %s was not', (status) => {
    expect(follow(heard('ACTIVATED', 1), heard('EXITED', 2, status)).state?.plans[0]?.inError).toBe(false);
  });
});
