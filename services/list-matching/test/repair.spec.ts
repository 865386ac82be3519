import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addMonths,
  type ListEntryView,
  listEntryAdvanced,
  listEntryResumed,
  listEntrySuspended,
  type PublicRecordView,
  publicRecordStopped,
  repairGranted,
  repairPublicityLimited,
  repairRecordGranted,
  repairRecordRevoked,
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
  repairRevoked,
  repairTemporarilyRestored,
  repairTemporaryEnded,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { creditOffice, ListCity, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, nextUscc, partyOf, today } from './designations.ts';

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

const documentNo = '连人社修〔2026〕1号';
const head = (subjectId: string | null, repairId: string = randomUUID()) => ({
  repairId,
  number: 'LYG-XF-2026-000001',
  subjectId: subjectId ?? '',
  decidingDepartment: 'RSJ',
  documentNo,
});
async function listed(changes: Record<string, unknown> = {}): Promise<ListEntryView> {
  const { status, body } = await lists.call<ListEntryView>(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE', changes));
  expect(status).toBe(201);
  return body;
}
const inState = (entry: ListEntryView, status: string) =>
  eventually(`the entry is ${status}`, async () => {
    const { body } = await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}`);
    return body.status === status && body;
  });
const suspend = (entry: ListEntryView, repairId: string) =>
  lists.feeder.send(repairTemporarilyRestored, entry.subject.id ?? '', {
    ...head(entry.subject.id, repairId),
    entryId: entry.id,
    restoredOn: today,
  });
const resume = (entry: ListEntryView, repairId: string) =>
  lists.feeder.send(repairTemporaryEnded, entry.subject.id ?? '', {
    ...head(entry.subject.id, repairId),
    entryId: entry.id,
    endedOn: today,
  });

test('a bankruptcy plan suspends the entry, its failure lets it run again, and twice heard is once done (R-5-14)', async () => {
  const entry = await listed();
  const repairId = randomUUID();
  await suspend(entry, repairId);
  await suspend(entry, repairId);
  await inState(entry, 'SUSPENDED');
  await resume(entry, repairId);
  await resume(entry, repairId);
  await inState(entry, 'ACTIVE');
  const of = (event: { data: { entryId: string } }) => event.data.entryId === entry.id;
  await eventually('both are told once', () => {
    const told = [lists.feeder.eventsOf(listEntrySuspended).filter(of).length, lists.feeder.eventsOf(listEntryResumed).filter(of).length];
    return told.join() === '1,1';
  });
});

test('what a court has stopped stays stopped when a bankruptcy plan fails, and a plan that is fulfilled ends the entry', async () => {
  const stopped = await listed();
  const order = { ground: 'STOP_EXECUTION', documentNo: '（2026）苏07行1号', date: today };
  expect((await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${stopped.id}/suspend`, order)).status).toBe(200);
  const repairId = randomUUID();
  await suspend(stopped, repairId);
  await resume(stopped, repairId);
  const other = await listed();
  await suspend(other, repairId);
  await inState(other, 'SUSPENDED');
  await lists.feeder.send(repairGranted, other.subject.id ?? '', {
    ...head(other.subject.id, repairId),
    entryId: other.id,
    grantedOn: today,
  });
  await inState(other, 'REPAIRED');
  await inState(stopped, 'SUSPENDED');
});

test('a repair that is revoked brings the entry back under a new activation (T23)', async () => {
  const entry = await listed();
  await lists.feeder.send(repairGranted, entry.subject.id ?? '', { ...head(entry.subject.id), entryId: entry.id, grantedOn: today });
  await inState(entry, 'REPAIRED');
  const revoked = { ...head(entry.subject.id), entryId: entry.id, revokedOn: today, ground: 'FALSE_MATERIAL' as const };
  await lists.feeder.send(repairRevoked, entry.subject.id ?? '', revoked);
  expect((await inState(entry, 'ACTIVE')).timeline.at(-1)?.transition).toBe('T23');
});

const bureau = principalOf(['DEPT_HANDLER'], ['STHJJ']);
let penalties = 900;
async function penaltyOf(publicUntil: string): Promise<PublicRecordView> {
  const authority = { name: '示例生态环境局', usccCode: '11320799MB000006XY' };
  const { status, body } = await lists.call<PublicRecordView>(bureau, 'POST', '/api/v1/public-records', {
    kind: 'PENALTY',
    subject: { kind: 'LEGAL', name: '示例修复有限公司', usccCode: nextUscc() },
    representative: { name: '王某', idType: 'ID_CARD', idNumber: nextIdNumber() },
    document: { number: `示环罚〔2026〕${++penalties}号` },
    decidedOn: daysAgo(1),
    authority,
    source: authority,
    publicUntil,
    penalty: { violation: '违法排放', facts: '合成数据', basis: '示例法', categories: ['FINE'], detail: '罚款', fineWan: '1.5' },
  });
  expect(status).toBe(201);
  return body;
}

test('a repaired penalty is public no longer; revoked, it is public for the rest of its period; withdrawn, it stays so (R-5-11, R-5-13)', async () => {
  const record = await penaltyOf('2029-11-01');
  const row = async () =>
    (
      await lists.city.query<{ status: string; subject_id: string }>(
        'SELECT status, subject_id FROM list_matching.public_record WHERE id = $1',
        [record.id],
      )
    )[0];
  const subjectId = (await row())?.subject_id ?? '';
  const data = { ...head(subjectId), recordId: record.id, recordKind: 'PENALTY' as const };
  const isNow = (expected: string) => eventually(`it is ${expected}`, async () => (await row())?.status === expected);
  await lists.feeder.send(repairRecordGranted, subjectId, { ...data, grantedOn: today });
  await isNow('STOPPED');
  await eventually('it is told', () =>
    lists.feeder.eventsOf(publicRecordStopped).some((event) => event.data.recordId === record.id && event.data.ground === 'REPAIRED'),
  );
  const revoked = { ...data, revokedOn: today, ground: 'COMMITMENT_BROKEN' as const };
  await lists.feeder.send(repairRecordRevoked, subjectId, revoked);
  await isNow('PUBLISHED');
  const order = { ground: 'DECISION_REVOKED', documentNo: '示环撤〔2026〕1号', documentDate: daysAgo(0), reason: '行政复议撤销' };
  expect((await lists.call(bureau, 'POST', `/api/v1/public-records/${record.id}/withdraw`, order)).status).toBe(200);
  await lists.feeder.send(repairRecordGranted, subjectId, { ...data, grantedOn: today });
  await lists.feeder.send(repairRecordRevoked, subjectId, revoked);
  await isNow('WITHDRAWN');
});

test('publicity that the law ends earlier is shortened, never prolonged; what is over by then stops at once (R-5-5, R-5-6)', async () => {
  const shown = await penaltyOf(addMonths(today, 36));
  const [row] = await lists.city.query<{ subject_id: string }>('SELECT subject_id FROM list_matching.public_record WHERE id = $1', [
    shown.id,
  ]);
  const subjectId = row?.subject_id ?? '';
  const limit = (publicUntil: string) =>
    lists.feeder.send(repairPublicityLimited, subjectId, {
      recordId: shown.id,
      recordKind: 'PENALTY',
      number: shown.number,
      subjectId,
      departmentCode: 'STHJJ',
      publicUntil,
      regime: 'REG36',
      clause: '信用修复管理办法',
      grade: 'GENERAL',
      announcedUntil: addMonths(today, 36),
      announcedGrade: 'GENERAL',
    });
  const get = async () => (await lists.call<PublicRecordView>(bureau, 'GET', `/api/v1/public-records/${shown.id}`)).body;
  const until = (day: string) =>
    eventually(`it is public until ${day}`, async () => {
      const found = await get();
      return found.publicUntil === day && found;
    });
  await limit(addMonths(today, 12));
  expect(await until(addMonths(today, 12))).toMatchObject({ status: 'PUBLISHED' });
  await limit(addMonths(today, 24));
  await limit(daysAgo(1));
  expect(await until(daysAgo(1))).toMatchObject({ status: 'STOPPED', reason: 'PERIOD_ENDED' });
  const facts = await lists.city.query<{ detail: object }>(
    `SELECT detail FROM list_matching.public_record_fact WHERE record_id = $1 AND what = 'SHORTEN' ORDER BY version`,
    [shown.id],
  );
  expect(facts.map((fact) => fact.detail)).toMatchObject([
    { announcedUntil: addMonths(today, 36), publicUntil: addMonths(today, 12), clause: '信用修复管理办法' },
    { announcedUntil: addMonths(today, 12), publicUntil: daysAgo(1) },
  ]);
});

test('a record is not shown for the time of a reorganisation plan; it is again when the plan fails, and stays away when it is done (R-5-14)', async () => {
  const shown = await penaltyOf(addMonths(today, 6));
  const [row] = await lists.city.query<{ subject_id: string }>('SELECT subject_id FROM list_matching.public_record WHERE id = $1', [
    shown.id,
  ]);
  const subjectId = row?.subject_id ?? '';
  const repairId = randomUUID();
  const data = { ...head(subjectId, repairId), recordId: shown.id, recordKind: 'PENALTY' as const };
  const lines = async () =>
    (await lists.call<{ records: object[] }>(undefined, 'GET', `/api/v1/public/subjects/${shown.subject.usccCode}`)).body;
  const publicly = async () => JSON.stringify(await lines()).includes(shown.document.number ?? '-');
  expect(await publicly()).toBe(true);
  await lists.feeder.send(repairRecordTemporarilyRestored, subjectId, { ...data, restoredOn: today });
  await eventually('it is shown no more', async () => !(await publicly()));
  // The end of another repair's plan shows nothing.
  await lists.feeder.send(repairRecordTemporaryEnded, subjectId, { ...data, repairId: randomUUID(), endedOn: today });
  await lists.feeder.send(repairRecordTemporaryEnded, subjectId, { ...data, endedOn: today });
  await eventually('it is shown again', publicly);
  const facts = await lists.city.query<{ what: string; repair: string }>(
    `SELECT what, detail->>'repairId' AS repair FROM list_matching.public_record_fact WHERE record_id = $1 AND what LIKE '%HIDE' ORDER BY version`,
    [shown.id],
  );
  expect(facts).toEqual([
    { what: 'HIDE', repair: repairId },
    { what: 'UNHIDE', repair: repairId },
  ]);
  await lists.feeder.send(repairRecordTemporarilyRestored, subjectId, { ...data, restoredOn: today });
  await lists.feeder.send(repairRecordGranted, subjectId, { ...data, grantedOn: today });
  const done = await eventually('the repair is final', async () => {
    const { body } = await lists.call<PublicRecordView>(bureau, 'GET', `/api/v1/public-records/${shown.id}`);
    return body.status === 'STOPPED' && body;
  });
  // Should the repair be revoked one day, it is shown again.
  expect(done).toMatchObject({ reason: 'REPAIRED', hidden: false });
});

describe('a reconsideration or lawsuit about an entry (R-6-6)', () => {
  const act = <Body = ListEntryView & { code: string }>(entry: { id: string }, step: string, body: object, who = wageOffice) =>
    lists.call<Body>(who, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, body);
  const notice = { name: '受理通知书', number: '连政复〔2026〕9号', date: daysAgo(2) };
  const begin = { kind: 'RECONSIDERATION', body: '连云港市人民政府', document: notice };
  test('it is told beside the entry, also to the public, and nothing stops: no task is held, no publicity ends', async () => {
    const entry = await listed();
    expect((await act(entry, 'end-review', { outcome: 'UPHELD', document: notice })).body.code).toBe('STEP_NOT_READY');
    expect((await act(entry, 'begin-review', begin, creditOffice)).status).toBe(403);
    expect((await act(entry, 'begin-review', begin, principalOf(['DEPT_HANDLER'], ['SCJGJ']))).status).toBe(404);
    const tomorrow = { ...begin, document: { ...notice, date: addMonths(today, 1) } };
    expect((await act(entry, 'begin-review', tomorrow)).body.code).toBe('DATE_IN_FUTURE');
    expect((await act(entry, 'begin-review', begin)).body).toMatchObject({
      status: 'ACTIVE',
      inReview: { kind: 'RECONSIDERATION', body: '连云港市人民政府', caseNo: notice.number, since: notice.date },
    });
    expect((await act(entry, 'begin-review', begin)).body.code).toBe('STEP_NOT_READY');
    const publicly = async () =>
      (
        await lists.call<{ entries: { mark: string | null; review: string | null }[] }>(
          undefined,
          'GET',
          `/api/v1/public/subjects/${entry.subject.usccCode}`,
        )
      ).body.entries.map(({ mark, review }) => [mark, review]);
    expect(await publicly()).toEqual([[null, '行政复议中']]);
    const told = (transition: string) =>
      eventually(`${transition} is told`, () =>
        lists.feeder.eventsOf(listEntryAdvanced).some(({ data }) => data.entryId === entry.id && data.transition === transition),
      );
    await told('T13e');
    expect(lists.feeder.eventsOf(listEntryAdvanced).find(({ data }) => data.entryId === entry.id)?.data.reviewKind).toBe('RECONSIDERATION');
    expect(lists.feeder.eventsOf(listEntrySuspended).some(({ data }) => data.entryId === entry.id)).toBe(false);
    const result = { outcome: 'UPHELD', document: { name: '复议决定书', number: '连政复决〔2026〕9号', date: daysAgo(1) } };
    expect((await act(entry, 'end-review', result)).body).toMatchObject({ status: 'ACTIVE', inReview: null });
    await told('T13f');
    expect(await publicly()).toEqual([[null, null]]);
  });
  test('when its subject is gone it stands beside what still binds the persons, and its end is told as ever (T22)', async () => {
    const entry = await listed({ parties: [partyOf()] });
    await act(entry, 'begin-review', { ...begin, kind: 'LITIGATION', body: '示例法院' });
    const gone = { ground: 'SUBJECT_ENDED', documentNo: '注销1号', date: today };
    expect((await act(entry, 'exit', gone)).body).toMatchObject({ status: 'CLOSED_SUBJECT', inReview: { kind: 'LITIGATION' } });
    expect((await act(entry, 'begin-review', begin)).body.code).toBe('TRANSITION_NOT_ALLOWED');
    const result = { outcome: 'UPHELD', document: { name: '判决书', number: '（2026）行终2号', date: daysAgo(0) } };
    const { body } = await act(entry, 'end-review', result);
    expect([body.status, body.inReview, body.steps.find(({ step }) => step === 'end-review')?.allowed]).toEqual([
      'CLOSED_SUBJECT',
      null,
      false,
    ]);
    expect((await act(entry, 'end-review', result)).body.code).toBe('STEP_NOT_READY');
    await eventually('those who execute are told', () =>
      lists.feeder.eventsOf(listEntryAdvanced).some(({ data }) => data.entryId === entry.id && data.transition === 'T13f'),
    );
  });
  test('only an order stops it, and the mark stands meanwhile; it goes with the entry', async () => {
    const entry = await listed();
    await act(entry, 'begin-review', { ...begin, kind: 'LITIGATION', body: '示例法院' });
    const order = { ground: 'STOP_EXECUTION', documentNo: '（2026）行停1号', date: daysAgo(1) };
    const stopped = await act(entry, 'suspend', order);
    expect([stopped.status, stopped.body.inReview?.kind]).toEqual([200, 'LITIGATION']);
    const revoking = { document: { name: '判决书', number: '（2026）行终1号', date: daysAgo(0) }, reason: '判决撤销' };
    expect((await act(entry, 'revoke', revoking)).body).toMatchObject({ status: 'REVOKED', inReview: null });
  });
});

test('performance that the unit records is told with its own day (T16b)', async () => {
  const entry = await listed();
  const document = { name: '履行证明', number: '连人社〔2026〕5号', date: daysAgo(3) };
  const designated = await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${entry.id}/duties-performed`, { document });
  expect(designated.status).toBe(200);
  await eventually('it is told', () =>
    lists.feeder
      .eventsOf(listEntryAdvanced)
      .some((event) => event.data.entryId === entry.id && event.data.transition === 'T16b' && event.data.on === document.date),
  );
});

const granted = async (entry: ListEntryView) => {
  await lists.feeder.send(repairGranted, entry.subject.id ?? '', { ...head(entry.subject.id), entryId: entry.id, grantedOn: today });
  await inState(entry, 'REPAIRED');
};
const revoke = (entry: ListEntryView) =>
  lists.feeder.send(repairRevoked, entry.subject.id ?? '', {
    ...head(entry.subject.id),
    entryId: entry.id,
    revokedOn: today,
    ground: 'FALSE_MATERIAL' as const,
  });

test('a revoked repair does not bring back an entry whose subject has been deregistered meanwhile (T23, T22)', async () => {
  const subject = { kind: 'LEGAL', name: '已注销有限公司', usccCode: nextUscc(), regionCode: '320706' };
  const { body: entry } = await lists.call<ListEntryView>(
    wageOffice,
    'POST',
    '/api/v1/list-entries',
    designationOf('BL-WAGE', { subject }),
  );
  await granted(entry);
  const end = { ...subject, source: '市场主体登记', status: 'DEREGISTERED', effectiveOn: daysAgo(1) };
  expect((await lists.call(creditOffice, 'POST', '/api/v1/subjects/register-changes', end)).status).toBe(200);
  await revoke(entry);
  const closed = await inState(entry, 'CLOSED_SUBJECT');
  expect(closed.timeline.map(({ transition }) => transition).slice(-2)).toEqual(['T23', 'T22']);
});

test('a revoked repair does not bring back an entry of a list that has been abolished meanwhile; the fraud stays on record', async () => {
  const entry = await listed();
  await granted(entry);
  const abolition = { documentNo: '连信办〔2026〕9号', date: today };
  expect((await lists.call(creditOffice, 'POST', '/api/v1/lists/BL-WAGE/abolish', abolition)).status).toBe(202);
  await revoke(entry);
  const after = await eventually('the fraud is on record', async () => {
    const { body } = await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}`);
    return body.timeline.length > entry.timeline.length + 1 && body;
  });
  expect(after.status).toBe('REPAIRED');
});
