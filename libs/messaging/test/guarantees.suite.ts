import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { incidentRaised, type LianxinEvent, subjectChanged, subjectChangedV2 } from '@lianxin/contracts';
import { EVENT_LOG, type EventLog, encodeEvent, type LogRecord, lockLanes, type StoredRecord, Timers } from '@lianxin/messaging';
import { Database, type RunningService } from '@lianxin/platform';
import { eventually, principalOf, TestCity } from '@lianxin/testing';
import { passOver } from '../src/consumer.store.ts';
import { dataOf, fixtureServiceOf, Recorder } from './fixture.service.ts';

const admin = principalOf(['REPLAY_ADMIN']);

function eventOf(key: string, sequence: number, id = randomUUIDv7()): LianxinEvent {
  const now = new Date().toISOString();
  return {
    id,
    type: subjectChanged.type,
    source: 'urn:credit:320700:test',
    key,
    subjectSeq: sequence,
    time: now,
    recordedTime: now,
    correlationId: id,
    classification: subjectChanged.classification,
    data: dataOf(key, sequence),
  };
}

function recordOf(event: LianxinEvent): LogRecord {
  const { headers, value } = encodeEvent(subjectChanged, event);
  return { topic: subjectChanged.topic, key: event.key, headers, value: Buffer.from(value) };
}

/** The guarantees of design §3 on one engine: nothing lost, nothing doubled, order per subject, poison parks its own subject only. */
export function describeGuarantees(engine: 'postgres' | 'kafka', together: boolean): void {
  describe(`outbox, inbox and parked keys on ${engine}, ${together ? 'several partitions' : 'each partition'} at a time`, () => {
    const fixtureService = fixtureServiceOf(together);
    let city: TestCity;
    let service: RunningService;
    let log: EventLog;

    const effects = (key: string) =>
      city.query<{ event_id: string; sequence: string }>('SELECT event_id, sequence FROM fixture.effect WHERE key = $1 ORDER BY place', [
        key,
      ]);
    const sequencesOf = async (key: string) => (await effects(key)).map((row) => Number(row.sequence));
    const parked = async () =>
      (await city.call<{ data: { key: string; severity: string; events: number }[] }>(service, admin, 'GET', '/api/v1/parked')).body.data;

    beforeAll(async () => {
      city = await TestCity.create(engine, ['fixture']);
      service = await city.boot(fixtureService);
      log = service.app.get<EventLog>(EVENT_LOG);
    });
    afterAll(() => city.close());

    test('what a use case said stands in the log and has its effect, in order, once', async () => {
      const recorder = service.app.get(Recorder);
      const database = service.app.get(Database);
      const keys = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
      for (let round = 0; round < 30; round++) await database.consumerTransaction((tx) => recorder.say(tx, keys));
      for (const key of keys) {
        await eventually('all effects are there', async () => (await effects(key)).length >= 30);
        expect(await sequencesOf(key)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      }
      await eventually('the outbox is empty', async () => (await city.query('SELECT 1 FROM fixture.outbox')).length === 0);
    });

    test('a transaction that fails says nothing', async () => {
      const recorder = service.app.get(Recorder);
      const database = service.app.get(Database);
      const [lost, kept] = [randomUUIDv7(), randomUUIDv7()];
      await expect(
        database.consumerTransaction(async (tx) => {
          await recorder.say(tx, [lost]);
          throw new Error('the use case failed after it spoke');
        }),
      ).rejects.toThrow('after it spoke');
      await database.consumerTransaction((tx) => recorder.say(tx, [kept]));
      await eventually('the later one is there', async () => (await effects(kept)).length === 1);
      expect(await effects(lost)).toHaveLength(0);
    });

    test('every event delivered twice changes no table', async () => {
      const key = randomUUIDv7();
      const events = [1, 2, 3].map((sequence) => eventOf(key, sequence));
      await log.append([...events, ...events].map(recordOf));
      await log.append(events.map(recordOf));
      const last = eventOf(key, 4);
      await log.append([recordOf(last)]);
      await eventually('the last is there', async () => (await effects(key)).some((row) => row.event_id === last.id));
      expect(await sequencesOf(key)).toEqual([1, 2, 3, 4]);
    });

    test('an event that comes again with other content is refused', async () => {
      const key = randomUUIDv7();
      const original = eventOf(key, 1);
      await log.append([recordOf(original)]);
      await eventually('it is there', async () => (await effects(key)).length === 1);
      await log.append([recordOf({ ...original, subjectSeq: 9, data: dataOf(key, 9) }), recordOf(eventOf(key, 2))]);
      await eventually('the next is there', async () => (await effects(key)).length >= 2);
      expect(await sequencesOf(key)).toEqual([1, 2]);
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      expect(metrics).toMatch(/lx_events_altered_total\{[^}]*\} 1/);
    });

    test('a poisoned event parks its own subject and nothing else, and redrive ends as if nothing had happened', async () => {
      const [sick, well] = [randomUUIDv7(), randomUUIDv7()];
      const good = [1, 2, 3].map((sequence) => eventOf(sick, sequence));
      const poison: LogRecord = { ...recordOf(eventOf(sick, 99)), value: Buffer.from('{"subjectId":') };
      const [first, ...rest] = good.map(recordOf);
      await log.append([first as LogRecord, poison, ...rest, recordOf(eventOf(well, 1))]);
      await eventually('the other subject goes on', async () => (await effects(well)).length === 1);
      await eventually('the key is parked', async () => (await parked()).some((row) => row.key === sick && row.events === 3));
      expect(await sequencesOf(sick)).toEqual([1]);
      const later = eventOf(sick, 4);
      await log.append([recordOf(later)]);
      await eventually('what comes later waits behind it', async () =>
        (await parked()).some((row) => row.key === sick && row.events === 4),
      );

      const answer = await city.call<{ handled: number; setAside: number; remaining: number }>(
        service,
        admin,
        'POST',
        `/api/v1/parked/${sick}/redrive`,
      );
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ handled: 3, setAside: 1, remaining: 0 });
      expect(await sequencesOf(sick)).toEqual([1, 2, 3, 4]);
      expect((await parked()).some((row) => row.key === sick)).toBe(false);
      expect(await city.query('SELECT 1 FROM fixture.set_aside_event WHERE subject_key = $1', [sick])).toHaveLength(1);
    });

    test('a key whose handler fails is parked in order and drains when the cause is gone', async () => {
      const [sick, well] = [randomUUIDv7(), randomUUIDv7()];
      await city.query('INSERT INTO fixture.fault (key) VALUES ($1)', [sick]);
      await log.append([1, 2, 3].flatMap((sequence) => [recordOf(eventOf(sick, sequence)), recordOf(eventOf(well, sequence))]));
      await eventually('the other subject goes on', async () => (await effects(well)).length === 3);
      await eventually('the key is parked', async () => (await parked()).some((row) => row.key === sick && row.events === 3));
      const refused = await city.call<{ code: string }>(service, admin, 'POST', `/api/v1/parked/${sick}/redrive`);
      expect([refused.status, refused.body.code]).toEqual([409, 'REDRIVE_FAILED']);
      expect(await effects(sick)).toHaveLength(0);
      await city.query('DELETE FROM fixture.fault');
      expect((await city.call(service, admin, 'POST', `/api/v1/parked/${sick}/redrive`)).status).toBe(200);
      expect(await sequencesOf(sick)).toEqual([1, 2, 3]);
      expect(await sequencesOf(well)).toEqual([1, 2, 3]);
    });

    test('an event of a type that nobody here knows is a severe alarm and stays parked', async () => {
      const key = randomUUIDv7();
      const unknown = recordOf(eventOf(key, 1));
      await log.append([{ ...unknown, headers: { ...unknown.headers, ce_type: 'lianxin.subject.freed.v9' } }]);
      await eventually('the key is parked as severe', async () =>
        (await parked()).some((row) => row.key === key && row.severity === 'SEVERE'),
      );
      expect((await city.call(service, admin, 'POST', `/api/v1/parked/${key}/redrive`)).status).toBe(409);
      expect((await city.call(service, principalOf(['DEPT_HANDLER'], ['RSJ']), 'POST', `/api/v1/parked/${key}/redrive`)).status).toBe(403);
    });

    test('records that mean nothing here move the position and leave nothing else; what follows them is heard', async () => {
      const key = randomUUIDv7();
      const known = eventOf(key, 1);
      await log.append([recordOf(known)]);
      await eventually('the lane is known', async () => (await effects(key)).length === 1);
      const { headers, ...rest } = recordOf(eventOf(key, 2));
      const foreign = { ...rest, headers: { ...headers, ce_type: subjectChangedV2.type }, value: Buffer.from('{"not":"ours"}') };
      const positionsOf = () =>
        city.query<{ topic: string; partition: number; next_offset: string }>(
          `SELECT topic, partition, next_offset FROM fixture.consumer_position WHERE topic = '${subjectChanged.topic}' ORDER BY partition`,
        );
      const sum = async () => (await positionsOf()).reduce((total, row) => total + Number(row.next_offset), 0);
      const before = await sum();
      const inbox = (await city.query('SELECT 1 FROM fixture.inbox')).length;
      await log.append([foreign, foreign, foreign]);
      await eventually('the position moved past them', async () => (await sum()) === before + 3);
      expect((await city.query('SELECT 1 FROM fixture.inbox')).length).toBe(inbox);
      expect((await parked()).some((row) => row.key === key)).toBe(false);
      await log.append([recordOf(eventOf(key, 3))]);
      await eventually('the next is there', async () => (await effects(key)).length === 2);
      expect(await sequencesOf(key)).toEqual([1, 3]);
    });

    test('records that mean nothing here never carry the position past one that was not handled', async () => {
      const database = service.app.get(Database);
      const at = async (nextOffset: number, first: number) => {
        await city.query(
          `INSERT INTO fixture.consumer_position VALUES ('elsewhere', 'lianxin.none', 3, ${nextOffset})
           ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`,
        );
        const records = [first, first + 1].map((offset) => ({ topic: 'lianxin.none', partition: 3, offset })) as unknown as StoredRecord[];
        const moved = await passOver(database, 'elsewhere', [{ topic: 'lianxin.none', partition: 3, records }]);
        const [row] = await city.query<{ next_offset: string }>(
          "SELECT next_offset FROM fixture.consumer_position WHERE topic = 'lianxin.none'",
        );
        return [moved, Number(row?.next_offset)];
      };
      expect(await at(5, 5)).toEqual([true, 7]);
      expect(await at(5, 6)).toEqual([false, 5]);
      expect(await at(9, 5)).toEqual([true, 9]);
      const unknown = { topic: 'lianxin.none', partition: 4, records: [{ offset: 0 }] as unknown as StoredRecord[] };
      expect(await passOver(database, 'elsewhere', [unknown])).toBe(false);
    });

    test('who holds a lane keeps the next one waiting, whether the lane was there before or not', async () => {
      const database = service.app.get(Database);
      const [fresh, known] = [randomUUIDv7(), randomUUIDv7()];
      await database.consumerTransaction((tx) => lockLanes(tx, [known]));
      for (const key of [fresh, known]) {
        const order: string[] = [];
        let second: Promise<void> | undefined;
        await database.consumerTransaction(async (tx) => {
          await lockLanes(tx, [key]);
          second = database.consumerTransaction(async (other) => {
            await lockLanes(other, [randomUUIDv7(), key]);
            order.push('second');
          });
          await eventually(
            'somebody waits',
            async () =>
              (await city.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%subject_lane%'")).length >
              0,
          );
          order.push('first');
        });
        await second;
        expect(order).toEqual(['first', 'second']);
      }
    });

    test('what is read apart and has to wait holds up nothing that somebody waits for', async () => {
      const database = service.app.get(Database);
      const [stuck, well] = [randomUUIDv7(), randomUUIDv7()];
      const data = { incidentId: stuck, cause: 'NO_DEPARTMENT', groupKey: 'CZJ', entryId: stuck, listCode: 'BL-WAGE', measureCode: null };
      const raised: LianxinEvent = { ...eventOf(stuck, 1), type: incidentRaised.type, data };
      const { headers, value } = encodeEvent(incidentRaised, raised);
      await database.consumerTransaction(async (tx) => {
        await lockLanes(tx, [stuck]);
        await log.append([{ topic: incidentRaised.topic, key: stuck, headers, value: Buffer.from(value) }]);
        const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%subject_lane%'";
        await eventually('it waits', async () => (await city.query(waiting)).length > 0);
        await log.append([recordOf(eventOf(well, 1))]);
        await eventually('the other is there', async () => (await effects(well)).length === 1);
        expect(await effects(stuck)).toEqual([]);
      });
      await eventually('it goes on', async () => (await effects(stuck)).length === 1);
    });

    test('two processes of one service share the work; when one is stopped the other goes on, nothing lost or doubled', async () => {
      const second = await city.boot(fixtureService);
      const keys = Array.from({ length: 20 }, () => randomUUIDv7());
      for (let sequence = 1; sequence <= 10; sequence++) await log.append(keys.map((key) => recordOf(eventOf(key, sequence))));
      await second.close();
      for (let sequence = 11; sequence <= 20; sequence++) await log.append(keys.map((key) => recordOf(eventOf(key, sequence))));
      for (const key of keys) {
        await eventually('all effects are there', async () => (await effects(key)).length >= 20, 40_000);
        expect(await sequencesOf(key)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      }
    }, 60_000);

    test('timers fire once each, also when another one fails', async () => {
      const timers = service.app.get(Timers);
      const database = service.app.get(Database);
      await city.query("INSERT INTO fixture.fault (key) VALUES ('bad')");
      const past = new Date(Date.now() - 7 * 86_400_000);
      await database.consumerTransaction((tx) =>
        timers.set(
          tx,
          'greeting',
          ['one', 'bad', 'two'].map((reference) => ({ reference, dueAt: past })),
        ),
      );
      await eventually('the good ones have fired', async () => (await city.query('SELECT 1 FROM fixture.fired')).length >= 2);
      expect(
        (await city.query<{ reference: string }>('SELECT reference FROM fixture.fired ORDER BY reference')).map((row) => row.reference),
      ).toEqual(['one', 'two']);
      const [waiting] = await city.query<{ attempts: number; last_error: string }>(
        "SELECT attempts, last_error FROM fixture.timer WHERE reference = 'bad'",
      );
      expect(waiting).toMatchObject({ attempts: 1, last_error: 'told to fail for bad' });
      await city.query('DELETE FROM fixture.fault');
    });

    test('timers that wait for what is not there yet hold up no others, and fire when it is', async () => {
      const timers = service.app.get(Timers);
      const database = service.app.get(Database);
      const firedOf = async (reference: string) =>
        (await city.query('SELECT 1 FROM fixture.fired WHERE reference = $1', [reference])).length;
      await city.query("INSERT INTO fixture.fault (key) VALUES ('absent')");
      await database.consumerTransaction(async (tx) => {
        await timers.set(tx, 'patience', [{ reference: 'absent', dueAt: new Date() }]);
        await timers.set(tx, 'greeting', [{ reference: 'meanwhile', dueAt: new Date() }]);
      });
      await eventually('the other kind has fired', async () => (await firedOf('meanwhile')) === 1);
      expect(await firedOf('absent')).toBe(0);
      await city.query('DELETE FROM fixture.fault');
      await eventually('what waited has fired', async () => (await firedOf('absent')) === 1);
    });
  });
}
