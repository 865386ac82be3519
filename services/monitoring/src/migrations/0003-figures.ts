import type { Migration } from '@lianxin/platform';

const wholeCity = `current_setting('lianxin.scope', true) = 'CITY'`;
const ownDepartments = `ANY (string_to_array(current_setting('lianxin.departments', true), ','))`;
const seesDepartment = `CASE WHEN ${wholeCity} THEN true ELSE department_code = ${ownDepartments} END`;

/**
 * All indicators of §10.1: rows tell whether something was done in time and else how late, counters sum that up; other things than tasks and entries are
 * heard; periods close. The read model is emptied together with the places in the log, so that the service hears everything again: what it kept until now
 * does not tell when things were submitted. The streams are facts of their own and stay.
 */
export const figuresMigration: Migration = {
  name: '0003-figures',
  sql: `
    TRUNCATE task, feedback, entry, recorded_case, figure_row, figure_counter, department, measure, consumer_position, inbox;

    ALTER TABLE feedback DROP COLUMN is_valid;
    CREATE INDEX feedback_of_task ON feedback (task_id);
    ALTER TABLE department ADD level text NOT NULL;
    ALTER TABLE figure_row ADD is_timely boolean NOT NULL, ADD late_days integer NOT NULL;
    ALTER TABLE figure_counter ADD timely bigint NOT NULL, ADD late_days bigint NOT NULL;
    CREATE INDEX figure_counter_of_figure ON figure_counter (figure, grain, bucket);

    CREATE TABLE record_heard (
      source text NOT NULL,
      record_id uuid NOT NULL,
      department_code text NOT NULL,
      registers jsonb NOT NULL,
      PRIMARY KEY (source, record_id)
    );

    -- What the figures of a period were when it was closed (R-10-1, R-4-12). Facts of their own: a rebuild leaves them.
    CREATE TABLE closed_period (
      code text PRIMARY KEY,
      from_day date NOT NULL,
      to_day date NOT NULL,
      closed_at timestamptz NOT NULL
    );
    CREATE TABLE closed_count (
      period_code text NOT NULL REFERENCES closed_period (code),
      list_code text NOT NULL,
      figure text NOT NULL,
      department_code text NOT NULL,
      due bigint NOT NULL,
      counted bigint NOT NULL,
      timely bigint NOT NULL,
      late_days bigint NOT NULL,
      PRIMARY KEY (period_code, list_code, figure, department_code)
    );

    ${['record_heard', 'closed_count', 'closed_period'].map((table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`).join('\n    ')}
    ${['record_heard', 'closed_count', 'closed_period'].map((table) => `CREATE POLICY consumer ON ${table} TO monitoring_consumer USING (true) WITH CHECK (true);`).join('\n    ')}
    ${['record_heard', 'closed_count'].map((table) => `CREATE POLICY department ON ${table} TO monitoring_app USING (${seesDepartment});`).join('\n    ')}
    CREATE POLICY everybody ON closed_period TO monitoring_app USING (true);
    REVOKE INSERT, UPDATE, DELETE ON record_heard, closed_period, closed_count FROM monitoring_app;
  `,
};
