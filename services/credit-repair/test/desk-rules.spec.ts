import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  listEntryAdvanced,
  listEntryDisputed,
  listEntryDisputeEnded,
  publicRecordPublished,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
  publicRecordStopped,
  repairDeadlineMissed,
  repairGranted,
  repairPublicityLimited,
  repairRecordGranted,
  taskLifting,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { ChecklistView } from '../src/repair.api.ts';
import { centre, handler, office, RepairDesk, windowClerk } from './repair.desk.ts';

let desk: RepairDesk;
beforeAll(async () => {
  desk = await RepairDesk.open();
});
afterAll(async () => {
  await desk?.close();
});

const item = (entry: { entryId: string }) => ({ kind: 'LIST_ENTRY', id: entry.entryId });
const task = (departmentCode: string) => ({ taskId: randomUUID(), taskVersion: 4, departmentCode, status: 'LIFTING' as const });

describe('an application is taken back by its applicant alone', () => {
  const taken = { reason: '主体撤回' };
  test('the unit that has to decide cannot take back what came by a window; with the applicant’s written word it enters it', async () => {
    const repair = await desk.applied([item(await desk.entry())], windowClerk);
    expect(await desk.step(repair, 'withdraw', taken)).toMatchObject({
      status: 422,
      body: { code: 'REPAIR_MATERIAL_REQUIRED', errors: [{ pointer: '/statement' }] },
    });
    const statement = { fileId: await desk.file(), date: '2026-11-20' };
    const foreign = { ...taken, statement: { ...statement, fileId: randomUUID() } };
    expect((await desk.step(repair, 'withdraw', foreign)).body).toMatchObject({
      code: 'EVIDENCE_UNKNOWN',
      errors: [{ pointer: '/statement/fileId' }],
    });
    const tomorrow = { ...taken, statement: { ...statement, date: '2099-01-01' } };
    expect((await desk.step(repair, 'withdraw', tomorrow)).body.code).toBe('DATE_IN_FUTURE');
    expect((await desk.get(repair)).status).toBe('PUSHED');
    const { body } = await desk.step(repair, 'withdraw', { ...taken, statement });
    expect(body).toMatchObject({ status: 'WITHDRAWN' });
    expect(body.materials.at(-1)).toMatchObject({ kind: 'WITHDRAWAL', fileId: statement.fileId, date: '2026-11-20' });
  });
  test('nor what came by 信用中国; each desk takes back its own, and no other desk does', async () => {
    const online = await desk.applied([item(await desk.entry())], centre);
    expect((await desk.step(online, 'withdraw', taken)).status).toBe(422);
    expect((await desk.step(online, 'withdraw', taken, windowClerk)).status).toBe(404);
    expect((await desk.step(online, 'withdraw', taken, centre)).body.status).toBe('WITHDRAWN');
    const window = await desk.applied([item(await desk.entry())], windowClerk);
    expect((await desk.step(window, 'withdraw', taken, centre)).status).toBe(403);
    expect((await desk.step(window, 'withdraw', taken, windowClerk)).body.status).toBe('WITHDRAWN');
    const own = await desk.applied([item(await desk.entry())]);
    expect((await desk.step(own, 'withdraw', taken, office)).status).toBe(403);
    expect((await desk.step(own, 'withdraw', taken)).body.status).toBe('WITHDRAWN');
  });
});

describe('the checklist is the same for everybody who may see it', () => {
  test('a window that took it in sees that every record has ended, and every department; another one’s handler cannot urge', async () => {
    const entry = await desk.entry();
    const repair = await desk.applied([item(entry)], windowClerk);
    await desk.step(repair, 'accept');
    await desk.decided(repair, 'GRANT');
    await desk.world.exited(entry);
    await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, [task('ZJJ'), task('SHUIJ')]));
    const of = async (principal: typeof handler) =>
      (await desk.call<ChecklistView>(principal, 'GET', `repairs/${repair.id}/checklist`)).body;
    const whole = await eventually('all has come', async () => {
      const found = await of(office);
      return found.lines.length === 5 && found.lines[0]?.open === 0 && found;
    });
    expect(await of(windowClerk)).toEqual(whole);
    expect(await of(handler)).toEqual(whole);
    expect((await desk.step(repair, 'urge', {}, principalOf(['DEPT_HANDLER'], ['DATAJ']))).status).toBe(403);
    expect((await desk.step(repair, 'urge', {}, handler)).status).toBe(200);
    expect((await desk.step(repair, 'urge', {}, centre)).status).toBe(200);
  });
});

describe('limits', () => {
  test('whoever was on time is never told as late, although nothing else has changed since', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    const tasks = [task('ZJJ')];
    await desk.world.exited(entry);
    await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, tasks));
    await desk.world.lifted(entry, tasks[0] ?? task('ZJJ'));
    await eventually('its limit is closed', async () =>
      (await desk.get(repair)).deadlines.some((deadline) => deadline.kind === 'LIFT' && deadline.closedAt !== null),
    );
    // The sites are late; the departments were not.
    desk.city.turnClock(20 * 86_400_000);
    const missed = () =>
      desk.world.feeder
        .eventsOf(repairDeadlineMissed)
        .flatMap((event) => (event.data.repairId === repair.id ? [event.data.deadline] : []))
        .sort();
    await eventually('the sites are told', () => missed().length >= 2);
    desk.city.turnClock(0);
    expect(missed()).toEqual(['SYNC_DEPARTMENT', 'SYNC_SITE']);
  });
});

describe('several records in one application', () => {
  test('one that ends by another road leaves it; the others are granted, and the checklist and the certificate name them alone', async () => {
    const subject = await desk.world.subject();
    const [moot, stays] = [await desk.entry({}, subject), await desk.entry({}, subject)];
    const penalty = await desk.world.penalty('2026-05-06', { subjectId: subject.subjectId });
    await desk.known(penalty.recordId);
    const repair = await desk.applied([item(moot), item(stays), { kind: 'PENALTY', id: penalty.recordId }]);
    await desk.step(repair, 'accept');
    await desk.world.exited(moot, { status: 'EXPIRED', ground: 'TERM_REACHED', documentNo: null });
    const dropped = await eventually('it has left', async () => {
      const found = await desk.get(repair);
      return found.steps.at(-1)?.action === 'DROP_ITEM' && found;
    });
    expect(dropped).toMatchObject({ status: 'ACCEPTED', due: { kind: 'RESULT' } });
    expect(dropped.items.map(({ id, endedBy }) => [id, endedBy]).filter(([, endedBy]) => endedBy !== null)).toEqual([
      [moot.entryId, 'TERM_REACHED'],
    ]);
    expect(await desk.decided(repair, 'GRANT')).toMatchObject({ status: 'SYNCING' });
    const { feeder } = desk.world;
    await eventually('both are told', () => feeder.eventsOf(repairRecordGranted).some((event) => event.data.repairId === repair.id));
    expect(feeder.eventsOf(repairGranted).flatMap(({ data }) => (data.repairId === repair.id ? [data.entryId] : []))).toEqual([
      stays.entryId,
    ]);
    expect((await desk.checklist(repair)).lines[0]).toMatchObject({ kind: 'PUBLICITY', total: 2, open: 2 });
    // The record that left is free at once for whatever else is to be asked of it.
    const open = await desk.city.query<{ item_id: string }>(
      'SELECT item_id FROM credit_repair.repair_item WHERE repair_id = $1 AND is_open',
      [repair.id],
    );
    expect(open.map((row) => row.item_id)).not.toContain(moot.entryId);
    await desk.world.penaltyRevoked(penalty);
    await eventually('the penalty has ended', async () => (await desk.checklist(repair)).lines[0]?.open === 1);
  });
  test('one that ends while its unit waits for its turn has left when the unit acts: the others are decided', async () => {
    const subject = await desk.world.subject();
    const [moot, stays] = [await desk.entry({}, subject), await desk.entry({}, subject)];
    const repair = await desk.applied([item(moot), item(stays)]);
    await desk.step(repair, 'accept');
    const session = await desk.city.connect();
    const waiting = (count: number) =>
      eventually(`${count} wait for the lane`, async () => {
        const { rows } = await session.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event IN ('transactionid', 'tuple')`,
        );
        return rows.length === count;
      });
    try {
      await session.query('BEGIN');
      await session.query('SELECT 1 FROM credit_repair.subject_lane WHERE subject_key = $1 FOR UPDATE', [subject.subjectId]);
      await desk.world.exited(moot, { status: 'EXPIRED', ground: 'TERM_REACHED', documentNo: null });
      await waiting(1);
      const proposed = desk.step(repair, 'propose', { action: 'GRANT', documentNo: '连市监修〔2026〕1号', reason: '经核查属实' });
      await waiting(2);
      await session.query('COMMIT');
      expect(await proposed).toMatchObject({ status: 200, body: { status: 'UNDER_REVIEW' } });
    } finally {
      await session.end();
    }
    expect((await desk.get(repair)).steps.map(({ action }) => action)).toContain('DROP_ITEM');
  });
  test('when the last of them has ended too, the application is moot', async () => {
    const subject = await desk.world.subject();
    const [first, second] = [await desk.entry({}, subject), await desk.entry({}, subject)];
    const repair = await desk.applied([item(first), item(second)]);
    await desk.world.exited(first, { status: 'REVOKED', ground: 'BASIS_REVOKED' });
    await desk.world.exited(second, { status: 'CORRECTED', ground: 'DESIGNATION_WRONG' });
    expect((await desk.inState(repair, 'WITHDRAWN')).steps.at(-1)).toMatchObject({ action: 'LAPSE' });
  });
});

describe('questions about a record', () => {
  test('the public is not told who has applied', async () => {
    const subject = await desk.world.subject();
    await desk.applied([item(await desk.entry({}, subject))]);
    const { body } = await desk.city.call<{ items: object[] }>(
      desk.running,
      undefined,
      'GET',
      `/api/v1/public/repair-eligibility?usccCode=${subject.usccCode}`,
    );
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).not.toHaveProperty('openRepair');
    expect(JSON.stringify(body)).not.toContain('LYG-XF-');
  });
  test('whom a window asked about and what for is kept, also when it found nothing; nobody can change it (R-8-13)', async () => {
    const entry = await desk.entry();
    const purpose = encodeURIComponent('本人到窗口查询');
    expect((await desk.call(windowClerk, 'GET', `repair-eligibility?subjectId=${entry.subjectId}&purpose=${purpose}`)).status).toBe(200);
    const unknown = randomUUID();
    expect((await desk.call(windowClerk, 'GET', `repair-eligibility?entryId=${unknown}&purpose=${purpose}`)).status).toBe(404);
    const rows = await desk.city.query<object>(
      'SELECT actor, departments, purpose, subject_ids, item_ids, result FROM credit_repair.eligibility_query_log ORDER BY id DESC LIMIT 2',
    );
    const asked = { actor: windowClerk.id, departments: ['DATAJ'], purpose: '本人到窗口查询' };
    expect(rows).toEqual([
      { ...asked, subject_ids: [], item_ids: [unknown], result: 'NOT_FOUND' },
      { ...asked, subject_ids: [entry.subjectId], item_ids: [entry.entryId], result: 'ANSWERED' },
    ]);
    const rights = await desk.city.query<{ right: string }>(
      `SELECT privilege_type AS right FROM information_schema.table_privileges
       WHERE table_schema = 'credit_repair' AND table_name = 'eligibility_query_log' AND grantee LIKE 'credit_repair_%' AND privilege_type IN ('UPDATE', 'DELETE')
         AND grantee <> 'credit_repair_owner'`,
    );
    expect(rights).toEqual([]);
  });
  test('what a unit has asserted counts at a window too', async () => {
    const entry = await desk.entry({ listCode: 'BL-WAGE', designatingDepartment: 'RSJ' });
    const assertion = { itemId: entry.entryId, code: 'WAGE_RELAPSE', documentNo: '连人社〔2026〕3号' };
    expect((await desk.call(principalOf(['DEPT_APPROVER'], ['RSJ']), 'POST', 'repair-exclusions', assertion)).status).toBe(201);
    const body = { items: [item(entry)], applicant: { kind: 'SUBJECT' }, dutiesPerformedOn: '2025-01-06', materials: [] };
    expect((await desk.call(windowClerk, 'POST', 'repairs', body)).body.code).toBe('REPAIR_NOT_ALLOWED');
  });
  test('the field of a penalty is heard with it', async () => {
    const { feeder } = desk.world;
    const penalty = await desk.world.penalty('2026-02-02', { fields: ['FOOD'], grade: 'SERIOUS', categories: ['LICENCE_REVOKED'] });
    await desk.known(penalty.recordId);
    const { body } = await desk.call<{ items: { earliestOn: string }[] }>(office, 'GET', `repair-eligibility?recordId=${penalty.recordId}`);
    expect(body.items[0]?.earliestOn).toBe('2027-02-02');
    expect(feeder.eventsOf(publicRecordPublished)).toEqual([]);
  });
});

describe('the longest publicity of a penalty (R-5-5, R-5-6)', () => {
  const told = (recordId: string) =>
    desk.world.feeder
      .eventsOf(repairPublicityLimited)
      .filter((event) => event.data.recordId === recordId)
      .map(({ data }) => data);
  test('what is announced for longer than the law allows is told once with its day and clause; what is shorter is left alone', async () => {
    const long = await desk.world.penalty('2026-05-06', { publicUntil: '2029-05-05' });
    const short = await desk.world.penalty('2026-05-06', { publicUntil: '2026-12-01' });
    await desk.known(short.recordId);
    await eventually('it is told', () => told(long.recordId).length > 0);
    expect(told(long.recordId)).toEqual([
      expect.objectContaining({
        publicUntil: '2027-05-05',
        announcedUntil: '2029-05-05',
        regime: 'REG36',
        clause: expect.stringContaining('第36号'),
        grade: 'GENERAL',
        announcedGrade: 'GENERAL',
      }),
    ]);
    expect(told(short.recordId)).toEqual([]);
  });
  test('records of before 2026-04-01 are graded again, also those that were heard before anybody judged them', async () => {
    const old = await desk.world.penalty('2025-01-06', { grade: 'SERIOUS', publicUntil: '2028-01-05' });
    await eventually('it is told', () => told(old.recordId).length === 1);
    expect(told(old.recordId)[0]).toMatchObject({ publicUntil: '2026-01-05', grade: 'GENERAL', announcedGrade: 'SERIOUS' });
    await desk.city.query('UPDATE credit_repair.item SET publicity_judged = NULL WHERE id = $1', [old.recordId]);
    desk.city.turnClock(40 * 86_400_000);
    await eventually('another day finds it', () => told(old.recordId).length === 2);
    desk.city.turnClock(0);
  });
});

describe('repairs and objections', () => {
  const sites = async (repair: { id: string }) => {
    expect((await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' })).status).toBe(200);
    expect((await desk.step(repair, 'receipts', { kind: 'SITE' }, centre)).status).toBe(200);
  };
  test('an entry that is found wrong after its repair was granted: what was lifted counts, what a second step lifts is awaited, the day stays', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    const [first, second] = [task('ZJJ'), task('SHUIJ')];
    await desk.world.exited(entry);
    await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, [first]));
    await eventually('it has ended', async () => (await desk.checklist(repair)).lines[0]?.open === 0);
    const endedAt = (await desk.checklist(repair)).lines[0]?.doneAt;
    await desk.world.exited(entry, { entryVersion: 10, status: 'CORRECTED', ground: 'DESIGNATION_WRONG' });
    const again = { planVersion: 3, ground: 'DESIGNATION_WRONG', parts: 2 } as const;
    await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, [second], again));
    await sites(repair);
    await desk.world.lifted(entry, first);
    await desk.world.lifted(entry, second);
    const waiting = await eventually('both are proved', async () => {
      const found = await desk.checklist(repair);
      return (
        found.lines.filter((line) => line.departmentCode !== null && line.kind === 'MEASURES' && line.open === 0).length === 2 && found
      );
    });
    expect([waiting.isComplete, waiting.lines[0]?.doneAt]).toEqual([false, endedAt]);
    await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, [], { ...again, part: 2 }));
    await desk.inState(repair, 'DONE');
  });
  test('found wrong after everything was lifted, with nothing left for a second step: what the repair has lifted is proof enough', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    const only = task('ZJJ');
    await desk.world.exited(entry);
    await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, [only]));
    await desk.world.exited(entry, { entryVersion: 10, status: 'CORRECTED', ground: 'DESIGNATION_WRONG' });
    await sites(repair);
    await desk.world.lifted(entry, only);
    await desk.inState(repair, 'DONE');
  });
  test('the mark of an objection stands in every answer about the record, and goes with the objection (R-6-5)', async () => {
    const entry = await desk.entry();
    const disputed = async () =>
      (await desk.call<{ items: { disputed: boolean }[] }>(office, 'GET', `repair-eligibility?entryId=${entry.entryId}`)).body.items[0]
        ?.disputed;
    expect(await disputed()).toBe(false);
    const head = { ...desk.world.headOf(entry, 4), status: 'ACTIVE' as const };
    await desk.world.feeder.send(listEntryDisputed, entry.subjectId, { ...head, documentNo: 'YY-1', disputedOn: '2026-11-20' });
    await eventually('it is marked', disputed);
    const ended = { ...head, entryVersion: 6, outcome: 'DISMISSED' as const, documentNo: 'YY-1', endedOn: '2026-11-22' };
    await desk.world.feeder.send(listEntryDisputeEnded, entry.subjectId, ended);
    await eventually('it is marked no more', async () => (await disputed()) === false);
  });
  test('a reconsideration or lawsuit stands in every answer too, and hinders nobody (R-6-6)', async () => {
    const entry = await desk.entry();
    const asked = async () =>
      (await desk.call<{ items: { inReview: boolean; outcome: string }[] }>(office, 'GET', `repair-eligibility?entryId=${entry.entryId}`))
        .body.items[0];
    const step = (entryVersion: number, transition: string) =>
      desk.world.feeder.send(listEntryAdvanced, entry.subjectId, {
        ...desk.world.headOf(entry, entryVersion),
        status: 'ACTIVE',
        transition,
        documentNo: '连政复〔2026〕9号',
        on: '2026-11-20',
      });
    await step(4, 'T13e');
    await eventually('it is told', async () => (await asked())?.inReview === true);
    // Another step in between says nothing of it.
    await step(5, 'T16b');
    expect(await asked()).toMatchObject({ inReview: true, outcome: 'NOT_YET' });
    await step(6, 'T13f');
    await eventually('it is over', async () => (await asked())?.inReview === false);
  });
  test('also of a penalty, and also after its publicity was interrupted; it goes when the penalty is taken back (R-6-6)', async () => {
    const { recordId, subjectId } = await desk.world.penalty('2026-05-06');
    await desk.known(recordId);
    const marked = async () =>
      (await desk.city.query<{ in_review: boolean | null }>('SELECT in_review FROM credit_repair.item WHERE id = $1', [recordId]))[0]
        ?.in_review ?? null;
    const head = (recordVersion: number) => ({
      ...{ recordId, recordVersion, number: 'LYG-GS-1', kind: 'PENALTY' as const, subjectId, subjectKind: 'LEGAL' as const },
      ...{ departmentCode: 'SCJGJ', status: 'PUBLISHED' as const, documentNo: '连政复〔2026〕9号' },
    });
    const begun = { ...head(3), reviewKind: 'LITIGATION' as const, begunOn: '2026-11-20' };
    await desk.world.feeder.send(publicRecordReviewBegun, subjectId, begun);
    await eventually('it is marked', marked);
    const stopped = { ...head(4), status: 'STOPPED' as const, ground: 'REPAIRED' as const, stoppedOn: '2026-11-21' };
    await desk.world.feeder.send(publicRecordStopped, subjectId, stopped);
    const versionIs = (version: number) =>
      eventually(
        `version ${version} is heard`,
        async () => (await desk.city.query('SELECT 1 FROM credit_repair.item WHERE id = $1 AND version = $2', [recordId, version]))[0],
      );
    await versionIs(4);
    expect(await marked()).toBe(true);
    await desk.world.feeder.send(publicRecordReviewEnded, subjectId, { ...head(5), outcome: 'UPHELD', endedOn: '2026-11-22' });
    await versionIs(5);
    expect(await marked()).toBe(false);
    await desk.world.feeder.send(publicRecordReviewBegun, subjectId, { ...begun, recordVersion: 6 });
    await eventually('it is marked again', marked);
    await desk.world.penaltyRevoked({ recordId, subjectId }, 7);
    await versionIs(7);
    expect(await marked()).toBe(false);
  });
});
