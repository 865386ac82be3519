import type { EntryStatus, ListType } from '@lianxin/contracts';

interface OtherEntry {
  readonly id: string;
  readonly list_code: string;
  readonly list_type: ListType;
  readonly department_code: string;
  readonly status: EntryStatus;
  readonly activated_on: string | null;
}
export interface Restoration {
  readonly honour: OtherEntry & { readonly valid_to: string | null };
  /** Facts of the honour. */
  readonly facts: readonly { readonly transition: string; readonly detail: Readonly<Record<string, unknown>> }[];
  /** Other entries of the subject as they now are, void ones among them. */
  readonly others: readonly OtherEntry[];
  readonly isAbolished: boolean;
  readonly today: string;
}

const inForce: readonly EntryStatus[] = ['ACTIVE', 'SUSPENDED'];
const voided: readonly EntryStatus[] = ['CORRECTED', 'REVOKED'];

/**
 * T20a: whether an excluded honour comes back. The entry that excluded it must be void; no other black entry that was not void has come into force since
 * the honour was given, for that one would have excluded it as well; its term must still run; it has not come back before.
 */
export function decideRestoration({ honour, facts, others, isAbolished, today }: Restoration): boolean {
  const exclusion = facts.findLast((fact) => fact.transition === 'T20');
  const by = exclusion?.detail['by'] as { entryId?: string } | undefined;
  if (honour.status !== 'EXCLUDED' || by?.entryId === undefined || facts.some((fact) => fact.transition === 'T20a')) return false;
  if (isAbolished || (honour.valid_to !== null && honour.valid_to < today)) return false;
  const isExcluderVoid = others.some((other) => other.id === by.entryId && voided.includes(other.status));
  const stands = (other: OtherEntry) =>
    inForce.includes(other.status) || (other.activated_on !== null && other.activated_on >= (honour.activated_on ?? ''));
  const blocked = others.some((other) => other.list_type === 'BLACK' && !voided.includes(other.status) && stands(other));
  const replaced = others.some(
    (other) => other.list_code === honour.list_code && other.department_code === honour.department_code && inForce.includes(other.status),
  );
  return isExcluderVoid && !blocked && !replaced;
}

/** Honours among the entries of one subject that come back as they now stand (T20a). */
export function honoursThatReturn<Entry extends OtherEntry & { readonly valid_to: string | null }>(
  entries: readonly Entry[],
  factsOf: (entryId: string) => Restoration['facts'],
  abolished: ReadonlySet<string>,
  today: string,
): Entry[] {
  return entries.filter(
    (honour) =>
      honour.list_type === 'RED' &&
      decideRestoration({
        honour,
        facts: factsOf(honour.id),
        others: entries.filter((other) => other.id !== honour.id),
        isAbolished: abolished.has(honour.list_code),
        today,
      }),
  );
}
