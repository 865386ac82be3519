import { addDays, addMonths, type Grade } from '@lianxin/contracts';
import type { RepairItem } from './eligibility.rules.ts';
import { type Span, spansOf } from './period.rules.ts';
import type { RepairPolicy } from './policy.rules.ts';

/** How long a penalty may be public at most (R-5-5, R-5-6), and what is to be done about it now. */
export type PublicityLimit =
  /** It ends with `publicUntil`; earlier than its department has announced. */
  | {
      readonly state: 'LIMITED';
      readonly publicUntil: string;
      readonly regime: string;
      readonly clause: string;
      readonly grade: Grade;
      readonly recheckOn: null;
    }
  /** The maximum is reached, a verified clause lets publicity go on until the duty is performed: looked at again every month. */
  | { readonly state: 'MAX_REACHED_NOT_PERFORMED'; readonly clause: string; readonly recheckOn: string }
  /** Nothing to be done: what was announced is no longer than the law, or the maximum may be extended and is not reached yet. */
  | { readonly state: 'AS_ANNOUNCED'; readonly recheckOn: string | null };

/**
 * The limit of a penalty's publicity. Of two regimes the earlier end counts (R-5-6). At the maximum publicity stops; only a regime whose verified clause
 * says so lets it go on while the duty is not performed (R-5-5).
 * @param performedOn day on which the duty was fully performed, as far as known
 */
export function publicityLimitOf(policy: RepairPolicy, item: RepairItem, performedOn: string | null, today: string): PublicityLimit {
  if (item.kind !== 'PENALTY' || item.state !== 'LIVE') return { state: 'AS_ANNOUNCED', recheckOn: null };
  const span = earliestEnd(spansOf(policy, item, today));
  if (span === undefined) return { state: 'AS_ANNOUNCED', recheckOn: null };
  const { endsOn, extensionClause } = span;
  const isPerformed = performedOn !== null && performedOn <= today;
  if (extensionClause !== null && !isPerformed)
    return endsOn > today
      ? { state: 'AS_ANNOUNCED', recheckOn: endsOn }
      : { state: 'MAX_REACHED_NOT_PERFORMED', clause: extensionClause, recheckOn: addMonths(today, 1) };
  const lastDay = addDays(endsOn, -1);
  if (item.termEnd !== null && item.termEnd <= lastDay) return { state: 'AS_ANNOUNCED', recheckOn: null };
  const publicUntil = lastDay < item.publicFrom ? item.publicFrom : lastDay;
  return { state: 'LIMITED', publicUntil, regime: span.regime, clause: span.clause, grade: span.grade, recheckOn: null };
}

function earliestEnd(spans: readonly Span[]): (Span & { endsOn: string }) | undefined {
  return spans
    .flatMap((span) => (span.endsOn === null ? [] : [{ ...span, endsOn: span.endsOn }]))
    .sort((a, b) => (a.endsOn < b.endsOn ? -1 : 1))[0];
}
