import { cityWideRoles, type Principal, type Role } from '@lianxin/contracts';

/** Roles that act for a department and mean nothing without one. */
const departmentRoles: readonly Role[] = ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'COUNTY_CREDIT_OFFICE', 'WINDOW_CLERK'];
/** Roles of people who sign in themselves. */
const personalRoles: readonly Role[] = ['SUBJECT', 'AGENT'];

export type ClientDecision = { ok: true } | { ok: false; code: 'VALIDATION_FAILED'; pointer: '/roles' | '/departments'; detail: string };

const refuse = (pointer: '/roles' | '/departments', detail: string): ClientDecision => ({
  ok: false,
  code: 'VALIDATION_FAILED',
  pointer,
  detail,
});

/** Whether one client may have these roles and departments together (R-9-5): who sees the whole city never acts for a department. */
export function checkClient(client: Pick<Principal, 'roles' | 'departments'>): ClientDecision {
  const personal = client.roles.filter((role) => personalRoles.includes(role));
  const cityWide = client.roles.filter((role) => cityWideRoles.includes(role));
  const departmental = client.roles.filter((role) => departmentRoles.includes(role));
  if (personal.length > 0) return refuse('/roles', `${personal.join('、')} 只属于本人登录的用户，不能授予 API 客户端`);
  if (cityWide.length > 0 && departmental.length > 0) {
    return refuse('/roles', `${cityWide.join('、')} 可见全市数据，不能与代表部门的 ${departmental.join('、')} 授予同一客户端`);
  }
  if (cityWide.length > 0 && client.departments.length > 0) {
    return refuse('/departments', `${cityWide.join('、')} 不代表任何部门，departments 应为空`);
  }
  if (departmental.length > 0 && client.departments.length === 0) {
    return refuse('/departments', `${departmental.join('、')} 须指明所代表的部门`);
  }
  return { ok: true };
}
