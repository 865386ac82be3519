import type { Migration } from '@lianxin/platform';

/** What plans demanded where the stored tasks were found to be otherwise: it is carried out when it has been approved, once. */
export const replayCorrectionsMigration: Migration = {
  name: '0014-replay-corrections',
  sql: `
    CREATE TABLE replay_correction (
      replay_id uuid NOT NULL,
      round integer NOT NULL,
      entry_id uuid NOT NULL,
      plans jsonb NOT NULL,
      done_at timestamptz,
      PRIMARY KEY (replay_id, round, entry_id)
    );
    ALTER TABLE replay_correction ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON replay_correction TO execution_feedback_consumer USING (true) WITH CHECK (true);
    REVOKE ALL ON replay_correction FROM execution_feedback_app;
  `,
};
