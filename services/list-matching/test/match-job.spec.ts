import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { MatchJobView } from '../src/match-job.view.ts';
import { auditor, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { nextIdNumber, nextUscc } from './designations.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);

describe('files of names (POST /match-jobs)', () => {
  let lists: ListCity;
  const known = Array.from({ length: 40 }, (_, index) => ({ usccCode: nextUscc(), name: `连云港示范${index}号建设有限公司` }));
  const person = { name: '郑文杰', idNumber: nextIdNumber('1979-02-03') };
  beforeAll(async () => {
    lists = await ListCity.create();
    const row = { source: '登记', effectiveOn: '2015-03-01' };
    const changes = [
      ...known.map((company) => ({ ...row, kind: 'LEGAL', ...company, regionCode: '320706' })),
      { ...row, kind: 'PERSON', name: person.name, idType: 'ID_CARD', idNumber: person.idNumber },
    ];
    expect((await lists.call(centre, 'POST', '/api/v1/subjects/register-changes', { changes })).status).toBe(200);
    await eventually('the index has them', async () => {
      const queries = { q: { properties: { usccCode: [known[39]?.usccCode ?? ''], name: [known[39]?.name ?? ''] } } };
      const answer = await lists.call<{ responses?: Record<string, { results: unknown[] }> }>(wageOffice, 'POST', '/api/v1/match/all', {
        queries,
      });
      return answer.body.responses?.['q']?.results.length === 1;
    });
  }, 60_000);
  afterAll(() => lists?.close());

  const send = <Body = MatchJobView>(
    text: string,
    query = 'purpose=核查',
    principal = wageOffice,
    running: RunningService = lists.running,
  ) =>
    lists.city.call<Body>(running, principal, 'POST', `/api/v1/match-jobs?${query}`, {
      body: text,
      headers: { 'content-type': 'text/csv' },
    });
  const job = async (id: string, principal = wageOffice) =>
    (await lists.call<MatchJobView>(principal, 'GET', `/api/v1/match-jobs/${id}`)).body;
  const settled = (id: string, principal = wageOffice) =>
    eventually(
      'the job has ended',
      async () => {
        const state = await job(id, principal);
        return state.finishedAt !== null && state;
      },
      60_000,
    );
  const resultOf = async (id: string, principal = wageOffice) => {
    const { status, bytes } = await lists.city.download(lists.running, principal, `/api/v1/match-jobs/${id}/result.csv`);
    return { status, text: bytes.toString('utf8') };
  };
  const recordsOf = (text: string) =>
    text
      .replace(/^\uFEFF/, '')
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line) => line.split(','));

  test('each row gets its best answer, in its place, with grade, decision, subject and reasons', async () => {
    const [first, second] = known;
    const rows = [
      `1,${first?.name},${first?.usccCode}`,
      `2,${second?.name},${first?.usccCode}`,
      `3,${first?.name},`,
      '4,从未登记的某某公司,',
      `5,"${first?.name}`,
      `6,${second?.name},${second?.usccCode}`,
    ];
    const accepted = await send(`序号,单位名称,统一社会信用代码\n${rows.join('\n')}\n`);
    expect([accepted.status, accepted.headers.get('location')]).toEqual([202, `/api/v1/match-jobs/${accepted.body.id}`]);
    const ended = await settled(accepted.body.id);
    expect(ended).toMatchObject({ status: 'succeeded', failure: null });
    expect(ended.progress.matched + ended.progress.toReview + ended.progress.unmatched + ended.progress.faulty).toBe(ended.progress.done);
    const records = recordsOf((await resultOf(accepted.body.id)).text);
    expect(records[0]?.slice(0, 5)).toEqual(['行号', '编号', '结论', '等级', '规则']);
    expect(records[1]?.slice(0, 5)).toEqual(['2', '1', '一致', 'EXACT', 'E1']);
    expect(records[1]?.[6]).toBe(first?.usccCode);
    expect(records[2]?.slice(0, 5)).toEqual(['3', '2', '待人工复核', 'CONFLICT', 'C1']);
    expect(records[3]?.slice(2, 4)).toEqual(['待人工复核', 'POSSIBLE']);
    expect(records[4]?.slice(2, 4)).toEqual(['不匹配', 'NONE']);
  });

  test('persons are masked in the result, and that they were asked about is kept', async () => {
    const accepted = await send(
      `姓名,证件类型,证件号码\n${person.name},ID_CARD,${person.idNumber}\n${person.name},,\n`,
      'scope=persons&purpose=招聘审查',
    );
    await settled(accepted.body.id);
    const { text } = await resultOf(accepted.body.id);
    const records = recordsOf(text);
    expect(records[1]?.slice(2, 4)).toEqual(['一致', 'EXACT']);
    expect(records[1]?.[7]).toBe('郑*杰');
    expect(records[2]?.slice(2, 4)).toEqual(['不匹配', 'NONE']);
    expect([text.includes(person.idNumber), text.includes(person.name)]).toEqual([false, false]);
    const log = await lists.city.query(`SELECT actor, persons FROM list_matching.match_query_log WHERE purpose = '招聘审查'`);
    expect(log).toEqual([{ actor: wageOffice.id, persons: 2 }]);
    const pieces = await lists.city.query<{ sealed: Buffer }>('SELECT sealed FROM list_matching.match_job_piece');
    const stored = Buffer.concat(pieces.map((piece) => piece.sealed)).toString('latin1');
    expect(stored.includes(person.idNumber)).toBe(false);
  });

  test('only who sent a file sees its job and its result', async () => {
    const { id } = (await send(`名称\n${known[0]?.name}\n`)).body;
    await settled(id);
    for (const principal of [taxOffice, creditOffice]) {
      expect((await lists.call(principal, 'GET', `/api/v1/match-jobs/${id}`)).status).toBe(404);
      expect((await resultOf(id, principal)).status).toBe(404);
      expect((await lists.call(principal, 'POST', `/api/v1/match-jobs/${id}/cancel`)).status).toBe(404);
    }
    expect((await lists.call(auditor, 'GET', `/api/v1/match-jobs/${id}`)).status).toBe(403);
  });

  test('what is no file of names is refused or ends in words', async () => {
    expect((await send<ProblemBody>('名称\n甲\n', '')).status).toBe(400);
    expect((await send<ProblemBody>('')).body.code).toBe('IMPORT_FILE_REQUIRED');
    const { id } = (await send('备注\n甲\n')).body;
    expect(await settled(id)).toMatchObject({ status: 'failed', failure: expect.stringContaining('没有名称或代码') as unknown });
    expect((await resultOf(id)).status).toBe(409);
  });

  test('a job goes on after its process was stopped, row for row; a cancelled one keeps nothing', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => {
      const company = known[index % known.length];
      return index % 10 === 9 ? `${index},${company?.name},` : `${index},${company?.name},${company?.usccCode}`;
    });
    const text = `序号,名称,统一社会信用代码\n${rows.join('\n')}\n`;
    const { id } = (await send(text)).body;
    await eventually('some of it is done', async () => (await job(id)).progress.done > 0);
    await lists.running.close();
    lists.running = await lists.city.boot(service);
    await lists.ready();
    const ended = await settled(id);
    expect(ended.progress).toMatchObject({ done: 60_000, total: 60_000, matched: 54_000, toReview: 6_000, percent: 100 });
    const records = recordsOf((await resultOf(id)).text).slice(1);
    expect(records).toHaveLength(60_000);
    expect(records.every((record, index) => record[1] === String(index))).toBe(true);

    const second = (await send(text)).body.id;
    expect((await lists.call<MatchJobView>(wageOffice, 'POST', `/api/v1/match-jobs/${second}/cancel`)).status).toBe(202);
    expect((await settled(second)).status).toBe('cancelled');
    expect(await lists.city.query('SELECT 1 FROM list_matching.match_job_piece WHERE job_id = $1', [second])).toEqual([]);
    expect((await lists.call<ProblemBody>(wageOffice, 'POST', `/api/v1/match-jobs/${second}/cancel`)).body.code).toBe('CONFLICT');
  }, 120_000);
});
