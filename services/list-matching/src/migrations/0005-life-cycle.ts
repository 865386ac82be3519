import type { Migration } from '@lianxin/platform';

/** An entry step by step: drafts, the procedure before the decision, time limits, reviews of honours, nightly check, abolished lists. */
export const migration0005: Migration = {
  name: '0005-life-cycle',
  sql: `
    -- What a draft need not know yet, and what only the signed decision says.
    ALTER TABLE list_entry
      ALTER COLUMN subject_id DROP NOT NULL,
      ALTER COLUMN region_code DROP NOT NULL,
      ALTER COLUMN facts DROP NOT NULL,
      ALTER COLUMN decision_name DROP NOT NULL,
      ALTER COLUMN decision_number DROP NOT NULL,
      ALTER COLUMN decision_key DROP NOT NULL,
      ALTER COLUMN decision_date DROP NOT NULL,
      ALTER COLUMN valid_from DROP NOT NULL,
      -- The draft as it was typed, sealed, for persons may stand in it; gone when nobody can return it any more.
      ADD COLUMN draft_sealed text,
      -- Cache of what the facts of the procedure say: notice, defence, public notice, prepared decision (designation by steps).
      ADD COLUMN procedure jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN listing_ground text,
      ADD COLUMN disputed boolean NOT NULL DEFAULT false,
      ADD COLUMN duties_performed_on date,
      -- The entry that this one is to take over from (T21), and the honour that it gives back (T20a).
      ADD COLUMN supersedes uuid REFERENCES list_entry,
      ADD COLUMN restores uuid REFERENCES list_entry;
    ALTER TABLE list_entry ADD CONSTRAINT submitted_or_draft CHECK (
      (subject_id IS NOT NULL AND region_code IS NOT NULL AND facts IS NOT NULL) OR status IN ('DRAFT', 'NOT_DESIGNATED'));
    ALTER TABLE list_entry ADD CONSTRAINT decided_in_force CHECK (
      status NOT IN ('ACTIVE', 'SUSPENDED') OR num_nulls(decision_number, decision_date, decision_key, activated_on, valid_from) = 0);
    -- An honour is given back once.
    CREATE UNIQUE INDEX list_entry_restores ON list_entry (restores) WHERE restores IS NOT NULL;
    -- The nightly cross-check walks along it.
    CREATE INDEX list_entry_red ON list_entry (id) WHERE list_type = 'RED' AND status IN ('ACTIVE', 'SUSPENDED');
    CREATE INDEX list_entry_subject_black ON list_entry (subject_id) WHERE list_type = 'BLACK';

    -- Parties of a submission that was returned for completion (T5) and came again with others; they stay for the record.
    ALTER TABLE list_entry_party ADD COLUMN replaced boolean;
    ALTER TABLE list_entry_party DROP CONSTRAINT list_entry_party_entry_id_place_key;
    CREATE UNIQUE INDEX list_entry_party_place ON list_entry_party (entry_id, place) WHERE replaced IS NOT TRUE;
    GRANT UPDATE (replaced) ON list_entry_party TO list_matching_app;
    -- Proof of notice and service of a named person comes step by step (R-2-15).
    GRANT UPDATE (served, notice_served_on, decision_served_on) ON list_entry_party TO list_matching_app, list_matching_consumer;

    -- Time limits of entries (§2.6). The timer of each is named <entry>/<kind>.
    CREATE TABLE entry_deadline (
      entry_id uuid NOT NULL REFERENCES list_entry,
      kind text NOT NULL,
      due_on date NOT NULL,
      due_at timestamptz NOT NULL,
      -- Counted over a year without a table of working days: to be counted again (R-7-3).
      provisional boolean NOT NULL,
      opened_at timestamptz NOT NULL,
      closed_at timestamptz,
      missed_at timestamptz,
      department_code text NOT NULL,
      PRIMARY KEY (entry_id, kind)
    );
    ALTER TABLE entry_deadline ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON entry_deadline FROM list_matching_app, list_matching_consumer;

    -- What the unit that gave an honour has to look at again (R-2-10 c, yearly re-evaluation).
    CREATE TABLE entry_review (
      id uuid PRIMARY KEY,
      entry_id uuid NOT NULL REFERENCES list_entry,
      reason text NOT NULL,
      by_entry_id uuid REFERENCES list_entry,
      status text NOT NULL DEFAULT 'OPEN',
      due_at timestamptz NOT NULL,
      raised_at timestamptz NOT NULL,
      outcome_reason text,
      decided_by text,
      decided_at timestamptz,
      department_code text NOT NULL
    );
    CREATE UNIQUE INDEX entry_review_once ON entry_review (entry_id, reason, by_entry_id) NULLS NOT DISTINCT WHERE status = 'OPEN';
    CREATE INDEX entry_review_page ON entry_review (department_code, id);
    ALTER TABLE entry_review ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON entry_review FROM list_matching_app, list_matching_consumer;

    -- How far the check of one night has come (R-2-10 d).
    CREATE TABLE cross_check_run (
      run_on date PRIMARY KEY,
      after_entry_id uuid,
      checked integer NOT NULL DEFAULT 0,
      excluded integer NOT NULL DEFAULT 0,
      started_at timestamptz NOT NULL,
      finished_at timestamptz
    );
    REVOKE INSERT, UPDATE, DELETE ON cross_check_run FROM list_matching_app;

    -- Lists that were abolished: their entries leave in batches (R-2-11).
    CREATE TABLE list_abolition (
      list_code text PRIMARY KEY,
      document_no text NOT NULL,
      abolished_on date NOT NULL,
      decided_by text NOT NULL,
      decided_at timestamptz NOT NULL,
      exited integer NOT NULL DEFAULT 0,
      finished_at timestamptz
    );
    REVOKE UPDATE, DELETE ON list_abolition FROM list_matching_app;

    ${['entry_deadline', 'entry_review'].map(policiesOf).join('\n')}
  `,
};

/** A department sees its own rows, city-wide roles all; consumers and timers work on all. */
function policiesOf(table: string): string {
  return `CREATE POLICY department ON ${table} TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')));
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;
}
