import type { Migration } from '@lianxin/platform';

export const catalogueAndPlans: Migration = {
  name: '0001-catalogue-and-plans',
  sql: `
    -- A published version is frozen: rows are added with it and never change. It is nobody's secret, so no row security.
    CREATE TABLE catalogue_version (
      version integer PRIMARY KEY,
      -- Rows that were published; the others (classes, memoranda) follow them.
      row_count integer NOT NULL,
      content_hash text NOT NULL,
      published_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE catalogue_row (
      version integer NOT NULL REFERENCES catalogue_version,
      row_number integer NOT NULL,
      kind text NOT NULL CHECK (kind IN ('MEASURE', 'DEPARTMENT', 'MATTER', 'CLASS', 'MEMORANDUM')),
      code text NOT NULL,
      content jsonb NOT NULL,
      PRIMARY KEY (version, row_number),
      UNIQUE (version, kind, code)
    );
    REVOKE INSERT, UPDATE, DELETE ON catalogue_version, catalogue_row FROM measure_decomposition_app;
    REVOKE UPDATE, DELETE ON catalogue_version, catalogue_row FROM measure_decomposition_consumer;

    -- The newest fact heard of each entry, also of one that never had a plan: an older fact changes nothing.
    CREATE TABLE heard_entry (
      entry_id uuid PRIMARY KEY,
      entry_version integer NOT NULL,
      activation_no integer NOT NULL
    );

    -- One plan per activation of an entry (R-4-3). status, in_error and the versions are the fold of plan_step.
    CREATE TABLE plan (
      plan_id uuid PRIMARY KEY,
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      -- Key of the entry for life, also after subjects merge.
      subject_key text NOT NULL,
      plan_version integer NOT NULL,
      entry_version integer NOT NULL,
      status text NOT NULL CHECK (status IN ('LIVE', 'HELD', 'ENDED')),
      in_error boolean NOT NULL,
      list_code text NOT NULL,
      catalogue_version integer NOT NULL REFERENCES catalogue_version,
      -- What it was made from (list_entry.activated) and what was said (measure_plan.made).
      entry jsonb NOT NULL,
      body jsonb NOT NULL,
      made_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (entry_id, activation_no)
    );

    CREATE TABLE plan_step (
      plan_id uuid NOT NULL REFERENCES plan,
      plan_version integer NOT NULL,
      kind text NOT NULL CHECK (kind IN ('MADE', 'HELD', 'RELEASED', 'ENDED')),
      entry_version integer NOT NULL,
      -- Ground, document and day of a hold, release or end.
      detail jsonb NOT NULL,
      cause_event_id uuid NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (plan_id, plan_version)
    );

    CREATE TABLE incident (
      incident_id uuid PRIMARY KEY,
      cause text NOT NULL CHECK (cause IN ('NO_MEASURE_FOUND', 'NO_DEPARTMENT')),
      group_key text NOT NULL,
      plan_id uuid NOT NULL REFERENCES plan,
      entry_id uuid NOT NULL,
      list_code text NOT NULL,
      measure_code text,
      raised_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX incident_group ON incident (cause, group_key, incident_id);
    CREATE INDEX incident_entry ON incident (entry_id);

    -- A plan names every department that executes it: only who sees the whole city may read it. Departments learn their part from their tasks.
    ALTER TABLE heard_entry ENABLE ROW LEVEL SECURITY;
    ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
    ALTER TABLE plan_step ENABLE ROW LEVEL SECURITY;
    ALTER TABLE incident ENABLE ROW LEVEL SECURITY;
    CREATE POLICY city ON plan FOR SELECT TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city ON plan_step FOR SELECT TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city ON incident FOR SELECT TO measure_decomposition_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON heard_entry TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON plan TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON plan_step TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON incident TO measure_decomposition_consumer USING (true) WITH CHECK (true);
    REVOKE INSERT, UPDATE, DELETE ON heard_entry, plan, plan_step, incident FROM measure_decomposition_app;
    REVOKE UPDATE, DELETE ON plan_step, incident FROM measure_decomposition_consumer;
  `,
};
