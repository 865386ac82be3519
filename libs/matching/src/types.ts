import type { IdType, SubjectKind } from '@lianxin/contracts';
import type { Family, MatchAction, MatchDecision, MatchGrade } from './grade-names.rules.ts';

/** One name of a subject; the current one has `former` unset. Dates `YYYY-MM-DD`, `to` is the last day of use. */
export interface RegisterName {
  readonly text: string;
  readonly former?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export type RegisterStatus = 'NORMAL' | 'REVOKED' | 'DEREGISTERED';
export type Gender = 'MALE' | 'FEMALE';

/** What the register knows of a natural person; it stands readable in the memory of the index and nowhere else. */
export interface RegisterPerson {
  readonly idType: IdType;
  /** Full number as registered; a 15-digit number is converted. */
  readonly idNumber: string;
  readonly birthDate?: string | undefined;
  readonly gender?: Gender | undefined;
  readonly employerUscc?: string | undefined;
  /** Codes of the organisations whose legal representative the person is. */
  readonly representsUscc?: readonly string[] | undefined;
}

/** One row of the register (R-11-5). `version` grows with every change of any row; `changedSince` compares with it. */
export interface RegisterRecord {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly version: number;
  readonly names: readonly RegisterName[];
  readonly usccCode?: string | undefined;
  readonly organisationCode?: string | undefined;
  readonly registrationNo?: string | undefined;
  readonly taxNo?: string | undefined;
  readonly legalRepresentative?: { readonly name: string; readonly idHash?: string | undefined } | undefined;
  readonly address?: string | undefined;
  readonly regionCode?: string | undefined;
  readonly phoneHash?: string | undefined;
  readonly status?: RegisterStatus | undefined;
  /** Set for a branch (分公司 and the like): the record of the parent. */
  readonly parentId?: string | undefined;
  readonly person?: RegisterPerson | undefined;
}

/** What both kinds of query carry. */
interface QueryBase {
  readonly names: readonly string[];
  /** Day of the decision, `YYYY-MM-DD`: a former name counts only if it was in use on that day (§11.3). */
  readonly decisionDate?: string | undefined;
  /** The source itself says that the name is a 曾用名. */
  readonly saysFormerName?: boolean | undefined;
  readonly address?: string | undefined;
  readonly regionCode?: string | undefined;
  readonly phoneHash?: string | undefined;
}

export interface OrganisationQuery extends QueryBase {
  readonly schema: 'Organization';
  readonly usccCode?: string | undefined;
  readonly organisationCode?: string | undefined;
  readonly registrationNo?: string | undefined;
  readonly taxNo?: string | undefined;
  readonly legalRepresentative?: { readonly name: string; readonly idHash?: string | undefined } | undefined;
}

export interface PersonQuery extends QueryBase {
  readonly schema: 'Person';
  readonly idType?: IdType | undefined;
  /** Full (18, or the old 15) or masked with `*`, `x`, `×`, `●`, `-`. */
  readonly idNumber?: string | undefined;
  readonly birthDate?: string | undefined;
  readonly gender?: Gender | undefined;
  readonly employerUscc?: string | undefined;
  /** The organisation whose legal representative the person is said to be. */
  readonly representsUscc?: string | undefined;
}

export type MatchQuery = OrganisationQuery | PersonQuery;

/** Why a feature scored as it did; `detail` is a Chinese sentence. Numbers of persons never stand in it in full. */
export interface Explanation {
  /** 0–1; a contradiction is negative. */
  readonly score: number;
  readonly detail: string;
  readonly query?: string | undefined;
  readonly candidate?: string | undefined;
}

/** `flags`: REVOKED, DEREGISTERED, FORMER_NAME, BRANCH, INDIVIDUAL_BUSINESS and the like. */
export interface MatchResult {
  readonly recordId: string;
  readonly grade: MatchGrade;
  readonly family: Family;
  readonly decision: MatchDecision;
  readonly action: MatchAction;
  /** 0–1, orders the answer; never decides. */
  readonly score: number;
  /** Points of R-11-2, for the order of the review queue. */
  readonly queueScore: number;
  readonly flags: readonly string[];
  readonly explanations: Readonly<Record<string, Explanation>>;
}

/**
 * `results`: decision match or review, best first, at most `limit`; `total` counts them before the limit. `rejected`: organisations that look alike
 * and yet are not the one, with the reason (another code, another region, branch and parent); never persons.
 */
export interface MatchAnswer {
  readonly results: readonly MatchResult[];
  readonly rejected: readonly MatchResult[];
  readonly total: number;
  readonly registerVersion: number;
}

export interface SearchOptions {
  /** At most so many results; 5 unless told. */
  readonly limit?: number | undefined;
  /** Results below this score are left out; 0 unless told. */
  readonly threshold?: number | undefined;
  /** Pairs a person has decided to be DIFFERENT (R-11-3). */
  readonly excludeIds?: ReadonlySet<string> | undefined;
  /** Only records whose `version` is greater. */
  readonly changedSince?: number | undefined;
}

/** Thresholds of R-11-6 and §12; data, changeable at run time. */
export interface MatchSettings {
  /** `match.core_min`. */
  readonly coreMin: number;
  /** `match.review_min`. */
  readonly reviewMin: number;
  /** `match.single_edits_max`: so many names one character away are shown to a person; where there are more, none (docs/matching.md). */
  readonly mostSingleEdits: number;
  /** Weights of R-11-6 for 字号, 行业, FORM and REGION. */
  readonly weights: { readonly trade: number; readonly industry: number; readonly form: number; readonly region: number };
  /** Province whose register is meant by "unique in the register" (S1): first two digits. */
  readonly registerProvince: string;
}

export const defaultMatchSettings: MatchSettings = {
  coreMin: 0.85,
  reviewMin: 0.6,
  mostSingleEdits: 10,
  weights: { trade: 0.6, industry: 0.2, form: 0.1, region: 0.1 },
  registerProvince: '32',
};

/** What an index holds, for health pages and benchmarks. */
export interface IndexFigures {
  readonly records: number;
  readonly names: number;
  readonly persons: number;
  /** Bytes of the immutable part and of the changes since. */
  readonly bytes: number;
  /** Changed or removed since the immutable part was built; merge when it grows (`MatchIndex.needsMerge`). */
  readonly changes: number;
  readonly version: number;
}
