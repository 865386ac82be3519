import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody, RegisterResult } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { MatchResponse } from '../src/match.schema.ts';
import { auditor, creditOffice, ListCity, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc } from './designations.ts';

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);

describe('POST /match (§11, product §B.1)', () => {
  let lists: ListCity;
  const usccCode = nextUscc();
  const otherCode = nextUscc();
  const idNumber = nextIdNumber('1981-05-06');
  beforeAll(async () => {
    lists = await ListCity.create();
    const row = { source: '登记', effectiveOn: '2015-03-01' };
    await tell(
      {
        ...row,
        kind: 'LEGAL',
        usccCode,
        name: '连云港海州晨光建材有限公司',
        regionCode: '320706',
        legalRepresentative: { name: '周立新' },
        formerNames: [{ name: '新浦旭日建材有限公司', from: '2008-01-01', to: '2015-02-28' }],
      },
      { ...row, kind: 'LEGAL', usccCode: otherCode, name: '连云港赣榆远航物流有限公司', regionCode: '320707' },
      { ...row, kind: 'PERSON', idType: 'ID_CARD', idNumber, name: '周立新', person: { birthDate: '1981-05-06', gender: 'MALE' } },
    );
    await eventually(
      'the index has them',
      async () => (await match({ a: { usccCode: [otherCode], name: ['连云港赣榆远航物流有限公司'] } })).a?.results[0]?.match,
    );
  }, 60_000);
  afterAll(() => lists?.close());

  const tell = async (...changes: object[]): Promise<RegisterResult[]> =>
    (await lists.call<{ results: RegisterResult[] }>(centre, 'POST', '/api/v1/subjects/register-changes', { changes })).body.results;
  const post = <Body = MatchResponse>(queries: object, config: object = {}, scope = 'all', principal = wageOffice, query = '') =>
    lists.call<Body>(principal, 'POST', `/api/v1/match/${scope}${query}`, { queries, config });
  const match = async (queries: Record<string, Record<string, string[]>>, config: object = {}, schema = 'Organization') =>
    (await post(Object.fromEntries(Object.entries(queries).map(([id, properties]) => [id, { schema, properties }])), config)).body
      .responses;
  const one = async (properties: Record<string, string[]>, config: object = {}, schema = 'Organization') =>
    (await match({ q: properties }, config, schema))['q'];
  const purpose = { purpose: '办理资质审批' };

  test('an equal code and name is a match, explained in Chinese, in the shape that yente users know', async () => {
    const answer = await post({
      q1: { schema: 'Organization', properties: { name: ['连云港海州晨光建材有限责任公司'], usccCode: [usccCode] } },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ limit: 5, algorithm: 'lianxin-gb-1' });
    expect(answer.body.registerVersion).toBeGreaterThan(0);
    expect(answer.body.responses['q1']).toMatchObject({
      status: 200,
      total: { value: 1, relation: 'eq' },
      query: { schema: 'Organization', properties: { usccCode: [usccCode] } },
      results: [
        {
          caption: '连云港海州晨光建材有限公司',
          schema: 'Organization',
          datasets: ['register'],
          match: true,
          decision: 'match',
          grade: 'EXACT',
          explanations: { uscc_exact: { score: 1, detail: '18 位统一社会信用代码一致' } },
        },
      ],
    });
  });

  test('an equal code under another name is a conflict for review, never a match', async () => {
    const [result] = (await one({ name: ['连云港赣榆远航物流有限公司'], usccCode: [usccCode] }))?.results ?? [];
    expect(result).toMatchObject({ match: false, decision: 'review', grade: 'CONFLICT' });
  });

  test('the same name with another valid code is nobody, and the reason is told', async () => {
    const answer = await one({ name: ['连云港海州晨光建材有限公司'], usccCode: [nextUscc()] });
    expect(answer?.total.value).toBe(0);
    expect(answer?.results[0]).toMatchObject({ match: false, decision: 'no_match', grade: 'NONE' });
    expect(answer?.results[0]?.explanations['uscc_conflict']?.detail).toContain('不同主体');
  });

  test('a former name counts for a decision of its time only', async () => {
    const named = { name: ['新浦旭日建材有限公司'], usccCode: [usccCode] };
    expect((await one({ ...named, decisionDate: ['2014-06-01'] }))?.results[0]).toMatchObject({ match: true, rule: 'E1' });
    expect((await one({ ...named, decisionDate: ['2020-06-01'] }))?.results[0]).toMatchObject({ match: false, decision: 'review' });
  });

  test('a person needs the full number and the name; a name alone gives nothing, not even a hint', async () => {
    const full = await one({ name: ['周 立新'], idType: ['ID_CARD'], idNumber: [idNumber] }, purpose, 'Person');
    expect(full?.results[0]).toMatchObject({ match: true, grade: 'EXACT', caption: '周*新', schema: 'Person' });
    expect(await one({ name: ['周立新'] }, purpose, 'Person')).toMatchObject({ results: [], total: { value: 0 } });
    const masked = await one({ name: ['周立新'], idNumber: [`${idNumber.slice(0, 6)}********${idNumber.slice(14)}`] }, purpose, 'Person');
    expect(masked?.results[0]).toMatchObject({ match: false, decision: 'review', grade: 'POSSIBLE' });
    const wrong = await one({ name: ['王小明'], idType: ['ID_CARD'], idNumber: [idNumber] }, purpose, 'Person');
    expect(wrong?.results[0]).toMatchObject({ match: false, decision: 'review', grade: 'CONFLICT' });
    for (const answer of [full, masked, wrong]) {
      const shown = JSON.stringify(answer?.results);
      expect([shown.includes(idNumber), shown.includes('周立新')]).toEqual([false, false]);
    }
  });

  test('a query about a person says what for, and is kept without the person', async () => {
    const query = { q: { schema: 'Person', properties: { name: ['周立新'], idType: ['ID_CARD'], idNumber: [idNumber] } } };
    const refused = await post<ProblemBody>(query);
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([400, '/config/purpose']);
    expect((await post(query, purpose)).status).toBe(200);
    const log = await lists.city.query('SELECT actor, purpose, persons, found FROM list_matching.match_query_log ORDER BY id DESC LIMIT 1');
    expect(log).toEqual([{ actor: wageOffice.id, purpose: '办理资质审批', persons: 1, found: 1 }]);
  });

  test('what a person decided against is left out; limit, threshold and scope hold', async () => {
    const first = await one({ name: ['连云港海州晨光建材有限公司'] });
    const id = first?.results[0]?.id ?? '';
    expect(first?.results[0]?.decision).toBe('review');
    expect((await one({ name: ['连云港海州晨光建材有限公司'] }, { excludeEntityIds: [id] }))?.results).toEqual([]);
    expect((await one({ name: ['连云港海州晨光建材有限公司'] }, { changedSince: 1_000_000 }))?.results).toEqual([]);
    expect((await post({ q: { schema: 'Person', properties: {} } }, purpose, 'organisations')).status).toBe(400);
    expect((await post({ q: { properties: {} } }, purpose, 'persons')).status).toBe(400);
    expect((await post({ q: { properties: {} } }, {}, 'elsewhere')).status).toBe(400);
    const inQuery = await post(
      { q: { properties: { name: ['连云港海州晨光建材有限公司'] } } },
      {},
      'all',
      wageOffice,
      `?limit=1&excludeEntityIds=${id}`,
    );
    expect([inQuery.body.limit, inQuery.body.responses['q']?.results]).toEqual([1, []]);
  });

  test('a department sees of the lists only its own', async () => {
    const subject = { kind: 'LEGAL', name: '连云港赣榆远航物流有限公司', usccCode: otherCode, regionCode: '320707' };
    expect((await lists.call(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE', { subject }))).status).toBe(201);
    const query = { q: { properties: { name: ['连云港赣榆远航物流有限公司'], usccCode: [otherCode] } } };
    const tax = principalOf(['DEPT_HANDLER'], ['SHUIJ']);
    expect((await post(query, {}, 'listed')).body.responses['q']?.results[0]?.datasets).toEqual(['register', 'BL-WAGE']);
    expect((await post(query, {}, 'listed', tax)).body.responses['q']?.results).toEqual([]);
    expect((await post(query, {}, 'all', tax)).body.responses['q']?.results[0]?.datasets).toEqual(['register']);
  });

  test.each([
    ['/queries/q/properties/uscc', { q: { properties: { uscc: ['x'] } } }],
    ['/queries/q/properties/decisionDate', { q: { properties: { decisionDate: ['2020-02-30'] } } }],
    ['/queries/a~1b/properties/gender', { 'a/b': { schema: 'Person', properties: { gender: ['?'] } } }],
  ])('what cannot be used is named at %s', async (pointer, queries) => {
    const answer = await post<ProblemBody>(queries, purpose);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  test('a thousand queries at once, not one more; auditors and strangers do not ask', async () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`q${index}`, { properties: { name: [`无此名称${index}有限公司`] } }]),
      );
    const answer = await post(many(1_000));
    expect([answer.status, Object.keys(answer.body.responses ?? {}).length]).toEqual([200, 1_000]);
    expect((await post(many(1_001))).status).toBe(400);
    expect((await post({}, {}, 'all', auditor)).status).toBe(403);
    expect((await post({}, {}, 'all', principalOf(['SUBJECT']))).status).toBe(403);
  });

  test('every feature is explained, thresholds are dated data that only the office changes', async () => {
    const algorithms = await lists.call<{ settings: object; algorithms: { features: object }[] }>(wageOffice, 'GET', '/api/v1/algorithms');
    expect(algorithms.body.settings).toEqual({ 'match.core_min': 0.85, 'match.review_min': 0.6, 'match.retry_days': 30 });
    const set = (body: object, principal = creditOffice) => lists.call<ProblemBody>(principal, 'POST', '/api/v1/algorithms/settings', body);
    const setting = { key: 'match.review_min', value: 0.7, effectiveFrom: daysAgo(0), reason: '试行' };
    expect((await set(setting, wageOffice)).status).toBe(403);
    expect((await set({ ...setting, effectiveFrom: daysAgo(1) })).body.code).toBe('DATE_ORDER');
    expect((await set({ ...setting, value: 2 })).status).toBe(400);
    expect((await set({ ...setting, value: 0.9 })).body.errors?.[0]?.detail).toContain('不能大于');
    expect((await set(setting)).status).toBe(204);
    const changed = await lists.call<{ settings: Record<string, number> }>(wageOffice, 'GET', '/api/v1/algorithms');
    expect(changed.body.settings['match.review_min']).toBe(0.7);
  });

  test('a change that commits late is not missed, whatever its number; another replica sees it too', async () => {
    const other = await lists.city.boot(service, { LIANXIN_MATCH_INLINE_MAX: '0' });
    const seenBy = async (running: typeof other, name: string, code: string) => {
      const answer = await lists.city.call<MatchResponse>(running, wageOffice, 'POST', '/api/v1/match/all', {
        body: { queries: { q: { properties: { name: [name], usccCode: [code] } } } },
      });
      return answer.status === 200 && answer.body.responses['q']?.results[0]?.match === true;
    };
    const [slow, quick] = [nextUscc(), nextUscc()];
    const session = await lists.city.connect();
    await session.query('SET search_path TO list_matching; BEGIN');
    await session.query(
      `INSERT INTO list_matching.subject (id, version, kind, name, uscc_code, provisional) VALUES (uuidv7(), 1, 'LEGAL', '迟到有限公司', $1, false)`,
      [slow],
    );
    await tell({ kind: 'LEGAL', usccCode: quick, name: '先到有限公司', source: '登记', effectiveOn: '2020-01-01' });
    await eventually(
      'both replicas know the quick one',
      async () => (await seenBy(lists.running, '先到有限公司', quick)) && (await seenBy(other, '先到有限公司', quick)),
    );
    expect(await seenBy(lists.running, '迟到有限公司', slow)).toBe(false);
    await session.query('COMMIT');
    await session.end();
    await eventually(
      'both know the slow one',
      async () => (await seenBy(lists.running, '迟到有限公司', slow)) && (await seenBy(other, '迟到有限公司', slow)),
    );
  });
});
