import { setTimeout as delay } from 'node:timers/promises';
import { partitionsPerTopic } from '@lianxin/contracts';
import { type Admin, Kafka, type KafkaConfig, type logCreator, logLevel, Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import type { Logger } from 'pino';
import type { ConsumeOptions, EventLog, LanePosition, LogConsumer, LogRecord } from './event-log.ts';
import { consumeKafka } from './kafka.consumer.ts';
import { KafkaLag } from './kafka.lag.ts';
import { quietenRequestQueues } from './kafka.queue.ts';
import { partitionOf } from './partition.ts';

/** Settings that survived broker kills without a lost or failed send; they are part of the product. */
const clientSettings = {
  connectionTimeout: 1_000,
  requestTimeout: 5_000,
  retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20 },
} satisfies Partial<KafkaConfig>;

quietenRequestQueues();

/** Appends that the guard may repeat for missing partitions before the relay itself starts over. */
const guardRounds = 5;
/** How long new topics may take to be led. */
const leadersTimeoutMs = 60_000;

const isRetriable = (error: unknown) => error instanceof Error && 'retriable' in error && error.retriable === true;

/** kafkajs's own wait gives up at the first broker that has not heard of a new topic yet. */
async function waitForLeaders(admin: Admin, topics: readonly string[]): Promise<void> {
  for (const end = Date.now() + leadersTimeoutMs; ; await delay(50)) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
      const led = found.filter(
        ({ partitions }) => partitions.length === partitionsPerTopic && partitions.every(({ leader }) => leader >= 0),
      );
      if (led.length === topics.length) return;
    } catch (error) {
      if (!isRetriable(error) || Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`new topics have no leaders after ${leadersTimeoutMs} ms: ${topics.join(', ')}`);
  }
}

/**
 * The event log on Kafka. kafkajs alone loses acknowledged messages when a broker dies: a send over several leaders may resolve although some
 * partitions were never sent, and an idempotent producer with more than one send in flight loses as many as it doubles. So: one send at a time,
 * every message with its partition set here, and after each send a check that the answer names every partition; what is missing is sent again.
 */
export class KafkaLog implements EventLog {
  readonly engine = 'kafka';
  private readonly kafka: Kafka;
  private producer: Producer | undefined;
  private sending: Promise<unknown> = Promise.resolve();
  private readonly lag: KafkaLag;

  constructor(
    brokers: readonly string[],
    clientId: string,
    private readonly logger: Logger,
    /** Put before topic and group names, for several systems on one cluster. */
    private readonly prefix = '',
    /** How long a consumer that says nothing keeps its partitions. */
    private readonly sessionTimeoutMs = 10_000,
  ) {
    this.kafka = new Kafka({ ...clientSettings, brokers: [...brokers], clientId, logCreator: logInto(logger) });
    this.lag = new KafkaLag(this.kafka, prefix);
  }

  async ensureTopics(topics: readonly string[]): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const existing = new Set(await admin.listTopics());
      const missing = topics.map((topic) => this.prefix + topic).filter((topic) => !existing.has(topic));
      if (missing.length === 0) return;
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map((topic) => ({
          topic,
          numPartitions: partitionsPerTopic,
          replicationFactor: -1,
          configEntries: [{ name: 'retention.ms', value: '-1' }],
        })),
      });
      await waitForLeaders(admin, missing);
    } finally {
      await admin.disconnect();
    }
  }

  append(records: readonly LogRecord[]): Promise<void> {
    const send = this.sending.then(() => this.send(records));
    // The next append waits for this one whatever became of it; its own caller hears the error.
    this.sending = send.catch(() => undefined);
    return send;
  }

  consume(options: ConsumeOptions): Promise<LogConsumer> {
    return consumeKafka(this.kafka, { prefix: this.prefix, sessionTimeoutMs: this.sessionTimeoutMs }, options, this.logger);
  }

  /** A broker that has just come to lead a topic may not know it yet, and kafkajs gives up at that: it is asked again, or no service starts on new topics. */
  async endOffsets(topic: string): Promise<ReadonlyMap<number, number>> {
    for (const end = Date.now() + leadersTimeoutMs; ; await delay(50)) {
      const admin = this.kafka.admin();
      await admin.connect();
      try {
        return new Map((await admin.fetchTopicOffsets(this.prefix + topic)).map((row) => [row.partition, Number(row.high)]));
      } catch (error) {
        if (!isRetriable(error) || Date.now() > end) throw error;
      } finally {
        await admin.disconnect();
      }
    }
  }

  oldestUnread(topics: readonly string[], positions: readonly LanePosition[]): Promise<ReadonlyMap<string, Date>> {
    return this.lag.oldestUnread(topics, positions);
  }

  async close(): Promise<void> {
    await this.sending;
    await this.producer?.disconnect();
    this.producer = undefined;
  }

  private async send(records: readonly LogRecord[]): Promise<void> {
    let missing = records.map((record) => ({ record, partition: partitionOf(record.topic, record.key) }));
    for (let round = 0; missing.length > 0; round++) {
      if (round === guardRounds)
        throw new Error(`Kafka did not confirm ${missing.length} of ${records.length} records after ${guardRounds} rounds`);
      const confirmed = await this.sendOnce(missing);
      missing = missing.filter(({ record, partition }) => !confirmed.has(`${this.prefix}${record.topic}/${partition}`));
      if (missing.length > 0) this.logger.warn({ missing: missing.length }, 'Kafka left partitions out of its answer: they are sent again');
    }
  }

  /** Sends and returns the partitions that the answer names without an error. */
  private async sendOnce(records: readonly { record: LogRecord; partition: number }[]): Promise<Set<string>> {
    const byTopic = Map.groupBy(records, ({ record }) => record.topic);
    let answer: RecordMetadata[];
    try {
      const producer = await this.connectedProducer();
      answer = await producer.sendBatch({
        acks: -1,
        topicMessages: [...byTopic].map(([topic, rows]) => ({
          topic: this.prefix + topic,
          messages: rows.map(({ record, partition }) => ({ key: record.key, partition, headers: record.headers, value: record.value })),
        })),
      });
    } catch (error) {
      // A producer that failed may hold a broken sequence: the next round starts with a new one.
      await this.dropProducer();
      throw error;
    }
    return new Set(answer.filter((row) => row.errorCode === 0).map((row) => `${row.topicName}/${row.partition}`));
  }

  private async connectedProducer(): Promise<Producer> {
    if (this.producer === undefined) {
      const producer = this.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner: Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
      });
      await producer.connect();
      this.producer = producer;
    }
    return this.producer;
  }

  private async dropProducer(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    // Its connections may be gone already; nothing more is wanted of it.
    await producer?.disconnect().catch(() => undefined);
  }
}

/** kafkajs tells retriable faults as errors; here they are debug lines, the rest keeps its level. */
function logInto(logger: Logger): logCreator {
  return () =>
    ({ level, log }) => {
      const { message, ...rest } = log;
      const retriable =
        rest['retriable'] === true ||
        /rebalancing|not the leader|coordinator|Connection/i.test(`${message} ${String(rest['error'] ?? '')}`);
      if (level === logLevel.ERROR && !retriable) logger.error({ kafka: rest['error'] ?? rest['groupId'] }, message);
      else if (level === logLevel.WARN && !retriable) logger.warn(message);
      else logger.debug(message);
    };
}
