import { createHash } from 'node:crypto';
import pg from 'pg';

/** One forward-only step of a schema. Once published its text is frozen: a changed text is refused. */
export interface Migration {
  /** `0001-list-entries`; migrations run in the order given. */
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings a schema up to date as its owner. Several replicas may start at once: one migrates, the others wait.
 * @param ownerUrl URL of the role `<service>_owner`.
 * @throws Error when a migration that has already run was changed afterwards.
 */
export async function migrate(ownerUrl: string, schema: string, migrations: readonly Migration[]): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    // Held by the session until the end: replicas that start together take turns.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [`lianxin migrate ${schema}`]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.schema_migration (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const applied = new Map(
      (await client.query<{ name: string; hash: string }>(`SELECT name, hash FROM ${schema}.schema_migration`)).rows.map((row) => [
        row.name,
        row.hash,
      ]),
    );
    for (const migration of migrations) {
      const hash = createHash('sha256').update(migration.sql).digest('hex');
      const known = applied.get(migration.name);
      if (known === hash) continue;
      if (known !== undefined)
        throw new Error(`migration ${migration.name} of ${schema} has been changed after it ran: add a new one instead`);
      await client.query('BEGIN');
      await client.query(migration.sql);
      await client.query(`INSERT INTO ${schema}.schema_migration (name, hash) VALUES ($1, $2)`, [migration.name, hash]);
      await client.query('COMMIT');
    }
  } finally {
    await client.end();
  }
}
