import type { Migration } from '@lianxin/platform';

/**
 * The tasks of one measure are read like a queue: department by department and state by state, each in the order of the index. Of the measure alone the
 * index gave every task of ten years where only a few stood in the state that was asked for, or none belonged to the department.
 */
export const measureQueueMigration: Migration = {
  name: '0004-measure-queue',
  sql: `
    DROP INDEX task_of_measure;
    CREATE INDEX task_of_measure ON task (measure_code, department_code, status, dispatched_at DESC, id DESC);
  `,
};
