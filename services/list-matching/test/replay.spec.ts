import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  endOfDayBeijing,
  type ListEntryView,
  listEntryActivated,
  listEntryAdvanced,
  listEntryCorrected,
  listEntryExited,
  type ReplayChange,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, partyOf, today } from './designations.ts';
import { caseOf, Replay, ReplayCases } from './replays.ts';

let lists: ListCity;
let cases: ReplayCases;
beforeAll(async () => {
  lists = await ListCity.create();
  cases = new ReplayCases(lists);
});
afterAll(() => lists?.close());

const nothing: ReplayChange = { kind: 'NOTHING' };
const voids: ReplayChange = { kind: 'VOID_ENTRY', effect: 'VOID' };

/** Rows and facts of this service, whatever they are, as text. */
const everything = async () => {
  const tables = ['list_entry', 'list_entry_fact', 'list_entry_party', 'publication_order', 'timer', 'entry_deadline'];
  const texts = await Promise.all(
    tables.map((table) => lists.city.query(`SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) AS md5 FROM list_matching.${table} r`)),
  );
  return texts.map(([row]) => row?.['md5']);
};

test('a replay is answered from stored facts and changes nothing, however often it asks', async () => {
  const { honour, black } = await cases.wronglyExcluded();
  const other = await cases.listed();
  const before = await everything();
  const replay = new Replay(lists);
  const asked = [caseOf(black), caseOf(honour), caseOf(other)];
  const first = await replay.ask(asked, nothing);
  expect(first.map(({ result, acts, mismatches, entries }) => [result, acts, mismatches, entries.map((one) => one.action)])).toEqual(
    asked.map(() => ['ASSESSED', false, [], ['KEEP']]),
  );
  expect(first.map(({ entries }) => entries[0]?.status)).toEqual(['ACTIVE', 'EXCLUDED', 'ACTIVE']);
  const voided = await replay.ask([caseOf(black)], voids);
  expect(voided[0]?.entries.map(({ action, clause, number }) => [action, clause, number])).toEqual([
    ['END', 'T18', black.number],
    ['RETURN', 'T20a', honour.number],
  ]);
  const again = await replay.ask([caseOf(black)], voids);
  expect(again).toEqual(voided.map((answer) => ({ ...answer, round: 3 })));
  expect(await everything()).toEqual(before);
});

test('an entry that does not exist, is another subject’s or may not be changed so is told as such', async () => {
  const entry = await cases.listed();
  const replay = new Replay(lists);
  const stranger = { entryId: entry.id, subjectId: randomUUIDv7() };
  const [unknown, foreign] = await replay.ask([{ entryId: randomUUIDv7(), subjectId: randomUUIDv7() }, stranger], voids);
  expect([unknown?.result, foreign?.result]).toEqual(['UNKNOWN', 'UNKNOWN']);
  const [refused] = await replay.ask([caseOf(entry)], { kind: 'CORRECT_ENTRY', facts: { validTo: '2099-01-01' } });
  expect([refused?.result, refused?.clause, refused?.acts, refused?.versions[0]]).toEqual([
    'REFUSED',
    'R-2-6',
    false,
    { kind: 'ENTRY', id: entry.id, version: '5' },
  ]);
});

test('a thousand cases are answered with as many statements as one', async () => {
  const entry = await cases.listed();
  const replay = new Replay(lists);
  const answers = await replay.ask(
    [...Array.from({ length: 1000 }, () => ({ entryId: randomUUIDv7(), subjectId: randomUUIDv7() })), caseOf(entry)],
    nothing,
  );
  expect(answers.filter(({ result }) => result === 'ASSESSED')).toHaveLength(1);
});

test('what was approved is carried out as an error would be: the entry void, the honour back; who approves twice changes nothing twice', async () => {
  const { honour, black } = await cases.wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  const approved = await replay.approve(planned);
  await replay.answer();
  expect(await cases.factsOf(black)).toMatchObject({ status: 'CORRECTED' });
  const restored = await lists.city.query<{ status: string; valid_to: string }>(
    'SELECT status, valid_to::text FROM list_matching.list_entry WHERE restores = $1',
    [honour.id],
  );
  expect(restored).toEqual([{ status: 'ACTIVE', valid_to: honour.validTo }]);
  // What it was given back with stands in its own facts.
  const [served] = await lists.city.query<{ to: string }>(
    `SELECT detail->>'validTo' AS to FROM list_matching.list_entry_fact JOIN list_matching.list_entry ON id = entry_id WHERE restores = $1 AND transition = 'T12'`,
    [honour.id],
  );
  expect(served?.to).toBe(honour.validTo);
  const before = await everything();
  await replay.approve(planned);
  await eventually('it is answered again', async () => (await replay.answer()).done.length === 2);
  expect(await everything()).toEqual(before);
  const { done, refused } = await replay.answer();
  expect([done.map(({ data }) => data.changed), refused]).toEqual([[true, false], []]);
  const exit = lists.feeder.eventsOf(listEntryExited).find(({ data }) => data.entryId === black.id && data.status === 'CORRECTED');
  expect([exit?.causationId, exit?.data.documentNo]).toEqual([approved.id, '异议决〔2026〕1号']);
  const back = lists.feeder
    .eventsOf(listEntryActivated)
    .find(({ data }) => data.number !== honour.number && data.listCode === 'RL-TAXA' && data.subjectId === honour.subject.id);
  expect(back?.causationId).toBe(approved.id);
  const [proof] = await replay.ask([caseOf(black)], nothing);
  expect([proof?.acts, proof?.mismatches, proof?.entries.map(({ action }) => action)]).toEqual([false, [], ['KEEP']]);
});

test('what has moved on since it was looked at is refused with its versions, and nothing of it is done', async () => {
  const { black } = await cases.wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  const order = { ground: 'STOP_EXECUTION', documentNo: '（2026）苏07行1号', date: today };
  expect((await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/suspend`, order)).status).toBe(200);
  const before = await everything();
  await replay.approve(planned);
  const { done, refused } = await replay.answer();
  expect([done, refused[0]?.data.versions.find(({ id }) => id === black.id)?.version]).toEqual([[], '6']);
  expect(await everything()).toEqual(before);
});

test('a black entry that came in between keeps the honour out: the difference is no longer the one that was approved', async () => {
  const { honour, black } = await cases.wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  const name = honour.subject.name;
  await cases.listed('BL-TAX', { subject: { kind: 'LEGAL', name, usccCode: honour.subject.usccCode, regionCode: '320706' } });
  await replay.approve(planned);
  expect((await replay.answer()).done).toEqual([]);
  expect(await cases.factsOf(black)).toMatchObject({ status: 'ACTIVE' });
});

test('who does not act does nothing, and an entry that is not there is refused', async () => {
  const entry = await cases.listed();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], voids);
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned, { acting: ['measure-decomposition'] });
  const other = new Replay(lists);
  await other.approve({ ...planned, replayId: other.id, entryId: randomUUIDv7() });
  expect((await other.answer()).refused).toHaveLength(1);
  expect(await cases.factsOf(entry)).toMatchObject({ status: 'ACTIVE', version: 5 });
});

test('corrected facts are told to everybody with the entry as it should have been, under the same activation, with the timer moved (§6.4)', async () => {
  const entry = await cases.listed('BL-TAX', { parties: [partyOf()] });
  const person = entry.parties.find(({ role }) => role !== 'SUBJECT');
  const change: ReplayChange = {
    kind: 'CORRECT_ENTRY',
    facts: { validTo: '2027-03-01', grade: 'MINOR', parties: [{ partyId: person?.id ?? '', named: false, served: false }] },
  };
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], change);
  expect(planned).toMatchObject({ result: 'ASSESSED', acts: true, entries: [{ action: 'CORRECT', hardens: [] }] });
  if (planned === undefined) throw new Error('no answer');
  const approved = await replay.approve(planned);
  await replay.answer();
  const told = lists.feeder.eventsOf(listEntryCorrected).find(({ data }) => data.entryId === entry.id);
  expect(told?.causationId).toBe(approved.id);
  expect(told?.data).toMatchObject({
    entryVersion: 6,
    activationNo: 1,
    status: 'ACTIVE',
    validTo: '2027-03-01',
    grade: 'MINOR',
    correctedFields: ['validTo', 'grade', 'parties'],
    documentNo: '异议决〔2026〕1号',
  });
  expect(told?.data.parties.map(({ role, named, served }) => [role, named, served])).toEqual([
    ['SUBJECT', true, true],
    ['LEGAL_REPRESENTATIVE', false, false],
  ]);
  const after = await cases.factsOf(entry);
  expect([after.validTo, after.grade, after.timeline.at(-1)?.transition]).toEqual(['2027-03-01', 'MINOR', 'T13b']);
  const [timer] = await lists.city.query<{ due_at: Date }>('SELECT due_at FROM list_matching.timer WHERE reference = $1', [entry.id]);
  expect(timer?.due_at).toEqual(endOfDayBeijing('2027-03-01'));
  const [proof] = await replay.ask([caseOf(entry)], nothing);
  expect([proof?.mismatches, proof?.entries[0]?.correctedVersion]).toEqual([[], 6]);
});

test('a term that was over long ago by the corrected facts ends the entry at once', async () => {
  const entry = await cases.listed('BL-TAX', { validFrom: daysAgo(5) });
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], { kind: 'CORRECT_ENTRY', facts: { validTo: daysAgo(2) } });
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned);
  await eventually('it has ended', async () => (await cases.factsOf(entry)).status === 'EXPIRED');
});

test('a fault of the system can only free: a harder fact is refused (R-6-7a)', async () => {
  const entry = await cases.listed('BL-TAX', { grade: 'GENERAL' });
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], { kind: 'CORRECT_ENTRY', facts: { grade: 'SERIOUS' } });
  expect(planned?.entries[0]?.hardens).toEqual(['grade']);
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned, { ground: 'SYSTEM_FAULT' });
  const { refused } = await replay.answer();
  expect(refused[0]?.data.clause).toBe('R-6-7a');
  expect(await cases.factsOf(entry)).toMatchObject({ grade: 'GENERAL', version: 5 });
});

test('a process that dies while it carries out has done nothing, and does all of it afterwards', async () => {
  const { black } = await cases.wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  await lists.city.query(`CREATE FUNCTION list_matching.fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.type = 'lianxin.replay.carried_out.v1' THEN RAISE EXCEPTION 'out of order' USING ERRCODE = '57P01'; END IF; RETURN NEW; END $$`);
  await lists.city.query(
    'CREATE TRIGGER fail_once BEFORE INSERT ON list_matching.outbox FOR EACH ROW EXECUTE FUNCTION list_matching.fail_once()',
  );
  await replay.approve(planned);
  const other = await cases.listed();
  expect(await cases.factsOf(black)).toMatchObject({ status: 'ACTIVE' });
  await lists.city.query('DROP TRIGGER fail_once ON list_matching.outbox');
  await replay.answer();
  expect(await cases.factsOf(black)).toMatchObject({ status: 'CORRECTED' });
  expect(await cases.factsOf(other)).toMatchObject({ status: 'ACTIVE' });
  expect((await replay.answer()).done.map(({ data }) => data.changed)).toEqual([true]);
});

test('every version of an entry in force is told, also by steps that have no event of their own: the journal comes to where the entry stands', async () => {
  const entry = await cases.listed();
  const document = { name: '更正申请', number: '更1号', date: today };
  const asked = await lists.call<ListEntryView>(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/request-correction`, { document });
  expect([asked.status, asked.body.version]).toEqual([200, 6]);
  const told = await eventually('it is told', () => lists.feeder.eventsOf(listEntryAdvanced).find(({ data }) => data.entryId === entry.id));
  expect(told.data).toMatchObject({ entryVersion: 6, transition: 'T18a', documentNo: '更1号', status: 'ACTIVE' });
});
