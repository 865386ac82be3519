import { type LianxinEvent, type Principal, subjectChanged, subjectRegistered } from '@lianxin/contracts';
import { EventConsumer, lockLanes, MessagingModule, messagingConfigSchema, messagingMigration, newEvent, Outbox } from '@lianxin/messaging';
import { CurrentPrincipal, Database, type ServiceDefinition, type Transaction } from '@lianxin/platform';
import { Body, Controller, type DynamicModule, Get, Injectable, Module, Post } from '@nestjs/common';
import { z } from 'zod';
import { dataOf } from './fixture.service.ts';

const registration = z.object({ subjectId: z.string(), note: z.string() });
type Registration = z.infer<typeof registration>;

/** Registers a subject on request and hears what became of it: both ends of the road. */
@Controller('api/v1/registrations')
class OriginController {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  @Post()
  async register(@CurrentPrincipal() principal: Principal, @Body({ schema: registration }) body: Registration) {
    await this.database.transaction(principal, async (tx) => {
      await lockLanes(tx, [body.subjectId]);
      await tx.execute('INSERT INTO registration (subject_id, note) VALUES ($1, $2)', [body.subjectId, body.note]);
      const data = dataOf(body.subjectId, 1);
      await this.outbox.publish(tx, [newEvent({ definition: subjectRegistered, key: body.subjectId, data })]);
    });
    return { subjectId: body.subjectId };
  }

  @Get('broken')
  broken() {
    throw new Error('broken for the test');
  }
}

@Injectable()
class OriginConsumer {
  constructor(consumer: EventConsumer) {
    consumer.register({ types: [subjectChanged], handle: (tx, events) => note(tx, events) });
  }
}

/** Answers each registration with a change, as measure-decomposition answers an entry with a plan. */
@Injectable()
class FollowerConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly outbox: Outbox,
  ) {
    consumer.register({ types: [subjectRegistered], handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await lockLanes(
      tx,
      events.map((event) => event.key),
    );
    const [fault] = await tx.query('SELECT key FROM fault WHERE key = ANY ($1)', [events.map((event) => event.key)]);
    if (fault !== undefined) throw new Error('told to fail');
    await note(tx, events);
    await this.outbox.publish(
      tx,
      events.map((event) => newEvent({ definition: subjectChanged, key: event.key, data: dataOf(event.key, 2), cause: event })),
    );
  }
}

async function note(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
  await tx.execute('INSERT INTO heard (event_id, subject_id, traceparent) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])', [
    events.map((event) => event.id),
    events.map((event) => event.key),
    events.map((event) => event.traceparent),
  ]);
}

const tables = {
  name: '0001-telemetry-fixture',
  sql: `
    CREATE TABLE registration (subject_id text PRIMARY KEY, note text NOT NULL);
    CREATE TABLE heard (event_id uuid NOT NULL, subject_id text NOT NULL, traceparent text);
    CREATE TABLE fault (key text PRIMARY KEY);
  `,
};

@Module({})
class FixtureModule {}

const fixture = (name: string, parts: Pick<DynamicModule, 'controllers' | 'providers'>) =>
  ({
    name,
    titleZh: '链路追踪测试',
    config: messagingConfigSchema,
    migrations: [messagingMigration, tables],
    module: (config): DynamicModule => ({ module: FixtureModule, imports: [MessagingModule.register(config)], ...parts }),
  }) satisfies ServiceDefinition<typeof messagingConfigSchema.shape>;

export const originService = fixture('trace-origin', { controllers: [OriginController], providers: [OriginConsumer] });
export const followerService = fixture('trace-follower', { providers: [FollowerConsumer] });
