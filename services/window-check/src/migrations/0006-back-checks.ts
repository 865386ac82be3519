import type { Migration } from '@lianxin/platform';

/** Whoever was told "registered" asks for the check by that id: found by what made up for it. */
export const backChecksMigration: Migration = {
  name: '0006-back-checks',
  sql: 'CREATE INDEX window_check_back_check ON window_check (back_check_of) WHERE back_check_of IS NOT NULL;',
};
