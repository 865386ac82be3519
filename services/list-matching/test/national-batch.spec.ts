import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  addWorkingDays,
  calendar2026,
  catalogueKey,
  cataloguePublished,
  type ListEntryView,
  listEntryActivated,
  listEntryExited,
  listEntryResumed,
  listEntrySuspended,
  type ProblemBody,
  verificationCancelled,
  verificationConcluded,
  verificationOverdue,
  verificationReported,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import { EventFeeder, eventually, principalOf } from '@lianxin/testing';
import type { BatchLineView, BatchView } from '../src/national-batch.view.ts';
import type { VerificationView } from '../src/verification.view.ts';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { catalogueRows, daysAgo, designationOf, nextIdNumber, nextUscc, today } from './designations.ts';

const handler = principalOf(['DEPT_HANDLER'], ['HZ'], 'HZ:handler');
const approver = principalOf(['DEPT_APPROVER'], ['HZ'], 'HZ:approver');
const neighbour = principalOf(['DEPT_HANDLER'], ['GY'], 'GY:handler');
const neighbourApprover = principalOf(['DEPT_APPROVER'], ['GY'], 'GY:approver');
const market = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
/** What a refusal adds; its status is that of the answer. */
type Refusal = Omit<ProblemBody, 'status'>;
const evidence = [{ kind: '现场核查', fileId: randomUUID() }];

describe('national batches and their verification (R-2-17)', () => {
  let lists: ListCity;
  /** Hears what is said of verifications. */
  let ear: EventFeeder;
  let batchNo: string;
  beforeAll(async () => {
    lists = await ListCity.create();
    ear = await EventFeeder.for(lists.city);
    await ear.listen(['lianxin.verification']);
    const base = catalogueRows(2);
    const office = (code: string, regionCode: string) =>
      ({ ...base[0]?.row.department, code, nameZh: `${code}信用办`, level: 'COUNTY', regionCode }) as never;
    const rows = [...base.map(({ row }) => row.department), office('HZ', '320706'), office('GY', '320707')];
    await lists.feeder.sendRecords(
      rows.map(
        (department, index) =>
          lists.feeder.make(cataloguePublished, catalogueKey, {
            version: 2,
            rowNumber: index + 1,
            rowCount: rows.length,
            row: { kind: 'DEPARTMENT', department },
          }).record,
      ),
    );
    await eventually(
      'the counties are known',
      async () => (await lists.city.query(`SELECT 1 FROM list_matching.department WHERE code = 'GY'`)).length > 0,
    );
  });
  afterAll(async () => {
    await ear?.close();
    await lists?.close();
  });
  beforeEach(() => {
    batchNo = `QG-${randomUUID().slice(0, 8)}`;
  });

  let serial = 0;
  const rowOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
    serial++;
    return {
      name: `批次示例${serial}有限公司`,
      usccCode: nextUscc(),
      list: 'BL-WAGE',
      reason: '合成数据',
      designatingUnit: '某市人社局',
      decisionNumber: `拖欠列〔2026〕${serial}号`,
      decisionDate: daysAgo(30),
      regionCode: '320706',
      ...changes,
    };
  };
  const send = <Body = BatchView>(rows: unknown[], changes: Record<string, unknown> = {}, principal = creditOffice, query = '') =>
    lists.call<Body>(principal, 'POST', `/api/v1/list-batches${query}`, {
      batchNo,
      documentNo: '下发〔2026〕1号',
      issuedOn: daysAgo(3),
      rows,
      ...changes,
    });
  const rowsOf = async (batch: { id: string }) =>
    (await lists.call<{ data: BatchLineView[] }>(creditOffice, 'GET', `/api/v1/list-batches/${batch.id}/rows?limit=200`)).body.data;
  const batchOf = async (id: string) => (await lists.call<BatchView>(creditOffice, 'GET', `/api/v1/list-batches/${id}`)).body;
  const act = <Body = VerificationView & Refusal>(id: string, action: string, principal = handler, body?: unknown) =>
    lists.call<Body>(principal, 'POST', `/api/v1/verifications/${id}/${action}`, body);
  const answered = async (id: string, answer: Record<string, unknown>, people = [handler, approver] as const) => {
    expect((await act(id, 'claim', people[0])).status).toBe(200);
    const submitted = await act(id, 'submit', people[0], { verifiedOn: today, note: '核实说明', evidence, ...answer });
    expect([submitted.status, submitted.body.code]).toEqual([200, undefined]);
    return act(id, 'approve', people[1]);
  };
  /** A batch of one row, verified with a result. */
  const verified = async (answer: Record<string, unknown>, changes: Record<string, unknown> = {}) => {
    const batch = (await send([rowOf(changes)])).body;
    const [line] = await rowsOf(batch);
    const done = await answered(line?.verificationId ?? '', answer);
    const [after] = await rowsOf(batch);
    return { batch, done, line: after as BatchLineView };
  };
  const entryOf = async (id: string | null | undefined) =>
    (await lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${id}`)).body;

  test('a batch is matched and each subject is given to its county once; the same batch again changes nothing', async () => {
    const usccCode = nextUscc();
    const rows = [
      rowOf({ usccCode, name: '同一主体有限公司' }),
      rowOf({ usccCode, name: '同一主体有限公司', list: '重大税收违法失信主体' }),
      rowOf({ regionCode: '320707' }),
    ];
    const first = await send(rows);
    expect([first.status, first.body.rows]).toEqual([201, { total: 3, review: 0, refused: 0, verifying: 3, settled: 0, dismissed: 0 }]);
    expect(first.body.progress.map((county) => [county.departmentCode, county.total, county.open])).toEqual([
      ['GY', 1, 1],
      ['HZ', 1, 1],
    ]);
    expect(first.body.dueOn).toBe(addWorkingDays(calendar2026, today, 30).date);
    const counts = async () =>
      (
        await lists.city.query(`SELECT (SELECT count(*) FROM list_matching.list_batch_row) AS lines, (SELECT count(*) FROM list_matching.verification_fact) AS facts,
        (SELECT count(*) FROM list_matching.list_batch_fact) AS told`)
      )[0];
    const before = await counts();
    const again = await send([...rows].reverse());
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    expect(await counts()).toEqual(before);
    const told = await eventually('both verifications are told', () => {
      const events = ear.eventsOf(verificationRequested).filter((event) => event.data.batchId === first.body.id);
      return events.length === 2 && events;
    });
    expect(told.map((event) => [event.data.departmentCode, event.data.listCodes]).sort()).toEqual([
      ['GY', ['BL-WAGE']],
      ['HZ', ['BL-WAGE', 'BL-TAX']],
    ]);
  });

  test('nothing is listed before its county has verified it; V0 lists it under the batch, and the tasks may run', async () => {
    const batch = (await send([rowOf()])).body;
    const [line] = await rowsOf(batch);
    expect([line?.state, line?.entryId]).toEqual(['VERIFYING', null]);
    const done = await answered(line?.verificationId ?? '', { result: 'V0' });
    expect(done.body).toMatchObject({ status: 'CONCLUDED', result: 'V0' });
    const [after] = await rowsOf(batch);
    expect(after).toMatchObject({ state: 'SETTLED', effect: 'LIST' });
    expect(await entryOf(after?.entryId)).toMatchObject({ status: 'ACTIVE', origin: 'NATIONAL', validFrom: daysAgo(30) });
    await eventually(
      'both are told',
      () =>
        lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === after?.entryId) &&
        ear.eventsOf(verificationConcluded).some((event) => event.data.batchId === batch.id && event.data.result === 'V0'),
    );
    expect((await batchOf(batch.id)).reportDueOn).toBe(addWorkingDays(calendar2026, today, 5).date);
  });

  test.each([
    ['V1', {}, 'LIST', null],
    ['V5', {}, 'LIST', null],
    ['V2', {}, 'LIST', 'QUERY'],
    ['V4', { registration: { status: 'REVOKED', documentNo: '吊销1号', date: daysAgo(5) } }, 'LIST', null],
    ['V4', { registration: { status: 'DEREGISTERED', documentNo: '注销1号', date: daysAgo(5) } }, 'NONE', null],
    ['V3', { exit: { ground: 'DUTIES_PERFORMED', documentNo: '移出1号', date: daysAgo(5) } }, 'NONE', null],
    ['V6', {}, 'NONE', 'OBJECTION'],
    ['V7', {}, 'NONE', 'OBJECTION'],
    ['V8', { proceeding: { kind: 'LITIGATION', documentNo: '(2026)苏07行初1号', date: daysAgo(5) } }, 'NONE', null],
  ])('%s of a new record with %o has the effect %s and asks above: %s', async (result, parts, effect, upward) => {
    const { line } = await verified({ result, ...parts });
    expect([line.state, line.effect, line.upward?.kind ?? null]).toEqual(['SETTLED', effect, upward]);
    expect(line.entryId === null).toBe(effect !== 'LIST');
  });

  test.each([
    ['V3', { exit: { ground: 'DUTIES_PERFORMED', documentNo: '移出1号', date: daysAgo(1) } }, 'EXPIRED'],
    ['V4', { registration: { status: 'DEREGISTERED', documentNo: '注销1号', date: daysAgo(1) } }, 'CLOSED_SUBJECT'],
    ['V6', {}, 'SUSPENDED'],
    ['V7', {}, 'SUSPENDED'],
    ['V8', { proceeding: { kind: 'BANKRUPTCY', documentNo: '(2026)苏07破1号', date: daysAgo(1) } }, 'SUSPENDED'],
    ['V0', {}, 'ACTIVE'],
  ])('%s makes of a national entry that was in force already: %o %s', async (result, parts, status) => {
    const row = rowOf();
    const subject = { kind: 'LEGAL', name: row['name'], usccCode: row['usccCode'], regionCode: '320706' };
    const decision = { name: '列入决定', number: row['decisionNumber'], date: row['decisionDate'] };
    const body = designationOf('BL-WAGE', { origin: 'NATIONAL', batchNo: 'OLD', subject, decision });
    const entry = (await lists.call<ListEntryView>(creditOffice, 'POST', '/api/v1/list-entries', body)).body;
    const batch = (await send([row])).body;
    const [line] = await rowsOf(batch);
    await answered(line?.verificationId ?? '', { result, ...parts });
    expect((await entryOf(entry.id)).status).toBe(status);
    const event = status === 'SUSPENDED' ? listEntrySuspended : listEntryExited;
    if (status !== 'ACTIVE')
      await eventually('it is told', () => lists.feeder.eventsOf(event).some(({ data }) => data.entryId === entry.id));
  });

  test('what a department here designated is suspended by V6 and left to its unit by V3', async () => {
    const row = rowOf();
    const subject = { kind: 'LEGAL', name: row['name'], usccCode: row['usccCode'], regionCode: '320706' };
    const decision = { name: '列入决定', number: row['decisionNumber'], date: daysAgo(10) };
    const own = (
      await lists.call<ListEntryView>(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE', { subject, decision }))
    ).body;
    const batch = (await send([{ ...row, decisionDate: daysAgo(10) }])).body;
    const [line] = await rowsOf(batch);
    await answered(line?.verificationId ?? '', { result: 'V6' });
    expect((await entryOf(own.id)).status).toBe('SUSPENDED');
    expect((await act(line?.verificationId ?? '', 'reopen', creditOffice, { reason: '补充核实' })).body.status).toBe('OPEN');
    await answered(line?.verificationId ?? '', { result: 'V3', exit: { ground: 'DUTIES_PERFORMED', documentNo: '移出1号', date: today } });
    const [asked] = await rowsOf(batch);
    expect(asked?.effect).toBe('ASK_UNIT');
    await act(line?.verificationId ?? '', 'reopen', creditOffice, { reason: '再次核实' });
    await answered(line?.verificationId ?? '', { result: 'V6' });
    const removed = { answer: 'REMOVED', documentNo: '复1号', date: today };
    await lists.call(creditOffice, 'POST', `/api/v1/list-batches/${batch.id}/rows/${asked?.id}/upward-answer`, removed);
    expect((await entryOf(own.id)).status).toBe('SUSPENDED');
  });

  test('a later result ends the suspension that an earlier one made', async () => {
    const { batch, line } = await verified({ result: 'V0' });
    const id = line.verificationId ?? '';
    for (const [result, status] of [
      ['V6', 'SUSPENDED'],
      ['V0', 'ACTIVE'],
    ] as const) {
      await act(id, 'reopen', creditOffice, { reason: '补充核实' });
      expect((await batchOf(batch.id)).reportDueOn).toBeNull();
      await answered(id, { result });
      expect((await entryOf(line.entryId)).status).toBe(status);
    }
    await eventually('it is told', () => lists.feeder.eventsOf(listEntryResumed).some(({ data }) => data.entryId === line.entryId));
  });

  test('what a court has stopped stays stopped, whatever a county finds', async () => {
    const { line } = await verified({ result: 'V0' });
    const order = { ground: 'STOP_EXECUTION', documentNo: '(2026)苏07行初2号', date: today };
    await lists.call(creditOffice, 'POST', `/api/v1/list-entries/${line.entryId}/suspend`, order);
    await act(line.verificationId ?? '', 'reopen', creditOffice, { reason: '补充核实' });
    await answered(line.verificationId ?? '', { result: 'V0' });
    expect((await entryOf(line.entryId)).status).toBe('SUSPENDED');
  });

  test('who hands in does not approve, others do not see it, and each step keeps to its state', async () => {
    const batch = (await send([rowOf()])).body;
    const id = (await rowsOf(batch))[0]?.verificationId ?? '';
    expect((await act(id, 'claim', neighbour)).status).toBe(404);
    expect((await act(id, 'claim', taxOffice)).status).toBe(404);
    expect((await act(id, 'claim', approver)).status).toBe(403);
    expect((await act(id, 'claim', creditOffice)).status).toBe(403);
    const early = await act(id, 'submit', handler, { result: 'V0', verifiedOn: today, evidence });
    expect([early.status, early.body.code]).toEqual([409, 'VERIFICATION_STATE']);
    expect((await act(id, 'claim')).body.status).toBe('CLAIMED');
    expect((await act(id, 'claim', principalOf(['DEPT_HANDLER'], ['HZ'], 'HZ:other'))).body.code).toBe('VERIFICATION_STATE');
    const other = await act(id, 'submit', principalOf(['DEPT_HANDLER'], ['HZ'], 'HZ:other'), { result: 'V0', verifiedOn: today, evidence });
    expect([other.status, other.body.code]).toEqual([409, 'VERIFICATION_STATE']);
    const bare = await act(id, 'submit', handler, { result: 'V3', verifiedOn: daysAgo(-1), evidence: [] });
    expect(bare.body.errors?.map((fault) => fault.code)).toEqual(['DATE_IN_FUTURE', 'EVIDENCE_REQUIRED', 'VERIFICATION_INCOMPLETE']);
    const person = await act(id, 'submit', handler, { result: 'V6', verifiedOn: today, evidence, note: `身份证 ${nextIdNumber()}` });
    expect([person.status, person.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const both = principalOf(['DEPT_HANDLER', 'DEPT_APPROVER'], ['HZ'], 'HZ:handler');
    await act(id, 'submit', handler, { result: 'V0', verifiedOn: today, evidence });
    const own = await act(id, 'approve', both);
    expect([own.status, own.body.code]).toEqual([403, 'SAME_PERSON']);
    expect((await act(id, 'approve', principalOf(['DEPT_APPROVER'], ['RSJ']))).body.code).toBe('FORBIDDEN');
    expect((await act(id, 'return', approver, { reason: '证据不清' })).body.status).toBe('CLAIMED');
    await act(id, 'submit', handler, { result: 'V1', verifiedOn: today, evidence });
    expect((await act(id, 'approve', approver)).body.result).toBe('V1');
    expect((await act(id, 'approve', approver)).body.code).toBe('VERIFICATION_STATE');
  });

  test('the industry department sees the task and gives its opinion', async () => {
    const batch = (await send([rowOf()])).body;
    const id = (await rowsOf(batch))[0]?.verificationId ?? '';
    const mine = await lists.call<{ data: { id: string; remainingWorkdays: number }[] }>(
      wageOffice,
      'GET',
      '/api/v1/verifications?status=OPEN,CLAIMED&limit=200',
    );
    expect(mine.body.data.find((task) => task.id === id)?.remainingWorkdays).toBe(15);
    const given = await act(id, 'opinions', wageOffice, { text: '工资已补发，见凭证' });
    expect(given.body.timeline.at(-1)).toMatchObject({ action: 'OPINION', departmentCode: 'RSJ', detail: { text: '工资已补发，见凭证' } });
    expect((await act(id, 'opinions', market, { text: 'x' })).status).toBe(404);
  });

  test('a subject of another county is handed over within its term; the new county answers', async () => {
    const batch = (await send([rowOf()])).body;
    const id = (await rowsOf(batch))[0]?.verificationId ?? '';
    const due = (await act(id, 'claim')).body.dueOn;
    expect((await act(id, 'transfer', handler, { departmentCode: 'SHUIJ', reason: 'x' })).body.code).toBe('VALIDATION_FAILED');
    const moved = await act(id, 'transfer', handler, { departmentCode: 'GY', reason: '注册地在赣榆区' });
    expect(moved.body).toMatchObject({ status: 'OPEN', departmentCode: 'GY', dueOn: due, claimedBy: null });
    expect((await act(id, 'claim')).body.code).toBe('FORBIDDEN');
    expect((await answered(id, { result: 'V0' }, [neighbour, neighbourApprover])).body.result).toBe('V0');
    await eventually('it is told', () =>
      ear.eventsOf(verificationTransferred).some(({ data }) => data.verificationId === id && data.fromDepartment === 'HZ'),
    );
  });

  test('a row that is not certain waits for a named person: no code, a wrong one, a known code under another name', async () => {
    const known = rowOf();
    await send([known], { batchNo: `${batchNo}-A` });
    const rows = [
      rowOf({ usccCode: undefined }),
      rowOf({ usccCode: '91320799MA00000156' }),
      rowOf({ usccCode: known['usccCode'], name: '完全不同的公司', decisionNumber: '另1号' }),
    ];
    const batch = (await send(rows)).body;
    expect(batch.rows).toMatchObject({ review: 3, verifying: 0 });
    const lines = await rowsOf(batch);
    expect(lines.map((line) => line.grade)).toEqual(['NONE', 'NONE', 'CONFLICT']);
    const decide = (line: BatchLineView | undefined, body: unknown, principal = creditOffice) =>
      lists.call<BatchLineView & Refusal>(principal, 'POST', `/api/v1/list-batches/${batch.id}/rows/${line?.id}/match`, body);
    expect((await decide(lines[0], { decision: 'SAME', reason: '登记资料一致' }, handler)).status).toBe(403);
    expect((await decide(lines[0], { decision: 'SAME', reason: '登记资料一致' })).body.code).toBe('IDENTIFIER_REQUIRED');
    expect((await decide(lines[0], { decision: 'UNMATCHED', reason: '本市无此主体' })).body.state).toBe('DISMISSED');
    expect((await decide(lines[0], { decision: 'UNMATCHED', reason: '再次' })).body.code).toBe('CONFLICT');
    const confirmed = await decide(lines[1], { decision: 'SAME', usccCode: known['usccCode'], reason: '代码末位笔误' });
    expect(confirmed.body).toMatchObject({ state: 'VERIFYING', matchedBy: creditOffice.id });
    expect((await decide(lines[2], { decision: 'SAME', reason: '更名' })).body.state).toBe('VERIFYING');
    const task = (await rowsOf(batch))[2]?.verificationId;
    expect((await rowsOf(batch))[1]?.verificationId).toBe(task);
    await answered(task ?? '', { result: 'V0' });
    const after = await rowsOf(batch);
    const entry = await entryOf(after[2]?.entryId);
    expect([entry.status, entry.subject.name]).toEqual(['ACTIVE', known['name']]);
  });

  test.each([
    [{ list: 'BL-NOTHING' }, 'LIST_UNKNOWN'],
    [{ list: 'BL-OVER' }, 'LIST_DISABLED'],
    [{ list: 'BL-GP' }, 'TERM_REQUIRED'],
    [{ decisionDate: '2020-01-01' }, 'DATE_ORDER'],
  ])('a row that cannot be listed is told so and stays in the batch: %o %s', async (changes, code) => {
    const batch = (await send([rowOf(changes), rowOf()])).body;
    expect(batch.rows).toMatchObject({ refused: 1, verifying: 1 });
    expect((await rowsOf(batch))[0]?.note).toContain(code);
  });

  test.each([
    ['by a department', [rowOf()], {}, wageOffice, 403, 'FORBIDDEN'],
    ['of tomorrow', [rowOf()], { issuedOn: daysAgo(-1) }, creditOffice, 422, 'DATE_IN_FUTURE'],
    ['without rows', [], {}, creditOffice, 400, 'VALIDATION_FAILED'],
    ['with the number of a person', [rowOf({ reason: `身份证 ${nextIdNumber()}` })], {}, creditOffice, 400, 'VALIDATION_FAILED'],
    [
      'that says two things of one record',
      [rowOf({ sourceRecordId: 'S1' }), rowOf({ sourceRecordId: 'S1' })],
      {},
      creditOffice,
      400,
      'VALIDATION_FAILED',
    ],
  ])('a batch %s is refused and leaves nothing', async (_what, rows, changes, principal, status, code) => {
    const answer = await send<ProblemBody>(rows, changes, principal);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await lists.city.query(`SELECT 1 FROM list_matching.list_batch WHERE batch_no = '${batchNo}'`)).toEqual([]);
  });

  test('a corrected re-issue is compared, and what it takes back is undone before anything is added', async () => {
    const rows = [rowOf(), rowOf(), rowOf()];
    const batch = (await send(rows)).body;
    const [first, second, third] = await rowsOf(batch);
    await answered(first?.verificationId ?? '', { result: 'V0' });
    const listed = (await rowsOf(batch))[0]?.entryId;
    const corrected = [{ ...rows[1], reason: '更正后的事由' }, rows[2], rowOf()];
    const refused = await send<ProblemBody>(corrected);
    expect([refused.status, refused.body.code]).toEqual([409, 'BATCH_DIFFERS']);
    const correction = { documentNo: '更正〔2026〕1号', date: today };
    const foretold = await send(corrected, { correction }, creditOffice, '?dryRun=true');
    expect(foretold.body.difference).toMatchObject({ unchanged: 1, added: 1, changed: 1, removed: 1 });
    expect((await batchOf(batch.id)).issue).toBe(1);
    const applied = await send(corrected, { correction });
    expect([applied.status, applied.body.issue, applied.body.rows.total]).toEqual([201, 2, 3]);
    expect((await entryOf(listed)).status).toBe('CORRECTED');
    const after = await rowsOf(batch);
    expect(
      after
        .filter((line) => line.state === 'WITHDRAWN')
        .map((line) => line.id)
        .sort(),
    ).toEqual([first?.id, second?.id].sort());
    expect(after.find((line) => line.id === third?.id)?.state).toBe('VERIFYING');
    const gone = await act(second?.verificationId ?? '', 'claim');
    expect(gone.body.code).toBe('VERIFICATION_STATE');
    expect((await send(corrected, { correction })).status).toBe(200);
    await eventually('it is told', () => ear.eventsOf(verificationCancelled).filter(({ data }) => data.batchId === batch.id).length === 2);
  });

  test('an objection that the source accepts ends the entry; one that it rejects goes back to the county', async () => {
    const { batch, line } = await verified({ result: 'V0' });
    await act(line.verificationId ?? '', 'reopen', creditOffice, { reason: '群众反映' });
    await answered(line.verificationId ?? '', { result: 'V6' });
    const answer = (body: Record<string, unknown>) =>
      lists.call<BatchLineView & Refusal>(creditOffice, 'POST', `/api/v1/list-batches/${batch.id}/rows/${line.id}/upward-answer`, {
        documentNo: '复〔2026〕1号',
        date: today,
        ...body,
      });
    expect((await answer({ answer: 'STANDS' })).body.state).toBe('VERIFYING');
    expect((await entryOf(line.entryId)).status).toBe('SUSPENDED');
    expect((await answer({ answer: 'REMOVED' })).body.code).toBe('CONFLICT');
    await answered(line.verificationId ?? '', { result: 'V6' });
    expect((await answer({ answer: 'REMOVED' })).body.effect).toBe('RELEASED');
    expect((await entryOf(line.entryId)).status).toBe('CORRECTED');
  });

  test('V2: the tasks run only while the subject is still listed above', async () => {
    const { batch, line } = await verified({ result: 'V2' });
    expect((await entryOf(line.entryId)).status).toBe('ACTIVE');
    await lists.call(creditOffice, 'POST', `/api/v1/list-batches/${batch.id}/rows/${line.id}/upward-answer`, {
      answer: 'REMOVED',
      documentNo: '复1号',
      date: today,
    });
    expect((await entryOf(line.entryId)).status).toBe('EXPIRED');
  });

  test('the report is made once when all is settled, and is the same whenever it is fetched', async () => {
    const batch = (await send([rowOf(), rowOf({ list: 'BL-NOTHING' })])).body;
    const path = `/api/v1/list-batches/${batch.id}/report`;
    const report = (principal = creditOffice) =>
      lists.call<{ number: string; rows: Record<string, string>[] } & ProblemBody>(principal, 'POST', path, {
        documentNo: '连信报〔2026〕1号',
      });
    const early = await report();
    expect([early.status, early.body.code]).toEqual([409, 'BATCH_NOT_READY']);
    expect((await lists.call(creditOffice, 'GET', path)).status).toBe(404);
    await answered((await rowsOf(batch))[0]?.verificationId ?? '', { result: 'V5' });
    expect((await report(handler)).status).toBe(403);
    const made = await report();
    expect([made.status, made.body.rows.map((row) => row['核实结果'])]).toEqual([201, ['失联', '未受理']]);
    expect((await report()).body.code).toBe('BATCH_REPORTED');
    expect((await lists.call(creditOffice, 'GET', path)).body).toEqual(made.body);
    const fileOf = async (format: string) =>
      (await lists.city.download(lists.running, creditOffice, `${path}.${format}`)).bytes.toString('base64');
    expect(await fileOf('csv')).toBe(await fileOf('csv'));
    expect(await fileOf('xlsx')).toBe(await fileOf('xlsx'));
    expect(Buffer.from(await fileOf('csv'), 'base64').toString()).toContain('失联');
    const told = await eventually('it is told', () => ear.eventsOf(verificationReported).find(({ data }) => data.batchId === batch.id));
    expect(told.data).toMatchObject({ documentNo: '连信报〔2026〕1号', rows: 2 });
    expect((await send([rowOf()], { correction: { documentNo: 'x', date: today } })).status).toBe(409);
  });

  test('terms that pass are marked and told once: match, verification, batch', async () => {
    const batch = (await send([rowOf(), rowOf({ usccCode: undefined })])).body;
    const pass = () =>
      lists.city.query(
        `UPDATE list_matching.timer SET due_at = now() - interval '1 day' WHERE reference LIKE '${batch.id}%' OR reference IN (SELECT id::text FROM list_matching.verification WHERE batch_id = '${batch.id}')`,
      );
    await lists.city.query(`UPDATE list_matching.verification SET due_on = '${daysAgo(1)}' WHERE batch_id = '${batch.id}'`);
    await pass();
    const late = await eventually('all three are late', async () => {
      const view = await batchOf(batch.id);
      return view.overdue.length === 3 && view;
    });
    expect([...late.overdue].sort()).toEqual(['BATCH', 'MATCH', 'VERIFICATION']);
    expect(late.progress[0]?.overdue).toBe(1);
    const events = await eventually('all three are told', () => {
      const heard = ear.eventsOf(verificationOverdue).filter(({ data }) => data.batchId === batch.id);
      return heard.length === 3 && heard;
    });
    expect(events.map(({ data }) => data.what).sort()).toEqual(['BATCH', 'MATCH', 'VERIFICATION']);
    const timer = `INSERT INTO list_matching.timer (kind, reference, due_at) SELECT 'verification-due', id, now() FROM list_matching.verification WHERE batch_id = '${batch.id}'`;
    await lists.city.query(timer);
    await eventually(
      'the timer has fired once more',
      async () =>
        (
          await lists.city.query(
            `SELECT 1 FROM list_matching.timer WHERE reference IN (SELECT id::text FROM list_matching.verification WHERE batch_id = '${batch.id}')`,
          )
        ).length === 0,
    );
    const facts =
      await lists.city.query(`SELECT 1 FROM list_matching.verification_fact JOIN list_matching.verification ON id = verification_id
      WHERE batch_id = '${batch.id}' AND action = 'OVERDUE'`);
    expect(facts).toHaveLength(1);
    const overdue = await lists.call<{ data: { batchId: string }[] }>(handler, 'GET', '/api/v1/verifications?overdue=true&limit=200');
    expect(overdue.body.data.some((task) => task.batchId === batch.id)).toBe(true);
  });
});
