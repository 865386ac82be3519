import { randomUUIDv7 } from 'node:crypto';
import { KafkaLog, type LogRecord } from '@lianxin/messaging';
import { createLogger } from '@lianxin/platform';
import { Consumer, MessagesStreamModes, ProduceAcks, Producer, stringDeserializer, stringSerializer } from '@platformatic/kafka';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { type Figure, median, report } from './report.ts';
import { withServers } from './servers.ts';

/**
 * Is the Kafka client one of the costly parts? The product's own engine (kafkajs, one guarded send at a time) beside another client with the same records,
 * the same settings and the same broker: idempotent, all replicas confirm, one send in flight. Rounds alternate.
 */
const rounds = Number(process.argv[2] ?? 3);
const topic = 'lianxin.measure_plan';
const partitions = 12;
const batchRecords = 200;
const batches = 100;

/** A record as a plan is one: sixteen headers, about five kilobytes. */
function recordsOf(count: number): LogRecord[] {
  const value = Buffer.from(
    JSON.stringify({
      planId: randomUUIDv7(),
      measures: Array.from({ length: 40 }, (_, index) => ({
        measureCode: `M-${index}`,
        departments: ['FGW', 'CZJ', 'RSJ', 'SCJGJ'],
        basisRefs: [0, 1],
        conditions: [],
      })),
    }),
  );
  return Array.from({ length: count }, () => {
    const [id, key] = [randomUUIDv7(), randomUUIDv7()];
    const now = new Date().toISOString();
    const headers = {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: 'lianxin.measure_plan.made.v1',
      ce_source: 'urn:credit:320700:measure-decomposition',
      ce_subject: key,
      ce_partitionkey: key,
      ce_subjectseq: '000000000001',
      ce_time: now,
      ce_recordedtime: now,
      ce_correlationid: id,
      ce_causationid: id,
      ce_dataclassification: 'internal',
      traceparent: `00-${id.replaceAll('-', '')}-${id.slice(0, 8)}${id.slice(9, 13)}0000-01`,
      'content-type': 'application/json',
    };
    return { topic, key, headers, value };
  });
}

interface Side {
  readonly name: string;
  produce(records: readonly LogRecord[]): Promise<void>;
  /** Reads so many records from the beginning; resolves when they have come. */
  consume(count: number): Promise<void>;
  close(): Promise<void>;
}

/** The product's own engine. */
function ours(brokers: readonly string[], prefix: string): Side {
  const log = new KafkaLog(brokers, 'bench', createLogger('bench', 'silent'), prefix);
  return {
    name: 'kafkajs, as the product uses it',
    produce: (records) => log.append(records),
    consume: async (count) => {
      let come = 0;
      const done = Promise.withResolvers<void>();
      const consumer = await log.consume({
        group: randomUUIDv7(),
        topics: [topic],
        maxBatch: batchRecords,
        positionOf: async () => 0,
        onBatch: async ({ records }) => {
          come += records.length;
          if (come >= count) done.resolve();
        },
        onError: (error) => done.reject(error),
      });
      await done.promise;
      await consumer.close();
    },
    close: () => log.close(),
  };
}

/** The other client, with the same settings. */
function other(brokers: readonly string[], prefix: string): Side {
  const producer = new Producer({
    clientId: 'bench-other',
    bootstrapBrokers: [...brokers],
    idempotent: true,
    acks: ProduceAcks.ALL,
    serializers: { key: stringSerializer, value: (value?: Buffer) => value, headerKey: stringSerializer, headerValue: stringSerializer },
  });
  return {
    name: '@platformatic/kafka 2.12.1',
    produce: async (records) => {
      await producer.send({
        messages: records.map((record) => ({
          topic: prefix + record.topic,
          key: record.key,
          headers: { ...record.headers },
          value: record.value,
          partition: partitionOf(record.key),
        })),
      });
    },
    consume: async (count) => {
      const consumer = new Consumer({
        clientId: 'bench-other',
        groupId: `${prefix}${randomUUIDv7()}`,
        bootstrapBrokers: [...brokers],
        maxWaitTime: 150,
        deserializers: {
          key: stringDeserializer,
          value: (value?: Buffer) => value,
          headerKey: stringDeserializer,
          headerValue: stringDeserializer,
        },
      });
      const stream = await consumer.consume({ topics: [prefix + topic], mode: MessagesStreamModes.EARLIEST, autocommit: false });
      let come = 0;
      for await (const _message of stream) if (++come >= count) break;
      await stream.close();
      await consumer.close(true);
    },
    close: () => producer.close(),
  };
}

/** Spread alike for both; which key goes where matters to neither. */
function partitionOf(key: string): number {
  return Number.parseInt(key.slice(-6), 16) % partitions;
}

async function prepare(brokers: readonly string[], prefixes: readonly string[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: prefixes.map((prefix) => ({ topic: prefix + topic, numPartitions: partitions })),
  });
  await admin.disconnect();
  // The first producer pays for the broker's own start of its producer state.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.disconnect();
}

interface Taken {
  readonly produced: number[];
  readonly produceCpu: number[];
  readonly single: number[];
  readonly consumed: number[];
  readonly consumeCpu: number[];
}

async function timed(work: () => Promise<void>): Promise<{ ms: number; cpuMs: number }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}

async function measure(side: Side, taken: Taken): Promise<void> {
  const sets = Array.from({ length: batches }, () => recordsOf(batchRecords));
  const alone = recordsOf(100).map((record) => [record]);
  await side.produce(recordsOf(1));
  const backlog = await timed(async () => {
    for (const records of sets) await side.produce(records);
  });
  const total = batches * batchRecords;
  taken.produced.push(total / (backlog.ms / 1000));
  taken.produceCpu.push((backlog.cpuMs / total) * 1000);
  const single: number[] = [];
  for (const records of alone) single.push((await timed(() => side.produce(records))).ms);
  taken.single.push(median(single));
  const read = await timed(() => side.consume(total));
  taken.consumed.push(total / (read.ms / 1000));
  taken.consumeCpu.push((read.cpuMs / total) * 1000);
}

await withServers({ kafka: true }, async ({ brokers }) => {
  const prefixes = ['a.', 'b.'];
  const names = ['kafkajs, as the product uses it', '@platformatic/kafka 2.12.1'];
  const taken = prefixes.map((): Taken => ({ produced: [], produceCpu: [], single: [], consumed: [], consumeCpu: [] }));
  for (let round = 0; round <= rounds; round++) {
    const own = prefixes.map((prefix) => `${round}.${prefix}`);
    await prepare(brokers, own);
    const sides = [ours(brokers, own[0] ?? ''), other(brokers, own[1] ?? '')];
    for (const [index, side] of sides.entries()) {
      const notes: Taken = { produced: [], produceCpu: [], single: [], consumed: [], consumeCpu: [] };
      await measure(side, notes);
      await side.close();
      // The first round warms up.
      if (round === 0) continue;
      for (const key of Object.keys(notes) as (keyof Taken)[]) taken[index]?.[key].push(...notes[key]);
    }
  }
  const figures = names.flatMap((name, index): Figure[] => {
    const notes = taken[index] ?? { produced: [], produceCpu: [], single: [], consumed: [], consumeCpu: [] };
    const figure = (what: string, runs: number[], unit: string): Figure => ({ what: `${name}: ${what}`, value: median(runs), unit, runs });
    return [
      figure(`produce, ${batchRecords} records of 5 KB a send`, notes.produced, 'records/s'),
      figure('processor time of a produced record', notes.produceCpu, 'µs'),
      figure('a send of one record, p50', notes.single, 'ms'),
      figure('consume from the beginning, joining included', notes.consumed, 'records/s'),
      figure('processor time of a consumed record', notes.consumeCpu, 'µs'),
    ];
  });
  report('kafka-clients', figures);
});
