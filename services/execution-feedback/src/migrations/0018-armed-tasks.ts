import type { Migration } from '@lianxin/platform';

/** Armed tasks of a department in the order in which a zero report is recorded in them: without it every portion walks through the open tasks of the city. */
export const armedTasksMigration: Migration = {
  name: '0018-armed-tasks',
  sql: `
    CREATE INDEX task_armed ON task_open (department_code, id) WHERE status = 'ARMED' AND trigger = 'ON_EVENT' AND due_at IS NOT NULL;
  `,
};
