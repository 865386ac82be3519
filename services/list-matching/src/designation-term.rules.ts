import { addMonths, type FieldProblem, type ProblemCode } from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

/** What a decision says of its term; the list supplies the rest. */
export interface DecidedTerm {
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
  readonly decision: { readonly date: string };
}

/** Validity of an entry by its list (domain §2.2, catalogue README `term_kind`); it begins today unless the decision says otherwise. */
export function decideValidity(
  request: DecidedTerm,
  definition: ListDefinition,
  today: string,
): { validFrom: string; validTo: string | null; faults: FieldProblem[] } {
  const faults: FieldProblem[] = [];
  const add = (pointer: string, code: ProblemCode, detail: string) => void faults.push({ pointer, code, detail });
  const validFrom = request.validFrom ?? today;
  const proposed = definition.defaultMonths === null ? null : addMonths(validFrom, definition.defaultMonths);
  const validTo = request.validTo ?? proposed;
  if (validFrom > today) add('/validFrom', 'DATE_IN_FUTURE', `有效期起始日不能晚于今天（${today}）：记录自送达共享之日生效`);
  if (validFrom < request.decision.date) add('/validFrom', 'DATE_ORDER', `有效期起始日早于决定日期 ${request.decision.date}`);
  if (validTo === null) {
    const isOpen = definition.termKind === 'UNTIL_CORRECTED' || definition.termKind === 'UNTIL_DOWNGRADED';
    if (!isOpen) add('/validTo', 'TERM_REQUIRED', `名单 ${definition.code} 的期限由决定书确定，须填写 validTo`);
    return { validFrom, validTo, faults };
  }
  if (validTo < validFrom) add('/validTo', 'DATE_ORDER', `有效期截止日早于起始日 ${validFrom}`);
  else if (validTo < today) add('/validTo', 'DATE_ORDER', `有效期已于 ${validTo} 届满，期满的记录不再列入`);
  const latest = definition.termMaxMonths === null ? null : addMonths(validFrom, definition.termMaxMonths);
  if (latest !== null && validTo > latest)
    add('/validTo', 'TERM_EXCEEDS_LIST', `名单 ${definition.code} 最长 ${definition.termMaxMonths} 个月，最迟 ${latest}`);
  return { validFrom, validTo, faults };
}
