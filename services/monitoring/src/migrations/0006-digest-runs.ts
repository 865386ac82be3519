import type { Migration } from '@lianxin/platform';

/** Nightly comparisons of copies with their owners, as their events told of them (design §3, guarantee 5). */
export const digestRunsMigration: Migration = {
  name: '0006-digest-runs',
  sql: `
    CREATE TABLE digest_run (
      run_id uuid PRIMARY KEY,
      asked_by text NOT NULL,
      requested_on date NOT NULL,
      requested_at timestamptz NOT NULL
    );
    CREATE TABLE digest_result (
      run_id uuid NOT NULL,
      view text NOT NULL,
      holder text NOT NULL,
      rows integer NOT NULL,
      questioned integer NOT NULL,
      moving integer NOT NULL,
      differences integer NOT NULL,
      -- The first of them.
      found jsonb NOT NULL,
      compared_at timestamptz NOT NULL,
      PRIMARY KEY (run_id, view, holder)
    );
    ALTER TABLE digest_run ENABLE ROW LEVEL SECURITY;
    ALTER TABLE digest_result ENABLE ROW LEVEL SECURITY;
    CREATE POLICY city ON digest_run FOR SELECT TO monitoring_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city ON digest_result FOR SELECT TO monitoring_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON digest_run TO monitoring_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON digest_result TO monitoring_consumer USING (true) WITH CHECK (true);
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON digest_run, digest_result FROM monitoring_app;
    REVOKE UPDATE, DELETE, TRUNCATE ON digest_run, digest_result FROM monitoring_consumer;
  `,
};
