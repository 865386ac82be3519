import type { Migration } from '@lianxin/platform';

const visible = `current_setting('lianxin.scope', true) = 'CITY' OR source_department = ANY (string_to_array(current_setting('lianxin.departments', true), ','))
      OR received_by = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) OR 'subject:' || subject_id = current_setting('lianxin.principal', true)`;

export const objectionsMigration: Migration = {
  name: '0002-objections',
  sql: `
    -- What may be disputed, by its newest version heard. Made again from the log like the journal.
    CREATE TABLE disputable (
      kind text NOT NULL CHECK (kind IN ('LIST_ENTRY', 'PUBLIC_RECORD')),
      id uuid NOT NULL,
      version integer NOT NULL,
      subject_key text NOT NULL,
      subject_id uuid NOT NULL,
      number text NOT NULL,
      list_code text,
      department_code text NOT NULL,
      status text NOT NULL,
      in_force boolean NOT NULL,
      disputed boolean NOT NULL,
      valid_to date,
      PRIMARY KEY (kind, id)
    );
    CREATE INDEX disputable_number ON disputable (number);
    REVOKE INSERT, UPDATE, DELETE ON disputable FROM objection_handling_app;

    CREATE TABLE objection_number (year integer PRIMARY KEY, last integer NOT NULL);

    CREATE TABLE objection (
      id uuid PRIMARY KEY,
      version integer NOT NULL,
      number text NOT NULL UNIQUE,
      status text NOT NULL,
      subject_id uuid NOT NULL,
      -- Key of the events of what is disputed.
      subject_key text NOT NULL,
      target_kind text NOT NULL,
      target_id uuid NOT NULL,
      target_number text NOT NULL,
      list_code text,
      task_id uuid,
      source_department text NOT NULL,
      -- Department that took it in; null: the office or the subject itself.
      received_by text,
      channel text NOT NULL,
      capacity text NOT NULL,
      kinds text[] NOT NULL,
      received_on date NOT NULL,
      -- Sealed JSON of the applicant and the statement; the masked name for display; the keyed hash that tells one applicant from another.
      applicant_sealed text NOT NULL,
      applicant_masked text NOT NULL,
      applicant_hash text NOT NULL,
      proofs jsonb NOT NULL,
      evidence jsonb NOT NULL,
      repeat_of uuid REFERENCES objection,
      -- Fold of the facts, kept beside them.
      marked_on date,
      clock_stopped_on date,
      extended boolean NOT NULL DEFAULT false,
      proposal jsonb,
      decision jsonb,
      answer jsonb,
      restorations integer NOT NULL DEFAULT 0
    );
    CREATE INDEX objection_page ON objection (received_on DESC, id DESC);
    CREATE INDEX objection_target ON objection (target_kind, target_id);
    CREATE INDEX objection_open ON objection (status, id) WHERE status NOT IN ('CLOSED', 'REFUSED', 'WITHDRAWN');

    CREATE TABLE objection_fact (
      objection_id uuid NOT NULL REFERENCES objection,
      version integer NOT NULL,
      action text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      unit text,
      detail jsonb NOT NULL,
      PRIMARY KEY (objection_id, version)
    );
    REVOKE UPDATE, DELETE ON objection_fact FROM objection_handling_app, objection_handling_consumer;

    CREATE TABLE objection_deadline (
      objection_id uuid NOT NULL REFERENCES objection,
      kind text NOT NULL,
      due_on date NOT NULL,
      met_on date,
      missed_on date,
      PRIMARY KEY (objection_id, kind)
    );

    ALTER TABLE objection ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON objection TO objection_handling_consumer USING (true) WITH CHECK (true);
    CREATE POLICY reader ON objection TO objection_handling_app USING (${visible});
    ${['objection_fact', 'objection_deadline']
      .map(
        (table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON ${table} TO objection_handling_consumer USING (true) WITH CHECK (true);
    CREATE POLICY reader ON ${table} TO objection_handling_app USING (EXISTS (SELECT 1 FROM objection WHERE objection.id = ${table}.objection_id));`,
      )
      .join('\n    ')}
  `,
};
