import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  beijingDate,
  type EventData,
  type ListEntryActivated,
  listEntryCorrected,
  listEntryExited,
  listEntrySuspended,
  measurePlanCorrected,
  type ReplayApproved,
  type ReplayChange,
  type ReplayVersion,
  replayApproved,
  replayCarriedOut,
  replayRefused,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { party } from './plan-fixtures.ts';
import { headOf } from './plan-town.ts';
import { VersionTown } from './version-town.ts';

const before = '2026-11-02';
const today = beijingDate(new Date());
let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create({}, [replayApproved.topic]);
});
afterAll(() => town.close());

async function planned(changes: Partial<ListEntryActivated> = {}) {
  const entry = town.newEntry('BL-WAGE', before, changes);
  await town.list([entry]);
  await town.planned([entry]);
  return entry;
}

interface Row {
  plan_id: string;
  plan_version: number;
  known_version: number;
  pin: unknown;
  status: string;
  entry: ListEntryActivated;
  measures: string[];
}
async function planOf({ entryId }: ListEntryActivated): Promise<Row> {
  const [row] = await town.city.query<Row & Record<string, unknown>>(
    `SELECT plan_id, plan_version, known_version, pin, status, entry,
       ARRAY(SELECT measure->>'measureCode' FROM jsonb_array_elements(body->'measures') AS measure ORDER BY 1) AS measures
     FROM measure_decomposition.plan WHERE entry_id = $1`,
    [entryId],
  );
  if (row === undefined) throw new Error('no plan');
  return row;
}

const saidOf = (entry: ListEntryActivated) =>
  town.feeder.eventsOf(measurePlanCorrected).filter(({ data }) => data.entryId === entry.entryId);
const answersTo = (replayId: string) =>
  [...town.feeder.eventsOf(replayCarriedOut), ...town.feeder.eventsOf(replayRefused)].filter(({ data }) => data.replayId === replayId);
const answerTo = (replayId: string) => eventually('it is answered', () => answersTo(replayId)[0]);

async function versionsNow(entry: ListEntryActivated): Promise<ReplayVersion[]> {
  const plan = await planOf(entry);
  const [newest] = await town.city.query<{ version: number }>(
    'SELECT max(version) AS version FROM measure_decomposition.catalogue_version',
  );
  const catalogue = String(newest?.version);
  return [
    { kind: 'PLAN', id: plan.plan_id, version: String(plan.plan_version) },
    { kind: 'CATALOGUE', id: catalogue, version: catalogue },
  ];
}

async function approvedFor(entry: ListEntryActivated, change: ReplayChange, over: Partial<ReplayApproved> = {}): Promise<ReplayApproved> {
  const { entryId, subjectId } = entry;
  const head = { replayId: randomUUIDv7(), round: 2, entryId, subjectId, change, sideEffects: 'internal' as const };
  const ground = { ground: 'DESIGNATOR_CORRECTION' as const, documentNo: '纠〔2026〕1号', approvedOn: today };
  return { ...head, ...ground, acting: ['measure-decomposition'], versions: await versionsNow(entry), ...over };
}
const approve = (data: ReplayApproved) => town.feeder.send(replayApproved, data.subjectId, data);

function correctionOf(
  entry: ListEntryActivated,
  changes: Partial<ListEntryActivated>,
  entryVersion = entry.entryVersion + 1,
): EventData<typeof listEntryCorrected> {
  return { ...entry, ...changes, entryVersion, correctedFields: Object.keys(changes), documentNo: '更正〔2026〕1号', correctedOn: today };
}

describe('facts of an entry are corrected', () => {
  const person = party(70_001, 'LEGAL_REPRESENTATIVE', 'PERSON', { served: false });
  const withPerson = (entry: ListEntryActivated, served: boolean) => [...entry.parties.slice(0, 1), { ...person, served }];

  test('a person on whom the decision was served after all gets the measures; the event carries the whole plan', async () => {
    const base = town.newEntry('BL-WAGE', before);
    const entry = await planned({ parties: withPerson(base, false) });
    await town.feeder.send(listEntryCorrected, entry.subjectId, correctionOf(entry, { parties: withPerson(entry, true) }));
    const said = await eventually('the plan is said again', () => saidOf(entry)[0]);
    expect(said.data).toMatchObject({ reason: 'ENTRY_CORRECTED', planVersion: 2, documentNo: '更正〔2026〕1号', correctedOn: today });
    expect(said.data.groups.some((group) => group.partyIds.includes(person.partyId) && group.measureCodes.length > 0)).toBe(true);
    expect((await planOf(entry)).entry.parties[1]?.served).toBe(true);
  });

  test('a term that changes is told, though no task changes; a fact that no plan reads is only kept', async () => {
    const entry = await planned();
    await town.feeder.send(listEntryCorrected, entry.subjectId, correctionOf(entry, { validTo: '2028-01-01' }));
    expect((await eventually('the plan is said again', () => saidOf(entry)[0])).data.validTo).toBe('2028-01-01');
    await town.feeder.send(listEntryCorrected, entry.subjectId, correctionOf(entry, { validTo: '2028-01-01', industry: 'C13' }, 5));
    await eventually('the fact is kept', async () => (await planOf(entry)).entry.industry === 'C13');
    expect(saidOf(entry)).toHaveLength(1);
    expect(await planOf(entry)).toMatchObject({ plan_version: 2, entry: { entryVersion: 5 } });
  });

  test('of a plan that is held the hold stays, of one that has ended nothing is said, an older correction changes nothing', async () => {
    const [held, over] = [await planned(), await planned()];
    const stop = { ground: 'STOP_EXECUTION' as const, documentNo: '止1', suspendedOn: today };
    const exit = { ground: 'TERM_REACHED' as const, documentNo: null, exitedOn: today, byEntryId: null };
    const { record: late } = town.feeder.make(listEntryCorrected, held.subjectId, correctionOf(held, { validTo: '2027-01-01' }, 4));
    await town.feeder.send(listEntrySuspended, held.subjectId, { ...headOf(held, 5, 'SUSPENDED'), ...stop });
    await town.feeder.send(listEntryCorrected, held.subjectId, correctionOf(held, { validTo: '2028-01-01' }, 6));
    await town.feeder.send(listEntryExited, over.subjectId, { ...headOf(over, 4, 'EXPIRED'), ...exit });
    await town.feeder.send(listEntryCorrected, over.subjectId, correctionOf(over, { validTo: '2028-01-01' }, 5));
    await eventually('the held plan is said again', () => saidOf(held).length === 1);
    await town.feeder.sendRecords([late]);
    await eventually('the ended plan keeps the fact', async () => (await planOf(over)).entry.validTo === '2028-01-01');
    expect(await planOf(held)).toMatchObject({ status: 'HELD', plan_version: 3, entry: { validTo: '2028-01-01' } });
    expect(saidOf(over)).toEqual([]);
    expect(await planOf(over)).toMatchObject({ status: 'ENDED', plan_version: 2 });
  });

  test('a correction that comes with the hold after it in one batch is not lost', async () => {
    const entry = town.newEntry('BL-WAGE', before);
    const stop = { ground: 'BANKRUPTCY' as const, documentNo: '破1', suspendedOn: today };
    const { feeder } = town;
    await town.list([entry]);
    await feeder.sendRecords([
      feeder.make(listEntryCorrected, entry.subjectId, correctionOf(entry, { validTo: '2028-01-01' }, 4)).record,
      feeder.make(listEntrySuspended, entry.subjectId, { ...headOf(entry, 5, 'SUSPENDED'), ...stop }).record,
    ]);
    await eventually('it is corrected and held', async () => {
      const plans = await town.plansOf([entry.entryId]);
      return plans[0]?.plan_version === 3;
    });
    expect(await planOf(entry)).toMatchObject({ status: 'HELD', entry: { validTo: '2028-01-01' } });
  });
});

describe('a replay was approved', () => {
  test('a plan by another version of the catalogue is made and told once; a later re-planning does not undo it', async () => {
    const entry = await planned();
    const whole = (await planOf(entry)).measures;
    let draft = await town.draft('撤 WAGE-02');
    const closeGate = (row: Record<string, unknown>) => ({
      bases: (row['bases'] as { verified: boolean }[]).map((basis) => ({ ...basis, verified: false })),
    });
    draft = await town.edit(draft, 'MEASURE', 'WAGE-02', closeGate);
    await town.bringIntoForce(draft, today);
    expect((await planOf(entry)).measures).toEqual(whole.filter((code) => code !== 'WAGE-02'));
    const data = await approvedFor(entry, { kind: 'CATALOGUE_VERSION', version: 1 });
    const cause = await approve(data);
    expect(await answerTo(data.replayId)).toMatchObject({ causationId: cause.id, data: { owner: 'measure-decomposition', changed: true } });
    expect(saidOf(entry)[0]).toMatchObject({
      causationId: cause.id,
      data: { reason: 'REPLAY', planVersion: 3, documentNo: '纠〔2026〕1号' },
    });
    const decided = await planOf(entry);
    expect(decided).toMatchObject({ measures: whole, pin: { version: 1, through: 2 }, known_version: 2 });
    const looked = await town.reconcile();
    expect(looked).toMatchObject({ status: 'succeeded', result: { differingPlanIds: [] } });
    // Another event of the same replay finds it done, and says so.
    await approve({ ...data, versions: await versionsNow(entry) });
    const marker = await approvedFor(entry, { kind: 'NOTHING' });
    await approve(marker);
    expect(await answerTo(marker.replayId)).toMatchObject({ data: { changed: false } });
    expect(answersTo(data.replayId).map((answer) => [answer.type, answer.data])).toMatchObject([
      [replayCarriedOut.type, { changed: true }],
      [replayCarriedOut.type, { changed: false }],
    ]);
    expect(await planOf(entry)).toEqual(decided);
  });

  test('what has moved on since is refused with what stands now, and nothing of it is done', async () => {
    const entry = await planned();
    const data = await approvedFor(entry, { kind: 'CATALOGUE_VERSION', version: 1 });
    const stale = data.versions.map((version) => (version.kind === 'PLAN' ? { ...version, version: '7' } : version));
    const stands = await planOf(entry);
    await approve({ ...data, versions: stale });
    const [answer] = [await answerTo(data.replayId)];
    expect(answer.type).toBe(replayRefused.type);
    expect(answer.data).toMatchObject({ versions: await versionsNow(entry) });
    const other = await approvedFor(entry, { kind: 'CATALOGUE_VERSION', version: 1 });
    await approve({ ...other, versions: other.versions.filter(({ kind }) => kind === 'PLAN') });
    expect((await answerTo(other.replayId)).type).toBe(replayRefused.type);
    expect(await planOf(entry)).toEqual(stands);
    expect(saidOf(entry)).toEqual([]);
  });

  test('a fault of the system only lifts: what rules had ordered too much goes, what they had left out is refused (R-6-7a)', async () => {
    const [tooMuch, tooLittle] = [await planned(), await planned()];
    const sound = (await planOf(tooMuch)).measures;
    await tamper(
      tooMuch,
      `jsonb_set(jsonb_set(body, '{measures}', body->'measures' || jsonb_build_array(jsonb_set(body#>'{measures,0}', '{measureCode}', '"WAGE-77"'))),
      '{groups,0,measureCodes}', body#>'{groups,0,measureCodes}' || '["WAGE-77"]')`,
    );
    await tamper(tooLittle, `jsonb_set(body, '{groups,0,measureCodes}', (body#>'{groups,0,measureCodes}') - 0)`);
    const fault = { ground: 'SYSTEM_FAULT' as const };
    const [lift, add] = [await approvedFor(tooMuch, { kind: 'NOTHING' }, fault), await approvedFor(tooLittle, { kind: 'NOTHING' }, fault)];
    await approve(lift);
    await approve(add);
    expect(await answerTo(lift.replayId)).toMatchObject({ type: replayCarriedOut.type, data: { changed: true } });
    expect((await planOf(tooMuch)).measures).toEqual(sound);
    expect(await answerTo(add.replayId)).toMatchObject({ type: replayRefused.type, data: { clause: 'R-6-7a' } });
    expect(saidOf(tooLittle)).toEqual([]);
  });

  test('what a version has withdrawn is not ordered by a replay that names no version, though the plan only now fulfils its condition (R-4-8)', async () => {
    const proof = { conditions: [{ code: 'EXIT_DECISION', documentNo: '（2026）苏07执1号' }] };
    const court = async () => {
      const { parties } = town.newEntry('BL-COURT', before);
      const entry = town.newEntry('BL-COURT', before, { parties: [...parties, party(71_000, 'LEGAL_REPRESENTATIVE')] });
      await town.list([entry]);
      await town.planned([entry]);
      return entry;
    };
    const [entry, other] = [await court(), await court()];
    const newest = (await planOf(entry)).known_version;
    let draft = await town.draft('撤 COURT-32');
    draft = await town.edit(draft, 'MEASURE', 'COURT-32', (row) => ({
      bases: (row['bases'] as { verified: boolean }[]).map((basis) => ({ ...basis, verified: false })),
    }));
    await town.bringIntoForce(draft, today);
    // Without the condition the plan had not had it: nothing to say, and the version is known all the same.
    expect(await planOf(entry)).toMatchObject({ plan_version: 1, known_version: newest + 1 });
    const forget = ({ entryId }: ListEntryActivated) =>
      town.city.query('UPDATE measure_decomposition.plan SET known_version = $2 WHERE entry_id = $1', [entryId, newest]);
    await forget(entry);
    await town.feeder.send(listEntryCorrected, entry.subjectId, correctionOf(entry, { industry: 'C13' }));
    await eventually('the fact is kept', async () => (await planOf(entry)).entry.industry === 'C13');
    expect(await planOf(entry)).toMatchObject({ plan_version: 1, known_version: newest + 1 });
    // Now only the version keeps it out, and that is said.
    await town.feeder.send(listEntryCorrected, other.subjectId, correctionOf(other, proof));
    await eventually('the condition is proved', async () => (await planOf(other)).plan_version === 2);
    const sound = await approvedFor(other, { kind: 'NOTHING' });
    await approve(sound);
    expect(await answerTo(sound.replayId)).toMatchObject({ type: replayCarriedOut.type, data: { changed: false } });
    // A plan that an older program had left behind.
    await forget(other);
    const wrong = await approvedFor(other, { kind: 'NOTHING' });
    await approve(wrong);
    expect(await answerTo(wrong.replayId)).toMatchObject({ type: replayRefused.type, data: { clause: 'R-4-8' } });
    expect((await planOf(other)).measures).not.toContain('COURT-32');
    expect(saidOf(other)).toHaveLength(1);
  });

  test('where another owner acts nothing is done or said here; the same event twice is once', async () => {
    const entry = await planned();
    const others = await approvedFor(entry, { kind: 'VOID_ENTRY', effect: 'VOID' }, { acting: ['list-matching'] });
    const own = await approvedFor(entry, { kind: 'NOTHING' });
    const { record } = town.feeder.make(replayApproved, entry.subjectId, own);
    await approve(others);
    await town.feeder.sendRecords([record, record]);
    const marker = await approvedFor(entry, { kind: 'NOTHING' });
    await approve(marker);
    await answerTo(marker.replayId);
    expect(answersTo(others.replayId)).toEqual([]);
    expect(answersTo(own.replayId)).toHaveLength(1);
  });
});

test('a failure at any step leaves nothing of it; when it has passed everything is there', async () => {
  const entry = await planned();
  await town.city.query(`CREATE FUNCTION measure_decomposition.fail_step() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.kind = 'CORRECTED' THEN RAISE EXCEPTION 'failed for the test' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$`);
  await town.city.query(
    'CREATE TRIGGER fail BEFORE INSERT ON measure_decomposition.plan_step FOR EACH ROW EXECUTE FUNCTION measure_decomposition.fail_step()',
  );
  const stands = await planOf(entry);
  await town.feeder.send(listEntryCorrected, entry.subjectId, correctionOf(entry, { validTo: '2028-01-01' }));
  expect(await planOf(entry)).toEqual(stands);
  await town.city.query('DROP TRIGGER fail ON measure_decomposition.plan_step');
  await eventually('it is corrected', async () => (await planOf(entry)).plan_version === 2);
  expect(saidOf(entry).length).toBeLessThanOrEqual(1);
});

/** What rules of another day had made of a plan. */
const tamper = (entry: ListEntryActivated, body: string) =>
  town.city.query(`UPDATE measure_decomposition.plan SET body = ${body} WHERE entry_id = $1`, [entry.entryId]);
