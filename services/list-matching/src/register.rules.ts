import type { SubjectStatus } from '@lianxin/contracts';

/** One thing that became known of a subject. What is left out did not change; a person's readable data are never in it. */
export interface SubjectPatch {
  readonly name?: string;
  readonly sealed?: string;
  readonly nameMasked?: string;
  readonly idMasked?: string;
  readonly regionCode?: string;
  readonly address?: string;
  readonly phoneHash?: string;
  readonly establishedOn?: string;
  readonly status?: SubjectStatus;
  readonly codes?: SubjectCodes;
  readonly representative?: { readonly sealed: string; readonly hash: string | null };
  readonly sealedDetails?: string;
  readonly parentId?: string;
  /** Names that the register itself lists as former ones. */
  readonly formerNames?: readonly FormerName[];
  readonly mergedInto?: string;
}

export interface SubjectCodes {
  readonly organisationCode?: string;
  readonly registrationNo?: string;
  readonly taxNo?: string;
}

/** Days of use, both inclusive; null: not known. */
export interface FormerName {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface SubjectFact {
  readonly version: number;
  /** Since when it holds; null: since before anything was recorded. */
  readonly effectiveOn: string | null;
  readonly patch: SubjectPatch;
}

/** What was so on a day. */
export interface SubjectState {
  readonly name: string | null;
  readonly nameSince: string | null;
  readonly sealed: string | null;
  readonly nameMasked: string | null;
  readonly idMasked: string | null;
  readonly regionCode: string | null;
  readonly address: string | null;
  readonly phoneHash: string | null;
  readonly establishedOn: string | null;
  readonly status: SubjectStatus;
  readonly statusOn: string | null;
  readonly codes: SubjectCodes;
  readonly representative: { readonly sealed: string; readonly hash: string | null; readonly since: string | null } | null;
  readonly sealedDetails: string | null;
  readonly parentId: string | null;
  readonly formerNames: readonly FormerName[];
  readonly mergedInto: string | null;
}

const nothing: SubjectState = {
  name: null,
  nameSince: null,
  sealed: null,
  nameMasked: null,
  idMasked: null,
  regionCode: null,
  address: null,
  phoneHash: null,
  establishedOn: null,
  status: 'NORMAL',
  statusOn: null,
  codes: {},
  representative: null,
  sealedDetails: null,
  parentId: null,
  formerNames: [],
  mergedInto: null,
};

/**
 * The fold of the facts as of a day (design §6), in the order in which they came to hold: a rename of last year that arrives today changes the
 * history and not the present name. Undefined when nothing held yet.
 */
export function stateOn(facts: readonly SubjectFact[], day: string): SubjectState | undefined {
  const held = facts
    .filter((fact) => fact.effectiveOn === null || fact.effectiveOn <= day)
    .sort((a, b) => compareDays(a.effectiveOn, b.effectiveOn) || a.version - b.version);
  return held.length === 0 ? undefined : held.reduce(apply, nothing);
}

function compareDays(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  return b === null || a > b ? 1 : -1;
}

function apply(state: SubjectState, { patch, effectiveOn }: SubjectFact): SubjectState {
  const { name, status, representative, codes, formerNames, ...plain } = patch;
  const renamed = name !== undefined && name !== state.name;
  const left = renamed && state.name !== null ? [{ name: state.name, from: state.nameSince, to: dayBefore(effectiveOn) }] : [];
  return {
    ...state,
    ...plain,
    ...(renamed ? { name, nameSince: effectiveOn } : {}),
    ...(status !== undefined && status !== state.status ? { status, statusOn: effectiveOn } : {}),
    ...(representative !== undefined ? { representative: { ...representative, since: effectiveOn } } : {}),
    codes: { ...state.codes, ...codes },
    formerNames: withFormerNames(state.formerNames, [...left, ...(formerNames ?? [])]),
  };
}

/** The same name with other dates is told once more only when the dates say something new. */
function withFormerNames(known: readonly FormerName[], more: readonly FormerName[]): readonly FormerName[] {
  const isKnown = (name: FormerName) =>
    known.some(
      (other) => other.name === name.name && (name.from === null || name.from === other.from) && (name.to === null || name.to === other.to),
    );
  return [...known, ...more.filter((name) => !isKnown(name))];
}

function dayBefore(day: string | null): string | null {
  if (day === null) return null;
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

/** T22: what ends every entry of the subject. A licence revoked (吊销) does not: the company still exists (§11.3). */
export function isEnded(status: SubjectStatus): boolean {
  return status === 'DEREGISTERED' || status === 'DEAD';
}

/** §11.3: a former name counts only for a decision of the days on which it was in use. */
export function wasInUse(name: Pick<FormerName, 'from' | 'to'>, day: string): boolean {
  return (name.from === null || name.from <= day) && (name.to === null || day <= name.to);
}
