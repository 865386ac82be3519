import type { Migration } from '@lianxin/platform';

/** Tables of the nightly comparison, in the schema of every service that owns or copies something that is compared. Nothing but ids, versions and states. */
export const digestMigration: Migration = {
  name: 'digest-0001',
  sql: `
    -- What an owner has been asked for: a digest of all (buckets null), or the rows of some buckets.
    CREATE TABLE digest_order (
      run_id uuid NOT NULL,
      view text NOT NULL,
      holder text NOT NULL DEFAULT '',
      round integer NOT NULL DEFAULT 0,
      buckets integer[],
      PRIMARY KEY (run_id, view, holder, round)
    );
    -- A comparison under way. A newer run takes the place of one that never came to its end.
    CREATE TABLE digest_comparison (
      view text PRIMARY KEY,
      run_id uuid NOT NULL,
      -- TOLD: the owner's digest has come. ASKED: its rows are waited for. ANSWERED: they have come.
      phase text NOT NULL CHECK (phase IN ('TOLD', 'ASKED', 'ANSWERED')),
      told jsonb NOT NULL,
      -- Ends of the log, looked up after the owner had spoken: compared is only what has read as far.
      ends jsonb,
      round integer NOT NULL DEFAULT 0,
      asked integer[] NOT NULL DEFAULT '{}',
      waiting integer[] NOT NULL DEFAULT '{}',
      suspects jsonb NOT NULL DEFAULT '{}',
      tries integer NOT NULL DEFAULT 0,
      row_count integer NOT NULL DEFAULT 0,
      questioned integer NOT NULL DEFAULT 0,
      moving integer NOT NULL DEFAULT 0,
      differences integer NOT NULL DEFAULT 0,
      found jsonb NOT NULL DEFAULT '[]'
    );
    CREATE TABLE digest_answer (
      view text NOT NULL REFERENCES digest_comparison ON DELETE CASCADE,
      round integer NOT NULL,
      bucket integer NOT NULL,
      part integer NOT NULL,
      parts integer NOT NULL,
      rows jsonb NOT NULL,
      PRIMARY KEY (view, round, bucket, part)
    );
  `,
};
