import type { Migration } from '@lianxin/platform';

/** What can be repaired, and whose it is: a copy kept by events alone. */
export const itemsMigration: Migration = {
  name: '0001-items',
  sql: `
    CREATE TABLE item (
      id uuid PRIMARY KEY,
      kind text NOT NULL,
      number text NOT NULL,
      subject_id uuid NOT NULL,
      lane_key text NOT NULL,
      department_code text NOT NULL,
      version integer NOT NULL,
      status text NOT NULL,
      activation_no integer NOT NULL DEFAULT 1,
      list_code text,
      list_type text,
      grade text,
      categories text[] NOT NULL DEFAULT '{}',
      document_no text,
      decided_on date,
      public_from date,
      term_end date,
      origin_region text,
      performed_on date,
      end_ground text,
      -- When the end was heard, as its event tells the time: the receipt that publicity has ended.
      ended_at timestamptz
    );
    CREATE INDEX item_of_subject ON item (subject_id);
    CREATE INDEX item_of_document ON item (subject_id, document_no);
    CREATE TABLE subject_copy (
      id uuid PRIMARY KEY,
      version integer NOT NULL,
      kind text NOT NULL,
      -- Name of an organisation, masked name of a person.
      name_shown text NOT NULL,
      name text,
      uscc_code text,
      merged_into uuid
    );
    CREATE INDEX subject_copy_uscc ON subject_copy (uscc_code) WHERE uscc_code IS NOT NULL;
    -- What the competent unit says that a record does not tell (§5.6), with its document.
    CREATE TABLE item_assertion (
      item_id uuid NOT NULL,
      code text NOT NULL,
      department_code text NOT NULL,
      document_no text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      PRIMARY KEY (item_id, code)
    );
    -- A request sees the records of its departments, city-wide roles all; a window asks for anybody who stands before it (R-8-11), in the role of a consumer.
    ALTER TABLE item ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON item TO credit_repair_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON item TO credit_repair_consumer USING (true) WITH CHECK (true);
    REVOKE INSERT, UPDATE, DELETE ON item FROM credit_repair_app;
    REVOKE INSERT, UPDATE, DELETE ON subject_copy FROM credit_repair_app;
    ALTER TABLE item_assertion ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON item_assertion TO credit_repair_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON item_assertion TO credit_repair_consumer USING (true) WITH CHECK (true);
    REVOKE UPDATE, DELETE ON item_assertion FROM credit_repair_app;
  `,
};
