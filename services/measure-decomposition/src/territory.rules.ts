import type { CatalogueMeasure } from '@lianxin/contracts';
import type { Department, IndexedCatalogue } from './catalogue.rules.ts';

/** Where an entry belongs: the level that made it and the region where its subject is registered. */
export interface Territory {
  readonly level: 'CITY' | 'COUNTY';
  readonly regionCode: string;
}

type Executor = CatalogueMeasure['executors'][number];

/** `missing` names what the office must add: a department code, or the region that no county or zone claims. */
export type Routing = { readonly ok: true; readonly department: Department } | { readonly ok: false; readonly missing: string };

/**
 * Which department executes (R-4-4, catalogue rule 8). The code stands for the body under all its names: predecessors are names, not
 * codes, so an old entry goes to the body that has the duty today and `validFrom` decides nothing here.
 */
export function routeExecutor(catalogue: IndexedCatalogue, executor: Executor, territory: Territory): Routing {
  if (executor.regionRule === 'ENTRY_LEVEL' && territory.level === 'COUNTY') {
    return countyCopy(catalogue, executor.departmentCode, territory.regionCode);
  }
  return found(catalogue, executor.departmentCode);
}

function countyCopy(catalogue: IndexedCatalogue, departmentCode: string, regionCode: string): Routing {
  const office = catalogue.officeByRegion.get(regionCode);
  if (office === undefined) return { ok: false, missing: `REGION:${regionCode}` };
  const own = `${office.code}-${departmentCode}`;
  if (office.zoneHost === null) return found(catalogue, own);
  const ofHost = `${office.zoneHost}-${departmentCode}`;
  // A zone that has the power but no such body cannot use it: the district's body has the duty then.
  return office.zoneDelegated === true && catalogue.departmentByCode.has(own) ? found(catalogue, own) : found(catalogue, ofHost);
}

/** A department that has been merged is represented by its successor (R-4-8); one that is gone without successor executes nothing. */
function found(catalogue: IndexedCatalogue, code: string, passed: readonly string[] = []): Routing {
  const department = catalogue.departmentByCode.get(code);
  if (department === undefined) return { ok: false, missing: code };
  if ((department.validTo ?? null) === null) return { ok: true, department };
  const successor = department.successorCode ?? null;
  if (successor === null || passed.includes(successor)) return { ok: false, missing: code };
  return found(catalogue, successor, [...passed, code]);
}

/** Above the city or outside government: no queue here, a notice shown to the credit office (catalogue rules 5 and 8). */
export function isTenant(department: Department): boolean {
  return department.tenant && department.level !== 'ABOVE' && department.level !== 'OUTSIDE';
}
