import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  digestAnswered,
  digestKey,
  digestQuestioned,
  type ListEntryView,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  type ProblemBody,
  repairGranted,
  repairRevoked,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, partyOf, today } from './designations.ts';
import { SaidObjection } from './objections.ts';
import { Replay } from './replays.ts';
import { documentOf, taxApprover, taxHandler } from './steps.ts';

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

type Answer = ListEntryView & Pick<ProblemBody, 'code' | 'detail' | 'errors'>;
class Objection extends SaidObjection {
  constructor(entry: ListEntryView) {
    super(lists, entry);
  }
}
const partly = { outcome: 'PARTLY_UPHELD', effect: 'AMEND', errorSource: 'SOURCE' } as const;
const dismissed = { outcome: 'DISMISSED', effect: 'KEEP' } as const;
const unconfirmed = { outcome: 'UNCONFIRMED', effect: 'NOTE' } as const;

async function listed(change: Record<string, unknown> = {}, list = 'BL-TAX', unit = taxOffice): Promise<ListEntryView> {
  const { status, body } = await lists.call<ListEntryView>(unit, 'POST', '/api/v1/list-entries', designationOf(list, change));
  expect([status, body.status]).toEqual([201, 'ACTIVE']);
  return body;
}
const entryOf = async (id: string) => (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;
const until = (id: string, what: string, holds: (entry: ListEntryView) => boolean) =>
  eventually(what, async () => {
    const entry = await entryOf(id);
    return holds(entry) ? entry : undefined;
  });
/** Something of the same lists that is heard after all that was sent before. */
async function passed(): Promise<void> {
  const other = await listed();
  await new Objection(other).accept();
  await until(other.id, 'what came later is taken too', ({ disputed }) => disputed);
}
const saidOf = (entry: ListEntryView) => ({
  marked: lists.feeder.eventsOf(listEntryDisputed).filter(({ data }) => data.entryId === entry.id),
  ended: lists.feeder.eventsOf(listEntryDisputeEnded).filter(({ data }) => data.entryId === entry.id),
});
const isRight = async (entry: ListEntryView) => {
  const [answer] = await new Replay(lists).ask([{ entryId: entry.id, subjectId: entry.subject.id ?? '' }], { kind: 'NOTHING' });
  expect(answer?.mismatches).toEqual([]);
};

describe('the mark that the credit office set by hand', () => {
  const officeDoes = (entry: ListEntryView, step: string, body: Record<string, unknown> = {}) =>
    lists.call<Answer>(creditOffice, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, {
      document: { ...documentOf('异议办理记录'), date: today },
      ...body,
    });
  const officeEnds = (entry: ListEntryView) => officeDoes(entry, 'end-dispute', { outcome: 'DISMISSED' });

  test('is all that the office ends: what is still verified stays marked, until its own end (R-6-4)', async () => {
    const entry = await listed();
    expect((await officeDoes(entry, 'dispute')).status).toBe(200);
    const objection = new Objection(entry);
    await objection.accept();
    await passed();
    const ended = await officeEnds(entry);
    expect([ended.status, ended.body.disputed, ended.body.timeline.at(-1)?.transition]).toEqual([200, true, 'T13b']);
    const again = await officeEnds(entry);
    expect([again.status, again.body.code]).toEqual([409, 'STEP_NOT_READY']);
    expect(again.body.detail).toContain('LYG-YY-2026-000001');
    expect((await entryOf(entry.id)).disputed).toBe(true);
    await objection.decide(dismissed);
    await until(entry.id, 'the mark is gone', ({ disputed }) => !disputed);
    await eventually('it is told once', () => saidOf(entry).ended.length === 1);
    await isRight(entry);
  });

  test('goes with its end where nothing else holds it', async () => {
    const entry = await listed();
    expect((await officeDoes(entry, 'dispute')).status).toBe(200);
    const ended = await officeEnds(entry);
    expect([ended.status, ended.body.disputed, ended.body.timeline.at(-1)?.transition]).toEqual([200, false, 'T13a']);
    expect((await officeEnds(entry)).body.code).toBe('STEP_NOT_READY');
  });

  test('is for no office to end once nothing could be confirmed (§6.4)', async () => {
    const entry = await listed();
    const objection = new Objection(entry);
    await objection.accept();
    await objection.decide(unconfirmed);
    await passed();
    expect((await officeEnds(entry)).body.code).toBe('STEP_NOT_READY');
  });
});

test('what can be neither confirmed nor refuted is marked by that, if it was not before (§6.4)', async () => {
  const entry = await listed();
  await new Objection(entry).decide(unconfirmed);
  await until(entry.id, 'it is marked', ({ disputed }) => disputed);
  await eventually('those who execute are told', () => saidOf(entry).marked.length === 1);
  await isRight(entry);
});

describe('an entry that a revoked repair brings back (T23)', () => {
  const head = (entry: ListEntryView) => ({
    ...{ repairId: randomUUID(), number: 'LYG-XF-2026-000001', subjectId: entry.subject.id ?? '' },
    ...{ decidingDepartment: 'RSJ', documentNo: '连人社修〔2026〕1号', entryId: entry.id },
  });
  const repaired = async (entry: ListEntryView) => {
    await lists.feeder.send(repairGranted, entry.subject.id ?? '', { ...head(entry), grantedOn: today });
    await until(entry.id, 'it is repaired', ({ status }) => status === 'REPAIRED');
  };
  const broughtBack = async (entry: ListEntryView) => {
    await lists.feeder.send(repairRevoked, entry.subject.id ?? '', { ...head(entry), revokedOn: today, ground: 'FALSE_MATERIAL' });
    const back = await until(entry.id, 'it is back', ({ status }) => status === 'ACTIVE');
    await isRight(entry);
    return back;
  };
  const disputed = async () => {
    const entry = await listed({}, 'BL-WAGE', wageOffice);
    const objection = new Objection(entry);
    await objection.accept();
    await until(entry.id, 'it is marked', (one) => one.disputed);
    return { entry, objection };
  };

  test('is marked as before while the objection is open', async () => {
    const { entry, objection } = await disputed();
    await repaired(entry);
    const back = await broughtBack(entry);
    expect([back.disputed, back.timeline.slice(-2).map(({ transition }) => transition)]).toEqual([true, ['T23', 'T13']]);
    await eventually('those who execute are told again', () => saidOf(entry).marked.length === 2);
    await objection.decide(dismissed);
    await until(entry.id, 'the mark is gone', (one) => !one.disputed);
  });

  test('is not marked for an objection that was over by then', async () => {
    const { entry, objection } = await disputed();
    await repaired(entry);
    await objection.withdraw(false);
    await until(entry.id, 'that is kept', ({ timeline }) => timeline.at(-1)?.transition === 'T13g');
    expect((await broughtBack(entry)).disputed).toBe(false);
  });

  test('is marked for one that was accepted meanwhile', async () => {
    const entry = await listed({}, 'BL-WAGE', wageOffice);
    await repaired(entry);
    await new Objection(entry).accept();
    await until(entry.id, 'that is kept', ({ timeline }) => timeline.at(-1)?.transition === 'T13g');
    expect((await broughtBack(entry)).disputed).toBe(true);
  });

  test.each([
    ['is to be corrected', { ...partly, validTo: daysAgo(-40) }],
    ['could not be confirmed', unconfirmed],
  ] as const)('is marked when it was found meanwhile that it %s', async (_what, finding) => {
    const { entry, objection } = await disputed();
    await repaired(entry);
    await objection.decide(finding);
    await until(entry.id, 'that is kept', ({ timeline }) => timeline.at(-1)?.transition === 'T13g');
    expect((await broughtBack(entry)).disputed).toBe(true);
  });
});

/** What the comparison by night is told of an entry's effect. */
async function effectOf({ id }: ListEntryView): Promise<string | undefined> {
  const [runId, view] = [randomUUID(), 'list_entry.effect'] as const;
  const bucket = createHash('md5').update(id).digest()[0] ?? 0;
  await lists.feeder.send(digestQuestioned, digestKey(view), { runId, view, holder: 'window-check', round: 1, buckets: [bucket] });
  const { data } = await eventually('it is answered', () => lists.feeder.eventsOf(digestAnswered).find((one) => one.data.runId === runId));
  return data.rows.find((row) => row.id === id)?.state;
}

test('when its subject is gone, the persons who are still bound are spared until the objection is over (T22, R-6-4)', async () => {
  const entry = await listed({ parties: [partyOf()] });
  const objection = new Objection(entry);
  await objection.accept();
  await until(entry.id, 'it is marked', (one) => one.disputed);
  const order = { ground: 'SUBJECT_ENDED', documentNo: '注销1号', date: today };
  const { body: closed } = await lists.call<ListEntryView>(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, order);
  expect([closed.status, closed.disputed]).toEqual(['CLOSED_SUBJECT', true]);
  expect(saidOf(entry).ended).toEqual([]);
  expect(await effectOf(entry)).toBe('1|HELD');
  await objection.decide(dismissed);
  const after = await until(entry.id, 'the mark is gone', (one) => !one.disputed);
  expect(await effectOf(entry)).toBe('1|ACTIVE');
  expect([after.status, after.timeline.at(-1)?.transition]).toEqual(['CLOSED_SUBJECT', 'T13a']);
  await eventually('those who execute are told', () => saidOf(entry).ended.length === 1);
  await isRight(entry);
});

test('a person who is still bound when the subject is gone is spared from the acceptance of an objection to its end (T13, T22, R-6-4)', async () => {
  const entry = await listed({ parties: [partyOf()] });
  const order = { ground: 'SUBJECT_ENDED', documentNo: '注销2号', date: today };
  expect((await lists.call(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, order)).status).toBe(200);
  expect(await effectOf(entry)).toBe('1|ACTIVE');
  const objection = new Objection(entry);
  await objection.accept();
  const marked = await until(entry.id, 'it is marked', (one) => one.disputed);
  expect([marked.status, marked.timeline.at(-1)?.transition]).toEqual(['CLOSED_SUBJECT', 'T13']);
  await eventually('those who execute are told', () => saidOf(entry).marked.length === 1);
  expect(await effectOf(entry)).toBe('1|HELD');
  await isRight(entry);
  await objection.decide(dismissed);
  await until(entry.id, 'the mark is gone', (one) => !one.disputed);
  expect(await effectOf(entry)).toBe('1|ACTIVE');
  await isRight(entry);
});

test('of what binds nobody any more nothing can be disputed (T22)', async () => {
  const entry = await listed();
  const order = { ground: 'SUBJECT_ENDED', documentNo: '注销3号', date: today };
  await lists.call(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, order);
  const document = { ...documentOf('异议办理记录'), date: today };
  const refused = await lists.call<Answer>(creditOffice, 'POST', `/api/v1/list-entries/${entry.id}/dispute`, { document });
  expect([refused.status, refused.body.code]).toEqual([409, 'STEP_NOT_READY']);
});

describe('what a partly upheld objection demands of the unit (§6.4)', () => {
  const act = (entry: ListEntryView, step: string, body: unknown, principal = taxHandler) =>
    lists.call<Answer>(principal, 'POST', `/api/v1/list-entries/${entry.id}/corrections${step}`, body);
  const propose = (entry: ListEntryView, facts: Record<string, unknown>, objection?: Objection) => {
    const named = objection === undefined ? {} : { objectionId: objection.id };
    return act(entry, '', { document: { ...documentOf('更正决定书'), date: today }, reason: '依异议决定更正', facts, ...named });
  };
  const correct = async (entry: ListEntryView, facts: Record<string, unknown>, objection?: Objection) => {
    const proposed = await propose(entry, facts, objection);
    expect([proposed.status, proposed.body.errors]).toEqual([200, undefined]);
    return (await act(entry, '/approve', undefined, taxApprover)).body;
  };
  const owes = async (correctedFields: string[], change: { validTo?: string } = {}) => {
    const entry = await listed({ grade: 'SERIOUS', validTo: '2028-12-31', parties: [partyOf()] });
    const objection = new Objection(entry);
    await objection.accept();
    await objection.decide({ ...partly, correctedFields, ...change });
    await passed();
    return { entry, objection };
  };
  const toldFor = (objection: Objection) =>
    lists.feeder.eventsOf(listEntryCorrected).filter(({ data }) => data.objectionId === objection.id);

  test('is not done by correcting something else, and done when all of it is corrected', async () => {
    const { entry, objection } = await owes(['grade', 'validTo']);
    expect((await correct(entry, { validTo: '2028-06-30' }, objection)).disputed).toBe(true);
    expect((await correct(entry, { validTo: '2028-05-31' }, objection)).disputed).toBe(true);
    expect((await correct(entry, { grade: 'GENERAL' }, objection)).disputed).toBe(false);
    const told = await eventually('it is told', () => toldFor(objection)[0]);
    expect([told.data.correctedFields, toldFor(objection).length]).toEqual([['grade'], 1]);
    await isRight(entry);
  });

  test('that is no fact of the entry is done by its document alone, by two people', async () => {
    const { entry, objection } = await owes(['OTHER']);
    const after = await correct(entry, {}, objection);
    expect([after.disputed, after.grade, after.validTo]).toEqual([false, 'SERIOUS', '2028-12-31']);
    const told = await eventually('it is told', () => toldFor(objection)[0]);
    expect(told.data).toMatchObject({ correctedFields: ['OTHER'], grade: 'SERIOUS', validTo: '2028-12-31' });
    await isRight(entry);
  });

  test('in facts is done by no document alone', async () => {
    const { entry, objection } = await owes(['grade', 'OTHER']);
    const { status, body } = await propose(entry, {}, objection);
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/facts']);
    expect(body.detail).toContain('grade');
    expect((await correct(entry, { grade: 'MINOR' }, objection)).disputed).toBe(false);
  });

  test('that the unit has corrected of its own accord needs its document for the objection still', async () => {
    const { entry, objection } = await owes(['grade']);
    expect((await correct(entry, { grade: 'MINOR' })).disputed).toBe(true);
    expect((await correct(entry, {}, objection)).disputed).toBe(false);
    await eventually('it is told', () => toldFor(objection).length === 1);
  });

  test('is no more than the rest when the finding itself has set the end', async () => {
    const { entry, objection } = await owes(['validTo', 'grade'], { validTo: '2028-03-31' });
    expect(await entryOf(entry.id)).toMatchObject({ validTo: '2028-03-31', disputed: true });
    expect((await correct(entry, { grade: 'MINOR' }, objection)).disputed).toBe(false);
    const alone = await owes(['validTo'], { validTo: '2028-03-31' });
    expect(await entryOf(alone.entry.id)).toMatchObject({ validTo: '2028-03-31', disputed: false });
    await eventually('it is told', () => toldFor(alone.objection).length === 1);
  });
});
