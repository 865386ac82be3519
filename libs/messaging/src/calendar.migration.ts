import type { Migration } from '@lianxin/platform';

/** A copy of the working-day tables (R-7-3), in the schema of every service that counts working days and does not load them itself. */
export const calendarMigration: Migration = {
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
  `,
};
