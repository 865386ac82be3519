import { join } from 'node:path';

/** What only a running system knows: each service's schema after all migrations, and its OpenAPI document. */
export async function liveFiles(root, scratch) {
  // The gateway is the last of them: it joins the documents of all.
  const { serviceNames: services } = await import(join(root, 'services/standalone/dist/services.js'));
  const { startPostgres } = await import('@lianxin/platform/servers');
  const platform = await import('@lianxin/platform');
  const { eventLogSchemaOwner } = await import('@lianxin/messaging');
  const secret = 'generated-documents-need-no-secret-0123456789';
  const postgres = await startPostgres({ dataDir: join(scratch, 'postgres'), password: 'generated', settings: { fsync: 'off' } });
  const files = [];
  try {
    const adminUrl = postgres.url('postgres');
    for (const name of [...services, eventLogSchemaOwner]) await platform.provisionSchema(adminUrl, name, secret);
    const keys = await platform.generateTokenKeys();
    const databaseUrl = `postgres://127.0.0.1:${postgres.port}/postgres`;
    const environment = {
      LIANXIN_DATABASE_URL: databaseUrl,
      LIANXIN_DATABASE_SECRET: secret,
      LIANXIN_TOKEN_PUBLIC_KEY: keys.publicKey,
      LIANXIN_TOKEN_PRIVATE_KEY: keys.privateKey,
      LIANXIN_PERSONAL_DATA_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      LIANXIN_PERSONAL_DATA_HASH_KEY: secret,
      LIANXIN_FILES_DIR: join(scratch, 'files'),
      LIANXIN_LOG_LEVEL: 'silent',
      LIANXIN_EVENT_LOG: 'postgres',
      LIANXIN_EVENT_LOG_URL: databaseUrl,
      LIANXIN_EVENT_LOG_SECRET: secret,
    };
    const running = [];
    const urls = {};
    for (const name of services) {
      const { service } = await import(join(root, 'services', name, 'dist/app.module.js'));
      const started = await platform.boot(
        service,
        { ...environment, LIANXIN_SERVICE_URLS: JSON.stringify(urls) },
        { aloneInProcess: false },
      );
      urls[name] = started.url;
      running.push(started);
      files.push([`docs/generated/schema/${name}.sql`, await schemaOf(adminUrl, platform.databaseRolesOf(name).schema)]);
    }
    const document = await (await fetch(`${urls.gateway}/openapi.json`)).json();
    files.push(['docs/generated/openapi.json', `${JSON.stringify(document, null, 2)}\n`]);
    for (const service of running.reverse()) await service.close();
  } finally {
    await postgres.stop();
  }
  return files;
}

/** Tables, constraints, indexes and row security of a schema, in a stable order. Inbox days are made as they come and left out. */
async function schemaOf(adminUrl, schema) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const rows = async (sql) => (await client.query(sql, [schema])).rows;
  try {
    const columns =
      await rows(`SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
        pg_get_expr(d.adbin, d.adrelid) AS fallback, a.attidentity AS identity, a.attgenerated AS generated
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname !~ '^inbox_\\d+$' ORDER BY c.relname, a.attnum`);
    const constraints =
      await rows(`SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND c.relname !~ '^inbox_\\d+$' ORDER BY 1, 2`);
    const indexes = await rows(
      `SELECT tablename AS "table", indexdef AS text FROM pg_indexes WHERE schemaname = $1 AND tablename !~ '^inbox_\\d+$' ORDER BY 1, 2`,
    );
    const policies =
      await rows(`SELECT tablename AS "table", format('POLICY %s TO %s USING %s CHECK %s', policyname, array_to_string(roles, ','), coalesce(qual, '-'), coalesce(with_check, '-')) AS text
      FROM pg_policies WHERE schemaname = $1 ORDER BY 1, 2`);
    const grants =
      await rows(`SELECT table_name AS "table", grantee || ': ' || string_agg(privilege_type, ', ' ORDER BY privilege_type) AS text FROM information_schema.role_table_grants
      WHERE table_schema = $1 AND grantee NOT LIKE '%\\_owner' AND table_name !~ '^inbox_\\d+$' GROUP BY table_name, grantee ORDER BY 1, 2`);
    const tables = [...new Set(columns.map((column) => column.table))];
    const of = (list, table) => list.filter((row) => row.table === table);
    const column = (row) =>
      `  ${row.name} ${row.type}${row.required ? ' NOT NULL' : ''}${row.identity === '' ? '' : ' GENERATED AS IDENTITY'}${row.fallback === null ? '' : ` ${row.generated === '' ? 'DEFAULT' : 'GENERATED'} ${row.fallback}`}`;
    const texts = tables.map((table) =>
      [
        `TABLE ${table}`,
        ...of(columns, table).map(column),
        ...of(constraints, table).map((row) => `  CONSTRAINT ${row.name} ${row.text}`),
        ...of(indexes, table).map((row) => `  ${row.text}`),
        ...of(policies, table).map((row) => `  ${row.text}`),
        ...of(grants, table).map((row) => `  GRANT ${row.text}`),
      ].join('\n'),
    );
    return `-- Schema ${schema} after all migrations, read from the database's own catalogue. Generated by npm run gen.\n\n${texts.join('\n\n')}\n`;
  } finally {
    await client.end();
  }
}
