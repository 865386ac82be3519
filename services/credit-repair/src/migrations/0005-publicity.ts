import type { Migration } from '@lianxin/platform';

/** How long penalties may be public at most (R-5-5, R-5-6): by which law each was judged, with what result, and when to look again. */
export const publicityMigration: Migration = {
  name: '0005-publicity',
  sql: `
    ALTER TABLE item ADD COLUMN publicity_judged text, ADD COLUMN publicity_state text, ADD COLUMN publicity_recheck_on date,
      -- An objection to it is being verified (R-6-5).
      ADD COLUMN disputed boolean NOT NULL DEFAULT false;
    CREATE INDEX item_publicity ON item (id) WHERE kind = 'PENALTY' AND status = 'PUBLISHED';
  `,
};
