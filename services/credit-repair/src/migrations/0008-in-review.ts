import type { Migration } from '@lianxin/platform';

/** Whether a reconsideration or a lawsuit about an entry is pending (R-6-6); null: nobody has ever said so. */
export const inReviewMigration: Migration = {
  name: '0008-in-review',
  sql: 'ALTER TABLE item ADD COLUMN in_review boolean;',
};
