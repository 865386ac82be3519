import type { Migration } from '@lianxin/platform';

/** Lists, the copy of the departments, subjects, entries with their facts, and what waits for a person. */
export const migration0001: Migration = {
  name: '0001-list-entries',
  sql: `
    -- Law is data: the version in force on the day of the decision applies (R-0-1).
    CREATE TABLE list_definition (
      code text NOT NULL,
      version integer NOT NULL,
      name_zh text NOT NULL,
      name_en text NOT NULL,
      type text NOT NULL,
      field text,
      designating_departments text[] NOT NULL,
      basis text NOT NULL,
      basis_kind text NOT NULL,
      status text NOT NULL,
      default_months integer,
      min_repair_months integer,
      subject_kinds text[] NOT NULL,
      publish_person boolean NOT NULL,
      hold_exempt_default boolean NOT NULL,
      effective_from date NOT NULL,
      effective_to date,
      confidence text NOT NULL,
      term_kind text NOT NULL,
      term_min_months integer,
      term_max_months integer,
      -- Its entries end by the court's own removal on the seven grounds of 法释〔2017〕7号, never by repair (R-2-12, R-5-3a).
      court_exit boolean NOT NULL,
      PRIMARY KEY (code, version)
    );
    REVOKE INSERT, UPDATE, DELETE ON list_definition FROM list_matching_app;

    -- Copy of the departments of the newest catalogue version.
    CREATE TABLE department (
      code text PRIMARY KEY,
      name_zh text NOT NULL,
      level text NOT NULL,
      parent_code text,
      catalogue_version integer NOT NULL
    );
    CREATE TABLE catalogue_copy (
      version integer PRIMARY KEY,
      row_count integer NOT NULL,
      highest_row integer NOT NULL
    );
    REVOKE INSERT, UPDATE, DELETE ON department, catalogue_copy FROM list_matching_app;

    -- The register: an organisation by its code, a person by the keyed hash of the document; never a readable person.
    CREATE TABLE subject (
      id uuid PRIMARY KEY,
      version integer NOT NULL,
      kind text NOT NULL,
      name text,
      uscc_code text UNIQUE,
      sealed text,
      id_hash text UNIQUE,
      name_masked text,
      id_masked text,
      region_code text,
      provisional boolean NOT NULL,
      registered_at timestamptz NOT NULL DEFAULT now(),
      CHECK (CASE kind WHEN 'PERSON' THEN name IS NULL AND uscc_code IS NULL AND num_nonnulls(sealed, id_hash, name_masked, id_masked) = 4
             ELSE name IS NOT NULL AND uscc_code IS NOT NULL AND num_nonnulls(sealed, id_hash) = 0 END)
    );

    CREATE SEQUENCE list_entry_number;

    CREATE TABLE list_entry (
      id uuid PRIMARY KEY,
      number text NOT NULL UNIQUE,
      version integer NOT NULL,
      -- Cache of the fold of the facts.
      status text NOT NULL,
      reason text,
      activation_no integer NOT NULL,
      subject_id uuid NOT NULL REFERENCES subject,
      list_code text NOT NULL,
      list_version integer NOT NULL,
      list_type text NOT NULL,
      origin text NOT NULL,
      batch_no text,
      source_record_id text NOT NULL,
      content_hash text NOT NULL,
      department_code text NOT NULL,
      level text NOT NULL,
      region_code text NOT NULL,
      grade text NOT NULL,
      industry text,
      facts text NOT NULL,
      basis jsonb NOT NULL,
      conditions jsonb NOT NULL,
      evidence jsonb NOT NULL,
      decision_name text NOT NULL,
      decision_number text NOT NULL,
      -- The number without differences of writing, to find the same decision again (R-2-14).
      decision_key text NOT NULL,
      decision_date date NOT NULL,
      notice jsonb,
      service jsonb,
      public_notice jsonb,
      activated_on date,
      valid_from date NOT NULL,
      valid_to date,
      received_at timestamptz NOT NULL,
      received_by text NOT NULL,
      FOREIGN KEY (list_code, list_version) REFERENCES list_definition
    );
    CREATE UNIQUE INDEX list_entry_source ON list_entry (department_code, origin, source_record_id);
    -- R-2-14. An entry that never took effect or was undone does not stand in the way of a new one with the same decision.
    CREATE UNIQUE INDEX list_entry_decision ON list_entry (subject_id, list_code, decision_key)
      WHERE status NOT IN ('NOT_DESIGNATED', 'EXCLUDED', 'CORRECTED', 'REVOKED');
    CREATE INDEX list_entry_list ON list_entry (list_code, id);
    CREATE INDEX list_entry_department ON list_entry (department_code, id);
    ALTER TABLE list_entry ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON list_entry FROM list_matching_app, list_matching_consumer;

    CREATE TABLE list_entry_party (
      id uuid PRIMARY KEY,
      entry_id uuid NOT NULL REFERENCES list_entry,
      place integer NOT NULL,
      subject_id uuid NOT NULL REFERENCES subject,
      role text NOT NULL,
      kind text NOT NULL,
      named boolean NOT NULL,
      served boolean NOT NULL,
      notice_served_on date,
      decision_served_on date,
      department_code text NOT NULL,
      UNIQUE (entry_id, place)
    );
    CREATE INDEX list_entry_party_subject ON list_entry_party (subject_id);
    ALTER TABLE list_entry_party ENABLE ROW LEVEL SECURITY;
    REVOKE UPDATE, DELETE ON list_entry_party FROM list_matching_app, list_matching_consumer;

    -- What happened to an entry: appended, never overwritten (design §6).
    CREATE TABLE list_entry_fact (
      entry_id uuid NOT NULL REFERENCES list_entry,
      version integer NOT NULL,
      transition text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      detail jsonb NOT NULL,
      department_code text NOT NULL,
      PRIMARY KEY (entry_id, version)
    );
    ALTER TABLE list_entry_fact ENABLE ROW LEVEL SECURITY;
    REVOKE UPDATE, DELETE ON list_entry_fact FROM list_matching_app, list_matching_consumer;

    -- A known number with a really different name: waits for a named person (R-11-1).
    CREATE TABLE match_candidate (
      id uuid PRIMARY KEY,
      entry_id uuid NOT NULL REFERENCES list_entry,
      party_id uuid NOT NULL REFERENCES list_entry_party,
      subject_id uuid NOT NULL REFERENCES subject,
      grade text NOT NULL,
      decision_name text,
      decision_sealed text,
      decision_name_masked text,
      status text NOT NULL DEFAULT 'OPEN',
      reason text,
      decided_by text,
      decided_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      department_code text NOT NULL,
      CHECK (num_nonnulls(decision_name, decision_sealed) = 1)
    );
    CREATE INDEX match_candidate_entry ON match_candidate (entry_id);
    CREATE INDEX match_candidate_open ON match_candidate (id) WHERE status = 'OPEN';
    ALTER TABLE match_candidate ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON match_candidate FROM list_matching_app, list_matching_consumer;

    -- Who looked at a person's name unmasked, and what for (R-8-8).
    CREATE TABLE reveal_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      candidate_id uuid NOT NULL REFERENCES match_candidate,
      actor text NOT NULL,
      purpose text NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    REVOKE UPDATE, DELETE ON reveal_log FROM list_matching_app, list_matching_consumer;

    ${['list_entry', 'list_entry_party', 'list_entry_fact', 'match_candidate'].map(policiesOf).join('\n')}
  `,
};

/** A department sees its own rows, city-wide roles all; consumers and timers work on all. */
function policiesOf(table: string): string {
  return `CREATE POLICY department ON ${table} TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')));
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;
}
