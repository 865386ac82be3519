import { addDays, beijingDate, type DigestView, digestViews } from '@lianxin/contracts';

export type PartStatus = 'WAITING' | 'SAME' | 'DIFFERENT' | 'SILENT';
export type RunStatus = 'RUNNING' | 'SAME' | 'DIFFERENT' | 'SILENT';

/** One copy of one view, compared with its owner. */
export interface Part {
  readonly view: DigestView;
  readonly holder: string;
}

/** All that is compared in a run: every copy of every view. */
export const parts: readonly Part[] = (Object.keys(digestViews) as DigestView[]).flatMap((view) =>
  digestViews[view].holders.map((holder): Part => ({ view, holder })),
);

/** Who says nothing for this long is a finding of its own: its digest, its copy or the way between them has stopped. */
export function partStatus(
  result: { readonly differences: number } | undefined,
  run: { readonly requestedAt: Date; readonly isNewest: boolean },
  now: Date,
  waitMs: number,
): PartStatus {
  if (result !== undefined) return result.differences > 0 ? 'DIFFERENT' : 'SAME';
  // A newer run takes the place of a comparison that has not come to its end.
  return !run.isNewest || now.getTime() - run.requestedAt.getTime() > waitMs ? 'SILENT' : 'WAITING';
}

/** A difference is the worst; then silence; a run is over when every part has an end. */
export function runStatus(statuses: readonly PartStatus[]): RunStatus {
  if (statuses.includes('DIFFERENT')) return 'DIFFERENT';
  if (statuses.includes('SILENT')) return 'SILENT';
  return statuses.includes('WAITING') ? 'RUNNING' : 'SAME';
}

/**
 * The next night's moment after `now`.
 * @param at `HH:MM` in Beijing.
 */
export function nextNight(now: Date, at: string): Date {
  const momentOn = (date: string) => new Date(`${date}T${at}:00+08:00`);
  const today = momentOn(beijingDate(now));
  return today > now ? today : momentOn(addDays(beijingDate(now), 1));
}
