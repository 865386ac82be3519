import { describe, expect, test } from '@jest/globals';
import { type EntryStatus, entryStatuses, type ListType, listTypes, principalSchema } from '@lianxin/contracts';
import {
  activatingActions,
  allowedActions,
  decideStep,
  type EntryAction,
  type EntryState,
  mayChange,
  receivingActions,
  statusOf,
  transitions,
} from './list-entry.rules.ts';

const states = Object.keys(transitions) as EntryState[];
const actions = [...new Set(states.flatMap((state) => Object.keys(transitions[state]) as EntryAction[]))];
/** Terminal states of domain §2.3. */
const terminal: EntryStatus[] = [
  'EXPIRED',
  'REPAIRED',
  'CORRECTED',
  'REVOKED',
  'EXCLUDED',
  'SUPERSEDED',
  'CLOSED_SUBJECT',
  'NOT_DESIGNATED',
];

/** Written down a second time from domain §2.4: number, from, action, to. */
const rows: readonly [string, string, EntryAction, string, (readonly ListType[])?][] = [
  ['T1', 'NONE', 'DRAFT', 'DRAFT'],
  ['T1a', 'DRAFT', 'EDIT', 'DRAFT'],
  ['T2', 'DRAFT', 'SUBMIT', 'CHECKING'],
  ['T2a', 'DRAFT CHECKING PRE_NOTICE HEARING PUBLIC_NOTICE DESIGNATED', 'WITHDRAW', 'NOT_DESIGNATED'],
  ['T3', 'CHECKING', 'PASS_CHECK', 'PUBLIC_NOTICE', ['RED']],
  ['T3', 'CHECKING', 'PASS_CHECK', 'PRE_NOTICE', ['BLACK', 'FOCUS']],
  ['T3', 'CHECKING', 'PASS_CHECK', 'DESIGNATED', ['ABNORMAL']],
  ['T3a', 'PRE_NOTICE', 'SERVE_NOTICE', 'PRE_NOTICE'],
  ['T3b', 'PUBLIC_NOTICE', 'OPEN_PUBLIC_NOTICE', 'PUBLIC_NOTICE'],
  ['T3c', 'PUBLIC_NOTICE', 'RECEIVE_PUBLIC_OBJECTION', 'PUBLIC_NOTICE'],
  ['T3d', 'PUBLIC_NOTICE', 'REJECT_PUBLIC_OBJECTION', 'PUBLIC_NOTICE'],
  ['T4', 'CHECKING PUBLIC_NOTICE DESIGNATED', 'HIT_CROSS_CHECK', 'NOT_DESIGNATED', ['RED']],
  ['T5', 'CHECKING', 'FAIL_IDENTITY', 'DRAFT'],
  ['T6', 'PRE_NOTICE', 'RECEIVE_DEFENCE', 'HEARING'],
  ['T6', 'DESIGNATED', 'RECEIVE_DEFENCE', 'HEARING', ['BLACK', 'FOCUS']],
  ['T7', 'PRE_NOTICE', 'WAIVE_DEFENCE', 'DESIGNATED'],
  ['T7', 'PRE_NOTICE', 'END_DEFENCE_PERIOD', 'DESIGNATED'],
  ['T8', 'HEARING', 'REJECT_DEFENCE', 'DESIGNATED'],
  ['T9', 'HEARING', 'UPHOLD_DEFENCE', 'NOT_DESIGNATED'],
  ['T10', 'PUBLIC_NOTICE', 'END_PUBLIC_NOTICE', 'DESIGNATED'],
  ['T11', 'PUBLIC_NOTICE', 'UPHOLD_PUBLIC_OBJECTION', 'NOT_DESIGNATED'],
  ['T12', 'DESIGNATED', 'SERVE', 'ACTIVE'],
  ['T12c', 'DESIGNATED', 'PREPARE_DECISION', 'DESIGNATED'],
  ['T12d', 'DESIGNATED', 'RETURN_DECISION', 'DESIGNATED'],
  ['T12e', 'DESIGNATED', 'SIGN_DECISION', 'DESIGNATED'],
  ['T12f', 'DESIGNATED', 'RECORD_SERVICE', 'DESIGNATED'],
  ['T12a', 'ACTIVE', 'RECOGNISE', 'ACTIVE'],
  ['T12b', 'ACTIVE', 'END_RECOGNITION', 'ACTIVE'],
  ['T12b', 'SUSPENDED', 'END_RECOGNITION', 'SUSPENDED'],
  ['T13', 'ACTIVE', 'DISPUTE', 'ACTIVE'],
  ['T13', 'SUSPENDED', 'DISPUTE', 'SUSPENDED'],
  ['T13', 'CLOSED_SUBJECT', 'DISPUTE', 'CLOSED_SUBJECT'],
  ['T13a', 'ACTIVE', 'END_DISPUTE', 'ACTIVE'],
  ['T13a', 'SUSPENDED', 'END_DISPUTE', 'SUSPENDED'],
  ['T13b', 'ACTIVE', 'AMEND', 'ACTIVE'],
  ['T13b', 'SUSPENDED', 'AMEND', 'SUSPENDED'],
  ['T13c', 'ACTIVE', 'PROPOSE_CORRECTION', 'ACTIVE'],
  ['T13c', 'SUSPENDED', 'PROPOSE_CORRECTION', 'SUSPENDED'],
  ['T13d', 'ACTIVE', 'RETURN_CORRECTION', 'ACTIVE'],
  ['T13d', 'SUSPENDED', 'RETURN_CORRECTION', 'SUSPENDED'],
  ['T13e', 'ACTIVE', 'BEGIN_REVIEW', 'ACTIVE'],
  ['T13e', 'SUSPENDED', 'BEGIN_REVIEW', 'SUSPENDED'],
  ['T13f', 'ACTIVE', 'END_REVIEW', 'ACTIVE'],
  ['T13f', 'SUSPENDED', 'END_REVIEW', 'SUSPENDED'],
  ['T13a', 'CLOSED_SUBJECT', 'END_DISPUTE', 'CLOSED_SUBJECT'],
  ['T13f', 'CLOSED_SUBJECT', 'END_REVIEW', 'CLOSED_SUBJECT'],
  ['T13g', 'REPAIRED', 'NOTE_OBJECTION', 'REPAIRED'],
  ['T13g', 'CLOSED_SUBJECT', 'NOTE_OBJECTION', 'CLOSED_SUBJECT'],
  ['T14', 'ACTIVE', 'SUSPEND', 'SUSPENDED'],
  ['T15', 'SUSPENDED', 'RESUME', 'ACTIVE'],
  ['T16', 'ACTIVE SUSPENDED', 'EXPIRE', 'EXPIRED'],
  ['T16a', 'ACTIVE SUSPENDED', 'EXIT', 'EXPIRED'],
  ['T16b', 'ACTIVE', 'RECORD_PERFORMANCE', 'ACTIVE', ['BLACK', 'FOCUS', 'ABNORMAL']],
  ['T16b', 'SUSPENDED', 'RECORD_PERFORMANCE', 'SUSPENDED', ['BLACK', 'FOCUS', 'ABNORMAL']],
  ['T17', 'ACTIVE SUSPENDED', 'REPAIR', 'REPAIRED', ['BLACK', 'FOCUS', 'ABNORMAL']],
  ['T18a', 'ACTIVE', 'REQUEST_CORRECTION', 'ACTIVE'],
  ['T18a', 'SUSPENDED', 'REQUEST_CORRECTION', 'SUSPENDED'],
  ['T18b', 'ACTIVE', 'REJECT_CORRECTION', 'ACTIVE'],
  ['T18b', 'SUSPENDED', 'REJECT_CORRECTION', 'SUSPENDED'],
  ['T18', 'ACTIVE SUSPENDED EXPIRED REPAIRED EXCLUDED SUPERSEDED CLOSED_SUBJECT', 'CORRECT', 'CORRECTED'],
  ['T19', 'ACTIVE SUSPENDED EXPIRED REPAIRED EXCLUDED SUPERSEDED CLOSED_SUBJECT', 'REVOKE_BASIS', 'REVOKED'],
  ['T20', 'ACTIVE SUSPENDED', 'EXCLUDE', 'EXCLUDED', ['RED']],
  ['T20a', 'EXCLUDED', 'RESTORE_HONOUR', 'EXCLUDED', ['RED']],
  ['T21', 'ACTIVE', 'SUPERSEDE', 'SUPERSEDED'],
  ['T22', 'DRAFT CHECKING PRE_NOTICE HEARING PUBLIC_NOTICE DESIGNATED ACTIVE SUSPENDED', 'END_SUBJECT', 'CLOSED_SUBJECT'],
  ['T14a', 'ACTIVE', 'MISS_SOURCE', 'ACTIVE'],
  ['T14a', 'SUSPENDED', 'MISS_SOURCE', 'SUSPENDED'],
  ['T15a', 'ACTIVE', 'CONFIRM_SOURCE', 'ACTIVE'],
  ['T15a', 'SUSPENDED', 'CONFIRM_SOURCE', 'SUSPENDED'],
  ['T22a', 'CLOSED_SUBJECT', 'END_PARTIES', 'CLOSED_SUBJECT'],
  ['T23', 'REPAIRED', 'REVOKE_REPAIR', 'ACTIVE'],
  ['T23a', 'REPAIRED', 'RECORD_FRAUD', 'REPAIRED'],
];

describe('states and transitions of a list entry (domain §2.3–2.4)', () => {
  test('every state of the rule book stands in the table, and nothing else', () => {
    expect(states.filter((state) => state !== 'NONE').sort()).toEqual([...entryStatuses].sort());
  });

  test('every transition T1–T23 leads where the rule book says, and every other demand is refused by name', () => {
    for (const listType of listTypes) {
      for (const state of states) {
        for (const action of actions) {
          const row = rows.find(
            ([, from, asked, , only]) =>
              asked === action && from.split(' ').includes(state) && (only === undefined || only.includes(listType)),
          );
          const decided = decideStep(state, action, listType);
          if (row !== undefined) {
            const step = { transition: row[0], from: state === 'NONE' ? null : state, to: row[3] };
            expect([state, action, listType, decided]).toEqual([state, action, listType, { ok: true, step }]);
            continue;
          }
          expect(decided).toMatchObject({ ok: false, code: 'TRANSITION_NOT_ALLOWED' });
          const detail = decided.ok ? '' : decided.detail;
          for (const word of [state, action, ...allowedActions(state, listType)]) expect(detail).toContain(word);
        }
      }
    }
  });

  test('every state can be reached on some list', () => {
    const reached = new Set<EntryState>(['NONE']);
    for (let size = 0; size < reached.size; ) {
      size = reached.size;
      for (const state of [...reached]) {
        for (const listType of listTypes) {
          for (const action of allowedActions(state, listType)) {
            const decided = decideStep(state, action, listType);
            if (decided.ok) reached.add(decided.step.to);
          }
        }
      }
    }
    expect([...reached].sort()).toEqual([...states].sort());
  });

  test('a terminal entry is never opened again, except by the revocation of its repair (T23)', () => {
    const back = terminal.flatMap((state) =>
      listTypes.flatMap((listType) =>
        allowedActions(state, listType).flatMap((action) => {
          const decided = decideStep(state, action, listType);
          return decided.ok && !terminal.includes(decided.step.to) ? [decided.step.transition] : [];
        }),
      ),
    );
    expect(new Set(back)).toEqual(new Set(['T23']));
  });

  test('a complete designation walks from nothing to ACTIVE on every kind of list', () => {
    const walks = listTypes.map((listType) => {
      let state: EntryState = 'NONE';
      return [...receivingActions, ...activatingActions(listType)].map((action) => {
        const decided = decideStep(state, action, listType);
        if (!decided.ok) throw new Error(decided.detail);
        state = decided.step.to;
        return decided.step.transition;
      });
    });
    expect(Object.fromEntries(listTypes.map((listType, index) => [listType, walks[index]?.join(' ')]))).toEqual({
      BLACK: 'T1 T2 T3 T7 T12',
      RED: 'T1 T2 T3 T10 T12',
      FOCUS: 'T1 T2 T3 T7 T12',
      ABNORMAL: 'T1 T2 T3 T12',
    });
  });

  test('the status of an entry is that of its newest fact, in whatever order they are read', () => {
    expect(statusOf([])).toBe('NONE');
    expect(
      statusOf([
        { version: 3, to: 'ACTIVE' },
        { version: 4, to: 'SUSPENDED' },
        { version: 1, to: 'DRAFT' },
      ]),
    ).toBe('SUSPENDED');
  });
});

describe('who may change an entry (谁认定、谁负责)', () => {
  const who = (roles: string[], departments: string[] = []) =>
    principalSchema.parse({ id: 'x', kind: 'API_CLIENT', roles, departments, displayName: 'x' });
  const entry = (origin: 'CITY' | 'NATIONAL' | 'PROVINCIAL' | 'LEGACY') => ({ departmentCode: 'RSJ', origin });

  test('its designating unit, and nobody else, changes an entry of this city', () => {
    expect(mayChange(who(['DEPT_HANDLER'], ['RSJ']), entry('CITY'))).toBe(true);
    expect(mayChange(who(['DEPT_APPROVER'], ['RSJ']), entry('CITY'))).toBe(true);
    for (const other of [
      who(['DEPT_HANDLER'], ['SHUIJ']),
      who(['WINDOW_CLERK'], ['RSJ']),
      who(['DEPT_LIAISON'], ['RSJ']),
      who(['CREDIT_OFFICE']),
      who(['CREDIT_CENTRE_OPERATOR']),
      who(['AUDITOR']),
      who([], ['RSJ']),
    ])
      expect(mayChange(other, entry('CITY'))).toBe(false);
  });

  test('the credit office or centre, and no local unit, changes an entry that came from above (R-2-16)', () => {
    for (const origin of ['NATIONAL', 'PROVINCIAL'] as const) {
      expect(mayChange(who(['CREDIT_OFFICE']), entry(origin))).toBe(true);
      expect(mayChange(who(['CREDIT_CENTRE_OPERATOR']), entry(origin))).toBe(true);
      expect(mayChange(who(['DEPT_HANDLER'], ['RSJ']), entry(origin))).toBe(false);
      expect(mayChange(who(['AUDITOR']), entry(origin))).toBe(false);
    }
    expect(mayChange(who(['DEPT_HANDLER'], ['RSJ']), entry('LEGACY'))).toBe(true);
    expect(mayChange(who(['CREDIT_OFFICE']), entry('LEGACY'))).toBe(true);
    expect(mayChange(who(['DEPT_HANDLER'], ['SHUIJ']), entry('LEGACY'))).toBe(false);
  });
});
