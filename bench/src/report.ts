import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** One measured figure beside the limit that the same machine gave in the same run. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: string;
}

/** Prints figures and writes them as JSON under bench/results. */
export function report(name: string, figures: readonly Figure[]): void {
  const machine = {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  console.log(`\n${name} on ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}`);
  for (const { what, value, unit, limit } of figures) {
    console.log(
      `  ${what}: ${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)} ${unit}${limit === undefined ? '' : `   [${limit}]`}`,
    );
  }
  const folder = join(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ name, measuredAt: new Date().toISOString(), machine, figures }, null, 2)}\n`,
  );
}

/** The value below which `share` of the sorted values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
