import { execFileSync } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type CatalogueDepartment, catalogueKey, cataloguePublished } from '@lianxin/contracts';
import { service } from '@lianxin/list-matching/app.module';
import { TokenSigner } from '@lianxin/platform';
import { workbookMemoryBytes } from '@lianxin/tables';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { writeListFile } from './imports.files.ts';
import { type Figure, report } from './report.ts';
import { type BenchServers, withServers } from './servers.ts';

/**
 * Imports of list files (product §B.6): reading alone in a process of its own, and the whole road of 100,000 rows and of a million. Argument: how many rows
 * the long file has, in millions. Service and sender are one process in the second part, so the memory told is that of both.
 */
const longRows = Math.round(Number(process.argv[2] ?? 1) * 1_000_000);
const wageOffice = principalOf(['DEPT_HANDLER'], ['RSJ']);
const megabyte = 1024 * 1024;

function read(path: string, what: string): Figure[] {
  const said = execFileSync(process.execPath, [join(import.meta.dirname, 'imports.reader.js'), path], { encoding: 'utf8' });
  const { rows, refused, seconds, megabytes } = JSON.parse(said) as {
    rows: number;
    refused: string | null;
    seconds: number;
    megabytes: number;
  };
  const limit = workbookMemoryBytes / megabyte;
  const told =
    refused ?? `${Math.round(rows / seconds).toLocaleString('en')} rows/s, file ${(statSync(path).size / megabyte).toFixed(0)} MB`;
  return [
    { what: `reading ${what}: memory over idle`, value: megabytes, unit: 'MB', target: { atMost: limit } },
    { what: `reading ${what}`, value: seconds, unit: 's', limit: told },
  ];
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly failure: string | null;
  readonly progress: { readonly done: number; readonly succeeded: number };
}

/** By the plain client: fetch would read the whole file into memory, whoever takes it slowly. */
async function send(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<Job> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers }).once('response', resolve).on('error', reject);
    createReadStream(path).on('error', reject).pipe(asked);
  });
  const body = await text(answer);
  if (answer.statusCode !== 202) throw new Error(body);
  return JSON.parse(body) as Job;
}

async function runJob(city: TestCity, url: string, path: string, query: string): Promise<{ job: Job; seconds: number; megabytes: number }> {
  const signer = await TokenSigner.create(city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
  const headers = async () => ({ authorization: `Bearer ${await signer.sign(wageOffice)}`, 'content-type': 'text/csv' });
  globalThis.gc?.();
  const idle = process.memoryUsage.rss();
  let highest = idle;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 20);
  try {
    const started = performance.now();
    let job = await send(`${url}/api/v1/imports?kind=list-entries${query}`, path, await headers());
    while (['queued', 'running'].includes(job.status)) {
      await delay(500);
      job = (await (await fetch(`${url}/api/v1/jobs/${job.id}`, { headers: await headers() })).json()) as Job;
    }
    if (!['succeeded', 'previewed'].includes(job.status)) throw new Error(`${job.status}: ${job.failure ?? ''}`);
    return { job, seconds: (performance.now() - started) / 1000, megabytes: (highest - idle) / megabyte };
  } finally {
    clearInterval(watch);
  }
}

async function figuresOf(city: TestCity, url: string, path: string, what: string, query = ''): Promise<Figure[]> {
  const { job, seconds, megabytes } = await runJob(city, url, path, query);
  const rate = `${Math.round(job.progress.done / seconds).toLocaleString('en')} rows/s`;
  return [
    { what, value: seconds, unit: 's', limit: rate },
    { what: `${what}: memory over idle (service and sender)`, value: megabytes, unit: 'MB' },
  ];
}

async function run({ folder }: BenchServers): Promise<void> {
  const paths = {
    csv: join(folder, 'list.csv'),
    xlsx: join(folder, 'list.xlsx'),
    longCsv: join(folder, 'long.csv'),
    longXlsx: join(folder, 'long.xlsx'),
  };
  await writeListFile(paths.csv, 'csv', 100_000);
  await writeListFile(paths.xlsx, 'xlsx', 100_000);
  await writeListFile(paths.longCsv, 'csv', longRows, 100_000);
  await writeListFile(paths.longXlsx, 'xlsx', longRows, 100_000);
  const long = longRows.toLocaleString('en');
  const figures = [
    ...read(paths.csv, '100,000 rows of CSV'),
    ...read(paths.xlsx, '100,000 rows of xlsx'),
    ...read(paths.longCsv, `${long} rows of CSV`),
    ...read(paths.longXlsx, `${long} rows of xlsx`),
  ];
  const city = await TestCity.create('postgres', ['list-matching']);
  try {
    const { url } = await city.boot(service);
    const feeder = await EventFeeder.for(city);
    const department: CatalogueDepartment = {
      ...{ code: 'RSJ', nameZh: '人社局', nameEn: 'RSJ', kind: 'GOV', level: 'CITY', tenant: true, supervised: true },
      ...{ regionCode: '320700', parentCode: null, zoneHost: null, validFrom: '2019-01-01' },
    };
    const row = { version: 1, rowNumber: 1, rowCount: 1, row: { kind: 'DEPARTMENT' as const, department } };
    await feeder.sendRecords([feeder.make(cataloguePublished, catalogueKey, row).record]);
    await eventually('the departments have arrived', async () => (await fetch(`${url}/readyz`)).status === 200, 60_000);
    figures.push(...(await figuresOf(city, url, paths.csv, '100,000 rows of CSV imported, each a new entry in force')));
    figures.push(...(await figuresOf(city, url, paths.xlsx, '100,000 rows of xlsx sent again, all known')));
    figures.push(...(await figuresOf(city, url, paths.longCsv, `${long} rows of CSV sent again, all known`)));
    await feeder.close();
  } finally {
    await city.close();
  }
  report('imports', figures);
}

await withServers({}, run);
