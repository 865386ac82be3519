import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  endOfDayBeijing,
  isTold,
  type ListEntryView,
  listEntryActivated,
  listEntryAdvanced,
  listEntryCorrected,
  listEntryExited,
  listEntryPublicationOrdered,
  type Page,
  type Principal,
  type ReplayChange,
  replayCarriedOut,
  replayRefused,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { EntryPublications, OrderView } from '../src/publication-order.view.ts';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextUscc, partyOf, today } from './designations.ts';
import { type Case, Replay } from './replays.ts';

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
const nothing: ReplayChange = { kind: 'NOTHING' };
const voids: ReplayChange = { kind: 'VOID_ENTRY', effect: 'VOID' };

async function listed(listCode = 'BL-TAX', changes: Record<string, unknown> = {}, principal = taxOffice): Promise<ListEntryView> {
  const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
  expect([answer.status, answer.body.status]).toEqual([201, 'ACTIVE']);
  return answer.body;
}
const caseOf = (entry: ListEntryView): Case => ({ entryId: entry.id, subjectId: entry.subject.id ?? '' });
/** Rows and facts of this service, whatever they are, as text. */
const everything = async () => {
  const tables = ['list_entry', 'list_entry_fact', 'list_entry_party', 'publication_order', 'timer', 'entry_deadline'];
  const texts = await Promise.all(
    tables.map((table) => lists.city.query(`SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) AS md5 FROM list_matching.${table} r`)),
  );
  return texts.map(([row]) => row?.['md5']);
};

/** An honour and the black entry that excluded it. */
async function wronglyExcluded() {
  const subject = { kind: 'LEGAL', name: '连云港守信示例有限公司', usccCode: nextUscc(), regionCode: '320706' };
  const honour = await listed('RL-TAXA', { subject });
  const black = await listed('BL-WAGE', { subject }, wageOffice);
  return { honour, black };
}

test('a replay is answered from stored facts and changes nothing, however often it asks', async () => {
  const { honour, black } = await wronglyExcluded();
  const other = await listed();
  const before = await everything();
  const replay = new Replay(lists);
  const cases = [caseOf(black), caseOf(honour), caseOf(other)];
  const first = await replay.ask(cases, nothing);
  expect(first.map(({ result, acts, mismatches, entries }) => [result, acts, mismatches, entries.map((one) => one.action)])).toEqual(
    cases.map(() => ['ASSESSED', false, [], ['KEEP']]),
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
  const entry = await listed();
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
  const entry = await listed();
  const replay = new Replay(lists);
  const answers = await replay.ask(
    [...Array.from({ length: 1000 }, () => ({ entryId: randomUUIDv7(), subjectId: randomUUIDv7() })), caseOf(entry)],
    nothing,
  );
  expect(answers.filter(({ result }) => result === 'ASSESSED')).toHaveLength(1);
});

const factsOf = async (entry: ListEntryView) =>
  (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}`)).body;
const answerTo = (replay: Replay) =>
  eventually('the owner answers what was approved', () => {
    const done = lists.feeder.eventsOf(replayCarriedOut).filter(({ data }) => data.replayId === replay.id);
    const refused = lists.feeder.eventsOf(replayRefused).filter(({ data }) => data.replayId === replay.id);
    return done.length + refused.length > 0 ? { done, refused } : undefined;
  });

test('what was approved is carried out as an error would be: the entry void, the honour back; who approves twice changes nothing twice', async () => {
  const { honour, black } = await wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  const approved = await replay.approve(planned);
  await answerTo(replay);
  expect(await factsOf(black)).toMatchObject({ status: 'CORRECTED' });
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
  await eventually('it is answered again', async () => (await answerTo(replay)).done.length === 2);
  expect(await everything()).toEqual(before);
  const { done, refused } = await answerTo(replay);
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
  const { black } = await wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  const order = { ground: 'STOP_EXECUTION', documentNo: '（2026）苏07行1号', date: today };
  expect((await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/suspend`, order)).status).toBe(200);
  const before = await everything();
  await replay.approve(planned);
  const { done, refused } = await answerTo(replay);
  expect([done, refused[0]?.data.versions.find(({ id }) => id === black.id)?.version]).toEqual([[], '6']);
  expect(await everything()).toEqual(before);
});

test('a black entry that came in between keeps the honour out: the difference is no longer the one that was approved', async () => {
  const { honour, black } = await wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  const name = honour.subject.name;
  await listed('BL-TAX', { subject: { kind: 'LEGAL', name, usccCode: honour.subject.usccCode, regionCode: '320706' } });
  await replay.approve(planned);
  expect((await answerTo(replay)).done).toEqual([]);
  expect(await factsOf(black)).toMatchObject({ status: 'ACTIVE' });
});

test('who does not act does nothing, and an entry that is not there is refused', async () => {
  const entry = await listed();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], voids);
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned, { acting: ['measure-decomposition'] });
  const other = new Replay(lists);
  await other.approve({ ...planned, replayId: other.id, entryId: randomUUIDv7() });
  expect((await answerTo(other)).refused).toHaveLength(1);
  expect(await factsOf(entry)).toMatchObject({ status: 'ACTIVE', version: 5 });
});

test('corrected facts are told to everybody with the entry as it should have been, under the same activation, with the timer moved (§6.4)', async () => {
  const entry = await listed('BL-TAX', { parties: [partyOf()] });
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
  await answerTo(replay);
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
  const after = await factsOf(entry);
  expect([after.validTo, after.grade, after.timeline.at(-1)?.transition]).toEqual(['2027-03-01', 'MINOR', 'T13b']);
  const [timer] = await lists.city.query<{ due_at: Date }>('SELECT due_at FROM list_matching.timer WHERE reference = $1', [entry.id]);
  expect(timer?.due_at).toEqual(endOfDayBeijing('2027-03-01'));
  const [proof] = await replay.ask([caseOf(entry)], nothing);
  expect([proof?.mismatches, proof?.entries[0]?.correctedVersion]).toEqual([[], 6]);
});

test('a term that was over long ago by the corrected facts ends the entry at once', async () => {
  const entry = await listed('BL-TAX', { validFrom: daysAgo(5) });
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], { kind: 'CORRECT_ENTRY', facts: { validTo: daysAgo(2) } });
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned);
  await eventually('it has ended', async () => (await factsOf(entry)).status === 'EXPIRED');
});

test('a fault of the system can only free: a harder fact is refused (R-6-7a)', async () => {
  const entry = await listed('BL-TAX', { grade: 'GENERAL' });
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], { kind: 'CORRECT_ENTRY', facts: { grade: 'SERIOUS' } });
  expect(planned?.entries[0]?.hardens).toEqual(['grade']);
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned, { ground: 'SYSTEM_FAULT' });
  const { refused } = await answerTo(replay);
  expect(refused[0]?.data.clause).toBe('R-6-7a');
  expect(await factsOf(entry)).toMatchObject({ grade: 'GENERAL', version: 5 });
});

describe('what of a replay reaches the channels outside (product §A.4, decision 0018)', () => {
  const ordersOf = async (entry: { readonly id: string }) =>
    (await lists.call<EntryPublications>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}/publications`)).body.data;
  const states = async (entry: { readonly id: string }) =>
    (await ordersOf(entry)).map(({ channel, action, state, replay }) => `${channel} ${action} ${state} ${replay?.mode ?? '-'}`);
  const orderedEvents = (entry: { readonly id: string }) =>
    lists.feeder.eventsOf(listEntryPublicationOrdered).filter(({ data }) => data.entryId === entry.id);
  async function replayed(entry: ListEntryView, change: ReplayChange, sideEffects: 'none' | 'internal' | 'notify') {
    const replay = new Replay(lists);
    const [planned] = await replay.ask([caseOf(entry)], change);
    if (planned === undefined) throw new Error('no answer');
    await replay.approve(planned, { sideEffects });
    await answerTo(replay);
    return { replay, planned };
  }
  const release = (id: string | undefined, principal: Principal) =>
    lists.call<OrderView & { code?: string }>(principal, 'POST', `/api/v1/publications/${id}/release`);
  const longer: ReplayChange = { kind: 'CORRECT_ENTRY', facts: { validTo: '2028-06-30' } };
  const inForceTo = (validTo: string) => listed('BL-TAX', { validTo });

  test.each(['none', 'internal'] as const)(
    'more of a punishment waits (%s): no channel is asked, none can confirm it, what was asked before goes on; approved twice it waits once',
    async (mode) => {
      const entry = await inForceTo('2027-06-30');
      await eventually('the channels are asked', () => orderedEvents(entry).length === 1);
      const { replay, planned } = await replayed(entry, longer, mode);
      const waiting = [
        `UNIT_SITE PUBLISH OPEN -`,
        `UNIT_SITE PUBLISH WITHHELD ${mode}`,
        'XYZG PUBLISH OPEN -',
        `XYZG PUBLISH WITHHELD ${mode}`,
      ];
      expect(await states(entry)).toEqual(waiting);
      await replay.approve(planned, { sideEffects: mode });
      await eventually('it is answered again', async () => (await answerTo(replay)).done.length === 2);
      expect([await states(entry), orderedEvents(entry).length]).toEqual([waiting, 1]);
      const [asked, withheld] = await ordersOf(entry);
      const receipt = (id: string | undefined) => lists.call(taxOffice, 'POST', `/api/v1/publications/${id}/receipt`, { doneOn: today });
      expect([(await receipt(withheld?.id)).status, (await receipt(asked?.id)).status]).toEqual([409, 200]);
      const timers = await lists.city.query('SELECT 1 FROM list_matching.timer WHERE reference = $1', [withheld?.id]);
      expect(timers).toEqual([]);
      const path = `/api/v1/publications?state=WITHHELD&entryId=${entry.id}`;
      expect((await lists.call<Page<OrderView>>(taxOffice, 'GET', path)).body.data.map(({ replay: by }) => by)).toEqual(
        [1, 2].map(() => ({ id: replay.id, mode })),
      );
      const last = (await factsOf(entry)).timeline.at(-1);
      expect(last?.detail['replay']).toEqual({ id: replay.id, mode });
    },
  );

  test('a person of the unit or of the office has it asked after all, once; whom it does not concern is refused', async () => {
    const entry = await inForceTo('2027-06-30');
    await replayed(entry, longer, 'internal');
    const [asked, withheld] = await ordersOf(entry);
    expect([(await release(withheld?.id, wageOffice)).status, (await release(withheld?.id, centre)).status]).toEqual([404, 403]);
    expect((await release(asked?.id, taxOffice)).body.code).toBe('CONFLICT');
    expect((await release(withheld?.id, creditOffice)).body).toMatchObject({ action: 'PUBLISH', state: 'OPEN', replay: null });
    expect((await release(withheld?.id, taxOffice)).body.code).toBe('CONFLICT');
    expect((await states(entry)).slice(0, 3)).toEqual([
      'UNIT_SITE PUBLISH SUPERSEDED -',
      'UNIT_SITE PUBLISH SUPERSEDED internal',
      'UNIT_SITE PUBLISH OPEN -',
    ]);
    await eventually('the channel is asked', () => orderedEvents(entry).length === 2);
  });

  test('the next ordinary step has it asked, but not while somebody disputes it', async () => {
    const entry = await inForceTo('2027-06-30');
    await replayed(entry, longer, 'none');
    const document = (name: string) => ({ document: { name, number: `${name}1号`, date: today } });
    const act = async (step: string, body: object) =>
      expect((await lists.call(creditOffice, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, body)).status).toBe(200);
    await act('dispute', document('异议受理书'));
    expect((await states(entry)).filter((state) => state.includes('WITHHELD'))).toHaveLength(2);
    const [, withheld] = await ordersOf(entry);
    expect((await release(withheld?.id, creditOffice)).body.code).toBe('PUBLICATION_NOT_ALLOWED');
    await act('end-dispute', { ...document('异议处理书'), outcome: 'DISMISSED' });
    expect((await states(entry)).filter((state) => state.endsWith('PUBLISH OPEN -'))).toHaveLength(2);
    expect((await states(entry)).filter((state) => state.includes('WITHHELD'))).toEqual([]);
  });

  test('where every channel has refused, nothing is asked at the end of the entry, and what waited does not wait for ever', async () => {
    const entry = await inForceTo('2027-06-30');
    await replayed(entry, longer, 'none');
    const refuse = async (order: OrderView, principal: Principal) => {
      const refusal = { outcome: 'REFUSED', doneOn: today, note: '平台不收' };
      expect((await lists.call(principal, 'POST', `/api/v1/publications/${order.id}/receipt`, refusal)).status).toBe(200);
    };
    const orders = await ordersOf(entry);
    for (const order of orders.filter(({ state }) => state === 'OPEN')) await refuse(order, order.channel === 'XYZG' ? centre : taxOffice);
    const exit = { ground: 'DUTIES_PERFORMED', documentNo: '退〔2026〕3号', date: today };
    const { body } = await lists.call<ListEntryView>(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, exit);
    expect(body.status).toBe('EXPIRED');
    expect(await states(entry)).toEqual([
      'UNIT_SITE PUBLISH REFUSED -',
      'UNIT_SITE PUBLISH SUPERSEDED none',
      'XYZG PUBLISH REFUSED -',
      'XYZG PUBLISH SUPERSEDED none',
    ]);
    const path = `/api/v1/publications?state=WITHHELD&entryId=${entry.id}`;
    expect((await lists.call<Page<OrderView>>(taxOffice, 'GET', path)).body.data).toEqual([]);
    const waited = orders.find(({ state }) => state === 'WITHHELD');
    expect((await release(waited?.id, taxOffice)).body.code).toBe('CONFLICT');
  });

  test('what waits is never taken for shown: the end of the entry is asked of every channel, in every mode, and its unit is told', async () => {
    const entry = await inForceTo('2027-06-30');
    await replayed(entry, longer, 'none');
    await replayed(entry, voids, 'none');
    expect((await states(entry)).filter((state) => state.includes('WITHDRAW'))).toEqual([
      'UNIT_SITE WITHDRAW OPEN none',
      'XYZG WITHDRAW OPEN none',
    ]);
    expect((await states(entry)).filter((state) => state.includes('WITHHELD'))).toEqual([]);
    const told = await eventually('it is told', () => orderedEvents(entry).find(({ data }) => data.orders[0]?.action === 'WITHDRAW'));
    expect([told.replayMode, isTold(told, 'SHUIJ')]).toEqual(['none', true]);
  });

  test('what is shown wrongly is corrected at once, and an honour that is given back is shown, in every mode', async () => {
    const entry = await inForceTo('2028-12-31');
    await replayed(entry, { kind: 'CORRECT_ENTRY', facts: { validTo: '2027-06-30' } }, 'none');
    expect((await states(entry)).filter((state) => state.endsWith('OPEN none'))).toHaveLength(2);
    const { honour, black } = await wronglyExcluded();
    await replayed(black, voids, 'none');
    const [back] = await lists.city.query<{ id: string }>('SELECT id FROM list_matching.list_entry WHERE restores = $1', [honour.id]);
    const shown = await states({ id: back?.id ?? '' });
    expect([shown.length > 0, shown.every((state) => state.endsWith('PUBLISH OPEN none'))]).toEqual([true, true]);
  });

  test('more of a punishment is asked of the channels as always where the replay tells everybody', async () => {
    const entry = await inForceTo('2027-06-30');
    await replayed(entry, longer, 'notify');
    expect((await states(entry)).filter((state) => state.endsWith('OPEN notify'))).toHaveLength(2);
  });
});

test('a process that dies while it carries out has done nothing, and does all of it afterwards', async () => {
  const { black } = await wronglyExcluded();
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(black)], voids);
  if (planned === undefined) throw new Error('no answer');
  await lists.city.query(`CREATE FUNCTION list_matching.fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.type = 'lianxin.replay.carried_out.v1' THEN RAISE EXCEPTION 'out of order' USING ERRCODE = '57P01'; END IF; RETURN NEW; END $$`);
  await lists.city.query(
    'CREATE TRIGGER fail_once BEFORE INSERT ON list_matching.outbox FOR EACH ROW EXECUTE FUNCTION list_matching.fail_once()',
  );
  await replay.approve(planned);
  const other = await listed();
  expect(await factsOf(black)).toMatchObject({ status: 'ACTIVE' });
  await lists.city.query('DROP TRIGGER fail_once ON list_matching.outbox');
  await answerTo(replay);
  expect(await factsOf(black)).toMatchObject({ status: 'CORRECTED' });
  expect(await factsOf(other)).toMatchObject({ status: 'ACTIVE' });
  expect((await answerTo(replay)).done.map(({ data }) => data.changed)).toEqual([true]);
});

test('every version of an entry in force is told, also by steps that have no event of their own: the journal comes to where the entry stands', async () => {
  const entry = await listed();
  const document = { name: '更正申请', number: '更1号', date: today };
  const asked = await lists.call<ListEntryView>(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/request-correction`, { document });
  expect([asked.status, asked.body.version]).toEqual([200, 6]);
  const told = await eventually('it is told', () => lists.feeder.eventsOf(listEntryAdvanced).find(({ data }) => data.entryId === entry.id));
  expect(told.data).toMatchObject({ entryVersion: 6, transition: 'T18a', documentNo: '更1号', status: 'ACTIVE' });
});
