import { compareFlagCost } from './flag.cost.ts';
import { found, pagesOf, plant } from './growth.city.ts';
import { fillTo } from './growth.fill.ts';
import { type LoneCity, leave, sizeOf } from './lone.city.ts';
import { type PageTimes, slowest, timePages } from './page.times.ts';
import { type Figure, report } from './report.ts';
import { withServers } from './servers.ts';

/** Growth of execution-feedback from empty to ten million tasks (design §8, rows seven and eight). Argument: how many tasks, in millions. */
const most = Number(process.argv[2] ?? 10) * 1_000_000;
const stages = [1_000_000, 3_000_000, 10_000_000].filter((stage) => stage < most).concat(most);
const requests = 100;
const figures: Figure[] = [];

async function measureStage(tasks: number, empty: LoneCity, grown: LoneCity): Promise<PageTimes[]> {
  const label = tasks === 0 ? 'empty' : `${tasks / 1_000_000} million tasks`;
  const [alone, cost] = await compareFlagCost([empty.side, grown.side], 100, 5);
  if (alone === undefined || cost === undefined) throw new Error('two sides were to be compared');
  const isLast = tasks === most;
  const limit = `empty database in the same rounds: ${alone.wallMs.toFixed(2)} ms`;
  const times = await timePages(grown.city, grown.running, await pagesOf(grown), isLast ? requests * 4 : requests);
  const [empties] = await timePages(grown.city, grown.running, [{ what: 'empty route', principal: undefined, path: '/livez' }], 1_000);
  const worst = slowest(times);
  const target = isLast ? { target: { atMost: 50 } } : {};
  figures.push(
    { what: `${label}: one more flag of 40 tasks`, value: cost.wallMs, unit: 'ms', limit, runs: cost.rounds },
    {
      what: `${label}: one more flag against an empty database, by the clock`,
      value: cost.wallMs / alone.wallMs,
      unit: '×',
      ...(isLast ? { target: { atMost: 1.25 } } : {}),
    },
    {
      what: `${label}: one more flag against an empty database, processor time of PostgreSQL`,
      value: cost.databaseCpuMs / alone.databaseCpuMs,
      unit: '×',
      limit: `${alone.databaseCpuMs.toFixed(1)} ms a flag when empty`,
    },
    { what: `${label}: one more flag against an empty database, write-ahead log`, value: cost.walBytes / alone.walBytes, unit: '×' },
    { what: `${label}: a flag that comes alone`, value: cost.aloneMs, unit: 'ms', limit: `empty database: ${alone.aloneMs.toFixed(1)} ms` },
    {
      what: `${label}: slowest page (${worst.what}), p99`,
      value: worst.p99,
      unit: 'ms',
      ...target,
      limit: `empty route: p99 ${empties?.p99.toFixed(1)} ms`,
    },
    {
      what: `${label}: median of all pages, p50`,
      value: slowest(times.map((page) => ({ ...page, p99: page.p50 }))).p50,
      unit: 'ms (slowest p50)',
    },
    { what: `${label}: size of the database`, value: await sizeOf(grown.side.admin), unit: 'GiB' },
  );
  console.log(
    figures
      .slice(-8)
      .map((figure) => `  ${figure.what}: ${figure.value.toFixed(2)} ${figure.unit}`)
      .join('\n'),
  );
  return times;
}

await withServers({}, async (servers) => {
  const [empty, grown] = [await found('empty', servers), await found('grown', servers)];
  try {
    await plant(grown);
    let times = await measureStage(0, empty, grown);
    let filled = 0;
    for (const stage of stages) {
      console.log(`filling to ${stage.toLocaleString('en')} tasks`);
      await fillTo(grown.connect, filled, stage, most);
      filled = stage;
      times = await measureStage(stage, empty, grown);
    }
    for (const page of times)
      figures.push({ what: `${page.what}, p99`, value: page.p99, unit: 'ms', limit: `p50 ${page.p50.toFixed(1)} ms` });
    report('growth', figures);
  } finally {
    for (const city of [empty, grown]) await leave(city);
  }
});
