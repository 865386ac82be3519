import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { topics as allTopics, type EventData, type EventDefinition, type LianxinEvent } from '@lianxin/contracts';
import {
  decodeEvent,
  type EventLog,
  encodeEvent,
  KafkaLog,
  type LogConsumer,
  type LogRecord,
  PostgresLog,
  type StoredRecord,
  UnreadableEventError,
} from '@lianxin/messaging';
import { createLogger } from '@lianxin/platform';
import type { Logger } from 'pino';
import type { TestCity } from './city.ts';

interface FeedOptions {
  readonly id?: string;
  readonly seq?: number;
  readonly causationId?: string;
  /** The replay that caused it, and what of that may leave the house. */
  readonly replay?: { readonly id: string; readonly mode: NonNullable<LianxinEvent['replayMode']> };
}

/** Stands in for the services around the one under test: says what they would say, and hears what it says, on the city's real event log. */
export class EventFeeder {
  private readonly sequences = new Map<string, number>();
  private readonly heard: LianxinEvent[] = [];
  /** Next offset to read by topic and partition: a reader that joins its group again goes on where it was. */
  private readonly positions = new Map<string, number>();
  private consumer: LogConsumer | undefined;

  private constructor(
    private readonly log: EventLog,
    private readonly logger: Logger,
  ) {}

  static async for(city: TestCity): Promise<EventFeeder> {
    const environment: Readonly<Record<string, string | undefined>> = city.environment;
    const value = (name: string) => {
      const found = environment[name];
      if (found === undefined) throw new Error(`the test city has no ${name}`);
      return found;
    };
    const logger = createLogger('event-feeder', environment['LIANXIN_LOG_LEVEL'] ?? 'silent');
    const log =
      value('LIANXIN_EVENT_LOG') === 'kafka'
        ? new KafkaLog(value('LIANXIN_KAFKA_BROKERS').split(','), 'event-feeder', logger, value('LIANXIN_KAFKA_PREFIX'))
        : new PostgresLog(value('LIANXIN_EVENT_LOG_URL'), value('LIANXIN_EVENT_LOG_SECRET'), logger);
    await log.ensureTopics(allTopics);
    return new EventFeeder(log, logger);
  }

  /** Makes an event as its producer would, without sending it. */
  make<Definition extends EventDefinition>(
    definition: Definition,
    key: string,
    data: EventData<Definition>,
    options: FeedOptions = {},
  ): { event: LianxinEvent; record: LogRecord } {
    const lane = `${definition.topic} ${key}`;
    const subjectSeq = options.seq ?? (this.sequences.get(lane) ?? 0) + 1;
    this.sequences.set(lane, subjectSeq);
    const now = new Date().toISOString();
    const id = options.id ?? randomUUIDv7();
    const event: LianxinEvent = {
      id,
      type: definition.type,
      source: 'urn:credit:320700:event-feeder',
      key,
      subjectSeq,
      time: now,
      recordedTime: now,
      correlationId: id,
      causationId: options.causationId,
      replayId: options.replay?.id,
      replayMode: options.replay?.mode,
      classification: definition.classification,
      data,
    };
    const { headers, value } = encodeEvent(definition, event);
    return { event, record: { topic: definition.topic, key, headers, value: Buffer.from(value, 'utf8') } };
  }

  async send<Definition extends EventDefinition>(
    definition: Definition,
    key: string,
    data: EventData<Definition>,
    options: FeedOptions = {},
  ): Promise<LianxinEvent> {
    const { event, record } = this.make(definition, key, data, options);
    await this.log.append([record]);
    return event;
  }

  /** Appends records as they are: a redelivery, or something that is no event. */
  async sendRecords(records: readonly LogRecord[]): Promise<void> {
    await this.log.append(records);
  }

  /** Starts to hear these topics from their beginning; `eventsOf` then tells what has come so far. */
  async listen(topics: readonly string[]): Promise<void> {
    this.consumer = await this.log.consume({
      group: `event-feeder-${randomUUID()}`,
      topics,
      maxBatch: 500,
      positionOf: async (topic, partition) => this.positions.get(`${topic}/${partition}`) ?? 0,
      onBatch: async ({ topic, partition, records }) => {
        const position = this.positions.get(`${topic}/${partition}`) ?? 0;
        this.heard.push(...records.filter(({ offset }) => offset >= position).flatMap(readable));
        this.positions.set(`${topic}/${partition}`, Math.max(position, (records.at(-1)?.offset ?? -1) + 1));
      },
      onError: (error) => this.logger.warn({ err: error }, 'event feeder will try again'),
    });
    await this.consumer.ready;
  }

  /** Events of one type heard so far, in order within each key; doubles are kept. */
  eventsOf<Definition extends EventDefinition>(definition: Definition): LianxinEvent<EventData<Definition>>[] {
    return this.heard.filter((event) => event.type === definition.type) as LianxinEvent<EventData<Definition>>[];
  }

  async close(): Promise<void> {
    await this.consumer?.close();
    await this.log.close();
  }
}

/** The event, or nothing: what a test sent that nobody can read must not keep what comes after it in its partition from being heard. */
function readable(record: StoredRecord): LianxinEvent[] {
  try {
    return [decodeEvent(record)];
  } catch (error) {
    if (error instanceof UnreadableEventError) return [];
    throw error;
  }
}
