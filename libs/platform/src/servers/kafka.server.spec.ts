import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { startInParent } from '../../test/server.parent.ts';
import { type KafkaOptions, type KafkaServer, startKafka } from './kafka.server.ts';
import { isProcessAlive } from './process.identity.ts';
import { ServerError } from './server.error.ts';
import { waitUntil } from './waiting.ts';

const cacheDir = join(import.meta.dirname, '../../../../.cache');
/** Brokers start for seconds, and on a busy machine for many. */
const patienceMs = 150_000;
let folder: string;
let running: KafkaServer | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin kafka-'));
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function optionsFor(name: string, brokers: 1 | 3): KafkaOptions {
  return { dataDir: join(folder, name), cacheDir, brokers };
}

async function start(name: string, brokers: 1 | 3): Promise<KafkaServer> {
  running = await startKafka(optionsFor(name, brokers));
  return running;
}

function connect(brokers: string[], retries = 20): Kafka {
  return new Kafka({
    brokers,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries },
  });
}

async function withAdmin<T>(brokers: string[], use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = connect(brokers).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function createTopic(brokers: string[], topic: string): Promise<void> {
  await withAdmin(brokers, (admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true }));
}

async function produce(brokers: string[], topic: string, value: string, retries?: number): Promise<void> {
  const producer = connect(brokers, retries).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: [{ key: 'subject', value }] });
  } finally {
    await producer.disconnect();
  }
}

/** Reads the topic from its start until `count` messages are there. */
async function consume(brokers: string[], topic: string, count: number): Promise<string[]> {
  const consumer = connect(brokers).consumer({ groupId: `reader-${topic}-${count}`, maxWaitTimeInMs: 100, sessionTimeout: 6_000 });
  const values: string[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
      },
    });
    await waitUntil(() => values.length >= count, { what: `${count} messages`, timeoutMs: 20_000 });
  } finally {
    await consumer.disconnect();
  }
  return values;
}

test(
  'one broker keeps what was written through kill -9, at the same address, and makes no topics by itself',
  async () => {
    const kafka = await start('single', 1);
    const [broker] = kafka.brokers;
    await createTopic(kafka.bootstrapServers, 'flags');
    await produce(kafka.bootstrapServers, 'flags', 'before');
    await broker?.kill('SIGKILL');
    await broker?.start();
    await produce(kafka.bootstrapServers, 'flags', 'after');
    expect(await consume(kafka.bootstrapServers, 'flags', 2)).toEqual(['before', 'after']);
    await expect(produce(kafka.bootstrapServers, 'unknown', 'lost', 2)).rejects.toThrow();
    expect(await withAdmin(kafka.bootstrapServers, (admin) => admin.listTopics())).not.toContain('unknown');
  },
  patienceMs,
);

test(
  'a broker that a killed parent left running is ended by the next start, and its data kept',
  async () => {
    const facts = '{ server: server.brokers[0].pid, address: server.bootstrapServers[0] }';
    const parent = await startInParent(folder, 'startKafka', optionsFor('orphan', 1), facts);
    const address = String(parent.facts['address']);
    await createTopic([address], 'flags');
    await produce([address], 'flags', 'kept');
    await expect(start('orphan', 1)).rejects.toThrow(`in use by process ${parent.pid}`);
    await parent.kill();
    const orphan = Number(parent.facts['server']);
    expect(await isProcessAlive(orphan)).toBe(true);

    const kafka = await start('orphan', 1);
    expect(await isProcessAlive(orphan)).toBe(false);
    expect(kafka.bootstrapServers).toEqual([address]);
    expect(await consume([address], 'flags', 1)).toEqual(['kept']);
  },
  patienceMs,
);

test(
  'of three brokers one may die and writes are still taken',
  async () => {
    const kafka = await start('three', 3);
    await createTopic(kafka.bootstrapServers, 'flags');
    await produce(kafka.bootstrapServers, 'flags', 'before');
    const partition = await withAdmin(kafka.bootstrapServers, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['flags'] });
      return topics[0]?.partitions[0];
    });
    expect(partition?.replicas).toHaveLength(3);
    await kafka.brokers.find(({ id }) => id === partition?.leader)?.kill('SIGKILL');
    await produce(kafka.bootstrapServers, 'flags', 'after');
    expect(await consume(kafka.bootstrapServers, 'flags', 2)).toEqual(['before', 'after']);
  },
  patienceMs,
);

test('a cluster cannot be started with another number of brokers', async () => {
  await expect(start('single', 3)).rejects.toThrow(/is of 1 broker/);
});

test('a machine without Java is told what to install', async () => {
  const attempt = startKafka({ ...optionsFor('javaless', 1), javaCommand: 'no-such-java' });
  await expect(attempt).rejects.toThrow(ServerError);
  await expect(attempt).rejects.toThrow(/Kafka needs Java.*Install Java 17/);
});
