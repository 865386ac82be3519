import type { Migration } from '@lianxin/platform';

/**
 * The median of K15 (§10.1): applications for repair that are decided already are counted under the days that they took, as `repair.rules` counts every
 * later one, so that nothing has to be heard again.
 */
export const repairDaysMigration: Migration = {
  name: '0005-repair-days',
  sql: `
    INSERT INTO figure_row (row_id, figure, cycle, list_code, department_code, quarter, day, is_counted, is_timely, late_days, is_first)
    SELECT row.row_id,
      'K15-DAYS:' || greatest(0, (heard.registers -> 'decided' ->> 'on')::date - (heard.registers ->> 'receivedOn')::date),
      row.cycle, row.list_code, row.department_code, row.quarter, row.day, true, true, 0, row.is_first
    FROM figure_row AS row JOIN record_heard AS heard ON heard.source = 'REPAIR' AND heard.record_id = row.row_id
    WHERE row.figure = 'K15' AND heard.registers -> 'decided' ->> 'on' IS NOT NULL AND heard.registers ->> 'receivedOn' IS NOT NULL;

    INSERT INTO figure_counter (list_code, grain, bucket, figure, department_code, due, counted, timely, late_days)
    SELECT list.code, part.grain, CASE part.grain WHEN 'QUARTER' THEN row.quarter ELSE row.day END, row.figure, row.department_code, count(*), count(*), count(*), 0
    FROM figure_row AS row
      CROSS JOIN LATERAL (SELECT row.list_code AS code UNION SELECT '*' WHERE row.is_first) AS list
      CROSS JOIN (VALUES ('QUARTER'), ('DAY')) AS part (grain)
    WHERE row.figure LIKE 'K15-DAYS:%' GROUP BY 1, 2, 3, 4, 5;
  `,
};
