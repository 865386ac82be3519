import type { Migration } from '@lianxin/platform';

/** Counters by month beside those by quarter and day: a year up to today is counted from 31 days instead of 93, for each department and figure. */
export const monthsMigration: Migration = {
  name: '0010-months',
  sql: `
    ALTER TABLE figure_counter DROP CONSTRAINT figure_counter_grain_check,
      ADD CONSTRAINT figure_counter_grain_check CHECK (grain IN ('QUARTER', 'MONTH', 'DAY', 'NOW'));
    INSERT INTO figure_counter (list_code, grain, bucket, figure, department_code, due, counted, timely, late_days, open_days)
    SELECT list_code, 'MONTH', date_trunc('month', bucket)::date AS month, figure, department_code, sum(due), sum(counted), sum(timely), sum(late_days), sum(open_days)
    FROM figure_counter WHERE grain = 'DAY' GROUP BY list_code, month, figure, department_code;
  `,
};
