import type { Migration } from '@lianxin/platform';

const ownDepartments = `ANY (string_to_array(current_setting('lianxin.departments', true), ','))`;

export const redeliveriesMigration: Migration = {
  name: '0004-redeliveries',
  sql: `
    -- What departments are sent again: who asked, why, for what, how many, and how far it is.
    CREATE TABLE redelivery (
      id uuid PRIMARY KEY,
      version integer NOT NULL,
      status text NOT NULL CHECK (status IN ('PLANNING', 'PLANNED', 'RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED')),
      department_code text NOT NULL CHECK (department_code <> 'CITY'),
      scope jsonb NOT NULL,
      types text[],
      -- Department, scope and types as one text: the same is not sent twice at a time.
      same_as text NOT NULL,
      reason text NOT NULL,
      requested_by text NOT NULL,
      requested_at timestamptz NOT NULL,
      -- Planning: what was chosen, where a period goes on, and what was looked at.
      phase text NOT NULL CHECK (phase IN ('CHOOSE', 'WEIGH', 'NUMBER', 'DONE')),
      chosen integer NOT NULL DEFAULT 0,
      chosen_after_time timestamptz,
      chosen_after_id uuid,
      weighed integer NOT NULL DEFAULT 0,
      -- The preview, once it is complete.
      events integer,
      bytes bigint,
      by_type jsonb,
      oldest timestamptz,
      newest timestamptz,
      sent integer NOT NULL DEFAULT 0,
      confirmed_by text,
      confirmed_at timestamptz,
      ended_by text,
      ended_at timestamptz,
      failure text
    );
    CREATE INDEX redelivery_running ON redelivery (same_as) WHERE status = 'RUNNING';

    -- The events of a redelivery that is not over, in the order in which they go out.
    CREATE TABLE redelivery_item (
      redelivery_id uuid NOT NULL REFERENCES redelivery,
      event_id uuid NOT NULL,
      subject_key text NOT NULL,
      -- Null: not looked at yet whether the department was told of it.
      type text,
      bytes integer,
      ordinal integer,
      PRIMARY KEY (redelivery_id, event_id)
    );
    CREATE INDEX redelivery_item_unweighed ON redelivery_item (redelivery_id, event_id) WHERE type IS NULL;
    CREATE UNIQUE INDEX redelivery_item_order ON redelivery_item (redelivery_id, ordinal) WHERE ordinal IS NOT NULL;

    CREATE TABLE redelivery_fact (
      redelivery_id uuid NOT NULL REFERENCES redelivery,
      version integer NOT NULL,
      action text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      detail jsonb NOT NULL,
      PRIMARY KEY (redelivery_id, version)
    );
    REVOKE UPDATE, DELETE ON redelivery_fact FROM objection_handling_app, objection_handling_consumer;

    -- By which the journal is searched: a period, what tells of an entry under whatever key, and urgings, whose key is their own.
    CREATE INDEX journal_event_recorded ON journal_event (recorded_time, event_id);
    CREATE INDEX journal_event_of_entry ON journal_event USING gin (entry_ids);
    CREATE INDEX journal_event_urged ON journal_event USING gin (task_ids) WHERE topic = 'lianxin.urge';

    ${['redelivery', 'redelivery_item', 'redelivery_fact']
      .map(
        (table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY consumer ON ${table} TO objection_handling_consumer USING (true) WITH CHECK (true);`,
      )
      .join('\n    ')}
    CREATE POLICY reader ON redelivery TO objection_handling_app
      USING (current_setting('lianxin.scope', true) = 'CITY' OR department_code = ${ownDepartments});
    CREATE POLICY reader ON redelivery_fact TO objection_handling_app
      USING (EXISTS (SELECT 1 FROM redelivery WHERE redelivery.id = redelivery_fact.redelivery_id));
    -- Requests neither choose nor send: that is done apart from them.
    REVOKE ALL ON redelivery_item FROM objection_handling_app;
  `,
};
