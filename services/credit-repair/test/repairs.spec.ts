import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  addWorkingDays,
  beijingDate,
  calendar2026,
  listEntryPublicationConfirmed,
  parameterChanged,
  parameterKey,
  repairGranted,
  repairReceived,
  repairRecordGranted,
  repairRefused,
  repairSynced,
  taskLifting,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { RepairDetail } from '../src/repair.api.ts';
import { repairStatusOf } from '../src/repair.rules.ts';
import { RepairSettings } from '../src/terms.ts';
import { approver, centre, handler, office, RepairDesk, windowClerk } from './repair.desk.ts';
import type { WorldEntry } from './repair.world.ts';

let desk: RepairDesk;
beforeAll(async () => {
  desk = await RepairDesk.open();
});
afterAll(async () => {
  await desk?.close();
});

const windowOfCity = office;
const item = (entry: { entryId: string }) => ({ kind: 'LIST_ENTRY', id: entry.entryId });
const task = (departmentCode: string, status: 'LIFTING' | 'CANCELLED' = 'LIFTING') => ({
  taskId: randomUUID(),
  taskVersion: 4,
  departmentCode,
  status,
});
const plain = async (items: object[], more: object = {}) => ({
  items,
  applicant: { kind: 'SUBJECT' },
  dutiesPerformedOn: '2025-01-06',
  materials: [],
  ...more,
});
const lift = (entry: WorldEntry, tasks: ReturnType<typeof task>[], changes: object = {}) =>
  desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, tasks, changes));

describe('from the application to “restored everywhere”', () => {
  test('a granted repair tells its entry, shows who has not undone it yet, and is done on the day of the last receipt', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    expect(repair).toMatchObject({ status: 'SYNCING', documentNo: '连市监修〔2026〕1号', due: { kind: 'SYNC_DEPARTMENT' } });
    await eventually('the entry is told', async () =>
      desk.world.feeder.eventsOf(repairGranted).some((event) => event.data.entryId === entry.entryId),
    );
    expect(await desk.checklist(repair)).toMatchObject({
      isComplete: false,
      lines: expect.arrayContaining([expect.objectContaining({ kind: 'MEASURES', departmentCode: null, open: 1 })]),
    });
    await desk.world.exited(entry);
    const [court, tax, never, kept] = [task('ZJJ'), task('SHUIJ'), task('JTJ', 'CANCELLED'), task('YJJ')];
    // One receipt comes before the step that asks for it.
    await desk.world.lifted(entry, tax);
    const stays = [{ taskId: kept.taskId, departmentCode: 'YJJ', reason: 'OTHER_BASIS' as const }];
    await lift(entry, [court], { part: 1, parts: 2, stays });
    await lift(entry, [tax, never], { part: 2, parts: 2 });
    const lines = await eventually('all parts have come', async () => {
      const found = (await desk.checklist(repair)).lines;
      return found.filter((line) => line.kind === 'MEASURES').length === 4 && found;
    });
    const open = lines.filter((line) => line.open > 0).map((line) => [line.kind, line.departmentCode]);
    expect(open).toEqual([
      ['DEPARTMENT_SITE', 'SCJGJ'],
      ['SITE', null],
      ['MEASURES', 'ZJJ'],
    ]);
    expect(lines.find((line) => line.departmentCode === 'YJJ')).toMatchObject({ total: 1, open: 0, kept: 1 });
    expect((await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' })).status).toBe(200);
    expect((await desk.step(repair, 'receipts', { kind: 'SITE' })).status).toBe(403);
    expect((await desk.step(repair, 'receipts', { kind: 'SITE', documentNo: '信用中国回执1' }, centre)).body.status).toBe('SYNCING');
    const last = new Date(Date.now() + 3_600_000).toISOString();
    await desk.world.lifted(entry, court, last);
    const done = await desk.inState(repair, 'DONE');
    expect(done).toMatchObject({ restoredAt: last, certificateNumber: repair.number.replace('-XF-', '-XZ-'), due: null });
    await eventually('it is told', async () => desk.world.feeder.eventsOf(repairSynced).some((event) => event.data.repairId === repair.id));
    expect(done.deadlines.every((deadline) => deadline.closedAt !== null)).toBe(true);
    const paper = await desk.city.download(desk.running, windowOfCity, `/api/v1/repairs/${repair.id}/certificate`);
    expect([paper.status, paper.headers.get('content-type'), paper.bytes.subarray(0, 5).toString()]).toEqual([
      200,
      'application/pdf',
      '%PDF-',
    ]);
    const [row] = await desk.city.query<{ code: string; sha256: string; receipts: { departmentCode: string; kept: number }[] }>(
      "SELECT code, sha256, content->'receipts' AS receipts FROM credit_repair.repair_certificate WHERE repair_id = $1",
      [repair.id],
    );
    // What another list still demands stands on the certificate as such (R-5-12).
    expect(row?.receipts.filter((line) => line.kept > 0)).toMatchObject([{ departmentCode: 'YJJ', total: 1, kept: 1 }]);
    const check = (code: string) => desk.city.call(desk.running, undefined, 'GET', `/api/v1/public/repair-certificates/${code}`);
    expect(await check(row?.code ?? '')).toMatchObject({
      status: 200,
      body: { status: 'VALID', number: done.certificateNumber, restoredAt: last, sha256: row?.sha256 },
    });
    expect((await check('2'.repeat(20))).status).toBe(404);
    expect((await check('x')).status).toBe(400);
  });

  test('what the channels of publication confirm is a receipt: nobody enters it twice (R-2-11)', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    expect((await desk.call(office, 'GET', `repairs/${repair.id}/certificate`)).status).toBe(409);
    await desk.world.exited(entry);
    await lift(entry, []);
    const confirm = (channel: string, action: 'WITHDRAW' | 'PUBLISH' = 'WITHDRAW') =>
      desk.world.feeder.send(listEntryPublicationConfirmed, entry.subjectId, {
        ...desk.world.headOf(entry, 10),
        status: 'REPAIRED',
        orderId: randomUUID(),
        channel,
        action,
        outcome: 'DONE',
        doneOn: '2026-11-23',
        receiptNo: 'HZ-1',
      });
    await confirm('XYZG', 'PUBLISH');
    await confirm('GSXT');
    await confirm('UNIT_SITE');
    await eventually(
      'one site is left',
      async () =>
        (await desk.checklist(repair)).lines
          .filter((line) => line.open > 0)
          .map((line) => line.kind)
          .join() === 'SITE',
    );
    await confirm('XYZG');
    await desk.inState(repair, 'DONE');
  });

  test('the receipt of a foreign task, and parts of another end, complete nothing', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    await lift(entry, [], { ground: 'SUBJECT_ENDED', planVersion: 1 });
    await desk.world.exited(entry);
    await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' });
    await desk.step(repair, 'receipts', { kind: 'SITE' }, centre);
    await desk.world.lifted(entry, task('ZJJ'));
    await eventually('the exit has been heard', async () => (await desk.checklist(repair)).lines[0]?.open === 0);
    expect(await desk.get(repair)).toMatchObject({ status: 'SYNCING' });
    await lift(entry, []);
    await desk.inState(repair, 'DONE');
  });

  test('a penalty and its entry in one application: each record is told, the penalty’s publicity is a receipt', async () => {
    const subject = await desk.world.subject();
    const entry = await desk.entry({}, subject);
    const penalty = await desk.world.penalty('2026-05-06', { subjectId: subject.subjectId });
    await desk.known(penalty.recordId);
    const repair = await desk.granted([item(entry), { kind: 'PENALTY', id: penalty.recordId }]);
    await eventually('both are told', async () => {
      const { feeder } = desk.world;
      const told = [...feeder.eventsOf(repairGranted), ...feeder.eventsOf(repairRecordGranted)].filter(
        (event) => event.data.repairId === repair.id,
      );
      return told.length === 2;
    });
    expect((await desk.checklist(repair)).lines[0]).toMatchObject({ kind: 'PUBLICITY', total: 2, open: 2 });
  });

  test('a repaired penalty does not end the entry that rests on it: the entry’s own unit gets a linked case (R-5-11)', async () => {
    const subject = await desk.world.subject();
    const documentNo = '连市监罚〔2024〕77号';
    const entry = await desk.entry(
      { decision: { number: documentNo, date: '2024-06-01' }, listCode: 'BL-WAGE', designatingDepartment: 'RSJ' },
      subject,
    );
    const penalty = await desk.world.penalty('2026-05-06', { subjectId: subject.subjectId, documentNo });
    await desk.known(penalty.recordId);
    const repair = await desk.granted([{ kind: 'PENALTY', id: penalty.recordId }]);
    const wages = principalOf(['DEPT_HANDLER'], ['RSJ']);
    const { body } = await desk.call<{ data: { items: { id: string }[]; linkedTo: string; channel: string; status: string }[] }>(
      wages,
      'GET',
      'repairs',
    );
    expect(body.data).toMatchObject([{ channel: 'LINKED', linkedTo: repair.id, status: 'PUSHED', items: [{ id: entry.entryId }] }]);
    expect(desk.world.feeder.eventsOf(repairGranted).some((event) => event.data.entryId === entry.entryId)).toBe(false);
  });
});

describe('what is refused at the desk', () => {
  test.each<[why: string, changes: Parameters<RepairDesk['entry']>[0], code: string]>([
    ['too early', { validFrom: '2026-06-01', activatedOn: '2026-06-01' }, 'REPAIR_TOO_EARLY'],
    ['a court list', { listCode: 'BL-COURT' }, 'REPAIR_NOT_APPLICABLE'],
    ['an honour', { listCode: 'RL-TAXA', listType: 'RED' }, 'REPAIR_NOT_APPLICABLE'],
    ['a statutory ban', { listCode: 'BL-GP' }, 'REPAIR_NOT_ALLOWED'],
    ['another region', { originRegion: '310000' }, 'FOREIGN_ENTRY'],
  ])('%s', async (_why, changes, code) => {
    const entry = await desk.entry(changes);
    const { status, body } = await desk.call(handler, 'POST', 'repairs', await plain([item(entry)]));
    expect([status, body.code]).toEqual([code === 'FOREIGN_ENTRY' ? 403 : 422, code]);
    if (code === 'REPAIR_TOO_EARLY') expect(body.detail).toContain('最早可申请日 2027-06-01');
  });
  test('records of two units, an unknown record, a wrong kind, a record that has ended', async () => {
    const subject = await desk.world.subject();
    const [mine, theirs] = [
      await desk.entry({}, subject),
      await desk.entry({ designatingDepartment: 'RSJ', listCode: 'BL-CULT' }, subject),
    ];
    const clerk = (items: object[]) => plain(items).then((body) => desk.call(windowClerk, 'POST', 'repairs', body));
    expect((await clerk([item(mine), item(theirs)])).body.code).toBe('REPAIR_ITEMS_DIFFER');
    expect((await clerk([{ kind: 'LIST_ENTRY', id: randomUUID() }])).status).toBe(404);
    expect((await clerk([{ kind: 'PENALTY', id: mine.entryId }])).status).toBe(404);
    expect((await desk.call(handler, 'POST', 'repairs', await plain([item(theirs)]))).status).toBe(404);
    await desk.world.exited(mine);
    const last = await eventually('it has ended', async () => {
      const { body } = await clerk([item(mine)]);
      return body.code !== undefined && body.code !== 'REPAIR_ALREADY_OPEN' && body.code;
    });
    expect(last).toBe('REPAIR_NOT_NEEDED');
  });
  test('a second application for the same record, an agent without authority, a file that is not the sender’s', async () => {
    const entry = await desk.entry();
    const agent = await desk.call(windowClerk, 'POST', 'repairs', await plain([item(entry)], { applicant: { kind: 'AGENT' } }));
    expect(agent.body).toMatchObject({ code: 'REPAIR_MATERIAL_REQUIRED', errors: [{ pointer: '/materials' }] });
    const foreign = await plain([item(entry)], { materials: [{ kind: 'COMMITMENT', fileId: await desk.file(windowClerk) }] });
    expect((await desk.call(handler, 'POST', 'repairs', foreign)).body.code).toBe('EVIDENCE_UNKNOWN');
    const first = await desk.applied([item(entry)]);
    const second = await desk.call(windowClerk, 'POST', 'repairs', await plain([item(entry)]));
    expect(second.body).toMatchObject({ code: 'REPAIR_ALREADY_OPEN' });
    expect(second.body.detail).toContain(first.number);
  });
  test('the same reference with the same content is the same application, with another it is refused', async () => {
    const entry = await desk.entry();
    const body = await plain([item(entry)], { clientRef: randomUUID() });
    const first = await desk.call(windowClerk, 'POST', 'repairs', body);
    expect(await desk.call(windowClerk, 'POST', 'repairs', body)).toMatchObject({ status: 200, body: { id: first.body.id } });
    const other = { ...body, dutiesPerformedOn: '2025-02-01' };
    expect((await desk.call(windowClerk, 'POST', 'repairs', other)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });
  test('an auditor sees and does nothing; another department sees nothing', async () => {
    const repair = await desk.applied([item(await desk.entry())], windowClerk);
    expect((await desk.step(repair, 'accept', {}, principalOf(['AUDITOR']))).status).toBe(403);
    expect((await desk.step(repair, 'accept', {}, principalOf(['DEPT_HANDLER'], ['RSJ']))).status).toBe(404);
    expect((await desk.call(windowClerk, 'GET', `repairs/${repair.id}`)).body).toMatchObject({
      channel: 'WINDOW',
      intakeDepartment: 'DATAJ',
    });
    expect((await desk.step(repair, 'accept', {}, windowClerk)).status).toBe(403);
    expect(desk.world.feeder.eventsOf(repairReceived).length).toBeGreaterThan(0);
  });
});

describe('on the unit’s desk (S3–S5)', () => {
  test('with duties open nothing can be granted; the unit’s own knowledge closes them', async () => {
    const entry = await desk.entry();
    const materials = await desk.materials(handler, ['COMMITMENT']);
    const repair = (await desk.call(handler, 'POST', 'repairs', { items: [item(entry)], applicant: { kind: 'SUBJECT' }, materials })).body;
    await desk.step(repair, 'accept');
    const grant = { action: 'GRANT', documentNo: '连市监修〔2026〕2号', reason: '准予' };
    expect((await desk.step(repair, 'propose', grant)).body).toMatchObject({ code: 'REPAIR_CONDITIONS_OPEN' });
    const own = { ...grant, dutiesPerformedOn: '2026-01-09', dutiesDocumentNo: '缴款书 0001' };
    expect((await desk.step(repair, 'propose', own)).status).toBe(200);
    expect((await desk.step(repair, 'decide', { outcome: 'CONFIRM' }, approver)).body.status).toBe('SYNCING');
  });
  test('what was lawful when it was proposed is judged again when it is decided: a bar that its unit has asserted since stops it (§5.3, §5.6)', async () => {
    const entry = await desk.entry({ listCode: 'BL-MKT' });
    const repair = await desk.applied([item(entry)]);
    await desk.step(repair, 'accept');
    const grant = { action: 'GRANT', documentNo: '连市监修〔2026〕3号', reason: '准予' };
    expect((await desk.step(repair, 'propose', grant)).status).toBe(200);
    const bar = { itemId: entry.entryId, code: 'MKT_LONGER_TERM', documentNo: '连市监〔2026〕9号' };
    expect((await desk.call(approver, 'POST', 'repair-exclusions', bar)).status).toBe(201);
    expect((await desk.step(repair, 'decide', { outcome: 'CONFIRM' }, approver)).body.code).toBe('REPAIR_CONDITIONS_OPEN');
    expect(desk.world.feeder.eventsOf(repairGranted).some((event) => event.data.entryId === entry.entryId)).toBe(false);
    await desk.step(repair, 'decide', { outcome: 'RETURN', reason: '依法不得提前修复' }, approver);
    expect((await desk.decided(repair, 'REFUSE')).status).toBe('REFUSED');
  });
  test('two people: nobody approves his own opinion, and a return goes back to the handler with its reason', async () => {
    const repair = await desk.applied([item(await desk.entry())]);
    await desk.step(repair, 'accept');
    const body = { action: 'GRANT', documentNo: 'x', reason: '准予' };
    expect((await desk.step(repair, 'decide', { outcome: 'CONFIRM' }, approver)).body.code).toBe('REPAIR_STATE');
    expect((await desk.step(repair, 'propose', body, approver)).status).toBe(200);
    expect((await desk.step(repair, 'decide', { outcome: 'CONFIRM' }, approver)).body.code).toBe('SAME_PERSON');
    expect((await desk.step(repair, 'decide', { outcome: 'CONFIRM' }, handler)).status).toBe(403);
    expect((await desk.step(repair, 'decide', { outcome: 'RETURN' }, approver)).body.code).toBe('REASON_REQUIRED');
    expect((await desk.step(repair, 'decide', { outcome: 'RETURN', reason: '文号有误' }, approver)).body).toMatchObject({
      status: 'ACCEPTED',
      proposal: null,
    });
  });
  test('asks for a supplement once; the clock runs on with what was left; extends once', async () => {
    const repair = await desk.applied([item(await desk.entry())]);
    const asked = await desk.step(repair, 'request-supplement', { asked: '请补交承诺书' });
    expect(asked.body).toMatchObject({
      status: 'CORRECTION_REQUESTED',
      supplementAsked: '请补交承诺书',
      due: { kind: 'SUPPLEMENT', remainingWorkdays: 10 },
    });
    const given = await desk.step(repair, 'supplement', { materials: await desk.materials(handler, ['COMMITMENT']) });
    expect(given.body).toMatchObject({ status: 'PUSHED', due: { kind: 'ACCEPT', remainingWorkdays: 3 } });
    expect((await desk.step(repair, 'request-supplement', { asked: '再补' })).body.code).toBe('REPAIR_STATE');
    expect((await desk.step(repair, 'accept')).body).toMatchObject({ due: { kind: 'RESULT', remainingWorkdays: 7 } });
    expect((await desk.step(repair, 'extend', { reason: '需实地核查' })).body).toMatchObject({
      status: 'EXTENDED',
      due: { remainingWorkdays: 17 },
    });
    expect((await desk.step(repair, 'extend', { reason: '再延长' })).body.code).toBe('REPAIR_STATE');
  });
  test('refused with reasons and remedy; the record is free for another application', async () => {
    const entry = await desk.entry();
    const repair = await desk.applied([item(entry)]);
    await desk.step(repair, 'accept');
    const refused = await desk.decided(repair, 'REFUSE', { reason: '未全部履行' });
    expect(refused).toMatchObject({
      status: 'REFUSED',
      refusal: { stage: 'DECISION', reason: '未全部履行', remedy: expect.stringContaining('行政复议') },
    });
    await eventually('it is told', async () =>
      desk.world.feeder.eventsOf(repairRefused).some((event) => event.data.repairId === repair.id),
    );
    await desk.applied([item(entry)]);
  });
  test('not accepted, withdrawn, on an old version', async () => {
    const entry = await desk.entry();
    const first = await desk.applied([item(entry)]);
    expect((await desk.step(first, 'not-accept', { reason: '不属于本部门' })).body).toMatchObject({
      status: 'NOT_ACCEPTED',
      refusal: { stage: 'ACCEPTANCE' },
    });
    expect((await desk.step(first, 'accept')).body.code).toBe('REPAIR_STATE');
    const second = await desk.applied([item(entry)]);
    const stale = { body: {}, headers: { 'if-match': '"1"' } };
    expect((await desk.city.call(desk.running, handler, 'POST', `/api/v1/repairs/${second.id}/accept`, stale)).status).toBe(412);
    expect((await desk.step(second, 'withdraw', { reason: '主体撤回' })).body.status).toBe('WITHDRAWN');
  });
  test('a penalty that is revoked on reconsideration meanwhile makes its application moot', async () => {
    const penalty = await desk.world.penalty('2026-05-06');
    await desk.known(penalty.recordId);
    const repair = await desk.applied([{ kind: 'PENALTY', id: penalty.recordId }]);
    await desk.world.penaltyRevoked(penalty);
    const lapsed = await desk.inState(repair, 'WITHDRAWN');
    expect(lapsed.steps.at(-1)).toMatchObject({ action: 'LAPSE', detail: { grounds: ['DECISION_REVOKED'] } });
  });
});

test('the status of every application is the fold of its facts', async () => {
  const rows = await desk.city.query<{ id: string; status: string }>('SELECT id, status FROM credit_repair.repair');
  expect(rows.length).toBeGreaterThan(10);
  for (const { id, status } of rows) {
    const facts = await desk.city.query<{ version: number; to_status: 'DONE' }>(
      'SELECT version, to_status FROM credit_repair.repair_fact WHERE repair_id = $1',
      [id],
    );
    expect(repairStatusOf(facts)).toBe(status);
  }
  expect((await desk.call(office, 'GET', 'repairs?status=SYNCING&limit=2')).status).toBe(200);
});

test('a term that is changed counts for what begins on its day, also the own term of a unit; what runs keeps its last day', async () => {
  const today = beijingDate(new Date());
  const wd = (days: number) => addWorkingDays(calendar2026, today, days).date;
  const change = (key: string, value: number, validFrom: string) =>
    desk.world.feeder.send(parameterChanged, parameterKey, {
      ...{ changeId: randomUUID(), key, version: 1, state: 'APPROVED' as const, value, validFrom, previousValue: 1, reasonZh: '试行' },
      ...{ documentNo: null, proposedBy: 'A', decidedBy: 'B', decidedAt: new Date().toISOString() },
    });
  const dueOf = ({ deadlines }: RepairDetail, kind: string) => deadlines.find((deadline) => deadline.kind === kind)?.dueOn;
  const first = await desk.applied([item(await desk.entry())]);
  const accepted = (await desk.step(first, 'accept')).body;
  expect([dueOf(first, 'ACCEPT'), dueOf(accepted, 'RESULT')]).toEqual([wd(3), wd(7)]);
  await change('repair.accept_wd', 5, addDays(today, 1));
  await change('repair.samr_result_wd', 6, today);
  await change('repair.fraud_block_months', 36, today);
  const settings = desk.running.app.get(RepairSettings);
  await eventually(
    'all are known',
    () =>
      settings.on(addDays(today, 1)).acceptDays === 5 &&
      settings.on(today).resultDaysOf.get('SCJGJ') === 6 &&
      settings.fraudBlockMonthsOn(today) === 36,
  );
  const second = await desk.applied([item(await desk.entry())]);
  expect([dueOf(second, 'ACCEPT'), dueOf((await desk.step(second, 'accept')).body, 'RESULT')]).toEqual([wd(3), wd(6)]);
  expect(dueOf((await desk.call(handler, 'GET', `repairs/${first.id}`)).body, 'RESULT')).toBe(wd(7));
  // Who was revoked before is not blocked afterwards (R-5-13).
  expect(settings.fraudBlockMonthsOn(addDays(today, -1))).toBe(0);
});
