import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Door } from '../test/door.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const period = { code: '2026-Q3', from: '2026-07-01', to: '2026-09-30', closedAt: '2026-10-12T02:00:00Z' };
const figure = (code: string, correction: object | null = null) => ({
  ...{
    code,
    nameZh: `指标${code}`,
    numerator: 5,
    denominator: 10,
    value: 50,
    display: '50.0%',
    correction,
    rowsHref: `/api/v1/stats/rows?figure=${code}`,
  },
});
const overview = {
  scope: 'CITY',
  period,
  listCode: null,
  entries: [figure('K01-BLACK')],
  tasks: [figure('TASKS-LIFTING')],
  figures: [figure('K07', { display: '60.0%' })],
};
const rowOf = (part: object) => ({
  ...{ figure: 'K07', counted: true, day: '2026-08-10', departmentCode: 'CZJ', departmentNameZh: '市财政局', listCodes: ['BL-TAX'] },
  ...{ task: null, entry: null, case: null, feedback: null, record: null },
  ...part,
});
let door: Door;
beforeAll(async () => {
  door = await Door.open();
});
afterAll(() => door?.close());

test('the overview names every figure with its parts, and of a closed period the correction beside it (R-10-1)', async () => {
  door.says(() => ({ status: 200, body: overview }));
  const ended = await door.typed('stats', 'show', '--period', '2026-Q3', '--list', 'BL-TAX', '--department', 'CZJ');
  expect(door.heard.map(({ path }) => path)).toEqual(['/api/v1/stats/overview?period=2026-Q3&listCode=BL-TAX&department=CZJ']);
  expect([ended.code, ended.err.includes('已于')]).toEqual([0, true]);
  for (const word of ['K01-BLACK', 'TASKS-LIFTING', 'K07', '50.0%', '60.0%']) expect(ended.out).toContain(word);
  expect(JSON.parse((await door.typed('stats', 'show', '-o', 'json')).out)).toEqual(overview);
});

test('each figure opens its rows, whatever they are of, page by page', async () => {
  const parts = [
    { task: { id, status: 'ON_HOLD', measureCode: 'TAX-01' } },
    { entry: { id, status: 'ACTIVE', number: 'LYG-MD-2026-000001' } },
    { case: { id, measureCode: 'TAX-02' } },
    { feedback: { id, kind: 'HIT' } },
    { record: { id, kind: 'OBJECTION', facts: {} } },
  ];
  door.says(({ path }) => {
    const isFirst = !path.includes('cursor=');
    return {
      status: 200,
      body: {
        data: (isFirst ? parts.slice(0, 3) : parts.slice(3)).map(rowOf),
        page: { nextCursor: isFirst ? 'n' : null, hasMore: isFirst },
      },
    };
  });
  const ended = await door.typed('stats', 'rows', 'K07', '--part', 'numerator', '--from', '2026-07-01', '--to', '2026-09-30');
  expect(door.heard.map(({ path }) => path)).toEqual([
    '/api/v1/stats/rows?from=2026-07-01&to=2026-09-30&figure=K07&part=numerator&limit=50',
    '/api/v1/stats/rows?from=2026-07-01&to=2026-09-30&figure=K07&part=numerator&limit=47&cursor=n',
  ]);
  for (const word of ['task TAX-01', 'ON_HOLD', 'entry LYG-MD-2026-000001', 'case TAX-02', 'feedback HIT', 'record OBJECTION'])
    expect(ended.out).toContain(word);
  expect(ended.out.split(id)).toHaveLength(6);
});

test('departments are shown figure by figure, and the ranking with those that have no place', async () => {
  const department = { departmentCode: 'CZJ', departmentNameZh: '市财政局', figures: [figure('K07'), figure('K14')] };
  door.says(() => ({ status: 200, body: { period, listCode: null, data: [department] } }));
  const lines = (await door.typed('stats', 'departments', '--figure', 'K14', '-o', 'csv')).out.trim().split('\n');
  expect([lines.length, lines[1]]).toEqual([2, expect.stringMatching(/^CZJ,K14,/)]);
  const place = { departmentCode: 'CZJ', departmentNameZh: null, dueCycles: 9 };
  const ranked = [{ ...place, group: 'CITY', rank: 1, score: 91.5, colour: 'GREEN', overdueDays: 2 }];
  const unranked = [{ ...place, departmentCode: 'WMB', dueCycles: 1, reason: 'TOO_FEW_CYCLES' }];
  door.says(() => ({ status: 200, body: { period: { ...period, closedAt: null }, listCode: null, ranked, unranked } }));
  const { out, err } = await door.typed('stats', 'ranking');
  expect([out.includes('91.5'), out.includes('到期周期不足'), err.includes('尚未关账')]).toEqual([true, true, true]);
});

test.each([
  ['no figure', ['rows']],
  ['a part that is none', ['rows', 'K07', '--part', 'half']],
  ['a day that does not exist', ['show', '--from', '2026-02-30', '--to', '2026-03-01']],
])('%s is a fault of usage, and nothing is asked', async (_what, words) => {
  door.says(() => ({ status: 200, body: {} }));
  expect([(await door.typed('stats', ...words)).code, door.heard]).toEqual([2, []]);
});
