import type { Migration } from '@lianxin/platform';

/** What clerks reported as "not the same subject", until a person of the credit office has looked (product §B.9, R-11-3). */
export const windowDoubtsMigration: Migration = {
  name: '0005-window-doubts',
  sql: `
    CREATE TABLE window_doubt (
      department_code text NOT NULL,
      subject_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      prompt_id uuid NOT NULL,
      reported_by text NOT NULL,
      reported_at timestamptz NOT NULL,
      -- Null while nobody has looked; TAKEN_BACK: the clerk decided otherwise afterwards.
      verdict text CHECK (verdict IN ('SAME', 'DIFFERENT', 'NOT_NEEDED', 'TAKEN_BACK')),
      decided_by text,
      decided_at timestamptz,
      CHECK ((verdict IS NULL) = (decided_at IS NULL)),
      PRIMARY KEY (department_code, subject_id, entry_id)
    );
    CREATE INDEX window_doubt_open ON window_doubt (subject_id, entry_id) WHERE verdict IS NULL;
    ALTER TABLE window_doubt ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON window_doubt TO window_check_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON window_doubt TO window_check_consumer USING (true) WITH CHECK (true);
    REVOKE DELETE, TRUNCATE ON window_doubt FROM window_check_app, window_check_consumer;
    -- A doubt is part of what a check shows: it makes a new revision of its subject.
    GRANT INSERT, UPDATE ON subject_revision TO window_check_app;
    CREATE INDEX check_incident_pair ON check_incident (subject_id, entry_id) WHERE closed_at IS NULL;
  `,
};
