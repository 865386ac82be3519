import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listEntryActivated, type Page, type ProblemBody } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { ImportErrorView, JobView } from '../src/import.view.ts';
import { auditor, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, partyOf } from './designations.ts';
import { fileOf, header, rowOf } from './list-file.ts';

describe('import of a list file', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const send = <Body = JobView>(
    body: string | Buffer,
    query = 'kind=list-entries',
    principal = wageOffice,
    headers: Record<string, string> = {},
  ) => lists.call<Body>(principal, 'POST', `/api/v1/imports?${query}`, body, { 'content-type': 'text/csv', ...headers });
  const settled = (location: string | null, principal = wageOffice) =>
    eventually(
      'the import has ended',
      async () => {
        const job = await lists.call<JobView>(principal, 'GET', location ?? '');
        return job.body.finishedAt !== null && job.body;
      },
      100_000,
    );
  const importFile = async (text: string, query?: string, principal = wageOffice) => {
    const accepted = await send(text, query, principal);
    expect([accepted.status, accepted.body.status, accepted.headers.get('location')]).toEqual([
      202,
      'queued',
      `/api/v1/jobs/${accepted.body.id}`,
    ]);
    return settled(accepted.headers.get('location'), principal);
  };
  const entriesFrom = (prefix: string) =>
    lists.city.query<{ id: string; status: string; source_record_id: string }>(
      'SELECT id, status, source_record_id FROM list_matching.list_entry WHERE starts_with(source_record_id, $1)',
      [prefix],
    );

  test('ten thousand rows with one in a hundred bad: the good ones are in force, each bad one is told with line, field, reason and remedy', async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) =>
      rowOf({ sourceRecordId: `bulk-${index}`, ...(index % 100 === 50 ? { 'subject.usccCode': '91320799MA00000156' } : {}) }),
    );
    const job = await importFile(fileOf(rows));
    expect(job).toMatchObject({
      status: 'partially_succeeded',
      progress: { total: 10_000, done: 10_000, succeeded: 9_900, failed: 100, percent: 100 },
    });
    expect(job.errors).toHaveLength(100);
    expect(job.errors[0]).toEqual({
      line: 52,
      field: 'subject.usccCode',
      pointer: '/subject/usccCode',
      code: 'USCC_INVALID',
      reason: expect.stringContaining('第 18 位应为 5'),
      remedy: expect.any(String),
      others: [],
    });
    const entries = await entriesFrom('bulk-');
    expect([entries.length, new Set(entries.map((entry) => entry.status))]).toEqual([9_900, new Set(['ACTIVE'])]);
    const ids = new Set(entries.map((entry) => entry.id));
    await eventually('every entry is told', () => {
      const told = lists.feeder.eventsOf(listEntryActivated).filter((event) => ids.has(event.data.entryId));
      return told.length === ids.size;
    });
  }, 120_000);

  test('all or nothing: one bad row and nothing is stored; all errors are told', async () => {
    const rows = [
      rowOf({ sourceRecordId: 'whole-1' }),
      rowOf({ sourceRecordId: 'whole-2', 'notice.servedOn': '', 'notice.defenceEndedOn': '' }),
      rowOf({ sourceRecordId: 'whole-3' }),
      rowOf({ sourceRecordId: 'whole-4', 'decision.date': '2026-02-30' }),
    ];
    const bad = await importFile(fileOf(rows), 'kind=list-entries&mode=all');
    expect(bad).toMatchObject({ status: 'failed', progress: { total: 4, done: 4, succeeded: 0, failed: 2 } });
    expect(bad.errors.map((error) => [error.line, error.code, error.field])).toEqual([
      [3, 'NOTICE_REQUIRED', 'notice.servedOn'],
      [5, 'VALIDATION_FAILED', 'decision.date'],
    ]);
    expect(await entriesFrom('whole-')).toEqual([]);
    const good = await importFile(fileOf([rows[0] ?? '', rows[2] ?? '']), 'kind=list-entries&mode=all');
    expect(good).toMatchObject({ status: 'succeeded', progress: { total: 2, succeeded: 2, failed: 0 }, errors: [] });
    expect(await entriesFrom('whole-')).toHaveLength(2);
  });

  test('columns in any order and spelling, JSON cells, split lists and blank rows at the end', async () => {
    const idNumber = nextIdNumber();
    const headers = [
      'decision_date',
      'ListCode',
      'usccCode',
      'subjectName',
      'subject.kind',
      'regionCode',
      'sourceRecordId',
      'facts',
      'basis',
      'decisionName',
      'decisionNumber',
      'defenceEndedOn',
      'servedOn',
      'notice.method',
      'service.decisionServedOn',
      'repairNoticeServedOn',
      'parties.0.role',
      'parties.0.name',
      'parties.0.idType',
      'parties.0.idNumber',
      'parties.0.namedInDecision',
      'validTo',
    ];
    const uscc = nextUscc();
    const row = [
      daysAgo(10),
      'BL-WAGE',
      uscc,
      `"示例, ""引号""有限公司"`,
      'LEGAL',
      '320706',
      'spelled-1',
      '=1+1',
      '"[{""document"":""条例"",""article"":""第48条""}]"',
      '决定',
      '示例决1号',
      daysAgo(20),
      daysAgo(40),
      'DIRECT',
      daysAgo(8),
      daysAgo(8),
      'PRINCIPAL',
      '李示例',
      'ID_CARD',
      idNumber,
      '否',
      '',
    ];
    const job = await importFile(`${headers.join(',')}\n${row.join(',')}\n,,,\n\n   \n`);
    expect(job).toMatchObject({ status: 'succeeded', progress: { total: 1, succeeded: 1 } });
    const [entry] = await entriesFrom('spelled-1');
    const view = await lists.call(wageOffice, 'GET', `/api/v1/list-entries/${entry?.id}`);
    expect(view.body).toMatchObject({
      subject: { name: '示例, "引号"有限公司', usccCode: uscc },
      parties: [{}, { role: 'PRINCIPAL', named: false }],
    });
  });

  test('the rows of a file go the way of the API: same record, same decision, conflict, unit, minors, broken lines', async () => {
    const known = designationOf('BL-WAGE');
    await lists.call(wageOffice, 'POST', '/api/v1/list-entries', known);
    const usccCode = String(known.subject['usccCode']);
    const minor = nextIdNumber('2012-01-01');
    const repeated = rowOf({ sourceRecordId: 'way-1' });
    const rows = [
      repeated,
      repeated,
      rowOf({ sourceRecordId: known.sourceRecordId }),
      rowOf({ 'subject.usccCode': usccCode, 'subject.name': String(known.subject['name']), 'decision.number': known.decision.number }, [
        partyOf(),
      ]),
      rowOf({ sourceRecordId: 'way-5', 'subject.usccCode': usccCode, 'subject.name': '另一家有限公司' }),
      rowOf({ listCode: 'BL-TAX' }),
      rowOf({}, [partyOf('PRINCIPAL', { idNumber: minor })]),
      'BL-WAGE,too,few',
      `"unclosed ${minor}`,
    ];
    const job = await importFile(fileOf(rows));
    expect(job.errors.map((error) => [error.line, error.code])).toEqual([
      [4, 'SOURCE_RECORD_DIFFERS'],
      [5, 'DUPLICATE_DECISION'],
      [7, 'NOT_DESIGNATING_UNIT'],
      [8, 'SUBJECT_UNDER_AGE'],
      [9, 'IMPORT_ROW_INVALID'],
      [10, 'IMPORT_ROW_INVALID'],
    ]);
    expect(job.progress).toMatchObject({ total: 9, succeeded: 3, failed: 6 });
    expect((await entriesFrom('way-')).map((entry) => [entry.source_record_id, entry.status]).sort()).toEqual([
      ['way-1', 'ACTIVE'],
      ['way-5', 'CHECKING'],
    ]);
    // Who was named by a refused row only is not registered.
    const nobody =
      'SELECT 1 FROM list_matching.subject WHERE NOT EXISTS (SELECT 1 FROM list_matching.list_entry_party WHERE subject_id = subject.id)';
    expect(await lists.city.query(nobody)).toEqual([]);
    const traces = await lists.city.query('SELECT 1 FROM list_matching.import_error e WHERE e::text LIKE $1', [`%${minor}%`]);
    expect([JSON.stringify(job).includes(minor), traces]).toEqual([false, []]);
  });

  test('a row has all its faults, the first one leading', async () => {
    const job = await importFile(fileOf([rowOf({ 'notice.servedOn': '', 'notice.defenceEndedOn': '', 'service.decisionServedOn': '' })]));
    expect(job.errors).toHaveLength(1);
    expect(job.errors[0]).toMatchObject({
      code: 'NOTICE_REQUIRED',
      others: [{ code: 'SERVICE_REQUIRED', field: 'service.decisionServedOn' }],
    });
  });

  test('a form with the file in its field does as well; errors come in pages', async () => {
    const rows = Array.from({ length: 7 }, () => rowOf({ 'decision.date': 'gestern' }));
    const boundary = 'x-list-file';
    const form = [
      `--${boundary}`,
      'Content-Disposition: form-data; name="file"; filename="名单.csv"',
      'Content-Type: text/csv',
      '',
      fileOf(rows),
      `--${boundary}--`,
      '',
    ].join('\r\n');
    const accepted = await send(form, undefined, wageOffice, { 'content-type': `multipart/form-data; boundary=${boundary}` });
    expect(accepted.status).toBe(202);
    const job = await settled(accepted.headers.get('location'));
    expect(job).toMatchObject({ status: 'failed', progress: { total: 7, failed: 7 } });
    const lines: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: Page<ImportErrorView> } = await lists.call(
        wageOffice,
        'GET',
        `/api/v1/jobs/${job.id}/errors?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      lines.push(...page.body.data.map((error) => error.line));
      cursor = page.body.page.nextCursor;
    }
    expect(lines).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  test.each<[string, string | Buffer, number, string]>([
    ['nothing at all', '', 400, 'IMPORT_FILE_REQUIRED'],
    ['only blank lines', '\n\n,,\n', 400, 'IMPORT_FILE_REQUIRED'],
    ['an unknown column', `${header.join(',')},phone\n`, 422, 'IMPORT_HEADER_UNKNOWN'],
    [
      'a byte that is in no encoding',
      Buffer.concat([Buffer.from(`${header.join(',')}\n`), Buffer.from([0xc1, 0xac, 0xff, 0xc6, 0xb8, 0xdb])]),
      422,
      'TABLE_UNREADABLE',
    ],
  ])('%s is refused at once, and nothing is kept', async (_title, body, status, code) => {
    const answer = await send<ProblemBody>(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await lists.city.query(`SELECT 1 FROM list_matching.import_job WHERE status = 'uploading'`)).toEqual([]);
    if (code === 'IMPORT_HEADER_UNKNOWN') expect(answer.body.detail).toContain('phone');
  });

  test('a body that is no file, an unknown kind and a caller without a hand in it are refused', async () => {
    expect((await lists.call<ProblemBody>(wageOffice, 'POST', '/api/v1/imports?kind=list-entries', {})).body.code).toBe(
      'IMPORT_FILE_REQUIRED',
    );
    expect((await send<ProblemBody>('listCode\n', 'kind=people')).body.code).toBe('VALIDATION_FAILED');
    expect((await send<ProblemBody>('listCode\n', undefined, auditor)).body.code).toBe('FORBIDDEN');
    expect((await send<ProblemBody>('listCode\n', 'kind=list-entries&mode=some')).body.code).toBe('VALIDATION_FAILED');
  });

  test('a file with its header alone is an import of nothing', async () => {
    expect(await importFile(fileOf([]))).toMatchObject({ status: 'succeeded', progress: { total: 0, done: 0, percent: 100 } });
  });

  test('the same key and file give the same job; another file under the key is refused', async () => {
    const text = fileOf([rowOf()]);
    const key = { 'idempotency-key': 'file of november' };
    const first = await send(text, undefined, wageOffice, key);
    const again = await send(text, undefined, wageOffice, key);
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([202, first.body.id, 'true']);
    expect((await send<ProblemBody>(fileOf([rowOf()]), undefined, wageOffice, key)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    await settled(first.headers.get('location'));
    expect(await lists.city.query(`SELECT 1 FROM list_matching.import_job WHERE status = 'uploading'`)).toEqual([]);
  });

  test("a job is its department's own", async () => {
    const job = await importFile(fileOf([rowOf(), rowOf({ 'decision.date': '' })]));
    for (const principal of [wageOffice, creditOffice, auditor])
      expect((await lists.call(principal, 'GET', `/api/v1/jobs/${job.id}`)).status).toBe(200);
    for (const path of ['', '/errors']) expect((await lists.call(taxOffice, 'GET', `/api/v1/jobs/${job.id}${path}`)).status).toBe(404);
  });

  test('while it waits a file lies sealed, and when its job has ended it is gone', async () => {
    const idNumber = nextIdNumber();
    const accepted = await send(fileOf([rowOf({}, [partyOf('PRINCIPAL', { idNumber })])]));
    const chunks = await lists.city.query<{ sealed: Buffer }>('SELECT sealed FROM list_matching.import_chunk WHERE job_id = $1', [
      accepted.body.id,
    ]);
    for (const { sealed } of chunks) expect([sealed.includes(idNumber), sealed.includes('listCode')]).toEqual([false, false]);
    await settled(accepted.headers.get('location'));
    expect(await lists.city.query('SELECT 1 FROM list_matching.import_chunk WHERE job_id = $1', [accepted.body.id])).toEqual([]);
    expect(await lists.city.query('SELECT sealed_key FROM list_matching.import_job WHERE id = $1', [accepted.body.id])).toEqual([
      { sealed_key: null },
    ]);
  });

  test('a row that breaks in a way nobody foresaw costs only itself', async () => {
    await lists.city.query(`CREATE FUNCTION list_matching.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.source_record_id = 'odd-3' THEN RAISE EXCEPTION 'broken on purpose'; END IF; RETURN NEW; END $$`);
    await lists.city.query(
      'CREATE TRIGGER fail BEFORE INSERT ON list_matching.list_entry FOR EACH ROW EXECUTE FUNCTION list_matching.fail()',
    );
    const job = await importFile(fileOf([1, 2, 3, 4, 5].map((index) => rowOf({ sourceRecordId: `odd-${index}` }))));
    expect(job).toMatchObject({
      status: 'partially_succeeded',
      progress: { succeeded: 4, failed: 1 },
      errors: [{ line: 4, code: 'INTERNAL' }],
    });
    expect(await entriesFrom('odd-')).toHaveLength(4);
    await lists.city.query('DROP TRIGGER fail ON list_matching.list_entry');
  });
});
