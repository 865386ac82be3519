import type { Migration } from '@lianxin/platform';
import { appendOnly, tenantPolicies } from './0001-tasks.ts';

/** Zero reports by department, list and quarter (§4.5), and what is known of windows: what they were asked, and what nobody has decided yet. */
export const zeroReportsMigration: Migration = {
  name: '0017-zero-reports',
  sql: `
    CREATE TABLE zero_report (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      list_code text NOT NULL,
      quarter text NOT NULL,
      -- OPEN: the department owes it. PENDING: given, waits for the second person. VALID: approved. AUTOMATIC: windows served every task of it.
      status text NOT NULL CHECK (status IN ('OPEN', 'PENDING', 'VALID', 'AUTOMATIC')),
      version integer NOT NULL,
      -- Tasks that owed the quarter when it had ended and that windows had not served; those that they had; those that the report was recorded for.
      asked_tasks integer NOT NULL DEFAULT 0,
      automatic_tasks integer NOT NULL DEFAULT 0,
      given_tasks integer NOT NULL DEFAULT 0,
      remark text,
      submitted_by text,
      submitted_at timestamptz,
      decided_by text,
      decided_at timestamptz,
      reason text,
      opened_at timestamptz NOT NULL,
      -- When it stood in the last of its tasks.
      recorded_at timestamptz,
      UNIQUE (department_code, list_code, quarter)
    );
    CREATE INDEX zero_report_page ON zero_report (quarter DESC, department_code, list_code);
    ${tenantPolicies('zero_report')}
    REVOKE INSERT, DELETE, TRUNCATE ON zero_report FROM execution_feedback_app;

    CREATE TABLE zero_report_fact (
      report_id uuid NOT NULL REFERENCES zero_report,
      version integer NOT NULL,
      department_code text NOT NULL,
      what text NOT NULL,
      at timestamptz NOT NULL,
      actor text,
      detail jsonb,
      PRIMARY KEY (report_id, version)
    );
    ${tenantPolicies('zero_report_fact')}
    ${appendOnly('zero_report_fact')}

    -- Days on which a window asked about a matter of a department.
    CREATE TABLE window_served (
      department_code text NOT NULL,
      matter_code text NOT NULL,
      day date NOT NULL,
      PRIMARY KEY (department_code, matter_code, day)
    );
    -- Measures that a window was prompted with. Where window_hit has no row of the same name, nobody has said what became of it.
    CREATE TABLE window_prompt (
      prompt_id uuid NOT NULL,
      measure_code text NOT NULL,
      department_code text NOT NULL,
      subject_id uuid NOT NULL,
      asked_at timestamptz NOT NULL,
      PRIMARY KEY (prompt_id, measure_code)
    );
    CREATE INDEX window_prompt_subject ON window_prompt (subject_id, measure_code);
    CREATE INDEX window_hit_subject ON window_hit (subject_id, measure_code);
    REVOKE ALL ON window_served, window_prompt FROM execution_feedback_app;
  `,
};
