import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** The synthetic numbers of this run: 18 digits of a region that does not exist. As text, and as PostgreSQL prints bytes. */
const asText = /320799(19|20)\d{9}[\dXx]/;
const asHex = /333230373939(3139|3230)(3[0-9]){9}(3[0-9]|58|78)/;

/** Where an ID number lies readable. */
export interface Trace {
  readonly where: string;
  readonly excerpt: string;
}

function excerptOf(text: string): string | undefined {
  const hit = asText.exec(text) ?? asHex.exec(text);
  return hit === null ? undefined : text.slice(Math.max(0, hit.index - 60), hit.index + 30);
}

/** What stands in every such number; looked for first, for it is found a hundred times as fast as the pattern. */
const beginnings = ['32079919', '32079920', '3332303739393139', '3332303739393230'];

/**
 * Looks through every row of every table of every schema, whatever it is for.
 * @param schema only this one
 */
export async function tracesInDatabase(adminUrl: string, schema?: string): Promise<{ traces: Trace[]; tables: number }> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const traces: Trace[] = [];
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND n.nspname = coalesce($1, n.nspname)`,
      [schema ?? null],
    );
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT shown.text FROM ${name} t CROSS JOIN LATERAL (SELECT t::text AS text OFFSET 0) AS shown
         WHERE CASE WHEN shown.text LIKE ANY ($1) THEN shown.text ~ '320799(19|20)[0-9]{9}' OR shown.text ~ '333230373939(3139|3230)' ELSE false END
         LIMIT 3`,
        [beginnings.map((beginning) => `%${beginning}%`)],
      );
      for (const row of rows) {
        const excerpt = excerptOf(row.text);
        if (excerpt !== undefined) traces.push({ where: name, excerpt });
      }
    }
    return { traces, tables: tables.length };
  } finally {
    await client.end();
  }
}

/** Looks through every file under a folder, byte by byte: logs, log segments of the broker, credentials, uploads. */
export async function tracesInFiles(folder: string, skip: (path: string) => boolean): Promise<{ traces: Trace[]; files: number }> {
  const traces: Trace[] = [];
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    if (skip(entry)) continue;
    const info = await stat(path).catch(() => undefined);
    if (info === undefined || !info.isFile()) continue;
    files++;
    const content = await readFile(path);
    if (!beginnings.some((beginning) => content.includes(beginning, 0, 'latin1'))) continue;
    const excerpt = excerptOf(content.toString('latin1'));
    if (excerpt !== undefined) traces.push({ where: entry, excerpt });
  }
  return { traces, files };
}
