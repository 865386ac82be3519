import type { Migration } from '@lianxin/platform';

/** Entries that their source no longer names and is asked about (R-2-6b): nothing of them is asked for at a window. */
export const sourceDoubtMigration: Migration = {
  name: '0002-source-doubt',
  sql: 'ALTER TABLE entry_seen ADD COLUMN unconfirmed boolean;',
};
