import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { subjectChanged } from '@lianxin/contracts';
import { Database, type RunningService } from '@lianxin/platform';
import { startKafka } from '@lianxin/platform/servers';
import { eventually, TestCity } from '@lianxin/testing';
import { Kafka, logLevel } from 'kafkajs';
import { fixtureServiceOf, Recorder } from '../libs/messaging/test/fixture.service.ts';

type Cluster = Awaited<ReturnType<typeof startKafka>>;

const kills = 8;
const topic = subjectChanged.topic;

describe('three brokers, replication 3, acks all', () => {
  let folder: string;
  let cluster: Cluster;
  let city: TestCity;
  let service: RunningService;
  const prefix = `kill-${randomBytes(4).toString('hex')}.`;
  const keys = Array.from({ length: 30 }, () => randomUUIDv7());

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lianxin-brokers-'));
    cluster = await startKafka({ dataDir: folder, cacheDir: join(import.meta.dirname, '../.cache'), brokers: 3 });
    city = await TestCity.create('kafka', ['fixture']);
    service = await city.boot(fixtureServiceOf(true), {
      LIANXIN_KAFKA_BROKERS: cluster.bootstrapServers.join(','),
      LIANXIN_KAFKA_PREFIX: prefix,
    });
  }, 180_000);
  afterAll(async () => {
    await city?.close();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test(`${kills} kills of current leaders under constant load lose nothing and double no effect`, async () => {
    const recorder = service.app.get(Recorder);
    const database = service.app.get(Database);
    let said = 0;
    let loading = true;
    const load = (async () => {
      while (loading) {
        await database.consumerTransaction((tx) => recorder.say(tx, keys));
        said++;
        const reached = said * keys.length;
        await eventually(
          'the outbox is not running away',
          async () =>
            (await city.query<{ count: string }>('SELECT count(*) FROM fixture.outbox'))[0]?.count !== undefined &&
            Number((await city.query<{ count: string }>('SELECT count(*) FROM fixture.outbox'))[0]?.count) < 3_000,
          60_000,
        );
        if (reached > 200_000) return;
      }
    })();

    const admin = new Kafka({ brokers: cluster.bootstrapServers, logLevel: logLevel.NOTHING, retry: { retries: 20 } }).admin();
    await admin.connect();
    for (let kill = 0; kill < kills; kill++) {
      const before = said;
      await eventually('load is flowing', () => said >= before + 5, 60_000);
      const leader = await eventually(
        'a partition has a living leader',
        async () => {
          const { topics } = await admin.fetchTopicMetadata({ topics: [prefix + topic] });
          const leaders = topics[0]?.partitions.map((partition) => partition.leader) ?? [];
          return cluster.brokers.find((broker) => broker.id === leaders[kill % leaders.length]);
        },
        60_000,
      );
      await leader.kill('SIGKILL');
      await eventually('load goes on without it', () => said >= before + 15, 60_000);
      // As whoever supervises it would: a broker that gives up while it comes back is started again.
      await eventually('the broker is back', () => leader.start().then(() => true), 120_000);
      await eventually(
        'every replica is in step again',
        async () => {
          const { topics } = await admin.fetchTopicMetadata({ topics: [prefix + topic] });
          return topics[0]?.partitions.every((partition) => partition.isr.length === 3);
        },
        90_000,
      );
    }
    loading = false;
    await load;
    await admin.disconnect();

    const expected = said * keys.length;
    await eventually(
      'every event has its effect',
      async () => Number((await city.query<{ count: string }>('SELECT count(*) FROM fixture.effect'))[0]?.count) >= expected,
      120_000,
    );

    // Independent of the code under test: the whole log by a plain consumer, the whole table by SQL.
    const effects = await city.query<{ event_id: string; key: string; sequence: string }>(
      'SELECT event_id, key, sequence FROM fixture.effect ORDER BY place',
    );
    expect(effects).toHaveLength(expected);
    expect(new Set(effects.map((row) => row.event_id)).size).toBe(expected);
    for (const key of keys)
      expect(effects.filter((row) => row.key === key).map((row) => Number(row.sequence))).toEqual(
        Array.from({ length: said }, (_, index) => index + 1),
      );
    const inLog = await readWholeTopic(cluster.bootstrapServers, prefix + topic);
    expect(inLog).toEqual(new Set(effects.map((row) => row.event_id)));
  }, 600_000);
});

/** Ids of all events of a topic, read by a consumer that knows nothing of ours. */
async function readWholeTopic(brokers: string[], name: string): Promise<Set<string>> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(name)).map((row) => [row.partition, Number(row.high)]));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `reader-${randomBytes(4).toString('hex')}`, sessionTimeout: 6_000, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [name], fromBeginning: true });
  const ids = new Set<string>();
  const reached = new Map<number, number>();
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      ids.add(message.headers?.['ce_id']?.toString() ?? 'no id');
      reached.set(partition, Number(message.offset) + 1);
    },
  });
  await eventually(
    'the whole log is read',
    () => [...ends].every(([partition, end]) => end === 0 || (reached.get(partition) ?? 0) >= end),
    60_000,
  );
  await consumer.disconnect();
  return ids;
}
