import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Figure, median, report } from './report.ts';
import { makeBenchFolder } from './servers.ts';
import { databaseOf, RunningSystem } from './system.ts';

/**
 * How many tasks a second the whole system makes of flags that come in by HTTP, as fast as it takes them (design §8, beside rows two and three).
 * Arguments: flags a round, requests under way at the same time.
 */
const flagsPerRound = Number(process.argv[2] ?? 300);
const underWay = Number(process.argv[3] ?? 16);
const rounds = 3;

/** Runs `work` so many times, `underWay` at the same time. */
async function inParallel(times: number, work: () => Promise<void>): Promise<number> {
  let begun = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: underWay }, async () => {
      while (begun++ < times) await work();
    }),
  );
  return performance.now() - started;
}

async function measure(kind: 'standalone' | 'distributed'): Promise<Figure[]> {
  const folder = await makeBenchFolder();
  const system = await RunningSystem.start(RunningSystem.program(kind), folder);
  const client = new pg.Client({ connectionString: await databaseOf(kind, folder) });
  const taken = { accepted: [] as number[], queued: [] as number[], tasks: [] as number[], empty: [] as number[] };
  try {
    await client.connect();
    const countOf = async (ids: readonly string[]) => {
      const { rows } = await client.query<{ entries: string; tasks: string }>(
        'SELECT count(DISTINCT entry_id) AS entries, count(*) AS tasks FROM execution_feedback.task_basis WHERE entry_id = ANY ($1::uuid[])',
        [ids],
      );
      return { entries: Number(rows[0]?.entries), tasks: Number(rows[0]?.tasks) };
    };
    for (let round = 0; round <= rounds; round++) {
      const empty =
        (flagsPerRound / (await inParallel(flagsPerRound, async () => void (await (await fetch(`${system.url}/livez`)).text())))) * 1000;
      const ids: string[] = [];
      const started = performance.now();
      const accepting = await inParallel(flagsPerRound, async () => void ids.push(await system.flag()));
      let done = await countOf(ids);
      while (done.entries < ids.length) {
        await delay(20);
        done = await countOf(ids);
      }
      const seconds = (performance.now() - started) / 1000;
      // The first round warms up.
      if (round === 0) continue;
      taken.accepted.push((flagsPerRound / accepting) * 1000);
      taken.queued.push(flagsPerRound / seconds);
      taken.tasks.push(done.tasks / seconds);
      taken.empty.push(empty);
    }
  } finally {
    await client.end();
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const limit = `empty route of the same gateway: ${Math.round(median(taken.empty))} requests/s`;
  const name = kind === 'standalone' ? 'npm start (embedded)' : 'distributed (Kafka)';
  return [
    {
      what: `${name}: from HTTP to the queue, ${underWay} requests under way`,
      value: median(taken.tasks),
      unit: 'tasks/s',
      runs: taken.tasks,
      limit,
    },
    { what: `${name}: flags from HTTP to the queue`, value: median(taken.queued), unit: 'flags/s', runs: taken.queued },
    { what: `${name}: flags accepted`, value: median(taken.accepted), unit: 'flags/s', runs: taken.accepted },
  ];
}

report('http-to-queue', [...(await measure('distributed')), ...(await measure('standalone'))]);
