import type { Migration } from '@lianxin/platform';

/** When the last day of a limit was computed: what was computed before a table of working days came to count is computed again (R-7-3). */
export const countedTermsMigration: Migration = {
  name: '0010-counted-terms',
  sql: `
    -- Limits from before count as computed today: until the tables differ it is the same from any day.
    ALTER TABLE repair_deadline ADD COLUMN counted_at timestamptz NOT NULL DEFAULT now();
  `,
};
