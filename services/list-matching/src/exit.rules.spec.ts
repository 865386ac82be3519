import { describe, expect, test } from '@jest/globals';
import { type ExitGround, exitGrounds, type ListType } from '@lianxin/contracts';
import { allowedGrounds, decideExit } from './exit.rules.ts';
import { decideStep } from './list-entry.rules.ts';

const today = '2026-11-23';
const black = { type: 'BLACK', courtExit: false } as const;
const court = { type: 'BLACK', courtExit: true } as const;
const red = { type: 'RED', courtExit: false } as const;
const entry = { decisionDate: '2026-11-02', validTo: '2029-11-23' };
const decide = (ground: ExitGround, list: { type: ListType; courtExit: boolean } = black, date = today, of = entry) =>
  decideExit({ ground, date }, of, list, today);

describe('grounds on which an entry leaves its list (R-2-11, R-2-12)', () => {
  test('each ground ends an active entry in the state that the rule book names', () => {
    const ends = (list: { type: ListType; courtExit: boolean }) =>
      Object.fromEntries(
        exitGrounds.flatMap((ground) => {
          const decided = decideExit({ ground, date: today }, { ...entry, validTo: '2026-11-22' }, list, today);
          if (!decided.ok) return [];
          const step = decideStep('ACTIVE', decided.action, list.type);
          return [[ground, step.ok ? step.step.to : step.code]];
        }),
      );
    const common = {
      TERM_REACHED: 'EXPIRED',
      DESIGNATION_WRONG: 'CORRECTED',
      BASIS_REVOKED: 'REVOKED',
      LIST_ABOLISHED: 'EXPIRED',
      SUBJECT_ENDED: 'CLOSED_SUBJECT',
    };
    const punished = { ...common, DUTIES_PERFORMED: 'EXPIRED', BANKRUPTCY_PLAN_COMPLETED: 'EXPIRED' };
    expect(ends(black)).toEqual({ ...punished, REPAIRED: 'REPAIRED' });
    expect(ends({ type: 'FOCUS', courtExit: false })).toEqual({ ...punished, REPAIRED: 'REPAIRED' });
    expect(ends({ type: 'ABNORMAL', courtExit: false })).toEqual({ ...punished, REPAIRED: 'REPAIRED' });
    expect(ends(court)).toEqual({
      ...punished,
      SETTLEMENT_PERFORMED: 'EXPIRED',
      CREDITOR_CONSENT: 'EXPIRED',
      NO_ASSETS_FOUND: 'EXPIRED',
      TRIAL_SUPERVISION_OR_BANKRUPTCY: 'EXPIRED',
      ENFORCEMENT_DENIED: 'EXPIRED',
      ENFORCEMENT_TERMINATED: 'EXPIRED',
    });
    expect(ends(red)).toEqual({ ...common, CRITERIA_LOST: 'EXCLUDED', BLACK_LISTED: 'EXCLUDED', OWN_WAIVER: 'EXPIRED' });
  });

  test.each<[string, ExitGround, { type: ListType; courtExit: boolean }]>([
    ['an entry of the court is never a repair case', 'REPAIRED', court],
    ['the grounds of the court are not open to other units', 'CREDITOR_CONSENT', black],
    ['a punished subject cannot waive its listing', 'OWN_WAIVER', black],
    ['a black entry is not excluded', 'BLACK_LISTED', black],
    ['an honour is not repaired', 'REPAIRED', red],
    ['an honour is not lost by performing duties', 'DUTIES_PERFORMED', red],
  ])('%s', (_title, ground, list) => {
    const decided = decide(ground, list);
    expect(decided).toMatchObject({ ok: false, code: 'GROUND_NOT_ALLOWED', pointer: '/ground' });
    for (const allowed of allowedGrounds(list)) expect(decided.ok ? '' : decided.detail).toContain(allowed);
  });

  test('an exit cannot be dated tomorrow, nor before the decision', () => {
    expect(decide('DUTIES_PERFORMED', black, '2026-11-24')).toMatchObject({ ok: false, code: 'DATE_IN_FUTURE', pointer: '/date' });
    expect(decide('DUTIES_PERFORMED', black, '2026-11-01')).toMatchObject({ ok: false, code: 'DATE_ORDER', pointer: '/date' });
    expect(decide('DUTIES_PERFORMED', black, '2026-11-02')).toMatchObject({ ok: true });
  });

  test('a term is reached only after its last day is over', () => {
    expect(decide('TERM_REACHED')).toMatchObject({ ok: false, code: 'GROUND_NOT_ALLOWED' });
    expect(decide('TERM_REACHED', black, today, { ...entry, validTo: today })).toMatchObject({ ok: false, code: 'GROUND_NOT_ALLOWED' });
    expect(decideExit({ ground: 'TERM_REACHED', date: today }, { ...entry, validTo: null }, red, today)).toMatchObject({ ok: false });
    expect(decide('TERM_REACHED', black, today, { ...entry, validTo: '2026-11-22' })).toMatchObject({ ok: true });
  });
});
