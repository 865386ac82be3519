import type { Migration } from '@lianxin/platform';

/** R-5-14: while a reorganisation plan is carried out a record is not shown; it is public again when the plan fails. */
export const migration0017: Migration = {
  name: '0017-hidden-records',
  sql: `
    -- The repair that hides it; null: shown as its status says.
    ALTER TABLE public_record ADD COLUMN hidden_by uuid;
  `,
};
