import type { Migration } from '@lianxin/platform';

/** Parts of the journal; every subject lies in one of them, so that reading it costs the same however many there are. */
const parts = 16;
const wholeCity = `current_setting('lianxin.scope', true) = 'CITY'`;
const ownDepartments = `string_to_array(current_setting('lianxin.departments', true), ',')`;

export const journalMigration: Migration = {
  name: '0001-journal',
  sql: `
    -- Every event of every subject, for ever. All of it follows from the event log alone and can be made again from it.
    CREATE TABLE journal_event (
      subject_key text NOT NULL,
      event_id uuid NOT NULL,
      topic text NOT NULL,
      type text NOT NULL,
      source text NOT NULL,
      subject_seq bigint NOT NULL,
      -- When it happened (legal time), and when it was recorded.
      time timestamptz NOT NULL,
      recorded_time timestamptz NOT NULL,
      correlation_id text NOT NULL,
      causation_id text,
      classification text NOT NULL,
      actor text,
      replay_id text,
      -- The data as it was sent, byte for byte, and its SHA-256 in hex.
      data text NOT NULL,
      sha256 text NOT NULL,
      -- What it tells of, for filters.
      entry_ids uuid[] NOT NULL,
      plan_ids uuid[] NOT NULL,
      task_ids uuid[] NOT NULL,
      -- Departments that it concerns; '*' concerns all of them.
      departments text[] NOT NULL,
      -- Place in the derived order (design §3): the later of its own time and that of its cause, then how far behind a cause of the same moment.
      order_time timestamptz NOT NULL,
      order_depth integer NOT NULL,
      PRIMARY KEY (subject_key, event_id)
    ) PARTITION BY HASH (subject_key);
    ${Array.from({ length: parts }, (_, part) => `CREATE TABLE journal_event_${part} PARTITION OF journal_event FOR VALUES WITH (MODULUS ${parts}, REMAINDER ${part});`).join('\n    ')}
    -- A part read by its own name would pass by the row security of the whole.
    REVOKE ALL ON ${Array.from({ length: parts }, (_, part) => `journal_event_${part}`).join(', ')} FROM objection_handling_app;
    CREATE INDEX journal_event_order ON journal_event (subject_key, order_time, order_depth, source, subject_seq, event_id);
    CREATE INDEX journal_event_by_id ON journal_event (event_id);
    CREATE INDEX journal_event_by_cause ON journal_event (causation_id) WHERE causation_id IS NOT NULL;

    -- Persons whom a decision names beside the listed subject (R-2-15): what happens to the entry belongs to their timeline too.
    CREATE TABLE journal_party (
      subject_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      subject_key text NOT NULL,
      PRIMARY KEY (subject_id, entry_id)
    );
    -- Subjects that proved to be another one: entries keep the key that they have.
    CREATE TABLE journal_merger (
      subject_id uuid PRIMARY KEY,
      version integer NOT NULL,
      merged_into uuid
    );
    CREATE INDEX journal_merger_into ON journal_merger (merged_into) WHERE merged_into IS NOT NULL;

    -- Names and legal bases of measures by catalogue version, and names of departments.
    CREATE TABLE catalogue_measure (
      version integer NOT NULL,
      code text NOT NULL,
      name_zh text NOT NULL,
      bases json NOT NULL,
      PRIMARY KEY (version, code)
    );
    CREATE TABLE catalogue_department (
      code text PRIMARY KEY,
      version integer NOT NULL,
      name_zh text NOT NULL
    );

    ALTER TABLE journal_event ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON journal_event TO objection_handling_consumer USING (true) WITH CHECK (true);
    -- A department sees what concerns it; a subject who has signed in sees its own.
    CREATE POLICY reader ON journal_event FOR SELECT TO objection_handling_app USING (
      ${wholeCity} OR departments && ${ownDepartments} OR ('*' = ANY (departments) AND current_setting('lianxin.departments', true) <> '')
      OR 'subject:' || subject_key = current_setting('lianxin.principal', true)
      OR EXISTS (
        SELECT 1 FROM journal_party AS party WHERE 'subject:' || party.subject_id = current_setting('lianxin.principal', true)
          AND party.subject_key = journal_event.subject_key AND party.entry_id = ANY (journal_event.entry_ids)
      )
    );
    -- Requests only read: all that is written here comes from events.
    REVOKE INSERT, UPDATE, DELETE ON journal_event, journal_party, journal_merger, catalogue_measure, catalogue_department FROM objection_handling_app;
  `,
};
