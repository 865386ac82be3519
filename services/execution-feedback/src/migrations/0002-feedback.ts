import type { Migration } from '@lianxin/platform';
import { appendOnly, tenantPolicies } from './0001-tasks.ts';

/** Feedback with its versions and decisions, evidence, cases, and the log of revealed identities. */
export const feedbackMigration: Migration = {
  name: '0002-feedback',
  sql: `
    -- The file itself lies in LIANXIN_FILES_DIR under its id.
    CREATE TABLE evidence_file (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      sha256 text NOT NULL,
      size_bytes integer NOT NULL,
      media_type text NOT NULL,
      name text NOT NULL,
      uploaded_by text NOT NULL,
      uploaded_at timestamptz NOT NULL
    );
    ${tenantPolicies('evidence_file')}
    ${appendOnly('evidence_file')}

    -- One answer of a department; what it says stands in its versions, who approved it in its decisions. Nothing is deleted (R-4-10).
    CREATE TABLE feedback (
      id uuid PRIMARY KEY,
      task_id uuid NOT NULL,
      department_code text NOT NULL,
      cycle integer NOT NULL,
      -- State of the task in which it was given.
      task_status text NOT NULL,
      -- Of the newest version.
      status text NOT NULL CHECK (status IN ('PENDING', 'VALID', 'REJECTED')),
      version integer NOT NULL,
      -- The version that counts, while a correction waits or was turned down.
      valid_version integer,
      kind text NOT NULL,
      client_ref text,
      content_hash text NOT NULL,
      submitted_at timestamptz NOT NULL,
      due_at timestamptz,
      on_time boolean,
      UNIQUE (task_id, client_ref)
    );
    CREATE INDEX feedback_of_task ON feedback (task_id, id);
    CREATE INDEX feedback_queue ON feedback (department_code, status, submitted_at DESC, id DESC);
    CREATE INDEX feedback_city_queue ON feedback (status, submitted_at DESC, id DESC);
    ${tenantPolicies('feedback')}
    REVOKE DELETE, TRUNCATE ON feedback FROM execution_feedback_app, execution_feedback_consumer;

    CREATE TABLE feedback_version (
      feedback_id uuid NOT NULL REFERENCES feedback,
      version integer NOT NULL,
      department_code text NOT NULL,
      content jsonb NOT NULL,
      submitted_by text NOT NULL,
      submitted_at timestamptz NOT NULL,
      PRIMARY KEY (feedback_id, version)
    );
    ${tenantPolicies('feedback_version')}
    ${appendOnly('feedback_version')}

    CREATE TABLE feedback_decision (
      feedback_id uuid NOT NULL,
      version integer NOT NULL,
      department_code text NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('APPROVED', 'REJECTED')),
      reason text,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL,
      PRIMARY KEY (feedback_id, version),
      FOREIGN KEY (feedback_id, version) REFERENCES feedback_version
    );
    ${tenantPolicies('feedback_decision')}
    ${appendOnly('feedback_decision')}

    -- One case per party, restriction, department and document (R-4-11); document_key is empty where no document was needed.
    CREATE TABLE case_record (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      party_subject_id uuid NOT NULL,
      canonical_code text NOT NULL,
      document_key text NOT NULL,
      task_id uuid NOT NULL,
      feedback_id uuid NOT NULL UNIQUE,
      measure_code text NOT NULL,
      direction text NOT NULL,
      list_codes text[] NOT NULL,
      recorded_on date NOT NULL,
      UNIQUE (party_subject_id, canonical_code, department_code, document_key)
    );
    ${tenantPolicies('case_record')}
    ${appendOnly('case_record')}

    -- Who saw which identity in full, and why (R-8-8, R-8-13).
    CREATE TABLE reveal_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      department_code text NOT NULL,
      task_id uuid NOT NULL,
      party_subject_id uuid NOT NULL,
      field text NOT NULL,
      purpose text NOT NULL,
      principal_id text NOT NULL,
      revealed_at timestamptz NOT NULL
    );
    CREATE INDEX reveal_log_task ON reveal_log (task_id);
    ${tenantPolicies('reveal_log')}
    ${appendOnly('reveal_log')}
  `,
};
