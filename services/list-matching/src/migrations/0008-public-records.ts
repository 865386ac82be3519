import type { Migration } from '@lianxin/platform';

const department = `current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))`;
const policiesOf = (table: string) => `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO list_matching_app USING (${department});
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;

/** Licences, penalties and entries of abnormal operation (R-7-0). */
export const migration0008: Migration = {
  name: '0008-public-records',
  sql: `
    CREATE SEQUENCE public_record_number;

    CREATE TABLE public_record (
      id uuid PRIMARY KEY,
      number text NOT NULL UNIQUE,
      version integer NOT NULL,
      kind text NOT NULL CHECK (kind IN ('PENALTY', 'LICENCE', 'ABNORMAL')),
      -- Cache of the fold of the facts.
      status text NOT NULL CHECK (status IN ('CHECKING', 'PUBLISHED', 'STOPPED', 'WITHDRAWN')),
      reason text,
      department_code text NOT NULL,
      standard text NOT NULL,
      -- What makes it the same record again: kind, document, subject; hashed, for it may rest on a person's number.
      source_key text NOT NULL,
      content_hash text NOT NULL,
      -- Null until it is certain whom the record means.
      subject_id uuid REFERENCES subject,
      subject_kind text NOT NULL,
      subject_name text,
      subject_uscc text,
      subject_sealed text,
      subject_name_masked text,
      subject_id_masked text,
      other_numbers jsonb NOT NULL,
      representative_sealed text,
      representative_masked text,
      document_name text,
      document_number text,
      decided_on date NOT NULL,
      authority_name text NOT NULL,
      authority_code text,
      source_name text,
      source_code text,
      grade text,
      content jsonb NOT NULL,
      valid_from date,
      valid_to date,
      public_until date,
      publish_due_on date NOT NULL,
      published_on date,
      withdraw_due_on date,
      withdrawn_on date,
      term_provisional boolean NOT NULL,
      remark text,
      received_at timestamptz NOT NULL,
      received_by text NOT NULL,
      -- A person stands sealed and masked, an organisation readable; what is public means somebody.
      CHECK (CASE subject_kind WHEN 'PERSON' THEN subject_name IS NULL AND subject_uscc IS NULL AND num_nonnulls(subject_sealed, subject_name_masked, subject_id_masked) = 3
             ELSE subject_name IS NOT NULL AND num_nonnulls(subject_sealed, subject_name_masked, subject_id_masked) = 0 END),
      CHECK (status NOT IN ('PUBLISHED', 'STOPPED') OR subject_id IS NOT NULL)
    );
    -- What was withdrawn does not stand in the way of its correction.
    CREATE UNIQUE INDEX public_record_source ON public_record (department_code, kind, source_key) WHERE status <> 'WITHDRAWN';
    CREATE INDEX public_record_subject ON public_record (subject_id, id);
    CREATE INDEX public_record_department ON public_record (department_code, id);
    REVOKE DELETE, TRUNCATE ON public_record FROM list_matching_app, list_matching_consumer;
    ${policiesOf('public_record')}

    -- What happened to a record: appended, never overwritten (design §6).
    CREATE TABLE public_record_fact (
      record_id uuid NOT NULL REFERENCES public_record,
      version integer NOT NULL,
      what text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      detail jsonb NOT NULL,
      department_code text NOT NULL,
      PRIMARY KEY (record_id, version)
    );
    REVOKE UPDATE, DELETE, TRUNCATE ON public_record_fact FROM list_matching_app, list_matching_consumer;
    ${policiesOf('public_record_fact')}
  `,
};
