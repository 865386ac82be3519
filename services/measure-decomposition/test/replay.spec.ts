import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AssessedEntry,
  type EventData,
  type ListEntryActivated,
  listEntryCorrected,
  listEntryExited,
  type ReplayChange,
  replayAssessed,
} from '@lianxin/contracts';
import { joinReplayParts, type LogRecord } from '@lianxin/messaging';
import { eventually, principalOf } from '@lianxin/testing';
import { party, uuid } from './plan-fixtures.ts';
import { headOf } from './plan-town.ts';
import { VersionTown } from './version-town.ts';

let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create({}, [replayAssessed.topic]);
});
afterAll(() => town.close());

type Assessed = EventData<typeof replayAssessed>;

function entryNamed(entry: ListEntryActivated, over: Partial<AssessedEntry> = {}): AssessedEntry {
  const { entryId, subjectId, number, listCode, listType, designatingDepartment, entryVersion, activationNo, status } = entry;
  const head = { entryId, subjectId, number, listCode, listType, designatingDepartment, entryVersion, activationNo, status };
  return { ...head, action: 'KEEP', clause: null, facts: null, validTo: null, ...over };
}

/** What list-matching says of a case. */
function foundBy(entry: ListEntryActivated, change: ReplayChange, over: Partial<AssessedEntry> = {}, replayId = randomUUIDv7()): Assessed {
  const { entryId, subjectId } = entry;
  const lists = { versions: [], entries: [entryNamed(entry, over)], plans: [], tasks: [], mismatches: [] };
  const head = { replayId, round: 1, entryId, subjectId, change, owner: 'list-matching' as const, part: 1, parts: 1 };
  return { ...head, ...lists, result: 'ASSESSED', clause: null, detail: null, acts: false, unchangedTasks: 0, state: null };
}

const record = (data: Assessed) => town.feeder.make(replayAssessed, data.subjectId, data);

function answers(replayId: string) {
  return town.feeder.eventsOf(replayAssessed).filter(({ data }) => data.replayId === replayId && data.owner === 'measure-decomposition');
}

function answer(replayId: string, count = 1) {
  return eventually(`replay ${replayId} is answered`, () => {
    const parts = answers(replayId);
    const last = parts.at(-1);
    return (
      last !== undefined &&
      parts.length >= count * last.data.parts &&
      joinReplayParts(parts.slice(0, last.data.parts).map(({ data }) => data))
    );
  });
}

async function planned(listCode = 'BL-WAGE', changes: Partial<ListEntryActivated> = {}) {
  const entry = town.newEntry(listCode, '2026-11-02', changes);
  await town.list([entry]);
  await town.planned([entry]);
  return entry;
}

const tables = () =>
  town.city.query(
    'SELECT plan_id, plan_version, status, catalogue_version, known_version, md5(entry::text) AS entry, md5(body::text) AS body, pin FROM measure_decomposition.plan ORDER BY plan_id',
  );

describe('what the plan of a case would be', () => {
  test('is said with its versions and its state, follows from the answer of list-matching, and changes nothing', async () => {
    const entry = await planned();
    const before = await tables();
    const { event, record: said } = record(foundBy(entry, { kind: 'VOID_ENTRY', effect: 'VOID' }, { action: 'END' }));
    await town.feeder.sendRecords([said]);
    const { replayId } = event.data as Assessed;
    const found = await answer(replayId);
    const [plan] = await town.plansOf([entry.entryId]);
    expect(found).toMatchObject({ result: 'ASSESSED', acts: false, plans: [{ action: 'END', entryId: entry.entryId, planVersion: 1 }] });
    expect(found.plans[0]?.withdrawn.length).toBeGreaterThan(5);
    expect(found.versions).toEqual([
      { kind: 'PLAN', id: found.plans[0]?.planId, version: '1' },
      { kind: 'CATALOGUE', id: '1', version: '1' },
    ]);
    expect(found.state).toMatchObject({ lines: 1 });
    expect(answers(replayId)[0]).toMatchObject({ causationId: event.id, key: entry.subjectId });
    expect(plan?.plan_version).toBe(1);
    expect(await tables()).toEqual(before);
  });

  test('a plan that ended before its entry was corrected, twice, is no mismatch of a replay that changes nothing', async () => {
    const person = party(91_001, 'LEGAL_REPRESENTATIVE', 'PERSON', { served: false });
    const { parties } = town.newEntry('BL-WAGE', '2026-11-02');
    const entry = await planned('BL-WAGE', { parties: [...parties, person] });
    const exit = { ground: 'TERM_REACHED' as const, documentNo: null, exitedOn: '2026-11-20', byEntryId: null };
    await town.feeder.send(listEntryExited, entry.subjectId, { ...headOf(entry, 4, 'EXPIRED'), ...exit });
    const stored = async () =>
      (
        await town.city.query<{ entry: ListEntryActivated; status: string; known: boolean }>(
          'SELECT entry, status, derived_from IS NOT NULL AS known FROM measure_decomposition.plan WHERE entry_id = $1',
          [entry.entryId],
        )
      )[0];
    const corrected = { ...entry, parties: [...parties, { ...person, served: true }] };
    const how = { correctedFields: ['parties'], documentNo: '更正〔2026〕1号', correctedOn: '2026-11-21' };
    for (const [entryVersion, industry] of [
      [5, 'C13'],
      [6, 'C14'],
    ] as const)
      await town.feeder.send(listEntryCorrected, entry.subjectId, { ...corrected, ...how, entryVersion, industry });
    await eventually('the facts are kept', async () => (await stored())?.entry.entryVersion === 6);
    expect(await stored()).toMatchObject({ status: 'ENDED', known: true, entry: { industry: 'C14' } });
    const asked = foundBy(entry, { kind: 'NOTHING' }, { entryVersion: 6, status: 'EXPIRED' });
    await town.feeder.sendRecords([record(asked).record]);
    expect(await answer(asked.replayId)).toMatchObject({ result: 'ASSESSED', acts: false, mismatches: [] });
  });

  test('an entry whose plan has not come is answered BEHIND, and when it has come, in the next round, it is found', async () => {
    const entry = town.newEntry('BL-WAGE', '2026-11-02');
    const first = foundBy(entry, { kind: 'NOTHING' });
    await town.feeder.sendRecords([record(first).record]);
    expect(await answer(first.replayId)).toMatchObject({ result: 'BEHIND', plans: [], state: null });
    await town.list([entry]);
    await town.planned([entry]);
    const second = { ...foundBy(entry, { kind: 'NOTHING' }), round: 2 };
    await town.feeder.sendRecords([record(second).record]);
    expect(await answer(second.replayId)).toMatchObject({
      result: 'ASSESSED',
      round: 2,
      plans: [{ action: 'KEEP', kept: expect.any(Number) }],
    });
  });

  test('what list-matching did not find is assessed by nobody after it', async () => {
    const entry = await planned();
    const unknown = { ...foundBy(entry, { kind: 'NOTHING' }), result: 'UNKNOWN' as const };
    const marker = foundBy(entry, { kind: 'NOTHING' });
    await town.feeder.sendRecords([record(unknown).record, record(marker).record]);
    await answer(marker.replayId);
    expect(answers(unknown.replayId)).toEqual([]);
  });

  test('an entry with two hundred persons is answered in parts, each an event of its own, that give one plan', async () => {
    const people = Array.from({ length: 200 }, (_, index) => party(90_000 + index, 'LEGAL_REPRESENTATIVE'));
    const subjectId = uuid(999_001);
    const entry = await planned('BL-COURT', { subjectId, parties: [{ ...party(89_999, 'SUBJECT', 'LEGAL'), subjectId }, ...people] });
    const data = foundBy(entry, { kind: 'VOID_ENTRY', effect: 'REVOKE' }, { action: 'END' });
    await town.feeder.sendRecords([record(data).record]);
    const found = await answer(data.replayId);
    const parts = answers(data.replayId);
    expect(parts.length).toBeGreaterThan(1);
    expect(found.plans).toHaveLength(1);
    const rows = found.plans[0]?.withdrawn.reduce((sum, row) => sum + row.partyIds.length, 0);
    const kept = await eventually('as many as stand', async () => {
      const nothing = foundBy(entry, { kind: 'NOTHING' });
      await town.feeder.sendRecords([record(nothing).record]);
      return (await answer(nothing.replayId)).plans[0]?.kept;
    });
    expect(rows).toBe(kept);
  });

  test('an answer of list-matching in two parts is taken as one', async () => {
    const [one, other] = [await planned(), await planned('RL-TAXA')];
    const data = foundBy(one, { kind: 'VOID_ENTRY', effect: 'VOID' }, { action: 'END' });
    const honour = entryNamed(other, { action: 'KEEP' });
    const parts = [
      { ...data, parts: 2 },
      { ...data, part: 2, parts: 2, entries: [honour] },
    ];
    for (const part of parts) await town.feeder.sendRecords([record(part).record]);
    const found = await answer(data.replayId);
    expect(found.plans.map(({ entryId, action }) => [entryId, action])).toEqual([
      [one.entryId, 'END'],
      [other.entryId, 'KEEP'],
    ]);
    expect(await town.city.query('SELECT * FROM measure_decomposition.replay_part')).toEqual([]);
  });
});

test('a thousand cases are answered in one go', async () => {
  const entries = Array.from({ length: 1_000 }, () => town.newEntry('BL-WAGE', '2026-11-02'));
  await town.list(entries);
  await town.planned(entries);
  const replayId = randomUUIDv7();
  const began = Date.now();
  await town.feeder.sendRecords(entries.map((entry) => record(foundBy(entry, { kind: 'NOTHING' }, {}, replayId)).record));
  await eventually('all are answered', () => answers(replayId).length === entries.length);
  const tookMs = Date.now() - began;
  const found = answers(replayId);
  expect(found.every(({ data }) => data.result === 'ASSESSED' && data.plans.every(({ action }) => action === 'KEEP'))).toBe(true);
  expect(new Set(found.flatMap(({ data }) => data.mismatches))).toEqual(new Set());
  process.stdout.write(`1,000 cases: ${tookMs} ms\n`);
});

describe('redelivered, failing and unreadable', () => {
  test('the same answer of list-matching twice is answered once', async () => {
    const entry = await planned();
    const { event, record: said } = record(foundBy(entry, { kind: 'NOTHING' }));
    const { replayId } = event.data as Assessed;
    await town.feeder.sendRecords([said, said]);
    const marker = foundBy(entry, { kind: 'NOTHING' });
    await town.feeder.sendRecords([record(marker).record]);
    await answer(marker.replayId);
    expect(answers(replayId)).toHaveLength(1);
  });

  test('an answer that cannot be read parks its subject alone; redriven it is answered', async () => {
    const [broken, sound] = [await planned(), await planned()];
    const data = foundBy(broken, { kind: 'NOTHING' });
    const good = record(data).record;
    const bad: LogRecord = { ...good, value: Buffer.from('{"replayId":1}') };
    const other = foundBy(sound, { kind: 'NOTHING' });
    await town.feeder.sendRecords([bad, record(other).record]);
    await answer(other.replayId);
    const [replica] = town.replicas;
    if (replica === undefined) throw new Error('no replica');
    const admin = principalOf(['REPLAY_ADMIN'], [], 'ADMIN');
    const parked = await eventually('it is parked', async () => {
      const { body } = await town.city.call<{ data: { key: string }[] }>(replica, admin, 'GET', '/api/v1/parked');
      return body.data.find(({ key }) => key === broken.subjectId);
    });
    expect(parked.key).toBe(broken.subjectId);
  });
});
