import type { Migration } from '@lianxin/platform';

/** National batches, their verification and their report upward (R-2-17). */
export const migration0010: Migration = {
  name: '0010-national-batches',
  sql: `
    CREATE SEQUENCE verification_number;

    CREATE TABLE list_batch (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      batch_no text NOT NULL UNIQUE,
      origin text NOT NULL,
      source_name text NOT NULL,
      document_no text NOT NULL,
      issued_on date NOT NULL,
      -- Grows with every corrected re-issue.
      issue integer NOT NULL,
      content_hash text NOT NULL,
      received_at timestamptz NOT NULL,
      received_by text NOT NULL,
      match_due_on date NOT NULL,
      due_on date NOT NULL,
      report_due_on date,
      match_overdue_at timestamptz,
      report_overdue_at timestamptz,
      overdue_at timestamptz
    );
    REVOKE DELETE ON list_batch FROM list_matching_app, list_matching_consumer;

    CREATE TABLE list_batch_row (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      batch_id uuid NOT NULL REFERENCES list_batch,
      row_key text NOT NULL,
      line integer NOT NULL,
      issue integer NOT NULL,
      content jsonb NOT NULL,
      content_hash text NOT NULL,
      state text NOT NULL,
      grade text NOT NULL,
      -- Why it waits, was refused or was let go.
      reason text,
      subject_id uuid REFERENCES subject,
      -- Who said that the row means this subject, where that was not certain by itself (R-11-1).
      matched_by text,
      verification_id uuid,
      entry_id uuid REFERENCES list_entry,
      effect text,
      upward text,
      upward_opened_on date,
      upward_answer jsonb,
      updated_at timestamptz NOT NULL
    );
    -- A row that a corrected re-issue has replaced stays as it was.
    CREATE UNIQUE INDEX list_batch_row_key ON list_batch_row (batch_id, row_key) WHERE state <> 'WITHDRAWN';
    CREATE INDEX list_batch_row_verification ON list_batch_row (verification_id);
    CREATE INDEX list_batch_row_entry ON list_batch_row (entry_id);
    ALTER TABLE list_batch_row ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON list_batch_row FROM list_matching_app, list_matching_consumer;

    CREATE TABLE list_batch_fact (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      batch_id uuid NOT NULL REFERENCES list_batch,
      kind text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      detail jsonb NOT NULL
    );
    CREATE INDEX list_batch_fact_batch ON list_batch_fact (batch_id, id);
    REVOKE UPDATE, DELETE ON list_batch_fact FROM list_matching_app, list_matching_consumer;

    CREATE TABLE list_batch_report (
      batch_id uuid PRIMARY KEY REFERENCES list_batch,
      number text NOT NULL UNIQUE,
      document_no text NOT NULL,
      content jsonb NOT NULL,
      content_hash text NOT NULL,
      reported_at timestamptz NOT NULL,
      reported_by text NOT NULL
    );
    REVOKE UPDATE, DELETE ON list_batch_report FROM list_matching_app, list_matching_consumer;

    -- One per subject of a batch. Its participants see it: the county that answers, the industry department, whoever had it before a transfer.
    CREATE TABLE verification (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      number text NOT NULL UNIQUE,
      version integer NOT NULL,
      batch_id uuid NOT NULL REFERENCES list_batch,
      subject_id uuid NOT NULL REFERENCES subject,
      department_code text NOT NULL,
      industry_department text NOT NULL,
      participants text[] NOT NULL,
      -- Cache of the fold of its facts.
      status text NOT NULL,
      claimed_by text,
      claimed_department text,
      submitted_by text,
      result text,
      answer jsonb,
      due_on date NOT NULL,
      overdue_at timestamptz,
      requested_at timestamptz NOT NULL,
      concluded_at timestamptz
    );
    CREATE UNIQUE INDEX verification_subject ON verification (batch_id, subject_id) WHERE status <> 'CANCELLED';
    CREATE INDEX verification_open ON verification (department_code, due_on, id) WHERE status NOT IN ('CONCLUDED', 'CANCELLED');
    ALTER TABLE verification ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON verification FROM list_matching_app, list_matching_consumer;

    CREATE TABLE verification_fact (
      verification_id uuid NOT NULL REFERENCES verification,
      version integer NOT NULL,
      action text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      department_code text,
      detail jsonb NOT NULL,
      PRIMARY KEY (verification_id, version)
    );
    ALTER TABLE verification_fact ENABLE ROW LEVEL SECURITY;
    REVOKE UPDATE, DELETE ON verification_fact FROM list_matching_app, list_matching_consumer;

    CREATE POLICY participants ON verification TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR participants && string_to_array(current_setting('lianxin.departments', true), ','));
    CREATE POLICY consumer ON verification TO list_matching_consumer USING (true) WITH CHECK (true);
    CREATE POLICY participants ON verification_fact TO list_matching_app USING (EXISTS (SELECT 1 FROM verification WHERE verification.id = verification_id));
    CREATE POLICY consumer ON verification_fact TO list_matching_consumer USING (true) WITH CHECK (true);
    CREATE POLICY participants ON list_batch_row TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR EXISTS (SELECT 1 FROM verification WHERE verification.id = verification_id));
    CREATE POLICY consumer ON list_batch_row TO list_matching_consumer USING (true) WITH CHECK (true);
  `,
};
