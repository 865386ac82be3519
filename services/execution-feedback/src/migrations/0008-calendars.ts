import type { Migration } from '@lianxin/platform';
import { appendOnly } from './0001-tasks.ts';

/** Working-day tables by year and version (R-7-3). A version counts from an instant on, the same for every replica. */
export const calendarsMigration: Migration = {
  name: '0008-calendars',
  sql: `
    CREATE TABLE calendar_year (
      year integer NOT NULL,
      version integer NOT NULL,
      source text NOT NULL,
      off_days jsonb NOT NULL,
      work_days jsonb NOT NULL,
      loaded_by text NOT NULL,
      loaded_at timestamptz NOT NULL,
      effective_at timestamptz NOT NULL,
      PRIMARY KEY (year, version)
    );
    ${appendOnly('calendar_year')}
  `,
};
