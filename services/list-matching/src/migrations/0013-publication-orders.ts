import type { Migration } from '@lianxin/platform';

const tables = ['publication_order', 'publication_receipt', 'publication_chase'];

/** What channels outside were asked to show, hide or take down, what they confirmed, and how often they were chased (R-2-11). All of it facts. */
export const migration0013: Migration = {
  name: '0013-publication-orders',
  sql: `
    CREATE TABLE publication_order (
      id uuid PRIMARY KEY,
      entry_id uuid NOT NULL REFERENCES list_entry,
      entry_version integer NOT NULL,
      channel text NOT NULL,
      -- Counts per entry and channel; the newest is what holds.
      no integer NOT NULL,
      action text NOT NULL CHECK (action IN ('PUBLISH', 'HIDE', 'WITHDRAW')),
      entry_status text NOT NULL,
      ordered_on date NOT NULL,
      due_on date NOT NULL,
      due_at timestamptz NOT NULL,
      provisional boolean NOT NULL,
      ordered_at timestamptz NOT NULL,
      ordered_by text NOT NULL,
      department_code text NOT NULL,
      UNIQUE (entry_id, channel, no)
    );
    CREATE INDEX publication_order_page ON publication_order (department_code, id);

    CREATE TABLE publication_receipt (
      order_id uuid PRIMARY KEY REFERENCES publication_order,
      outcome text NOT NULL CHECK (outcome IN ('DONE', 'REFUSED')),
      done_on date NOT NULL,
      receipt_no text,
      address text,
      note text,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      department_code text NOT NULL
    );

    CREATE TABLE publication_chase (
      order_id uuid NOT NULL REFERENCES publication_order,
      no integer NOT NULL,
      at timestamptz NOT NULL,
      department_code text NOT NULL,
      PRIMARY KEY (order_id, no)
    );
    ${tables.map(policiesOf).join('\n')}
  `,
};

/** Appended, never overwritten. A department sees its own rows, city-wide roles all; consumers and timers work on all. */
function policiesOf(table: string): string {
  return `REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM list_matching_app, list_matching_consumer;
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO list_matching_app USING (
      current_setting('lianxin.scope', true) = 'CITY' OR department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')));
    CREATE POLICY consumer ON ${table} TO list_matching_consumer USING (true) WITH CHECK (true);`;
}
