import type { Migration } from '@lianxin/platform';

/** Feedback by file: each row of a file is an item of a bulk action; one that names no task of the department is kept as refused (product §B.6). */
export const feedbackTablesMigration: Migration = {
  name: '0010-feedback-tables',
  sql: `
    ALTER TABLE task_bulk_item ALTER COLUMN task_id DROP NOT NULL, ALTER COLUMN seen_version DROP NOT NULL,
      ALTER COLUMN seen_status DROP NOT NULL, ADD COLUMN line integer, ADD COLUMN cells jsonb;
  `,
};
