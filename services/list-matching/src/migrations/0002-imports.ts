import type { Migration } from '@lianxin/platform';

/** Jobs that import list files, their sealed files and what was wrong with which row. */
export const migration0002: Migration = {
  name: '0002-imports',
  sql: `
    CREATE TABLE import_job (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      kind text NOT NULL,
      mode text NOT NULL,
      status text NOT NULL,
      phase text NOT NULL,
      -- Who imports: id, roles and departments; the rows are received in this name.
      principal jsonb NOT NULL,
      departments text[] NOT NULL,
      -- Data key of the file, sealed; gone with the file when the job has ended.
      sealed_key text,
      file_bytes bigint NOT NULL DEFAULT 0,
      total integer,
      -- Line up to which every row is done; moves in the transaction of their effects.
      next_line integer NOT NULL DEFAULT 0,
      done integer NOT NULL DEFAULT 0,
      succeeded integer NOT NULL DEFAULT 0,
      failed integer NOT NULL DEFAULT 0,
      attempts integer NOT NULL DEFAULT 0,
      failure text,
      lease_owner uuid,
      lease_until timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz
    );
    CREATE INDEX import_job_open ON import_job (created_at) WHERE finished_at IS NULL;
    ALTER TABLE import_job ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_jobs ON import_job TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR departments && string_to_array(current_setting('lianxin.departments', true), ','));
    CREATE POLICY consumer ON import_job TO list_matching_consumer USING (true) WITH CHECK (true);
    REVOKE DELETE ON import_job FROM list_matching_app;

    -- The file in sealed pieces: any replica can go on with a job, and no plain row lies anywhere.
    CREATE TABLE import_chunk (
      job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
      place integer NOT NULL,
      sealed bytea NOT NULL,
      PRIMARY KEY (job_id, place)
    );
    ALTER TABLE import_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
    REVOKE SELECT, UPDATE, DELETE ON import_chunk FROM list_matching_app;

    -- One row of the file that was refused: its first fault, and the others. Never a value of the file.
    CREATE TABLE import_error (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
      line integer NOT NULL,
      field text,
      pointer text NOT NULL,
      code text NOT NULL,
      reason text NOT NULL,
      others jsonb NOT NULL
    );
    CREATE INDEX import_error_job ON import_error (job_id, id);
    ALTER TABLE import_error ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_jobs ON import_error TO list_matching_app USING (EXISTS (SELECT 1 FROM import_job WHERE import_job.id = job_id));
    CREATE POLICY consumer ON import_error TO list_matching_consumer USING (true) WITH CHECK (true);
  `,
};
