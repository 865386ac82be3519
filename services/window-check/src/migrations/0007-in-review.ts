import type { Migration } from '@lianxin/platform';

/** What is pending about an entry before another authority (R-6-6), NONE once that is over: window cards show it. */
export const inReviewMigration: Migration = {
  name: '0007-in-review',
  sql: `ALTER TABLE entry_seen ADD COLUMN review text CHECK (review IN ('RECONSIDERATION', 'LITIGATION', 'UNKNOWN', 'NONE'));`,
};
