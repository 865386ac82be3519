import type { EntryStatus, ListType, Origin, Principal, PublicRecordKind, PublicRecordStatus, Role } from '@lianxin/contracts';

/** States in which an entry is on no list any more, or never came onto one. */
export const endedStatuses: readonly EntryStatus[] = [
  'EXPIRED',
  'REPAIRED',
  'CORRECTED',
  'REVOKED',
  'EXCLUDED',
  'SUPERSEDED',
  'CLOSED_SUBJECT',
  'NOT_DESIGNATED',
];
export const endedRecordStatuses: readonly PublicRecordStatus[] = ['STOPPED', 'WITHDRAWN'];
/** A window answers about what holds now, also that of a designating unit. */
const unitRoles: readonly Role[] = ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'COUNTY_CREDIT_OFFICE'];

/** Roles for lists of work whose rows may tell of what has ended: not windows, supervision or replay (R-7-1a). */
export const endedReaders: Role[] = [...unitRoles, 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR'];

/** Whose ended punishments a caller may read (R-7-1a). Row security says beside it whose rows they may read at all. */
export interface EndedAccess {
  /** The credit office and the audit. */
  readonly all: boolean;
  /** The caller's own designating units. */
  readonly departments: readonly string[];
  /** The credit centre keeps what came from above, for nobody else here does (R-2-6). */
  readonly fromAbove: boolean;
}

export function endedAccessOf(principal: Principal): EndedAccess {
  const has = (...roles: Role[]) => principal.roles.some((role) => roles.includes(role));
  return {
    all: has('CREDIT_OFFICE', 'AUDITOR'),
    departments: has(...unitRoles) ? principal.departments : [],
    fromAbove: has('CREDIT_CENTRE_OPERATOR'),
  };
}

/** R-7-1a for one entry: an ended punishment is shown to its unit, the credit office and the audit; an honour that ended hurts nobody. */
export function mayReadEntry(
  access: EndedAccess,
  entry: {
    readonly status: EntryStatus;
    readonly list_type: ListType;
    readonly department_code: string;
    readonly origin: Origin;
    readonly parties_continue?: boolean | null;
  },
): boolean {
  if (entry.list_type === 'RED' || entry.parties_continue === true || !endedStatuses.includes(entry.status)) return true;
  return access.all || access.departments.includes(entry.department_code) || (access.fromAbove && entry.origin !== 'CITY');
}

/** The same for penalties and abnormal operation; a licence is no punishment. */
export function mayReadRecord(
  access: EndedAccess,
  record: { readonly status: PublicRecordStatus; readonly kind: PublicRecordKind; readonly department_code: string },
): boolean {
  if (record.kind === 'LICENCE' || !endedRecordStatuses.includes(record.status)) return true;
  return access.all || access.departments.includes(record.department_code);
}
