import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListEntryView } from '@lianxin/contracts';
import { beijingDate } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import pg from 'pg';
import { describeReplays } from './replayed.suite.ts';
import { digestOf } from './support/digest.ts';
import { designators, type FlagBody, flagOf, partyOf } from './support/flags.ts';
import { countsOf, expectedRows, inOracleWords, oracleOf, Road } from './support/road.ts';
import { System } from './support/system.ts';
import { tracesInDatabase, tracesInFiles } from './support/traces.ts';
import { describeUndoing } from './undone.suite.ts';

const readers = ['measure_decomposition', 'execution_feedback', 'monitoring', 'list_matching', 'credit_repair'];

/** Waits until nothing waits in an outbox and every group has read every topic of its own to the end. */
async function quiet(client: pg.Client, kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await eventually(
      'all is read',
      async () => {
        const ends = new Map<string, number>();
        for (const topic of (await admin.listTopics()).filter((name) => name.startsWith('lianxin.'))) {
          for (const row of await admin.fetchTopicOffsets(topic)) ends.set(`${topic}/${row.partition}`, Number(row.high));
        }
        for (const schema of readers) {
          const outbox = await client.query(`SELECT 1 FROM ${schema}.outbox LIMIT 1`);
          const { rows } = await client.query<{ topic: string; partition: number; next_offset: string }>(
            `SELECT topic, partition, next_offset FROM ${schema}.consumer_position`,
          );
          const heard = new Set(rows.map((row) => row.topic));
          const behind = [...ends].filter(
            ([lane, end]) =>
              end > 0 &&
              heard.has(lane.split('/')[0] ?? '') &&
              !rows.some((row) => `${row.topic}/${row.partition}` === lane && Number(row.next_offset) >= end),
          );
          if (outbox.rowCount !== 0 || behind.length > 0) return false;
        }
        return true;
      },
      120_000,
    );
  } finally {
    await admin.disconnect();
  }
}

/** Reads the whole log with a plain consumer and appends every event again as it is; what is no event (a test's poison) is left out. Returns how many. */
async function appendAgain(kafka: Kafka): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => name.startsWith('lianxin.'));
  const ends = new Map<string, number>();
  for (const topic of topics)
    for (const row of await admin.fetchTopicOffsets(topic))
      if (Number(row.high) > 0) ends.set(`${topic}/${row.partition}`, Number(row.high));
  await admin.disconnect();
  const records: { topic: string; message: Message }[] = [];
  const reached = new Map<string, number>();
  const consumer = kafka.consumer({ groupId: `again-${Date.now()}`, sessionTimeout: 6_000, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const lane = `${topic}/${partition}`;
      if (Number(message.offset) < (ends.get(lane) ?? 0) && Number(message.offset) >= (reached.get(lane) ?? 0)) {
        reached.set(lane, Number(message.offset) + 1);
        if (message.headers?.['ce_id'] === undefined) return;
        records.push({
          topic,
          message: {
            key: message.key,
            value: message.value,
            partition,
            ...(message.headers === undefined ? {} : { headers: message.headers }),
          },
        });
      }
    },
  });
  await eventually('the whole log is read', () => [...ends].every(([lane, end]) => (reached.get(lane) ?? 0) >= end), 60_000);
  await consumer.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (const topic of topics) {
    const messages = records.filter((record) => record.topic === topic).map((record) => record.message);
    for (let start = 0; start < messages.length; start += 200) await producer.send({ topic, messages: messages.slice(start, start + 200) });
  }
  await producer.disconnect();
  return records.length;
}

/** What may die while flags travel: every service and every server. */
const victims = ['list-matching', 'measure-decomposition', 'execution-feedback', 'monitoring', 'gateway', 'postgres', 'kafka', 'redis'];

describe('kill -9 of any process of the distributed system', () => {
  let road: Road;
  let adminUrl: string;
  beforeAll(async () => {
    const system = await System.create('distributed');
    await system.start();
    road = new Road(system);
    adminUrl = (await system.json<{ postgres: { url: string } }>('servers.json')).postgres.url;
  }, 180_000);
  afterAll(() => road?.system.remove(), 60_000);

  /** Sends until it is acknowledged, as a department's system does: the same key, however often the line breaks. */
  async function flagUntilAcknowledged(body: FlagBody): Promise<ListEntryView> {
    return eventually(
      `${body.sourceRecordId} is acknowledged`,
      async () => {
        const unit = await road.as(designators[body.listCode] ?? '');
        const answer = await unit
          .post<ListEntryView>('/api/v1/list-entries', body, { 'idempotency-key': body.sourceRecordId })
          .catch(() => undefined);
        if (answer === undefined || answer.status >= 500 || answer.status === 429) return undefined;
        if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
      },
      90_000,
    );
  }

  async function killNow(name: string): Promise<void> {
    const pid = (await road.system.pids())[name];
    if (pid === undefined) throw new Error(`no process ${name}`);
    process.kill(pid, 'SIGKILL');
    await eventually(
      `${name} is back with another pid`,
      async () => {
        const now = (await road.system.pids())[name];
        return now !== undefined && now !== pid;
      },
      60_000,
    );
  }

  async function expectExactTasks(flags: readonly { body: FlagBody; view: ListEntryView }[]): Promise<void> {
    for (const { body, view } of flags) {
      const expected = oracleOf(body, view);
      const { tasks, notices } = await road.settled(view.id, expected).catch(async (error: unknown) => {
        const rows = await road.tasks(view.id);
        throw new Error(`${(error as Error).message}: has ${rows.length}, wants ${JSON.stringify(countsOf(expected))}`);
      });
      expect(inOracleWords(tasks, false)).toEqual(expectedRows(expected, false));
      expect(inOracleWords(notices, true)).toEqual(expectedRows(expected, true));
    }
  }

  for (const victim of victims) {
    test(`${victim} is killed while flags travel: every acknowledged flag has its tasks, each once`, async () => {
      const bodies = Array.from({ length: 12 }, (_, index) =>
        flagOf(index % 2 === 0 ? 'BL-WAGE' : 'RL-TAXA', index % 2 === 0 ? { parties: [partyOf('LEGAL_REPRESENTATIVE')] } : {}),
      );
      const sending = Promise.all(bodies.map(async (body) => ({ body, view: await flagUntilAcknowledged(body) })));
      await killNow(victim);
      const flags = await sending;
      await expectExactTasks(flags);
      const entries = await (await road.as('CREDIT_OFFICE')).all<ListEntryView>('/api/v1/list-entries?listCode=BL-WAGE');
      const numbers = entries.map((entry) => entry.decision?.number);
      expect(new Set(numbers).size).toBe(numbers.length);
    }, 240_000);
  }

  test('two processes of one service share the work; one is killed and the other goes on: every flag has its tasks, each once', async () => {
    const first = (await road.system.pids())['execution-feedback'] ?? 0;
    const given = (await readFile(`/proc/${first}/environ`, 'utf8')).split('\0').filter((line) => line.includes('='));
    const environment = Object.fromEntries(
      given
        .filter((line) => line.startsWith('LIANXIN_') || line.startsWith('PATH='))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const second = spawn(process.execPath, [join(import.meta.dirname, '../services/execution-feedback/dist/main.js')], {
      env: { ...environment, LIANXIN_SERVICE_PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      let said = '';
      second.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
      });
      await eventually(
        'the second process takes part',
        async () => {
          const url = /ready (http\S+)/.exec(said)?.[1];
          return url !== undefined && (await fetch(`${url}/readyz`)).ok;
        },
        60_000,
      );
      const send = () =>
        Promise.all(
          Array.from({ length: 10 }, async () => {
            const body = flagOf('BL-WAGE', { parties: [partyOf('LEGAL_REPRESENTATIVE')] });
            return { body, view: await flagUntilAcknowledged(body) };
          }),
        );
      const before = await send();
      await expectExactTasks(before);
      const sending = send();
      second.kill('SIGKILL');
      await expectExactTasks(await sending);
    } finally {
      second.kill('SIGKILL');
    }
  }, 240_000);

  test('exits sent while services die lift every task', async () => {
    const flags = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const body = flagOf('BL-WAGE');
        return { body, view: await flagUntilAcknowledged(body) };
      }),
    );
    await expectExactTasks(flags);
    const unit = await road.as('RSJ');
    const exits = flags.map(({ view }) =>
      eventually(
        'the exit is acknowledged',
        async () => {
          const answer = await unit
            .post(
              `/api/v1/list-entries/${view.id}/exit`,
              { ground: 'DUTIES_PERFORMED', documentNo: '1号', date: beijingDate(new Date()) },
              { 'idempotency-key': `exit-${view.id}` },
            )
            .catch(() => undefined);
          return answer !== undefined && answer.status === 200;
        },
        60_000,
      ),
    );
    await killNow('measure-decomposition');
    await killNow('execution-feedback');
    await Promise.all(exits);
    for (const { view } of flags)
      await eventually(
        'every task is being lifted',
        async () => (await road.tasks(view.id)).every((task) => task.status === 'LIFTING'),
        60_000,
      );
  }, 240_000);

  describeUndoing(() => road, flagUntilAcknowledged, killNow);
  describeReplays(() => road, flagUntilAcknowledged, killNow);

  test('a poisoned event parks its own subject only; the exit behind it is a severe alarm; redrive ends as if nothing had happened', async () => {
    const flags = await Promise.all(
      [flagOf('BL-WAGE'), flagOf('BL-WAGE')].map(async (body) => ({ body, view: await flagUntilAcknowledged(body) })),
    );
    await expectExactTasks(flags);
    const [sick, well] = flags.map(({ view }) => view);
    if (sick === undefined || well === undefined) throw new Error('two flags were sent');
    const { kafka } = await road.system.json<{ kafka: { brokers: string[] } }>('servers.json');
    const producer = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING, retry: { retries: 20 } }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    await producer.send({ topic: 'lianxin.list_entry', messages: [{ key: sick.subject.id, value: '{"entryId":' }] });
    await producer.disconnect();

    const unit = await road.as('RSJ');
    const leave = { ground: 'DUTIES_PERFORMED', documentNo: '2号', date: beijingDate(new Date()) };
    for (const entry of [sick, well]) expect((await unit.post(`/api/v1/list-entries/${entry.id}/exit`, leave)).status).toBe(200);
    await eventually('the other subject is set free', async () => (await road.tasks(well.id)).every((task) => task.status === 'LIFTING'));
    const admin = await road.as('ADMIN');
    const parked = () =>
      admin
        .get<{ data: { key: string; severity: string }[] }>('/api/v1/parked')
        .then(({ body }) => body.data.filter((row) => row.key === sick.subject.id));
    await eventually('the alarm is severe', async () => (await parked()).some((row) => row.severity === 'SEVERE'));
    expect((await road.tasks(sick.id)).every((task) => task.status === 'DISPATCHED')).toBe(true);
    expect((await (await road.as('RSJ')).post(`/api/v1/parked/${sick.subject.id}/redrive`)).status).toBe(403);

    await eventually('the redrive drains every service', async () => {
      await admin.post(`/api/v1/parked/${sick.subject.id}/redrive`);
      return (await parked()).length === 0;
    });
    await eventually('this subject is set free too', async () => (await road.tasks(sick.id)).every((task) => task.status === 'LIFTING'));
  }, 120_000);

  test('the launcher is killed: the next start takes over, and nothing is lost', async () => {
    const body = flagOf('BL-TAX');
    const view = await flagUntilAcknowledged(body);
    await road.system.killLauncher();
    await road.system.start();
    await expectExactTasks([{ body, view }]);
    const again = await flagUntilAcknowledged(body);
    expect(again.id).toBe(view.id);
  }, 240_000);

  test('every event of the whole log delivered a second time changes no table', async () => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    const kafka = new Kafka({
      brokers: (await road.system.json<{ kafka: { brokers: string[] } }>('servers.json')).kafka.brokers,
      logLevel: logLevel.NOTHING,
      retry: { retries: 20 },
    });
    try {
      await quiet(client, kafka);
      const before = await digestOf(client, readers);
      const doubled = await appendAgain(kafka);
      expect(doubled).toBeGreaterThan(500);
      await quiet(client, kafka);
      expect(await digestOf(client, readers)).toEqual(before);
    } finally {
      await client.end();
    }
  }, 240_000);

  test('no table holds a task twice, a lane out of order, or an event that never left', async () => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    try {
      const doubled = await client.query(
        `SELECT party_subject_id, canonical_code, department_code FROM execution_feedback.task
         WHERE status NOT IN ('LIFTING', 'LIFTED', 'CANCELLED', 'NOT_APPLICABLE') GROUP BY 1, 2, 3 HAVING count(*) > 1`,
      );
      expect(doubled.rows).toEqual([]);
      for (const schema of ['list_matching', 'measure_decomposition', 'execution_feedback']) {
        await eventually(
          `the outbox of ${schema} is empty`,
          async () => (await client.query(`SELECT 1 FROM ${schema}.outbox LIMIT 1`)).rowCount === 0,
        );
        expect((await client.query(`SELECT * FROM ${schema}.parked_key`)).rows).toEqual([]);
      }
    } finally {
      await client.end();
    }
  });

  test('the ID numbers that went in are readable nowhere: not in tables, topics, logs or metrics', async () => {
    // The search itself must be able to find: a number planted for it is found.
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    await client.query(
      "CREATE TABLE monitoring.planted AS SELECT '320799198001010018'::text AS text, '\\x333230373939313938303031303130303138'::bytea AS bytes",
    );
    expect((await tracesInDatabase(adminUrl, 'monitoring')).traces.map((trace) => trace.where)).toEqual(['monitoring.planted']);
    await client.query('DROP TABLE monitoring.planted');
    await client.end();

    const database = await tracesInDatabase(adminUrl);
    expect(database.tables).toBeGreaterThan(30);
    expect(database.traces).toEqual([]);
    const office = await road.as('CREDIT_OFFICE');
    expect(JSON.stringify((await office.get('/metrics')).body)).not.toMatch(/320799(19|20)\d{9}/);
    const files = await tracesInFiles(road.system.dataDir, (path) => path.includes('pg_wal'));
    expect(files.files).toBeGreaterThan(20);
    expect(files.traces).toEqual([]);
  }, 120_000);
});
