import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listEntryExited, type Page, type ProblemBody } from '@lianxin/contracts';
import { openTable } from '@lianxin/tables';
import { eventually } from '@lianxin/testing';
import ExcelJS from 'exceljs';
import type { JobView } from '../src/import.view.ts';
import { auditor, court, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { nextIdNumber, nextUscc, partyOf } from './designations.ts';
import { cellsOf, fileOf, header, rowOf, workbookOf } from './list-file.ts';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

describe('the road of a list file', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const send = <Body = JobView>(body: string | Buffer, query = '', principal = wageOffice) =>
    lists.call<Body>(principal, 'POST', `/api/v1/imports?kind=list-entries${query}`, body, {
      'content-type': typeof body === 'string' ? 'text/csv' : xlsx,
    });
  const jobOf = async (id: string, principal = wageOffice) => (await lists.call<JobView>(principal, 'GET', `/api/v1/jobs/${id}`)).body;
  const resting = (id: string, principal = wageOffice) =>
    eventually('the job rests', async () => {
      const job = await jobOf(id, principal);
      return !['queued', 'running'].includes(job.status) && job;
    });
  const importFile = async (body: string | Buffer, query?: string, principal = wageOffice) => {
    const accepted = await send<JobView & Omit<ProblemBody, 'status'>>(body, query, principal);
    if (accepted.status !== 202) throw new Error(JSON.stringify(accepted.body));
    return resting(accepted.body.id, principal);
  };
  const act = <Body = JobView>(id: string, action: string, body: unknown = {}, principal = wageOffice) =>
    lists.call<Body>(principal, 'POST', `/api/v1/imports/${id}/${action}`, body);
  const statusesOf = async (prefix: string) =>
    (
      await lists.city.query<{ status: string }>(
        'SELECT status FROM list_matching.list_entry WHERE starts_with(source_record_id, $1) ORDER BY source_record_id',
        [prefix],
      )
    ).map((row) => row.status);
  const download = async (path: string, principal = wageOffice) => {
    const answer = await fetch(`${lists.running.url}${path}`, {
      headers: { authorization: `Bearer ${await lists.city.tokenOf(principal)}` },
    });
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const rowsIn = async (file: Buffer) => {
    const table = await openTable(
      (async function* () {
        yield file;
      })(),
    );
    const rows: (readonly string[] | undefined)[] = [];
    for await (const row of table.rows) rows.push(row.cells);
    return rows;
  };

  test('a preview tells what each row would do and does none of it; started, the same comes about', async () => {
    const known = nextUscc();
    await importFile(fileOf([rowOf({ sourceRecordId: 'pre-0', 'subject.usccCode': known, 'subject.name': '登记在册有限公司' })]));
    const repeated = rowOf({ sourceRecordId: 'pre-1' });
    const file = fileOf([
      repeated,
      rowOf({ sourceRecordId: 'pre-2', 'subject.usccCode': known, 'subject.name': '另一家有限公司' }),
      rowOf({ sourceRecordId: 'pre-3', 'decision.date': '2026-02-30' }),
      repeated,
      rowOf({ sourceRecordId: 'pre-0', 'subject.usccCode': known, 'subject.name': '登记在册有限公司' }),
    ]);
    const before = await lists.city.query('SELECT sum(last_sequence) AS said FROM list_matching.subject_sequence');
    const preview = await importFile(file, '&preview=true');
    expect(preview).toMatchObject({ status: 'previewed', finishedAt: null, progress: { total: 5, done: 5, failed: 2 } });
    expect(preview.samples.map((sample) => [sample.line, sample.effect])).toEqual([
      [2, 'CREATED'],
      [3, 'CREATED'],
      [5, 'KNOWN'],
    ]);
    expect(preview.samples[1]?.summary).toContain('身份待核实');
    const warnings = await lists.call<Page<{ line: number; code: string }>>(
      wageOffice,
      'GET',
      `/api/v1/jobs/${preview.id}/errors?severity=WARNING`,
    );
    expect(warnings.body.data.map(({ line, code }) => [line, code])).toEqual([
      [3, 'CONFLICT'],
      [5, 'IMPORT_ROW_REPEATED'],
    ]);
    expect([
      await statusesOf('pre-'),
      await lists.city.query('SELECT sum(last_sequence) AS said FROM list_matching.subject_sequence'),
    ]).toEqual([['ACTIVE'], before]);
    expect((await act(preview.id, 'start', { mode: 'partial' })).status).toBe(202);
    expect(await resting(preview.id)).toMatchObject({ status: 'partially_succeeded', progress: { succeeded: 3, failed: 2 } });
    expect(await statusesOf('pre-')).toEqual(['ACTIVE', 'ACTIVE', 'CHECKING']);
    expect((await act<ProblemBody>(preview.id, 'start')).body.code).toBe('IMPORT_STATE');
  });

  test('a workbook and a GB18030 text give the same entries as UTF-8; codes, days and formula-like names come in as text', async () => {
    const name = '=cmd|"/c calc"!A1 例😀\u200b';
    const cells = cellsOf({ sourceRecordId: 'same-1', 'subject.name': name });
    const book = await workbookOf('名单', [['某市某局名单（合并标题）'], header, cells]);
    expect(await importFile(book)).toMatchObject({ status: 'succeeded', file: { format: 'XLSX', sheet: '名单', headerLine: 2 } });
    const gb = Buffer.concat([
      Buffer.from(`${header.join(',')}\r\n`),
      Buffer.from(rowOf({ sourceRecordId: 'same-2', 'subject.name': 'PLACE' }).replace('合成数据', ''), 'utf8').subarray(0, 0),
    ]);
    const row = rowOf({
      sourceRecordId: 'same-2',
      'subject.name': '+连云港',
      facts: 'x',
      'basis.document': 'y',
      'decision.name': 'z',
      'decision.number': '2/26',
    });
    const encoded = Buffer.concat(
      row
        .split('连云港')
        .flatMap((part, index) => [...(index > 0 ? [Buffer.from([0xc1, 0xac, 0xd4, 0xc6, 0xb8, 0xdb])] : []), Buffer.from(part)]),
    );
    const sent = await lists.call<JobView>(
      wageOffice,
      'POST',
      '/api/v1/imports?kind=list-entries',
      Buffer.concat([gb, encoded, Buffer.from('\r\n')]),
      {
        'content-type': 'text/csv',
      },
    );
    expect(await resting(sent.body.id)).toMatchObject({ status: 'succeeded', file: { format: 'CSV', encoding: 'GB18030' } });
    const names = await lists.city.query<{ name: string }>(
      `SELECT subject.name FROM list_matching.subject JOIN list_matching.list_entry ON subject_id = subject.id WHERE starts_with(source_record_id, 'same-')
       ORDER BY source_record_id`,
    );
    expect(names.map((subject) => subject.name)).toEqual([name, '+连云港']);
  });

  test('a number cell that lost digits and a formula are refused by their column, with a remedy', async () => {
    const uscc = header.indexOf('subject.usccCode');
    const lost: unknown[] = [...cellsOf({ sourceRecordId: 'cell-1' })];
    lost[uscc] = 9.13207e17;
    const formula: unknown[] = [...cellsOf({ sourceRecordId: 'cell-2' })];
    formula[header.indexOf('subject.name')] = { formula: 'A1', result: '某公司' };
    const job = await importFile(await workbookOf('名单', [header, lost, formula, cellsOf({ sourceRecordId: 'cell-3' })]));
    expect(job.errors.map((error) => [error.line, error.field, error.code])).toEqual([
      [2, 'subject.usccCode', 'IMPORT_ROW_INVALID'],
      [3, 'subject.name', 'IMPORT_ROW_INVALID'],
    ]);
    expect([job.errors[0]?.reason, job.errors[1]?.reason]).toEqual([
      expect.stringContaining('文本'),
      expect.stringContaining('粘贴为数值'),
    ]);
    const csv = await importFile(fileOf([rowOf({ 'subject.usccCode': '9.13207E+17' })]));
    expect(csv.errors[0]).toMatchObject({ field: 'subject.usccCode', code: 'IMPORT_ROW_INVALID' });
  });

  test.each([
    ['xlsx', 'xlsx'],
    ['csv', 'csv'],
    ['csv', 'xlsx'],
  ] as const)('a %s file comes back as %s with its bad rows, and imports clean once they are mended', async (sent, wanted) => {
    const id = `back-${sent}-${wanted}`;
    const rows = [
      cellsOf({ sourceRecordId: `${id}-1` }),
      cellsOf({ sourceRecordId: `${id}-2`, 'subject.usccCode': '91320799MA00000156', 'subject.name': '@示例' }),
      cellsOf({ sourceRecordId: `${id}-3` }),
    ];
    const body =
      sent === 'xlsx'
        ? await workbookOf('我的名单', [['标题'], header, ...rows])
        : fileOf(rows.map((cells) => cells.map(quoted).join(',')));
    const job = await importFile(body);
    expect(job).toMatchObject({ status: 'partially_succeeded', progress: { succeeded: 2, failed: 1 } });
    expect(job.resultFiles.map((file) => file.kind)).toEqual(['errors.xlsx', 'errors.csv']);
    const back = await download(`/api/v1/jobs/${job.id}/errors.${wanted}`);
    expect([back.status, back.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const [head, bad, ...others] = await rowsIn(back.bytes);
    expect([head, others]).toEqual([[...header, '结果', '错误原因'], []]);
    expect(bad?.slice(-2)).toEqual(['未导入', expect.stringContaining('第 18 位应为 5')]);
    if (wanted === 'xlsx') expect(bad?.[header.indexOf('subject.name')]).toBe('@示例');
    const mended = [...(bad ?? [])];
    mended[header.indexOf('subject.usccCode')] = nextUscc();
    const again =
      wanted === 'xlsx' ? await workbookOf('我的名单', [head ?? [], mended]) : fileOf([mended.map(quoted).join(',')], head ?? []);
    expect(await importFile(again)).toMatchObject({ status: 'succeeded', progress: { total: 1, succeeded: 1 } });
    expect(await statusesOf(id)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    const [{ name } = { name: '' }] = await lists.city.query<{ name: string }>(
      'SELECT subject.name FROM list_matching.subject JOIN list_matching.list_entry ON subject_id = subject.id WHERE source_record_id = $1',
      [`${id}-2`],
    );
    expect(name).toBe('@示例');
    for (const principal of [creditOffice, taxOffice, auditor])
      expect((await download(`/api/v1/jobs/${job.id}/errors.xlsx`, principal)).status).toBeGreaterThanOrEqual(403);
  });

  test('the error workbook paints the wrong cell and says why in a comment', async () => {
    const job = await importFile(fileOf([rowOf({ 'subject.usccCode': '91320799MA00000156' })]));
    const book = new ExcelJS.Workbook();
    await book.xlsx.load((await download(`/api/v1/jobs/${job.id}/errors.xlsx`)).bytes as unknown as ArrayBuffer);
    const cell = book.worksheets[0]?.getCell(2, header.indexOf('subject.usccCode') + 1);
    expect([cell?.fill, cell?.note]).toEqual([expect.objectContaining({ fgColor: { argb: 'FFFFC7CE' } }), expect.anything()]);
  });

  test('a filled template with its notes row imports clean; one of an old version is told', async () => {
    const { bytes, headers } = await download('/api/v1/imports/templates/list-entries.xlsx');
    expect(headers.get('content-disposition')).toContain('xlsx');
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(bytes as unknown as ArrayBuffer);
    expect(book.worksheets.map((sheet) => [sheet.name, sheet.state])).toEqual([
      ['名单认定', 'visible'],
      ['_lianxin_list-entries_v1', 'veryHidden'],
      ['示例', 'visible'],
    ]);
    const [data, hidden, examples] = book.worksheets;
    const filled = examples?.getRow(2).values as string[];
    for (const [index, value] of filled.entries()) if (index > 0) (data as ExcelJS.Worksheet).getCell(3, index).value = value;
    const titles = data?.getRow(1).values as string[];
    (data as ExcelJS.Worksheet).getCell(3, titles.indexOf('来源记录编号*')).value = 'template-1';
    expect(await importFile(Buffer.from(await book.xlsx.writeBuffer()))).toMatchObject({
      status: 'succeeded',
      remarks: [],
      progress: { total: 1 },
    });
    (hidden as ExcelJS.Worksheet).name = '_lianxin_list-entries_v0';
    expect((await importFile(Buffer.from(await book.xlsx.writeBuffer()))).remarks.join()).toContain('第 0 版');
    expect((await download('/api/v1/imports/templates/people.xlsx')).status).toBe(404);
    expect((await download('/api/v1/imports/templates/list-exits.csv')).bytes.toString('utf8')).toContain('退出事由');
  });

  test('an import that nobody has touched is undone as a whole; touched by one exit, nothing is undone and the row is named', async () => {
    const job = await importFile(fileOf([rowOf({ sourceRecordId: 'undo-1' }), rowOf({ sourceRecordId: 'undo-2' })]));
    expect((await act<ProblemBody>(job.id, 'undo', {}, taxOffice)).status).toBe(404);
    expect((await act<ProblemBody>(job.id, 'undo', {}, creditOffice)).body.code).toBe('FORBIDDEN');
    expect((await act(job.id, 'undo')).status).toBe(202);
    expect(await resting(job.id)).toMatchObject({ status: 'undone', undone: { by: wageOffice.id } });
    expect(await statusesOf('undo-')).toEqual(['CORRECTED', 'CORRECTED']);
    await eventually('both exits are told', () => {
      const told = lists.feeder.eventsOf(listEntryExited).filter((event) => event.data.documentNo === `导入作业 ${job.id} 撤销`);
      return told.length === 2 && told.every((event) => event.data.status === 'CORRECTED');
    });
    expect((await act<ProblemBody>(job.id, 'undo')).body.code).toBe('IMPORT_STATE');

    const second = await importFile(fileOf([rowOf({ sourceRecordId: 'keep-1' }), rowOf({ sourceRecordId: 'keep-2' })]));
    const [entry] = await lists.city.query<{ id: string }>(`SELECT id FROM list_matching.list_entry WHERE source_record_id = 'keep-2'`);
    await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${entry?.id}/suspend`, {
      ground: 'STOP_EXECUTION',
      documentNo: '示例停1号',
      date: today(),
    });
    const refused = await act<ProblemBody>(second.id, 'undo');
    expect([refused.status, refused.body.code, refused.body.errors?.map((error) => error.detail)]).toEqual([
      409,
      'IMPORT_TOUCHED',
      [expect.stringContaining('第 3 行')],
    ]);
    expect(await statusesOf('keep-')).toEqual(['ACTIVE', 'SUSPENDED']);
  });

  test('too many bad rows stop an import; what was done stays and can be undone', async () => {
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      rowOf({ sourceRecordId: `stop-${index}`, ...(index % 2 === 0 ? {} : { 'decision.date': '' }) }),
    );
    const job = await importFile(fileOf(rows), '&maxErrorPercent=10');
    expect(job).toMatchObject({
      status: 'failed',
      progress: { done: 200, succeeded: 100, failed: 100 },
      failure: expect.stringContaining('10%'),
    });
    expect((await act(job.id, 'undo')).status).toBe(202);
    expect(await resting(job.id)).toMatchObject({ status: 'undone' });
  });

  test('a preview can be cancelled; history shows it, newest first, each department its own', async () => {
    const job = await importFile(fileOf([rowOf()]), '&preview=true&fileName=%E5%90%8D%E5%8D%95.csv');
    expect((await act(job.id, 'cancel')).body).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
    const page = await lists.call<Page<JobView>>(wageOffice, 'GET', '/api/v1/imports?limit=2');
    expect([page.body.data[0]?.id, page.body.data[0]?.file.name, page.body.page.hasMore]).toEqual([job.id, '名单.csv', true]);
    const next = await lists.call<Page<JobView>>(wageOffice, 'GET', `/api/v1/imports?limit=2&cursor=${page.body.page.nextCursor}`);
    expect(next.body.data.map((other) => other.id)).not.toContain(job.id);
    const cancelled = await lists.call<Page<JobView>>(wageOffice, 'GET', '/api/v1/imports?status=cancelled');
    expect(cancelled.body.data.map((other) => other.id)).toEqual([job.id]);
    expect((await lists.call<Page<JobView>>(taxOffice, 'GET', '/api/v1/imports')).body.data).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['an old workbook', 'd0cf11e0a1b11ae1', /xlsx/],
    ['a page of the web', Buffer.from('<html><table><tr><td>名单').toString('hex'), /网页/],
    ['a PDF', Buffer.from('%PDF-1.7').toString('hex'), /PDF/],
    ['UTF-16', 'fffe6c0069007300', /UTF-16/],
    ['a zip that is no workbook', `504b0304${'00'.repeat(60)}`, /xlsx|损坏|重新保存/],
  ])('%s is refused with the way to save it, and nothing is kept', async (_title, hex, words) => {
    const answer = await send<ProblemBody>(Buffer.from(hex, 'hex'));
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringMatching(words)]);
    expect(await lists.city.query(`SELECT 1 FROM list_matching.import_job WHERE status = 'uploading'`)).toEqual([]);
  });

  test('a published layout is recognised by its labels; what it lacks is asked for field by field, and never made up', async () => {
    const labels = ['失信被执行人姓名/名称', '身份证号码/组织机构代码', '执行法院', '案号', '失信被执行人行为具体情形', '发布时间'];
    const line = ['示例失信公司', nextUscc(), '示例法院', '（2026）苏0700执1号', '有履行能力而拒不履行', '2026年3月1日'];
    const book = await workbookOf('失信', [labels, line]);
    const asked = await send<ProblemBody>(book, '', court);
    expect([asked.status, asked.body.code, asked.body.errors?.map((error) => error.pointer)]).toEqual([
      422,
      'IMPORT_FIELD_MISSING',
      ['listCode', 'sourceRecordId', 'subject.regionCode', 'basis.0.document', 'decision.name', 'decision.date'].map(
        (path) => `/defaults/${path}`,
      ),
    ]);
    const defaults = {
      listCode: 'BL-COURT',
      sourceRecordId: '@案号',
      'subject.regionCode': '320706',
      'basis.0.document': '最高人民法院关于公布失信被执行人名单信息的若干规定',
      'decision.name': '列入决定书',
      'decision.date': '@发布时间',
      'notice.servedOn': '2026-01-05',
      'notice.defenceEndedOn': '2026-01-30',
      'service.decisionServedOn': '2026-03-02',
      'service.repairNoticeServedOn': '2026-03-02',
    };
    const job = await importFile(book, `&defaults=${encodeURIComponent(JSON.stringify(defaults))}`, court);
    expect(job).toMatchObject({
      status: 'succeeded',
      errors: [],
      file: { layout: expect.stringContaining('失信被执行人'), ignored: ['执行法院', '发布时间'] },
    });
    const [entry] = await lists.city.query(
      'SELECT facts, decision_date, status FROM list_matching.list_entry WHERE source_record_id = $1',
      [line[3]],
    );
    expect(entry).toEqual({ facts: '失信被执行人行为具体情形：有履行能力而拒不履行', decision_date: '2026-03-01', status: 'ACTIVE' });
  });

  test('nothing of a person lies readable anywhere: not in samples, errors, or the file', async () => {
    const idNumber = nextIdNumber();
    const rows = [
      rowOf({ sourceRecordId: 'sealed-1' }, [partyOf('PRINCIPAL', { idNumber })]),
      rowOf({ sourceRecordId: 'sealed-2', 'decision.date': idNumber }),
    ];
    const job = await importFile(fileOf(rows), '&preview=true');
    expect(JSON.stringify(job)).not.toContain(idNumber);
    for (const table of ['import_job', 'import_error', 'import_sample', 'import_made', 'import_named'])
      expect([table, await lists.city.query(`SELECT 1 FROM list_matching.${table} t WHERE t::text LIKE $1`, [`%${idNumber}%`])]).toEqual([
        table,
        [],
      ]);
  });
});

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
function today(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}
