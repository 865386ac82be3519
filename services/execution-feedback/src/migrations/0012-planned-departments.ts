import type { Migration } from '@lianxin/platform';

/**
 * A task that the credit office gave to another department by hand rests on a row of a plan that names the first one (R-4-8). Of what was given away before
 * this version the first department is known from the fact.
 */
export const plannedDepartmentsMigration: Migration = {
  name: '0012-planned-departments',
  sql: `
    ALTER TABLE task_basis ADD COLUMN planned_department text;
    UPDATE task_basis SET planned_department = first.from_department
    FROM (
      SELECT DISTINCT ON (task_id) task_id, detail->>'from' AS from_department FROM task_fact
      WHERE what = 'REASSIGNED' AND actor IS NOT NULL ORDER BY task_id, version
    ) AS first
    WHERE first.task_id = task_basis.task_id AND task_basis.department_code <> first.from_department;
  `,
};
