import type { PenaltyCategory } from '@lianxin/contracts';
import type { NonRepairable, RepairPolicy } from './policy.rules.ts';

/** A citation that stands against repairing a record. */
export interface Bar {
  readonly rule: NonRepairable;
}

interface BarredItem {
  readonly listCode: string | null;
  readonly categories: readonly PenaltyCategory[];
  readonly decidedOn: string;
}

/**
 * Bars of a record (§5.6): those that the record itself shows, and those that its competent unit has asserted.
 * @param asserted codes of the asserted ones; `ALL` gives every bar that could be asserted of such a record
 */
export function barsOf(policy: RepairPolicy, item: BarredItem, asserted: readonly string[] | 'ALL'): Bar[] {
  return policy.nonRepairable
    .filter((rule) => rule.decidedFrom <= item.decidedOn && (rule.decidedBefore === null || item.decidedOn < rule.decidedBefore))
    .filter((rule) => !rule.asserted || asserted === 'ALL' || asserted.includes(rule.code))
    .filter((rule) => fits(rule, item))
    .map((rule) => ({ rule }));
}

function fits(rule: NonRepairable, item: BarredItem): boolean {
  if (rule.scope === 'LIST') return rule.scopeValue === item.listCode;
  if (item.listCode !== null) return false;
  return rule.scopeValue === '*' || item.categories.some((category) => category === rule.scopeValue);
}

/** What it is and where it stands, for people. */
export function describeBar({ rule }: Bar): string {
  return `${rule.nameZh}（${rule.citation}）`;
}
