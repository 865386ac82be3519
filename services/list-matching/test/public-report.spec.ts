import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays, type Page, type ProblemBody, type PublicRecordView, publicReportReceived, publicReportTallied } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { SheetView } from '../src/public-sheet.view.ts';
import { auditor, creditOffice, ListCity } from './city.ts';
import { daysAgo, nextIdNumber, nextUscc, today } from './designations.ts';
import { columns2, importedBy, penaltyOf, type RecordJob, row2, uploadBy } from './public-records.ts';

const bureau = principalOf(['DEPT_HANDLER'], ['STHJJ']);
const other = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

const post = <Body = PublicRecordView>(body: unknown, principal = bureau) =>
  lists.call<Body>(principal, 'POST', '/api/v1/public-records', body);

describe('what a request says of the form of its record (K18 合规率)', () => {
  const reports = () => lists.feeder.eventsOf(publicReportReceived).sort((one, next) => (one.id < next.id ? -1 : 1));
  /** A request of another department, whose report is there: what was said before it is there too. */
  const mark = async () => {
    const known = reports().length;
    expect((await post(penaltyOf(), other)).status).toBe(201);
    await eventually('the mark is told', () =>
      reports()
        .slice(known)
        .some(({ data }) => data.departmentCode === 'SCJGJ'),
    );
  };
  const toldSince = async (work: () => Promise<unknown>, count: number) => {
    await mark();
    const before = new Set(reports().map(({ id }) => id));
    await work();
    await mark();
    const fresh = () => reports().filter(({ id, data }) => !before.has(id) && data.departmentCode === 'STHJJ');
    await eventually('all is told', () => fresh().length >= count);
    for (const { key, data } of fresh()) expect(key).toBe(data.reportId);
    return fresh().map(({ data }) => data);
  };
  const once = (valid: 0 | 1, kind: string | null = 'PENALTY') => ({
    ...{ reportVersion: 1, departmentCode: 'STHJJ', kind, channel: 'REQUEST', reportedOn: today, received: 1, valid },
  });

  test('one that is taken was right, also one that is known already; a request repeated under its key counts once', async () => {
    const body = penaltyOf();
    const keyed = () => lists.call(bureau, 'POST', '/api/v1/public-records', body, { 'idempotency-key': 'once-1' });
    expect(await toldSince(() => keyed().then(keyed), 1)).toEqual([{ ...once(1), reportId: expect.anything() }]);
    expect(await toldSince(() => post(body), 1)).toMatchObject([once(1)]);
    expect(await toldSince(() => post({ ...body, penalty: { ...(body['penalty'] as object), detail: '另一内容' } }), 1)).toMatchObject([
      once(1),
    ]);
  });

  test('one that is refused for its form leaves no record and is counted all the same, whether its fields or its content are wrong', async () => {
    const wrong = [
      penaltyOf({ decidedOn: daysAgo(-1) }),
      penaltyOf({ decidedOn: '昨天' }),
      penaltyOf({ kind: 'LICENCE', penalty: undefined, licence: {} }),
      { kind: 'PENALTY' },
      penaltyOf({ subject: { kind: 'LEGAL', name: '示例', usccCode: '91320799MA00000156' } }),
    ];
    const told = await toldSince(async () => {
      for (const body of wrong) expect([400, 422]).toContain((await post(body)).status);
    }, wrong.length);
    expect(told).toMatchObject([once(0), once(0), once(0, 'LICENCE'), once(0), once(0)]);
    expect(new Set(told.map(({ reportId }) => reportId)).size).toBe(wrong.length);
    expect(JSON.stringify(told)).not.toMatch(/示例|9132/);
  });

  test('a refused request repeated under its key has one report, corrected under it another', async () => {
    const body = penaltyOf({ decidedOn: daysAgo(-1) });
    const keyed = (changes: object) =>
      lists.call(bureau, 'POST', '/api/v1/public-records', { ...body, ...changes }, { 'idempotency-key': 'once-2' });
    const told = await toldSince(
      () =>
        keyed({})
          .then(() => keyed({}))
          .then(() => keyed({ decidedOn: daysAgo(1) })),
      2,
    );
    expect(new Set(told.map(({ reportId }) => reportId)).size).toBe(2);
    expect(told.at(-1)).toMatchObject(once(1));
  });

  test('a kind that cannot be read is told as none; an abnormal operation, and who may not send, report nothing', async () => {
    const two = principalOf(['DEPT_HANDLER'], ['STHJJ', 'SCJGJ']);
    const told = await toldSince(async () => {
      expect((await post(penaltyOf({ kind: 'OTHER' }))).status).toBe(400);
      expect((await post(penaltyOf({ kind: 'ABNORMAL' }))).status).toBe(400);
      expect((await post({ kind: 'PENALTY' }, two)).status).toBe(400);
      expect((await post({ kind: 'PENALTY' }, creditOffice)).status).toBe(403);
      expect((await lists.call(undefined, 'POST', '/api/v1/public-records', {})).status).toBe(401);
    }, 1);
    expect(told).toMatchObject([once(0, null)]);
  });

  test('a revoked decision of which nothing is known is refused, though right in form', async () => {
    let answer: { status: number } | undefined;
    const told = await toldSince(async () => {
      answer = await post(penaltyOf({ state: 'REVOKED' }));
    }, 1);
    expect([answer?.status, told]).toMatchObject([409, [once(1)]]);
  });
});

describe('what a file says of the form of its rows (K18 合规率)', () => {
  const reportsOf = (job: { id: string }) =>
    lists.feeder.eventsOf(publicReportReceived).flatMap(({ data }) => (data.reportId === job.id ? [data] : []));
  const reportOf = (job: { id: string }, version = 1) =>
    eventually('the report is told', () => reportsOf(job).find(({ reportVersion }) => reportVersion === version));

  test('tells what came and what was right in form; a known row is, one with other content than known is, a bad one is not', async () => {
    const uscc = nextUscc();
    const first = await importedBy(lists, bureau, [columns2.join(','), row2('戊1', uscc)].join('\r\n'));
    expect(await reportOf(first)).toMatchObject({
      kind: 'PENALTY',
      channel: 'FILE',
      departmentCode: 'STHJJ',
      received: 1,
      valid: 1,
      reportedOn: today,
    });
    const rows = [
      row2('戊1', uscc),
      row2('戊1', uscc, { CF_NR: '另一内容' }),
      row2('戊2', 'x'),
      row2('戊3', nextUscc(), { CF_JDRQ: '昨天' }),
    ];
    expect(await reportOf(await importedBy(lists, bureau, [columns2.join(','), ...rows].join('\r\n')))).toMatchObject({
      received: 4,
      valid: 2,
    });
  });

  test('of which all is refused together counts its rows all the same; a preview counts nothing until it is started', async () => {
    const text = [columns2.join(','), row2('己1'), row2('己2', 'x')].join('\r\n');
    const refused = await importedBy(lists, bureau, text, 'mode=all');
    expect(refused).toMatchObject({ status: 'failed', progress: { succeeded: 0, failed: 1 } });
    expect(await reportOf(refused)).toMatchObject({ received: 2, valid: 1 });
    const kept = "SELECT 1 FROM list_matching.public_record WHERE starts_with(document_number, '己')";
    expect(await lists.city.query(kept)).toEqual([]);
    const taken = await importedBy(lists, bureau, [columns2.join(','), row2('己3')].join('\r\n'), 'mode=all');
    expect(await reportOf(taken)).toMatchObject({ received: 1, valid: 1 });

    const job = await uploadBy(lists, bureau, text, 'mode=partial&preview=true');
    const state = () => lists.call<RecordJob>(bureau, 'GET', `/api/v1/jobs/${job.id}`);
    await eventually('it is previewed', async () => (await state()).body.status === 'previewed');
    await reportOf(await importedBy(lists, bureau, [columns2.join(','), row2('己4')].join('\r\n')));
    expect(reportsOf(job)).toEqual([]);
    expect((await lists.call(bureau, 'POST', `/api/v1/imports/${job.id}/start`, {})).status).toBeLessThan(300);
    expect(await reportOf(job)).toMatchObject({ received: 2, valid: 1 });
  });

  test('that is undone tells that it counts nothing', async () => {
    const job = await importedBy(lists, bureau, [columns2.join(','), row2('庚1'), row2('庚2', 'x')].join('\r\n'));
    await reportOf(job);
    await lists.call(bureau, 'POST', `/api/v1/imports/${job.id}/undo`, {});
    expect(await reportOf(job, 2)).toMatchObject({ received: 0, valid: 0, kind: 'PENALTY' });
    expect(reportsOf(job)).toHaveLength(2);
  });
});

describe('how many decisions a department made in a month, and how many it has reported (K18 上报率)', () => {
  // The month before this one: it has ended, and today's records can be of it.
  const lastDay = addDays(`${today.slice(0, 7)}-01`, -1);
  const month = lastDay.slice(0, 7);
  const office = principalOf(['DEPT_LIAISON'], ['TJJ']);
  const clerk = principalOf(['DEPT_HANDLER'], ['TJJ']);
  const path = '/api/v1/public-record-declarations';
  const declare = <Body = SheetView>(body: object, who = clerk, headers: Record<string, string> = {}) =>
    lists.call<Body>(who, 'POST', path, { kind: 'PENALTY', month, ...body }, headers);
  const told = (sheet: SheetView) =>
    lists.feeder
      .eventsOf(publicReportTallied)
      .filter(({ data }) => data.sheetId === sheet.id)
      .map(({ data }) => [data.sheetVersion, data.declared, data.reported]);
  const tallied = (sheet: SheetView, ...last: number[]) =>
    eventually(`the count is ${last.join(' of ')}`, () => expect(told(sheet).at(-1)?.slice(1)).toEqual(last) === undefined);
  const send = async (changes: object = {}) => {
    const answer = await post(penaltyOf({ decidedOn: lastDay, ...changes }), clerk);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const withdraw = (record: PublicRecordView, ground: string) =>
    lists.call(clerk, 'POST', `/api/v1/public-records/${record.id}/withdraw`, {
      ...{ ground, documentNo: '撤1', documentDate: daysAgo(0), reason: '核对后撤回' },
    });

  test('it is counted from the records, at the declaration and whenever one of them changes; each decision once', async () => {
    const wrong = await send();
    await send({ decidedOn: addDays(lastDay, 1) });
    const body = penaltyOf({ decidedOn: `${month}-01` });
    const first = await post(body, clerk);
    // A name that differs waits for a reviewer: it has been reported all the same.
    const subject = { kind: 'LEGAL', name: '完全另一家示例商行', usccCode: wrong.subject.usccCode };
    expect((await send({ subject })).status).toBe('CHECKING');
    const { status, body: sheet } = await declare({ declared: 5 });
    expect([status, sheet]).toMatchObject([
      201,
      { departmentCode: 'TJJ', declared: 5, reported: 3, declarations: [{ no: 1, declared: 5, reportedThen: 3, byOffice: false }] },
    ]);
    await tallied(sheet, 5, 3);
    // Revoked is a decision that was made, and its second version is the same decision; what was wrong never was one.
    expect((await withdraw(first.body, 'DECISION_CHANGED')).status).toBe(200);
    expect((await withdraw(wrong, 'RECORD_WRONG')).status).toBe(200);
    await tallied(sheet, 5, 2);
    expect((await post({ ...body, remark: '变更后' }, clerk)).status).toBe(201);
    await send();
    await tallied(sheet, 5, 3);
    expect((await lists.call<SheetView>(clerk, 'GET', `${path}/${sheet.id}`)).body).toMatchObject({ declared: 5, reported: 3 });
    const versions = told(sheet).map(([version]) => version);
    expect(versions).toEqual(versions.map((_, place) => place + 1));
  });

  test('a record that comes while its month is being declared is counted too', async () => {
    const who = principalOf(['DEPT_HANDLER'], ['JTJ']);
    const inTheWay = await lists.city.connect();
    await inTheWay.query('BEGIN; LOCK TABLE list_matching.public_declaration IN EXCLUSIVE MODE');
    const declaring = declare({ declared: 3 }, who);
    const isThere = async (sql: string) => (await lists.city.query(sql)).length > 0;
    await eventually('it has counted and waits', () => isThere('SELECT 1 FROM pg_locks WHERE NOT granted'));
    expect((await post(penaltyOf({ decidedOn: lastDay }), who)).status).toBe(201);
    await eventually('the note of the record is gone', async () => !(await isThere('SELECT 1 FROM list_matching.public_sheet_touched')));
    await inTheWay.query('COMMIT');
    await inTheWay.end();
    const { body: sheet } = await declaring;
    expect(sheet.reported).toBe(0);
    await tallied(sheet, 3, 1);
  });

  test('an undone file takes its records out of the count', async () => {
    const [who, columns] = [principalOf(['DEPT_HANDLER'], ['SLJ']), columns2.join(',')];
    const on = { CF_JDRQ: lastDay };
    const job = await importedBy(lists, who, [columns, row2('辛1', nextUscc(), on), row2('辛2', nextUscc(), on)].join('\r\n'));
    const { body: sheet } = await declare({ declared: 4 }, who);
    await tallied(sheet, 4, 2);
    await lists.call(who, 'POST', `/api/v1/imports/${job.id}/undo`, {});
    await tallied(sheet, 4, 0);
  });

  test('a correction says why, keeps what was declared before, and tells who it was', async () => {
    const kind = 'LICENCE';
    const first = await declare({ kind, declared: 10 }, office);
    expect(first.headers.get('etag')).toBe('"1"');
    expect(await declare<ProblemBody>({ kind, declared: 12 })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/reason' }] } });
    expect((await declare({ kind, declared: 12, reason: '漏计' }, clerk, { 'if-match': '"0"' })).status).toBe(412);
    const { body } = await declare({ kind, declared: 12, reason: '漏计' }, clerk, { 'if-match': '"1"' });
    expect(body.declarations).toMatchObject([
      { no: 2, declared: 12, reason: '漏计', actor: clerk.id },
      { no: 1, declared: 10, reason: null, actor: office.id },
    ]);
    // The same number again is no news, and nobody is told.
    expect(await declare({ kind, declared: 12 })).toMatchObject({ status: 200, body: { declarations: [{ no: 2 }, { no: 1 }] } });
    await tallied(body, 12, 0);
    // It has been counted again by now, and nothing was new.
    const notes = () => lists.city.query('SELECT 1 FROM list_matching.public_sheet_touched');
    await eventually('all is counted', async () => (await notes()).length === 0);
    expect(await lists.city.query('SELECT version FROM list_matching.public_sheet WHERE id = $1', [body.id])).toEqual([{ version: 2 }]);
    expect(told(body)).toEqual([
      [1, 10, 0],
      [2, 12, 0],
    ]);
    await expect(lists.city.query(`SET ROLE list_matching_app; UPDATE list_matching.public_declaration SET declared = 1`)).rejects.toThrow(
      'permission denied',
    );
  });

  test.each<[string, object, number, string]>([
    ['of a month that has not ended', { month: today.slice(0, 7), declared: 3 }, 422, '/month'],
    ['of a month to come', { month: '2999-01', declared: 3 }, 422, '/month'],
    ['of no month', { month: '2026-13', declared: 3 }, 400, '/month'],
    ['of fewer than nought', { declared: -1 }, 400, '/declared'],
    ['of half a decision', { declared: 1.5 }, 400, '/declared'],
    ['of abnormal operation', { kind: 'ABNORMAL', declared: 1 }, 400, '/kind'],
    ['of fewer than were reported, without a reason', { declared: 1 }, 422, '/declared'],
    ["with a person's number in its reason", { declared: 99, reason: `见 ${nextIdNumber()}` }, 400, '/reason'],
  ])('a declaration %s is refused', async (_what, body, status, pointer) => {
    const answer = await declare<ProblemBody>(body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([status, pointer]);
  });

  test('fewer than were reported are taken with a reason', async () => {
    const { status, body } = await declare({ declared: 2, reason: '一件由上级作出' });
    expect([status, body.declared, body.declarations[0]?.reportedThen]).toEqual([201, 2, 3]);
  });

  test('a department declares for itself only, the credit office for any that it names, others for none', async () => {
    for (const who of [principalOf(['DEPT_APPROVER'], ['TJJ']), auditor, principalOf(['WINDOW_CLERK'], ['TJJ'])])
      expect((await declare({ declared: 1 }, who)).status).toBe(403);
    expect((await declare({ declared: 1, departmentCode: 'SCJGJ' })).status).toBe(403);
    expect((await declare({ declared: 1 }, principalOf(['DEPT_HANDLER'], ['TJJ', 'SCJGJ']))).status).toBe(403);
    for (const departmentCode of [undefined, 'NOBODY'])
      expect(await declare<ProblemBody>({ declared: 1, departmentCode }, creditOffice)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/departmentCode' }] },
      });
    const { status, body } = await declare({ declared: 7, departmentCode: 'SCJGJ' }, creditOffice);
    expect([status, body]).toMatchObject([201, { departmentCode: 'SCJGJ', declarations: [{ byOffice: true, actor: creditOffice.id }] }]);
    expect((await lists.call(clerk, 'GET', `${path}/${body.id}`)).status).toBe(404);
    expect((await lists.call(other, 'GET', `${path}/${body.id}`)).status).toBe(200);
  });

  test('the list shows each its own, and is exported under the same filter', async () => {
    const list = async (who: typeof clerk, filter = '') =>
      (await lists.call<Page<SheetView>>(who, 'GET', `${path}?limit=200${filter}`)).body.data;
    expect(new Set((await list(clerk)).map(({ departmentCode }) => departmentCode))).toEqual(new Set(['TJJ']));
    expect((await list(auditor)).length).toBeGreaterThan((await list(clerk)).length);
    expect((await list(clerk, '&kind=LICENCE')).map(({ kind, decidedFrom, decidedTo }) => [kind, decidedFrom, decidedTo])).toEqual([
      ['LICENCE', `${month}-01`, `${today.slice(0, 7)}-01`],
    ]);
    expect(await list(clerk, '&month=2020-01')).toEqual([]);
    for (const [who, filter] of [
      [clerk, ''],
      [auditor, '&department=SCJGJ'],
    ] as const) {
      const file = await lists.city.download(
        lists.running,
        who,
        `${path}/export?format=csv&columns=departmentCode,declared,reported${filter}`,
      );
      const rows = (await list(who, filter)).map((row) => `${row.departmentCode},${row.declared},${row.reported}`);
      expect(file.bytes.toString('utf8').replace('\uFEFF', '').split('\r\n').slice(1, -1)).toEqual(rows);
    }
    const one = (await lists.call<Page<SheetView>>(auditor, 'GET', `${path}?limit=1`)).body;
    const next = await lists.call<Page<SheetView>>(auditor, 'GET', `${path}?limit=1&cursor=${one.page.nextCursor ?? ''}`);
    expect([one.data[0]?.id, next.body.data[0]?.id]).toEqual((await list(auditor)).slice(0, 2).map(({ id }) => id));
  });
});
