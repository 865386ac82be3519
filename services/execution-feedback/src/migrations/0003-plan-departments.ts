import type { Migration } from '@lianxin/platform';

/**
 * A department sees of a plan what its own tasks and notices rest on. Which departments those are is settled when the plan comes, and so stands with the
 * plan: looked up for each row by a function, it took half of the time of a page of two hundred tasks.
 */
export const planDepartmentsMigration: Migration = {
  name: '0003-plan-departments',
  sql: `
    -- Codes of the departments with a task or a notice of this plan.
    ALTER TABLE plan_seen ADD COLUMN departments jsonb NOT NULL DEFAULT '[]';
    UPDATE plan_seen SET departments = own.departments
    FROM (
      SELECT entry_id, activation_no, jsonb_agg(DISTINCT department_code) AS departments FROM (
        SELECT entry_id, activation_no, department_code FROM task_basis
        UNION ALL
        SELECT entry_id, activation_no, department_code FROM notice
      ) AS row GROUP BY entry_id, activation_no
    ) AS own
    WHERE plan_seen.entry_id = own.entry_id AND plan_seen.activation_no = own.activation_no;
    DROP POLICY department ON plan_seen;
    CREATE POLICY department ON plan_seen TO execution_feedback_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE departments ?| string_to_array(current_setting('lianxin.departments', true), ',') END);
    DROP FUNCTION plan_rests_here(uuid, integer);
  `,
};
