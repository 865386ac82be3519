import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { cpuOfProcesses } from './processor.ts';
import { QueueWatch } from './queue.watch.ts';
import { type Figure, median, percentile, report } from './report.ts';
import { legsOf } from './road.ts';
import { makeBenchFolder } from './servers.ts';
import { RunningSystem } from './system.ts';

/** From the answer to a flag until the task stands in the last department's queue (design §8, row one). Arguments: flags a second, seconds. */
const flagsPerSecond = Number(process.argv[2] ?? 20);
const seconds = Number(process.argv[3] ?? 30);
const warmUpFlags = 60;

const folder = await makeBenchFolder();
const system = await RunningSystem.start(RunningSystem.program('distributed'), folder);
try {
  const { postgres, kafka } = JSON.parse(await readFile(join(folder, 'servers.json'), 'utf8')) as {
    postgres: { url: string };
    kafka: { brokers: string[] };
  };
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const watch = new QueueWatch(client);
  const watching = watch.run();
  const acceptedAt = new Map<string, number>();
  const answers: number[] = [];
  const send = async (counted: boolean) => {
    const started = performance.now();
    const id = await system.flag();
    watch.add(id);
    if (!counted) return;
    acceptedAt.set(id, performance.now());
    answers.push(performance.now() - started);
  };
  for (let index = 0; index < warmUpFlags; index++) await send(false);
  const pids = JSON.parse(await readFile(join(folder, 'pids.json'), 'utf8')) as Record<string, number>;
  const cpuBefore = await cpuOfProcesses(pids);
  const sending: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; index < flagsPerSecond * seconds; index++) {
    await delay(Math.max(0, start + (index * 1000) / flagsPerSecond - performance.now()));
    sending.push(send(true));
  }
  await Promise.all(sending);
  watch.stop();
  await watching;
  const cpuAfter = await cpuOfProcesses(pids);
  const spent = performance.now() - start;
  const latencies = [...acceptedAt].map(([id, accepted]) => Math.max(0, (watch.seenAt.get(id) ?? Number.NaN) - accepted));
  const { rows } = await client.query<{ tasks: string }>(
    'SELECT count(*) / count(DISTINCT entry_id) AS tasks FROM execution_feedback.task_basis WHERE entry_id = ANY($1)',
    [[...acceptedAt.keys()]],
  );
  await client.end();
  const flags = new Map(
    [...acceptedAt].map(([id, accepted]) => [
      id,
      { accepted: performance.timeOrigin + accepted, seen: performance.timeOrigin + (watch.seenAt.get(id) ?? Number.NaN) },
    ]),
  );
  const legs = await legsOf(kafka.brokers, '', flags);
  const load = `${flagsPerSecond} flags/s for ${seconds} s, ${rows[0]?.tasks} tasks each, distributed, one machine`;
  const figures: Figure[] = [
    { what: `flag accepted → last queue, p50 (${load})`, value: percentile(latencies, 0.5), unit: 'ms', target: { atMost: 40 } },
    { what: 'flag accepted → last queue, p99', value: percentile(latencies, 0.99), unit: 'ms', target: { atMost: 150 } },
    { what: 'answer to the flag itself, p50', value: percentile(answers, 0.5), unit: 'ms' },
    { what: 'answer to the flag itself, p99', value: percentile(answers, 0.99), unit: 'ms' },
    ...legs.map(({ what, times }) => ({
      what: `leg: ${what}, p50`,
      value: median(times),
      unit: 'ms',
      limit: `p99 ${percentile(times, 0.99).toFixed(0)} ms`,
    })),
    ...Object.keys(pids).map((name) => ({
      what: `processor: ${name}`,
      value: ((cpuAfter[name] ?? 0) - (cpuBefore[name] ?? 0)) / spent,
      unit: 'cores',
    })),
  ];
  report('latency', figures);
} finally {
  await system.stop();
  await rm(folder, { recursive: true, force: true });
}
