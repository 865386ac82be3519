import type { Migration } from '@lianxin/platform';

/**
 * 0012 named the first department of a task that the office gave away on all its bases. A basis that joined the task after that was planned for the department
 * which had the task then, and stands elsewhere only if the office gave the task on after it had joined (R-4-8).
 */
export const joinedDepartmentsMigration: Migration = {
  name: '0015-joined-departments',
  sql: `
    UPDATE task_basis SET planned_department = nullif(
      (SELECT later.detail->>'from' FROM task_fact later
       WHERE later.task_id = joined.task_id AND later.what = 'REASSIGNED' AND later.actor IS NOT NULL AND later.version > joined.version
       ORDER BY later.version LIMIT 1), task_basis.department_code)
    FROM (
      SELECT DISTINCT ON (task_id) task_id, version, detail->>'from' AS from_department FROM task_fact
      WHERE what = 'REASSIGNED' AND actor IS NOT NULL ORDER BY task_id, version
    ) AS first,
    (
      -- The first that a task knows of an entry: its creation, or that a basis was added, which also lets a task go on that was held.
      SELECT DISTINCT ON (task_id, detail->>'entryId') task_id, detail->>'entryId' AS entry_id, what, version FROM task_fact
      WHERE detail ? 'entryId' ORDER BY task_id, detail->>'entryId', version
    ) AS joined
    WHERE first.task_id = task_basis.task_id AND task_basis.planned_department = first.from_department
      AND joined.task_id = task_basis.task_id AND joined.entry_id = task_basis.entry_id::text
      AND joined.what IN ('BASIS_ADDED', 'RELEASED') AND joined.version > first.version;
  `,
};
