import { describe, expect, test } from '@jest/globals';
import { entryStatuses, type Role, roles } from '@lianxin/contracts';
import { principalOf } from '@lianxin/testing';
import { endedAccessOf, endedStatuses, mayReadEntry, mayReadRecord } from './ended-entry.rules.ts';
import { allowedActions } from './list-entry.rules.ts';

const departmental: readonly Role[] = ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'COUNTY_CREDIT_OFFICE', 'WINDOW_CLERK'];
const accessOf = (role: Role) => endedAccessOf(principalOf([role], departmental.includes(role) ? ['RSJ'] : []));
const ended = { status: 'REPAIRED', list_type: 'BLACK', department_code: 'RSJ', origin: 'CITY' } as const;

describe('ended punishments (R-7-1a)', () => {
  test('are read by the unit that designated, the credit office and the audit, by nobody else', () => {
    expect(roles.filter((role) => mayReadEntry(accessOf(role), ended))).toEqual([
      'DEPT_HANDLER',
      'DEPT_APPROVER',
      'DEPT_LIAISON',
      'CREDIT_OFFICE',
      'COUNTY_CREDIT_OFFICE',
      'AUDITOR',
    ]);
  });

  test('of another unit by the credit office and the audit alone; what came from above also by the centre that keeps it', () => {
    expect(roles.filter((role) => mayReadEntry(accessOf(role), { ...ended, department_code: 'SHUIJ' }))).toEqual([
      'CREDIT_OFFICE',
      'AUDITOR',
    ]);
    expect(roles.filter((role) => mayReadEntry(accessOf(role), { ...ended, department_code: 'SHUIJ', origin: 'NATIONAL' }))).toEqual([
      'CREDIT_OFFICE',
      'CREDIT_CENTRE_OPERATOR',
      'AUDITOR',
    ]);
  });

  test('are all that have left a list by whatever road, or were never put on one', () => {
    const left = entryStatuses.filter((status) => !mayReadEntry(accessOf('WINDOW_CLERK'), { ...ended, status }));
    expect(left.sort()).toEqual([...endedStatuses].sort());
    for (const status of endedStatuses) expect([status, allowedActions(status, 'BLACK').includes('SUSPEND')]).toEqual([status, false]);
  });

  test('an honour that ended is no punishment; nor is one ended that still binds the persons whom the decision names', () => {
    expect(mayReadEntry(accessOf('WINDOW_CLERK'), { ...ended, list_type: 'RED' })).toBe(true);
    expect(mayReadEntry(accessOf('SUPERVISOR'), { ...ended, status: 'CLOSED_SUBJECT', parties_continue: true })).toBe(true);
    expect(mayReadEntry(accessOf('SUPERVISOR'), { ...ended, status: 'CLOSED_SUBJECT', parties_continue: false })).toBe(false);
    for (const listType of ['FOCUS', 'ABNORMAL', 'BLACK'] as const)
      expect(mayReadEntry(accessOf('SUPERVISOR'), { ...ended, list_type: listType })).toBe(false);
  });

  test('penalties and abnormal operation that are no longer public, but licences', () => {
    const record = { status: 'STOPPED', kind: 'PENALTY', department_code: 'RSJ' } as const;
    expect(mayReadRecord(accessOf('WINDOW_CLERK'), record)).toBe(false);
    expect(mayReadRecord(accessOf('SUPERVISOR'), { ...record, status: 'WITHDRAWN', kind: 'ABNORMAL' })).toBe(false);
    expect(mayReadRecord(accessOf('WINDOW_CLERK'), { ...record, kind: 'LICENCE' })).toBe(true);
    expect(mayReadRecord(accessOf('WINDOW_CLERK'), { ...record, status: 'PUBLISHED' })).toBe(true);
    expect(mayReadRecord(accessOf('DEPT_HANDLER'), record)).toBe(true);
    expect(mayReadRecord(accessOf('DEPT_HANDLER'), { ...record, department_code: 'SHUIJ' })).toBe(false);
  });
});
