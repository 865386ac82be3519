import type { Client } from 'pg';

/** Tables that tell how far a reader is or when something was last seen, not what is so. */
const bookkeeping = /(consumer_position|schema_migration|timer|api_client|idempotency_key|subject_lane)$/;

/** One hash per table over all its rows, whatever their order. */
export async function digestOf(client: Client, schemas: readonly string[]): Promise<Record<string, string>> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = ANY($1) ORDER BY 1`,
    [schemas],
  );
  const digest: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !bookkeeping.test(table.name))) {
    const { rows } = await client.query<{ hash: string | null; count: string }>(
      `SELECT md5(string_agg(hash, '' ORDER BY hash)) AS hash, count(*) AS count FROM (SELECT md5(t::text) AS hash FROM ${name} t) rows`,
    );
    digest[name] = `${rows[0]?.count ?? 0} rows, ${rows[0]?.hash ?? 'none'}`;
  }
  return digest;
}
