import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measurePlanMade } from '@lianxin/contracts';
import { service } from '@lianxin/execution-feedback/app.module';
import { startKafka, startPostgres } from '@lianxin/platform/servers';
import { EventFeeder, eventually, TestCity } from '@lianxin/testing';
import pg from 'pg';
import { measureLimits } from './limits.ts';
import { syntheticPlan } from './plans.ts';
import { type Figure, report } from './report.ts';

const plans = Number(process.argv[2] ?? 2_500);
const tasksPerPlan = 40;
const total = plans * tasksPerPlan;

/** Sustained fan-out: a backlog of plan events in the log → committed tasks and bases, beside what plain SQL does with the same rows (design §8, row two). */
async function measure(engine: 'postgres' | 'kafka', adminUrl: string): Promise<Figure[]> {
  const city = await TestCity.create(engine, ['execution-feedback']);
  const admin = new pg.Client({ connectionString: adminUrlOf(adminUrl, city.environment['LIANXIN_DATABASE_URL'] ?? '') });
  try {
    const feeder = await EventFeeder.for(city);
    const records = Array.from({ length: plans }, () => {
      const plan = syntheticPlan(tasksPerPlan);
      return feeder.make(measurePlanMade, plan.subjectId, plan).record;
    });
    for (let start = 0; start < records.length; start += 100) await feeder.sendRecords(records.slice(start, start + 100));
    await admin.connect();
    const started = performance.now();
    await city.boot(service);
    const booted = performance.now();
    let firstSeen = 0;
    await eventually(
      'all tasks are committed',
      async () => {
        const { rows } = await admin.query<{ count: string }>('SELECT count(*) FROM execution_feedback.task_basis');
        const count = Number(rows[0]?.count);
        if (count > 0 && firstSeen === 0) firstSeen = performance.now();
        return count >= total;
      },
      600_000,
    );
    const seconds = (performance.now() - booted) / 1000;
    const { unnest, copy } = await measureLimits(admin, ['execution_feedback.task_open', 'execution_feedback.task_basis'], 1_000);
    const rate = total / seconds;
    await feeder.close();
    return [
      {
        what: `${engine}: sustained fan-out, ${total} tasks with bases, facts and events`,
        value: rate,
        unit: 'tasks/s',
        limit: `INSERT … SELECT FROM unnest of tasks and bases alone: ${Math.round(unnest)} tasks/s`,
      },
      { what: `${engine}: share of INSERT … SELECT FROM unnest`, value: rate / unnest, unit: '×', target: { atLeast: 0.35 } },
      { what: `${engine}: COPY into the same tables`, value: copy, unit: 'tasks/s' },
      { what: `${engine}: boot of the service until the first tasks`, value: (firstSeen - started) / 1000, unit: 's' },
    ];
  } finally {
    await admin.end();
    await city.close();
  }
}

function adminUrlOf(adminUrl: string, databaseUrl: string): string {
  const url = new URL(adminUrl);
  url.pathname = new URL(databaseUrl).pathname;
  return url.toString();
}

const folder = await mkdtemp(join(tmpdir(), 'lianxin-bench-'));
// Run by root, PostgreSQL becomes another user and has to pass through.
await chmod(folder, 0o711);
// Durable settings, as in use: the limit and the product pay for the same commits.
const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), password: 'bench' });
const kafka = await startKafka({ dataDir: join(folder, 'kafka'), cacheDir: join(import.meta.dirname, '../../.cache'), brokers: 1 });
process.env['LIANXIN_TEST_POSTGRES_URL'] = postgres.url();
process.env['LIANXIN_TEST_KAFKA'] = kafka.bootstrapServers.join(',');
try {
  const figures: Figure[] = [];
  for (const engine of ['kafka', 'postgres'] as const) figures.push(...(await measure(engine, postgres.url())));
  report('fan-out', figures);
} finally {
  await kafka.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
