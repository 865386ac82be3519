import type { Migration } from '@lianxin/platform';

/** The read model "what applies to this subject", kept by events, and the checks with what clerks decided. */
export const checksMigration: Migration = {
  name: '0001-checks',
  sql: `
    -- Copies of what other services own.
    CREATE TABLE catalogue_row (
      version integer NOT NULL,
      row_number integer NOT NULL,
      row_count integer NOT NULL,
      kind text NOT NULL,
      code text NOT NULL,
      body jsonb NOT NULL,
      PRIMARY KEY (version, row_number)
    );
    REVOKE INSERT, UPDATE, DELETE ON catalogue_row FROM window_check_app;

    CREATE TABLE subject_copy (
      subject_id uuid PRIMARY KEY,
      version integer NOT NULL,
      kind text NOT NULL,
      organisation_name text,
      uscc_code text,
      sealed text,
      id_hash text,
      name_masked text
    );
    CREATE INDEX subject_copy_code ON subject_copy (uscc_code) WHERE uscc_code IS NOT NULL;
    CREATE INDEX subject_copy_hash ON subject_copy (id_hash) WHERE id_hash IS NOT NULL;
    REVOKE INSERT, UPDATE, DELETE ON subject_copy FROM window_check_app;

    -- Grows whenever anything that may apply to a subject changes: a document in a cache is good for exactly one revision.
    CREATE TABLE subject_revision (
      subject_id uuid PRIMARY KEY,
      revision bigint NOT NULL
    );
    REVOKE INSERT, UPDATE, DELETE ON subject_revision FROM window_check_app;

    -- One row per plan, also where only its end has come: an older version never overwrites a newer.
    CREATE TABLE plan (
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      plan_id uuid NOT NULL,
      plan_version integer NOT NULL,
      status text NOT NULL CHECK (status IN ('LIVE', 'HELD', 'ENDED')),
      hold_cause text CHECK (hold_cause IN ('SUSPENSION', 'OBJECTION')),
      -- Null until the plan itself has come.
      body jsonb,
      PRIMARY KEY (entry_id, activation_no)
    );
    REVOKE INSERT, UPDATE, DELETE ON plan FROM window_check_app;

    CREATE TABLE plan_party (
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      party_id uuid NOT NULL,
      subject_id uuid NOT NULL,
      role text NOT NULL,
      measure_codes text[] NOT NULL,
      PRIMARY KEY (entry_id, activation_no, party_id)
    );
    CREATE INDEX plan_party_subject ON plan_party (subject_id);
    REVOKE INSERT, UPDATE, DELETE ON plan_party FROM window_check_app;

    -- What list-matching itself says of an entry: whichever of entry and plan says first that it is over, is believed.
    CREATE TABLE entry_seen (
      entry_id uuid PRIMARY KEY,
      entry_version integer NOT NULL,
      activation_no integer NOT NULL,
      status text NOT NULL,
      disputed boolean,
      decision_number text,
      decision_date date
    );
    REVOKE INSERT, UPDATE, DELETE ON entry_seen FROM window_check_app;

    CREATE SEQUENCE check_number;
    CREATE TABLE window_check (
      id uuid NOT NULL,
      number text NOT NULL,
      department_code text NOT NULL,
      matter_code text NOT NULL,
      case_no text,
      principal_id text NOT NULL,
      operator_id text,
      asked_at timestamptz NOT NULL,
      -- Who was asked about, persons sealed; what was answered.
      subjects jsonb NOT NULL,
      cards jsonb NOT NULL,
      degraded boolean NOT NULL,
      back_check_of uuid,
      PRIMARY KEY (asked_at, id)
    ) PARTITION BY RANGE (asked_at);
    CREATE TABLE window_check_default PARTITION OF window_check DEFAULT;
    CREATE INDEX window_check_id ON window_check (id);
    CREATE INDEX window_check_department ON window_check (department_code, id);
    CREATE INDEX window_check_case ON window_check (department_code, matter_code, case_no) WHERE case_no IS NOT NULL;
    REVOKE UPDATE, DELETE ON window_check FROM window_check_app, window_check_consumer;

    -- The Idempotency-Key of a check and the check it made; taken set-based, for many checks share a commit.
    CREATE TABLE check_key (
      principal_id text NOT NULL,
      key text NOT NULL,
      fingerprint text NOT NULL,
      check_id uuid NOT NULL,
      asked_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (principal_id, key)
    );
    CREATE INDEX check_key_age ON check_key (asked_at);
    REVOKE ALL ON check_key FROM window_check_app;

    -- Decisions on prompts: appended; the last one of a prompt counts.
    CREATE TABLE check_decision (
      id uuid PRIMARY KEY,
      check_id uuid NOT NULL,
      prompt_id uuid NOT NULL,
      -- The same prompt on the same case is not shown twice.
      prompt_key text NOT NULL,
      case_no text,
      matter_code text NOT NULL,
      department_code text NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('accepted', 'overridden')),
      applied_measure_codes text[] NOT NULL,
      reason text,
      comment text,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL
    );
    CREATE INDEX check_decision_check ON check_decision (check_id);
    CREATE INDEX check_decision_case ON check_decision (department_code, matter_code, case_no, prompt_key) WHERE case_no IS NOT NULL;
    REVOKE UPDATE, DELETE ON check_decision FROM window_check_app, window_check_consumer;

    ${['window_check', 'check_decision'].map(policiesOf).join('\n')}
  `,
};

/** A request sees its departments' rows, city-wide roles all; consumers touch every row. CASE keeps the index order (see execution-feedback). */
function policiesOf(table: string): string {
  return `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO window_check_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON ${table} TO window_check_consumer USING (true) WITH CHECK (true);`;
}
