import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { catalogueKey, cataloguePublished, measurePlanMade, subjectRegistered } from '@lianxin/contracts';
import { service } from '@lianxin/execution-feedback/app.module';
import { PersonalData, TokenSigner } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import pg from 'pg';
import type { Memory } from './export.service.ts';
import { fillTo, preparePatterns } from './growth.fill.ts';
import { catalogueRows, cityPlan, lists, registered } from './growth.plans.ts';
import { type Figure, report } from './report.ts';
import { type BenchServers, withServers } from './servers.ts';

/**
 * Export of a long queue (design §8: streamed, memory flat, first byte at once). Argument: how many rows, in millions. The service that exports has a
 * process of its own, started for it: its idle memory is that of a service that has just become ready, and nothing of the filling is in it.
 */
const rows = Math.round(Number(process.argv[2] ?? 1) * 1_000_000);
const office = principalOf(['CREDIT_OFFICE']);
const megabyte = 1024 * 1024;

interface Job {
  readonly id: string;
  readonly status: string;
  readonly failure: string | null;
  readonly progress: { readonly done: number };
  readonly resultFiles: readonly { readonly href: string; readonly bytes: number }[];
}

/** A queue of so many rows: plans through the service itself as a pattern, the rest in SQL. */
async function fill(city: TestCity, connect: () => Promise<pg.Client>): Promise<void> {
  const { environment } = city;
  const data = new PersonalData(environment['LIANXIN_PERSONAL_DATA_KEYS'] ?? '', environment['LIANXIN_PERSONAL_DATA_HASH_KEY'] ?? '');
  const feeder = await EventFeeder.for(city);
  const client = await connect();
  await feeder.sendRecords(catalogueRows().map((row) => feeder.make(cataloguePublished, catalogueKey, row).record));
  for (const plan of lists.map((_, index) => cityPlan(index))) {
    const sealed = data.seal({ name: '李示例', idType: 'ID_CARD', idNumber: '320799199001011234' });
    for (const subject of registered(plan, sealed)) await feeder.send(subjectRegistered, subject.subjectId, subject);
    await feeder.send(measurePlanMade, plan.subjectId, plan);
  }
  const count = async (table: string) =>
    Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM execution_feedback.${table}`)).rows[0]?.n);
  await eventually('the patterns stand', async () => (await count('plan_seen')) === lists.length, 60_000);
  await eventually('their parties are known', async () => (await count('subject_copy')) === lists.length * 2);
  await feeder.close();
  await preparePatterns(client);
  await client.end();
  await fillTo(connect, 0, rows, rows);
}

/** The service under measure, ready and idle. */
interface Measured {
  readonly url: string;
  readonly process: ChildProcess;
}

async function startMeasured(city: TestCity): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'export.service.js'), {
    env: { ...process.env, ...city.environment },
    // As the launchers start a service.
    execArgv: ['--max-semi-space-size=16'],
  });
  const [url] = (await once(child, 'message')) as [string];
  return { url, process: child };
}

/** The highest memory of the service while `work` runs, over what it had before, in megabytes. */
async function overIdle(measured: Measured, work: () => Promise<void>): Promise<number> {
  const ask = async (): Promise<Memory> => {
    measured.process.send('memory');
    return ((await once(measured.process, 'message')) as [Memory])[0];
  };
  await ask();
  await work();
  const { before, highest } = await ask();
  return (highest - before) / megabyte;
}

async function measure(city: TestCity, measured: Measured, form: { format: string; encoding?: string }): Promise<Figure[]> {
  const { url } = measured;
  const name = `${form.format}${form.encoding === undefined ? '' : ` ${form.encoding}`}`;
  const signer = await TokenSigner.create(city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
  const call = async (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${await signer.sign(office)}` } });
  let job: Job | undefined;
  const times = { accepted: 0, written: 0, firstByte: 0, downloaded: 0 };
  const writing = await overIdle(measured, async () => {
    const started = performance.now();
    const accepted = await city.call<Job>({ url }, office, 'POST', '/api/v1/tasks/exports', { body: form });
    times.accepted = performance.now() - started;
    // Looked up seldom: a look is a request, and its garbage would be counted too.
    do {
      await delay(500);
      job = (await (await call(`/api/v1/tasks/exports/${accepted.body.id}`)).json()) as Job;
    } while (!['succeeded', 'failed', 'cancelled'].includes(job.status));
    if (job.status !== 'succeeded') throw new Error(job.failure ?? job.status);
    times.written = performance.now() - started;
  });
  const downloading = await overIdle(measured, async () => {
    const asked = performance.now();
    const file = await call(job?.resultFiles[0]?.href ?? '');
    for await (const piece of file.body ?? []) if (times.firstByte === 0 && piece.length > 0) times.firstByte = performance.now() - asked;
    times.downloaded = performance.now() - asked;
  });
  const bytes = job?.resultFiles[0]?.bytes ?? 0;
  const [queue] = await city.query<{ n: number }>('SELECT count(*)::integer AS n FROM execution_feedback.task');
  if (job?.progress.done !== queue?.n) throw new Error(`${job?.progress.done} rows of ${queue?.n} were exported`);
  const seconds = times.written / 1000;
  return [
    {
      what: `${name}, ${job?.progress.done.toLocaleString('en')} rows of 23 columns: memory over idle, writing`,
      value: writing,
      unit: 'MB',
      target: { atMost: 150 },
    },
    { what: `${name}: memory over idle, downloading`, value: downloading, unit: 'MB', target: { atMost: 150 } },
    { what: `${name}: job accepted`, value: times.accepted, unit: 'ms', target: { atMost: 1000 } },
    { what: `${name}: first byte of the download`, value: times.firstByte, unit: 'ms', target: { atMost: 1000 } },
    {
      what: `${name}: written`,
      value: seconds,
      unit: 's',
      limit: `${Math.round((job?.progress.done ?? 0) / seconds).toLocaleString('en')} rows/s, ${(bytes / megabyte).toFixed(0)} MB`,
    },
    { what: `${name}: downloaded`, value: times.downloaded / 1000, unit: 's' },
  ];
}

/** The longest queue of a department in one state that is short enough to be exported at once. */
async function measureDirect(city: TestCity, url: string): Promise<Figure[]> {
  const [queue] = await city.query<{ department_code: string; status: string; n: number }>(
    `SELECT department_code, status, count(*)::integer AS n FROM execution_feedback.task GROUP BY 1, 2 HAVING count(*) <= 5000 ORDER BY n DESC LIMIT 1`,
  );
  if (queue === undefined) return [];
  const signer = await TokenSigner.create(city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    const answer = await fetch(`${url}/api/v1/tasks/export?department=${queue.department_code}&status=${queue.status}`, {
      headers: { authorization: `Bearer ${await signer.sign(office)}` },
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    for await (const piece of answer.body ?? []) if (times.length === run && piece.length > 0) times.push(performance.now() - started);
  }
  const what = `xlsx at once, ${queue.n.toLocaleString('en')} rows: first byte`;
  return [{ what, value: [...times].sort((one, other) => one - other)[2] ?? 0, unit: 'ms', target: { atMost: 1000 }, runs: times }];
}

async function run(servers: BenchServers): Promise<void> {
  const city = await TestCity.create('postgres', ['execution-feedback']);
  const database = new URL(city.environment['LIANXIN_DATABASE_URL'] ?? '').pathname.slice(1);
  const connect = async () => {
    const client = new pg.Client({ connectionString: servers.postgresUrl(database) });
    await client.connect();
    return client;
  };
  const filling = await city.boot(service);
  await fill(city, connect);
  await filling.close();
  const figures: Figure[] = [];
  try {
    // Each form in a process that has exported nothing before.
    for (const form of [{ format: 'csv' }, { format: 'csv', encoding: 'gb18030' }, { format: 'xlsx' }]) {
      const measured = await startMeasured(city);
      figures.push(...(await measure(city, measured, form)));
      if (form.format === 'xlsx') figures.push(...(await measureDirect(city, measured.url)));
      measured.process.disconnect();
      await once(measured.process, 'exit');
    }
  } finally {
    await city.close();
  }
  report('export', figures);
}

await withServers({}, run);
