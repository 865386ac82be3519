import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import {
  measurePlanEnded,
  measurePlanMade,
  type Page,
  type Principal,
  restorationOrdered,
  subjectRegistered,
  type TaskView,
} from '@lianxin/contracts';
import { PersonalData } from '@lianxin/platform';
import { openTable } from '@lianxin/tables';
import { eventually, principalOf } from '@lianxin/testing';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, party, planEnded, planMade } from './plan.fixtures.ts';

interface Job {
  id: string;
  status: string;
  failure: string | null;
  progress: { done: number; total: number | null };
  resultFiles: { href: string; hash: string; bytes: number }[];
}
interface Problem {
  code: string;
  detail: string;
}

const idNumber = '320799189901010019';
const many = 5_200;
let world: World;
let person: ReturnType<typeof party>;
let longPlan: ReturnType<typeof planMade>;

async function registerPerson(subjectId: string): Promise<void> {
  const { environment } = world.city;
  const data = new PersonalData(environment['LIANXIN_PERSONAL_DATA_KEYS'] ?? '', environment['LIANXIN_PERSONAL_DATA_HASH_KEY'] ?? '');
  await world.feeder.send(subjectRegistered, subjectId, {
    subjectId,
    version: 1,
    kind: 'PERSON',
    organisation: null,
    person: {
      sealed: data.seal({ name: '王某某', idType: 'ID_CARD', idNumber }),
      idHash: data.hash('ID_CARD', idNumber),
      nameMasked: '王*某',
      idMasked: '320799********0019',
    },
    regionCode: '320706',
    provisional: true,
  });
}

beforeAll(async () => {
  world = await World.create();
  person = party({ kind: 'PERSON' });
  await registerPerson(person.subjectId);
  const company = party();
  await world.feeder.send(subjectRegistered, company.subjectId, {
    subjectId: company.subjectId,
    version: 1,
    kind: 'LEGAL',
    organisation: { name: "=cmd|'/C calc'!A0", usccCode: '91320799MA00000155' },
    person: null,
    regionCode: '320706',
    provisional: true,
  });
  await world.dispatch(planMade([measure('WAGE-01', [executor('CZJ'), executor('SWJ')])], [person]), 2);
  await world.dispatch(planMade([measure('WAGE-02', [executor('CZJ')])], [company]), 1);
  await eventually('the department sees the name', async () => {
    const { body } = await world.call<Page<TaskView>>(handlerOf('CZJ'), 'GET', 'tasks');
    return body.data.some((task) => task.party.name === '王某某') && body.data.some((task) => task.party.name?.startsWith('=cmd'));
  });
  // A queue that is too long to be exported at once.
  const parties = Array.from({ length: 130 }, () => party());
  longPlan = planMade(
    Array.from({ length: 40 }, (_, place) => measure(`ENV-${place}`, [executor('GAJ')])),
    parties,
  );
  await world.feeder.send(measurePlanMade, longPlan.subjectId, longPlan);
  await eventually('the long queue stands', async () => {
    const [row] = await world.city.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM execution_feedback.task WHERE department_code = 'GAJ'`,
    );
    return row?.n === many;
  });
});
afterAll(() => world?.close());
afterEach(() => world.city.turnClock(0));

const finance = handlerOf('CZJ');

async function rowsOf(bytes: Buffer): Promise<string[][]> {
  const table = await openTable(Readable.from([bytes]));
  const rows: string[][] = [];
  for await (const row of table.rows) rows.push([...(row.cells ?? [])]);
  return rows;
}

async function exported(principal: Principal, path: string): Promise<{ headers: Headers; bytes: Buffer; rows: string[][] }> {
  const answer = await world.fetch(principal, path);
  expect(answer.status).toBe(200);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { headers: answer.headers, bytes, rows: await rowsOf(bytes) };
}

async function submit(principal: Principal, body: object, headers: Record<string, string> = {}): Promise<Job> {
  const answer = await world.call<Job>(principal, 'POST', 'tasks/exports', body, headers);
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/api/v1/tasks/exports/${answer.body.id}`);
  return answer.body;
}

const jobOf = async (principal: Principal, id: string) => (await world.call<Job>(principal, 'GET', `tasks/exports/${id}`)).body;
const jobIn = (principal: Principal, id: string, status: string) =>
  eventually(`the job is ${status}`, async () => {
    const job = await jobOf(principal, id);
    return job.status === status && job;
  });

test.each(['xlsx', 'csv'])(
  'an export as %s holds the rows of the screen under the same filter, in its order, and only the columns asked for',
  async (format) => {
    const filter = 'status=DISPATCHED&measureCode=WAGE-01';
    const screen = await world.call<Page<TaskView>>(finance, 'GET', `tasks?${filter}`);
    const { rows, headers } = await exported(finance, `tasks/export?format=${format}&columns=status,id&${filter}`);
    expect(rows).toEqual([['状态', '任务编号'], ...screen.body.data.map((task) => [task.status, task.id])]);
    expect(rows).toHaveLength(2);
    expect(headers.get('content-disposition')).toContain(encodeURIComponent('任务'));
    expect(headers.get('lianxin-export-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test('a person stands in a file under a code that is the same everywhere, and neither name nor number leaves the system', async () => {
  const own = await exported(finance, 'tasks/export?format=csv&columns=partyName&measureCode=WAGE-01');
  const city = await exported(office, 'tasks/export?format=csv&columns=partyName,usccCode&measureCode=WAGE-01&department=SWJ');
  expect(own.rows[1]?.[0]).toMatch(/^自然人 [0-9A-F]{16}$/);
  expect(city.rows[1]?.[0]).toBe(own.rows[1]?.[0]);
  for (const { bytes } of [own, city]) for (const shown of ['王', '320799', '0019']) expect(bytes.includes(shown)).toBe(false);
});

test('nor does it by a task that was ordered before anybody knew that its subject is a person (R-6-8, R-8-8)', async () => {
  const subjectId = randomUUID();
  await world.feeder.send(restorationOrdered, subjectId, {
    ...{ restorationId: randomUUID(), entryId: randomUUID(), entryNumber: 'LYG-MD-2026-000001', listCode: 'BL-COURT' },
    ...{ partyId: randomUUID(), partySubjectId: subjectId, ground: 'OBJECTION_UPHELD' as const, documentNo: null, dueOn: null },
    departments: [{ departmentCode: 'CZJ', measureCodes: ['COURT-09'] }],
  });
  const restoring = async () => {
    const { body } = await world.call<Page<TaskView>>(finance, 'GET', 'tasks?measureCode=RESTORE');
    return body.data[0];
  };
  await eventually('the restoration stands', async () => (await restoring()) !== undefined);
  await registerPerson(subjectId);
  await eventually('its department sees whom it concerns', async () => (await restoring())?.party.name === '王某某');
  expect((await restoring())?.party.kind).toBe('PERSON');
  const { rows, bytes } = await exported(finance, 'tasks/export?format=csv&columns=partyName&measureCode=RESTORE');
  expect([rows[1]?.[0], bytes.includes('王')]).toEqual([expect.stringMatching(/^自然人 [0-9A-F]{16}$/), false]);
});

test('a name that looks like a formula goes out escaped', async () => {
  const { rows, bytes } = await exported(finance, 'tasks/export?format=csv&columns=partyName&measureCode=WAGE-02');
  expect(rows[1]).toEqual([`'=cmd|'/C calc'!A0`]);
  expect(bytes.toString('utf8')).not.toMatch(/(^|,)"?=/m);
});

test('a CSV file in GB18030 is what older spreadsheets read', async () => {
  const { bytes, headers } = await exported(finance, 'tasks/export?format=csv&encoding=gb18030&columns=id');
  expect(new TextDecoder('gb18030', { fatal: true }).decode(bytes)).toMatch(/^任务编号\r\n/);
  expect(headers.get('content-type')).toContain('charset=gb18030');
});

test('a department exports its own queue, whatever it asks for', async () => {
  const { rows } = await exported(handlerOf('SWJ'), 'tasks/export?format=csv&columns=departmentCode&department=SWJ,CZJ');
  expect(rows).toEqual([['执行部门'], ['SWJ']]);
  expect((await exported(handlerOf('SWJ'), 'tasks/export?format=csv&columns=departmentCode&department=CZJ')).rows).toEqual([['执行部门']]);
});

test.each([
  ['a column that does not exist', 'columns=id,idNumber', 'EXPORT_COLUMN_UNKNOWN'],
  ['a column twice', 'columns=id,id', 'EXPORT_COLUMN_UNKNOWN'],
  ['no column at all', 'columns=', 'EXPORT_COLUMN_UNKNOWN'],
  ['a filter that the list does not have', 'statuss=DISPATCHED', 'VALIDATION_FAILED'],
  ['a filter value that the list does not have', 'status=OPEN', 'VALIDATION_FAILED'],
  ['a filter given twice', 'entryId=a&entryId=b', 'VALIDATION_FAILED'],
  ['a page', 'limit=10', 'VALIDATION_FAILED'],
  ['another format', 'format=pdf', 'VALIDATION_FAILED'],
  ['another encoding', 'format=csv&encoding=big5', 'VALIDATION_FAILED'],
  ['an encoding for a workbook', 'format=xlsx&encoding=gb18030', 'VALIDATION_FAILED'],
])('an export with %s is refused, and nothing is on record', async (_what, query, code) => {
  const before = await world.city.query('SELECT 1 FROM execution_feedback.export_log');
  const answer = await world.call<Problem>(finance, 'GET', `tasks/export?${query}`);
  expect([answer.status, answer.body.code]).toEqual([400, code]);
  expect(await world.city.query('SELECT 1 FROM execution_feedback.export_log')).toHaveLength(before.length);
});

test('more rows than can be sent at once are refused with the way to a job', async () => {
  const answer = await world.call<Problem>(handlerOf('GAJ'), 'GET', 'tasks/export');
  expect([answer.status, answer.body.code]).toEqual([422, 'EXPORT_TOO_LARGE']);
  expect(answer.body.detail).toContain('/api/v1/tasks/exports');
});

test('a job writes every row of a long queue once; its file comes whole to the department that asked, and to no other', async () => {
  const police = handlerOf('GAJ');
  const { id } = await submit(police, { format: 'xlsx', columns: ['id', 'measureCode'] });
  const job = await jobIn(police, id, 'succeeded');
  expect(job.progress).toMatchObject({ done: many, total: many });
  const answer = await world.fetch(approverOf('GAJ'), `tasks/exports/${id}/file`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const [file] = job.resultFiles;
  expect([bytes.length, createHash('sha256').update(bytes).digest('base64url')]).toEqual([file?.bytes, file?.hash]);
  const rows = await rowsOf(bytes);
  expect(rows).toHaveLength(many + 1);
  expect(new Set(rows.map((row) => row[0])).size).toBe(many + 1);
  for (const other of [finance, office, principalOf(['AUDITOR'])]) {
    expect((await world.call(other, 'GET', `tasks/exports/${id}`)).status).toBe(404);
    expect((await world.call(other, 'GET', `tasks/exports/${id}/file`)).status).toBe(404);
    expect((await world.call(other, 'POST', `tasks/exports/${id}/cancel`)).status).toBe(404);
  }
  expect((await world.call(police, 'GET', `notices/exports/${id}`)).status).toBe(404);
});

test('the file lies sealed, and is gone after its time', async () => {
  const { id } = await submit(finance, { format: 'csv', columns: ['id', 'partyName'] });
  await jobIn(finance, id, 'succeeded');
  const [piece] = await world.city.query<{ sealed: Buffer }>('SELECT sealed FROM execution_feedback.export_piece WHERE job_id = $1', [id]);
  expect(piece?.sealed.includes(Buffer.from('任务编号'))).toBe(false);
  world.city.turnClock(25 * 3_600_000);
  const answer = await world.call<Problem>(finance, 'GET', `tasks/exports/${id}/file`);
  expect([answer.status, answer.body.code]).toEqual([410, 'EXPORT_EXPIRED']);
  expect((await jobOf(finance, id)).resultFiles).toEqual([]);
});

test('a request that is sent twice makes one job', async () => {
  const headers = { 'idempotency-key': 'export-once' };
  const first = await submit(finance, { format: 'csv', filter: { status: 'DISPATCHED' } }, headers);
  const again = await world.call<Job>(finance, 'POST', 'tasks/exports', { format: 'csv', filter: { status: 'DISPATCHED' } }, headers);
  expect(again.body.id).toBe(first.id);
  const other = await world.call<Problem>(finance, 'POST', 'tasks/exports', { format: 'csv', filter: {} }, headers);
  expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  await jobIn(finance, first.id, 'succeeded');
});

test.each([
  [{ columns: ['nothing'] }, 'EXPORT_COLUMN_UNKNOWN'],
  [{ filter: { cursor: 'x' } }, 'VALIDATION_FAILED'],
  [{ filter: { status: 'OPEN' } }, 'VALIDATION_FAILED'],
  [{ rows: 5 }, 'VALIDATION_FAILED'],
])('a job for %j is refused at once', async (body, code) => {
  const answer = await world.call<Problem>(finance, 'POST', 'tasks/exports', body);
  expect([answer.status, answer.body.code]).toEqual([400, code]);
});

test('a job that is cancelled while it reads stops, leaves no file and says who stopped it', async () => {
  const lock = await world.city.connect();
  try {
    await lock.query('BEGIN; LOCK TABLE execution_feedback.task IN ACCESS EXCLUSIVE MODE');
    const { id } = await submit(finance, { format: 'csv' });
    await jobIn(finance, id, 'running');
    const early = await world.call<Problem>(finance, 'GET', `tasks/exports/${id}/file`);
    expect([early.status, early.body.code]).toEqual([409, 'EXPORT_NOT_READY']);
    expect((await world.call<Job>(approverOf('CZJ'), 'POST', `tasks/exports/${id}/cancel`)).body.status).toBe('cancelled');
    await lock.query('ROLLBACK');
    // The next job shows that the runner has let go of this one.
    await jobIn(finance, (await submit(finance, { format: 'csv' })).id, 'succeeded');
    expect(await jobOf(finance, id)).toMatchObject({ status: 'cancelled', resultFiles: [] });
    expect(await world.city.query('SELECT 1 FROM execution_feedback.export_piece WHERE job_id = $1', [id])).toEqual([]);
    const after = await world.call<Job>(finance, 'POST', `tasks/exports/${id}/cancel`);
    expect([after.status, after.body.status]).toEqual([200, 'cancelled']);
  } finally {
    await lock.end();
  }
});

test('a job whose connections die in the middle begins anew and gives one whole file', async () => {
  const police = handlerOf('GAJ');
  const lock = await world.city.connect();
  let id: string;
  try {
    await lock.query('BEGIN; LOCK TABLE execution_feedback.task IN ACCESS EXCLUSIVE MODE');
    ({ id } = await submit(police, { format: 'csv', columns: ['id'] }));
    await jobIn(police, id, 'running');
    // What the broken run had written by then.
    await world.city.query(`INSERT INTO execution_feedback.export_piece (job_id, place, sealed) VALUES ($1, 0, 'half a file')`, [id]);
    await eventually('the reading has begun', async () => {
      const killed = await lock.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND application_name = 'execution-feedback app' AND wait_event_type = 'Lock'`,
      );
      return killed.rowCount !== 0;
    });
    await lock.query('ROLLBACK');
  } finally {
    await lock.end();
  }
  const job = await jobIn(police, id, 'succeeded');
  const [row] = await world.city.query<{ attempts: number }>('SELECT attempts FROM execution_feedback.export_job WHERE id = $1', [id]);
  expect(row?.attempts).toBeGreaterThan(1);
  const bytes = Buffer.from(await (await world.fetch(police, `tasks/exports/${id}/file`)).arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('base64url')).toBe(job.resultFiles[0]?.hash);
  expect(await rowsOf(bytes)).toHaveLength(many + 1);
});

test('all rows of a file are of one moment: what changes while it is read is not in it', async () => {
  const police = handlerOf('GAJ');
  const lock = await world.city.connect();
  let id: string;
  try {
    // The first page has been read when the reader stops here for its texts.
    await lock.query('BEGIN; LOCK TABLE execution_feedback.catalogue_row IN ACCESS EXCLUSIVE MODE');
    ({ id } = await submit(police, { format: 'csv', columns: ['status'] }));
    await eventually('the first page has been read', async () => {
      const waiting = await lock.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'execution-feedback app' AND wait_event_type = 'Lock'`,
      );
      return waiting.rowCount !== 0;
    });
    await world.feeder.send(measurePlanEnded, longPlan.subjectId, planEnded(longPlan));
    await eventually('no task of the queue is as it was', async () => {
      const changed = await world.city.query(
        `SELECT 1 FROM execution_feedback.task WHERE department_code = 'GAJ' AND status = 'DISPATCHED' LIMIT 1`,
      );
      return changed.length === 0;
    });
    await lock.query('ROLLBACK');
  } finally {
    await lock.end();
  }
  await jobIn(police, id, 'succeeded');
  const rows = await rowsOf(Buffer.from(await (await world.fetch(police, `tasks/exports/${id}/file`)).arrayBuffer()));
  expect(rows).toHaveLength(many + 1);
  expect(new Set(rows.slice(1).map((row) => row[0]))).toEqual(new Set(['DISPATCHED']));
});

test('who exported what with which filter stays on record; a department sees its own, the auditor all, and nobody changes it', async () => {
  const { headers } = await exported(handlerOf('SWJ'), 'tasks/export?format=csv&columns=id&status=DISPATCHED');
  type Log = Page<{ exportId: string; what: string; actor: string; rows: number; request: { filter: object; columns: string[] } }>;
  const own = await world.call<Log>(handlerOf('SWJ'), 'GET', 'tasks/exports?limit=1');
  expect(own.body.data).toMatchObject([
    {
      exportId: headers.get('lianxin-export-id'),
      what: 'EXPORTED',
      actor: handlerOf('SWJ').id,
      rows: 1,
      request: { filter: { status: 'DISPATCHED' }, columns: ['id'] },
    },
  ]);
  const all = await world.call<Log>(principalOf(['AUDITOR']), 'GET', 'tasks/exports?limit=200');
  const acts = new Set(all.body.data.map((entry) => entry.what));
  expect([...acts].sort()).toEqual(['CANCELLED', 'DOWNLOADED', 'EXPORTED', 'REQUESTED', 'WRITTEN']);
  const rights = await world.city.query<{ may: boolean }>(
    `SELECT has_table_privilege(role, 'execution_feedback.export_log', act) AS may
     FROM unnest(ARRAY['execution_feedback_app', 'execution_feedback_consumer']) AS role, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS act`,
  );
  expect(rights.every((right) => !right.may)).toBe(true);
});

test('who acts for no department exports nothing', async () => {
  const answer = await world.call<Problem>(principalOf(['SUBJECT']), 'GET', 'tasks/export');
  expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
});

test('feedback and notices are exported under the same rules', async () => {
  expect((await exported(office, 'feedback/export?format=csv&columns=id,status')).rows[0]).toEqual(['反馈编号', '审核状态']);
  expect((await exported(office, 'notices/export?columns=id')).rows).toEqual([['任务编号']]);
});
