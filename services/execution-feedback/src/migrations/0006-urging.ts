import type { Migration } from '@lianxin/platform';
import { appendOnly, tenantPolicies } from './0001-tasks.ts';

/** Urging (§4.5): messages to departments, the tasks each one names, who read it, and what went out by mail and SMS. */
export const urgingMigration: Migration = {
  name: '0006-urging',
  sql: `
    -- What is due on a day is found by its due time, whatever the length of the queues.
    CREATE INDEX task_due ON task_open (due_at) WHERE due_at IS NOT NULL;

    -- One message per department, level and day names all its tasks: a week of downtime ends in one message, not in thousands.
    CREATE TABLE urge_message (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      level text NOT NULL CHECK (level IN ('REMIND', 'YELLOW', 'RED', 'CIRCULAR', 'INSPECTION')),
      -- True for what waits for the credit office itself.
      for_office boolean NOT NULL,
      urged_on date NOT NULL,
      letter_number text UNIQUE,
      period text,
      receivers text[] NOT NULL,
      task_count integer NOT NULL,
      sent_at timestamptz NOT NULL
    );
    CREATE INDEX urge_message_queue ON urge_message (department_code, sent_at DESC, id DESC);
    CREATE INDEX urge_message_city ON urge_message (sent_at DESC, id DESC);
    CREATE UNIQUE INDEX urge_inspection ON urge_message (department_code, period) WHERE level = 'INSPECTION';
    ${tenantPolicies('urge_message')}
    REVOKE INSERT, UPDATE, DELETE ON urge_message FROM execution_feedback_app;

    -- A task is urged once at each level of each of its terms.
    CREATE TABLE urge_task (
      task_id uuid NOT NULL,
      due_at timestamptz NOT NULL,
      level text NOT NULL,
      department_code text NOT NULL,
      message_id uuid NOT NULL,
      urged_on date NOT NULL,
      PRIMARY KEY (task_id, due_at, level)
    );
    CREATE INDEX urge_task_message ON urge_task (message_id, task_id);
    CREATE INDEX urge_task_circular ON urge_task (department_code, urged_on) WHERE level = 'CIRCULAR';
    ${tenantPolicies('urge_task')}
    REVOKE INSERT ON urge_task FROM execution_feedback_app;
    ${appendOnly('urge_task')}

    CREATE TABLE urge_reading (
      message_id uuid NOT NULL,
      reader text NOT NULL,
      department_code text NOT NULL,
      receiver text NOT NULL,
      read_at timestamptz NOT NULL,
      PRIMARY KEY (message_id, reader)
    );
    ${tenantPolicies('urge_reading')}
    ${appendOnly('urge_reading')}

    CREATE TABLE urge_letter_number (year integer PRIMARY KEY, last integer NOT NULL);
    REVOKE ALL ON urge_letter_number FROM execution_feedback_app;

    -- Where mail and SMS go. Addresses are sealed: they may be a person's. The office's own stand under the code OFFICE.
    CREATE TABLE urge_contact (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      receiver text NOT NULL,
      channel text NOT NULL CHECK (channel IN ('MAIL', 'SMS')),
      address_sealed text NOT NULL,
      address_masked text NOT NULL,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL,
      removed_at timestamptz
    );
    CREATE INDEX urge_contact_of ON urge_contact (department_code, receiver) WHERE removed_at IS NULL;
    ${tenantPolicies('urge_contact')}
    REVOKE DELETE, TRUNCATE ON urge_contact FROM execution_feedback_app, execution_feedback_consumer;

    -- What goes out, outside of transactions: taken under a lease, tried a bounded number of times.
    CREATE TABLE urge_delivery (
      id uuid PRIMARY KEY,
      message_id uuid NOT NULL,
      department_code text NOT NULL,
      channel text NOT NULL,
      receiver text NOT NULL,
      contact_id uuid NOT NULL,
      status text NOT NULL CHECK (status IN ('WAITING', 'SENT', 'FAILED')),
      attempts integer NOT NULL,
      next_at timestamptz NOT NULL,
      last_error text,
      ended_at timestamptz,
      UNIQUE (message_id, contact_id)
    );
    CREATE INDEX urge_delivery_waiting ON urge_delivery (next_at) WHERE status = 'WAITING';
    ${tenantPolicies('urge_delivery')}
    REVOKE INSERT, UPDATE, DELETE ON urge_delivery FROM execution_feedback_app;
  `,
};
