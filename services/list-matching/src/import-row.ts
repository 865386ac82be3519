import type { FieldProblem } from '@lianxin/contracts';
import type { ImportRow, MadeRow, RowOutcome } from './import-kind.ts';
import type { FileRow, PlacedFault } from './import-table.ts';
import { faultOf, type RowError, type SampleRow, type Severity } from './import-trace.store.ts';

const maxFaultsPerRow = 20;
const maxSummary = 200;

/** What a batch of rows came to. */
export interface BatchOutcome {
  readonly rows: number;
  readonly succeeded: number;
  readonly warned: number;
  readonly lastLine: number;
  /** Refusals and warnings, in the order of the file. */
  readonly errors: readonly RowError[];
  readonly samples: readonly SampleRow[];
  readonly made: readonly MadeRow[];
}

export function readableRows<Row>(rows: readonly FileRow<Row>[]): ImportRow<Row>[] {
  return rows.flatMap((row) => (row.ok ? [{ line: row.line, row: row.row }] : []));
}

/**
 * Joins what reading said of each row with what receiving it came to.
 * @param outcomes of the readable rows, in their order
 * @param headerAt column of a fault
 */
export function outcomeOf(
  rows: readonly FileRow<unknown>[],
  outcomes: readonly RowOutcome[],
  headerAt: (pointer: string) => string | null,
): BatchOutcome {
  const placed = (fault: FieldProblem): PlacedFault => ({ ...fault, field: headerAt(fault.pointer) });
  const errors: RowError[] = [];
  const samples: SampleRow[] = [];
  const made: MadeRow[] = [];
  let succeeded = 0;
  let warned = 0;
  let next = 0;
  for (const row of rows) {
    const outcome = row.ok ? outcomes[next++] : undefined;
    if (row.ok && outcome === undefined) throw new Error('a row without an answer');
    if (!row.ok) errors.push(rowErrorOf(row.line, 'ERROR', row.faults));
    else if (outcome?.ok === false) errors.push(rowErrorOf(row.line, 'ERROR', outcome.errors.map(placed)));
    else if (outcome?.ok === true) {
      succeeded++;
      const warnings = [...row.warnings, ...outcome.warnings.map(placed)];
      if (warnings.length > 0) {
        warned++;
        errors.push(rowErrorOf(row.line, 'WARNING', warnings));
      }
      samples.push({ line: row.line, effect: outcome.effect, summary: outcome.summary.slice(0, maxSummary) });
      if (outcome.made !== null) made.push({ line: row.line, ...outcome.made });
    }
  }
  return { rows: rows.length, succeeded, warned, lastLine: rows.at(-1)?.line ?? 0, errors, samples, made };
}

/** The first fault of a row leads; the others stand beside it, so that one row is one error. */
export function rowErrorOf(line: number, severity: Severity, faults: readonly PlacedFault[]): RowError {
  const [first, ...others] = faults.slice(0, maxFaultsPerRow).map((fault) => faultOf(fault, fault.field));
  if (first === undefined) throw new Error('a refused row without a fault');
  return { line, severity, ...first, others };
}
