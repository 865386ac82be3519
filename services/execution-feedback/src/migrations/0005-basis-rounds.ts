import type { Migration } from '@lianxin/platform';

/** A row of a plan that had ended may come again (R-4-8): its next round stands beside the first, whose task is still being lifted. */
export const basisRounds: Migration = {
  name: '0005-basis-rounds',
  sql: 'ALTER TABLE task_basis ADD COLUMN round integer NOT NULL DEFAULT 1;',
};
