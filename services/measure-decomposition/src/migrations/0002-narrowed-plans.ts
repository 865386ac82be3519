import type { Migration } from '@lianxin/platform';

/** A plan may be over for some of its parties (T22). */
export const narrowedPlans: Migration = {
  name: '0002-narrowed-plans',
  sql: `
    ALTER TABLE plan_step DROP CONSTRAINT plan_step_kind_check;
    ALTER TABLE plan_step ADD CONSTRAINT plan_step_kind_check CHECK (kind IN ('MADE', 'HELD', 'RELEASED', 'NARROWED', 'ENDED'));
  `,
};
