import type { Migration } from '@lianxin/platform';

const department = `current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))`;
const policiesOf = (table: string) => `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO list_matching_app USING (${department});
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;

/** How many licences and penalties a department decided in a month, and how many of them it has reported (K18 上报率). */
export const migration0020: Migration = {
  name: '0020-public-declarations',
  sql: `
    -- One per department, kind and month: what holds now, under a version that its events carry.
    CREATE TABLE public_sheet (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      department_code text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('PENALTY', 'LICENCE')),
      month text NOT NULL,
      version integer NOT NULL DEFAULT 0,
      declared integer,
      reported integer NOT NULL DEFAULT 0,
      tallied_at timestamptz,
      UNIQUE (department_code, kind, month)
    );
    REVOKE DELETE, TRUNCATE ON public_sheet FROM list_matching_app, list_matching_consumer;
    ${policiesOf('public_sheet')}

    -- Who declared what, and when: appended, never overwritten.
    CREATE TABLE public_declaration (
      sheet_id uuid NOT NULL REFERENCES public_sheet,
      no integer NOT NULL,
      declared integer NOT NULL CHECK (declared >= 0),
      -- How many had been reported by then.
      reported integer NOT NULL,
      reason text,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      by_office boolean NOT NULL,
      department_code text NOT NULL,
      PRIMARY KEY (sheet_id, no)
    );
    REVOKE UPDATE, DELETE, TRUNCATE ON public_declaration FROM list_matching_app, list_matching_consumer;
    ${policiesOf('public_declaration')}

    -- Months whose records have changed and are to be counted again. A row of its own for each change, seen with it and not before: nobody waits for another.
    CREATE TABLE public_sheet_touched (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      department_code text NOT NULL,
      kind text NOT NULL,
      month text NOT NULL
    );
    REVOKE UPDATE, DELETE, TRUNCATE ON public_sheet_touched FROM list_matching_app;
    ${policiesOf('public_sheet_touched')}

    CREATE INDEX public_record_decided ON public_record (department_code, kind, decided_on);
  `,
};
