import type { Migration } from '@lianxin/platform';

/** Changes of parameters and what became of them (§12). Both are only ever added to: they are the audit. */
export const parameters: Migration = {
  name: '0009-parameters',
  sql: `
    CREATE TABLE parameter_change (
      change_id uuid PRIMARY KEY,
      key text NOT NULL,
      value integer NOT NULL,
      valid_from date NOT NULL,
      reason_zh text NOT NULL,
      document_no text
    );
    CREATE INDEX parameter_change_key ON parameter_change (key, change_id);
    CREATE TABLE parameter_fact (
      change_id uuid NOT NULL REFERENCES parameter_change,
      what text NOT NULL CHECK (what IN ('PROPOSED', 'APPROVED', 'CANCELLED', 'WITHDRAWN')),
      key text NOT NULL,
      -- Counts the approvals and withdrawals of a key: what the copies of other services go by.
      version integer,
      -- What would count on the first day without this change.
      previous_value integer NOT NULL,
      acted_by text NOT NULL,
      acted_at timestamptz NOT NULL,
      reason_zh text,
      PRIMARY KEY (change_id, what),
      UNIQUE (key, version),
      CHECK ((version IS NOT NULL) = (what IN ('APPROVED', 'WITHDRAWN')))
    );
    ALTER TABLE parameter_change ENABLE ROW LEVEL SECURITY;
    ALTER TABLE parameter_fact ENABLE ROW LEVEL SECURITY;
    -- What counts is read by everybody who signs in; who proposed what, by those who see the whole city (controller).
    CREATE POLICY everybody_reads ON parameter_change FOR SELECT TO measure_decomposition_app USING (true);
    CREATE POLICY everybody_reads ON parameter_fact FOR SELECT TO measure_decomposition_app USING (true);
    CREATE POLICY city_adds ON parameter_change FOR INSERT TO measure_decomposition_app WITH CHECK (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city_adds ON parameter_fact FOR INSERT TO measure_decomposition_app WITH CHECK (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON parameter_change TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON parameter_fact TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    REVOKE UPDATE, DELETE, TRUNCATE ON parameter_change, parameter_fact FROM measure_decomposition_app, measure_decomposition_consumer;
  `,
};
