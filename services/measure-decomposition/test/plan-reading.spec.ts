import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decompositionViewSchema, incidentViewSchema, listEntryActivated } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import { principalOf, type TestAnswer } from '@lianxin/testing';
import { makePlan } from '../src/plan.rules.ts';
import { catalogue, uuid } from './plan-fixtures.ts';
import { PlanTown } from './plan-town.ts';

const office = principalOf(['CREDIT_OFFICE']);
const department = principalOf(['DEPT_HANDLER'], ['RSJ']);
let town: PlanTown;

beforeAll(async () => {
  town = await PlanTown.create('postgres');
});

afterAll(() => town.close());

const get = <Body>(path: string, principal = office): Promise<TestAnswer<Body>> =>
  town.city.call<Body>(town.running, principal, 'GET', path);

describe('who may read a plan', () => {
  test('the credit office reads every item and every skip with clause, rule, reason and documents', async () => {
    const entry = town.newEntry('BL-MKT', { conditions: [{ code: 'FOOD_DRUG', documentNo: '连市监〔2026〕7号' }] });
    await town.feeder.sendRecords(town.lifeOf(entry));
    await town.arrival(entry, 4);
    const { status, body } = await get<{ data: unknown[] }>(`/api/v1/decompositions?entryId=${entry.entryId}`);
    expect(status).toBe(200);
    const [view, ...more] = body.data.map((row) => decompositionViewSchema.parse(row));
    const plan = makePlan(catalogue, entry, { planId: String(view?.planId), planVersion: 1 }).plan;
    expect(more).toEqual([]);
    expect(view).toMatchObject({ status: 'ENDED', planVersion: 4, entryVersion: 6, catalogueVersion: 1, decidedOn: '2026-11-02' });
    expect(view?.steps.map((step) => step.kind)).toEqual(['MADE', 'HELD', 'RELEASED', 'ENDED']);
    expect(view?.groups.map((group) => group.items.map((item) => item.measureCode))).toEqual(
      plan.groups.map((group) => group.measureCodes),
    );
    expect(view?.groups.map((group) => group.skips.map((skip) => skip.measureCode))).toEqual(
      plan.groups.map((group) => group.skips.map((skip) => skip.measureCode)),
    );
    const explanations = view?.groups.flatMap((group) => [...group.items, ...group.skips]).map((one) => one.explanation) ?? [];
    expect(
      explanations.every(({ clause, rule, reasonCode, textZh }) => clause !== '' && rule !== '' && reasonCode !== '' && textZh !== ''),
    ).toBe(true);
    const items = plan.groups.flatMap((group) =>
      group.measureCodes.flatMap((code) => plan.measures.find((measure) => measure.measureCode === code)?.executors ?? []),
    );
    expect(view?.counts).toEqual({
      tasks: items.filter((item) => !item.notice).length,
      notices: items.filter((item) => item.notice).length,
      skips: plan.groups.flatMap((group) => group.skips).length,
    });
  });

  test('an entry without a plan has an empty answer, and a wrong id is refused', async () => {
    const { body } = await get(`/api/v1/decompositions?entryId=${uuid(1)}`);
    expect(body).toEqual({ data: [], page: { nextCursor: null, hasMore: false } });
    expect((await get('/api/v1/decompositions?entryId=1')).status).toBe(400);
    expect((await get('/api/v1/decompositions')).status).toBe(400);
  });

  test('incidents come with what they have in common, filtered and page by page', async () => {
    const incidents = async (query: string) => {
      const ids: string[] = [];
      const views = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const path = `/api/v1/incidents?limit=2&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const answer: TestAnswer<{ data: unknown[]; page: { nextCursor: string | null } }> = await get(path);
        expect(answer.status).toBe(200);
        views.push(...answer.body.data.map((row) => incidentViewSchema.parse(row)));
        cursor = answer.body.page.nextCursor;
      }
      ids.push(...views.map((view) => view.id));
      expect(ids).toEqual([...new Set(ids)].sort().reverse());
      return views;
    };
    const silent = town.newEntry('AB-MKT');
    const lost = [town.newLostEntry(), town.newLostEntry()];
    for (const entry of [silent, ...lost]) await town.feeder.send(listEntryActivated, entry.subjectId, entry);
    await town.arrival(silent, 2);
    for (const entry of lost) await town.arrival(entry, 3);

    expect(await incidents('')).toHaveLength(5);
    expect(await incidents(`entryId=${silent.entryId}`)).toMatchObject([
      { cause: 'NO_MEASURE_FOUND', groupKey: 'AB-MKT', groupSize: 1, measureCode: null },
    ]);
    const withoutDepartment = await incidents('cause=NO_DEPARTMENT&groupKey=REGION:320799');
    expect(withoutDepartment.map((one) => one.measureCode).sort()).toEqual(['SAFE-01', 'SAFE-01', 'SAFE-02', 'SAFE-02']);
    for (const one of withoutDepartment) {
      expect(one).toMatchObject({
        groupSize: 4,
        textZh: `措施 ${one.measureCode} 找不到执行部门 REGION:320799，请补充部门或地区对应关系。`,
      });
    }
  });

  test('a department may not, at the door or in the database', async () => {
    for (const path of [`/api/v1/decompositions?entryId=${uuid(1)}`, '/api/v1/incidents']) {
      expect((await get(path, department)).status).toBe(403);
    }
    const database = await Database.connect('measure-decomposition', {
      LIANXIN_DATABASE_URL: String(town.city.environment['LIANXIN_DATABASE_URL']),
      LIANXIN_DATABASE_SECRET: String(town.city.environment['LIANXIN_DATABASE_SECRET']),
      LIANXIN_DATABASE_POOL: 1,
    });
    try {
      const seen = (principal: typeof office, table: string) =>
        database.transaction(principal, (tx) => tx.query(`SELECT 1 FROM ${table} LIMIT 1`)).then((rows) => rows.length);
      for (const table of ['plan', 'plan_step', 'incident']) {
        expect({ table, department: await seen(department, table), office: await seen(office, table) }).toEqual({
          table,
          department: 0,
          office: 1,
        });
      }
      expect(await seen(office, 'heard_entry')).toBe(0);
      await expect(database.transaction(office, (tx) => tx.execute('DELETE FROM plan'))).rejects.toThrow('permission denied');
      await expect(database.consumerTransaction((tx) => tx.execute("UPDATE plan_step SET kind = 'MADE'"))).rejects.toThrow(
        'permission denied',
      );
    } finally {
      await database.close();
    }
  });
});
