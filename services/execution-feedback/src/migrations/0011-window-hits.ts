import type { Migration } from '@lianxin/platform';
import { appendOnly, tenantPolicies } from './0001-tasks.ts';

/** Decisions at the window that become hits (R-4-14), feedback and cases that are taken back, and spot checks (R-10-3). */
export const windowHitsMigration: Migration = {
  name: '0011-window-hits',
  sql: `
    -- A hit that was decided at a window has the recorded check as its evidence.
    ALTER TABLE feedback ADD COLUMN check_id uuid, ADD COLUMN check_number text;

    -- What a window decided about one measure of one prompt; its last word counts.
    CREATE TABLE window_hit (
      prompt_id uuid NOT NULL,
      measure_code text NOT NULL,
      -- Department that decides the matter, whose task is hit; and the one whose clerk asked.
      department_code text NOT NULL,
      asked_by_department text NOT NULL,
      check_id uuid NOT NULL,
      check_number text NOT NULL,
      matter_code text NOT NULL,
      case_no text,
      subject_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      plan_id uuid NOT NULL,
      applied boolean NOT NULL,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL,
      -- WAITING: the plan has not come yet. NO_TASK: the department has no task of this measure; the credit office looks at it.
      outcome text NOT NULL CHECK (outcome IN ('WAITING', 'FED_BACK', 'NO_TASK', 'NOT_APPLIED', 'TAKEN_BACK')),
      task_id uuid,
      feedback_id uuid,
      PRIMARY KEY (prompt_id, measure_code)
    );
    CREATE INDEX window_hit_waiting ON window_hit (plan_id) WHERE outcome = 'WAITING';
    CREATE INDEX window_hit_page ON window_hit (outcome, decided_at DESC, prompt_id, measure_code);
    ${tenantPolicies('window_hit')}
    REVOKE INSERT, UPDATE, DELETE ON window_hit FROM execution_feedback_app;

    -- A valid or waiting feedback that does not count any more, and why; its versions and decisions stay (R-4-10).
    CREATE TABLE feedback_withdrawal (
      feedback_id uuid NOT NULL REFERENCES feedback,
      version integer NOT NULL,
      department_code text NOT NULL,
      source text NOT NULL CHECK (source IN ('SPOT_CHECK', 'WINDOW')),
      reason text NOT NULL,
      withdrawn_by text NOT NULL,
      withdrawn_at timestamptz NOT NULL,
      PRIMARY KEY (feedback_id, version)
    );
    ${tenantPolicies('feedback_withdrawal')}
    ${appendOnly('feedback_withdrawal')}

    -- A case taken back stays in sight; the corrected feedback may become a case again.
    ALTER TABLE case_record
      DROP CONSTRAINT case_record_feedback_id_key,
      DROP CONSTRAINT case_record_party_subject_id_canonical_code_department_code_key,
      ADD COLUMN withdrawn_at timestamptz,
      ADD COLUMN withdrawn_reason text;
    CREATE UNIQUE INDEX case_record_feedback ON case_record (feedback_id) WHERE withdrawn_at IS NULL;
    CREATE UNIQUE INDEX case_record_same ON case_record (party_subject_id, canonical_code, department_code, document_key) WHERE withdrawn_at IS NULL;
    CREATE INDEX case_record_month ON case_record (recorded_on);
    GRANT UPDATE (withdrawn_at, withdrawn_reason) ON case_record TO execution_feedback_app, execution_feedback_consumer;

    -- One draw for each month, never a second one: who draws cannot choose. Seed and population make it repeatable by anybody.
    CREATE TABLE spot_check (
      id uuid PRIMARY KEY,
      month text NOT NULL UNIQUE,
      percent integer NOT NULL,
      seed text NOT NULL,
      population integer NOT NULL,
      population_hash text NOT NULL,
      drawn_by text NOT NULL,
      drawn_at timestamptz NOT NULL
    );
    ALTER TABLE spot_check ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everybody ON spot_check TO execution_feedback_app USING (true) WITH CHECK (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON spot_check TO execution_feedback_consumer USING (true) WITH CHECK (true);
    ${appendOnly('spot_check')}

    CREATE TABLE spot_check_item (
      spot_check_id uuid NOT NULL REFERENCES spot_check,
      case_id uuid NOT NULL REFERENCES case_record,
      feedback_id uuid NOT NULL,
      task_id uuid NOT NULL,
      department_code text NOT NULL,
      place integer NOT NULL,
      result text CHECK (result IN ('CONFIRMED', 'RETURNED')),
      reason text,
      checked_by text,
      checked_at timestamptz,
      PRIMARY KEY (spot_check_id, place),
      UNIQUE (spot_check_id, case_id)
    );
    ${tenantPolicies('spot_check_item')}
    REVOKE DELETE, TRUNCATE ON spot_check_item FROM execution_feedback_app, execution_feedback_consumer;
  `,
};
