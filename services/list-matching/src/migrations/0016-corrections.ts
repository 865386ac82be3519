import type { Migration } from '@lianxin/platform';

/** That a decision does not name somebody after all is corrected with the entry (R-2-15, §6.4); the fact of the correction keeps what stood before. */
export const migration0016: Migration = {
  name: '0016-corrections',
  sql: `
    GRANT UPDATE (named) ON list_entry_party TO list_matching_app, list_matching_consumer;
  `,
};
