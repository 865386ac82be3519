import { type Consumer, type EachBatchPayload, type IHeaders, type Kafka, type KafkaMessage } from 'kafkajs';
import type { Logger } from 'pino';
import type { ConsumeOptions, LogBatch, LogConsumer, StoredRecord } from './event-log.ts';
import { Gathering } from './gathering.ts';
import { Pace } from './pace.ts';

const settings = {
  rebalanceTimeout: 30_000,
  // A question is answered by the first record. Where none comes it is asked again twice a second: who ends, or is given partitions, waits for it.
  minBytes: 1,
  maxWaitTimeInMs: 500,
  maxBytesPerPartition: 2 * 1024 * 1024,
};

/** How long who is in no hurry lets gather. */
const gatherMs = 150;

/** Partitions of one answer that are worked on at the same time; kafkajs asks Kafka again only when all of them are done. */
const partitionsAtOnce = { alone: 4, together: 256 };

/**
 * Reads topics as a member of a group. Where the group stands is decided by `positionOf`, from the consumer's own database: Kafka's offsets may be
 * ahead (then we seek back) or behind (then what is known is passed over).
 */
export async function consumeKafka(
  kafka: Kafka,
  { prefix, sessionTimeoutMs }: { prefix: string; sessionTimeoutMs: number },
  options: ConsumeOptions,
  logger: Logger,
): Promise<LogConsumer> {
  const consumer = kafka.consumer({
    groupId: prefix + options.group,
    allowAutoTopicCreation: false,
    ...settings,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / 5,
    // A consumer that crashed is started again by kafkajs, whatever the cause: a group never stands still.
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20, restartOnFailure: async () => true },
  });
  // What this member itself moved needs no look-up; whoever joins anew knows nothing.
  const positions = new Map<string, number>();
  const { onBatches } = options;
  const gathering = onBatches === undefined ? undefined : new Gathering(onBatches, options.maxBatch);
  const handOver = (batch: LogBatch) => (gathering === undefined ? options.onBatch(batch) : gathering.add(batch));
  const pace = options.unhurried === true ? new Pace(gatherMs) : undefined;
  const member = { consumer, prefix, positions, options, handOver, logger };
  const handle = (payload: EachBatchPayload) => {
    if (pace === undefined) return handleBatch(member, payload);
    return pace.during(() => handleBatch(member, payload), payload.batch.messages.length >= options.maxBatch);
  };
  const ready = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      positions.clear();
      seekToPositions(consumer, prefix, options, payload.memberAssignment).then(resolve, options.onError);
    });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => options.onError(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topics: options.topics.map((topic) => prefix + topic), fromBeginning: true });
  await consumer.run({
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: gathering === undefined ? partitionsAtOnce.alone : partitionsAtOnce.together,
    autoCommitInterval: 5_000,
    eachBatch: handle,
  });
  return {
    ready,
    close: async () => {
      pace?.end();
      await consumer.disconnect();
    },
  };
}

/** After every (re)join: without new records no batch would come that could tell that Kafka stands elsewhere than our database. */
async function seekToPositions(
  consumer: Consumer,
  prefix: string,
  options: ConsumeOptions,
  assignment: Readonly<Record<string, number[]>>,
): Promise<void> {
  for (const [topic, partitions] of Object.entries(assignment)) {
    for (const partition of partitions) {
      const position = await options.positionOf(topic.slice(prefix.length), partition);
      consumer.seek({ topic, partition, offset: String(position) });
    }
  }
}

interface Member {
  readonly consumer: Consumer;
  readonly prefix: string;
  readonly positions: Map<string, number>;
  readonly options: ConsumeOptions;
  readonly handOver: (batch: LogBatch) => Promise<void>;
  readonly logger: Logger;
}

async function handleBatch(member: Member, payload: EachBatchPayload): Promise<void> {
  const { consumer, prefix, positions, options, handOver, logger } = member;
  const { partition, messages } = payload.batch;
  const topic = payload.batch.topic.slice(prefix.length);
  const first = messages[0];
  if (first === undefined) return;
  const lane = `${topic}/${partition}`;
  const position = positions.get(lane) ?? (await options.positionOf(topic, partition));
  // Until a batch has been committed its outcome is not known.
  positions.delete(lane);
  if (Number(first.offset) > position) {
    logger.info({ topic, partition, position }, 'Kafka stands ahead of the database: reading again from our own position');
    consumer.seek({ topic: payload.batch.topic, partition, offset: String(position) });
    return;
  }
  const records = messages.filter((message) => Number(message.offset) >= position).map((message) => recordOf(topic, partition, message));
  for (let start = 0; start < records.length; start += options.maxBatch) {
    if (!payload.isRunning() || payload.isStale()) return;
    const part = records.slice(start, start + options.maxBatch);
    await handOver({ topic, partition, records: part });
    const last = part.at(-1);
    if (last === undefined) break;
    positions.set(lane, last.offset + 1);
    payload.resolveOffset(String(last.offset));
    await payload.heartbeat();
  }
  // Everything in it was known already.
  if (records.length === 0) payload.resolveOffset(payload.batch.lastOffset());
}

function recordOf(topic: string, partition: number, message: KafkaMessage): StoredRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString('utf8') ?? `${topic}/${partition}/${message.offset}`,
    headers: textHeaders(message.headers),
    value: message.value ?? Buffer.alloc(0),
  };
}

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]) => {
      const single = Array.isArray(value) ? value[0] : value;
      return single === undefined ? [] : [[name, single.toString('utf8')]];
    }),
  );
}
