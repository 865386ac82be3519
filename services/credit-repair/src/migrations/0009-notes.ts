import type { Migration } from '@lianxin/platform';

/** Records that are kept with a note and not shown, for an objection to them could be neither confirmed nor refuted (§6.4): beside the record, for either may be heard first. */
export const notesMigration: Migration = {
  name: '0009-notes',
  sql: `
    CREATE TABLE item_note (
      item_id uuid PRIMARY KEY,
      objection_id uuid NOT NULL,
      noted_on date NOT NULL
    );
    REVOKE ALL ON item_note FROM credit_repair_app;
  `,
};
