import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ListEntryView } from '@lianxin/contracts';
import { service as creditRepair } from '@lianxin/credit-repair/app.module';
import { service as executionFeedback } from '@lianxin/execution-feedback/app.module';
import { service as listMatching } from '@lianxin/list-matching/app.module';
import { service as measureDecomposition } from '@lianxin/measure-decomposition/app.module';
import { service as monitoring } from '@lianxin/monitoring/app.module';
import { service as objectionHandling } from '@lianxin/objection-handling/app.module';
import type { RunningService } from '@lianxin/platform';
import { eventually, principalOf, TestCity } from '@lianxin/testing';
import { service as windowCheck } from '@lianxin/window-check/app.module';
import { daysAgo, designators, flagOf, partyOf } from '../../../test/support/flags.ts';

interface RunDetail {
  readonly id: string;
  readonly by: string;
  readonly status: string;
  readonly differences: number;
  readonly textZh: string;
  readonly parts?: readonly {
    view: string;
    holder: string;
    status: string;
    rows: number | null;
    found: readonly { id: string; fault: string; textZh: string }[];
  }[];
}

const office = principalOf(['CREDIT_OFFICE'], [], 'CREDIT_OFFICE');
const lists = ['BL-WAGE', 'BL-TAX', 'BL-COURT', 'RL-TAXA', 'FL-WAGE', 'BL-SAFE'];
const dayMs = 86_400_000;

let city: TestCity;
let entriesService: RunningService;
let figures: RunningService;
let queues: RunningService;

beforeAll(async () => {
  const others = ['list-matching', 'measure-decomposition', 'execution-feedback', 'window-check', 'credit-repair', 'objection-handling'];
  city = await TestCity.create('postgres', [...others, 'monitoring']);
  entriesService = await city.boot(listMatching);
  await city.boot(measureDecomposition);
  queues = await city.boot(executionFeedback);
  await city.boot(windowCheck);
  await city.boot(creditRepair);
  await city.boot(objectionHandling);
  figures = await city.boot(monitoring);
  await city.boot(monitoring);
  await eventually(
    'the departments have arrived',
    async () => (await city.call(entriesService, undefined, 'GET', '/readyz')).status === 200,
    60_000,
  );
}, 180_000);
afterAll(() => city?.close());

async function flag(listCode: string): Promise<ListEntryView> {
  const who = principalOf(['DEPT_HANDLER'], [designators[listCode] ?? '']);
  const parties = listCode.startsWith('BL-') ? [partyOf('LEGAL_REPRESENTATIVE')] : [];
  const answer = await city.call<ListEntryView>(entriesService, who, 'POST', '/api/v1/list-entries', {
    body: flagOf(listCode, { parties }),
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

async function act(entry: ListEntryView, what: string, body: unknown): Promise<void> {
  const who = principalOf(['DEPT_APPROVER'], [designators[entry.listCode] ?? '']);
  const headers = { 'if-match': `"${entry.version}"` };
  const answer = await city.call(entriesService, who, 'POST', `/api/v1/list-entries/${entry.id}/${what}`, { body, headers });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** Departments sign, return, begin, report and undo what they have been given. */
async function work(): Promise<void> {
  const open = await city.query<{ id: string; department: string; trigger: string; status: string }>(
    `SELECT id, department_code AS department, trigger, status FROM execution_feedback.task
     WHERE status IN ('DISPATCHED', 'LIFTING') ORDER BY status, trigger, department_code, id`,
  );
  const say = async (role: 'DEPT_HANDLER' | 'DEPT_APPROVER', task: { department: string }, path: string, body: unknown = {}) => {
    const who = principalOf([role], [task.department]);
    const answer = await city.call<{ id: string }>(queues, who, 'POST', `/api/v1/${path}`, { body });
    if (answer.status > 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const ofKind = (status: string, trigger?: string) =>
    open.filter((task) => task.status === status && (trigger === undefined || task.trigger === trigger)).slice(0, 6);
  for (const [place, task] of [...ofKind('DISPATCHED', 'ON_EVENT'), ...ofKind('DISPATCHED', 'STANDING')].entries()) {
    if (place % 6 === 5) {
      await say('DEPT_HANDLER', task, `tasks/${task.id}/return`, { reason: 'OTHER', detail: '合成数据：不属本部门' });
      continue;
    }
    await say('DEPT_HANDLER', task, `tasks/${task.id}/acknowledge`);
    if (place % 6 === 4) continue;
    const isArmed = task.trigger === 'ON_EVENT';
    await say('DEPT_HANDLER', task, `tasks/${task.id}/${isArmed ? 'arm' : 'start'}`);
    if (!isArmed) continue;
    const { id } = await say('DEPT_HANDLER', task, `tasks/${task.id}/feedback`, { kind: 'ZERO' });
    if (place % 2 === 0) await say('DEPT_APPROVER', task, `feedback/${id}/approve`);
  }
  for (const task of ofKind('LIFTING')) await say('DEPT_HANDLER', task, `tasks/${task.id}/feedback`, { kind: 'LIFTED' });
}

const suspension = { ground: 'STOP_EXECUTION', documentNo: '（2026）苏07行初1号', date: daysAgo(0) };
const exit = { ground: 'DESIGNATION_WRONG', documentNo: '示例撤〔2026〕1号', date: daysAgo(0) };

const runOf = async (id: string) => (await city.call<RunDetail>(figures, office, 'GET', `/api/v1/reconciliations/${id}`)).body;

/** Starts a comparison as the credit office does, and waits until every copy has been compared. */
async function compare(): Promise<RunDetail> {
  const { status, body } = await city.call<{ id: string }>(figures, office, 'POST', '/api/v1/reconciliations');
  expect(status).toBe(202);
  return over(body.id);
}

function over(id: string): Promise<RunDetail> {
  return eventually(
    'the comparison is over',
    async () => {
      const run = await runOf(id);
      return run.parts?.every((part) => part.status !== 'WAITING') === true && run;
    },
    60_000,
  );
}

const foundBy = (run: RunDetail) =>
  (run.parts ?? []).flatMap((part) => part.found.map((one) => `${part.view} ${part.holder} ${one.fault} ${one.id}`)).sort();

test('copies that follow their owners are the same, whatever has happened to the entries', async () => {
  const entries: ListEntryView[] = [];
  for (const listCode of lists) for (let count = 0; count < 3; count += 1) entries.push(await flag(listCode));
  for (const entry of entries.filter((_, place) => place % 3 === 1)) await act(entry, 'suspend', suspension);
  for (const entry of entries.filter((_, place) => place % 3 === 2)) await act(entry, 'exit', exit);
  const settled = (ended: number) =>
    eventually('the tasks stand as their entries do', async () => {
      const sql = 'SELECT status, count(*)::integer AS count FROM execution_feedback.plan_seen GROUP BY status ORDER BY status';
      const counts = await city.query<{ status: string; count: number }>(sql);
      return counts.map((row) => row.count).join() === [ended, 6, 12 - ended].join();
    });
  await settled(6);
  await work();
  // What was begun is undone, not only cancelled.
  for (const entry of entries.filter((_, place) => place % 6 === 0)) await act(entry, 'exit', exit);
  await settled(9);
  await work();
  const run = await compare();
  expect(foundBy(run)).toEqual([]);
  expect(run).toMatchObject({ status: 'SAME', differences: 0, by: 'OFFICE', textZh: '未发现差异。' });
  // Nothing was compared with nothing.
  expect(run.parts?.filter((part) => (part.rows ?? 0) === 0)).toEqual([]);
}, 120_000);

test('no alarm is raised while entries arrive, are stopped and leave', async () => {
  const arriving = (async () => {
    for (let count = 0; count < 40; count += 1) {
      const entry = await flag(lists[count % lists.length] ?? 'BL-WAGE');
      if (count % 4 === 1) await act(entry, 'suspend', suspension);
      if (count % 4 === 2) await act(entry, 'exit', exit);
    }
    return 'arrived';
  })();
  let state = 'arriving';
  void arriving.then(() => {
    state = 'arrived';
  });
  let runs = 0;
  while (state === 'arriving' || runs === 0) {
    const run = await compare();
    expect(foundBy(run)).toEqual([]);
    expect(run.status).toBe('SAME');
    runs += 1;
  }
  await arriving;
}, 180_000);

test('a row that was tampered with, lost or made up in any copy is found and named, and nothing else', async () => {
  const pick = async (sql: string) => {
    const [row] = await city.query<{ id: string }>(sql);
    if (row === undefined) throw new Error(`nothing to tamper with: ${sql}`);
    return row.id;
  };
  await compare();
  const made = '01890000-0000-7000-8000-00000000ffff';
  const item = await pick(`SELECT id FROM credit_repair.item WHERE status = 'ACTIVE' LIMIT 1`);
  const disputable = await pick(`SELECT id FROM objection_handling.disputable WHERE status = 'ACTIVE' ORDER BY id LIMIT 1`);
  const counted = await pick(`SELECT entry_id AS id FROM monitoring.entry WHERE registers->>'status' = 'SUSPENDED' LIMIT 1`);
  const task = await pick(`SELECT task_id AS id FROM monitoring.task WHERE registers->>'status' = 'DISPATCHED' LIMIT 1`);
  const seen = await pick(`SELECT entry_id AS id FROM window_check.entry_seen WHERE status = 'SUSPENDED' LIMIT 1`);
  const plan = await pick(`SELECT plan_id AS id FROM window_check.plan WHERE status = 'HELD' LIMIT 1`);
  const planSeen = await pick(`SELECT plan_id AS id FROM execution_feedback.plan_seen WHERE status = 'LIVE' LIMIT 1`);
  const basis = await pick(
    `SELECT task_id AS id FROM execution_feedback.task_basis JOIN execution_feedback.plan_seen USING (entry_id, activation_no)
     WHERE plan_seen.status = 'LIVE' AND task_basis.status = 'LIVE' AND plan_seen.plan_id <> '${planSeen}' LIMIT 1`,
  );
  const lawless = await pick(
    `SELECT plan_id AS id FROM measure_decomposition.plan WHERE status = 'LIVE' AND list_code = 'BL-WAGE' LIMIT 1`,
  );
  await city.query(`UPDATE credit_repair.item SET status = 'REPAIRED' WHERE id = $1`, [item]);
  await city.query('DELETE FROM objection_handling.disputable WHERE id = $1', [disputable]);
  await city.query(`UPDATE monitoring.entry SET registers = registers || '{"status": "ACTIVE"}' WHERE entry_id = $1`, [counted]);
  await city.query(`UPDATE monitoring.task SET registers = registers || '{"status": "IN_EXECUTION", "version": 99}' WHERE task_id = $1`, [
    task,
  ]);
  await city.query(`UPDATE window_check.entry_seen SET status = 'ACTIVE', entry_version = entry_version - 1 WHERE entry_id = $1`, [seen]);
  await city.query(`UPDATE window_check.plan SET status = 'LIVE', hold_cause = NULL WHERE plan_id = $1`, [plan]);
  await city.query(`INSERT INTO window_check.plan (entry_id, activation_no, plan_id, plan_version, status) VALUES ($1, 1, $1, 1, 'LIVE')`, [
    made,
  ]);
  await city.query(`DELETE FROM execution_feedback.plan_seen WHERE plan_id = $1`, [planSeen]);
  await city.query(`UPDATE execution_feedback.task_basis SET status = 'ENDED' WHERE task_id = $1`, [basis]);
  await city.query(`UPDATE measure_decomposition.plan SET body = jsonb_set(body, '{groups,0,measureCodes}', '[]') WHERE plan_id = $1`, [
    lawless,
  ]);

  const run = await compare();
  expect(run).toMatchObject({ status: 'DIFFERENT', textZh: expect.stringMatching(/^发现 \d+ 处差异，请核查/) });
  expect(foundBy(run)).toEqual(
    [
      `list_entry.status credit-repair MISSING ${item}`,
      `list_entry.status objection-handling MISSING ${disputable}`,
      `list_entry.status monitoring OTHER ${counted}`,
      `task.status monitoring OTHER ${task}`,
      `list_entry.effect window-check BEHIND ${seen}`,
      `measure_plan.status window-check OTHER ${plan}`,
      `measure_plan.status window-check EXTRA ${made}`,
      `measure_plan.status execution-feedback MISSING ${planSeen}`,
      `task.bases execution-feedback OTHER ${basis}`,
      `measure_plan.law measure-decomposition OTHER ${lawless}`,
    ].sort(),
  );
  // It is the alarm's and the office's to see; nothing was repaired by itself.
  const metrics = await (await fetch(`${figures.url}/metrics`)).text();
  expect(metrics).toMatch(/^lx_reconciliation_differences\{.*view="task\.bases".*\} 1$/m);
  expect(metrics).toMatch(/^lx_reconciliation_silent\{.*view="task\.bases".*\} 0$/m);
  expect(await city.query('SELECT 1 FROM objection_handling.disputable WHERE id = $1', [disputable])).toEqual([]);
  expect(foundBy(await compare())).toEqual(foundBy(run));
}, 120_000);

test('only the credit office starts a comparison; departments see none of it', async () => {
  const start = (who: Parameters<TestCity['call']>[1]) => city.call(figures, who, 'POST', '/api/v1/reconciliations');
  const department = principalOf(['DEPT_APPROVER'], ['RSJ']);
  expect((await start(department)).status).toBe(403);
  expect((await start(principalOf(['AUDITOR']))).status).toBe(403);
  expect((await city.call(figures, department, 'GET', '/api/v1/reconciliations')).status).toBe(403);
  const { status, body } = await city.call<{ data: RunDetail[] }>(
    figures,
    principalOf(['AUDITOR']),
    'GET',
    '/api/v1/reconciliations?limit=1',
  );
  expect([status, body.data.length]).toEqual([200, 1]);
  const unknown = '/api/v1/reconciliations/01890000-0000-7000-8000-00000000eeee';
  expect((await city.call(figures, office, 'GET', unknown)).status).toBe(404);
});

test('it begins by itself every night, once for the city though two processes run', async () => {
  const nights = async () =>
    Number((await city.query<{ count: string }>(`SELECT count(*) FROM monitoring.digest_run WHERE asked_by = 'NIGHT'`))[0]?.count);
  expect(await nights()).toBe(0);
  city.turnClock(dayMs);
  await eventually('the night has come', async () => (await nights()) === 1);
  const [next] = await city.query<{ at: string }>(
    `SELECT to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') AS at FROM monitoring.timer WHERE kind = 'digest-night'`,
  );
  expect(next?.at).toBe('03:00');
  const [run] = await city.query<{ run_id: string }>(`SELECT run_id FROM monitoring.digest_run WHERE asked_by = 'NIGHT'`);
  expect((await over(run?.run_id ?? '')).by).toBe('NIGHT');
  expect(await nights()).toBe(1);
}, 60_000);
