import { type Principal, type Role, seesWholeCity } from '@lianxin/contracts';

/** Whether a job is the caller's to decide about: who may import such files for the same department. Seeing the whole city is not enough. */
export function ownsImport(principal: Principal, importer: { readonly departments: readonly string[] }, roles: readonly Role[]): boolean {
  if (!principal.roles.some((role) => roles.includes(role))) return false;
  if (importer.departments.length === 0) return seesWholeCity(principal);
  return importer.departments.some((department) => principal.departments.includes(department));
}
