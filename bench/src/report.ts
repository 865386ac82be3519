import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** One measured figure beside the limit that the same machine gave in the same run. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The target of design §8, in the figure's unit. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number } | undefined;
  /** What the same machine gave in the same run for the same work without the product, in words with its figure. */
  readonly limit?: string | undefined;
  /** The values of repeated runs in their order; `value` is their median. */
  readonly runs?: readonly number[] | undefined;
}

/** Load of the machine (1 minute) when the program began: others may be at work beside it. */
const loadBefore = loadavg()[0] ?? 0;

/** Prints figures and writes them as JSON under bench/results, from where `npm run gen` makes docs/generated/figures.md. */
export function report(name: string, figures: readonly Figure[]): void {
  const machine = {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    /** One-minute load average before and after: above 0 before the run, something else ran beside it. */
    load: { before: round(loadBefore, 2), after: round(loadavg()[0] ?? 0, 2) },
  };
  console.log(
    `\n${name} on ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}, load before the run ${machine.load.before}`,
  );
  for (const figure of figures) console.log(`  ${lineOf(figure)}`);
  const folder = join(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ name, measuredAt: new Date().toISOString(), machine, figures }, null, 2)}\n`,
  );
}

function lineOf({ what, value, unit, target, limit, runs }: Figure): string {
  const shown = value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
  const notes = [
    ...(target === undefined
      ? []
      : [`target ${'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`}: ${isMet(value, target) ? 'met' : 'MISSED'}`]),
    ...(limit === undefined ? [] : [limit]),
    ...(runs === undefined || runs.length < 2 ? [] : [`runs ${runs.map((run) => round(run, run < 10 ? 2 : 0)).join(' ')}`]),
  ];
  return `${what}: ${shown} ${unit}${notes.length === 0 ? '' : `   [${notes.join('; ')}]`}`;
}

export function isMet(value: number, target: NonNullable<Figure['target']>): boolean {
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The value below which `share` of the sorted values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle of the values: what one run in a noisy hour cannot spoil. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
