import type { Migration } from '@lianxin/platform';

export const migration0014: Migration = {
  name: '0014-list-standards',
  sql: `
    -- Where the designation standard of a list is published and how long it was open to comments (R-2-3). Facts: a newer one stands beside the older.
    CREATE TABLE list_standard (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      list_code text NOT NULL,
      url text NOT NULL,
      consulted_from date NOT NULL,
      consulted_to date NOT NULL,
      document_no text NOT NULL,
      recorded_by text NOT NULL,
      recorded_at timestamptz NOT NULL,
      CHECK (consulted_to >= consulted_from + 30)
    );
    CREATE INDEX list_standard_of_list ON list_standard (list_code, id);
    REVOKE UPDATE, DELETE ON list_standard FROM list_matching_app;
  `,
};
