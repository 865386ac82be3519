import type pg from 'pg';

const tasksPerChunk = 40_000;
/** A department that answers every cycle in time: its rows hold nothing late and nothing open, however far one looks. */
export const punctual = 'D31';
const grown = ['task', 'entry', 'figure_row', 'figure_counter'];

/** One task and one entry that the service itself wrote become the pattern of all others; the tables hold what its rules give for such tasks. */
export async function preparePatterns(client: pg.Client): Promise<void> {
  await client.query(`
    SET search_path = monitoring;
    CREATE TABLE public.pattern_task AS SELECT row_number() OVER (ORDER BY task_id) - 1 AS slot, department_code, registers FROM task ORDER BY task_id LIMIT 800;
    CREATE TABLE public.pattern_entry AS SELECT row_number() OVER (ORDER BY entry_id) - 1 AS list_no, registers FROM entry ORDER BY entry_id LIMIT 20;
    RESET search_path;`);
}

/**
 * Fills the read model up to `tasks`, by set-based SQL with every index in place: each task with its row of K05, its rows of K07 for one to three cycles
 * (two in a thousand answered late, two not at all), a fifth of them in the stock of open tasks, every tenth on two lists; an entry of K01 for every forty tasks. The counters are then the number of rows,
 * as the service keeps them.
 * @param total tasks of the whole city, over which its eight years are spread.
 */
export async function fillTo(connect: () => Promise<pg.Client>, from: number, tasks: number, total: number): Promise<void> {
  const client = await connect();
  const started = performance.now();
  for (let first = from; first < tasks; first += tasksPerChunk) {
    await client.query('BEGIN');
    await client.query('SET LOCAL search_path = monitoring, public');
    await client.query(
      `CREATE TEMP TABLE chunk ON COMMIT DROP AS
       SELECT k, at, uuidv7(at - now()) AS id, p.department_code, p.registers, (k % 20) AS list_no, random() AS fate, random() AS answered,
         (at AT TIME ZONE 'Asia/Shanghai')::date AS day
       FROM (SELECT k, now() - interval '8 years' + interval '8 years' * (k::float8 / ${total}) AS at FROM generate_series(${first}, ${Math.min(first + tasksPerChunk, tasks) - 1}) AS k) AS drawn
       JOIN pattern_task p ON p.slot = drawn.k % (SELECT count(*) FROM pattern_task)`,
    );
    for (const statement of inserts) await client.query(statement);
    await client.query('COMMIT');
    if ((first / tasksPerChunk) % 10 === 9) {
      const rate = (first + tasksPerChunk - from) / ((performance.now() - started) / 1000);
      console.log(`  ${(first + tasksPerChunk).toLocaleString('en')} tasks (${Math.round(rate).toLocaleString('en')}/s)`);
    }
  }
  await client.query(`VACUUM (ANALYZE) ${grown.map((table) => `monitoring.${table}`).join(', ')}`);
  await client.query('CHECKPOINT');
  await client.end();
}

const listOf = (number: string) => `'BL-L' || lpad((${number} + 1)::text, 2, '0')`;
const statuses = `CASE WHEN fate < 0.02 THEN 'DISPATCHED' WHEN fate < 0.04 THEN 'ACKNOWLEDGED' WHEN fate < 0.06 THEN 'IN_EXECUTION' WHEN fate < 0.13 THEN 'ARMED'
  WHEN fate < 0.18 THEN 'FED_BACK' WHEN fate < 0.19 THEN 'ON_HOLD' ELSE 'LIFTING' END`;

/** Rows of the chunk's tasks as the figures count them, once for each list. */
const rows = `
  SELECT id, 'K05' AS figure, 0 AS cycle, list_no, department_code, day + 3 AS day, answered < 0.93 AS is_counted, answered < 0.9 AS is_timely, fate FROM chunk
  UNION ALL
  SELECT id, 'K07', cycle, list_no, department_code, day + 30 * cycle, answered < 0.998 OR department_code = '${punctual}',
    answered < 0.996 OR department_code = '${punctual}', fate
  FROM chunk, generate_series(1, 1 + (k % 3)::integer) AS cycle WHERE k % 2 = 0 OR cycle = 1
  UNION ALL
  SELECT id, 'TASKS-' || ${statuses}, 0, list_no, department_code, day, true, true, fate FROM chunk WHERE fate < 0.2`;
const quarter = `CASE WHEN figure LIKE 'TASKS-%' THEN date '1970-01-01' ELSE date_trunc('quarter', day)::date END`;
/** What is late is three days late. */
const lateDays = 'CASE WHEN is_counted AND NOT is_timely THEN 3 ELSE 0 END';

const inserts = [
  'INSERT INTO task (task_id, department_code, registers) SELECT id, department_code, registers FROM chunk ORDER BY id',
  `INSERT INTO entry (entry_id, department_code, registers)
   SELECT id, 'D01', p.registers FROM chunk JOIN pattern_entry p USING (list_no) WHERE k % 40 = 0`,
  `CREATE TEMP TABLE fresh ON COMMIT DROP AS
   SELECT id AS row_id, figure, cycle, ${listOf('list_no')} AS list_code, department_code, ${quarter} AS quarter, day, is_counted, is_timely, true AS is_first FROM (${rows}) AS own
   UNION ALL
   SELECT id, figure, cycle, ${listOf('((list_no + 7) % 20)')}, department_code, ${quarter}, day, is_counted, is_timely, false FROM (${rows}) AS own WHERE fate > 0.45 AND fate < 0.55
   UNION ALL
   SELECT id, 'K01-BLACK', 1, ${listOf('list_no')}, 'D01', date_trunc('quarter', day)::date, day, true, true, true FROM chunk WHERE k % 40 = 0`,
  `INSERT INTO figure_row (row_id, figure, cycle, list_code, department_code, quarter, day, is_counted, is_timely, late_days, is_first)
   SELECT row_id, figure, cycle, list_code, department_code, quarter, day, is_counted, is_timely, ${lateDays}, is_first FROM fresh ORDER BY row_id`,
  `INSERT INTO figure_counter AS counter (list_code, grain, bucket, figure, department_code, due, counted, timely, late_days, open_days)
   SELECT list, grain, bucket, figure, department_code, count(*), count(*) FILTER (WHERE is_counted), count(*) FILTER (WHERE is_timely), sum(${lateDays}),
     coalesce(sum(day - date '1970-01-01') FILTER (WHERE NOT is_counted), 0)
   FROM fresh
   CROSS JOIN LATERAL (VALUES (list_code), (CASE WHEN is_first THEN '*' END)) AS of (list)
   CROSS JOIN LATERAL (VALUES ('QUARTER', quarter), ('MONTH', date_trunc('month', day)::date), ('DAY', day)) AS place (grain, bucket)
   WHERE list IS NOT NULL AND figure NOT LIKE 'TASKS-%' GROUP BY 1, 2, 3, 4, 5
   ON CONFLICT (list_code, grain, bucket, figure, department_code) DO UPDATE SET due = counter.due + excluded.due, counted = counter.counted + excluded.counted,
     timely = counter.timely + excluded.timely, late_days = counter.late_days + excluded.late_days, open_days = counter.open_days + excluded.open_days`,
  `INSERT INTO figure_counter AS counter (list_code, grain, bucket, figure, department_code, due, counted, timely, late_days, open_days)
   SELECT list, 'NOW', date '1970-01-01', figure, department_code, count(*), count(*), count(*), 0, 0
   FROM fresh CROSS JOIN LATERAL (VALUES (list_code), (CASE WHEN is_first THEN '*' END)) AS of (list)
   WHERE list IS NOT NULL AND figure LIKE 'TASKS-%' GROUP BY 1, 2, 3, 4, 5
   ON CONFLICT (list_code, grain, bucket, figure, department_code) DO UPDATE SET due = counter.due + excluded.due, counted = counter.counted + excluded.counted,
     timely = counter.timely + excluded.timely`,
];
