import type { Migration } from '@lianxin/platform';

/** How many rows of plans a run has given to whoever executes, and how many of them they say that they have changed. */
export const replanFlow: Migration = {
  name: '0005-replan-flow',
  sql: `
    ALTER TABLE catalogue_job ADD COLUMN sent_rows integer NOT NULL DEFAULT 0;
    -- Added to, never updated: a run under way holds its own row, and whoever hears this must not wait for it.
    CREATE TABLE replan_applied (
      run_id uuid NOT NULL,
      rows integer NOT NULL
    );
    CREATE INDEX replan_applied_run ON replan_applied (run_id);
    ALTER TABLE replan_applied ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON replan_applied TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    REVOKE ALL ON replan_applied FROM measure_decomposition_app;
    REVOKE UPDATE ON replan_applied FROM measure_decomposition_consumer;
  `,
};
