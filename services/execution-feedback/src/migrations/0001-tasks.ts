import type { Migration } from '@lianxin/platform';

/**
 * Policies of a table with tenant rows: a request sees its departments' rows, city-wide roles all; consumers and timers touch every row (design §6).
 * CASE, because PostgreSQL believes an OR of settings to hold for almost no row and then sorts whole queues instead of reading them in order.
 */
export const tenantPolicies = (table: string) => `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO execution_feedback_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON ${table} TO execution_feedback_consumer USING (true) WITH CHECK (true);`;

/** Rows that are added and never altered. */
export const appendOnly = (table: string) => `
    REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM execution_feedback_app, execution_feedback_consumer;`;

/** Plans, tasks with their bases and facts, notices, and the local copies of what other services own. */
export const tasksMigration: Migration = {
  name: '0001-tasks',
  sql: `
    -- One row per plan, also of one of which only a later event has come: its end is remembered, older versions never overwrite newer ones.
    CREATE TABLE plan_seen (
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      plan_id uuid NOT NULL,
      plan_version integer NOT NULL,
      lane_key text NOT NULL,
      status text NOT NULL CHECK (status IN ('LIVE', 'HELD', 'ENDED')),
      hold_cause text CHECK (hold_cause IN ('SUSPENSION', 'OBJECTION')),
      held_on date,
      -- Null until the plan itself has come.
      catalogue_version integer,
      list_code text,
      list_type text,
      direction text,
      entry_number text,
      designating_department text,
      activated_on date,
      valid_to date,
      measures jsonb,
      PRIMARY KEY (entry_id, activation_no)
    );

    -- Open tasks make the queues; closed ones lie in a partition of their own, so that years of them cost the queues nothing.
    CREATE TABLE task (
      id uuid NOT NULL,
      closed boolean NOT NULL DEFAULT false,
      party_subject_id uuid NOT NULL,
      canonical_code text NOT NULL,
      department_code text NOT NULL,
      measure_code text NOT NULL,
      class text NOT NULL,
      direction text NOT NULL,
      kind text NOT NULL,
      force text NOT NULL,
      trigger text NOT NULL,
      role text NOT NULL,
      party_id uuid NOT NULL,
      party_role text NOT NULL,
      party_kind text NOT NULL,
      cycle integer NOT NULL,
      status text NOT NULL,
      previous_status text,
      version integer NOT NULL,
      has_deadline boolean NOT NULL,
      dispatched_at timestamptz NOT NULL,
      begun_at timestamptz,
      due_at timestamptz,
      feedback_due_at timestamptz,
      held_on date,
      lane_key text NOT NULL,
      catalogue_version integer NOT NULL,
      PRIMARY KEY (id, closed),
      CHECK (closed = (status IN ('LIFTED', 'CANCELLED', 'NOT_APPLICABLE'))),
      CHECK ((status = 'ON_HOLD') = (previous_status IS NOT NULL))
    ) PARTITION BY LIST (closed);
    CREATE TABLE task_open PARTITION OF task FOR VALUES IN (false);
    CREATE TABLE task_closed PARTITION OF task FOR VALUES IN (true);
    -- One living task per party, restriction and department (R-4-5).
    CREATE UNIQUE INDEX task_living ON task_open (party_subject_id, canonical_code, department_code)
      WHERE status NOT IN ('LIFTING', 'LIFTED', 'CANCELLED', 'NOT_APPLICABLE');
    -- The queue of a department, and of the whole city, each read state by state in its order.
    CREATE INDEX task_queue ON task (department_code, status, dispatched_at DESC, id DESC);
    CREATE INDEX task_city_queue ON task (status, dispatched_at DESC, id DESC);
    CREATE INDEX task_of_measure ON task (measure_code, dispatched_at DESC, id DESC);
    ${tenantPolicies('task')}
    -- The partitions are reached through their parent alone.
    ALTER TABLE task_open ENABLE ROW LEVEL SECURITY;
    ALTER TABLE task_closed ENABLE ROW LEVEL SECURITY;

    -- basis_key: sha256(entry_id|activation_no|party_id|measure_code|department_code|cycle) of R-4-3. It stands behind entry and department in the
    -- primary key, so that the rows of one plan lie side by side and a department's are found at once.
    CREATE TABLE task_basis (
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      basis_key bytea NOT NULL,
      task_id uuid NOT NULL,
      department_code text NOT NULL,
      party_id uuid NOT NULL,
      party_role text NOT NULL,
      measure_code text NOT NULL,
      force text NOT NULL,
      hold_exempt boolean NOT NULL,
      status text NOT NULL CHECK (status IN ('LIVE', 'HELD', 'ENDED')),
      hold_cause text,
      PRIMARY KEY (entry_id, activation_no, department_code, basis_key)
    );
    CREATE INDEX task_basis_task ON task_basis (task_id);
    ${tenantPolicies('task_basis')}

    CREATE TABLE task_fact (
      task_id uuid NOT NULL,
      version integer NOT NULL,
      department_code text NOT NULL,
      what text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text,
      cause_event uuid,
      detail jsonb,
      PRIMARY KEY (task_id, version)
    );
    ${tenantPolicies('task_fact')}
    ${appendOnly('task_fact')}

    -- Information notices: no due time, never urged, no state of their own but that of their plan (R-1-4).
    CREATE TABLE notice (
      id uuid PRIMARY KEY,
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      party_subject_id uuid NOT NULL,
      party_id uuid NOT NULL,
      party_role text NOT NULL,
      party_kind text NOT NULL,
      department_code text NOT NULL,
      role text NOT NULL,
      measure_code text NOT NULL,
      canonical_code text NOT NULL,
      class text NOT NULL,
      direction text NOT NULL,
      force text NOT NULL,
      trigger text NOT NULL,
      hold_exempt boolean NOT NULL,
      status text NOT NULL CHECK (status IN ('LIVE', 'HELD', 'ENDED')),
      ended_in_error boolean NOT NULL,
      version integer NOT NULL,
      dispatched_at timestamptz NOT NULL,
      catalogue_version integer NOT NULL,
      UNIQUE (entry_id, activation_no, department_code, party_id, measure_code)
    );
    CREATE INDEX notice_queue ON notice (department_code, dispatched_at DESC, id DESC);
    CREATE INDEX notice_city_queue ON notice (dispatched_at DESC, id DESC);
    ${tenantPolicies('notice')}
    REVOKE INSERT, UPDATE, DELETE ON notice FROM execution_feedback_app;

    -- A department sees of a plan what its own tasks and notices rest on. A function, because as subqueries the planner hashes them: it would read a
    -- department's every basis for one page of its queue.
    CREATE FUNCTION plan_rests_here(entry uuid, activation integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
    DECLARE departments text[] := string_to_array(current_setting('lianxin.departments', true), ',');
    BEGIN
      RETURN EXISTS (SELECT 1 FROM execution_feedback.task_basis
          WHERE entry_id = entry AND activation_no = activation AND department_code = ANY (departments))
        OR EXISTS (SELECT 1 FROM execution_feedback.notice
          WHERE entry_id = entry AND activation_no = activation AND department_code = ANY (departments));
    END $$;
    ALTER TABLE plan_seen ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON plan_seen TO execution_feedback_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true ELSE plan_rests_here(entry_id, activation_no) END);
    CREATE POLICY consumer ON plan_seen TO execution_feedback_consumer USING (true) WITH CHECK (true);
    REVOKE INSERT, UPDATE, DELETE ON plan_seen FROM execution_feedback_app;

    -- Local copies, by events. Texts are looked up when they are shown, so a plan may come before its catalogue and its parties.
    CREATE TABLE catalogue_row (
      version integer NOT NULL,
      row_number integer NOT NULL,
      row_count integer NOT NULL,
      kind text NOT NULL,
      code text NOT NULL,
      body jsonb NOT NULL,
      PRIMARY KEY (version, row_number)
    );
    CREATE INDEX catalogue_row_code ON catalogue_row (kind, code, version);
    REVOKE INSERT, UPDATE, DELETE ON catalogue_row FROM execution_feedback_app;

    CREATE TABLE subject_copy (
      subject_id uuid PRIMARY KEY,
      version integer NOT NULL,
      kind text NOT NULL,
      organisation_name text,
      uscc_code text,
      -- Identity of a natural person, sealed; opened only for a task of the asking department.
      sealed text,
      name_masked text,
      id_masked text
    );
    REVOKE INSERT, UPDATE, DELETE ON subject_copy FROM execution_feedback_app;
  `,
};
