import { readdir, readFile } from 'node:fs/promises';
import type { LogRecord } from '@lianxin/messaging';
import type { EventFeeder } from '@lianxin/testing';
import type pg from 'pg';
import { median } from './report.ts';

/** One of the two cities that are compared: the service under test is the only one in it, and hears from a feeder. */
export interface Side {
  readonly name: string;
  readonly database: string;
  readonly feeder: EventFeeder;
  /** Administrator's session on the side's database. */
  readonly admin: pg.Client;
  /** The records of one more flag, and how to see that it has been dealt with. */
  nextFlag(): { readonly records: LogRecord[]; readonly id: string };
  /** How many of these flags have been dealt with; committed work only. */
  countDone(ids: readonly string[]): Promise<number>;
}

export interface FlagCost {
  /** Milliseconds by the clock for one flag, from a backlog. */
  readonly wallMs: number;
  /** Milliseconds of the processor that PostgreSQL spent on one flag. */
  readonly databaseCpuMs: number;
  /** Bytes of write-ahead log of one flag. */
  readonly walBytes: number;
  /** Milliseconds for a flag that comes alone. */
  readonly aloneMs: number;
  readonly rounds: readonly number[];
}

/** Gives each side `flags` flags at once and then ten alone, `rounds` times in turn; medians. Whatever else the machine does falls on both. */
export async function compareFlagCost(sides: readonly Side[], flags: number, rounds: number): Promise<FlagCost[]> {
  const taken = sides.map(() => ({ wall: [] as number[], cpu: [] as number[], wal: [] as number[], alone: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    // In turn, and the other one first every second time.
    const order = [...sides.entries()];
    if (round % 2 === 1) order.reverse();
    for (const [index, side] of order) {
      const cpuBefore = await cpuOf(side);
      const walBefore = await walOf(side);
      const wall = await timed(side, flags);
      const cpu = (await cpuOf(side)) - cpuBefore;
      const wal = (await walOf(side)) - walBefore;
      const alone: number[] = [];
      for (let place = 0; place < 10; place++) alone.push(await timed(side, 1));
      // The first round warms up both.
      if (round === 0) continue;
      taken[index]?.wall.push(wall / flags);
      taken[index]?.cpu.push(cpu / flags);
      taken[index]?.wal.push(wal / flags);
      taken[index]?.alone.push(median(alone));
    }
  }
  return taken.map(({ wall, cpu, wal, alone }) => ({
    wallMs: median(wall),
    databaseCpuMs: median(cpu),
    walBytes: median(wal),
    aloneMs: median(alone),
    rounds: wall,
  }));
}

async function timed(side: Side, flags: number): Promise<number> {
  const wanted = Array.from({ length: flags }, () => side.nextFlag());
  const records = wanted.flatMap((flag) => flag.records);
  const ids = wanted.map((flag) => flag.id);
  const started = performance.now();
  for (let start = 0; start < records.length; start += 100) await side.feeder.sendRecords(records.slice(start, start + 100));
  const deadline = started + 120_000;
  while ((await side.countDone(ids)) < ids.length) {
    if (performance.now() > deadline) throw new Error(`${side.name}: ${ids.length} flags were not dealt with in two minutes`);
    // A look costs the database as much as the server gives it: a pause between looks keeps it small beside the work.
    await new Promise((resolve) => setTimeout(resolve, flags === 1 ? 1 : 15));
  }
  return performance.now() - started;
}

/** Processor time of all sessions on the side's database, in milliseconds; what its closed sessions took is lost, so pools must be warm. */
async function cpuOf(side: Side): Promise<number> {
  const { rows } = await side.admin.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const known = new Set(await readdir('/proc'));
  const ticks = await Promise.all(
    rows
      .filter(({ pid }) => known.has(String(pid)))
      .map(async ({ pid }) => {
        const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)?.split(' ') ?? [];
        return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
      }),
  );
  return ticks.reduce((sum, one) => sum + one, 0) * 10;
}

async function walOf(side: Side): Promise<number> {
  const { rows } = await side.admin.query<{ bytes: string }>("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS bytes");
  return Number(rows[0]?.bytes);
}
