import type { Migration } from '@lianxin/platform';

/**
 * 0012 named the first department of a task that the office gave away on all its bases. A basis that joined the task after that was planned for the department
 * which had the task then, and stands elsewhere only if the office gave the task on after it had joined (R-4-8).
 */
export const joinedDepartmentsMigration: Migration = {
  name: '0015-joined-departments',
  sql: `
    WITH given AS (
      SELECT task_id, version, detail->>'from' AS from_department FROM task_fact WHERE what = 'REASSIGNED' AND actor IS NOT NULL
    ), first AS (
      SELECT DISTINCT ON (task_id) * FROM given ORDER BY task_id, version
    ), joined AS (
      -- The first that a task knows of an entry: its creation, or that a basis was added, which also lets a task go on that was held.
      SELECT DISTINCT ON (task_id, detail->>'entryId') task_id, detail->>'entryId' AS entry_id, what, version FROM task_fact
      WHERE detail ? 'entryId' AND task_id IN (SELECT task_id FROM first) ORDER BY task_id, detail->>'entryId', version
    )
    UPDATE task_basis SET planned_department = nullif(
      (SELECT from_department FROM given WHERE given.task_id = joined.task_id AND given.version > joined.version ORDER BY version LIMIT 1),
      task_basis.department_code)
    FROM first JOIN joined ON joined.task_id = first.task_id AND joined.version > first.version
    WHERE joined.what IN ('BASIS_ADDED', 'RELEASED') AND task_basis.task_id = joined.task_id
      AND task_basis.entry_id::text = joined.entry_id AND task_basis.planned_department = first.from_department;
  `,
};
