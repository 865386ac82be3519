import { currentRegionCode, type FieldProblem, findRegion, isKnownRegion, type ProblemCode } from '@lianxin/contracts';

/** One agreement on mutual recognition; it counts from the first to the last day of its term, both included. */
export interface Agreement {
  readonly id: string;
  readonly regionCode: string;
  readonly listCode: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

const ownCity = '320700';

/**
 * Lists that hold in the whole country: what law, administrative regulation, central policy, judicial interpretation or a departmental rule founds
 * (R-2-2). A list of a local regulation or of a memorandum holds where it was made, and one that is not enabled here holds nobody by itself.
 */
const nationalBases: ReadonlySet<string> = new Set(['LAW', 'ADMIN_REG', 'CENTRAL_POLICY', 'JUDICIAL', 'DEPT_RULE']);

export function isNationalList(list: { readonly basisKind: string; readonly status: string }): boolean {
  return list.status === 'ENABLED' && nationalBases.has(list.basisKind);
}

/** Whether an agreement with a region holds for an entry of another: one with a province holds for its cities, one with a city for its counties. */
export function coversRegion(agreementRegion: string, originRegion: string): boolean {
  const prefix = /^\d{6}$/.test(agreementRegion) ? agreementRegion.replace(/(00){1,2}$/, '') : agreementRegion;
  return originRegion === agreementRegion || (/^\d{6}$/.test(originRegion) && originRegion.startsWith(prefix));
}

export interface Recognition {
  readonly recognised: boolean;
  /** The agreement that it rests on; null for a national list. */
  readonly agreementId: string | null;
}

/** R-2-16: an entry of another region has effects here when its list is national, or under an agreement that holds on the day. */
export function recognitionOn(
  entry: { readonly originRegion: string; readonly listCode: string; readonly isNational: boolean },
  agreements: readonly Agreement[],
  date: string,
): Recognition {
  if (entry.isNational) return { recognised: true, agreementId: null };
  const holding = agreements.find(
    (agreement) =>
      agreement.listCode === entry.listCode &&
      coversRegion(agreement.regionCode, entry.originRegion) &&
      agreement.validFrom <= date &&
      (agreement.validTo === null || date <= agreement.validTo),
  );
  return { recognised: holding !== undefined, agreementId: holding?.id ?? null };
}

/** Whether a region code belongs to this city, also by an older code. */
export function isOwnRegion(code: string): boolean {
  const current = currentRegionCode(code);
  const region = findRegion(current);
  return current === ownCity || region?.parentCode === ownCity;
}

/** Faults of the origin region of a designation (R-2-16): a real region elsewhere, and only with an origin from above. */
export function findOriginRegionFaults(request: { readonly originRegion?: string | undefined; readonly origin: string }): FieldProblem[] {
  const { originRegion, origin } = request;
  if (originRegion === undefined) return [];
  const fault = (code: ProblemCode, detail: string): FieldProblem[] => [{ pointer: '/originRegion', code, detail }];
  if (!isKnownRegion(originRegion)) return fault('VALIDATION_FAILED', '认定地区不在区划表中，请填写 6 位区划码');
  if (isOwnRegion(originRegion)) return fault('VALIDATION_FAILED', '认定地区为本市，本市认定的记录不填 originRegion');
  if (origin !== 'NATIONAL' && origin !== 'PROVINCIAL')
    return fault('ORIGIN_NOT_ALLOWED', '异地记录经国家或省平台归集，来源应为 NATIONAL 或 PROVINCIAL');
  return [];
}

/** Two agreements for one region and list must not hold on the same day: which of them an entry rests on would be a matter of chance. */
export function overlaps(a: Pick<Agreement, 'validFrom' | 'validTo'>, b: Pick<Agreement, 'validFrom' | 'validTo'>): boolean {
  return (b.validTo === null || a.validFrom <= b.validTo) && (a.validTo === null || b.validFrom <= a.validTo);
}
