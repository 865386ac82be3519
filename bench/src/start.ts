import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '@lianxin/contracts';
import { readProcesses } from './processor.ts';
import { type Figure, median, report } from './report.ts';
import { makeBenchFolder } from './servers.ts';
import { RunningSystem } from './system.ts';

/** `npm start` on a warm clone (installed and compiled) until a first flag stands in the queues, and what it takes when nothing happens (design §8, last row). */
const rounds = Number(process.argv[2] ?? 3);
const idleMs = 20_000;
const pollMs = 10;

/** Start by npm itself, as a user does; then one flag, until the credit office sees its tasks. */
async function startAndFlag(dataDir: string): Promise<{ system: RunningSystem; seconds: number }> {
  const started = performance.now();
  const system = await RunningSystem.start(['npm', 'start'], dataDir);
  const id = await system.flag();
  for (;;) {
    const page = (await system.call('CREDIT_OFFICE', 'GET', `/api/v1/tasks?entryId=${id}&limit=1`)) as Page<unknown>;
    if (page.data.length > 0) break;
    await delay(pollMs);
  }
  return { system, seconds: (performance.now() - started) / 1000 };
}

/** Proportional memory (shared pages are shared out) of everything below this process, MiB, by program. */
async function memoryBelow(pid: number): Promise<{ node: number; postgres: number }> {
  const all = await readProcesses();
  const below = new Set([pid]);
  for (let before = 0; before !== below.size; ) {
    before = below.size;
    for (const { pid: child, parent } of all) if (below.has(parent)) below.add(child);
  }
  const sums = { node: 0, postgres: 0 };
  for (const child of below) {
    const rollup = await readFile(`/proc/${child}/smaps_rollup`, 'utf8').catch(() => '');
    const name = all.find((one) => one.pid === child)?.name ?? '';
    sums[name.startsWith('postgres') ? 'postgres' : 'node'] += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  }
  return sums;
}

const first: number[] = [];
const again: number[] = [];
const memory: { node: number; postgres: number }[] = [];
const folder = await makeBenchFolder();
try {
  for (let round = 0; round < rounds; round++) {
    const dataDir = join(folder, String(round));
    await mkdir(dataDir, { mode: 0o711 });
    const fresh = await startAndFlag(dataDir);
    first.push(fresh.seconds);
    await fresh.system.stop();
    const known = await startAndFlag(dataDir);
    again.push(known.seconds);
    await delay(idleMs);
    memory.push(await memoryBelow(known.system.process.pid ?? 0));
    await known.system.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const total = memory.map(({ node, postgres }) => node + postgres);
const figures: Figure[] = [
  {
    what: 'npm start, nothing there yet (database made, demo city seeded), to the first fan-out',
    value: median(first),
    unit: 's',
    target: { atMost: 10 },
    runs: first,
  },
  { what: 'npm start, data there from before, to the first fan-out', value: median(again), unit: 's', target: { atMost: 10 }, runs: again },
  {
    what: 'idle memory (PSS) of Node and PostgreSQL together, npm included',
    value: median(total),
    unit: 'MiB',
    target: { atMost: 600 },
    runs: total,
  },
  { what: 'idle memory (PSS): Node and npm', value: median(memory.map(({ node }) => node)), unit: 'MiB' },
  { what: 'idle memory (PSS): PostgreSQL', value: median(memory.map(({ postgres }) => postgres)), unit: 'MiB' },
];
report('start', figures);
