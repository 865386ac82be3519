import type { Direction, ListType, PartyRole, ReviewKind } from '@lianxin/contracts';

/** The mark of a case that is pending; `UNKNOWN`: its event did not say of which kind. */
export type EntryReview = ReviewKind | 'UNKNOWN';

/** One party's row of one plan, as the read model holds it, joined with what list-matching itself says of the entry. */
export interface PlanRow {
  readonly entryId: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly activationNo: number;
  readonly status: 'LIVE' | 'HELD' | 'ENDED';
  readonly holdCause: 'SUSPENSION' | 'OBJECTION' | null;
  readonly role: PartyRole;
  readonly measureCodes: readonly string[];
  readonly body: PlanBody;
  /** Null until an event of the entry itself has come. */
  readonly entry: {
    readonly status: string;
    readonly activationNo: number;
    readonly disputed: boolean;
    readonly unconfirmed: boolean;
    /** What is pending about it before another authority (R-6-6): it is marked and runs on. */
    readonly review: EntryReview | null;
    readonly decisionNumber: string | null;
  } | null;
  /** Departments whose window reported "not the same subject", and nobody has looked yet. */
  readonly doubtedBy: readonly { readonly departmentCode: string; readonly at: string }[];
}

/** What a check needs of a plan, whichever party. */
export interface PlanBody {
  readonly catalogueVersion: number;
  readonly listCode: string;
  readonly listType: ListType;
  readonly direction: Direction;
  readonly entryNumber: string;
  readonly designatingDepartment: string;
  readonly activatedOn: string;
  readonly validTo: string | null;
  /** Places of the open basis rows by measure code. */
  readonly basisRefs: Readonly<Record<string, readonly number[]>>;
}

export type Standing = 'RUNS' | 'HELD_BY_OBJECTION' | 'HELD' | 'OVER';

/**
 * Whether a plan's measures may be asked for now. Two topics tell of it, the entry's and the plan's, and either may be ahead: whichever says first that
 * the entry is held or over is believed (R-2-6b, R-6-4, T14–T22). A term that ended yesterday restricts nobody today, although its timer may not have fired.
 * @param today date in Beijing.
 */
export function standingOf(row: PlanRow, today: string): Standing {
  if (row.status === 'ENDED') return 'OVER';
  if (row.body.validTo !== null && row.body.validTo < today) return 'OVER';
  const { entry } = row;
  // An entry known only from before this activation says nothing of it; a later activation has a plan of its own.
  if (entry !== null && entry.activationNo > row.activationNo) return 'OVER';
  if (entry !== null && entry.activationNo === row.activationNo) {
    if (entry.status === 'SUSPENDED') return 'HELD';
    if (entry.status !== 'ACTIVE') return 'OVER';
    if (entry.unconfirmed) return 'HELD';
  }
  if (row.status === 'HELD' && row.holdCause !== 'OBJECTION') return 'HELD';
  if (row.status === 'HELD' || entry?.disputed === true) return 'HELD_BY_OBJECTION';
  return 'RUNS';
}
