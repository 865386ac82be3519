import { incidentRaised, type LianxinEvent, ProblemError, subjectChanged, subjectRegistered } from '@lianxin/contracts';
import {
  EventConsumer,
  lockLanes,
  MessagingModule,
  messagingConfigSchema,
  messagingMigration,
  newEvent,
  Outbox,
  Timers,
} from '@lianxin/messaging';
import type { ServiceDefinition, Transaction } from '@lianxin/platform';
import { type DynamicModule, Inject, Injectable, Module } from '@nestjs/common';

const TOGETHER = 'together';

/** Writes down every event it is given, without any guard of its own: a double or a lost one shows. Fails on demand by a table. */
@Injectable()
class Recorder {
  constructor(
    consumer: EventConsumer,
    timers: Timers,
    private readonly outbox: Outbox,
    @Inject(TOGETHER) together: boolean,
  ) {
    consumer.register({ types: [subjectRegistered, subjectChanged], together, handle: (tx, events) => this.handle(tx, events) });
    consumer.register({ types: [incidentRaised], together, apart: true, handle: (tx, events) => this.handle(tx, events) });
    // Waits for something that is not there yet; registered first, so that it also fires first.
    timers.register('patience', async (tx, references) => {
      await this.failOnDemand(tx, references).catch(() => {
        throw new ProblemError('UNAVAILABLE', 'not there yet');
      });
      await tx.execute('INSERT INTO fired (reference) SELECT unnest($1::text[])', [references]);
    });
    timers.register('greeting', async (tx, references) => {
      await this.failOnDemand(tx, references);
      await tx.execute('INSERT INTO fired (reference) SELECT unnest($1::text[])', [references]);
    });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await lockLanes(
      tx,
      events.map((event) => event.key),
    );
    await this.failOnDemand(
      tx,
      events.map((event) => event.key),
    );
    for (const event of events)
      await tx.execute('INSERT INTO effect (event_id, key, sequence) VALUES ($1, $2, $3)', [event.id, event.key, event.subjectSeq]);
  }

  private async failOnDemand(tx: Transaction, keys: readonly string[]): Promise<void> {
    const [fault] = await tx.query<{ key: string }>('SELECT key FROM fault WHERE key = ANY($1)', [keys]);
    if (fault !== undefined) throw new Error(`told to fail for ${fault.key}`);
  }

  /** Says one changed event for each key, in this transaction. */
  async say(tx: Transaction, keys: readonly string[]): Promise<void> {
    await lockLanes(tx, keys);
    await this.outbox.publish(
      tx,
      keys.map((key) => newEvent({ definition: subjectChanged, key, data: dataOf(key, 1) })),
    );
  }
}

export function dataOf(subjectId: string, version: number) {
  return {
    subjectId,
    version,
    kind: 'LEGAL' as const,
    organisation: { name: '示例公司', usccCode: null },
    person: null,
    regionCode: null,
    provisional: true,
  };
}

@Module({})
class FixtureModule {}

/** A service as small as possible, to prove what libs/messaging promises to all; given each partition alone, or several together. */
export const fixtureServiceOf = (together: boolean) =>
  ({
    name: 'fixture',
    titleZh: '消息保证测试',
    config: messagingConfigSchema,
    migrations: [
      messagingMigration,
      {
        name: '0001-fixture',
        sql: `
        CREATE TABLE effect (place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, key text NOT NULL, sequence bigint NOT NULL);
        CREATE TABLE fault (key text PRIMARY KEY);
        CREATE TABLE fired (reference text NOT NULL);
      `,
      },
    ],
    module: (config): DynamicModule => ({
      module: FixtureModule,
      imports: [MessagingModule.register(config)],
      providers: [Recorder, { provide: TOGETHER, useValue: together }],
    }),
  }) satisfies ServiceDefinition<typeof messagingConfigSchema.shape>;

export { Recorder };
