import type { Migration } from '@lianxin/platform';

/** A copy of the working-day tables (R-7-3), in the schema of every service that counts working days and does not load them itself. */
export const calendarMigrationOf = (schema: string): Migration => ({
  name: 'calendar-0001',
  sql: `
    CREATE TABLE calendar_copy (
      year integer NOT NULL,
      version integer NOT NULL,
      off_days jsonb NOT NULL,
      work_days jsonb NOT NULL,
      effective_at timestamptz NOT NULL,
      PRIMARY KEY (year, version)
    );
    -- Which stored terms a table has moved, from which day to which. Appended, never changed.
    CREATE TABLE calendar_move (
      year integer NOT NULL,
      version integer NOT NULL,
      terms text NOT NULL,
      reference text NOT NULL,
      due_before date NOT NULL,
      due_after date NOT NULL,
      moved_at timestamptz NOT NULL,
      PRIMARY KEY (year, version, terms, reference)
    );
    REVOKE UPDATE, DELETE, TRUNCATE ON calendar_copy, calendar_move FROM ${schema}_app, ${schema}_consumer;
  `,
});
