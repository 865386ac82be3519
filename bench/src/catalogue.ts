import { randomUUIDv7 } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beijingDate, type ListEntryActivated, listEntryActivated } from '@lianxin/contracts';
import { service as executionFeedback } from '@lianxin/execution-feedback/app.module';
import { service as measureDecomposition } from '@lianxin/measure-decomposition/app.module';
import type { RunningService } from '@lianxin/platform';
import { startKafka, startPostgres } from '@lianxin/platform/servers';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import pg from 'pg';
import { type Figure, percentile, report } from './report.ts';

/** A catalogue is published that changes many tasks, while new flags keep coming: how long until all are changed, and how long a new flag waits (issue: ≤ 60 s, < 1 s). */
const wantedTasks = Number(process.argv[2] ?? 100_000);
const flagEveryMs = 250;
const author = principalOf(['CREDIT_OFFICE'], [], 'BENCH-AUTHOR');
const publisher = principalOf(['CREDIT_OFFICE'], [], 'BENCH-PUBLISHER');
const today = beijingDate(new Date());
const withdrawn = ['GEN-01', 'GEN-02', 'GEN-03', 'GEN-04', 'GEN-05', 'GEN-07'];

function newEntry(listCode: string): ListEntryActivated {
  const subjectId = randomUUIDv7();
  return {
    entryId: randomUUIDv7(),
    entryVersion: 3,
    activationNo: 1,
    number: 'BENCH',
    listCode,
    listType: 'BLACK',
    subjectId,
    designatingDepartment: 'RSJ',
    status: 'ACTIVE',
    listField: null,
    level: 'CITY',
    regionCode: '320706',
    origin: 'CITY',
    grade: 'SERIOUS',
    industry: null,
    decision: { number: '决', date: '2026-11-02' },
    activatedOn: '2026-11-04',
    validFrom: '2026-11-04',
    validTo: '2029-11-03',
    conditions: [],
    parties: [{ partyId: randomUUIDv7(), subjectId, role: 'SUBJECT', kind: 'LEGAL', named: true, served: true }],
  };
}

class Bench {
  constructor(
    private readonly city: TestCity,
    private readonly decomposition: RunningService,
    private readonly feeder: EventFeeder,
    private readonly admin: pg.Client,
  ) {}

  async run(engine: string): Promise<Figure[]> {
    const tasks = await this.fill();
    const draft = await this.draft();
    const simulation = await this.timed(() => this.job('POST', `drafts/${draft.id}/simulations`));
    const waits: number[] = [];
    const flags = { on: true };
    const flagging = this.keepFlagging(flags, waits);
    const publication = await this.timed(async () => {
      await this.call(publisher, 'POST', `drafts/${draft.id}/publish`, { effectiveFrom: today }, draft.revision);
      await eventually('all withdrawn tasks are being lifted', async () => (await this.count(`status = 'LIFTING'`)) >= tasks, 600_000);
    });
    flags.on = false;
    await flagging;
    const reconciliation = await this.timed(() => this.job('POST', 'reconciliations'));
    const limit = { atMost: 60 };
    return [
      { what: `${engine}: simulation on stored entries, ${tasks} tasks`, value: simulation, unit: 's' },
      { what: `${engine}: publish until ${tasks} tasks are being lifted, with their events`, value: publication, unit: 's', target: limit },
      { what: `${engine}: new flag → its tasks, meanwhile, p50 of ${waits.length}`, value: percentile(waits, 0.5), unit: 's' },
      { what: `${engine}: new flag → its tasks, meanwhile, p99`, value: percentile(waits, 0.99), unit: 's', target: { atMost: 1 } },
      { what: `${engine}: reconciliation of all plans`, value: reconciliation, unit: 's' },
    ];
  }

  /** Lists entries until so many tasks stand, one first to learn what each gives. Returns how many the version will withdraw. */
  private async fill(): Promise<number> {
    await this.flag('BL-FRAUD');
    const perEntry = await this.count('true');
    const entries = Math.ceil(wantedTasks / perEntry);
    for (let listed = 1; listed < entries; listed += 100) {
      const records = Array.from({ length: Math.min(100, entries - listed) }, () => {
        const entry = newEntry('BL-FRAUD');
        return this.feeder.make(listEntryActivated, entry.subjectId, entry).record;
      });
      await this.feeder.sendRecords(records);
    }
    await eventually('their tasks stand', async () => (await this.count('true')) >= entries * perEntry, 600_000);
    return this.count(`measure_code = ANY ('{${withdrawn.join(',')}}')`);
  }

  private async draft(): Promise<{ id: string; revision: number }> {
    let draft = await this.call<{ id: string; revision: number }>(author, 'POST', 'drafts', { titleZh: 'bench', reasonZh: 'bench' });
    for (const code of withdrawn)
      draft = await this.call(author, 'DELETE', `drafts/${draft.id}/rows/MEASURE/${code}`, undefined, draft.revision);
    // Windows look at some of them: what is gone leaves the matters too.
    const { faults } = await this.call<{ faults: { kind: string; code: string }[] }>(author, 'GET', `drafts/${draft.id}/difference`);
    for (const code of new Set(faults.filter((fault) => fault.kind === 'MATTER').map((fault) => fault.code)))
      draft = await this.call(author, 'DELETE', `drafts/${draft.id}/rows/MATTER/${code}`, undefined, draft.revision);
    return draft;
  }

  private async keepFlagging(flags: { on: boolean }, waits: number[]): Promise<void> {
    const waiting: Promise<void>[] = [];
    while (flags.on) {
      waiting.push(this.flag().then((seconds) => void waits.push(seconds)));
      await delay(flagEveryMs);
    }
    await Promise.all(waiting);
  }

  private async flag(listCode = 'BL-WAGE'): Promise<number> {
    const entry = newEntry(listCode);
    const started = performance.now();
    await this.feeder.send(listEntryActivated, entry.subjectId, entry);
    for (;;) {
      const { rows } = await this.admin.query('SELECT 1 FROM execution_feedback.task_basis WHERE entry_id = $1 LIMIT 1', [entry.entryId]);
      if (rows.length > 0) return (performance.now() - started) / 1_000;
      await delay(5);
    }
  }

  private async job(method: string, path: string): Promise<void> {
    const { id } = await this.call<{ id: string }>(author, method, path, { effectiveFrom: today });
    await eventually(
      'the job is over',
      async () => {
        const job = await this.call<{ finishedAt: string | null }>(author, 'GET', `jobs/${id}`);
        return job.finishedAt !== null;
      },
      600_000,
    );
  }

  private async timed(work: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1_000;
  }

  private async count(where: string): Promise<number> {
    const { rows } = await this.admin.query<{ count: string }>(`SELECT count(*) FROM execution_feedback.task_open WHERE ${where}`);
    return Number(rows[0]?.count);
  }

  private async call<Body>(who: typeof author, method: string, path: string, body?: unknown, revision?: number): Promise<Body> {
    const headers: Record<string, string> = revision === undefined ? {} : { 'if-match': `"${revision}"` };
    const answer = await this.city.call<Body>(this.decomposition, who, method, `/api/v1/catalogue/${path}`, { body, headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

async function measure(engine: 'postgres' | 'kafka', adminUrl: string): Promise<Figure[]> {
  const city = await TestCity.create(engine, ['measure-decomposition', 'execution-feedback']);
  const url = new URL(adminUrl);
  url.pathname = new URL(city.environment['LIANXIN_DATABASE_URL'] ?? '').pathname;
  const admin = new pg.Client({ connectionString: url.toString() });
  const feeder = await EventFeeder.for(city);
  try {
    await admin.connect();
    const decomposition = await city.boot(measureDecomposition);
    await city.boot(executionFeedback);
    return await new Bench(city, decomposition, feeder, admin).run(engine);
  } finally {
    await feeder.close();
    await admin.end();
    await city.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'lianxin-bench-'));
// Run by root, PostgreSQL becomes another user and has to pass through.
await chmod(folder, 0o711);
const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), password: 'bench' });
const kafka = await startKafka({ dataDir: join(folder, 'kafka'), cacheDir: join(import.meta.dirname, '../../.cache'), brokers: 1 });
process.env['LIANXIN_TEST_POSTGRES_URL'] = postgres.url();
process.env['LIANXIN_TEST_KAFKA'] = kafka.bootstrapServers.join(',');
try {
  const figures: Figure[] = [];
  for (const engine of ['kafka', 'postgres'] as const) figures.push(...(await measure(engine, postgres.url())));
  report('catalogue', figures);
} finally {
  await kafka.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
