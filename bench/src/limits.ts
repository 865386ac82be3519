import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

interface Column {
  readonly name: string;
  readonly type: string;
}

/** A table of the same shape, indexes and constraints, empty. */
async function twinOf(client: Client, table: string): Promise<{ twin: string; columns: Column[] }> {
  const twin = `bench_${table.split('.').at(-1)}`;
  await client.query(`DROP TABLE IF EXISTS public.${twin}`);
  await client.query(`CREATE TABLE public.${twin} (LIKE ${table} INCLUDING ALL)`);
  const { rows } = await client.query<Column>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return { twin: `public.${twin}`, columns: rows };
}

/** Rows of a table as column arrays of texts, cut into batches. */
async function batchesOf(client: Client, table: string, columns: readonly Column[], batch: number): Promise<(string | null)[][][]> {
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${columns.map((column) => `"${column.name}"::text`).join(', ')} FROM ${table}`,
    rowMode: 'array',
  });
  const batches: (string | null)[][][] = [];
  for (let start = 0; start < rows.length; start += batch) {
    const part = rows.slice(start, start + batch);
    batches.push(columns.map((_, place) => part.map((row) => row[place] ?? null)));
  }
  return batches;
}

/**
 * What the same server does with the same rows by one connection that thinks of nothing: `INSERT … SELECT FROM unnest`, one transaction per batch over
 * all tables, and COPY.
 * @returns rows of the first table per second.
 */
export async function measureLimits(client: Client, tables: readonly string[], batch: number): Promise<{ unnest: number; copy: number }> {
  const prepared = await Promise.all(tables.map((table) => twinOf(client, table)));
  const data = [];
  for (const [index, table] of tables.entries()) data.push(await batchesOf(client, table, prepared[index]?.columns ?? [], batch));
  const total = (data[0] ?? []).reduce((sum, columns) => sum + (columns[0]?.length ?? 0), 0);

  let started = performance.now();
  for (let index = 0; index < Math.max(...data.map((batches) => batches.length)); index++) {
    await client.query('BEGIN');
    for (const [place, batches] of data.entries()) {
      const columns = batches[index];
      const target = prepared[place];
      if (columns === undefined || target === undefined) continue;
      await client.query(
        `INSERT INTO ${target.twin} SELECT * FROM unnest(${target.columns.map((column, at) => `$${at + 1}::${column.type}[]`).join(', ')})`,
        columns,
      );
    }
    await client.query('COMMIT');
  }
  const unnest = total / ((performance.now() - started) / 1000);

  for (const target of prepared) await client.query(`TRUNCATE ${target.twin}`);
  started = performance.now();
  for (const [place, batches] of data.entries()) {
    const target = prepared[place];
    if (target === undefined) continue;
    const lines = batches.flatMap((columns) =>
      (columns[0] ?? []).map((_, row) => `${columns.map((column) => copyText(column[row] ?? null)).join('\t')}\n`),
    );
    await pipeline(Readable.from(lines), client.query(copyFrom(`COPY ${target.twin} FROM STDIN`)));
  }
  const copy = total / ((performance.now() - started) / 1000);
  return { unnest, copy };
}

function copyText(value: string | null): string {
  if (value === null) return '\\N';
  return value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
