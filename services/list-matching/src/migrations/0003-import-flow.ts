import type { Migration } from '@lianxin/platform';

/** Imports with a preview, history, questions and undo (product §B.6); what a snapshot misses (R-2-6b). */
export const migration0003: Migration = {
  name: '0003-import-flow',
  sql: `
    ALTER TABLE import_job
      ADD COLUMN wanted text NOT NULL DEFAULT 'RUN' CHECK (wanted IN ('PREVIEW', 'RUN', 'UNDO')),
      ADD COLUMN rank integer NOT NULL DEFAULT 0,
      ADD COLUMN file_name text,
      ADD COLUMN file_hash text,
      ADD COLUMN format text NOT NULL DEFAULT 'CSV',
      ADD COLUMN encoding text,
      ADD COLUMN sheet text,
      -- Where the header stands and what it says; it never holds a value of a row.
      ADD COLUMN header_line integer NOT NULL DEFAULT 1,
      ADD COLUMN headers jsonb,
      ADD COLUMN layout text,
      ADD COLUMN ignored jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN remarks jsonb NOT NULL DEFAULT '[]',
      -- Values given at upload for fields that the layout lacks.
      ADD COLUMN defaults jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN max_error_percent integer NOT NULL DEFAULT 100,
      ADD COLUMN warned integer NOT NULL DEFAULT 0,
      ADD COLUMN figures jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN question jsonb,
      ADD COLUMN confirmed jsonb,
      ADD COLUMN is_prepared boolean NOT NULL DEFAULT false,
      ADD COLUMN cancel_asked boolean NOT NULL DEFAULT false,
      -- Until when the sealed file stays for the error workbook; none: gone with the end of the job.
      ADD COLUMN keep_until timestamptz,
      ADD COLUMN before_undo text,
      ADD COLUMN undone_by text,
      ADD COLUMN undone_at timestamptz;
    DROP INDEX import_job_open;
    CREATE INDEX import_job_open ON import_job (rank, created_at) WHERE finished_at IS NULL;
    CREATE INDEX import_job_history ON import_job (id DESC) WHERE status <> 'uploading';
    CREATE INDEX import_job_kept ON import_job (keep_until) WHERE keep_until IS NOT NULL;

    ALTER TABLE import_error ADD COLUMN severity text NOT NULL DEFAULT 'ERROR';

    -- What a preview shows of the first rows: masked, never a number.
    CREATE TABLE import_sample (
      job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
      line integer NOT NULL,
      effect text NOT NULL,
      summary text NOT NULL,
      PRIMARY KEY (job_id, line)
    );
    -- What a row made, at which version: the ground of undo.
    CREATE TABLE import_made (
      job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
      line integer NOT NULL,
      object_id uuid NOT NULL,
      object_version integer NOT NULL,
      PRIMARY KEY (job_id, line)
    );
    -- Records that a snapshot names; gone with the end of its job.
    CREATE TABLE import_named (
      job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
      origin text NOT NULL,
      list_code text NOT NULL,
      source_record_id text NOT NULL,
      -- The row says that the record has been removed: ground, date, document.
      exit jsonb,
      PRIMARY KEY (job_id, origin, list_code, source_record_id)
    );
    -- Size of the last full file of a source for a list.
    CREATE TABLE snapshot_size (
      department_code text NOT NULL,
      origin text NOT NULL,
      list_code text NOT NULL,
      rows integer NOT NULL,
      job_id uuid NOT NULL,
      taken_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (department_code, origin, list_code)
    );
    ALTER TABLE snapshot_size ENABLE ROW LEVEL SECURITY;

    CREATE INDEX list_entry_source_record ON list_entry (source_record_id, origin);

    -- An entry that its source no longer names: held at once, the source is asked (R-2-6b).
    CREATE TABLE source_question (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      entry_id uuid NOT NULL REFERENCES list_entry,
      job_id uuid NOT NULL,
      department_code text NOT NULL,
      list_code text NOT NULL,
      status text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'CONFIRMED', 'REAPPEARED', 'EXITED')),
      asked_at timestamptz NOT NULL DEFAULT now(),
      due_at timestamptz NOT NULL,
      answered_at timestamptz,
      answered_by text,
      document_no text,
      reason text
    );
    CREATE UNIQUE INDEX source_question_open ON source_question (entry_id) WHERE status = 'OPEN';
    CREATE INDEX source_question_page ON source_question (id DESC);
    ALTER TABLE source_question ENABLE ROW LEVEL SECURITY;
    REVOKE DELETE ON source_question FROM list_matching_app, list_matching_consumer;

    ${['import_sample', 'import_made', 'import_named'].map(policiesOfJob).join('\n')}
    ${['snapshot_size', 'source_question'].map(policiesOfDepartment).join('\n')}
  `,
};

function policiesOfJob(table: string): string {
  return `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_jobs ON ${table} TO list_matching_app USING (EXISTS (SELECT 1 FROM import_job WHERE import_job.id = job_id));
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;
}

function policiesOfDepartment(table: string): string {
  return `CREATE POLICY department ON ${table} TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')));
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;
}
