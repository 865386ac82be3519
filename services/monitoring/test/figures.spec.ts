import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DepartmentStats, FigureView, Overview, StatsRow } from '../src/stats.schemas.ts';
import { creditOffice, handlerOf, MonitoredCity } from './monitored.city.ts';
import { objected, penalised, planned, repaired, reported, tallied, urged, verified } from './record.sayings.ts';
import { catalogue, endOf, Flag, FlagTask } from './sayings.ts';

const quarter = 'period=2026-Q4';
let city: MonitoredCity;

beforeAll(async () => {
  city = await MonitoredCity.create();
});
afterAll(async () => {
  await city.close();
});

async function overview(principal = creditOffice, query = quarter): Promise<Overview> {
  const answer = await city.get<Overview>(principal, `/api/v1/stats/overview?${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

function figuresOf(view: Overview): FigureView[] {
  return [...view.entries, ...view.tasks, ...view.figures];
}

/** The figures that this story counts by hand; the others have tests of their own. */
const first = /^(?:K01-.*|TASKS-.*|K05|K07|K11-.*)$/;

/** `K05 2/4 50.0%` for a rate, `K11-PUNISH 1` for a count, of all figures that are not empty. */
async function readings(principal = creditOffice, query = quarter): Promise<string[]> {
  return figuresOf(await overview(principal, query))
    .filter((figure) => first.test(figure.code) && (figure.numerator > 0 || (figure.denominator ?? 0) > 0))
    .map((figure) =>
      figure.denominator === null
        ? `${figure.code} ${figure.display}`
        : `${figure.code} ${figure.numerator}/${figure.denominator} ${figure.display}`,
    );
}

interface RowsPage {
  readonly data: StatsRow[];
  readonly page: { readonly nextCursor: string | null };
}

async function rowsOf(principal: typeof creditOffice, href: string): Promise<StatsRow[]> {
  const rows: StatsRow[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `${href}&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
    const answer = await city.get<RowsPage>(principal, path);
    expect(answer.status).toBe(200);
    rows.push(...answer.body.data);
    cursor = answer.body.page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** Its rows count more than one thing each. */
const isOfReports = (code: string) => /^K18-(?:VALID|REPORTED)$/.test(code);

/** Every figure of a view opens as many rows as it says, each once; so does its numerator. */
async function expectToOpen(principal: typeof creditOffice, figures: readonly FigureView[]): Promise<void> {
  // What follows from other figures opens one of those; what is overdue grows with the days.
  for (const figure of figures.filter(({ code }) => !/^(?:K12|K15-MEDIAN|K17-DAYS|K19)$/.test(code))) {
    const rows = await rowsOf(principal, figure.rowsHref);
    const sum = (part: 'denominator' | 'numerator') => rows.reduce((total, row) => total + row.amounts[part], 0);
    expect([figure.code, sum('denominator'), sum('numerator')]).toEqual([
      figure.code,
      figure.denominator ?? figure.numerator,
      figure.numerator,
    ]);
    if (!isOfReports(figure.code)) {
      expect([figure.code, rows.length]).toEqual([figure.code, figure.denominator ?? figure.numerator]);
      expect([figure.code, rows.filter((row) => row.counted).length]).toEqual([figure.code, figure.numerator]);
    }
    const ids = rows.map((row) =>
      [
        row.task?.id ?? row.case?.id ?? row.entry?.id ?? row.feedback?.id ?? row.record?.id,
        row.task?.cycle ?? row.entry?.activationNo,
      ].join(),
    );
    expect(new Set(ids).size).toBe(rows.length);
    expect(await rowsOf(principal, `${figure.rowsHref}&part=numerator`)).toEqual(rows.filter((row) => row.counted));
    if (figure.denominator !== null) expect(await rowsOf(principal, `${figure.rowsHref}&part=denominator`)).toEqual(rows);
  }
}

describe('the story of one flag, counted by hand', () => {
  const flag = new Flag('BL-WAGE', 'RSJ');
  const [procurement, honours, funds] = ['GGZY', 'WMB', 'CZJ'].map(
    (department, index) => new FlagTask(department, `WAGE-0${index + 1}`, endOf('2026-12-25'), endOf('2026-12-30')),
  ) as [FlagTask, FlagTask, FlagTask];
  const unsupervised = new FlagTask('ZZB', 'WAGE-09', null, null);
  const lastDay = new FlagTask('JRJ', 'WAGE-04', endOf('2026-12-31'), endOf('2027-01-20'));
  const all = [procurement, honours, funds, unsupervised, lastDay];

  afterAll(async () => {
    expect(await city.wrongCounters()).toEqual([]);
  });

  test('before anything happens every rate is a dash and every count is nought', async () => {
    const view = await overview();
    expect(view).toMatchObject({ scope: 'CITY', period: { code: '2026-Q4', from: '2026-10-01', to: '2026-12-31' } });
    const empty = view.figures.map((figure) => `${figure.code} ${figure.display}`);
    expect(empty).toEqual(
      expect.arrayContaining(['K05 –', 'K07 –', 'K09 –', 'K12 –', 'K19 –', 'K11-PUNISH 0', 'K11-REWARD 0', 'K17-DAYS 0']),
    );
    expect(view.figures.find(({ code }) => code === 'K05')).toMatchObject({ numerator: 0, denominator: 0, value: null });
  });

  test('an entry that comes into force counts as collected; its tasks count where their deadline falls, the unsupervised and notices nowhere', async () => {
    await city.hear(flag.activated('2026-11-02'), flag.dispatched(all, { notices: ['BANKS-LYG'] }));
    expect(await readings()).toEqual(['K01-BLACK 1', 'TASKS-DISPATCHED 5', 'K05 0/4 0.0%', 'K07 0/3 0.0%']);
    expect(await readings(creditOffice, 'period=2027-Q1')).toEqual(['TASKS-DISPATCHED 5', 'K07 0/1 0.0%']);
    await expectToOpen(creditOffice, figuresOf(await overview()));
  });

  test('signed tasks raise the response rate, approved feedback the feedback rate; a feedback that waits does not', async () => {
    await city.hear(procurement.acknowledged(flag), honours.acknowledged(flag), funds.acknowledged(flag));
    const first = procurement.feedback(flag, { kind: 'APPLIED' });
    await city.hear(first.submitted);
    expect(await readings()).toEqual(['K01-BLACK 1', 'TASKS-DISPATCHED 2', 'TASKS-ACKNOWLEDGED 3', 'K05 3/4 75.0%', 'K07 0/3 0.0%']);
    await city.hear(first.approved(), flag.caseOf(procurement, first.feedbackId, '2026-11-20'));
    expect(await readings()).toContain('K07 1/3 33.3%');
    expect(await readings()).toContain('K11-PUNISH 1');
  });

  test('a zero report and a refusal with an accepted reason answer their cycle, one without a reason or sent back does not', async () => {
    const zero = honours.feedback(flag, { kind: 'ZERO' });
    await city.hear(zero.submitted, zero.approved());
    expect(await readings()).toContain('K07 2/3 66.7%');
    const back = funds.feedback(flag, { kind: 'APPLIED' });
    await city.hear(back.submitted, back.rejected());
    const silent = funds.feedback(flag, { kind: 'NOT_APPLIED' });
    await city.hear(silent.submitted, silent.approved());
    expect(await readings()).toContain('K07 2/3 66.7%');
    const reasoned = funds.feedback(flag, { kind: 'NOT_APPLIED', notAppliedReason: 'NO_BUSINESS_RELATION' });
    await city.hear(reasoned.submitted, reasoned.approved());
    expect(await readings()).toContain('K07 3/3 100.0%');
    await expectToOpen(creditOffice, figuresOf(await overview()));
  });

  test('while the entry is suspended nothing of it is due, and the case stays a case', async () => {
    await city.hear(flag.held(all));
    expect(await readings()).toEqual(['K01-BLACK 1', 'TASKS-ON_HOLD 5', 'K11-PUNISH 1']);
    await expectToOpen(creditOffice, figuresOf(await overview()));
  });

  test('when it runs on, each task is due where its shifted deadline falls', async () => {
    await city.hear(flag.released([procurement, honours, funds], 'FED_BACK'), flag.released([unsupervised], 'DISPATCHED'));
    await city.hear(flag.released([lastDay], 'DISPATCHED', { acknowledgeDueAt: endOf('2027-01-04'), feedbackDueAt: endOf('2027-01-25') }));
    expect(await readings()).toEqual([
      'K01-BLACK 1',
      'TASKS-DISPATCHED 2',
      'TASKS-FED_BACK 3',
      'K05 3/3 100.0%',
      'K07 3/3 100.0%',
      'K11-PUNISH 1',
    ]);
    expect(await readings(creditOffice, 'period=2027-Q1')).toContain('K05 0/1 0.0%');
    expect(await readings(creditOffice, 'from=2026-12-26&to=2027-01-04')).toEqual([
      'TASKS-DISPATCHED 2',
      'TASKS-FED_BACK 3',
      'K05 0/1 0.0%',
      'K07 3/3 100.0%',
    ]);
    await expectToOpen(creditOffice, figuresOf(await overview(creditOffice, 'from=2026-12-26&to=2027-01-04')));
  });

  test('each department has its row, with its name once the catalogue is known; one without figures shows dashes', async () => {
    await city.hear(
      ...catalogue(
        1,
        { GGZY: '市公共资源交易中心', WMB: '市文明办', SWJ: '市商务局', ZZB: '市委组织部' },
        { 'WAGE-01': '限制参加政府采购' },
      ),
    );
    const { body } = await city.get<DepartmentStats>(creditOffice, `/api/v1/stats/departments?${quarter}`);
    expect(
      body.data.map((row) => [
        row.departmentCode,
        row.departmentNameZh,
        row.supervised,
        ...row.figures.filter(({ code }) => first.test(code)).map((figure) => figure.display),
      ]),
    ).toEqual([
      ['CZJ', null, null, '100.0%', '100.0%', '0', '0'],
      ['GGZY', '市公共资源交易中心', true, '100.0%', '100.0%', '1', '0'],
      ['JRJ', null, null, '–', '–', '0', '0'],
      ['RSJ', null, null, '–', '–', '0', '0'],
      ['SWJ', '市商务局', true, '–', '–', '0', '0'],
      ['WMB', '市文明办', true, '100.0%', '100.0%', '0', '0'],
      ['ZZB', '市委组织部', false, '–', '–', '0', '0'],
    ]);
    for (const row of body.data) await expectToOpen(creditOffice, row.figures);
    const rows = await rowsOf(creditOffice, `/api/v1/stats/rows?figure=K05&department=GGZY&${quarter}`);
    expect(rows).toMatchObject([
      {
        counted: true,
        day: '2026-12-25',
        departmentNameZh: '市公共资源交易中心',
        listCodes: ['BL-WAGE'],
        task: { id: procurement.taskId, measureNameZh: '限制参加政府采购', status: 'FED_BACK', entryIds: [flag.entryId] },
      },
    ]);
  });

  test('a department sees its own figures and rows and nobody else’s, whatever it asks for', async () => {
    const own = await city.get<DepartmentStats>(handlerOf('GGZY'), `/api/v1/stats/departments?${quarter}`);
    expect(own.body.data.map((row) => row.departmentCode)).toEqual(['GGZY']);
    await expectToOpen(handlerOf('GGZY'), own.body.data[0]?.figures ?? []);
    expect(await overview(handlerOf('GGZY'))).toMatchObject({ scope: 'DEPARTMENT' });
    expect(await readings(handlerOf('GGZY'))).toEqual(['TASKS-FED_BACK 1', 'K05 1/1 100.0%', 'K07 1/1 100.0%', 'K11-PUNISH 1']);
    expect(await readings(handlerOf('RSJ'))).toEqual(['K01-BLACK 1']);
    expect((await city.get<DepartmentStats>(handlerOf('GGZY'), '/api/v1/stats/departments?department=WMB')).body.data).toEqual([]);
    expect(await rowsOf(handlerOf('GGZY'), `/api/v1/stats/rows?figure=K05&department=WMB&${quarter}`)).toEqual([]);
    expect(await readings(handlerOf('GGZY'), `${quarter}&department=WMB`)).toEqual([]);
    expect((await rowsOf(handlerOf('GGZY'), `/api/v1/stats/rows?figure=K05&${quarter}`)).map((row) => row.departmentCode)).toEqual([
      'GGZY',
    ]);
    const nobody = { ...handlerOf('GGZY'), departments: [] };
    expect(await readings(nobody)).toEqual([]);
    expect(await rowsOf(nobody, `/api/v1/stats/rows?figure=K05&${quarter}`)).toEqual([]);
  });

  test('a task that is lifted before its deadline is due no more, one that is lifted after it stays in the figures of its period', async () => {
    await city.hear(
      flag.lifting([procurement, unsupervised, lastDay]),
      flag.lifting([honours, funds], { time: '2027-02-01T02:00:00.000Z' }),
    );
    expect(await readings()).toEqual(['K01-BLACK 1', 'TASKS-LIFTING 5', 'K05 2/2 100.0%', 'K07 2/2 100.0%', 'K11-PUNISH 1']);
    expect(await readings(creditOffice, 'period=2027-Q1')).toEqual(['TASKS-LIFTING 5']);
    await expectToOpen(creditOffice, figuresOf(await overview()));
  });
});

test('every figure of §10.1, once something is counted in it, opens exactly the rows that make it', async () => {
  const other = await MonitoredCity.create();
  const before = city;
  city = other;
  try {
    const wage = new Flag('BL-WAGE', 'RSJ', 'BLACK', 'MARKET_ORDER');
    const left = new Flag('BL-TAX', 'SHUIJ', 'BLACK', 'MARKET_ORDER');
    const court = new Flag('BL-COURT', 'ZY', 'BLACK', 'LEGAL_DUTY');
    const honour = new Flag('RL-TAXA', 'SHUIJ', 'RED');
    // Two in time, one late, one not at all; then one that is being lifted.
    const tasks = ['GGZY', 'WMB', 'CZJ', 'SFJ', 'KJJ'].map(
      (department) => new FlagTask(department, 'WAGE-01', endOf('2026-11-16'), endOf('2026-11-18')),
    ) as [FlagTask, FlagTask, FlagTask, FlagTask, FlagTask];
    const [hit, applied, late, , lifted] = tasks;
    const reward = new FlagTask('GXJ', 'RGEN-01', endOf('2026-12-25'), endOf('2026-12-30'));
    await other.hear(
      wage.activated('2026-11-02'),
      planned(wage, '2026-11-02'),
      wage.dispatched(tasks, { time: '2026-11-02T02:00:00.000Z' }),
    );
    await other.hear(left.activated('2026-11-03'), planned(left, '2026-11-03'), left.exited('2026-11-20'), honour.activated('2026-11-04'));
    await other.hear(court.activated('2026-11-05'));
    await other.hear(hit.acknowledged(wage), applied.acknowledged(wage), late.acknowledged(wage));
    const answers = [
      hit.feedback(wage, { kind: 'HIT', submittedAt: '2026-11-17T02:00:00.000Z' }),
      applied.feedback(wage, { kind: 'APPLIED', submittedAt: '2026-11-17T02:00:00.000Z' }),
      late.feedback(wage, { kind: 'NOT_APPLIED', submittedAt: '2026-11-20T02:00:00.000Z', notAppliedReason: 'NO_BUSINESS_RELATION' }),
    ];
    for (const answer of answers) await other.hear(answer.submitted, answer.approved());
    await other.hear(wage.caseOf(hit, answers[0]?.feedbackId ?? '', '2026-11-18'), honour.caseOf(reward, reward.taskId, '2026-11-18'));
    await other.hear(wage.lifting([lifted], { time: '2026-11-21T02:00:00.000Z', liftDueAt: endOf('2026-11-25') }));
    await other.hear(...repaired('2026-11-02', '2026-11-18'), ...repaired('2026-11-02', '2026-11-23'));
    await other.hear(...objected('UPHELD'), ...objected('DISMISSED'), ...verified('2026-11-19'), ...verified());
    await other.hear(penalised('2026-11-09'), penalised('2026-11-12'), urged('SFJ'));
    const undone = randomUUIDv7();
    await other.hear(reported(10, 7), reported(5, 0), reported(100, 1, undone), reported(0, 0, undone, 2));
    // Of November all but two, one of them reported late; of October more than was declared in the end; January is of another quarter.
    const [november, october] = [randomUUIDv7(), randomUUIDv7()];
    await other.hear(tallied(20, 17, '2026-11', november), tallied(9, 5, '2026-10', october));
    await other.hear(tallied(20, 18, '2026-11', november, 2), tallied(2, 5, '2026-10', october, 2), tallied(9, 0, '2027-01'));

    const view = await overview();
    const shown = new Map(view.figures.map((figure) => [figure.code, figure.display]));
    expect(Object.fromEntries(shown)).toMatchObject({
      ...{ K02: '100.0%', K03: '100.0%', K04: '50.0%', K05: '60.0%', K07: '60.0%', K08: '40.0%', K09: '100.0%', K10: '1' },
      ...{
        'K11-PUNISH': '1',
        'K11-REWARD': '1',
        K13: '50.0%',
        K14: '0.0%',
        K15: '50.0%',
        K16: '100.0%',
        'K16-UPHELD': '50.0%',
        'K17-URGED': '1',
      },
      ...{
        'K17-LATE': '1',
        'K18-TIMELY': '50.0%',
        'K18-VALID': '46.7%',
        'K18-REPORTED': '92.0%',
        K20: '50.0%',
        'K20-TIMELY': '50.0%',
        'K19-EXITED': '1',
        'K19-PERFORMED': '1',
      },
    });
    await expectToOpen(creditOffice, figuresOf(view));
    const { body } = await other.get<DepartmentStats>(creditOffice, `/api/v1/stats/departments?${quarter}`);
    for (const row of body.data) await expectToOpen(creditOffice, row.figures);
    const market = body.data
      .find(({ departmentCode }) => departmentCode === 'SCJGJ')
      ?.figures.filter(({ code }) => code.startsWith('K18-'));
    expect(market?.map(({ code, display }) => `${code} ${display}`)).toEqual(['K18-REPORTED 92.0%', 'K18-TIMELY 50.0%', 'K18-VALID 46.7%']);
    expect(await other.wrongCounters()).toEqual([]);
  } finally {
    city = before;
    await other.close();
  }
});

test('one task on two lists counts once in the city and in each of its lists, until a list ends', async () => {
  const wage = new Flag('BL-WAGE', 'RSJ');
  const tax = new Flag('BL-TAX', 'SHUIJ');
  const shared = new FlagTask('TYJ', 'WAGE-07', endOf('2026-12-25'), endOf('2026-12-30'));
  await city.hear(wage.dispatched([shared]), shared.acknowledged(wage), tax.dispatched([shared], { joined: true }));
  const own = (list: string) => readings(creditOffice, `${quarter}&department=TYJ${list}`);
  expect(await own('')).toEqual(['TASKS-ACKNOWLEDGED 1', 'K05 1/1 100.0%', 'K07 0/1 0.0%']);
  expect(await own('&listCode=BL-WAGE')).toEqual(await own(''));
  expect(await own('&listCode=BL-TAX')).toEqual(await own(''));
  await expectToOpen(creditOffice, figuresOf(await overview(creditOffice, `${quarter}&department=TYJ&listCode=BL-TAX`)));
  await city.hear(tax.lifting([], { stays: [shared] }));
  expect(await own('&listCode=BL-TAX')).toEqual([]);
  expect(await own('&listCode=BL-WAGE')).toEqual(await own(''));
  expect(await city.wrongCounters()).toEqual([]);
});

test('reward and punishment cases are counted apart, and one case once', async () => {
  const red = new Flag('RL-TAXA', 'SHUIJ', 'RED');
  const task = new FlagTask('GXJ', 'RGEN-01', endOf('2026-12-25'), endOf('2026-12-30'));
  const one = red.caseOf(task, task.taskId, '2026-11-20');
  await city.hear(one, one, red.activated('2026-11-03'));
  expect(await readings(creditOffice, `${quarter}&listCode=RL-TAXA`)).toEqual(['K01-RED 1', 'K11-REWARD 1']);
});

test('a question that makes no sense is refused with its reason', async () => {
  const ask = async (path: string) => (await city.get(creditOffice, path)).body;
  for (const query of [
    'period=2026-Q5',
    'period=2026',
    'from=2026-02-30&to=2026-03-01',
    'from=2026-03-02&to=2026-03-01',
    'from=2026-03-02',
    `${quarter}&from=2026-01-01&to=2026-02-01`,
    'from=1990-01-01&to=2026-01-01',
  ])
    expect([query, (await ask(`/api/v1/stats/overview?${query}`))['code']]).toEqual([query, 'VALIDATION_FAILED']);
  expect(await ask('/api/v1/stats/rows?figure=K99')).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ pointer: '/figure' }] });
  expect(await ask('/api/v1/stats/rows?figure=K11-PUNISH&part=denominator')).toMatchObject({
    code: 'VALIDATION_FAILED',
    errors: [{ pointer: '/part' }],
  });
  expect(await ask('/api/v1/stats/rows?figure=K05&cursor=AAAA')).toMatchObject({ code: 'CURSOR_INVALID' });
  expect((await city.city.call(city.running, undefined, 'GET', '/api/v1/stats/overview')).status).toBe(401);
});
