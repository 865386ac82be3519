import type { Migration } from '@lianxin/platform';

/** What a check showed to be wrong, for the credit office to put right (product §B.9). */
export const checkIncidentsMigration: Migration = {
  name: '0004-check-incidents',
  sql: `
    CREATE TABLE check_incident (
      id uuid PRIMARY KEY,
      cause text NOT NULL CHECK (cause IN ('REPAIRED_PENDING_SYNC', 'NOT_SAME_SUBJECT', 'MISSED_WHILE_DEGRADED')),
      prompt_id uuid NOT NULL,
      check_id uuid NOT NULL,
      check_number text NOT NULL,
      matter_code text NOT NULL,
      case_no text,
      subject_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      department_code text NOT NULL,
      comment text,
      raised_by text NOT NULL,
      raised_at timestamptz NOT NULL,
      closed_by text,
      closed_at timestamptz,
      note text,
      UNIQUE (prompt_id, cause)
    );
    CREATE INDEX check_incident_open ON check_incident (id) WHERE closed_at IS NULL;
    ALTER TABLE check_incident ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON check_incident TO window_check_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON check_incident TO window_check_consumer USING (true) WITH CHECK (true);
    REVOKE DELETE, TRUNCATE ON check_incident FROM window_check_app, window_check_consumer;
  `,
};
