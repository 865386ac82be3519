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

/** Looks through every row of every table of every schema, whatever it is for. */
export async function tracesInDatabase(adminUrl: string): Promise<{ traces: Trace[]; tables: number }> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const traces: Trace[] = [];
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT t::text AS text FROM ${name} t WHERE t::text ~ '320799(19|20)[0-9]{9}' OR t::text ~ '333230373939(3139|3230)' LIMIT 3`,
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
    const excerpt = excerptOf((await readFile(path)).toString('latin1'));
    if (excerpt !== undefined) traces.push({ where: entry, excerpt });
  }
  return { traces, files };
}
