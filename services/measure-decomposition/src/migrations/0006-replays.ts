import type { Migration } from '@lianxin/platform';

/**
 * A plan remembers which versions of the catalogue were known when it was derived last, so that it can be derived again from the very same inputs, and what
 * an approved replay has decided about its law (R-6-7).
 */
export const replays: Migration = {
  name: '0006-replays',
  sql: `
    ALTER TABLE plan ADD COLUMN known_version integer REFERENCES catalogue_version;
    UPDATE plan SET known_version = coalesce(
      (SELECT max(version) FROM catalogue_version WHERE published_at <= greatest(plan.made_at,
         (SELECT max(recorded_at) FROM plan_step WHERE plan_step.plan_id = plan.plan_id AND kind = 'REVISED'))),
      catalogue_version);
    ALTER TABLE plan ALTER COLUMN known_version SET NOT NULL;
    -- {version, through}: this version counts instead of all up to the other.
    ALTER TABLE plan ADD COLUMN pin jsonb;
    ALTER TABLE plan_step DROP CONSTRAINT plan_step_kind_check;
    ALTER TABLE plan_step ADD CONSTRAINT plan_step_kind_check CHECK (kind IN ('MADE', 'HELD', 'RELEASED', 'NARROWED', 'REVISED', 'CORRECTED', 'ENDED'));

    -- Answers that came in several parts, until the last has come.
    CREATE TABLE replay_part (
      replay_id uuid NOT NULL,
      round integer NOT NULL,
      entry_id uuid NOT NULL,
      part integer NOT NULL,
      data jsonb NOT NULL,
      PRIMARY KEY (replay_id, round, entry_id, part)
    );
    ALTER TABLE replay_part ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON replay_part TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    REVOKE ALL ON replay_part FROM measure_decomposition_app;
  `,
};
