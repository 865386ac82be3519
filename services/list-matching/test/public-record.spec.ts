import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Page,
  type ProblemBody,
  type PublicRecordView,
  publicRecordPublished,
  publicRecordStopped,
  publicRecordWithdrawn,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { CandidateView } from '../src/match-candidate.view.ts';
import { penaltyLayout1, penaltyLayout2 } from '../src/penalty-layout.rules.ts';
import { auditor, creditOffice, ListCity } from './city.ts';
import { daysAgo, nextIdNumber, nextUscc, today } from './designations.ts';
import { columns2, importedBy, penaltyOf, row2 } from './public-records.ts';

const bureau = principalOf(['DEPT_HANDLER'], ['STHJJ']);
const other = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

const post = <Body = PublicRecordView>(body: unknown, principal = bureau) =>
  lists.call<Body>(principal, 'POST', '/api/v1/public-records', body);
async function published(changes: Record<string, unknown> = {}): Promise<PublicRecordView> {
  const answer = await post(penaltyOf(changes));
  expect([answer.status, answer.body.status]).toEqual([201, 'PUBLISHED']);
  return answer.body;
}
const get = (id: string, principal = bureau) => lists.call<PublicRecordView>(principal, 'GET', `/api/v1/public-records/${id}`);
const order = { ground: 'DECISION_REVOKED', documentNo: '示环撤〔2026〕1号', documentDate: daysAgo(0), reason: '行政复议撤销' };
const withdraw = <Body = PublicRecordView>(id: string, body: unknown = order, principal = bureau, headers = {}) =>
  lists.call<Body>(principal, 'POST', `/api/v1/public-records/${id}/withdraw`, body, headers);

describe('a record that is sent', () => {
  test('with a valid code it is public at once, general where no grade is given, and told without a person', async () => {
    const record = await published();
    expect(record).toMatchObject({
      grade: 'GENERAL',
      publishedOn: today,
      late: false,
      representativeMasked: '王*',
      penalty: { fineWan: '1.500001' },
    });
    expect(record.timeline.map((fact) => [fact.what, fact.from, fact.to])).toEqual([
      ['RECEIVE', null, 'CHECKING'],
      ['PUBLISH', 'CHECKING', 'PUBLISHED'],
    ]);
    const told = await eventually('it is told', () =>
      lists.feeder.eventsOf(publicRecordPublished).find((one) => one.data.recordId === record.id),
    );
    expect(told).toMatchObject({
      key: record.subject.id,
      data: { recordVersion: 2, grade: 'GENERAL', categories: ['FINE'], departmentCode: 'STHJJ' },
    });
    expect(JSON.stringify(told.data)).not.toMatch(/王|有限公司/);
  });

  test('a person stands sealed and masked', async () => {
    const idNumber = nextIdNumber();
    const record = await published({ subject: { kind: 'PERSON', name: '李某某', idType: 'ID_CARD', idNumber }, representative: undefined });
    expect(record.subject).toMatchObject({ name: '李*某', usccCode: null });
    const rows = await lists.city.query('SELECT to_jsonb(r) AS row FROM list_matching.public_record r WHERE id = $1', [record.id]);
    expect(JSON.stringify(rows)).not.toContain(idNumber);
    expect(JSON.stringify(rows)).not.toContain('李某某');
  });

  test('the same again is the same record, another content under the same document is refused', async () => {
    const body = penaltyOf();
    const first = await post(body);
    const again = await post(body);
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([201, first.body.id, 'true']);
    const changed = await post<ProblemBody>({ ...body, grade: 'SERIOUS' });
    expect([changed.status, changed.body.code]).toEqual([409, 'SOURCE_RECORD_DIFFERS']);
    const rows = await lists.city.query('SELECT 1 FROM list_matching.public_record WHERE document_number = $1', [
      (body['document'] as { number: string }).number,
    ]);
    expect(rows).toHaveLength(1);
  });

  test('ten times at once it is one', async () => {
    const body = penaltyOf();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(body)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  });

  test('what came after its own period is kept and never shown', async () => {
    const answer = await post(penaltyOf({ decidedOn: '2022-03-01', publicUntil: '2025-03-01' }));
    expect(answer.body).toMatchObject({ status: 'STOPPED', reason: 'PERIOD_ENDED', publishedOn: null });
    expect(lists.feeder.eventsOf(publicRecordPublished).some((event) => event.data.recordId === answer.body.id)).toBe(false);
  });

  test.each([
    ['a code that fails its check', { subject: { kind: 'LEGAL', name: '示例', usccCode: '91320799MA00000156' } }, 'USCC_INVALID'],
    ['a name alone', { subject: { kind: 'LEGAL', name: '示例' } }, 'IDENTIFIER_REQUIRED'],
    [
      'a person under age',
      { subject: { kind: 'PERSON', name: '李某', idType: 'ID_CARD', idNumber: nextIdNumber('2015-03-07') } },
      'SUBJECT_UNDER_AGE',
    ],
    ['a decision of tomorrow', { decidedOn: '2999-01-01' }, 'DATE_IN_FUTURE'],
    ["a person's number in a text", { remark: `身份证 ${nextIdNumber()}` }, 'VALIDATION_FAILED'],
  ])('%s is refused, and nothing is left behind', async (_what, change, code) => {
    const before = await lists.city.query('SELECT 1 FROM list_matching.subject');
    const answer = await post<ProblemBody>(penaltyOf(change));
    expect(answer.body.errors?.map((error) => error.code)).toContain(code);
    expect(await lists.city.query('SELECT 1 FROM list_matching.subject')).toHaveLength(before.length);
  });

  test('only a single department sends records, and an unknown field is refused', async () => {
    expect((await post(penaltyOf(), creditOffice)).status).toBe(403);
    expect((await post(penaltyOf(), auditor)).status).toBe(403);
    expect((await post(penaltyOf(), principalOf(['DEPT_HANDLER'], ['STHJJ', 'SCJGJ']))).status).toBe(403);
    expect((await post({ ...penaltyOf(), religion: '无' })).status).toBe(400);
  });
});

describe('a known code under another name', () => {
  async function conflict(): Promise<{ record: PublicRecordView; candidate: CandidateView }> {
    const known = penaltyOf();
    await post(known);
    const answer = await post(penaltyOf({ subject: { ...known.subject, name: '完全不同的另一家饭店' } }));
    expect(answer.body).toMatchObject({ status: 'CHECKING', reason: 'IDENTITY_CONFLICT', publishedOn: null });
    const page = await lists.call<Page<CandidateView>>(
      creditOffice,
      'GET',
      `/api/v1/match-candidates?sourceKind=PUBLIC_RECORD&sourceId=${answer.body.id}`,
    );
    const [candidate] = page.body.data;
    if (candidate === undefined) throw new Error('nobody is asked');
    return { record: answer.body, candidate };
  }
  const decide = (id: string, act: string) =>
    lists.call(creditOffice, 'POST', `/api/v1/match-candidates/${id}/${act}`, { reason: '核对营业执照' });

  test('is public only when a named person has confirmed whom it means', async () => {
    const { record, candidate } = await conflict();
    expect(lists.feeder.eventsOf(publicRecordPublished).some((event) => event.data.recordId === record.id)).toBe(false);
    expect((await decide(candidate.id, 'confirm')).status).toBe(200);
    expect((await get(record.id)).body).toMatchObject({ status: 'PUBLISHED', publishedOn: today });
  });

  test('that means somebody else is taken back without ever having been public', async () => {
    const { record, candidate } = await conflict();
    expect((await decide(candidate.id, 'dismiss')).status).toBe(200);
    expect((await get(record.id)).body).toMatchObject({ status: 'WITHDRAWN', reason: 'IDENTITY_FAILED', publishedOn: null });
    expect(lists.feeder.eventsOf(publicRecordWithdrawn).some((event) => event.data.recordId === record.id)).toBe(false);
  });

  test('that its department withdraws asks nobody any more', async () => {
    const { record, candidate } = await conflict();
    expect((await withdraw(record.id)).body.status).toBe('WITHDRAWN');
    const after = await lists.call<CandidateView>(creditOffice, 'GET', `/api/v1/match-candidates/${candidate.id}`);
    expect(after.body.status).toBe('DISMISSED');
    expect((await decide(candidate.id, 'confirm')).status).toBe(409);
  });
});

describe('a record that is public', () => {
  test('is withdrawn with its document, in time or late, and a corrected one may follow', async () => {
    const body = penaltyOf({ decidedOn: '2026-03-02' });
    const { body: record } = await post(body);
    const late = await withdraw(record.id, { ...order, documentDate: '2026-03-10' });
    expect(late.body).toMatchObject({
      status: 'WITHDRAWN',
      reason: 'DECISION_REVOKED',
      withdrawDueOn: '2026-03-13',
      withdrawnOn: today,
      late: true,
    });
    const told = await eventually('it is told', () =>
      lists.feeder.eventsOf(publicRecordWithdrawn).find((one) => one.data.recordId === record.id),
    );
    expect(told.data).toMatchObject({ ground: 'DECISION_REVOKED', withdrawDueOn: '2026-03-13', recordVersion: 3 });
    const corrected = await post({ ...body, grade: 'MINOR' });
    expect([corrected.status, corrected.body.status]).toEqual([201, 'PUBLISHED']);
  });

  test.each([
    ['without a document', { ...order, documentNo: '' }, 400],
    ['on a ground that is none', { ...order, ground: 'MISTAKE' }, 400],
    ['by a document of tomorrow', { ...order, documentDate: '2999-01-01' }, 422],
    ['by a document before its decision', { ...order, documentDate: '2020-01-01' }, 422],
    ["with a person's number in the reason", { ...order, reason: `当事人 ${nextIdNumber()}` }, 400],
  ])('is not withdrawn %s', async (_what, body, status) => {
    const record = await published();
    const answer = await withdraw(record.id, body);
    expect(answer.status).toBe(status);
    expect((await get(record.id)).body.status).toBe('PUBLISHED');
  });

  test('withdrawn twice, or on an older version, is refused with the state', async () => {
    const record = await published();
    const stale = await withdraw<ProblemBody>(record.id, order, bureau, { 'if-match': '"1"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'STALE']);
    const [one, two] = await Promise.all([withdraw(record.id), withdraw(record.id)]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
  });

  test('belongs to its department: others get 404, the offices read and change nothing', async () => {
    const record = await published();
    expect((await get(record.id, other)).status).toBe(404);
    expect((await withdraw(record.id, { nonsense: true }, other)).status).toBe(404);
    expect((await get(record.id, auditor)).status).toBe(200);
    expect((await withdraw(record.id, order, creditOffice)).status).toBe(403);
    const both = principalOf(['DEPT_HANDLER', 'CREDIT_OFFICE'], ['SCJGJ']);
    expect((await withdraw(record.id, order, both)).status).toBe(403);
    expect((await get(record.id)).body.status).toBe('PUBLISHED');
  });

  test('stops by itself at the end of its period, once', async () => {
    const record = await published({ publicUntil: today });
    lists.city.turnClock(2 * 86_400_000);
    await eventually('its period has ended', async () => (await get(record.id)).body.status === 'STOPPED');
    lists.city.turnClock(0);
    await eventually('it is told', () => lists.feeder.eventsOf(publicRecordStopped).some((event) => event.data.recordId === record.id));
    expect(lists.feeder.eventsOf(publicRecordStopped).filter((event) => event.data.recordId === record.id)).toHaveLength(1);
    expect((await get(record.id)).body).toMatchObject({ reason: 'PERIOD_ENDED', version: 3 });
  });

  test('is stopped when it was repaired, and its facts cannot be rewritten', async () => {
    const record = await published();
    const body = { ground: 'REPAIRED', documentNo: '信用修复决定', date: today };
    expect((await lists.call<PublicRecordView>(bureau, 'POST', `/api/v1/public-records/${record.id}/stop`, body)).body.status).toBe(
      'STOPPED',
    );
    const rights = await lists.city.query<{ may: boolean }>(
      `SELECT has_table_privilege(role, 'list_matching.public_record_fact', act) AS may
       FROM unnest(ARRAY['list_matching_app', 'list_matching_consumer']) AS role, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS act`,
    );
    expect(rights.every((right) => !right.may)).toBe(true);
  });

  test('is found by kind, state, subject, day and lateness, and exported under the same filter', async () => {
    const record = await published({ decidedOn: '2026-05-06' });
    const filter = `subjectId=${record.subject.id}&kind=PENALTY&status=PUBLISHED&decidedFrom=2026-05-06&decidedTo=2026-05-07&late=true`;
    const page = await lists.call<Page<PublicRecordView>>(bureau, 'GET', `/api/v1/public-records?${filter}`);
    expect(page.body.data.map((row) => row.id)).toEqual([record.id]);
    const none = await lists.call<Page<PublicRecordView>>(
      bureau,
      'GET',
      `/api/v1/public-records?${filter.replace('late=true', 'late=false')}`,
    );
    expect(none.body.data).toEqual([]);
    const token = await lists.call<{ id: string }>(bureau, 'POST', '/api/v1/public-records/exports', {
      format: 'csv',
      filter: Object.fromEntries(new URLSearchParams(filter)),
    });
    expect(token.status).toBe(202);
    await eventually('the file is written', async () => {
      const job = await lists.call<{ status: string; progress: { done: number } }>(
        bureau,
        'GET',
        `/api/v1/public-records/exports/${token.body.id}`,
      );
      return job.body.status === 'succeeded' && job.body.progress.done === 1;
    });
  });
});

describe('a file of penalties', () => {
  const imported = (text: string) => importedBy(lists, bureau, text);
  const recordsOf = (prefix: string) =>
    lists.city.query<{ status: string; standard: string; reason: string | null; grade: string }>(
      'SELECT status, standard, reason, grade FROM list_matching.public_record WHERE starts_with(document_number, $1) ORDER BY document_number',
      [prefix],
    );

  test('of version 2.0: the good rows are public, a bad one is told with its column, the same file again changes nothing', async () => {
    const labels = columns2.map((code) => penaltyLayout2.fields.find((field) => field.code === code)?.titleZh.replaceAll(',', '') ?? code);
    const text = [labels.join(','), row2('甲1'), row2('甲2', '91320799MA00000156'), row2('甲3')].join('\r\n');
    const job = await imported(text);
    expect(job).toMatchObject({ status: 'partially_succeeded', progress: { succeeded: 2, failed: 1 } });
    expect(job.errors).toMatchObject([{ code: 'USCC_INVALID', field: expect.stringContaining('行政相对人代码_1') }]);
    const expected = { status: 'PUBLISHED', standard: '2.0', grade: 'GENERAL' };
    expect(await recordsOf('甲')).toMatchObject([expected, expected]);
    await imported(text);
    expect(await recordsOf('甲')).toHaveLength(2);
  });

  test('of version 1.0: without a code it waits, it is never somebody by the name alone; a revoked one takes back what stands', async () => {
    const columns1 = ['CF_WSH', 'CF_XDR_MC', 'CF_XDR_SHXYM', 'CF_XDR_ZDM', 'CF_JG', 'CF_JDRQ', 'CF_XZJG', 'CF_ZT', 'SJC'];
    expect(columns1.every((column) => penaltyLayout1.fields.some((field) => field.code === column))).toBe(true);
    const uscc = nextUscc();
    const rows = [`乙1,示例乙,${uscc},,罚款,2016-05-04,局,0,2016-05-05`, '乙2,示例乙,,MA000001-5,罚款,2016-05-04,局,0,2016-05-05'];
    expect(await imported([columns1.join(','), ...rows].join('\r\n'))).toMatchObject({ status: 'succeeded', progress: { succeeded: 2 } });
    expect(await recordsOf('乙')).toMatchObject([
      { status: 'PUBLISHED', standard: '1.0' },
      { status: 'CHECKING', reason: 'NO_IDENTIFIER' },
    ]);
    const revoked = `乙1,示例乙,${uscc},,罚款,2016-05-04,局,1,2026-05-05`;
    expect(await imported([columns1.join(','), revoked].join('\r\n'))).toMatchObject({ status: 'succeeded' });
    expect((await recordsOf('乙1'))[0]).toMatchObject({ status: 'WITHDRAWN', reason: 'DECISION_REVOKED' });
  });

  test('is undone while nothing has happened to its records', async () => {
    const job = await imported([columns2.join(','), row2('丙1'), row2('丙2')].join('\r\n'));
    const undone = await lists.call(bureau, 'POST', `/api/v1/imports/${job.id}/undo`, {});
    expect([200, 202]).toContain(undone.status);
    await eventually('all is taken back', async () => (await recordsOf('丙')).every((row) => row.status === 'WITHDRAWN'));
    expect((await recordsOf('丙')).map((row) => row.reason)).toEqual(['IMPORT_UNDONE', 'IMPORT_UNDONE']);
  });

  test('with columns of another standard is refused by name', async () => {
    const answer = await lists.call<ProblemBody>(
      bureau,
      'POST',
      '/api/v1/imports?kind=licences&mode=partial',
      `${columns2.join(',')}\r\n${row2('丁1')}`,
      {
        'content-type': 'text/csv',
      },
    );
    expect([answer.status, answer.body.code]).toEqual([expect.any(Number), 'IMPORT_HEADER_UNKNOWN']);
  });
});
