import type { Migration } from '@lianxin/platform';

/** 认定决定书 and 信用修复告知书 as they were made with the decision (R-2-7, R-5-9). */
export const migration0011: Migration = {
  name: '0011-decision-notices',
  sql: `
    -- Words that many notices share, by their hash: measures with their law, the way out, remedies.
    CREATE TABLE notice_text (
      hash text PRIMARY KEY,
      texts jsonb NOT NULL
    );
    REVOKE UPDATE, DELETE, TRUNCATE ON notice_text FROM list_matching_app, list_matching_consumer;

    -- What was served cannot change later: nobody who runs the service may alter a row.
    CREATE TABLE decision_notice (
      entry_id uuid PRIMARY KEY REFERENCES list_entry,
      entry_version integer NOT NULL,
      content jsonb NOT NULL,
      persons_sealed text,
      sha256 text NOT NULL,
      made_at timestamptz NOT NULL,
      made_by text NOT NULL,
      department_code text NOT NULL
    );
    REVOKE UPDATE, DELETE, TRUNCATE ON decision_notice FROM list_matching_app, list_matching_consumer;

    -- Who took it as a file, with persons readable or masked, and what for.
    CREATE TABLE notice_rendition (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      entry_id uuid NOT NULL REFERENCES decision_notice,
      form text NOT NULL CHECK (form IN ('FULL', 'MASKED')),
      sha256 text NOT NULL,
      purpose text,
      actor text NOT NULL,
      at timestamptz NOT NULL,
      department_code text NOT NULL
    );
    CREATE INDEX notice_rendition_entry ON notice_rendition (entry_id);
    REVOKE UPDATE, DELETE, TRUNCATE ON notice_rendition FROM list_matching_app, list_matching_consumer;

    ${['decision_notice', 'notice_rendition'].map(policiesOf).join('\n')}
  `,
};

/** A department sees its own rows, city-wide roles all; consumers and timers work on all. */
function policiesOf(table: string): string {
  return `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')));
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;
}
