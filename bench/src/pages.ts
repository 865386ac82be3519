import { compareFlagCost } from './flag.cost.ts';
import { departmentByTasks, found, pagesOf, plant } from './growth.city.ts';
import { fillTo } from './growth.fill.ts';
import { type LoneCity, leave, sizeOf } from './lone.city.ts';
import { type PageTimes, percentileTimes, slowest, timePages } from './page.times.ts';
import { type Figure, report } from './report.ts';
import { withServers } from './servers.ts';

/**
 * Pages of queues at many tasks, what it costs to count them, and the cost of one more flag beside an empty database on the same server (design §8, rows
 * seven and eight). The tasks are not made by the service: `INSERT … SELECT FROM generate_series` writes them straight into its tables, after the pattern of
 * plans that the service itself made. Servers and data are its own and go with it. Arguments: tasks (10000000), requests for each page (400, at least 200).
 */
const tasks = Number(process.argv[2] ?? 10_000_000);
const requests = Math.max(200, Number(process.argv[3] ?? 400));
if (!Number.isInteger(tasks) || tasks < 40_000) throw new Error('at least 40,000 tasks: fewer tell nothing');

/** What a department, and the credit office, has to know of the open tasks: how many stand where. */
async function countTimes({ side }: LoneCity): Promise<PageTimes[]> {
  const busy = await departmentByTasks(side.admin, 'DESC');
  const count = (where: string) =>
    `SELECT department_code, status, count(*) FROM execution_feedback.task WHERE closed = false ${where} GROUP BY department_code, status`;
  const ask = (what: string, sql: string, values: readonly string[]) =>
    percentileTimes(what, 20, async () => void (await side.admin.query(sql, [...values])));
  return [
    await ask('count of the open tasks of the busiest department by state', count('AND department_code = $1'), [busy]),
    await ask('count of all open tasks by department and state', count(''), []),
  ];
}

const figuresOf = (times: readonly PageTimes[], target?: { readonly atMost: number }): Figure[] =>
  times.map(({ what, p50, p99 }) => ({ what: `${what}, p99`, value: p99, unit: 'ms', limit: `p50 ${p50.toFixed(1)} ms`, target }));

await withServers({}, async (servers) => {
  const [empty, grown] = [await found('empty', servers), await found('grown', servers)];
  try {
    await plant(grown);
    console.log(`filling to ${tasks.toLocaleString('en')} tasks`);
    await fillTo(grown.connect, 0, tasks, tasks);
    const label = `${(tasks / 1_000_000).toLocaleString('en')} million tasks`;
    const [alone, cost] = await compareFlagCost([empty.side, grown.side], 100, 5);
    if (alone === undefined || cost === undefined) throw new Error('two sides were to be compared');
    const times = await timePages(grown.city, grown.running, await pagesOf(grown), requests);
    const operators = await percentileTimes('figures for operators (/metrics)', requests, async () => {
      const answer = await fetch(`${grown.running.url}/metrics`);
      if (!answer.ok) throw new Error(`/metrics: ${answer.status}`);
      await answer.text();
    });
    const [bare] = await timePages(grown.city, grown.running, [{ what: 'empty route', principal: undefined, path: '/livez' }], 1_000);
    const worst = slowest(times);
    report('pages', [
      {
        what: `${label}, ${requests} requests each: slowest page (${worst.what}), p99`,
        value: worst.p99,
        unit: 'ms',
        target: { atMost: 50 },
        limit: `empty route: p99 ${bare?.p99.toFixed(1)} ms`,
      },
      {
        what: 'one more flag against an empty database, by the clock',
        value: cost.wallMs / alone.wallMs,
        unit: '×',
        target: { atMost: 1.25 },
        limit: `empty database in the same rounds: ${alone.wallMs.toFixed(2)} ms a flag`,
      },
      {
        what: 'one more flag against an empty database, processor time of PostgreSQL',
        value: cost.databaseCpuMs / alone.databaseCpuMs,
        unit: '×',
        limit: `${alone.databaseCpuMs.toFixed(1)} ms a flag when empty`,
      },
      { what: 'a flag that comes alone', value: cost.aloneMs, unit: 'ms', limit: `empty database: ${alone.aloneMs.toFixed(1)} ms` },
      { what: 'size of the database', value: await sizeOf(grown.side.admin), unit: 'GiB' },
      ...figuresOf(await countTimes(grown)),
      ...figuresOf([...times, operators], { atMost: 50 }),
    ]);
  } finally {
    for (const city of [empty, grown]) await leave(city);
  }
});
