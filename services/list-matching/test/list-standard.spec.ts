import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, type ProblemBody } from '@lianxin/contracts';
import { creditOffice, ListCity, wageOffice } from './city.ts';
import { daysAgo, today } from './designations.ts';

interface Standard {
  readonly url: string;
  readonly consultedFrom: string;
  readonly consultedTo: string;
  readonly documentNo: string;
}
interface List {
  readonly code: string;
  readonly standard: Standard | null;
}

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

const standard: Standard = {
  url: 'https://credit.example.cn/standards/wage',
  consultedFrom: daysAgo(60),
  consultedTo: daysAgo(30),
  documentNo: '人社规〔2026〕3号',
};
const record = (changes: Partial<Standard> = {}, principal = creditOffice, code = 'BL-WAGE') =>
  lists.call<List & ProblemBody>(principal, 'POST', `/api/v1/lists/${code}/standards`, { ...standard, ...changes });
const wageList = async () => (await lists.call<List>(wageOffice, 'GET', '/api/v1/lists/BL-WAGE')).body.standard;

test('the office records the standard of a list once its consultation is over; everybody sees it, the newest stands (R-2-3)', async () => {
  expect(await wageList()).toBeNull();
  expect((await record()).status).toBe(201);
  expect(await wageList()).toMatchObject(standard);
  const newer = { ...standard, url: 'https://credit.example.cn/standards/wage-2', documentNo: '人社规〔2026〕4号' };
  expect((await record(newer)).body.standard).toMatchObject(newer);
  const { body } = await lists.call<{ data: List[] }>(wageOffice, 'GET', '/api/v1/lists');
  expect(body.data.filter((list) => list.standard !== null).map((list) => [list.code, list.standard?.url])).toEqual([
    ['BL-WAGE', newer.url],
  ]);
  expect(await lists.city.query('SELECT count(*)::int AS kept FROM list_matching.list_standard')).toEqual([{ kept: 2 }]);
});

test.each<[string, () => ReturnType<typeof record>, number, string]>([
  ['by a department', () => record({}, wageOffice), 403, 'FORBIDDEN'],
  ['of no list', () => record({}, creditOffice, 'BL-NONE'), 404, 'NOT_FOUND'],
  ['with too short a consultation', () => record({ consultedTo: daysAgo(40) }), 400, 'VALIDATION_FAILED'],
  ['before its consultation is over', () => record({ consultedTo: addDays(today, 1) }), 400, 'VALIDATION_FAILED'],
  ['without a page', () => record({ url: 'javascript:alert(1)' }), 400, 'VALIDATION_FAILED'],
])('a standard %s is refused and nothing is kept', async (_what, ask, status, code) => {
  const before = await lists.city.query('SELECT count(*) FROM list_matching.list_standard');
  const answer = await ask();
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(await lists.city.query('SELECT count(*) FROM list_matching.list_standard')).toEqual(before);
});
