import type { Migration } from '@lianxin/platform';

/** Standards of lists are facts (R-2-3): appended by the office, changed by nobody. */
export const migration0015: Migration = {
  name: '0015-list-standard-rights',
  sql: `
    REVOKE UPDATE, DELETE ON list_standard FROM list_matching_consumer;
  `,
};
