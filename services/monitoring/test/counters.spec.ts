import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { repairDaysMigration } from '../src/migrations/0005-repair-days.ts';
import { openDaysMigration } from '../src/migrations/0007-open-days.ts';
import { listFieldsMigration } from '../src/migrations/0008-list-fields.ts';
import { monthsMigration } from '../src/migrations/0010-months.ts';
import type { Overview, StatsRow } from '../src/stats.schemas.ts';
import { creditOffice, handlerOf, MonitoredCity } from './monitored.city.ts';
import { repaired } from './record.sayings.ts';
import { endOf, Flag, FlagTask } from './sayings.ts';

type RowsPage = Page<StatsRow>;
let city: MonitoredCity;
beforeAll(async () => {
  city = await MonitoredCity.create();
});
afterAll(() => city?.close());

async function figure(code: string, period: string) {
  const { body } = await city.get<Overview>(creditOffice, `/api/v1/stats/overview?period=${period}`);
  return [...body.entries, ...body.figures].find((one) => one.code === code);
}

test('the median of days of repairs stands beside their rate, and what was decided before it was counted counts too (K15)', async () => {
  await city.hear(
    ...repaired('2026-11-02', '2026-11-09'),
    ...repaired('2026-11-02', '2026-11-20'),
    ...repaired('2026-11-02', '2026-11-04'),
  );
  expect(await figure('K15', '2026-11')).toMatchObject({ display: '66.7%' });
  expect(await figure('K15-MEDIAN', '2026-11')).toMatchObject({
    display: '7',
    value: 7,
    denominator: 3,
    rowsHref: expect.stringContaining('K15'),
  });
  expect(await city.wrongCounters()).toEqual([]);
  const tables = await city.readModel();
  for (const table of ['figure_row', 'figure_counter'])
    await city.city.query(`DELETE FROM monitoring.${table} WHERE figure LIKE 'K15-DAYS:%'`);
  await city.city.query(`DELETE FROM monitoring.figure_counter WHERE grain = 'MONTH'`);
  expect(await figure('K15-MEDIAN', '2026-11')).toMatchObject({ display: '–', value: null });
  await city.city.query(`SET search_path TO monitoring; ${repairDaysMigration.sql}; ${monthsMigration.sql}; RESET search_path`);
  expect(await city.readModel()).toEqual(tables);
});

test('the overdue days that counters keep are those that the rows give, also for what was counted before (K17)', async () => {
  const flag = new Flag('BL-WAGE', 'RSJ');
  const tasks = ['2026-08-10', '2026-09-20', '2026-10-05', '2026-11-10'].map(
    (day) => new FlagTask('GGZY', 'WAGE-01', endOf('2026-08-01'), endOf(day)),
  );
  await city.hear(flag.dispatched(tasks, { time: '2026-07-01T02:00:00.000Z' }));
  const today = Math.floor((Date.now() + 8 * 3_600_000) / 86_400_000);
  const late = (days: readonly string[]) => days.reduce((sum, day) => sum + today - Date.parse(day) / 86_400_000, 0);
  const overdue = async (span: string) => {
    const { body } = await city.get<Overview>(creditOffice, `/api/v1/stats/overview?${span}`);
    return Number(body.figures.find((one) => one.code === 'K17-DAYS')?.numerator);
  };
  // A whole quarter, parts of quarters with a month and days, and both together.
  expect(await overdue('period=2026-Q3')).toBe(late(['2026-08-10', '2026-09-20']));
  expect(await overdue('from=2026-08-11&to=2026-11-10')).toBe(late(['2026-09-20', '2026-10-05', '2026-11-10']));
  expect(await overdue('from=2026-01-01&to=2026-12-31')).toBe(late(['2026-08-10', '2026-09-20', '2026-10-05', '2026-11-10']));
  expect(await city.wrongCounters()).toEqual([]);
  const tables = await city.readModel();
  await city.city.query(
    `SET search_path TO monitoring; DELETE FROM figure_counter WHERE grain = 'MONTH'; ALTER TABLE figure_counter DROP COLUMN open_days;
     ${openDaysMigration.sql}; ${monthsMigration.sql}; RESET search_path`,
  );
  expect(await city.readModel()).toEqual(tables);
});

test('a service that is upgraded learns the fields of lists from the entries of before, and hears nothing else again (K13)', async () => {
  await city.hear(
    new Flag('BL-SAFE', 'YJJ', 'BLACK', 'HEALTH_SAFETY').activated('2026-10-02'),
    new Flag('BL-COURT', 'ZY').activated('2026-10-02'),
  );
  const before = { model: await city.readModel(), told: await city.told() };
  expect(before.model['list_heard']).toMatchObject([
    { list_code: 'BL-COURT', field: null },
    { list_code: 'BL-SAFE', field: 'HEALTH_SAFETY' },
  ]);
  await city.running.close();
  await city.city.query(
    `SET search_path TO monitoring; DROP TABLE list_heard, closed_list; SET ROLE monitoring_owner; ${listFieldsMigration.sql}; RESET ROLE; RESET search_path`,
  );
  const positions = await city.city.query<{ topic: string }>('SELECT DISTINCT topic FROM monitoring.consumer_position');
  expect(positions.map(({ topic }) => topic)).toEqual(expect.not.arrayContaining(['lianxin.list_entry']));
  expect(positions.length).toBeGreaterThan(1);
  await city.restart();
  await city.caughtUp();
  expect({ model: await city.readModel(), told: await city.told() }).toEqual(before);
});

test('what is late or open is found wherever it lies among what was done, page by page, each once (K17)', async () => {
  const departments = Array.from({ length: 14 }, (_, place) => `X${String(place).padStart(2, '0')}`);
  for (const listCode of ['BL-TAX', 'BL-FOOD']) {
    const flag = new Flag(listCode, 'RSJ');
    const tasks = departments.flatMap((department) =>
      ['2026-03-10', '2026-06-20', '2026-06-21'].map((day) => new FlagTask(department, 'WAGE-01', endOf('2026-02-01'), endOf(day))),
    );
    await city.hear(flag.dispatched(tasks, { time: '2026-01-05T02:00:00.000Z' }));
    for (const [place, task] of tasks.entries()) {
      if (place % 4 === 0) continue;
      const answer = task.feedback(flag, {
        kind: 'APPLIED',
        submittedAt: place % 5 < 2 ? '2026-02-02T02:00:00.000Z' : '2026-07-02T02:00:00.000Z',
      });
      await city.send(answer.submitted, answer.approved());
    }
  }
  await city.caughtUp();
  for (const [figureCode, part] of [
    ['K17-OPEN', 'NOT is_counted'],
    ['K17-LATE', 'is_counted AND NOT is_timely'],
  ] as const)
    for (const [query, where] of [
      ['from=2026-01-01&to=2026-06-30', "day <= '2026-06-30' AND is_first"],
      ['from=2026-03-11&to=2026-06-20', "day BETWEEN '2026-03-11' AND '2026-06-20' AND is_first"],
      ['from=2026-01-01&to=2026-06-30&listCode=BL-TAX', "day <= '2026-06-30' AND list_code = 'BL-TAX'"],
      ['from=2026-01-01&to=2026-06-30&department=X04', "day <= '2026-06-30' AND is_first AND department_code = 'X04'"],
    ] as const) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const path: string = `/api/v1/stats/rows?figure=${figureCode}&${query}&limit=5${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const answer = await city.get<Page<{ task: { id: string } | null }>>(creditOffice, path);
        const { body }: { body: Page<{ task: { id: string } | null }> } = answer;
        seen.push(...body.data.map((row) => row.task?.id ?? ''));
        cursor = body.page.nextCursor;
      }
      const rows = await city.city.query<{ row_id: string }>(
        `SELECT row_id FROM monitoring.figure_row WHERE figure = 'K07' AND ${part} AND ${where} ORDER BY quarter, department_code, day, row_id, cycle`,
      );
      expect([figureCode, query, seen]).toEqual([figureCode, query, rows.map((row) => row.row_id)]);
      expect(seen.length).toBeGreaterThan(0);
    }
  const own = await city.get<Page<unknown>>(handlerOf('X04'), '/api/v1/stats/rows?figure=K17-OPEN&from=2026-01-01&to=2026-06-30&limit=50');
  const foreign = own.body.data.filter((row) => (row as { departmentCode: string }).departmentCode !== 'X04');
  expect([own.body.data.length > 0, foreign]).toEqual([true, []]);
});

test('a period that is due waits until all is heard that was in the log then: figures are not frozen too early (R-4-12)', async () => {
  const flag = new Flag('BL-WAGE', 'RSJ');
  await city.hear(flag.activated('2026-11-02'));
  // The service hears nothing more for a while.
  const inTheWay = await city.city.connect();
  await inTheWay.query('BEGIN; LOCK TABLE monitoring.inbox IN ACCESS EXCLUSIVE MODE');
  await city.send(new Flag('BL-WAGE', 'RSJ').activated('2026-11-03'));
  const timer = async () => {
    const rows = await city.city.query<{ due_at: Date }>(
      "SELECT due_at FROM monitoring.timer WHERE kind = 'close-period' AND reference = '2026-11'",
    );
    return rows[0]?.due_at;
  };
  const dueAt = await timer();
  if (dueAt === undefined) throw new Error('no timer');
  city.city.turnClock(dueAt.getTime() - Date.now() + 1_000);
  const isClosed = async () => (await city.city.query("SELECT 1 FROM monitoring.closed_period WHERE code = '2026-11'")).length > 0;
  const seen = new Set<number>();
  await eventually('it was put off several times, or was closed', async () => {
    const due = await timer();
    if (due !== undefined) seen.add(due.getTime());
    return seen.size >= 4 || (await isClosed());
  });
  expect(await isClosed()).toBe(false);
  await inTheWay.query('COMMIT');
  await eventually('it is closed now', isClosed);
  expect(await figure('K01-BLACK', '2026-11')).toMatchObject({ display: '2', correction: null });
  await inTheWay.end();
});

test('K13 opens the fields that it counts, each with its lists; it is of the whole city only', async () => {
  const rows = (query: string, who = creditOffice) =>
    city.get<RowsPage>(who, `/api/v1/stats/rows?figure=K13&from=2025-04-01&to=2025-05-31${query}`);
  const [wage, safe, honour] = [
    new Flag('BL-SOC', 'MZJ', 'BLACK', 'MARKET_ORDER'),
    new Flag('BL-SAFE', 'YJJ', 'BLACK', 'HEALTH_SAFETY'),
    new Flag('RL-SAFE', 'YJJ', 'RED'),
  ];
  await city.hear(wage.activated('2025-03-02'), safe.activated('2025-03-02'), honour.activated('2025-03-02'));
  // Of the list of this case nothing else has been heard yet.
  const ahead = new Flag('BL-STAT', 'TJJ', 'BLACK', 'LEGAL_DUTY');
  const task = new FlagTask('TJJ', 'STAT-01', endOf('2025-12-25'), endOf('2025-12-30'));
  await city.hear(wage.caseOf(task, task.taskId, '2025-04-01'), ahead.caseOf(task, task.taskId, '2025-04-01'));
  const ofThese = (all: readonly StatsRow[]) =>
    all
      .map((row) => [row.record?.facts['field'], row.counted, row.listCodes.filter((code) => /^(BL-SOC|..-SAFE|BL-STAT)$/.test(code))])
      .filter(([, , lists]) => (lists as string[]).length > 0);
  expect(ofThese((await rows('')).body.data)).toEqual([
    [null, true, ['BL-STAT']],
    ['HEALTH_SAFETY', false, ['BL-SAFE']],
    ['MARKET_ORDER', true, ['BL-SOC']],
  ]);
  await city.hear(ahead.activated('2025-03-02'));
  expect(ofThese((await rows('&part=numerator')).body.data)).toEqual([
    ['LEGAL_DUTY', true, ['BL-STAT']],
    ['MARKET_ORDER', true, ['BL-SOC']],
  ]);
  // An older entry, heard later, tells nothing new; a page of one goes on where the last ended.
  await city.hear(
    new Flag('BL-STAT', 'TJJ', 'BLACK', 'DEFENCE').activated('2025-02-01'),
    new Flag('BL-STAT', 'TJJ').activated('2025-05-01'),
  );
  const byOne: StatsRow[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: { body: RowsPage } = await rows(`&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    byOne.push(...body.data);
    cursor = body.page.nextCursor;
  }
  expect(byOne).toEqual((await rows('')).body.data);
  expect(ofThese(byOne).map(([field]) => field)).toEqual(['HEALTH_SAFETY', 'LEGAL_DUTY', 'MARKET_ORDER']);
  expect((await rows('', handlerOf('MZJ'))).body).toMatchObject({ code: 'FORBIDDEN' });
  for (const narrow of ['listCode', 'department'])
    expect((await rows(`&${narrow}=RSJ`)).body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ pointer: `/${narrow}` }] });
});
