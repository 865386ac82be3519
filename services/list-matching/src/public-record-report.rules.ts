import { type FieldProblem, type ProblemCode, problems } from '@lianxin/contracts';

/** Refusals of a record whose form is right: it says other than what is known of the same decision. */
export const rightInForm: readonly ProblemCode[] = ['SOURCE_RECORD_DIFFERS', 'CONFLICT'];
/** A row that could not be judged: the fault was ours, and it says nothing of the sender. */
export const unjudged: ProblemCode = 'INTERNAL';

/** What came with a report, and what of it was right in form (K18 合规率). */
export interface ReportCount {
  readonly received: number;
  readonly valid: number;
}

/**
 * Counts the rows of a file.
 * @param rows rows that were received or refused, `refused` of them refused
 * @param refusals refused rows by what their refusal says: not judged, right in form
 */
export function countFile(
  rows: { readonly done: number; readonly refused: number },
  refusals: { readonly unjudged: number; readonly rightInForm: number },
): ReportCount {
  return { received: rows.done - refusals.unjudged, valid: rows.done - rows.refused + refusals.rightInForm };
}

/**
 * Counts a request that was refused; undefined where it is no report: refused for who asks (401, 403), or because we could not work (5xx), or for something
 * that is no field of the record.
 */
export function countRefused(refusal: { readonly code: ProblemCode; readonly errors: readonly FieldProblem[] }): ReportCount | undefined {
  if (refusal.errors.length === 0 || ![400, 409, 422].includes(problems[refusal.code].status)) return undefined;
  return { received: 1, valid: refusal.errors.every(({ code }) => rightInForm.includes(code)) ? 1 : 0 };
}
