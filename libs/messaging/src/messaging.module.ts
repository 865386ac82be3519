import { topics } from '@lianxin/contracts';
import { Clock, Database, Health, Metrics, ServiceContext, secretSchema } from '@lianxin/platform';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { EventConsumer } from './consumer.ts';
import { Digests } from './digest.service.ts';
import type { EventLog } from './event-log.ts';
import { watchOutbox } from './figures.ts';
import { KafkaLog } from './kafka.log.ts';
import { Outbox } from './outbox.ts';
import { Parameters } from './parameters.ts';
import { ParkedController } from './parked.controller.ts';
import { ParkedService } from './parked.service.ts';
import { PostgresLog } from './postgres.log.ts';
import { OutboxRelay } from './relay.ts';
import { Timers } from './timers.ts';

/** Settings of the event log, part of every service's configuration. */
export const messagingConfigSchema = z.object({
  LIANXIN_EVENT_LOG: z.enum(['kafka', 'postgres']),
  /** Brokers `host:port`, comma separated; for Kafka. */
  LIANXIN_KAFKA_BROKERS: z.string().optional(),
  /** Put before topic and group names, for several systems on one cluster. */
  LIANXIN_KAFKA_PREFIX: z.string().default(''),
  /** How long a consumer that says nothing keeps its partitions before others take them over. Brokers have a least value: 6 s by default, 1 s for ours. */
  LIANXIN_KAFKA_SESSION_MS: z.coerce.number().int().min(1_000).max(300_000).default(10_000),
  /** Database of the log, `postgres://host:port/database`; for PostgreSQL. */
  LIANXIN_EVENT_LOG_URL: z.url().optional(),
  LIANXIN_EVENT_LOG_SECRET: secretSchema.optional(),
});
export type MessagingConfig = z.infer<typeof messagingConfigSchema>;

/** Name under which the event log is injected: its engine is chosen by configuration. */
export const EVENT_LOG = 'EventLog';

/**
 * Opens the configured engine.
 * @throws Error naming the setting that is missing.
 */
export function openEventLog(config: MessagingConfig, context: ServiceContext): EventLog {
  if (config.LIANXIN_EVENT_LOG === 'kafka') {
    if (config.LIANXIN_KAFKA_BROKERS === undefined)
      throw new Error('LIANXIN_EVENT_LOG=kafka needs LIANXIN_KAFKA_BROKERS (host:port, comma separated)');
    return new KafkaLog(
      config.LIANXIN_KAFKA_BROKERS.split(','),
      context.name,
      context.logger,
      config.LIANXIN_KAFKA_PREFIX,
      config.LIANXIN_KAFKA_SESSION_MS,
    );
  }
  if (config.LIANXIN_EVENT_LOG_URL === undefined || config.LIANXIN_EVENT_LOG_SECRET === undefined) {
    throw new Error('LIANXIN_EVENT_LOG=postgres needs LIANXIN_EVENT_LOG_URL and LIANXIN_EVENT_LOG_SECRET');
  }
  return new PostgresLog(config.LIANXIN_EVENT_LOG_URL, config.LIANXIN_EVENT_LOG_SECRET, context.logger);
}

/** Stops relay, consumer and timers, then closes the log; HTTP has ended before (Nest's order of shutdown). */
@Injectable()
class MessagingShutdown implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly relay: OutboxRelay,
    private readonly consumer: EventConsumer,
    private readonly timers: Timers,
    private readonly digests: Digests,
    private readonly parameters: Parameters,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.consumer.stop(), this.timers.stop(), this.digests.stop(), this.parameters.stop()]);
    await this.relay.stop();
    await this.log.close();
  }
}

@Module({})
export class MessagingModule {
  /** Event log, outbox and relay, consumer, parked keys and timers of one service. */
  static register(config: MessagingConfig): DynamicModule {
    const logProvider = {
      provide: EVENT_LOG,
      inject: [ServiceContext],
      useFactory: async (context: ServiceContext): Promise<EventLog> => {
        const log = openEventLog(config, context);
        await log.ensureTopics(topics);
        return log;
      },
    };
    const relay = {
      provide: OutboxRelay,
      inject: [EVENT_LOG, Database, Outbox, ServiceContext, Metrics],
      useFactory: (log: EventLog, database: Database, outbox: Outbox, context: ServiceContext, metrics: Metrics) => {
        watchOutbox(metrics, database);
        return new OutboxRelay(log, database, outbox, context);
      },
    };
    const consumer = {
      provide: EventConsumer,
      inject: [EVENT_LOG, Database, ServiceContext, Health, Metrics],
      useFactory: (log: EventLog, database: Database, context: ServiceContext, health: Health, metrics: Metrics) =>
        new EventConsumer(log, database, context, health, metrics),
    };
    const digests = {
      provide: Digests,
      inject: [EVENT_LOG, Database, EventConsumer, Outbox, ServiceContext],
      useFactory: (log: EventLog, database: Database, events: EventConsumer, outbox: Outbox, context: ServiceContext) =>
        new Digests(log, database, events, outbox, context),
    };
    const parameters = {
      provide: Parameters,
      inject: [EVENT_LOG, Database, EventConsumer, Clock, ServiceContext],
      useFactory: (log: EventLog, database: Database, events: EventConsumer, clock: Clock, context: ServiceContext) =>
        new Parameters(log, database, events, clock, context),
    };
    return {
      module: MessagingModule,
      global: true,
      providers: [logProvider, Outbox, relay, consumer, ParkedService, Timers, digests, parameters, MessagingShutdown],
      controllers: [ParkedController],
      exports: [EVENT_LOG, Outbox, OutboxRelay, EventConsumer, Timers, Digests, Parameters],
    };
  }
}
