import type pg from 'pg';

/** Tables of execution-feedback that grow with the city's years. */
const grown = ['plan_seen', 'task', 'task_basis', 'task_fact', 'notice', 'subject_copy', 'subject_lane', 'subject_sequence'];
const plansPerChunk = 1_000;
const tasksPerPlan = 40;

/**
 * What the service itself wrote for one plan of each list becomes the pattern of all others: the texts in the rows are the service's own.
 * Besides, how a state was reached, and into which state a task of a plan has come.
 */
export async function preparePatterns(client: pg.Client): Promise<void> {
  await client.query(`
    SET search_path = execution_feedback;
    CREATE TABLE public.pattern_plan AS
      SELECT row_number() OVER (ORDER BY list_code) - 1 AS list_no, * FROM (SELECT DISTINCT ON (list_code) * FROM plan_seen ORDER BY list_code) AS one;
    CREATE TABLE public.pattern_task AS
      SELECT p.list_no, t.* FROM public.pattern_plan p JOIN task_basis b USING (entry_id, activation_no) JOIN task t ON t.id = b.task_id;
    CREATE TABLE public.pattern_subject AS SELECT * FROM subject_copy;

    CREATE FUNCTION public.history_of(status text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE status
        WHEN 'DISPATCHED' THEN ARRAY['DISPATCHED']
        WHEN 'ACKNOWLEDGED' THEN ARRAY['DISPATCHED','ACKNOWLEDGED']
        WHEN 'RETURNED' THEN ARRAY['DISPATCHED','RETURNED']
        WHEN 'IN_EXECUTION' THEN ARRAY['DISPATCHED','ACKNOWLEDGED','IN_EXECUTION']
        WHEN 'ARMED' THEN ARRAY['DISPATCHED','ACKNOWLEDGED','ARMED']
        WHEN 'FED_BACK' THEN ARRAY['DISPATCHED','ACKNOWLEDGED','ARMED','FED_BACK']
        WHEN 'ON_HOLD' THEN ARRAY['DISPATCHED','ACKNOWLEDGED','ON_HOLD']
        WHEN 'LIFTING' THEN ARRAY['DISPATCHED','ACKNOWLEDGED','ARMED','FED_BACK','LIFTING']
        WHEN 'LIFTED' THEN ARRAY['DISPATCHED','ACKNOWLEDGED','ARMED','FED_BACK','LIFTING','LIFTED']
        WHEN 'CANCELLED' THEN ARRAY['DISPATCHED','CANCELLED']
        ELSE ARRAY['DISPATCHED','ACKNOWLEDGED','NOT_APPLICABLE'] END $$;
    CREATE FUNCTION public.status_of(plan text, r float8) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE
        WHEN plan = 'ENDED' THEN CASE WHEN r < 0.90 THEN 'LIFTED' WHEN r < 0.95 THEN 'CANCELLED' WHEN r < 0.98 THEN 'NOT_APPLICABLE' ELSE 'LIFTING' END
        WHEN plan = 'HELD' THEN 'ON_HOLD'
        WHEN r < 0.10 THEN 'DISPATCHED' WHEN r < 0.18 THEN 'ACKNOWLEDGED' WHEN r < 0.20 THEN 'RETURNED' WHEN r < 0.28 THEN 'IN_EXECUTION'
        WHEN r < 0.65 THEN 'ARMED' WHEN r < 0.98 THEN 'FED_BACK' ELSE 'NOT_APPLICABLE' END $$;
    RESET search_path;`);
}

/**
 * Fills the service's own tables up to `tasks`, by set-based SQL with every index and constraint in place: eight years, of whose plans nearly all of the
 * early and a quarter of the last are ended; every tenth task rests on a second basis. Times are whole milliseconds, as the service writes them: the
 * cursors of pages rest on that. Then what autovacuum would have done over the years.
 * @param total tasks of the whole city, over which the eight years are spread.
 */
export async function fillTo(connect: () => Promise<pg.Client>, from: number, tasks: number, total: number): Promise<void> {
  const chunks: [number, number][] = [];
  for (let first = from / tasksPerPlan; first < tasks / tasksPerPlan; first += plansPerChunk)
    chunks.push([first, Math.min(first + plansPerChunk, tasks / tasksPerPlan) - 1]);
  const client = await connect();
  const started = performance.now();
  for (const [index, [first, last]] of chunks.entries()) {
    await fillChunk(client, first, last, total / tasksPerPlan);
    if (index % 10 === 9) {
      const done = from + (last + 1 - from / tasksPerPlan) * tasksPerPlan;
      const rate = ((last + 1) * tasksPerPlan - from) / ((performance.now() - started) / 1000);
      console.log(`  ${done.toLocaleString('en')} tasks (${Math.round(rate).toLocaleString('en')}/s)`);
    }
  }
  await client.query(`VACUUM (ANALYZE) ${grown.map((table) => `execution_feedback.${table}`).join(', ')}`);
  await client.query('CHECKPOINT');
  await client.end();
}

async function fillChunk(client: pg.Client, first: number, last: number, plans: number): Promise<void> {
  await client.query('BEGIN');
  await client.query('SET LOCAL search_path = execution_feedback, public');
  await client.query(
    `CREATE TEMP TABLE chunk_plan ON COMMIT DROP AS
     SELECT k, list_no, at, uuidv7(at - now()) AS entry_id, uuidv7(at - now()) AS plan_id,
       ARRAY[uuidv7(at - now()), uuidv7(at - now())] AS subjects, ARRAY[uuidv7(at - now()), uuidv7(at - now())] AS parties,
       CASE WHEN fate < ended THEN 'ENDED' WHEN fate < ended + 0.03 THEN 'HELD' ELSE 'LIVE' END AS status
     FROM (
       SELECT k, list_no, at, fate, CASE WHEN at < now() - interval '3 years' THEN 0.97 WHEN at < now() - interval '1 year' THEN 0.75 ELSE 0.25 END AS ended
       FROM (
         SELECT k, k * 7919 % (SELECT count(*) FROM pattern_plan) AS list_no, random() AS fate,
           date_trunc('milliseconds', now() - interval '8 years' + interval '8 years' * (k::float8 / ${plans})) AS at
         FROM generate_series(${first}, ${last}) AS k
       ) AS drawn
     ) AS plan ORDER BY k`,
  );
  await client.query(
    `CREATE TEMP TABLE chunk_task ON COMMIT DROP AS
     SELECT *, status_of(plan_status, fate) AS new_status, cardinality(history_of(status_of(plan_status, fate))) AS new_version FROM (
       SELECT p.k, p.at, p.entry_id, p.status AS plan_status, random() AS fate, uuidv7(p.at - now()) AS new_id,
         p.subjects[party] AS new_subject, p.parties[party] AS new_party, p.subjects[1]::text AS new_lane, t.*
       FROM chunk_plan p JOIN (SELECT *, CASE party_kind WHEN 'PERSON' THEN 2 ELSE 1 END AS party FROM pattern_task) AS t USING (list_no)
     ) AS task ORDER BY k`,
  );
  for (const statement of inserts) await client.query(statement);
  await client.query('COMMIT');
}

const dueAt = `CASE WHEN has_deadline AND new_status NOT IN ('LIFTED', 'CANCELLED', 'NOT_APPLICABLE') THEN at + interval '30 days' END`;

const inserts = [
  `INSERT INTO plan_seen (entry_id, activation_no, plan_id, plan_version, lane_key, status, hold_cause, held_on, catalogue_version, list_code, list_type,
     direction, entry_number, designating_department, activated_on, valid_to, departments, measures)
   SELECT c.entry_id, 1, c.plan_id, CASE c.status WHEN 'LIVE' THEN 1 ELSE 2 END, c.subjects[1]::text, c.status, CASE c.status WHEN 'HELD' THEN 'SUSPENSION' END,
     CASE c.status WHEN 'HELD' THEN c.at::date END, p.catalogue_version, p.list_code, p.list_type, p.direction, p.entry_number || c.k, p.designating_department,
     c.at::date, c.at::date + 1095, p.departments, p.measures
   FROM chunk_plan c JOIN pattern_plan p USING (list_no) ORDER BY c.k`,
  `INSERT INTO task (id, closed, party_subject_id, canonical_code, department_code, measure_code, class, direction, kind, force, trigger, role, party_id,
     party_role, party_kind, cycle, status, previous_status, version, has_deadline, dispatched_at, begun_at, due_at, feedback_due_at, held_on, lane_key,
     catalogue_version)
   SELECT new_id, new_status IN ('LIFTED', 'CANCELLED', 'NOT_APPLICABLE'), new_subject, canonical_code, department_code, measure_code, class, direction, kind,
     force, trigger, role, new_party, party_role, party_kind, 1, new_status, CASE new_status WHEN 'ON_HOLD' THEN 'ACKNOWLEDGED' END, new_version, has_deadline,
     at, CASE WHEN new_version > 2 THEN at + interval '5 days' END, ${dueAt}, ${dueAt}, CASE new_status WHEN 'ON_HOLD' THEN at::date + 10 END, new_lane,
     catalogue_version
   FROM chunk_task ORDER BY new_id`,
  `INSERT INTO task_basis (entry_id, activation_no, basis_key, task_id, department_code, party_id, party_role, measure_code, force, hold_exempt, status, hold_cause)
   SELECT entry_id, 1, sha256(convert_to(concat_ws('|', entry_id, 1, new_party, measure_code, department_code, 1), 'UTF8')), new_id, department_code, new_party,
     party_role, measure_code, force, false, basis_status, CASE basis_status WHEN 'HELD' THEN 'SUSPENSION' END
   FROM (
     SELECT entry_id, new_id, department_code, new_party, party_role, measure_code, force, plan_status AS basis_status FROM chunk_task
     UNION ALL
     SELECT before.entry_id, new_id, department_code, new_party, party_role, measure_code, force, 'ENDED'
     FROM chunk_task JOIN chunk_plan before ON before.k = chunk_task.k - 1 WHERE fate > 0.45 AND fate < 0.55
   ) AS basis ORDER BY entry_id, new_id`,
  `INSERT INTO task_fact (task_id, version, department_code, what, from_status, to_status, at, actor, cause_event)
   SELECT new_id, place, department_code, what, history[place - 1], what, at + interval '5 days' * (place - 1),
     CASE WHEN what IN ('ACKNOWLEDGED', 'ARMED', 'FED_BACK', 'IN_EXECUTION', 'RETURNED', 'LIFTED') THEN department_code || ':handler' END,
     CASE WHEN what IN ('DISPATCHED', 'ON_HOLD', 'LIFTING', 'CANCELLED') THEN entry_id END
   FROM (SELECT *, history_of(new_status) AS history FROM chunk_task) AS task CROSS JOIN LATERAL unnest(history) WITH ORDINALITY AS step (what, place)
   ORDER BY new_id, place`,
  `INSERT INTO notice (id, entry_id, activation_no, party_subject_id, party_id, party_role, party_kind, department_code, role, measure_code, canonical_code,
     class, direction, force, trigger, hold_exempt, status, ended_in_error, version, dispatched_at, catalogue_version)
   SELECT uuidv7(at - now()), entry_id, 1, new_subject, new_party, party_role, party_kind, department_code, role, measure_code, canonical_code, class,
     direction, 'REFERENCE', trigger, false, plan_status, false, 1, at, catalogue_version
   FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY measure_code, department_code) AS place FROM chunk_task) AS task WHERE place % 10 = 0`,
  `INSERT INTO subject_copy (subject_id, version, kind, organisation_name, uscc_code, sealed, name_masked, id_masked)
   SELECT DISTINCT ON (t.new_subject) t.new_subject, 1, s.kind, s.organisation_name || t.k, s.uscc_code, s.sealed, s.name_masked, s.id_masked
   FROM chunk_task t JOIN pattern_subject s ON s.subject_id = t.party_subject_id ORDER BY t.new_subject`,
  'INSERT INTO subject_lane SELECT unnest(subjects)::text FROM chunk_plan',
  `INSERT INTO subject_sequence SELECT subjects[1]::text, 'lianxin.task', 3 FROM chunk_plan`,
];
