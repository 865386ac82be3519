import type { ListEntryView } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { z } from 'zod';
import { findEndedNumbers } from './ended-entry.store.ts';
import { acrossDepartments } from './row-scope.store.ts';

type Shown = Pick<ListEntryView, 'reason' | 'listType'> & { readonly timeline?: ListEntryView['timeline'] };
/** As T4 and T20 note the black entries that they met (`meetsBlack`, `excludeHonour`). */
const hitSchema = z.looseObject({ number: z.string() });
const metSchema = z.looseObject({ hits: z.array(hitSchema).optional().catch(undefined), by: hitSchema.optional().catch(undefined) });
const reasonCode = 'CROSS_CHECK_HIT';

/**
 * Honours as their unit may see them (R-7-1a): that a black entry stood against one is told, which one no longer when that entry has ended. It is another
 * department's, and an ended punishment stands in no department's answer.
 */
export async function withoutEndedHits<Entry extends Shown>(tx: Transaction, entries: readonly Entry[]): Promise<Entry[]> {
  const numbers = [...new Set(entries.filter((entry) => entry.listType === 'RED').flatMap(metBy))];
  const ended = await acrossDepartments(tx, () => findEndedNumbers(tx, numbers));
  return ended.size === 0 ? [...entries] : entries.map((entry) => hide(entry, ended));
}

function metBy({ reason, timeline = [] }: Shown): string[] {
  const told = reason?.startsWith(reasonCode) === true ? numbersIn(reason) : [];
  const noted = timeline.flatMap(({ detail }) => {
    const { hits = [], by } = metSchema.parse(detail);
    return [...hits, ...(by === undefined ? [] : [by])].map(({ number }) => number);
  });
  return [...told, ...noted];
}

/** `CROSS_CHECK_HIT: BL-WAGE LYG-MD-2026-000012; …`: the number is the last word of each. */
function numbersIn(reason: string): string[] {
  return reason.split('; ').map((hit) => hit.split(' ').at(-1) ?? '');
}

function hide<Entry extends Shown>(entry: Entry, ended: ReadonlySet<string>): Entry {
  if (entry.listType !== 'RED') return entry;
  const { reason } = entry;
  const isTold = reason?.startsWith(reasonCode) === true && numbersIn(reason).some((number) => ended.has(number));
  const timeline = entry.timeline?.map((item) => {
    const { hits, by, ...rest } = metSchema.parse(item.detail);
    return {
      ...item,
      detail: {
        ...rest,
        ...(hits === undefined ? {} : { hits: hits.filter(({ number }) => !ended.has(number)) }),
        ...(by === undefined || ended.has(by.number) ? {} : { by }),
      },
    };
  });
  return { ...entry, reason: isTold ? reasonCode : reason, ...(timeline === undefined ? {} : { timeline }) };
}
