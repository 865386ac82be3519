import { databaseRolesOf, type Migration } from '@lianxin/platform';

/**
 * Tables of exports, in the schema of every service whose lists can be exported. A job belongs to the departments of who asked for it, and to them alone;
 * whoever sees the whole city sees what the whole city's offices asked for. What was exported stays on record for ever.
 */
export function exportMigrationOf(service: string): Migration {
  const { app, consumer } = databaseRolesOf(service);
  return {
    name: 'exports-0001',
    sql: `
    CREATE TABLE export_job (
      id uuid PRIMARY KEY,
      list text NOT NULL,
      request jsonb NOT NULL,
      principal jsonb NOT NULL,
      departments text[] NOT NULL,
      city boolean NOT NULL,
      status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
      cancelled_by text,
      done integer NOT NULL DEFAULT 0,
      attempts integer NOT NULL DEFAULT 0,
      failure text,
      sealed_key text,
      data_at timestamptz,
      file_bytes bigint,
      file_hash text,
      lease_owner uuid,
      lease_until timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz,
      expires_at timestamptz
    );
    CREATE INDEX export_job_open ON export_job (created_at) WHERE finished_at IS NULL;
    CREATE INDEX export_job_kept ON export_job (expires_at) WHERE sealed_key IS NOT NULL AND finished_at IS NOT NULL;
    CREATE TABLE export_piece (
      job_id uuid NOT NULL REFERENCES export_job (id) ON DELETE CASCADE,
      place integer NOT NULL,
      sealed bytea NOT NULL,
      PRIMARY KEY (job_id, place)
    );
    ALTER TABLE export_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;
    CREATE TABLE export_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      export_id uuid NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      what text NOT NULL CHECK (what IN ('EXPORTED', 'REQUESTED', 'WRITTEN', 'DOWNLOADED', 'CANCELLED', 'FAILED')),
      list text NOT NULL,
      request jsonb NOT NULL,
      row_count integer,
      actor text NOT NULL,
      departments text[] NOT NULL,
      city boolean NOT NULL
    );
    CREATE INDEX export_log_list ON export_log (list, id);
    REVOKE UPDATE, DELETE, TRUNCATE ON export_log FROM ${app}, ${consumer};
    REVOKE UPDATE, DELETE, TRUNCATE ON export_job FROM ${app};
    REVOKE ALL ON export_piece FROM ${app};
    ALTER TABLE export_job ENABLE ROW LEVEL SECURITY;
    ALTER TABLE export_piece ENABLE ROW LEVEL SECURITY;
    ALTER TABLE export_log ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON export_job TO ${app} USING (${own}) WITH CHECK (${own});
    CREATE POLICY own_read ON export_log FOR SELECT TO ${app} USING (${own} OR current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY own_write ON export_log FOR INSERT TO ${app} WITH CHECK (${own});
    CREATE POLICY consumer ON export_job TO ${consumer} USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON export_piece TO ${consumer} USING (true) WITH CHECK (true);
    CREATE POLICY consumer ON export_log TO ${consumer} USING (true) WITH CHECK (true);
  `,
  };
}

/** Rows of who asks: of the whole city's offices, or of departments all of which the caller acts for. */
const own = `CASE WHEN city THEN current_setting('lianxin.scope', true) = 'CITY'
      ELSE departments <> '{}' AND departments <@ string_to_array(current_setting('lianxin.departments', true), ',') END`;
