import type { Migration } from '@lianxin/platform';

const readModel = ['task', 'feedback', 'entry', 'recorded_case', 'figure_row', 'figure_counter', 'department', 'measure'];
const stream = ['stream_receiver', 'stream_event'];
const ofDepartments = ['task', 'feedback', 'entry', 'recorded_case', 'figure_row', 'figure_counter', 'department'];
const ofReceivers = stream;

const ownDepartments = `ANY (string_to_array(current_setting('lianxin.departments', true), ','))`;
const wholeCity = `current_setting('lianxin.scope', true) = 'CITY'`;

export const monitoringMigration: Migration = {
  name: '0001-monitoring',
  sql: `
    -- The read model. Everything here follows from the event log alone; registers hold what was heard with the version that said it.
    CREATE TABLE task (
      task_id uuid PRIMARY KEY,
      department_code text NOT NULL,
      registers jsonb NOT NULL
    );
    CREATE TABLE feedback (
      feedback_id uuid PRIMARY KEY,
      task_id uuid NOT NULL,
      department_code text NOT NULL,
      cycle integer NOT NULL,
      is_valid boolean NOT NULL,
      registers jsonb NOT NULL
    );
    CREATE INDEX feedback_valid ON feedback (task_id, cycle) WHERE is_valid;
    CREATE TABLE entry (
      entry_id uuid PRIMARY KEY,
      department_code text NOT NULL,
      registers jsonb NOT NULL
    );
    CREATE TABLE recorded_case (
      case_id uuid PRIMARY KEY,
      department_code text NOT NULL,
      facts jsonb NOT NULL
    );

    -- One thing that one figure counts, once for each list it counts in; is_first marks one of these rows, so that over all lists it counts once.
    -- Every figure opens these rows, and every counter is their number.
    CREATE TABLE figure_row (
      row_id uuid NOT NULL,
      figure text NOT NULL,
      cycle integer NOT NULL,
      list_code text NOT NULL,
      department_code text NOT NULL,
      quarter date NOT NULL,
      day date NOT NULL,
      is_counted boolean NOT NULL,
      is_first boolean NOT NULL,
      PRIMARY KEY (row_id, figure, cycle, list_code)
    );
    -- Pages of a figure's rows, over all lists and of one list.
    CREATE INDEX figure_row_page ON figure_row (figure, quarter, department_code, day, row_id, cycle) WHERE is_first;
    CREATE INDEX figure_row_list_page ON figure_row (list_code, figure, quarter, department_code, day, row_id, cycle);

    -- How many figure rows there are, by quarter, by day and now; list_code '*' counts over all lists. A counter of nothing has no row.
    CREATE TABLE figure_counter (
      list_code text NOT NULL,
      grain text NOT NULL CHECK (grain IN ('QUARTER', 'DAY', 'NOW')),
      bucket date NOT NULL,
      figure text NOT NULL,
      department_code text NOT NULL,
      due bigint NOT NULL,
      counted bigint NOT NULL,
      PRIMARY KEY (list_code, grain, bucket, figure, department_code)
    ) WITH (fillfactor = 60);

    -- Names for display, from the newest catalogue version heard.
    CREATE TABLE department (
      department_code text PRIMARY KEY,
      catalogue_version integer NOT NULL,
      name_zh text NOT NULL,
      tenant boolean NOT NULL,
      supervised boolean NOT NULL
    );
    CREATE TABLE measure (
      code text PRIMARY KEY,
      catalogue_version integer NOT NULL,
      name_zh text NOT NULL
    );

    -- What each receiver is told, numbered without a gap. The numbers are facts of their own: they cannot be made again from the log, so a rebuild
    -- of the read model leaves these two tables alone. A stream that is made anew has another epoch, and old cursors are refused.
    CREATE TABLE stream_receiver (
      receiver text PRIMARY KEY,
      epoch text NOT NULL DEFAULT left(gen_random_uuid()::text, 8),
      oldest_sequence bigint NOT NULL DEFAULT 1,
      last_sequence bigint NOT NULL DEFAULT 0
    );
    CREATE TABLE stream_event (
      receiver text NOT NULL,
      sequence bigint NOT NULL,
      event_id uuid NOT NULL,
      type text NOT NULL,
      cloud_event json NOT NULL,
      appended_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (receiver, sequence)
    );
    CREATE UNIQUE INDEX stream_event_once ON stream_event (event_id, receiver);
    CREATE INDEX stream_event_age ON stream_event USING brin (appended_at);

    ${[...ofDepartments, ...ofReceivers].map((table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`).join('\n    ')}
    ${[...ofDepartments, ...ofReceivers].map((table) => `CREATE POLICY consumer ON ${table} TO monitoring_consumer USING (true) WITH CHECK (true);`).join('\n    ')}
    ${ofDepartments.map((table) => `CREATE POLICY department ON ${table} TO monitoring_app USING (${wholeCity} OR department_code = ${ownDepartments});`).join('\n    ')}
    -- The city's own stream is no department's, even if a department were to take its name.
    ${ofReceivers.map((table) => `CREATE POLICY receiver ON ${table} TO monitoring_app USING (${wholeCity} OR (receiver <> 'CITY' AND receiver = ${ownDepartments}));`).join('\n    ')}
    -- Requests only read: all that is written here comes from events.
    REVOKE INSERT, UPDATE, DELETE ON ${[...readModel, ...stream].join(', ')} FROM monitoring_app;
  `,
};
