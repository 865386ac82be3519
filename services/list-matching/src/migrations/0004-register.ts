import type { Migration } from '@lianxin/platform';

/** The register in full, its log for the index in memory, the review of uncertain identities, jobs that match files, thresholds as data. */
export const migration0004: Migration = {
  name: '0004-register',
  sql: `
    ALTER TABLE subject
      ADD COLUMN status text NOT NULL DEFAULT 'NORMAL' CHECK (status IN ('NORMAL', 'REVOKED', 'DEREGISTERED', 'DEAD')),
      ADD COLUMN status_on date,
      ADD COLUMN established_on date,
      -- Of organisations: [{name, from, to}], days of use. A person's stand in sealed_details.
      ADD COLUMN former_names jsonb NOT NULL DEFAULT '[]',
      -- {organisationCode, registrationNo, taxNo} (§7.7 codes 2–4).
      ADD COLUMN codes jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN address text,
      ADD COLUMN phone_hash text,
      -- Name and document of the legal representative, sealed; the hash finds the same person again.
      ADD COLUMN representative_sealed text,
      ADD COLUMN representative_hash text,
      ADD COLUMN representative_since date,
      -- Of persons: {formerNames, birthDate, gender, employerUsccCode, address}, sealed (R-8-9).
      ADD COLUMN sealed_details text,
      ADD COLUMN parent_id uuid REFERENCES subject,
      -- What this subject proved to be, by human decision; entries keep their key for life.
      ADD COLUMN merged_into uuid REFERENCES subject,
      -- False: a name in a decision without a valid number. It is nobody until a named person has said who is meant (R-11-1).
      ADD COLUMN identified boolean NOT NULL DEFAULT true;
    ALTER TABLE subject DROP CONSTRAINT subject_check;
    ALTER TABLE subject ADD CONSTRAINT subject_identity CHECK (
      CASE WHEN kind = 'PERSON' THEN name IS NULL AND uscc_code IS NULL AND num_nonnulls(sealed, name_masked, id_masked) = 3 AND identified = (id_hash IS NOT NULL)
           ELSE name IS NOT NULL AND num_nonnulls(sealed, id_hash) = 0 AND identified = (uscc_code IS NOT NULL) END);
    CREATE INDEX subject_name ON subject (name) WHERE identified AND name IS NOT NULL;
    CREATE INDEX subject_merged ON subject (merged_into) WHERE merged_into IS NOT NULL;
    CREATE INDEX subject_representative ON subject (representative_hash) WHERE representative_hash IS NOT NULL;

    -- What became known of a subject and since when it holds: appended; the row of subject is the fold as of today. Nothing readable of a person.
    CREATE TABLE subject_fact (
      subject_id uuid NOT NULL REFERENCES subject ON DELETE CASCADE,
      version integer NOT NULL,
      what text NOT NULL,
      -- Null: since before anything was recorded.
      effective_on date,
      patch jsonb NOT NULL,
      source text NOT NULL,
      document_no text,
      actor text NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (subject_id, version)
    );
    REVOKE UPDATE, DELETE ON subject_fact FROM list_matching_app, list_matching_consumer;
    INSERT INTO subject_fact (subject_id, version, what, effective_on, patch, source, actor, recorded_at)
      SELECT id, version, 'REGISTERED', NULL,
             jsonb_strip_nulls(jsonb_build_object('name', name, 'sealed', sealed, 'nameMasked', name_masked, 'idMasked', id_masked, 'regionCode', region_code)),
             'DECISION', 'migration', registered_at
      FROM subject;

    -- The register's own log: every change of a row, in the transaction that made it. Each replica keeps its index in memory current from here.
    CREATE TABLE register_change (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      subject_id uuid NOT NULL,
      -- A reader that has seen all of every transaction before the oldest one running misses nothing that commits late.
      written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX register_change_writer ON register_change (written_by);
    CREATE INDEX register_change_subject ON register_change (subject_id, id);
    REVOKE UPDATE ON register_change FROM list_matching_app, list_matching_consumer;
    REVOKE DELETE ON register_change FROM list_matching_app;
    CREATE FUNCTION note_register_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO register_change (subject_id) SELECT DISTINCT id FROM changed;
        RETURN NULL;
      END $$;
    CREATE TRIGGER subject_inserted AFTER INSERT ON subject REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_register_change();
    CREATE TRIGGER subject_updated AFTER UPDATE ON subject REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_register_change();
    CREATE TRIGGER subject_deleted AFTER DELETE ON subject REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_register_change();
    INSERT INTO register_change (subject_id) SELECT id FROM subject ORDER BY id;

    -- Merger and division (§11.3): a link and a human decision, never by itself.
    CREATE TABLE subject_link (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      from_subject uuid NOT NULL REFERENCES subject,
      to_subject uuid NOT NULL REFERENCES subject,
      kind text NOT NULL CHECK (kind IN ('SAME', 'SUCCESSOR', 'SPLIT_OFF')),
      effective_on date NOT NULL,
      document_no text NOT NULL,
      reason text NOT NULL,
      actor text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      CHECK (from_subject <> to_subject),
      UNIQUE (from_subject, to_subject, kind)
    );
    REVOKE UPDATE, DELETE ON subject_link FROM list_matching_app, list_matching_consumer;

    -- Who looked at which field of a person unmasked, and what for (R-8-8, R-8-13).
    CREATE TABLE subject_reveal (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      subject_id uuid NOT NULL REFERENCES subject,
      field text NOT NULL,
      actor text NOT NULL,
      purpose text NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    REVOKE UPDATE, DELETE ON subject_reveal FROM list_matching_app, list_matching_consumer;
    -- Queries about persons: who, what for, how many; never the query (R-8-13).
    CREATE TABLE match_query_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      actor text NOT NULL,
      purpose text NOT NULL,
      persons integer NOT NULL,
      found integer NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    REVOKE UPDATE, DELETE ON match_query_log FROM list_matching_app, list_matching_consumer;

    -- True: closed for its subject (T22), still in force against the persons named in the decision.
    ALTER TABLE list_entry ADD COLUMN parties_continue boolean;
    GRANT UPDATE (subject_id) ON list_entry_party TO list_matching_app, list_matching_consumer;

    -- Every record below EXACT waits here, whatever it came with.
    ALTER TABLE match_candidate DROP CONSTRAINT match_candidate_check;
    ALTER TABLE match_candidate
      ALTER COLUMN entry_id DROP NOT NULL,
      ALTER COLUMN party_id DROP NOT NULL,
      ADD COLUMN source_kind text NOT NULL DEFAULT 'LIST_ENTRY',
      ADD COLUMN source_id text,
      -- One line of the record: all candidates of it are alternatives.
      ADD COLUMN record_id text,
      ADD COLUMN rule text NOT NULL DEFAULT 'C1',
      ADD COLUMN queue_score integer NOT NULL DEFAULT 60,
      ADD COLUMN severity integer NOT NULL DEFAULT 0,
      -- The record as it came: an organisation readable, a person sealed; and a keyed hash of it for the memory of decisions.
      ADD COLUMN record jsonb,
      ADD COLUMN record_sealed text,
      ADD COLUMN record_hash text,
      ADD COLUMN explanations jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN flags text[] NOT NULL DEFAULT '{}',
      ADD COLUMN register_version bigint NOT NULL DEFAULT 0,
      ADD COLUMN question text,
      ADD COLUMN asked_by text,
      ADD COLUMN answer_due_at timestamptz,
      ADD COLUMN answer text,
      ADD COLUMN answered_by text;
    UPDATE match_candidate SET source_id = entry_id::text, record_id = party_id::text;
    ALTER TABLE match_candidate
      ALTER COLUMN source_id SET NOT NULL,
      ALTER COLUMN record_id SET NOT NULL,
      ADD CONSTRAINT match_candidate_name CHECK (num_nonnulls(decision_name, decision_sealed) = 1);
    CREATE INDEX match_candidate_source ON match_candidate (source_kind, source_id);
    DROP INDEX match_candidate_open;
    CREATE INDEX match_candidate_open ON match_candidate (queue_score DESC, severity DESC, id) WHERE status IN ('OPEN', 'NEED_INFO');
    CREATE UNIQUE INDEX match_candidate_pair ON match_candidate (source_kind, record_id, subject_id) WHERE status IN ('OPEN', 'NEED_INFO');

    -- R-11-1: the named human confirmation on which a restriction may rest. Appended.
    CREATE TABLE match_confirmation (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      candidate_id uuid NOT NULL REFERENCES match_candidate,
      subject_id uuid NOT NULL REFERENCES subject,
      verdict text NOT NULL CHECK (verdict IN ('SAME', 'DIFFERENT', 'UNDONE')),
      reason text NOT NULL,
      evidence jsonb NOT NULL,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL DEFAULT now(),
      department_code text NOT NULL
    );
    CREATE INDEX match_confirmation_candidate ON match_confirmation (candidate_id);
    ALTER TABLE match_confirmation ENABLE ROW LEVEL SECURITY;
    REVOKE UPDATE, DELETE ON match_confirmation FROM list_matching_app, list_matching_consumer;
    CREATE POLICY department ON match_confirmation TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')));
    CREATE POLICY consumer ON match_confirmation TO list_matching_consumer USING (true) WITH CHECK (true);

    -- R-11-3: pairs decided to be DIFFERENT are not asked about again, unless the record (its hash) or the subject (its register state) changed.
    CREATE TABLE match_different (
      record_hash text NOT NULL,
      subject_id uuid NOT NULL REFERENCES subject,
      register_version bigint NOT NULL,
      candidate_id uuid NOT NULL REFERENCES match_candidate,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (record_hash, subject_id)
    );

    -- Thresholds as data (§12): the row in force on a day is the one with the latest effective_from; corrections are new rows.
    CREATE TABLE match_setting (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      key text NOT NULL CHECK (key IN ('match.core_min', 'match.review_min', 'match.retry_days')),
      value numeric NOT NULL,
      effective_from date NOT NULL,
      reason text NOT NULL,
      set_by text NOT NULL,
      set_at timestamptz NOT NULL DEFAULT now()
    );
    REVOKE UPDATE, DELETE ON match_setting FROM list_matching_app, list_matching_consumer;
    INSERT INTO match_setting (key, value, effective_from, reason, set_by) VALUES
      ('match.core_min', 0.85, '2018-01-01', '规则书默认值', 'migration'),
      ('match.review_min', 0.6, '2018-01-01', '规则书默认值', 'migration'),
      ('match.retry_days', 30, '2018-01-01', '规则书默认值', 'migration');

    -- A file of names to be matched, in sealed pieces, and its result file likewise. Any replica goes on with a job.
    CREATE TABLE match_job (
      id uuid PRIMARY KEY,
      scope text NOT NULL,
      status text NOT NULL,
      phase text NOT NULL,
      actor text NOT NULL,
      purpose text NOT NULL,
      sealed_key text,
      file_bytes bigint NOT NULL DEFAULT 0,
      file_pieces integer NOT NULL DEFAULT 0,
      total integer,
      done integer NOT NULL DEFAULT 0,
      matched integer NOT NULL DEFAULT 0,
      to_review integer NOT NULL DEFAULT 0,
      unmatched integer NOT NULL DEFAULT 0,
      faulty integer NOT NULL DEFAULT 0,
      result_pieces integer NOT NULL DEFAULT 0,
      register_version bigint,
      attempts integer NOT NULL DEFAULT 0,
      failure text,
      cancel_asked boolean NOT NULL DEFAULT false,
      lease_owner uuid,
      lease_until timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz,
      expires_at timestamptz
    );
    CREATE INDEX match_job_open ON match_job (created_at) WHERE finished_at IS NULL;
    ALTER TABLE match_job ENABLE ROW LEVEL SECURITY;
    -- Whose job it is, and nobody else: what is asked about persons is as confidential as the answer.
    CREATE POLICY own_jobs ON match_job TO list_matching_app USING (actor = current_setting('lianxin.principal', true));
    CREATE POLICY consumer ON match_job TO list_matching_consumer USING (true) WITH CHECK (true);
    REVOKE DELETE ON match_job FROM list_matching_app;
    CREATE TABLE match_job_piece (
      job_id uuid NOT NULL REFERENCES match_job ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('FILE', 'RESULT')),
      place integer NOT NULL,
      sealed bytea NOT NULL,
      PRIMARY KEY (job_id, kind, place)
    );
    ALTER TABLE match_job_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;
    ALTER TABLE match_job_piece ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_jobs ON match_job_piece TO list_matching_app USING (EXISTS (SELECT 1 FROM match_job WHERE match_job.id = job_id));
    CREATE POLICY consumer ON match_job_piece TO list_matching_consumer USING (true) WITH CHECK (true);
    REVOKE UPDATE, DELETE ON match_job_piece FROM list_matching_app;
  `,
};
