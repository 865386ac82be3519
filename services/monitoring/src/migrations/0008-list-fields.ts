import type { Migration } from '@lianxin/platform';

/**
 * The fields of lists (K13, R-2-1), as activations tell them. What is kept of entries until now does not tell it, so the topic of entries, and no other, is
 * heard again from its beginning: hearing an entry twice changes nothing, and the streams know what they have told. The inbox holds no event apart by its
 * topic and goes whole; what comes twice from elsewhere is told by version.
 */
export const listFieldsMigration: Migration = {
  name: '0008-list-fields',
  sql: `
    CREATE TABLE list_heard (
      list_code text PRIMARY KEY,
      list_type text NOT NULL,
      field text,
      -- Who told it, so that the newest stays in whatever order it is heard.
      activated_on date NOT NULL,
      entry_id uuid NOT NULL,
      entry_version integer NOT NULL
    );
    -- What was known of lists when a period closed. Facts of their own: a rebuild leaves them.
    CREATE TABLE closed_list (
      period_code text NOT NULL REFERENCES closed_period (code),
      list_code text NOT NULL,
      list_type text NOT NULL,
      field text,
      PRIMARY KEY (period_code, list_code)
    );
    ALTER TABLE closed_list ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON closed_list TO monitoring_consumer USING (true) WITH CHECK (true);
    CREATE POLICY everybody ON closed_list TO monitoring_app USING (true);
    REVOKE INSERT, UPDATE, DELETE ON list_heard, closed_list FROM monitoring_app;

    DELETE FROM consumer_position WHERE topic = 'lianxin.list_entry';
    TRUNCATE inbox;
  `,
};
