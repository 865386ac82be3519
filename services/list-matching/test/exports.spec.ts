import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Principal } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import { useBatchCity } from './batch-city.ts';
import { auditor, creditOffice, taxOffice, wageOffice } from './city.ts';
import { daysAgo, nextUscc } from './designations.ts';
import { fileOf, header, rowOf } from './list-file.ts';

const county = (code: string) => principalOf(['DEPT_HANDLER'], [code], `${code}:handler`);
type Row = Readonly<Record<string, unknown>>;

describe('every list is exported as its screen shows it', () => {
  const town = useBatchCity();
  const personName = '欧阳示例';
  let batchId: string;
  let refused: JobView;

  const importFile = async (kind: string, file: string): Promise<JobView> => {
    const accepted = await town.lists.call<JobView>(wageOffice, 'POST', `/api/v1/imports?kind=${kind}`, file, {
      'content-type': 'text/csv',
    });
    expect(accepted.status).toBe(202);
    return eventually('the job rests', async () => {
      const job = (await town.lists.call<JobView>(wageOffice, 'GET', `/api/v1/jobs/${accepted.body.id}`)).body;
      return !['queued', 'running'].includes(job.status) && job;
    });
  };
  /** Values of one column of an export, or its status when it is refused. */
  const exported = async (who: Principal, path: string, column: string, filter = '') => {
    const { status, bytes } = await town.lists.city.download(
      town.lists.running,
      who,
      `/api/v1/${path}/export?format=csv&columns=${column}${filter}`,
    );
    if (status !== 200) return status;
    return bytes.toString('utf8').replace('\uFEFF', '').split('\r\n').slice(1, -1);
  };
  /** The same of the screen. */
  const shown = async (who: Principal, path: string, of: (row: Row) => unknown, filter = '') => {
    const { status, body } = await town.lists.call<{ data: Row[] }>(who, 'GET', `/api/v1/${path}?limit=200${filter}`);
    return status === 200 ? body.data.map((row) => String(of(row) ?? '')) : status;
  };

  beforeAll(async () => {
    const rows = [town.rowOf(), town.rowOf(), town.rowOf({ regionCode: '320707' })];
    const sent = await town.send(rows, { batchNo: 'QG-2026-11' });
    expect(sent.status).toBe(201);
    batchId = sent.body.id;
    const full = (count: number) =>
      fileOf(
        Array.from({ length: count }, (_, index) => `${kept[index]},,,`),
        [...header, '退出事由', '退出日期', '退出文书号'],
      );
    const kept = Array.from({ length: 12 }, (_, index) => rowOf({ sourceRecordId: `kept-${index}` }));
    expect((await importFile('list-snapshot', full(12))).status).toBe('succeeded');
    expect((await importFile('list-snapshot', full(11))).figures).toMatchObject({ held: 1 });
    const person = { 'subject.kind': 'PERSON', 'subject.name': personName, 'subject.usccCode': '110101199003070000' };
    refused = await importFile('list-entries', fileOf([rowOf(), rowOf(person), rowOf({ 'subject.usccCode': '=cmd|1' })]));
    expect(refused.progress).toMatchObject({ succeeded: 1, failed: 2 });
    const agreement = { regionCode: '310000', listCode: 'RL-ENV', validFrom: daysAgo(1), document: { name: '互认协议', number: '1号' } };
    expect((await town.lists.call(creditOffice, 'POST', '/api/v1/recognition-agreements', agreement)).status).toBe(201);
    const body = `统一社会信用代码,名称\n${nextUscc()},不在册有限公司\n`;
    const asked = await town.lists.call(wageOffice, 'POST', '/api/v1/match-jobs?purpose=核查', body, { 'content-type': 'text/csv' });
    expect(asked.status).toBe(202);
  }, 60_000);

  test.each<[string, string, (row: Row) => unknown, Principal, string]>([
    ['list-batches', 'id', (row) => row['id'], creditOffice, ''],
    ['verifications', 'id', (row) => row['id'], creditOffice, ''],
    ['verifications', 'id', (row) => row['id'], county('HZ'), '&status=OPEN'],
    ['imports', 'id', (row) => row['id'], wageOffice, ''],
    ['imports', 'id', (row) => row['id'], auditor, '&kind=list-snapshot&status=succeeded'],
    ['source-questions', 'id', (row) => row['id'], wageOffice, '&status=OPEN'],
    ['recognition-agreements', 'documentNo', (row) => (row['document'] as Row)['number'], wageOffice, ''],
    ['match-jobs', 'id', (row) => row['id'], wageOffice, ''],
  ])('%s by %s', async (path, column, of, who, filter) => {
    const rows = await exported(who, path, column, filter);
    expect(rows).toEqual(await shown(who, path, of, filter));
    expect((rows as string[]).length).toBeGreaterThan(0);
  });

  test.each([
    ['entry-deadlines', '&overdue=true'],
    ['entry-reviews', '&status=OPEN'],
  ])('%s, with nothing due yet, is a header alone', async (path, filter) => {
    expect(await exported(wageOffice, path, 'status', filter)).toEqual(await shown(wageOffice, path, (row) => row['status'], filter));
  });

  test('rows of one batch by their county, and the refused rows of one import, under the filters of their screens', async () => {
    const filter = '&state=VERIFYING&department=HZ';
    const lines = await exported(creditOffice, 'list-batches/rows', 'line', `&batchId=${batchId}${filter}`);
    expect(lines).toEqual(await shown(creditOffice, `list-batches/${batchId}/rows`, (row) => row['line'], filter));
    expect(lines).toHaveLength(2);
    const faults = await exported(wageOffice, 'jobs/errors', 'line', `&jobId=${refused.id}`);
    expect(faults).toEqual(await shown(wageOffice, `jobs/${refused.id}/errors`, (row) => row['line']));
    expect(faults).toHaveLength(2);
  });

  test('what was refused is told without naming the person, and a formula in it stays text', async () => {
    const answer = await town.lists.city.download(
      town.lists.running,
      wageOffice,
      `/api/v1/jobs/errors/export?format=csv&jobId=${refused.id}`,
    );
    const text = answer.bytes.toString('utf8');
    expect(text).toContain('行号,列,错误代码,原因,改正办法');
    expect(text).not.toContain(personName);
    expect(text).not.toContain('19900307');
    expect(
      text
        .split('\r\n')
        .flatMap((line) => line.split(','))
        .filter((cell) => /^"?[=+@-]/.test(cell)),
    ).toEqual([]);
  });

  test.each<[string, Principal, string, string, unknown]>([
    ['another department finds no verification of a county', county('GY'), 'verifications', '&department=HZ', []],
    ['another department finds no import', taxOffice, 'imports', '', []],
    ['another department finds no question', taxOffice, 'source-questions', '', []],
    ["a colleague's match jobs are nobody else's", auditor, 'match-jobs', '', 403],
    ['nobody else of the office finds a match job', creditOffice, 'match-jobs', '', []],
    ['a department has no batches', wageOffice, 'list-batches', '', 403],
    ['rows are of one batch', creditOffice, 'list-batches/rows', '', 400],
    ['an unknown batch is not found', creditOffice, 'list-batches/rows', `&batchId=019a0000-0000-7000-8000-000000000000`, 404],
    ['a filter that the list lacks is refused', wageOffice, 'source-questions', '&department=RSJ', 400],
    ['a state that the list lacks is refused', wageOffice, 'entry-reviews', '&status=DONE', 400],
  ])('%s', async (_what, who, path, filter, expected) => {
    const column = path === 'list-batches/rows' ? 'line' : 'id';
    expect(await exported(who, path, column, filter)).toEqual(expected);
  });

  test("another department's import is not found by its number", async () => {
    expect(await exported(taxOffice, 'jobs/errors', 'line', `&jobId=${refused.id}`)).toBe(404);
    expect(await exported(wageOffice, 'jobs/errors', 'line', `&jobId=${refused.id}&severity=WARNING`)).toEqual([]);
  });
});
