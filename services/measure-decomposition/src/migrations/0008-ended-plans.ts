import type { Migration } from '@lianxin/platform';

/** A plan that has ended is not derived again when its entry is corrected; it stays provable from the facts of which it was made (R-6-7). */
export const endedPlans: Migration = {
  name: '0008-ended-plans',
  sql: `
    -- The facts of which the body was derived last, where the entry was corrected after the plan had ended; null: the entry itself.
    ALTER TABLE plan ADD COLUMN derived_from jsonb;
  `,
};
