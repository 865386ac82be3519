import type { Migration } from '@lianxin/platform';

/** Whether an entry is marked as disputed (R-6-5); null: nobody has ever said so. */
export const marksMigration: Migration = {
  name: '0006-marks',
  sql: `
    ALTER TABLE item ALTER COLUMN disputed DROP NOT NULL, ALTER COLUMN disputed DROP DEFAULT;
    UPDATE item SET disputed = NULL;
  `,
};
