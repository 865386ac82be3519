/** One column of rows that are written by `INSERT … SELECT FROM unnest(…)`: its name, SQL type and value. */
export interface Column<Row> {
  readonly name: string;
  readonly type: 'uuid' | 'text' | 'integer' | 'boolean' | 'date' | 'timestamptz' | 'jsonb';
  readonly of: (row: Row) => unknown;
}

/** `SELECT` source and parameters of rows: one array per column, whatever the number of rows. */
export function unnestRows<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  alias: string,
): { from: string; parameters: unknown[][] } {
  const arrays = columns.map((column, index) => `$${index + 1}::${column.type}[]`);
  return {
    from: `unnest(${arrays.join(', ')}) AS ${alias} (${columns.map((column) => column.name).join(', ')})`,
    parameters: columns.map((column) => rows.map((row) => parameterOf(column, row))),
  };
}

function parameterOf<Row>(column: Column<Row>, row: Row): unknown {
  const value = column.of(row);
  if (value === null || value === undefined) return null;
  if (column.type === 'jsonb') return JSON.stringify(value);
  return value instanceof Date ? value.toISOString() : value;
}

/** Names of columns, with `prefix` before each. */
export function namesOf<Row>(columns: readonly Column<Row>[], prefix = ''): string {
  return columns.map((column) => prefix + column.name).join(', ');
}
