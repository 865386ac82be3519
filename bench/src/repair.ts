import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { wageFlag } from './flags.ts';
import { percentile, report } from './report.ts';
import { makeBenchFolder } from './servers.ts';
import { databaseOf, RunningSystem } from './system.ts';

/**
 * From the answer to a grant until every task of its entry is lifting in its department's queue, the whole system running (issue: repair).
 * Arguments: `standalone` or `distributed`, number of grants.
 */
const kind = process.argv[2] === 'distributed' ? 'distributed' : 'standalone';
const grants = Number(process.argv[3] ?? 60);
const warmUp = 10;

interface Task {
  readonly status: string;
}

const folder = await makeBenchFolder();
const system = await RunningSystem.start(RunningSystem.program(kind), folder);
const client = new pg.Client({ connectionString: await databaseOf(kind, folder) });
try {
  await client.connect();
  const times: number[] = [];
  const counts: number[] = [];
  for (let index = 0; index < warmUp + grants; index++) {
    const { repairId, entryId } = await prepare();
    const started = performance.now();
    await system.call('RSJ:APPROVER', 'POST', `/api/v1/repairs/${repairId}/decide`, { outcome: 'CONFIRM' });
    const answered = performance.now();
    const tasks = await untilLifting(entryId);
    if (index < warmUp) continue;
    times.push(performance.now() - answered);
    counts.push(tasks.length);
    if (index === warmUp) console.log(`the first answer took ${(answered - started).toFixed(0)} ms, ${tasks.length} tasks`);
  }
  const tasks = Math.min(...counts);
  const what = `grant → all ${tasks} tasks of the entry lifting in their queues, ${kind}`;
  report(`repair-${kind}`, [
    { what: `${what}, p50`, value: percentile(times, 0.5), unit: 'ms' },
    { what: `${what}, p99`, value: percentile(times, 0.99), unit: 'ms', target: { atMost: 200 } },
    { what: 'grants measured', value: times.length, unit: '' },
  ]);
} finally {
  await client.end();
  await system.stop();
  await rm(folder, { recursive: true, force: true });
}

/** An entry with its tasks in their queues, and an application for its repair that waits for the approver. */
async function prepare(): Promise<{ repairId: string; entryId: string }> {
  const flag = wageFlag() as ReturnType<typeof wageFlag> & { parties: object[] };
  const persons = Array.from({ length: 3 }, () => (wageFlag() as unknown as { parties: object[] }).parties).flat();
  const body = { ...flag, parties: [...flag.parties, ...persons] };
  const entry = (await system.call('RSJ', 'POST', '/api/v1/list-entries', body, { 'idempotency-key': flag.sourceRecordId })) as {
    id: string;
  };
  await until(`the tasks of ${entry.id}`, async () => (await tasksOf(entry.id)).length > 0);
  const materials = [];
  for (const kind of ['PERFORMANCE_PROOF', 'COMMITMENT']) materials.push({ kind, fileId: await upload() });
  const application = {
    items: [{ kind: 'LIST_ENTRY', id: entry.id }],
    applicant: { kind: 'SUBJECT' },
    dutiesPerformedOn: '2025-12-01',
    materials,
  };
  await until('the entry is known', async () => {
    const { items } = (await system.call('CREDIT_OFFICE', 'GET', `/api/v1/repair-eligibility?subjectId=${await subjectOf(entry.id)}`)) as {
      items: unknown[];
    };
    return items.length > 0;
  });
  const repair = (await system.call('RSJ', 'POST', '/api/v1/repairs', application)) as { id: string };
  await system.call('RSJ', 'POST', `/api/v1/repairs/${repair.id}/accept`, {});
  await system.call('RSJ', 'POST', `/api/v1/repairs/${repair.id}/propose`, {
    action: 'GRANT',
    documentNo: '示例修〔2026〕1号',
    reason: '合成数据',
  });
  return { repairId: repair.id, entryId: entry.id };
}

async function subjectOf(entryId: string): Promise<string> {
  const entry = (await system.call('RSJ', 'GET', `/api/v1/list-entries/${entryId}`)) as { subject: { id: string } };
  return entry.subject.id;
}

function upload(): Promise<string> {
  return system.upload('RSJ', '/api/v1/repair-files', Buffer.from(`%PDF-1.4\n${Math.random()}\n%%EOF`), 'application/pdf');
}

async function tasksOf(entryId: string): Promise<Task[]> {
  const { rows } = await client.query<Task>(
    'SELECT t.status FROM execution_feedback.task t JOIN execution_feedback.task_basis b ON b.task_id = t.id WHERE b.entry_id = $1',
    [entryId],
  );
  return rows;
}

async function untilLifting(entryId: string): Promise<Task[]> {
  let tasks: Task[] = [];
  await until(`the lifting of ${entryId}`, async () => {
    tasks = await tasksOf(entryId);
    return tasks.every((task) => task.status === 'LIFTING');
  });
  return tasks;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; await delay(3)) if (await isSo().catch(() => false)) return;
  throw new Error(`not within 30 s: ${what}`);
}
