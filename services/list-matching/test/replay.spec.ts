import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ListEntryView, ReplayChange } from '@lianxin/contracts';
import { ListCity, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextUscc } from './designations.ts';
import { type Case, Replay } from './replays.ts';

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

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
