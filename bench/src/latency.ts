import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { addDays, beijingDate, generateUscc, idNumberCheckCharacter } from '@lianxin/contracts';
import { findFreePort } from '@lianxin/platform/servers';
import pg from 'pg';
import { cpuOfProcesses } from './processor.ts';
import { type Figure, median, percentile, report } from './report.ts';
import { legsOf } from './road.ts';

const flagsPerSecond = Number(process.argv[2] ?? 20);
const seconds = Number(process.argv[3] ?? 30);
const warmUpFlags = 60;

const day = (ago: number) => addDays(beijingDate(new Date()), -ago);
let serial = 0;

function idNumber(): string {
  serial++;
  const body = `32079919${70 + (serial % 30)}${String((serial % 12) + 1).padStart(2, '0')}${String((serial % 28) + 1).padStart(2, '0')}${String(serial % 1000).padStart(3, '0')}`;
  return body + idNumberCheckCharacter(body);
}

/** A lawful BL-WAGE designation with three named persons: 39 tasks and 10 notices. */
function flag(): Record<string, unknown> {
  serial++;
  const person = (role: string) => ({
    role,
    name: '李示例',
    idType: 'ID_CARD',
    idNumber: idNumber(),
    namedInDecision: true,
    noticeServedOn: day(40),
    decisionServedOn: day(8),
  });
  return {
    listCode: 'BL-WAGE',
    origin: 'CITY',
    sourceRecordId: `latency-${serial}`,
    subject: { kind: 'LEGAL', name: `示例延迟${serial}有限公司`, usccCode: generateUscc('91', 'MB', serial), regionCode: '320706' },
    parties: [person('LEGAL_REPRESENTATIVE'), person('PRINCIPAL'), person('DIRECTLY_RESPONSIBLE')],
    facts: '合成数据',
    grade: 'SERIOUS',
    basis: [{ document: '示例依据' }],
    decision: { name: '列入决定书', number: `延〔2026〕${serial}号`, date: day(10) },
    notice: { servedOn: day(40), defenceEndedOn: day(20), method: 'DIRECT' },
    service: { decisionServedOn: day(8), repairNoticeServedOn: day(8), method: 'DIRECT' },
  };
}

async function startDistributed(dataDir: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../services/standalone/dist/distributed.js')], {
    env: { ...process.env, LIANXIN_PORT: String(port), LIANXIN_DATA_DIR: dataDir, LIANXIN_DEMO: 'on' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.toString('utf8').includes('ready http') && resolve());
    child.once('exit', (code) => reject(new Error(`the system ended with ${code}`)));
  });
  return child;
}

/** When each entry's tasks were first seen committed: all tasks of a plan commit together, so the last department's stands there too. */
class Watch {
  readonly seenAt = new Map<string, number>();
  private readonly pending = new Set<string>();
  private running = true;

  constructor(private readonly client: pg.Client) {}

  add(entryId: string): void {
    this.pending.add(entryId);
  }

  async run(): Promise<void> {
    while (this.running || this.pending.size > 0) {
      if (this.pending.size > 0) {
        const { rows } = await this.client.query<{ entry_id: string }>(
          'SELECT DISTINCT entry_id FROM execution_feedback.task_basis WHERE entry_id = ANY($1)',
          [[...this.pending]],
        );
        const now = performance.now();
        for (const { entry_id } of rows) {
          this.seenAt.set(entry_id, now);
          this.pending.delete(entry_id);
        }
      }
      // Each look costs the database a little: at every third millisecond it is small beside the flags.
      await delay(3);
    }
  }

  stop(): void {
    this.running = false;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'lianxin-bench-'));
await chmod(folder, 0o711);
const port = await findFreePort();
const system = await startDistributed(folder, port);
try {
  const { apiKeys } = JSON.parse(await readFile(join(folder, 'demo-credentials.json'), 'utf8')) as { apiKeys: Record<string, string> };
  const { postgres, kafka } = JSON.parse(await readFile(join(folder, 'servers.json'), 'utf8')) as {
    postgres: { url: string };
    kafka: { brokers: string[] };
  };
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const watch = new Watch(client);
  const watching = watch.run();
  const acceptedAt = new Map<string, number>();
  const answers: number[] = [];
  const send = async (counted: boolean) => {
    const body = flag();
    const started = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/list-entries`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKeys['RSJ']}`,
        'content-type': 'application/json',
        'idempotency-key': String(body['sourceRecordId']),
      },
      body: JSON.stringify(body),
    });
    const entry = (await response.json()) as { id: string };
    if (response.status !== 201) throw new Error(`${response.status} ${JSON.stringify(entry)}`);
    watch.add(entry.id);
    if (!counted) return;
    acceptedAt.set(entry.id, performance.now());
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
  system.kill('SIGTERM');
  await new Promise((resolve) => system.once('exit', resolve));
  await rm(folder, { recursive: true, force: true });
}
