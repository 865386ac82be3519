import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { digestBuckets, digestKey, digestMade, digestQuestioned } from '@lianxin/contracts';
import { Digests, digestMigration, MessagingModule, messagingConfigSchema, messagingMigration } from '@lianxin/messaging';
import type { ServiceDefinition } from '@lianxin/platform';
import { EventFeeder, eventually, TestCity } from '@lianxin/testing';
import { type DynamicModule, Injectable, Module } from '@nestjs/common';

const view = 'list_entry.status';
const gate = 4711;

/** Keeps a copy of one row, which takes as long to read as somebody holds the gate. */
@Injectable()
class Copy {
  constructor(digests: Digests) {
    digests.hold(view, `SELECT 'a', 1, 'ACTIVE' FROM pg_advisory_xact_lock(${gate})`);
  }
}

@Module({})
class CopyModule {}

const holder = {
  name: 'fixture',
  titleZh: '对账测试',
  config: messagingConfigSchema,
  migrations: [messagingMigration, digestMigration],
  module: (config): DynamicModule => ({ module: CopyModule, imports: [MessagingModule.register(config)], providers: [Copy] }),
} satisfies ServiceDefinition<typeof messagingConfigSchema.shape>;

let city: TestCity;
let feeder: EventFeeder;
beforeAll(async () => {
  city = await TestCity.create('postgres', ['fixture']);
  await city.boot(holder);
  await city.boot(holder);
  feeder = await EventFeeder.for(city);
  await feeder.listen([digestQuestioned.topic]);
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});

const nothing = { count: 0, hash: '0' };
const tell = (runId: string) =>
  feeder.send(digestMade, digestKey(view), { runId, view, buckets: Array.from({ length: digestBuckets }, () => nothing) });

test('a newer comparison is heard while the copy is still read for the one before, whose result nobody is told', async () => {
  const [older, newer] = [randomUUIDv7(), randomUUIDv7()];
  const session = await city.connect();
  await session.query('SELECT pg_advisory_lock($1)', [gate]);
  await tell(older);
  const reading = `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND NOT granted AND objid = ${gate} AND datname = current_database()`;
  await eventually('the copy is being read', async () => (await city.query(reading)).length > 0);
  await tell(newer);
  await eventually('the newer one has taken its place', async () => {
    const [row] = await city.query<{ run_id: string }>('SELECT run_id FROM fixture.digest_comparison');
    return row?.run_id === newer;
  });
  // Of the two replicas one reads.
  expect(await city.query(reading)).toHaveLength(1);
  expect(await city.query('SELECT 1 FROM fixture.parked_key')).toEqual([]);
  await session.end();
  await eventually('the newer one goes on', () => feeder.eventsOf(digestQuestioned).some(({ data }) => data.runId === newer));
  expect(feeder.eventsOf(digestQuestioned).map(({ data }) => [data.runId, data.round])).toEqual([[newer, 1]]);
});
