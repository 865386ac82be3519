import { digestBuckets, type digestCompared, type EventData } from '@lianxin/contracts';

/** Rows of one bucket in brief. */
export interface BucketDigest {
  readonly count: number;
  readonly hash: string;
}

/** One row of a view, as one side has it. */
export interface DigestRow {
  readonly id: string;
  readonly version: number;
  readonly state: string;
}

export type Difference = EventData<typeof digestCompared>['found'][number];

/** A row that only one side had, or that the copy had newer: the versions of both at that look, null where it was missing. */
export interface Suspect {
  readonly owner: number | null;
  readonly copy: number | null;
}
export type Suspects = Readonly<Record<string, Suspect>>;

/** Buckets that are not the same on both sides, in their order. */
export function differingBuckets(owner: readonly BucketDigest[], copy: ReadonlyMap<number, BucketDigest>): number[] {
  return Array.from({ length: digestBuckets }, (_, bucket) => bucket).filter((bucket) => {
    const [mine, its] = [copy.get(bucket), owner[bucket]];
    return (its?.count ?? 0) !== (mine?.count ?? 0) || (its?.hash ?? '0') !== (mine?.hash ?? '0');
  });
}

/**
 * Compares rows of the same buckets. The copy has heard everything that the owner had said when it answered, and perhaps more: so where both have a row, and the
 * copy's is not newer, a difference is certain. A row that only one of them has may have come, or gone, since the owner answered; it is suspected only and asked
 * for again: the owner's next answer is later than the copy's first look, so what is still the same on both sides then is a difference.
 * @param suspects what was suspected in the round before: only these rows are judged again. Null at the first look, at all of them.
 */
export function compareRows(
  owner: readonly DigestRow[],
  copy: readonly DigestRow[],
  suspects: Suspects | null,
): { readonly differences: Difference[]; readonly suspects: Record<string, Suspect> } {
  const differences: Difference[] = [];
  const suspected: Record<string, Suspect> = {};
  const own = new Map(owner.map((row) => [row.id, row]));
  const copied = new Map(copy.map((row) => [row.id, row]));
  const ids = suspects === null ? [...own.keys(), ...copied.keys()] : Object.keys(suspects);
  for (const id of [...new Set(ids)].sort()) {
    const [its, mine] = [own.get(id), copied.get(id)];
    const verdict = judge(its, mine, suspects?.[id]);
    if (verdict === 'SUSPECT') suspected[id] = { owner: its?.version ?? null, copy: mine?.version ?? null };
    else if (verdict !== null) differences.push({ id, fault: verdict, owner: sideOf(its), copy: sideOf(mine) });
  }
  return { differences, suspects: suspected };
}

function judge(
  its: DigestRow | undefined,
  mine: DigestRow | undefined,
  before: Suspect | undefined,
): Difference['fault'] | 'SUSPECT' | null {
  if (mine === undefined && its === undefined) return null;
  if (mine === undefined) return before?.copy === null && before.owner === its?.version ? 'MISSING' : 'SUSPECT';
  if (its === undefined) return before?.owner === null && before.copy === mine.version ? 'EXTRA' : 'SUSPECT';
  // Facts that change nothing here need not have been heard.
  if (its.state === mine.state) return null;
  if (mine.version < its.version) return 'BEHIND';
  // Whatever the copy knew at the look before, the owner must know at this one.
  const knows = before === undefined || before.copy === null || its.version >= before.copy;
  return mine.version === its.version || !knows ? 'OTHER' : 'SUSPECT';
}

function sideOf(row: DigestRow | undefined): Difference['owner'] {
  return row === undefined ? null : { version: row.version, state: row.state };
}

/** Whether a group has read all that the log held when its ends were looked up. */
export function hasReached(
  ends: readonly { topic: string; partition: number; nextOffset: number }[],
  positions: readonly { topic: string; partition: number; nextOffset: number }[],
): boolean {
  const read = new Map(positions.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
  return ends.every(({ topic, partition, nextOffset }) => (read.get(`${topic}/${partition}`) ?? 0) >= nextOffset);
}
