import type { Migration } from '@lianxin/platform';

/** Versions of the catalogue from draft to force, and the jobs that simulate, re-plan and prove. */
export const catalogueVersions: Migration = {
  name: '0004-catalogue-versions',
  sql: `
    -- A version stands here once it is in force; null: the first, whose rows have their own dates (catalogue rule 22).
    ALTER TABLE catalogue_version ADD COLUMN effective_from date, ADD COLUMN draft_id uuid UNIQUE;

    CREATE TABLE catalogue_draft (
      draft_id uuid PRIMARY KEY,
      title_zh text NOT NULL,
      reason_zh text NOT NULL,
      document_no text,
      base_version integer NOT NULL REFERENCES catalogue_version,
      status text NOT NULL CHECK (status IN ('OPEN', 'PUBLISHED', 'IN_FORCE', 'DISCARDED')),
      -- Grows with every edit: the ETag.
      revision integer NOT NULL,
      effective_from date,
      -- Whoever has edited it may not publish it.
      editors text[] NOT NULL,
      published_by text,
      created_at timestamptz NOT NULL,
      changed_at timestamptz NOT NULL,
      published_at timestamptz,
      CHECK ((status IN ('PUBLISHED', 'IN_FORCE')) = (published_by IS NOT NULL))
    );
    -- One version waits for its day at a time: what comes after it must know it.
    CREATE UNIQUE INDEX catalogue_draft_waiting ON catalogue_draft ((true)) WHERE status = 'PUBLISHED';
    -- What a draft changes in its base; content null: the row goes.
    CREATE TABLE catalogue_draft_row (
      draft_id uuid NOT NULL REFERENCES catalogue_draft,
      kind text NOT NULL CHECK (kind IN ('MEASURE', 'DEPARTMENT', 'MATTER', 'CLASS', 'MEMORANDUM')),
      code text NOT NULL,
      content jsonb,
      changed_by text NOT NULL,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (draft_id, kind, code)
    );

    CREATE TABLE catalogue_job (
      job_id uuid PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('REPLAN', 'RETRY', 'SIMULATION', 'RECONCILIATION')),
      status text NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed', 'cancelled')),
      -- REPLAN: the version that came into force. SIMULATION: the draft at one of its revisions, with what it changed then.
      version integer,
      draft_id uuid REFERENCES catalogue_draft,
      draft_revision integer,
      draft_rows jsonb,
      effective_from date,
      -- RETRY: the group of incidents.
      cause text,
      group_key text,
      -- Plans that are looked at: of these lists, or of entries that came into force on this day or later; both null: all.
      lists text[],
      since date,
      cursor uuid,
      total integer NOT NULL,
      done integer NOT NULL DEFAULT 0,
      changed integer NOT NULL DEFAULT 0,
      failed integer NOT NULL DEFAULT 0,
      figures jsonb NOT NULL,
      failure text,
      requested_by text,
      created_at timestamptz NOT NULL,
      started_at timestamptz,
      finished_at timestamptz
    );
    CREATE INDEX catalogue_job_open ON catalogue_job (job_id) WHERE status IN ('queued', 'running');

    ALTER TABLE plan ADD COLUMN activated_on date;
    UPDATE plan SET activated_on = (body->>'activatedOn')::date;
    ALTER TABLE plan ALTER COLUMN activated_on SET NOT NULL;
    CREATE INDEX plan_running ON plan (plan_id) WHERE status <> 'ENDED';
    ALTER TABLE plan_step DROP CONSTRAINT plan_step_kind_check;
    ALTER TABLE plan_step ADD CONSTRAINT plan_step_kind_check CHECK (kind IN ('MADE', 'HELD', 'RELEASED', 'NARROWED', 'REVISED', 'ENDED'));

    -- An incident is open until its plan is derived again without it, or the office says that nothing is to be done.
    ALTER TABLE incident ADD COLUMN resolved_at timestamptz, ADD COLUMN ignored_at timestamptz, ADD COLUMN ignored_by text, ADD COLUMN ignored_reason text;
    CREATE INDEX incident_open ON incident (cause, group_key, plan_id) WHERE resolved_at IS NULL AND ignored_at IS NULL;
    CREATE INDEX incident_plan ON incident (plan_id);
    GRANT UPDATE (resolved_at) ON incident TO measure_decomposition_consumer;
    GRANT UPDATE (ignored_at, ignored_by, ignored_reason) ON incident TO measure_decomposition_app;
    CREATE POLICY city_ignores ON incident FOR UPDATE TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');

    ALTER TABLE catalogue_draft ENABLE ROW LEVEL SECURITY;
    ALTER TABLE catalogue_draft_row ENABLE ROW LEVEL SECURITY;
    ALTER TABLE catalogue_job ENABLE ROW LEVEL SECURITY;
    CREATE POLICY city ON catalogue_draft TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city ON catalogue_draft_row TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city ON catalogue_job TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON catalogue_draft TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON catalogue_draft_row TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON catalogue_job TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    REVOKE DELETE ON catalogue_draft, catalogue_job FROM measure_decomposition_app, measure_decomposition_consumer;
  `,
};
