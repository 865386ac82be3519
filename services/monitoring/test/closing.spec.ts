import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { Overview, Ranking } from '../src/stats.schemas.ts';
import { creditOffice, handlerOf, MonitoredCity } from './monitored.city.ts';
import { tallied } from './record.sayings.ts';
import { catalogue, endOf, Flag, FlagTask } from './sayings.ts';

const dayMs = 86_400_000;
let city: MonitoredCity;
const flag = new Flag('BL-WAGE', 'RSJ');
const tasksOf = (department: string) =>
  Array.from({ length: 5 }, (_, place) => new FlagTask(department, `WAGE-1${place}`, endOf('2026-12-25'), endOf('2026-12-30')));
const [procurement, civility] = [tasksOf('GGZY'), tasksOf('WMB')];

beforeAll(async () => {
  city = await MonitoredCity.create();
  // A second process of the same service: whichever fires first closes.
  await city.city.boot(service);
  await city.hear(...catalogue(1, { GGZY: '市公共资源交易中心', WMB: '市文明办' }, { 'WAGE-10': '措施' }));
  await city.hear(flag.activated('2026-11-02'), flag.dispatched([...procurement, ...civility]));
  await city.hear(new Flag('BL-TAX', 'RSJ').activated('2026-10-09'));
  for (const task of procurement) {
    const feedback = task.feedback(flag, { kind: 'APPLIED' });
    await city.hear(feedback.submitted, feedback.approved());
  }
});
afterAll(() => city?.close());

async function figure(code: string, period: string, who = creditOffice) {
  const { body } = await city.get<Overview>(who, `/api/v1/stats/overview?period=${period}`);
  const found = [...body.entries, ...body.figures].find((one) => one.code === code);
  if (found === undefined) throw new Error(`there is no ${code}`);
  return { display: found.display, correction: found.correction?.display ?? null, isClosed: body.period.closedAt !== null };
}

describe('a period that closes (R-10-1, R-4-12)', () => {
  test('while it is open it shows what is so now', async () => {
    expect(await figure('K07', '2026-Q4')).toEqual({ display: '50.0%', correction: null, isClosed: false });
    expect(await figure('K07', '2026-12')).toEqual({ display: '50.0%', correction: null, isClosed: false });
    expect(await figure('K01-BLACK', '2026-11')).toMatchObject({ display: '1' });
  });

  test('before its deadlines nobody is ranked by it (R-10-2)', async () => {
    const { body } = await city.get<Ranking>(creditOffice, '/api/v1/stats/ranking?period=2026-Q4');
    expect(body.ranked).toEqual([]);
    expect(body.unranked.find((one) => one.departmentCode === 'WMB')).toMatchObject({ reason: 'TOO_FEW_CYCLES', dueCycles: 0 });
    expect(body.period).toMatchObject({ code: '2026-Q4', to: '2026-12-31' });
  });

  test('weeks later, after a downtime, every month and the quarter are closed, each once, and the running ones are not', async () => {
    const days = Math.ceil((Date.parse('2027-01-12T02:00:00Z') - Date.now()) / dayMs);
    city.city.turnClock(days * dayMs);
    const expected = ['2026-11', '2026-12', '2026-Q4'];
    await eventually('the periods are closed', async () => {
      const closed = await city.city.query<{ code: string }>('SELECT code FROM monitoring.closed_period ORDER BY code');
      return expected.every((code) => closed.some((one) => one.code === code));
    });
    expect((await figure('K07', '2026-Q4')).isClosed).toBe(true);
    expect((await figure('K07', '2027-Q1')).isClosed).toBe(false);
    expect((await figure('K07', '2027-01')).isClosed).toBe(false);
  });

  test('what comes later never changes it: the correction stands beside, for the city and for the department', async () => {
    const [first] = civility;
    if (first === undefined) throw new Error('no task');
    const late = first.feedback(flag, { kind: 'APPLIED', submittedAt: '2027-01-11T02:00:00.000Z' });
    await city.hear(late.submitted, late.approved());
    expect(await figure('K07', '2026-Q4')).toEqual({ display: '50.0%', correction: '60.0%', isClosed: true });
    expect(await figure('K07', '2026-12', handlerOf('WMB'))).toEqual({ display: '0.0%', correction: '20.0%', isClosed: true });
    expect(await figure('K05', '2026-Q4')).toMatchObject({ correction: null });
    // The same days asked for by their dates are the same period.
    const { body } = await city.get<Overview>(creditOffice, '/api/v1/stats/overview?from=2026-10-01&to=2026-12-31');
    expect(body.figures.find(({ code }) => code === 'K07')).toMatchObject({ display: '50.0%', correction: { display: '60.0%' } });
    // An open span of the same days and one more counts what is so now.
    const open = await city.get<Overview>(creditOffice, '/api/v1/stats/overview?from=2026-10-01&to=2027-01-01');
    expect(open.body.figures.find(({ code }) => code === 'K07')).toMatchObject({ display: '60.0%', correction: null });
  });

  test('a field that a list gets later moves no closed figure (K13)', async () => {
    const fields = async () => {
      const { body } = await city.get<Overview>(creditOffice, '/api/v1/stats/overview?period=2026-Q4');
      const found = body.figures.find(({ code }) => code === 'K13');
      return [found?.numerator, found?.denominator, found?.correction?.denominator];
    };
    expect(await fields()).toEqual([0, 2, undefined]);
    const told = ['BL-WAGE', 'BL-TAX'].map((list) => new Flag(list, 'RSJ', 'BLACK', 'MARKET_ORDER').activated('2027-01-11'));
    await city.hear(...told);
    expect(await fields()).toEqual([0, 2, 1]);
  });

  test('decisions that are declared too late leave a dash and a correction (K18)', async () => {
    expect(await figure('K18-REPORTED', '2026-11')).toEqual({ display: '–', correction: null, isClosed: true });
    await city.hear(tallied(20, 18));
    expect(await figure('K18-REPORTED', '2026-11')).toEqual({ display: '–', correction: '90.0%', isClosed: true });
    expect(await city.wrongCounters()).toEqual([]);
  });

  test('the overdue days of a closed period stand too; those of now go on', async () => {
    const frozen = await figure('K17-DAYS', '2026-Q4');
    expect(Number(frozen.display)).toBeGreaterThan(5 * 5);
    expect(await figure('K17-OPEN', '2026-Q4')).toMatchObject({ display: '5', correction: '4' });
  });

  test('an answer that came late counts its days, until it is sent back', async () => {
    const [, second] = civility;
    if (second === undefined) throw new Error('no task');
    const answer = { kind: 'APPLIED', submittedAt: '2027-01-11T02:00:00.000Z', rejectedAt: '2027-01-12T02:00:00.000Z' } as const;
    const late = second.feedback(flag, answer);
    await city.hear(late.submitted, late.approved());
    expect(await figure('K17-LATE', '2026-Q4')).toMatchObject({ display: '0', correction: '2' });
    expect(await city.wrongCounters()).toEqual([]);
    await city.hear(late.rejected());
    expect(await figure('K17-LATE', '2026-Q4')).toMatchObject({ display: '0', correction: '1' });
    expect(await city.wrongCounters()).toEqual([]);
  });

  test('what was cancelled, because it never began, is no lift that is due; what must be undone is (K14)', async () => {
    const [third, fourth] = civility.slice(2);
    if (third === undefined || fourth === undefined) throw new Error('no tasks');
    const liftDueAt = endOf('2027-01-15');
    await city.hear(flag.lifting([third], { status: 'CANCELLED', liftDueAt }), flag.lifting([fourth], { liftDueAt }));
    expect(await figure('K14', '2027-Q1')).toMatchObject({ display: '0.0%' });
    const { body } = await city.get<{ data: unknown[] }>(creditOffice, '/api/v1/stats/rows?period=2027-Q1&figure=K14');
    expect(body.data).toMatchObject([{ counted: false, day: '2027-01-15', task: { id: fourth.taskId, dueAt: liftDueAt } }]);
  });

  test('a restart closes nothing anew', async () => {
    const closed = () => city.city.query('SELECT code, closed_at FROM monitoring.closed_period ORDER BY code');
    const before = await closed();
    await city.restart();
    expect(await closed()).toEqual(before);
    expect(await figure('K07', '2026-Q4')).toMatchObject({ display: '50.0%' });
  });
});

describe('the ranking of departments (R-10-2)', () => {
  test('follows the closed period, whoever answers later', async () => {
    const { body } = await city.get<Ranking>(creditOffice, '/api/v1/stats/ranking?period=2026-Q4');
    expect(body.ranked).toMatchObject([
      {
        rank: 1,
        departmentCode: 'GGZY',
        departmentNameZh: '市公共资源交易中心',
        score: 100,
        colour: 'GREEN',
        dueCycles: 5,
        overdueDays: 0,
      },
      { rank: 2, departmentCode: 'WMB', score: 0, colour: 'RED', dueCycles: 5 },
    ]);
    expect(body.unranked.map((one) => [one.departmentCode, one.reason])).toEqual([['RSJ', 'TOO_FEW_CYCLES']]);
  });

  test('is not shown to a department', async () => {
    expect((await city.get(handlerOf('WMB'), '/api/v1/stats/ranking')).status).toBe(403);
    expect((await city.get(handlerOf('WMB'), '/api/v1/stats/ranking/export?format=csv')).status).toBe(403);
  });
});
