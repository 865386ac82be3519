import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  type ListEntryView,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  objectionAccepted,
  objectionDecided,
  objectionWithdrawn,
  type ProblemBody,
  type PublicRecordView,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordPublished,
  publicRecordWithdrawn,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { EntryPublications } from '../src/publication-order.view.ts';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, partyOf, today } from './designations.ts';
import { SaidObjection } from './objections.ts';
import { Replay } from './replays.ts';
import { documentOf, taxApprover, taxHandler } from './steps.ts';

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

class Objection extends SaidObjection {
  constructor(entry: ListEntryView) {
    super(lists, entry);
  }
}

async function listed(change: Record<string, unknown> = {}): Promise<ListEntryView> {
  const body = designationOf('BL-TAX', change);
  const answer = await lists.call<ListEntryView>(taxOffice, 'POST', '/api/v1/list-entries', body);
  expect([answer.status, answer.body.status]).toEqual([201, 'ACTIVE']);
  return answer.body;
}
const entryOf = async (id: string) => (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;
const until = (id: string, what: string, holds: (entry: ListEntryView) => boolean) =>
  eventually(what, async () => {
    const entry = await entryOf(id);
    return holds(entry) ? entry : undefined;
  });

test('an accepted objection marks the entry, once for several; it says which event caused the mark (T13)', async () => {
  const entry = await listed();
  const [first, second] = [new Objection(entry), new Objection(entry)];
  const accepted = await first.accept();
  await until(entry.id, 'the entry is marked', ({ disputed }) => disputed);
  await second.accept();
  const other = await listed();
  await new Objection(other).accept();
  await until(other.id, 'what came later is taken too', ({ disputed }) => disputed);
  const said = lists.feeder.eventsOf(listEntryDisputed).filter((event) => event.data.entryId === entry.id);
  expect(said.map((event) => event.causationId)).toEqual([accepted.id]);
  await second.withdraw(true);
  await first.decide({ outcome: 'DISMISSED', effect: 'KEEP' });
  const after = await until(entry.id, 'the mark is gone', ({ disputed }) => !disputed);
  expect(after.status).toBe('ACTIVE');
  const ended = await eventually('it is told', () =>
    lists.feeder.eventsOf(listEntryDisputeEnded).find((event) => event.data.entryId === entry.id),
  );
  expect(ended.data.outcome).toBe('DISMISSED');
});

test.each([
  ['VOID', 'CORRECTED'],
  ['REVOKE', 'REVOKED'],
] as const)('an upheld objection (%s) leaves the entry %s, also when it comes twice or the entry had ended', async (effect, status) => {
  const entry = await listed();
  const objection = new Objection(entry);
  await objection.accept();
  const decided = await objection.decide({ effect, errorSource: 'SOURCE' });
  await objection.decide({ effect, errorSource: 'SOURCE' });
  const after = await until(entry.id, 'the entry has left', (one) => one.status === status);
  expect(after.disputed).toBe(false);
  const exits = await eventually('it is told', () => {
    const found = lists.feeder.eventsOf(listEntryExited).filter((event) => event.data.entryId === entry.id);
    return found.length > 0 ? found : undefined;
  });
  expect(exits.map((event) => [event.data.status, event.causationId])).toEqual([[status, decided.id]]);
});

test('a partly upheld objection shortens the term and takes the mark away; a longer term is never made', async () => {
  const entry = await listed();
  const objection = new Objection(entry);
  await objection.accept();
  const [year = ''] = today.split('-');
  const earlier = `${Number(year) + 1}-01-15`;
  await objection.decide({ outcome: 'PARTLY_UPHELD', effect: 'AMEND', errorSource: 'SOURCE', validTo: earlier });
  const after = await until(entry.id, 'the mark is gone', (one) => !one.disputed && one.validTo === earlier);
  expect([after.status, after.timeline.map((fact) => fact.transition).slice(-3)]).toEqual(['ACTIVE', ['T13', 'T13b', 'T13a']]);
  await new Objection(entry).decide({ outcome: 'PARTLY_UPHELD', effect: 'AMEND', errorSource: 'SOURCE', validTo: '2099-01-01' });
  const next = await listed();
  await new Objection(next).accept();
  await until(next.id, 'what came later is taken too', ({ disputed }) => disputed);
  expect((await entryOf(entry.id)).validTo).toBe(earlier);
});

test('what can be neither confirmed nor refuted keeps its mark and is not shown (§6.4)', async () => {
  const uscc = nextUscc();
  const entry = await listed({ subject: { kind: 'LEGAL', name: '连云港无法确认有限公司', usccCode: uscc, regionCode: '320706' } });
  const shown = async () => (await fetch(`${lists.running.url}/api/v1/public/list-entries?usccCode=${uscc}`)).text();
  expect(await shown()).toContain('严重失信主体名单');
  const objection = new Objection(entry);
  await objection.accept();
  await objection.decide({ outcome: 'UNCONFIRMED', effect: 'NOTE' });
  await eventually('it is not shown', async () => !(await shown()).includes('列入严重失信主体名单日期'));
  expect(await entryOf(entry.id)).toMatchObject({ status: 'ACTIVE', disputed: true });
  const { body } = await lists.call<EntryPublications>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}/publications`);
  expect(body.here).toBe('HIDDEN');
});

const bureau = principalOf(['DEPT_HANDLER'], ['STHJJ']);

/** A penalty that is public. */
async function penalised(number: string, usccCode = nextUscc()): Promise<{ record: PublicRecordView; subjectId: string }> {
  const authority = { name: '示例生态环境局', usccCode: '11320799MB000006XY' };
  const { status, body: record } = await lists.call<PublicRecordView>(bureau, 'POST', '/api/v1/public-records', {
    kind: 'PENALTY',
    subject: { kind: 'LEGAL', name: '示例异议有限公司', usccCode },
    representative: { name: '王某', idType: 'ID_CARD', idNumber: nextIdNumber() },
    document: { number: `示环罚〔2026〕${number}号` },
    decidedOn: daysAgo(1),
    authority,
    source: authority,
    publicUntil: '2029-11-01',
    penalty: { violation: '违法排放', facts: '合成数据', basis: '示例法', categories: ['FINE'], detail: '罚款', fineWan: '1.5' },
  });
  expect(status).toBe(201);
  const subjectId = await eventually('it has been published', () => {
    const [told] = lists.feeder.eventsOf(publicRecordPublished).filter((event) => event.data.recordId === record.id);
    return told?.key;
  });
  return { record, subjectId };
}

test.each([
  ['UPHELD', 'VOID', 'RECORD_WRONG'],
  ['UPHELD', 'REVOKE', 'DECISION_REVOKED'],
  ['PARTLY_UPHELD', 'AMEND', 'DECISION_CHANGED'],
  ['UNCONFIRMED', 'NOTE', 'RECORD_WRONG'],
  ['DISMISSED', 'KEEP', null],
] as const)('a penalty about which an objection is %s (%s) is public no longer: %s (§6.4)', async (outcome, effect, ground) => {
  const { record, subjectId } = await penalised(effect);
  await lists.feeder.send(objectionDecided, subjectId, {
    objectionId: randomUUIDv7(),
    objectionVersion: 3,
    number: 'LYG-YY-2026-000002',
    subjectId,
    status: outcome,
    target: { kind: 'PUBLIC_RECORD', id: record.id, number: '1', listCode: null, taskId: null },
    sourceDepartment: 'STHJJ',
    outcome,
    effect,
    errorSource: 'SOURCE',
    documentNo: '示环异〔2026〕1号',
    decidedOn: today,
    stillDisputed: false,
    validTo: null,
    correctedFields: [],
  });
  const heard = await listed();
  await new Objection(heard).accept();
  await until(heard.id, 'what came later is taken too', ({ disputed }) => disputed);
  const withdrawn = lists.feeder.eventsOf(publicRecordWithdrawn).filter((event) => event.data.recordId === record.id);
  const stored = await lists.city.query<{ status: string }>('SELECT status FROM list_matching.public_record WHERE id = $1', [record.id]);
  expect(stored).toEqual([{ status: ground === null ? 'PUBLISHED' : 'WITHDRAWN' }]);
  if (ground !== null)
    await eventually('it is told why', () =>
      lists.feeder.eventsOf(publicRecordWithdrawn).some((event) => event.data.recordId === record.id && event.data.ground === ground),
    );
  else expect(withdrawn).toEqual([]);
});

/** Something of the same lists that is heard after all that was sent before. */
const passed = async () => {
  const other = await listed();
  await new Objection(other).accept();
  await until(other.id, 'what came later is taken too', ({ disputed }) => disputed);
};

test('an objection that was never accepted takes nobody’s mark away when it is withdrawn', async () => {
  const entry = await listed();
  await new Objection(entry).accept();
  await until(entry.id, 'the entry is marked', ({ disputed }) => disputed);
  await new Objection(entry).withdraw(false, false);
  await new Objection(entry).withdraw(false, true);
  await passed();
  expect((await entryOf(entry.id)).disputed).toBe(true);
});

test('an entry that could not be confirmed keeps its mark whatever becomes of later objections', async () => {
  const entry = await listed();
  const first = new Objection(entry);
  await first.accept();
  await first.decide({ outcome: 'UNCONFIRMED', effect: 'NOTE' });
  const later = new Objection(entry);
  await later.accept();
  await later.decide({ outcome: 'DISMISSED', effect: 'KEEP' });
  await passed();
  expect(await entryOf(entry.id)).toMatchObject({ status: 'ACTIVE', disputed: true });
});

test('an export tells what is disputed (R-6-5)', async () => {
  const entry = await listed();
  await new Objection(entry).accept();
  await until(entry.id, 'the entry is marked', ({ disputed }) => disputed);
  const path = `/api/v1/list-entries/export?format=csv&columns=number,disputed,inReview&subjectId=${entry.subject.id}`;
  const text = (await lists.city.download(lists.running, taxOffice, path)).bytes.toString();
  expect([text.includes('异议处理中,复议诉讼中'), text.includes(`${entry.number},是,否`)]).toEqual([true, true]);
});

test('a shortened term is told to everybody who keeps a copy', async () => {
  const entry = await listed();
  const objection = new Objection(entry);
  await objection.accept();
  const decided = await objection.decide({ outcome: 'PARTLY_UPHELD', effect: 'AMEND', errorSource: 'SOURCE', validTo: '2027-02-01' });
  const told = await eventually('it is told', () =>
    lists.feeder.eventsOf(listEntryCorrected).find(({ data }) => data.entryId === entry.id),
  );
  expect([told.causationId, told.data.validTo, told.data.correctedFields, told.data.objectionId]).toEqual([
    decided.id,
    '2027-02-01',
    ['validTo'],
    objection.id,
  ]);
});

describe('a correction by the designating unit (§6.4)', () => {
  const document = () => ({ ...documentOf('更正决定书'), date: today });
  const act = <Body = ListEntryView & Pick<ProblemBody, 'code' | 'errors'>>(
    entry: { id: string },
    step: string,
    body: unknown,
    principal = taxHandler,
  ) => lists.call<Body>(principal, 'POST', `/api/v1/list-entries/${entry.id}/corrections${step}`, body);
  const propose = (entry: { id: string }, facts: Record<string, unknown>, rest: Record<string, unknown> = {}, principal = taxHandler) =>
    act(entry, '', { document: document(), reason: '复核发现等级填报有误', facts, ...rest }, principal);

  test('is proposed by one and made by another; the unit itself carries out what an objection was right about, and the mark goes with it', async () => {
    const entry = await listed({ grade: 'SERIOUS', parties: [partyOf()] });
    const objection = new Objection(entry);
    await objection.accept();
    await objection.decide({ outcome: 'PARTLY_UPHELD', effect: 'AMEND', errorSource: 'SOURCE', correctedFields: ['失信等级'] });
    await passed();
    expect(await entryOf(entry.id)).toMatchObject({ disputed: true, grade: 'SERIOUS' });
    const proposed = await propose(entry, { grade: 'GENERAL' }, { objectionId: objection.id });
    expect([proposed.status, proposed.body.grade, proposed.body.timeline.at(-1)?.transition]).toEqual([200, 'SERIOUS', 'T13c']);
    expect((await propose(entry, { grade: 'MINOR' })).body.code).toBe('STEP_NOT_READY');
    expect((await act(entry, '/approve', undefined, taxHandler)).status).toBe(403);
    const approved = await act(entry, '/approve', undefined, taxApprover);
    expect([approved.status, approved.body.grade, approved.body.disputed]).toEqual([200, 'GENERAL', false]);
    expect(approved.body.timeline.slice(-2).map(({ transition }) => transition)).toEqual(['T13b', 'T13a']);
    const told = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryCorrected).find(({ data }) => data.entryId === entry.id),
    );
    expect(told.data).toMatchObject({ grade: 'GENERAL', correctedFields: ['grade'], objectionId: objection.id });
    const [answer] = await new Replay(lists).ask([{ entryId: entry.id, subjectId: entry.subject.id ?? '' }], { kind: 'NOTHING' });
    expect([answer?.mismatches, answer?.entries[0]?.action]).toEqual([[], 'KEEP']);
  });

  test('waits for its second person, who may send it back', async () => {
    const entry = await listed({ grade: 'SERIOUS' });
    const both = principalOf(['DEPT_APPROVER'], ['SHUIJ'], 'SHUIJ:both');
    expect((await propose(entry, { grade: 'MINOR' }, {}, both)).status).toBe(200);
    expect((await act(entry, '/approve', undefined, both)).body.code).toBe('FOUR_EYES_REQUIRED');
    expect((await act(entry, '/return', { reason: '依据不足' }, taxApprover)).status).toBe(200);
    expect((await act(entry, '/approve', undefined, taxApprover)).body.code).toBe('STEP_NOT_READY');
    expect((await act(entry, '/return', { reason: '依据不足' }, taxApprover)).body.code).toBe('STEP_NOT_READY');
    expect((await entryOf(entry.id)).grade).toBe('SERIOUS');
  });

  test.each([
    ['a longer term', { validTo: '2029-01-31' }, 'CORRECTION_HARDENS'],
    ['a higher grade', { grade: 'SERIOUS' }, 'CORRECTION_HARDENS'],
    ['a further condition', { conditions: [{ code: 'FLED', documentNo: '1号' }] }, 'CORRECTION_HARDENS'],
    ['measures of another trade', { industry: 'F' }, 'CORRECTION_HARDENS'],
    ['a later decision', { decisionDate: daysAgo(9) }, 'CORRECTION_HARDENS'],
    ['a decision of tomorrow', { decisionDate: addDays(today, 1) }, 'DATE_IN_FUTURE'],
    ['a decision within the time to answer', { decisionDate: daysAgo(30) }, 'DECISION_BEFORE_DEFENCE_END'],
    ['a stranger', { parties: [{ partyId: randomUUIDv7(), named: false, served: false }] }, 'VALIDATION_FAILED'],
    ['what stands already', { grade: 'GENERAL' }, 'VALIDATION_FAILED'],
    ['nothing', {}, 'VALIDATION_FAILED'],
  ])('%s is refused', async (_what, facts, code) => {
    const entry = await listed({ grade: 'GENERAL', validTo: '2028-12-31' });
    const { body } = await propose(entry, facts);
    expect(body.code).toBe(code);
    expect((await entryOf(entry.id)).version).toBe(5);
  });

  test('of another unit, of an entry that has left or for an objection that demands none is refused', async () => {
    const entry = await listed({ grade: 'SERIOUS' });
    expect((await propose(entry, { grade: 'MINOR' }, {}, wageOffice)).status).toBe(404);
    expect((await propose(entry, { grade: 'MINOR' }, {}, creditOffice)).body.code).toBe('NOT_DESIGNATING_UNIT');
    expect((await propose(entry, { grade: 'MINOR' }, { objectionId: randomUUIDv7() })).body.errors?.[0]?.pointer).toBe('/objectionId');
    const exit = { ground: 'DUTIES_PERFORMED', documentNo: '移出1号', date: today };
    expect((await lists.call(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, exit)).status).toBe(200);
    expect((await propose(entry, { grade: 'MINOR' })).body.code).toBe('TRANSITION_NOT_ALLOWED');
  });

  test('of what the public sees asks every channel to show it anew', async () => {
    const entry = await listed({ validTo: '2028-12-31' });
    const orders = async () =>
      await lists.city.query<{ channel: string; action: string; no: number }>(
        'SELECT channel, action, no FROM list_matching.publication_order WHERE entry_id = $1 ORDER BY no, channel',
        [entry.id],
      );
    const first = await orders();
    expect(new Set(first.map(({ action }) => action))).toEqual(new Set(['PUBLISH']));
    await propose(entry, { validTo: '2027-12-31' });
    await act(entry, '/approve', undefined, taxApprover);
    expect((await orders()).filter(({ no }) => no === 2)).toEqual(first.map((order) => ({ ...order, no: 2 })));
    await propose(entry, { grade: 'MINOR' });
    await act(entry, '/approve', undefined, taxApprover);
    expect((await orders()).filter(({ no }) => no === 3)).toEqual([]);
  });
});

test('a disputed penalty bears its mark in every answer until the last objection is over (R-6-5)', async () => {
  const uscc = nextUscc();
  const { record, subjectId } = await penalised('标注', uscc);
  const target = { kind: 'PUBLIC_RECORD' as const, id: record.id, number: record.number, listCode: null, taskId: null };
  const head = { number: 'LYG-YY-2026-000003', subjectId, target, sourceDepartment: 'STHJJ' };
  const accept = (objectionId: string) =>
    lists.feeder.send(objectionAccepted, subjectId, {
      ...{ ...head, objectionId, objectionVersion: 2, status: 'ACCEPTED', acceptedOn: today, marks: true, markDueOn: today },
    });
  const withdraw = (objectionId: string, wasAccepted: boolean) =>
    lists.feeder.send(objectionWithdrawn, subjectId, {
      ...{ ...head, objectionId, objectionVersion: 3, status: 'WITHDRAWN', withdrawnOn: today, wasAccepted, stillDisputed: false },
    });
  const now = async () => (await lists.call<PublicRecordView>(bureau, 'GET', `/api/v1/public-records/${record.id}`)).body;
  const shown = async () => (await fetch(`${lists.running.url}/api/v1/public/subjects/${uscc}`)).text();
  const [first, second] = [randomUUIDv7(), randomUUIDv7()];
  expect([record.disputed, (await shown()).includes('异议处理中')]).toEqual([false, false]);
  const accepted = await accept(first);
  await accept(first);
  await accept(second);
  await eventually('it is marked', async () => (await now()).timeline.filter(({ what }) => what === 'DISPUTE').length === 2);
  expect([(await now()).disputed, (await shown()).includes('异议处理中')]).toEqual([true, true]);
  expect(lists.feeder.eventsOf(publicRecordDisputed).map(({ causationId }) => causationId)).toEqual([accepted.id]);
  await withdraw(randomUUIDv7(), false);
  await withdraw(first, true);
  await passed();
  expect([(await now()).disputed, lists.feeder.eventsOf(publicRecordDisputeEnded)]).toEqual([true, []]);
  await withdraw(second, true);
  await eventually('the mark is gone', async () => !(await now()).disputed);
  expect((await shown()).includes('异议处理中')).toBe(false);
  const ended = await eventually('it is told', () => lists.feeder.eventsOf(publicRecordDisputeEnded)[0]);
  expect(ended.data).toMatchObject({ recordId: record.id, outcome: 'WITHDRAWN', status: 'PUBLISHED' });
});
