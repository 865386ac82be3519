import type { Migration } from '@lianxin/platform';

/** A row that stands for many things, as a report for its records (K18), counts as many. Without amounts a row counts once, as all did until now. */
export const rowAmountsMigration: Migration = {
  name: '0009-row-amounts',
  sql: `
    ALTER TABLE figure_row ADD amount_due integer, ADD amount_counted integer,
      ADD CONSTRAINT figure_row_amounts CHECK ((amount_due IS NULL) = (amount_counted IS NULL)) NOT VALID;
  `,
};
