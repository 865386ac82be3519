import { listEntryDisputed } from '@lianxin/contracts';
import {
  Digests,
  digestMigration,
  EventConsumer,
  isEvent,
  MessagingModule,
  messagingConfigSchema,
  messagingMigration,
} from '@lianxin/messaging';
import type { Migration, ServiceDefinition } from '@lianxin/platform';
import { type DynamicModule, Injectable, Module, type Type } from '@nestjs/common';

export const view = 'list_entry.status';
/** Whoever holds this lock of the database keeps the copy from being read to its end. */
export const gate = 4711;

@Injectable()
class Register {
  constructor(digests: Digests) {
    digests.own(view, 'SELECT id::text, version, state FROM entry');
  }
}

/** Hears entries as any copy does; the newest version counts. */
@Injectable()
class Copy {
  constructor(consumer: EventConsumer, digests: Digests) {
    digests.hold(
      view,
      `WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${gate})) SELECT id::text, version, state FROM entry, gate`,
    );
    consumer.register({
      types: [listEntryDisputed],
      handle: async (tx, events) => {
        for (const event of events)
          if (isEvent(event, listEntryDisputed))
            await tx.execute(
              `INSERT INTO entry VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state
               WHERE entry.version < excluded.version`,
              [event.data.entryId, event.data.entryVersion, event.data.status],
            );
      },
    });
  }
}

@Module({})
class FixtureModule {}

const entries: Migration = {
  name: '0001-entries',
  sql: 'CREATE TABLE entry (id uuid PRIMARY KEY, version integer NOT NULL, state text NOT NULL)',
};
const serviceOf = (name: string, titleZh: string, provider: Type) =>
  ({
    name,
    titleZh,
    config: messagingConfigSchema,
    migrations: [messagingMigration, digestMigration, entries],
    module: (config): DynamicModule => ({ module: FixtureModule, imports: [MessagingModule.register(config)], providers: [provider] }),
  }) satisfies ServiceDefinition<typeof messagingConfigSchema.shape>;

/** Two services as small as possible: one owns entries, the other copies them. */
export const owner = serviceOf('fixture-owner', '对账测试：登记方', Register);
export const holder = serviceOf('fixture-holder', '对账测试：副本方', Copy);
