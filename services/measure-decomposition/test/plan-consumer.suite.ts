import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  incidentRaised,
  listEntryActivated,
  listEntryConfirmed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
  listEntryUnconfirmed,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanReleased,
  measurePlanSuperseded,
} from '@lianxin/contracts';
import type { LogRecord } from '@lianxin/messaging';
import { eventually } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { makePlan } from '../src/plan.rules.ts';
import { catalogue, uuid } from './plan-fixtures.ts';
import { headOf, PlanTown, type said, saidOfLostLife } from './plan-town.ts';

/** The four tests of the consumer on one engine of the event log: it works; redelivered; fails at each step; poison. */
export function describePlanConsumer(engine: 'postgres' | 'kafka'): void {
  describe(`plans follow their entries on ${engine}`, () => {
    let town: PlanTown;
    beforeAll(async () => {
      town = await PlanTown.create(engine);
    });
    afterAll(() => town.close());

    describe('it works', () => itWorks(() => town));
    describe('redelivered', () => redelivered(() => town));
    describe('fails at each step', () => failsAtEachStep(() => town));
    describe('poison', () => poison(() => town));
  });
}

function itWorks(town: () => PlanTown): void {
  test('an entry that comes into force is decomposed into one event, exactly as the rules say', async () => {
    const entry = town().newEntry();
    const cause = await town().feeder.send(listEntryActivated, entry.subjectId, entry);
    const [made] = await town().arrival(entry, 1);
    const data = town()
      .feeder.eventsOf(measurePlanMade)
      .find((event) => event.key === entry.subjectId)?.data;
    expect(made).toMatchObject({ causationId: cause.id, correlationId: cause.correlationId, key: entry.subjectId });
    expect(data).toEqual(makePlan(catalogue, entry, { planId: String(data?.planId), planVersion: 1 }).plan);
  });

  test('it is held, released and ended with its entry, each step a version on', async () => {
    const entry = town().newEntry();
    await town().feeder.sendRecords(town().lifeOf(entry));
    await town().arrival(entry, 4);
    const head = { entryId: entry.entryId, subjectId: entry.subjectId, activationNo: 1 };
    const of = <Definition extends (typeof said)[number]>(definition: Definition) =>
      town()
        .feeder.eventsOf(definition)
        .find((event) => event.key === entry.subjectId)?.data;
    const planId = of(measurePlanMade)?.planId;
    const documentNo = '（2026）苏07行终1号';
    expect(of(measurePlanHeld)).toEqual({
      ...{ ...head, planId, entryVersion: 4, planVersion: 2 },
      ...{ cause: 'SUSPENSION', documentNo, heldOn: '2026-11-10' },
    });
    expect(of(measurePlanReleased)).toMatchObject({ planId, entryVersion: 5, planVersion: 3, releasedOn: '2026-11-12' });
    expect(of(measurePlanEnded)).toEqual({
      ...{ ...head, planId, entryVersion: 6, planVersion: 4 },
      ...{ ground: 'TERM_REACHED', inError: false, documentNo: null, endedOn: '2026-11-20' },
    });
  });

  test('an entry that its source no longer names is held at once; confirmed while a court still stops it, it stays held (R-2-6b)', async () => {
    const entry = town().newEntry();
    const send = (record: { record: LogRecord }) => town().feeder.sendRecords([record.record]);
    const make = town().feeder.make.bind(town().feeder);
    const key = entry.subjectId;
    await send(make(listEntryActivated, key, entry));
    await send(make(listEntryUnconfirmed, key, { ...headOf(entry, 4, 'ACTIVE'), unconfirmedOn: '2026-11-10', answerDueOn: '2026-11-12' }));
    await send(
      make(listEntrySuspended, key, {
        ...headOf(entry, 5, 'SUSPENDED'),
        ground: 'BANKRUPTCY',
        documentNo: '破1',
        suspendedOn: '2026-11-11',
      }),
    );
    const answer = { documentNo: '函1', confirmedOn: '2026-11-11', reappeared: false };
    await send(make(listEntryConfirmed, key, { ...headOf(entry, 6, 'SUSPENDED'), ...answer }));
    await town().catchUp(key);
    expect((await town().outcomeOf(entry)).plans).toEqual([['HELD', 2, 4, false]]);
    await send(make(listEntryConfirmed, key, { ...headOf(entry, 7, 'ACTIVE'), ...answer }));
    await town().arrival(entry, 3);
    expect((await town().outcomeOf(entry)).said).toEqual(
      [measurePlanMade, measurePlanHeld, measurePlanReleased].map((definition) => definition.type),
    );
  });

  test('an entry that was wrong from the start ends in error', async () => {
    const entry = town().newEntry();
    await town().feeder.send(listEntryActivated, entry.subjectId, entry);
    await town().feeder.send(listEntryExited, entry.subjectId, {
      ...headOf(entry, 4, 'REVOKED'),
      ...{ ground: 'BASIS_REVOKED', documentNo: '撤1', exitedOn: '2026-11-09', byEntryId: null },
    });
    await town().arrival(entry, 2);
    const ended = town()
      .feeder.eventsOf(measurePlanEnded)
      .find((event) => event.key === entry.subjectId);
    expect(ended?.data.inError).toBe(true);
  });

  test('a revoked repair makes a second plan of its own (R-4-3)', async () => {
    const entry = town().newEntry();
    await town().feeder.sendRecords(town().lifeOf(entry));
    await town().feeder.send(listEntryActivated, entry.subjectId, { ...entry, entryVersion: 7, activationNo: 2 });
    await town().arrival(entry, 5);
    expect((await town().tablesOf(entry)).plans.map((row) => [row['activation_no'], row['status']])).toEqual([
      [1, 'ENDED'],
      [2, 'LIVE'],
    ]);
  });

  test('an objection holds; a court that stops it besides keeps it held when the objection is over (T13, T14, R-6-4)', async () => {
    const entry = town().newEntry();
    const send = town().feeder.send.bind(town().feeder);
    await send(listEntryActivated, entry.subjectId, entry);
    await send(listEntryDisputed, entry.subjectId, { ...headOf(entry, 4, 'ACTIVE'), documentNo: '异1', disputedOn: '2026-11-05' });
    await send(listEntrySuspended, entry.subjectId, {
      ...headOf(entry, 5, 'SUSPENDED'),
      ...{ ground: 'STOP_EXECUTION' as const, documentNo: '停1', suspendedOn: '2026-11-06' },
    });
    const end = { outcome: 'DISMISSED' as const, documentNo: '异2', endedOn: '2026-11-07' };
    await send(listEntryDisputeEnded, entry.subjectId, { ...headOf(entry, 6, 'SUSPENDED'), ...end });
    await send(listEntryResumed, entry.subjectId, { ...headOf(entry, 7, 'ACTIVE'), documentNo: '复1', resumedOn: '2026-11-08' });
    await town().arrival(entry, 5);
    const own = (event: { key: string }) => event.key === entry.subjectId;
    expect(
      town()
        .feeder.eventsOf(measurePlanHeld)
        .filter(own)
        .map((event) => [event.data.planVersion, event.data.cause]),
    ).toEqual([
      [2, 'OBJECTION'],
      [3, 'SUSPENSION'],
      [4, 'SUSPENSION'],
    ]);
    expect(
      town()
        .feeder.eventsOf(measurePlanReleased)
        .filter(own)
        .map((event) => event.data.releasedOn),
    ).toEqual(['2026-11-08']);
  });

  test('when a newer entry takes over, its plan is made before the plan of the old one is given up (T21)', async () => {
    const old = town().newEntry();
    const newer = town().newEntry('BL-WAGE', { subjectId: old.subjectId });
    await town().feeder.send(listEntryActivated, old.subjectId, old);
    await town().feeder.send(listEntryActivated, old.subjectId, newer);
    await town().feeder.send(listEntrySuperseded, old.subjectId, {
      ...headOf(old, 4, 'SUPERSEDED'),
      ...{ byEntryId: newer.entryId, documentNo: '延1', supersededOn: '2026-11-09' },
    });
    const over = await eventually('the old plan is given up', () =>
      town()
        .feeder.eventsOf(measurePlanSuperseded)
        .find((event) => event.data.entryId === old.entryId),
    );
    const made = town()
      .feeder.eventsOf(measurePlanMade)
      .find((event) => event.data.entryId === newer.entryId);
    expect(over.data).toMatchObject({ byEntryId: newer.entryId, documentNo: '延1', planVersion: 2 });
    expect(made?.subjectSeq).toBeLessThan(over.subjectSeq);
    expect((await town().tablesOf(old)).plans.map((row) => row['status'])).toEqual(['ENDED']);
  });

  test('an agreement that ends ends the plan of a foreign entry, and a new one makes a second plan (R-2-16)', async () => {
    const entry = town().newEntry();
    await town().feeder.send(listEntryRecognised, entry.subjectId, { ...entry, entryVersion: 4, activationNo: 2, agreementId: uuid(778) });
    await town().feeder.send(listEntryRecognitionEnded, entry.subjectId, {
      ...headOf({ ...entry, activationNo: 2 }, 5, 'ACTIVE'),
      ...{ originRegion: '310115', documentNo: null, endedOn: '2026-11-09' },
    });
    await town().feeder.send(listEntryRecognised, entry.subjectId, { ...entry, entryVersion: 6, activationNo: 3, agreementId: uuid(779) });
    await town().arrival(entry, 3);
    expect((await town().tablesOf(entry)).plans.map((row) => [row['activation_no'], row['status']])).toEqual([
      [2, 'ENDED'],
      [3, 'LIVE'],
    ]);
    const ended = town()
      .feeder.eventsOf(measurePlanEnded)
      .find((event) => event.key === entry.subjectId);
    expect(ended?.data).toMatchObject({ ground: 'LIST_ABOLISHED', inError: false, endedOn: '2026-11-09' });
  });

  test('an entry keeps its key for life, also after its subject was merged into another', async () => {
    const entry = town().newEntry();
    const oldKey = uuid(777);
    await town().feeder.sendRecords(
      town()
        .lifeOf(entry)
        .map((record) => withKey(record, oldKey)),
    );
    const events = await town().arrival(entry, 4);
    expect(new Set(events.map((event) => event.key))).toEqual(new Set([oldKey]));
  });

  test('a whole batch of entries is decomposed, each once', async () => {
    const entries = Array.from({ length: 300 }, () => town().newEntry());
    await town().feeder.sendRecords(entries.map((entry) => town().feeder.make(listEntryActivated, entry.subjectId, entry).record));
    await eventually('all plans are said', () => entries.every((entry) => town().saidOf(entry).length > 0));
    expect(entries.map((entry) => town().saidOf(entry).length)).toEqual(entries.map(() => 1));
    expect((await town().tablesOf(...entries)).plans).toHaveLength(300);
  });

  test('what gives nothing, or has no department, is an incident', async () => {
    const silent = town().newEntry('AB-MKT');
    const lost = town().newLostEntry();
    for (const entry of [silent, lost]) await town().feeder.send(listEntryActivated, entry.subjectId, entry);
    await town().arrival(silent, 2);
    await town().arrival(lost, 3);
    const raised = town().feeder.eventsOf(incidentRaised);
    const of = ({ entryId }: typeof lost) => raised.filter((event) => event.data.entryId === entryId).map((event) => event.data);
    expect(of(silent)).toMatchObject([{ cause: 'NO_MEASURE_FOUND', groupKey: 'AB-MKT', measureCode: null }]);
    expect(of(lost)).toMatchObject([
      { cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799', measureCode: 'SAFE-01' },
      { cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799', measureCode: 'SAFE-02' },
    ]);
    expect((await town().tablesOf(silent, lost)).incidents).toHaveLength(3);
  });

  test('the state of every plan is the fold of its steps', async () => {
    const different = await town().city.query(`
      WITH last AS (SELECT DISTINCT ON (plan_id) plan_id, kind, plan_version, entry_version FROM measure_decomposition.plan_step
                    ORDER BY plan_id, plan_version DESC)
      SELECT p.plan_id FROM measure_decomposition.plan p LEFT JOIN last USING (plan_id)
      WHERE last.kind IS NULL OR p.plan_version <> last.plan_version OR p.entry_version <> last.entry_version OR
            p.status <> CASE last.kind WHEN 'MADE' THEN 'LIVE' WHEN 'RELEASED' THEN 'LIVE' ELSE last.kind END`);
    expect(different).toEqual([]);
  });
}

function withKey<Heard extends { key: string; headers: Readonly<Record<string, string>> }>(record: Heard, key: string): Heard {
  return { ...record, key, headers: { ...record.headers, ce_partitionkey: key, ce_subject: key } };
}

function redelivered(town: () => PlanTown): void {
  test('every event twice, at once and again later, changes no table and says nothing more', async () => {
    const entry = town().newLostEntry();
    const records = town().lifeOf(entry);
    await town().feeder.sendRecords(records.flatMap((record) => [record, record]));
    await town().arrival(entry, saidOfLostLife);
    const before = await town().tablesOf(entry);
    await town().feeder.sendRecords(records);
    await town().catchUp(entry.subjectId);
    expect(await town().tablesOf(entry)).toEqual(before);
    expect(town().saidOf(entry)).toHaveLength(saidOfLostLife);
  });

  test('an older version under a new event id changes nothing: what runs again is not held', async () => {
    const entry = town().newEntry();
    await town().feeder.sendRecords(town().lifeOf(entry).slice(0, 3));
    await town().arrival(entry, 3);
    const before = await town().tablesOf(entry);
    await town().feeder.sendRecords(town().lifeOf(entry).slice(0, 2));
    await town().catchUp(entry.subjectId);
    expect(await town().tablesOf(entry)).toEqual(before);
    expect(before.plans.map((row) => row['status'])).toEqual(['LIVE']);
    expect(town().saidOf(entry)).toHaveLength(3);
  });

  test('an event that comes again with other content is refused', async () => {
    const entry = town().newEntry();
    const { record } = town().feeder.make(listEntryActivated, entry.subjectId, entry);
    await town().feeder.sendRecords([record]);
    await town().arrival(entry, 1);
    const altered = town().feeder.make(listEntryActivated, entry.subjectId, { ...entry, entryVersion: 9, activationNo: 2 });
    const id = String(record.headers['ce_id']);
    await town().feeder.sendRecords([{ ...altered.record, headers: { ...altered.record.headers, ce_id: id } }]);
    await town().catchUp(entry.subjectId);
    expect((await town().tablesOf(entry)).plans).toHaveLength(1);
  });

  test('two replicas of one group make each plan once', async () => {
    await town().city.boot(service);
    const entries = Array.from({ length: 40 }, () => town().newEntry());
    const records = entries.map((entry) => town().feeder.make(listEntryActivated, entry.subjectId, entry).record);
    await town().feeder.sendRecords([...records, ...records]);
    await eventually('all plans are said', () => entries.every((entry) => town().saidOf(entry).length > 0));
    for (const entry of entries) await town().catchUp(entry.subjectId);
    expect(entries.map((entry) => town().saidOf(entry).length)).toEqual(entries.map(() => 1));
  });
}

function failsAtEachStep(town: () => PlanTown): void {
  test.each([
    ['heard_entry', 'NEW.entry_id::text = ANY(TG_ARGV)'],
    ['plan', 'NEW.entry_id::text = ANY(TG_ARGV)'],
    ['plan_step', 'NEW.plan_id IN (SELECT plan_id FROM measure_decomposition.plan WHERE entry_id::text = ANY(TG_ARGV))'],
    ['incident', 'NEW.entry_id::text = ANY(TG_ARGV)'],
    ['subject_sequence', 'NEW.subject_key = ANY(TG_ARGV)'],
    ['outbox', 'NEW.aggregateid = ANY(TG_ARGV)'],
  ])('at %s: nothing is half done, the others go on, and a redrive brings the same end', async (table, condition) => {
    const reference = town().newLostEntry();
    await town().feeder.sendRecords(town().lifeOf(reference));
    await town().arrival(reference, saidOfLostLife);
    const entry = town().newLostEntry();
    const other = town().newEntry();
    const mend = await town().breakInserts(table, condition, 'P0001', entry);
    try {
      await town().feeder.sendRecords([...town().lifeOf(entry), ...town().lifeOf(other)]);
      await town().arrival(other, 4);
      const row = await eventually('the subject is parked', async () => {
        const found = await town().findParked(entry.subjectId);
        return found?.events === 4 && found;
      });
      // An exit waits behind it.
      expect(row.severity).toBe('SEVERE');
      expect(row.reason).toContain('failed for the test');
      expect(await town().tablesOf(entry)).toEqual({ heard: [], plans: [], steps: [], incidents: [] });
      expect(town().saidOf(entry)).toEqual([]);
      expect((await town().redrive(entry.subjectId)).status).toBe(409);
    } finally {
      await mend();
    }
    expect((await town().redrive(entry.subjectId)).body).toMatchObject({ handled: 4, setAside: 0, remaining: 0 });
    await town().arrival(entry, saidOfLostLife);
    expect(await town().outcomeOf(entry)).toEqual(await town().outcomeOf(reference));
    expect(await town().findParked(entry.subjectId)).toBeUndefined();
  });

  test('a passing fault parks nothing: the batch runs again until it passes', async () => {
    const entry = town().newEntry();
    // A sequence keeps counting when the transaction that asked it is undone.
    await town().city.query('CREATE SEQUENCE measure_decomposition.attempts');
    await town().city.query('GRANT USAGE ON SEQUENCE measure_decomposition.attempts TO measure_decomposition_consumer');
    const condition = "NEW.entry_id::text = ANY(TG_ARGV) AND nextval('measure_decomposition.attempts') > 0";
    const mend = await town().breakInserts('plan', condition, '40001', entry);
    try {
      await town().feeder.sendRecords(town().lifeOf(entry));
      await eventually('it was tried three times', async () => {
        const [attempts] = await town().city.query<{ last: number }>(
          'SELECT last_value::integer AS last FROM measure_decomposition.attempts',
        );
        return (attempts?.last ?? 0) >= 3;
      });
      expect(await town().findParked(entry.subjectId)).toBeUndefined();
      expect((await town().tablesOf(entry)).plans).toEqual([]);
    } finally {
      await mend();
    }
    await town().arrival(entry, 4);
    expect((await town().tablesOf(entry)).plans.map((row) => row['status'])).toEqual(['ENDED']);
  });
}

function poison(town: () => PlanTown): void {
  test('an unreadable event parks its subject only; a redrive sets it aside and the rest goes its way', async () => {
    const entry = town().newEntry();
    const other = town().newEntry();
    const [activated, ...later] = town().lifeOf(entry);
    const [, , , exited] = town().lifeOf(entry);
    if (activated === undefined || exited === undefined) throw new Error('no records');
    const unreadable = { ...exited, value: Buffer.from('{"entryId":"no"}') };
    await town().feeder.sendRecords([activated, unreadable, ...later, ...town().lifeOf(other)]);
    await town().arrival(other, 4);
    const row = await eventually('the subject is parked', async () => {
      const found = await town().findParked(entry.subjectId);
      return found?.events === 4 && found;
    });
    expect(row.severity).toBe('SEVERE');
    expect((await town().tablesOf(entry)).plans.map((plan) => plan['status'])).toEqual(['LIVE']);
    expect((await town().redrive(entry.subjectId)).body).toMatchObject({ handled: 3, setAside: 1, remaining: 0 });
    await town().arrival(entry, 4);
    expect(await town().outcomeOf(entry)).toEqual(await town().outcomeOf(other));
  });
}
