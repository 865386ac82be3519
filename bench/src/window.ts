import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CheckAnswer, cataloguePublished, generateUscc } from '@lianxin/contracts';
import { TokenSigner } from '@lianxin/platform';
import { findFreePort } from '@lianxin/platform/servers';
import { catalogueMeasure, EventFeeder, principalOf, TestCity } from '@lianxin/testing';
import pg from 'pg';
import { Pool } from 'undici';
import type { BenchServers } from './servers.ts';

const sliceRows = 50_000;

const measure = catalogueMeasure('FOOD-01', 'FOOD-LICENCE', {
  nameZh: '限制食品经营许可',
  nameEn: 'Food licence',
  subjectKinds: ['LEGAL'],
});
const matter = { code: 'SPJY', nameZh: '食品经营许可', nameEn: 'Food licence', departmentCode: 'SCJGJ', canonicalCodes: ['FOOD-LICENCE'] };

export const codeOf = (index: number) => generateUscc('91', 'M', index);
export const nameOf = (index: number) => `示例${index}号食品有限公司`;

/** Listed subjects, one plan each that blocks, by set-based SQL into the tables that the service's own consumer fills. */
async function fill(client: pg.Client, listed: number): Promise<void> {
  for (let first = 0; first < listed; first += sliceRows) {
    const numbers = Array.from({ length: Math.min(sliceRows, listed - first) }, (_, offset) => first + offset);
    await client.query('BEGIN');
    await client.query(
      `WITH subject AS (SELECT gen_random_uuid() AS id, gen_random_uuid() AS entry, name, code FROM unnest($1::text[], $2::text[]) AS row (name, code)),
         copied AS (INSERT INTO subject_copy (subject_id, version, kind, organisation_name, uscc_code) SELECT id, 1, 'LEGAL', name, code FROM subject),
         revised AS (INSERT INTO subject_revision SELECT id, 1 FROM subject),
         planned AS (INSERT INTO plan (entry_id, activation_no, plan_id, plan_version, status, body)
           SELECT entry, 1, gen_random_uuid(), 1, 'LIVE', $3::jsonb || jsonb_build_object('entryNumber', code) FROM subject)
       INSERT INTO plan_party (entry_id, activation_no, party_id, subject_id, role, measure_codes)
       SELECT entry, 1, gen_random_uuid(), id, 'SUBJECT', ARRAY['FOOD-01'] FROM subject`,
      [
        numbers.map(nameOf),
        numbers.map(codeOf),
        JSON.stringify({
          catalogueVersion: 1,
          listCode: 'BL-MKT',
          listType: 'BLACK',
          direction: 'PUNISH',
          designatingDepartment: 'SCJGJ',
          activatedOn: '2026-11-02',
          validTo: '2099-01-01',
          basisRefs: { 'FOOD-01': [0] },
        }),
      ],
    );
    await client.query('COMMIT');
  }
  // What autovacuum and the checkpointer would have done long ago in a register that grew over years.
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
}

async function startService(environment: Readonly<Record<string, string>>, port: number): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      // As the launchers start services.
      '--max-semi-space-size=16',
      ...(process.env['BENCH_PROFILE'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`]),
      join(import.meta.dirname, '../../services/window-check/dist/main.js'),
    ],
    {
      env: { ...process.env, ...environment, LIANXIN_SERVICE_PORT: String(port), LIANXIN_LOG_LEVEL: 'error', LIANXIN_DATABASE_POOL: '10' },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`http://127.0.0.1:${port}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return child;
    await delay(100);
  }
  throw new Error('window-check did not become ready');
}

/** A window-check in a process of its own, as in use, over a register in which so many subjects are listed. */
export class WindowBench {
  private constructor(
    private readonly city: TestCity,
    private readonly child: ChildProcess,
    readonly pool: Pool,
    private readonly signer: TokenSigner,
    private token: string,
    private readonly renewing: NodeJS.Timeout[],
  ) {}

  static async start(servers: BenchServers, options: { listed: number; connections: number; settings?: Record<string, string> }) {
    const city = await TestCity.create('postgres', ['window-check']);
    const { service } = await import('@lianxin/window-check/app.module');
    // The migrations run here once.
    const here = await city.boot(service);
    const feeder = await EventFeeder.for(city);
    const rows = [
      { kind: 'MEASURE' as const, measure },
      { kind: 'MATTER' as const, matter },
    ];
    for (const [index, row] of rows.entries())
      await feeder.send(cataloguePublished, 'catalogue', { version: 1, rowNumber: index + 1, rowCount: rows.length, row });
    const database = new URL(city.environment['LIANXIN_DATABASE_URL'] ?? '').pathname.slice(1);
    const client = new pg.Client({ connectionString: servers.postgresUrl(database), options: '-c search_path=window_check' });
    await client.connect();
    const began = performance.now();
    await fill(client, options.listed);
    console.log(`${options.listed} listed subjects in ${Math.round((performance.now() - began) / 1000)} s`);
    await client.end();
    await here.close();
    await feeder.close();
    const port = await findFreePort();
    const child = await startService({ ...(city.environment as Record<string, string>), ...options.settings }, port);
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: options.connections, pipelining: 1 });
    const signer = await TokenSigner.create(city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
    const bench = new WindowBench(city, child, pool, signer, '', []);
    await bench.renew();
    // Tokens live 60 s.
    bench.renewing.push(setInterval(() => void bench.renew(), 20_000));
    return bench;
  }

  /** One check of one subject; throws when it is not answered, or only registered. */
  async check(index: number): Promise<CheckAnswer> {
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: '/api/v1/checks',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({
        matter: { code: matter.code },
        subjects: [{ role: 'applicant', usccCode: codeOf(index), name: nameOf(index) }],
      }),
    });
    const answer = (await body.json()) as CheckAnswer;
    if (statusCode !== 200 || answer.degraded) throw new Error(`${statusCode} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The empty route of the same process. */
  async empty(): Promise<void> {
    await (await this.pool.request({ method: 'GET', path: '/livez' })).body.dump();
  }

  /** Microseconds of processor time that the service has taken so far, its own threads included: counts the same however much else the machine does. */
  cpuMicroseconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }

  async close(): Promise<void> {
    for (const timer of this.renewing) clearInterval(timer);
    await this.pool.close();
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
    await this.city.close();
  }

  private async renew(): Promise<void> {
    this.token = await this.signer.sign(principalOf(['WINDOW_CLERK'], ['DATAJ']));
  }
}

/** One request: how long after its due time it was answered, and when it was due after the start. */
export interface Timed {
  readonly dueMs: number;
  readonly tookMs: number;
}

/**
 * Requests come when their time has come, whether or not earlier ones were answered: a slow answer shows in all that wait behind it.
 * @param rate requests a second.
 */
export async function openLoop(rate: number, seconds: number, work: () => Promise<unknown>): Promise<Timed[]> {
  const times: Timed[] = [];
  const running: Promise<unknown>[] = [];
  const start = performance.now();
  for (let index = 0; index < rate * seconds; index++) {
    const due = start + (index * 1000) / rate;
    if (due > performance.now() + 1) await delay(due - performance.now());
    running.push(work().then(() => times.push({ dueMs: due - start, tookMs: performance.now() - due })));
  }
  await Promise.all(running);
  return times;
}
