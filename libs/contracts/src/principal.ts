import { z } from 'zod';
import { departmentCodeSchema } from './vocabulary.ts';

/** Roles of R-9-5. */
export const roles = [
  'DEPT_HANDLER',
  'DEPT_APPROVER',
  'DEPT_LIAISON',
  'CREDIT_OFFICE',
  'CREDIT_CENTRE_OPERATOR',
  'COUNTY_CREDIT_OFFICE',
  'SUPERVISOR',
  'AUDITOR',
  'WINDOW_CLERK',
  'REPLAY_ADMIN',
  'SUBJECT',
  'AGENT',
  'SYSTEM_CLIENT',
] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** Who asks. Every request and every transaction has one; its departments and scope are what row security enforces (design §6). */
export const principalSchema = z.object({
  id: z.string().min(1).max(100),
  kind: z.enum(['PERSON', 'API_CLIENT', 'SERVICE']),
  roles: z.array(roleSchema),
  departments: z.array(departmentCodeSchema),
  displayName: z.string().max(200),
});
export type Principal = z.infer<typeof principalSchema>;

/** Roles that see the rows of every department: the credit office, its centre, supervision, audit and replay. They do not act for a department. */
export const cityWideRoles: readonly Role[] = ['CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'SUPERVISOR', 'AUDITOR', 'REPLAY_ADMIN'];

export function seesWholeCity(principal: Principal): boolean {
  return principal.roles.some((role) => cityWideRoles.includes(role));
}
