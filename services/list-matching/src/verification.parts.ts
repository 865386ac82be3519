import { randomUUIDv7 } from 'node:crypto';
import { type Principal, ProblemError } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { findUnstorableTexts } from './designation-text.rules.ts';
import type { Acting } from './entry-work.ts';
import { type BatchRow, lockBatch } from './national-batch.store.ts';
import { findVerification, lockVerification, type VerificationFact, type VerificationRow } from './verification.store.ts';

export type Detail = Readonly<Record<string, unknown>>;

/** A verification as it is given to its county. */
export function newVerification(
  batch: BatchRow,
  subjectId: string,
  units: { department: string; industry: string },
  dueOn: string,
  acting: Acting,
): VerificationRow {
  return {
    id: randomUUIDv7(),
    number: '',
    version: 1,
    batch_id: batch.id,
    subject_id: subjectId,
    department_code: units.department,
    industry_department: units.industry,
    participants: [...new Set([units.department, units.industry])],
    status: 'OPEN',
    claimed_by: null,
    claimed_department: null,
    submitted_by: null,
    result: null,
    answer: null,
    due_on: dueOn,
    overdue_at: null,
    requested_at: acting.now,
    concluded_at: null,
  };
}

/** What a step leaves behind. */
export function factOf(
  row: VerificationRow,
  action: VerificationFact['action'],
  from: VerificationFact['from_status'],
  acting: Acting,
  department: string | null,
  detail: Detail,
): VerificationFact {
  const { id, version, status } = row;
  return {
    verification_id: id,
    version,
    action,
    from_status: from,
    to_status: status,
    at: acting.now,
    actor: acting.actor,
    department_code: department,
    detail,
  };
}

/** Whoever had it, it is nobody's now. */
export function unclaim(row: VerificationRow): void {
  row.claimed_by = null;
  row.claimed_department = null;
  row.submitted_by = null;
  row.answer = null;
}

/**
 * For which participant somebody acts. Only those who answer now may: one that handed it over just looks on.
 * @param officeToo the credit office may do this as well, for no participant
 */
export function departmentOf(principal: Principal, row: VerificationRow, officeToo = false): string {
  const own = [row.department_code, row.industry_department].find((code) => principal.departments.includes(code));
  if (own !== undefined) return own;
  if (officeToo && principal.roles.includes('CREDIT_OFFICE')) return 'CREDIT_OFFICE';
  throw new ProblemError('FORBIDDEN', `核实由 ${row.department_code} 或 ${row.industry_department} 办理`);
}

export function assertOfDepartment(principal: Principal, row: VerificationRow): void {
  if (row.claimed_department !== null && !principal.departments.includes(row.claimed_department))
    throw new ProblemError('FORBIDDEN', `该任务由 ${row.claimed_department} 办理`);
}

/** @throws ProblemError VALIDATION_FAILED for a text that cannot be kept, or shows a person's number */
export function assertStorable(request: object): void {
  const [fault, ...others] = findUnstorableTexts(request);
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
}

/** @throws ProblemError NOT_FOUND, also for one in which the caller takes no part: row security hides it. */
export async function getVerification(tx: Transaction, id: string): Promise<VerificationRow> {
  const row = await findVerification(tx, id);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该核实任务，或不由本单位办理');
  return row;
}

/** The same, locked. @throws ProblemError NOT_FOUND */
export async function getLocked(tx: Transaction, id: string): Promise<VerificationRow> {
  const row = await lockVerification(tx, id);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该核实任务，或不由本单位办理');
  return row;
}

export async function getBatchLocked(tx: Transaction, id: string): Promise<BatchRow> {
  const batch = await lockBatch(tx, id);
  if (batch === undefined) throw new Error('a verification without a batch');
  return batch;
}
