import type { FieldProblem } from '@lianxin/contracts';

/** A declaration of how many decisions a department made in a month, and what it meets. */
export interface DeclarationCase {
  /** `YYYY-MM` */
  readonly month: string;
  readonly declared: number;
  readonly reason: string | null;
  readonly today: string;
  /** Distinct decisions of the month that have been reported. */
  readonly reported: number;
  /** What was declared before; null for the first. */
  readonly before: number | null;
}
export type DeclarationDecision =
  | { readonly ok: true; readonly isNew: boolean }
  | { readonly ok: false; readonly code: FieldProblem['code']; readonly pointer: string; readonly detail: string };

/**
 * Whether a declaration is taken (K18 上报率). A month is declared when it has ended: before, nobody knows. A later number replaces the earlier one and says
 * why. Fewer than have been reported cannot have been decided, unless the department says why (twice, by mistake, for another authority). The same number
 * again is no news.
 */
export function decideDeclaration({ month, declared, reason, today, reported, before }: DeclarationCase): DeclarationDecision {
  if (month >= today.slice(0, 7))
    return { ok: false, code: 'DATE_IN_FUTURE', pointer: '/month', detail: `${month} 尚未结束，月末之后才能填报` };
  if (declared === before) return { ok: true, isNew: false };
  if (declared < reported && reason === null)
    return { ok: false, code: 'DECLARED_BELOW_REPORTED', pointer: '/declared', detail: `该月已上报 ${reported} 件，少于此数须说明理由` };
  if (before !== null && reason === null)
    return { ok: false, code: 'VALIDATION_FAILED', pointer: '/reason', detail: `该月已填报 ${before} 件，更正须说明理由` };
  return { ok: true, isNew: true };
}

/** Grounds of a withdrawal by which a record was never rightly reported. One that was revoked or changed was. */
export const neverReported: readonly string[] = ['RECORD_WRONG', 'MATCH_WRONG', 'IDENTITY_FAILED', 'IMPORT_UNDONE'];

/** Whose sheet of which month. */
export interface SheetKey {
  readonly departmentCode: string;
  readonly kind: 'PENALTY' | 'LICENCE';
  readonly month: string;
}

/** The sheets whose count these records may have changed, each once. */
export function touchedBy(
  created: Iterable<{ readonly department_code: string; readonly kind: string; readonly decided_on: string }>,
  changed: Iterable<{ readonly department_code: string; readonly kind: string; readonly decided_on: string; readonly status: string }>,
): SheetKey[] {
  const sheets = new Map<string, SheetKey>();
  for (const row of [...created, ...[...changed].filter(({ status }) => status === 'WITHDRAWN')]) {
    const { department_code: departmentCode, kind } = row;
    if (kind !== 'PENALTY' && kind !== 'LICENCE') continue;
    const month = row.decided_on.slice(0, 7);
    sheets.set(`${departmentCode} ${kind} ${month}`, { departmentCode, kind, month });
  }
  return [...sheets.values()];
}
