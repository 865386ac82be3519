import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  digestBuckets,
  digestCompared,
  digestKey,
  digestMade,
  digestQuestioned,
  digestRequested,
  type EntryStatus,
  listEntryDisputed,
} from '@lianxin/contracts';
import { EventFeeder, eventually, TestCity } from '@lianxin/testing';
import { gate, holder, owner, view } from './digest.fixture.ts';

const subject = randomUUIDv7();
/** Runs in the order in which they were asked for: ids of one millisecond have none. */
const runOf = (place: number) => `0198c0de-0000-7000-8000-${String(place).padStart(12, '0')}`;
const [first, second, older, newer] = [runOf(1), runOf(2), runOf(3), runOf(4)] as const;

/** The nightly comparison of copies with their owner (design §3, guarantee 5; decision 0016) on one engine. */
export function describeDigests(engine: 'postgres' | 'kafka'): void {
  describe(`copies beside their owner on ${engine}`, () => {
    let city: TestCity;
    let feeder: EventFeeder;
    beforeAll(async () => {
      city = await TestCity.create(engine, [owner.name, holder.name]);
      await city.boot(owner);
      for (let replicas = 0; replicas < 2; replicas++) await city.boot(holder);
      feeder = await EventFeeder.for(city);
      await feeder.listen([digestMade.topic]);
    });
    afterAll(async () => {
      await feeder?.close();
      await city?.close();
    });

    /** As its owner has it, and as it was said. */
    const write = (id: string, version: number, state: EntryStatus) =>
      city.query(
        'INSERT INTO fixture_owner.entry VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state',
        [id, version, state],
      );
    const say = (entryId: string, entryVersion: number, status: EntryStatus) =>
      feeder.send(listEntryDisputed, subject, {
        ...{
          entryId,
          entryVersion,
          number: '示例号',
          listCode: 'BL-WAGE',
          listType: 'BLACK',
          designatingDepartment: 'RSJ',
          subjectId: subject,
          activationNo: 1,
          status,
        },
        ...{ documentNo: '示例受〔2026〕1号', disputedOn: '2026-11-02' },
      });
    const request = (runId: string) => feeder.send(digestRequested, digestKey(null), { runId, requestedOn: '2026-11-03', by: 'OFFICE' });
    const resultOf = (runId: string) =>
      eventually('the comparison is over', () => feeder.eventsOf(digestCompared).find(({ data }) => data.runId === runId)?.data);
    const parked = () => city.query('SELECT 1 FROM fixture_holder.parked_key UNION ALL SELECT 1 FROM fixture_owner.parked_key');

    test('what the copy has missed is named, and when it has come nothing differs', async () => {
      const [same, behind, missing] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
      for (const id of [same, behind, missing]) await write(id, 2, 'ACTIVE');
      await write(behind, 3, 'SUSPENDED');
      for (const id of [same, behind]) await say(id, 2, 'ACTIVE');
      await request(first);
      const result = await resultOf(first);
      expect(result).toMatchObject({ view, holder: holder.name, rows: 2, differences: 2, moving: 0 });
      const active = { version: 2, state: 'ACTIVE' };
      expect(new Map(result.found.map(({ id, ...rest }) => [id, rest]))).toEqual(
        new Map([
          [behind, { fault: 'BEHIND', owner: { version: 3, state: 'SUSPENDED' }, copy: active }],
          [missing, { fault: 'MISSING', owner: active, copy: null }],
        ]),
      );
      await say(behind, 3, 'SUSPENDED');
      await say(missing, 2, 'ACTIVE');
      // At once: whoever compares reads as far as the log went first.
      await request(second);
      expect(await resultOf(second)).toMatchObject({ rows: 3, questioned: 0, differences: 0, found: [] });
      expect(await parked()).toEqual([]);
    });

    test('a newer comparison is heard while the copy is still read for the one before, whose result nobody is told', async () => {
      const nothing = Array.from({ length: digestBuckets }, () => ({ count: 0, hash: '0' }));
      const tell = (runId: string) => feeder.send(digestMade, digestKey(view), { runId, view, buckets: nothing });
      const reading = `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND NOT granted AND objid = ${gate} AND datname = current_database()`;
      const id = randomUUIDv7();
      const session = await city.connect();
      try {
        await session.query('SELECT pg_advisory_lock($1)', [gate]);
        await tell(older);
        await eventually('the copy is being read', async () => (await city.query(reading)).length > 0);
        await tell(newer);
        await eventually('the newer one has taken its place', async () => {
          const [row] = await city.query<{ run_id: string; ends: unknown }>('SELECT run_id, ends FROM fixture_holder.digest_comparison');
          return row?.run_id === newer && row.ends !== null;
        });
        // Of the two replicas one reads; what somebody waits for is heard meanwhile.
        expect(await city.query(reading)).toHaveLength(1);
        await say(id, 1, 'ACTIVE');
        await eventually('an entry is heard', async () => (await city.query(`SELECT 1 FROM fixture_holder.entry WHERE id = '${id}'`))[0]);
      } finally {
        await session.end();
      }
      expect(await resultOf(newer)).toMatchObject({ differences: 1, found: [{ id, fault: 'EXTRA' }] });
      const questions = feeder.eventsOf(digestQuestioned).map(({ data }) => data.runId);
      expect(questions).toContain(newer);
      expect(questions).not.toContain(older);
      expect(feeder.eventsOf(digestCompared).filter(({ data }) => data.runId === older)).toEqual([]);
      expect(await parked()).toEqual([]);
    });
  });
}
