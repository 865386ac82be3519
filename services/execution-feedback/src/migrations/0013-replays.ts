import type { Migration } from '@lianxin/platform';

/** Replays (R-6-7): what windows applied is found by its entry, and answers that come in several parts wait for the last. */
export const replaysMigration: Migration = {
  name: '0013-replays',
  sql: `
    CREATE INDEX window_hit_entry ON window_hit (entry_id);
    CREATE TABLE replay_part (
      replay_id uuid NOT NULL,
      round integer NOT NULL,
      entry_id uuid NOT NULL,
      part integer NOT NULL,
      data jsonb NOT NULL,
      PRIMARY KEY (replay_id, round, entry_id, part)
    );
    ALTER TABLE replay_part ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON replay_part TO execution_feedback_consumer USING (true) WITH CHECK (true);
    REVOKE ALL ON replay_part FROM execution_feedback_app;
  `,
};
