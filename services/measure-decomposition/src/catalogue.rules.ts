import type { CatalogueDepartment, CatalogueMatter, CatalogueMeasure } from '@lianxin/contracts';

/** A department as this service keeps it: what is published, and who executes in a zone (R-4-4). */
export interface Department extends CatalogueDepartment {
  /** Only on the office of a zone: true, the zone body executes; false, the district of `zoneHost` does. */
  readonly zoneDelegated: boolean | null;
}

export interface MeasureClass {
  readonly code: string;
  /** `1`, `2`, `3` (R-1-3) or `R` for rewards. */
  readonly group: string;
  readonly nameZh: string;
  readonly nameEn: string;
}

/** History only: a memorandum opens no gate (R-0-2). */
export interface Memorandum {
  readonly code: string;
  readonly listCode: string | null;
  readonly titleZh: string;
  readonly leadDepartmentsZh: readonly string[];
  readonly documentNo: string | null;
  readonly dateOrYear: string | null;
  readonly signingDepartments: number | null;
  readonly status: string;
  readonly field: string;
  /** Confidence H: the document was read. Never shown as law without it (rule book §0.1). */
  readonly verified: boolean;
}

/** One version of the catalogue; the order of every array is that of its files and never changes within a version. */
export interface Catalogue {
  readonly version: number;
  readonly classes: readonly MeasureClass[];
  readonly departments: readonly Department[];
  readonly memoranda: readonly Memorandum[];
  readonly measures: readonly CatalogueMeasure[];
  readonly matters: readonly CatalogueMatter[];
}

/** A catalogue with what a plan looks up in it; made once per version. */
export interface IndexedCatalogue extends Catalogue {
  /** First day for whose legal acts it counts; null: from the beginning. */
  readonly effectiveFrom: string | null;
  readonly measureByCode: ReadonlyMap<string, CatalogueMeasure>;
  readonly measuresByList: ReadonlyMap<string, readonly CatalogueMeasure[]>;
  readonly departmentByCode: ReadonlyMap<string, Department>;
  /** The credit office of each county and zone by region code. */
  readonly officeByRegion: ReadonlyMap<string, Department>;
}

export function indexCatalogue(catalogue: Catalogue, effectiveFrom: string | null = null): IndexedCatalogue {
  const measuresByList = new Map<string, CatalogueMeasure[]>();
  for (const measure of catalogue.measures) {
    for (const listCode of measure.listCodes) {
      const measures = measuresByList.get(listCode);
      if (measures === undefined) measuresByList.set(listCode, [measure]);
      else measures.push(measure);
    }
  }
  const offices = catalogue.departments.filter(isCountyOffice);
  return {
    ...catalogue,
    effectiveFrom,
    measureByCode: new Map(catalogue.measures.map((measure) => [measure.code, measure])),
    measuresByList,
    departmentByCode: new Map(catalogue.departments.map((department) => [department.code, department])),
    officeByRegion: new Map(offices.flatMap((office) => (office.regionCode === null ? [] : [[office.regionCode, office]]))),
  };
}

/** The credit office of a county or zone; its code is the prefix of the county's copies (`HZ` of `HZ-SCJGJ`). */
export function isCountyOffice(department: CatalogueDepartment): boolean {
  return department.level === 'COUNTY' && department.parentCode === null;
}

/** OPEN: `basisRefs` are the places (0-based) in `measure.bases` that open it. NA: no gate is asked. */
export interface Gate {
  readonly status: 'OPEN' | 'CLOSED' | 'NA';
  readonly basisRefs: readonly number[];
}

/** R-4-6: departmental rules, judicial interpretations and memoranda open nothing (catalogue rule 12). */
export const openingKinds: ReadonlySet<string> = new Set(['LAW', 'ADMIN_REG', 'CENTRAL_POLICY']);
/** R-4-6: preference over competitors passes the fair-competition review only with a cited basis. */
const gatedReward = 'R04';

/**
 * Legal-basis gate of a measure for one list on one day (R-4-6 way (a), catalogue rules 12–14). Ways (b) and (c) need the national
 * and provincial lists of measures, which are not loaded. Other rewards and group 3 (notices only, R-1-4) are asked for no gate.
 */
export function gateOf(measure: CatalogueMeasure, listCode: string, date: string): Gate {
  if (!isGated(measure)) return { status: 'NA', basisRefs: [] };
  const basisRefs = measure.bases.flatMap((basis, place) =>
    openingKinds.has(basis.basisKind) && basis.verified && basis.coversLists.includes(listCode) && basis.effectiveFrom <= date
      ? [place]
      : [],
  );
  return { status: basisRefs.length > 0 ? 'OPEN' : 'CLOSED', basisRefs };
}

function isGated(measure: CatalogueMeasure): boolean {
  if (measure.direction === 'REWARD') return measure.class === gatedReward;
  return !isVoluntary(measure);
}

/** Group 3 (C12–C14): bodies outside government may be informed, never ordered (R-1-4). */
export function isVoluntary(measure: CatalogueMeasure): boolean {
  return measure.group === '3';
}

/** In force on that day; both ends belong to the term (R-0-1). */
export function isInForce(measure: CatalogueMeasure, date: string): boolean {
  return measure.effectiveFrom <= date && (measure.effectiveTo === null || date <= measure.effectiveTo);
}

/**
 * Over for everybody: its last day lies before this version came into force. What runs on it is lifted, as by a gate that closes (R-4-6, R-4-8); a version never
 * ends a measure later than on its own first day, so that the day of a version is the only day on which running tasks change.
 */
export function isOver(measure: CatalogueMeasure, { effectiveFrom }: Pick<IndexedCatalogue, 'effectiveFrom'>): boolean {
  return measure.effectiveTo !== null && effectiveFrom !== null && measure.effectiveTo < effectiveFrom;
}

/** Codes of a condition (catalogue rule 17), and whether all (`&`) or any (`|`) must be proved. */
export function conditionCodes(condition: string): { readonly every: boolean; readonly codes: readonly string[] } {
  return { every: !condition.includes('|'), codes: condition.split(/[&|]/) };
}
