import type { Procedure } from './procedure.rules.ts';

/** An entry as its mark of dispute sees it. */
export interface Disputed {
  readonly disputed: boolean;
  readonly procedure: Procedure;
}

/** Who marked an entry that the credit office has marked by hand. */
export const markedByOffice = 'CREDIT_OFFICE';

/** Objections that hold the mark, after one more was accepted (T13); undefined: it holds it already. */
export function withMark(entry: Disputed, objectionId: string): readonly string[] | undefined {
  const known = entry.procedure.disputedBy ?? [];
  return entry.disputed && known.includes(objectionId) ? undefined : [...(entry.disputed ? known : []), objectionId];
}

/** Whether an entry that comes back into force (T23) is disputed as before: by objections that are open, or by what was found and not yet put right. */
export function isStillDisputed({ disputedBy, owedCorrections, unconfirmedObjection }: Procedure): boolean {
  return (disputedBy ?? []).length > 0 || (owedCorrections ?? []).length > 0 || unconfirmedObjection !== undefined;
}

export interface MarkLeft {
  /** Whether the mark goes (T13a). */
  readonly goes: boolean;
  /** Objections that hold it still. */
  readonly disputedBy: readonly string[];
}

/**
 * What is left of the mark when an objection is over: it goes with the last that holds it. One that never held it, because it was not accepted, takes nothing
 * away; nor does any from an entry whose objection could be neither confirmed nor refuted (§6.4).
 * @param stillDisputed what objection-handling says of others; it counts for holders of before they were noted
 * @returns undefined when nothing changes
 */
export function withoutMark(entry: Disputed, objectionId: string, stillDisputed: boolean): MarkLeft | undefined {
  if (!entry.disputed) return undefined;
  const { disputedBy, unconfirmedObjection } = entry.procedure;
  if (disputedBy === undefined || disputedBy.length === 0)
    return stillDisputed || unconfirmedObjection !== undefined ? undefined : { goes: true, disputedBy: [] };
  if (!disputedBy.includes(objectionId)) return undefined;
  const rest = disputedBy.filter((id) => id !== objectionId);
  return { goes: rest.length === 0 && !stillDisputed && unconfirmedObjection === undefined, disputedBy: rest };
}
