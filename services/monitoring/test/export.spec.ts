import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DepartmentStats, FigureView, Overview, StatsRow } from '../src/stats.schemas.ts';
import { creditOffice, handlerOf, MonitoredCity } from './monitored.city.ts';
import { endOf, Flag, FlagTask } from './sayings.ts';

const quarter = 'period=2026-Q4';
let city: MonitoredCity;
beforeAll(async () => {
  city = await MonitoredCity.create();
  const flag = new Flag('BL-WAGE', 'RSJ', 'BLACK', 'MARKET_ORDER');
  const tasks = ['GGZY', 'CZJ'].map((department) => new FlagTask(department, 'WAGE-01', endOf('2026-12-25'), endOf('2026-12-30')));
  await city.hear(flag.activated('2026-11-02'), flag.dispatched(tasks));
  await city.hear(...tasks.map((task) => task.acknowledged(flag)));
});
afterAll(() => city?.close());

async function csvOf(who: typeof creditOffice, path: string): Promise<string[]> {
  const answer = await fetch(`${city.running.url}${path}`, { headers: { authorization: `Bearer ${await city.token(who)}` } });
  expect(answer.status).toBe(200);
  return (await answer.text()).replace('\uFEFF', '').split('\r\n').slice(0, -1);
}

test.each([
  ['the city', creditOffice],
  ['a department', handlerOf('CZJ')],
] as const)('every figure of %s can be exported as the rows that make it', async (_who, principal) => {
  const { body } = await city.get<Overview>(principal, `/api/v1/stats/overview?${quarter}`);
  const figures: FigureView[] = [...body.entries, ...body.tasks, ...body.figures];
  expect(figures.some((figure) => figure.numerator > 0)).toBe(true);
  // What follows from other figures opens one of those.
  for (const figure of figures.filter(({ code }) => !/^(?:K12|K17-DAYS|K19)$/.test(code))) {
    const rows = await csvOf(principal, figure.rowsHref.replace('/stats/rows?', '/stats/rows/export?format=csv&columns=taskId,counted&'));
    expect([figure.code, rows.length - 1]).toEqual([figure.code, figure.denominator ?? figure.numerator]);
    const screen = await city.get<{ data: StatsRow[] }>(principal, `${figure.rowsHref}&limit=200`);
    expect(rows.slice(1)).toEqual(
      screen.body.data.map((row) => `${row.task?.id ?? row.case?.taskId ?? row.feedback?.taskId ?? ''},${row.counted ? '是' : '否'}`),
    );
  }
  expect((await csvOf(principal, `/api/v1/stats/overview/export?format=csv&columns=code,numerator&${quarter}`)).slice(1)).toEqual(
    figures.map((figure) => `${figure.code},${figure.numerator}`),
  );
});

test('the fields of K13 are exported as the rows that make it, for the whole city only', async () => {
  const rows = await csvOf(
    creditOffice,
    `/api/v1/stats/rows/export?format=csv&figure=K13&columns=recordId,listCodes,counted,subject&${quarter}`,
  );
  // A field is nobody: it has no code of a subject either.
  expect(rows.slice(1)).toEqual(['MARKET_ORDER,BL-WAGE,否,']);
  expect((await city.get(handlerOf('CZJ'), `/api/v1/stats/rows/export?format=csv&figure=K13&${quarter}`)).status).toBe(403);
});

test('the figures of departments are exported one line for each', async () => {
  const { body } = await city.get<DepartmentStats>(creditOffice, `/api/v1/stats/departments?${quarter}`);
  const rows = await csvOf(creditOffice, `/api/v1/stats/departments/export?format=csv&columns=departmentCode,code,numerator&${quarter}`);
  expect(rows.slice(1)).toEqual(
    body.data.flatMap((one) => one.figures.map((figure) => `${one.departmentCode},${figure.code},${figure.numerator}`)),
  );
});

test('the stream of events is exported as each receiver gets it', async () => {
  for (const who of [creditOffice, handlerOf('CZJ')]) {
    const { body } = await city.get<{ data: { id: string }[] }>(who, '/api/v1/events?limit=500');
    expect(body.data.length).toBeGreaterThan(0);
    expect((await csvOf(who, '/api/v1/events/export?format=csv&columns=id')).slice(1)).toEqual(body.data.map((event) => event.id));
  }
  const only = await csvOf(creditOffice, '/api/v1/events/export?format=csv&columns=type&types=lianxin.list_entry.activated.v1');
  expect(new Set(only.slice(1))).toEqual(new Set(['lianxin.list_entry.activated.v1']));
});

test.each([
  ['/api/v1/stats/rows/export', 400],
  ['/api/v1/stats/rows/export?figure=K99', 400],
  [`/api/v1/stats/rows/export?figure=TASKS-DISPATCHED&part=denominator`, 400],
  ['/api/v1/stats/overview/export?period=2026', 400],
  ['/api/v1/events/export?department=GGZY', 404],
])('%s is refused like its list', async (path, status) => {
  expect((await city.get(handlerOf('CZJ'), path)).status).toBe(status);
});
