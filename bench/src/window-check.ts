import { percentile, report } from './report.ts';
import { withServers } from './servers.ts';
import { openLoop, WindowBench } from './window.ts';

/** `npm run bench window-check [listed subjects] [checks/s] [seconds]` */
const listed = Number(process.argv[2] ?? 1_000_000);
const rate = Number(process.argv[3] ?? 1_000);
const seconds = Number(process.argv[4] ?? 20);
const connections = 192;

/** Of ten checks nine are about somebody who is not listed, as at a real window. */
const anybody = () =>
  Math.random() < 0.1 ? Math.floor(Math.random() * listed) : listed + Math.floor(Math.random() * (9_999_999 - listed));

interface Loop {
  readonly perSecond: number;
  /** Processor time of the service for one of them. */
  readonly cpuMicroseconds: number;
}

async function closedLoop(bench: WindowBench, work: () => Promise<unknown>): Promise<Loop> {
  let done = 0;
  const before = bench.cpuMicroseconds();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - start < 8_000) {
        await work();
        done++;
      }
    }),
  );
  return { perSecond: done / ((performance.now() - start) / 1000), cpuMicroseconds: (bench.cpuMicroseconds() - before) / done };
}

await withServers({}, async (servers) => {
  const bench = await WindowBench.start(servers, { listed, connections });
  try {
    const check = () => bench.check(anybody());
    await closedLoop(bench, check);
    const times = (await openLoop(rate, seconds, check)).map(({ tookMs }) => tookMs);
    const most = await closedLoop(bench, check);
    const empty = await closedLoop(bench, () => bench.empty());
    report('window-check', [
      {
        what: `window check, one subject, ${listed.toLocaleString('en')} listed, ${rate}/s for ${seconds} s, p99`,
        value: percentile(times, 0.99),
        unit: 'ms',
        target: { atMost: 10 },
        limit: `p50 ${percentile(times, 0.5).toFixed(1)} ms; the client runs on the same machine`,
      },
      {
        what: `most checks/s, ${connections} at a time, each recorded before its answer`,
        value: most.perSecond,
        unit: '/s',
        target: { atLeast: 0.6 * empty.perSecond },
        limit: `${Math.round(empty.perSecond)}/s of an empty route of the same process: ${(most.perSecond / empty.perSecond).toFixed(2)} ×`,
      },
      {
        what: 'processor time of the service for a check',
        value: most.cpuMicroseconds,
        unit: 'µs',
        limit: `${empty.cpuMicroseconds.toFixed(0)} µs for an empty route`,
      },
    ]);
  } finally {
    await bench.close();
  }
});
