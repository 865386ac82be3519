import { createHash } from 'node:crypto';
import type { ProblemCode } from '@lianxin/contracts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** What anybody needs to draw the same sample again. */
export interface Draw {
  readonly population: number;
  /** SHA-256 of the sorted ids, one per line. */
  readonly populationHash: string;
  /** In the order of the draw. */
  readonly sample: readonly string[];
}

/**
 * Draws a sample (R-10-3): cases in the order of sha256(seed|case id), so many per cent of them, at least one. The order of the cases given decides nothing.
 * @param percent 1–100.
 */
export function drawSample(caseIds: readonly string[], percent: number, seed: string): Draw {
  const sorted = [...new Set(caseIds)].sort();
  const size = Math.ceil((sorted.length * percent) / 100);
  const sample = sorted
    .map((id) => ({ id, rank: hash(`${seed}|${id}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, size)
    .map(({ id }) => id);
  return { population: sorted.length, populationHash: hash(sorted.join('\n')), sample };
}

/** A month may be drawn once it is over: its cases are all there then. */
export function canDraw(month: string, today: string): { ok: true } | { ok: false; code: ProblemCode; detail: string } {
  if (month < today.slice(0, 7)) return { ok: true };
  return { ok: false, code: 'SPOT_CHECK_TOO_EARLY', detail: `${month} 尚未结束，${today.slice(0, 7)} 之前的月份可以抽查` };
}
