import { describe, expect, test } from '@jest/globals';
import { cityWideRoles, type Role } from '@lianxin/contracts';
import { checkClient } from './api-client.rules.ts';

const refusedAt = (roles: Role[], departments: string[]) => {
  const decision = checkClient({ roles, departments });
  return decision.ok ? undefined : decision.pointer;
};

describe('an API client', () => {
  test.each<[Role[], string[]]>([
    [['DEPT_HANDLER'], ['RSJ']],
    [
      ['DEPT_HANDLER', 'DEPT_APPROVER'],
      ['RSJ', 'HG'],
    ],
    [['WINDOW_CLERK'], ['DATAJ']],
    [['REPLAY_ADMIN'], []],
    [['AUDITOR'], []],
    [['SYSTEM_CLIENT'], []],
  ])('may be %j of %j', (roles, departments) => {
    expect(checkClient({ roles, departments })).toEqual({ ok: true });
  });

  test.each(cityWideRoles)('that sees the whole city as %s acts for no department', (role) => {
    expect(refusedAt([role], ['RSJ'])).toBe('/departments');
    expect(refusedAt([role, 'DEPT_HANDLER'], [])).toBe('/roles');
    expect(refusedAt([role, 'WINDOW_CLERK'], ['DATAJ'])).toBe('/roles');
  });

  test.each<Role>(['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'WINDOW_CLERK', 'COUNTY_CREDIT_OFFICE'])(
    'as %s acts for somebody',
    (role) => {
      expect(refusedAt([role], [])).toBe('/departments');
    },
  );

  test.each<Role>(['SUBJECT', 'AGENT'])('is never a person who signs in: %s', (role) => {
    expect(refusedAt([role], [])).toBe('/roles');
  });
});
