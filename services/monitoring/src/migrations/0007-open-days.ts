import type { Migration } from '@lianxin/platform';

/** Counters keep the sum of the days of what is not done, so that the overdue days of years are a sum over quarters, not over each day of each department. */
export const openDaysMigration: Migration = {
  name: '0007-open-days',
  sql: `
    ALTER TABLE figure_counter ADD open_days bigint NOT NULL DEFAULT 0;
    UPDATE figure_counter SET open_days = (due - counted) * (bucket - date '1970-01-01') WHERE grain = 'DAY' AND due > counted;
    UPDATE figure_counter AS quarter SET open_days = told.open_days
    FROM (SELECT list_code, date_trunc('quarter', bucket)::date AS bucket, figure, department_code, sum(open_days)::bigint AS open_days
          FROM figure_counter WHERE grain = 'DAY' AND due > counted GROUP BY 1, 2, 3, 4) AS told
    WHERE quarter.grain = 'QUARTER' AND quarter.list_code = told.list_code AND quarter.bucket = told.bucket AND quarter.figure = told.figure
      AND quarter.department_code = told.department_code;
  `,
};
