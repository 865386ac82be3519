import { describe, expect, test } from '@jest/globals';
import {
  type ListEntryView,
  listEntryExited,
  listEntryNarrowed,
  listEntryResumed,
  listEntrySuspended,
  verificationTransferred,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { type BatchLineView } from '../src/national-batch.view.ts';
import { approver, evidence, handler, type Refusal, useBatchCity } from './batch-city.ts';
import { creditOffice, taxOffice, wageOffice } from './city.ts';
import { daysAgo, designationOf, nextIdNumber, partyOf, today } from './designations.ts';

const neighbour = principalOf(['DEPT_HANDLER'], ['GY'], 'GY:handler');
const neighbourApprover = principalOf(['DEPT_APPROVER'], ['GY'], 'GY:approver');
const market = principalOf(['DEPT_HANDLER'], ['SCJGJ']);

describe('verification of a national batch by the counties (R-2-17)', () => {
  const town = useBatchCity();
  const { rowOf, send, rowsOf, batchOf, act, answered, verified, entryOf } = town;

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
    const entry = (await town.lists.call<ListEntryView>(creditOffice, 'POST', '/api/v1/list-entries', body)).body;
    const batch = (await send([row])).body;
    const [line] = await rowsOf(batch);
    await answered(line?.verificationId ?? '', { result, ...parts });
    expect((await entryOf(entry.id)).status).toBe(status);
    const event = status === 'SUSPENDED' ? listEntrySuspended : listEntryExited;
    if (status !== 'ACTIVE')
      await eventually('it is told', () => town.lists.feeder.eventsOf(event).some(({ data }) => data.entryId === entry.id));
  });

  test('what a department here designated is suspended by V6 and left to its unit by V3', async () => {
    const row = rowOf();
    const subject = { kind: 'LEGAL', name: row['name'], usccCode: row['usccCode'], regionCode: '320706' };
    const decision = { name: '列入决定', number: row['decisionNumber'], date: daysAgo(10) };
    const own = (
      await town.lists.call<ListEntryView>(wageOffice, 'POST', '/api/v1/list-entries', designationOf('BL-WAGE', { subject, decision }))
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
    await town.lists.call(creditOffice, 'POST', `/api/v1/list-batches/${batch.id}/rows/${asked?.id}/upward-answer`, removed);
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
    await eventually('it is told', () => town.lists.feeder.eventsOf(listEntryResumed).some(({ data }) => data.entryId === line.entryId));
  });

  test('what a court has stopped stays stopped, whatever a county finds', async () => {
    const { line } = await verified({ result: 'V0' });
    const order = { ground: 'STOP_EXECUTION', documentNo: '(2026)苏07行初2号', date: today };
    await town.lists.call(creditOffice, 'POST', `/api/v1/list-entries/${line.entryId}/suspend`, order);
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
    const mine = await town.lists.call<{ data: { id: string; remainingWorkdays: number }[] }>(
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
      town.ear.eventsOf(verificationTransferred).some(({ data }) => data.verificationId === id && data.fromDepartment === 'HZ'),
    );
  });

  test('an objection that the source accepts ends the entry; one that it rejects goes back to the county', async () => {
    const { batch, line } = await verified({ result: 'V0' });
    await act(line.verificationId ?? '', 'reopen', creditOffice, { reason: '群众反映' });
    await answered(line.verificationId ?? '', { result: 'V6' });
    const answer = (body: Record<string, unknown>) =>
      town.lists.call<BatchLineView & Refusal>(creditOffice, 'POST', `/api/v1/list-batches/${batch.id}/rows/${line.id}/upward-answer`, {
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
    await town.lists.call(creditOffice, 'POST', `/api/v1/list-batches/${batch.id}/rows/${line.id}/upward-answer`, {
      answer: 'REMOVED',
      documentNo: '复1号',
      date: today,
    });
    expect((await entryOf(line.entryId)).status).toBe('EXPIRED');
  });

  test('V4: an enterprise that is gone leaves the list, the persons whom the decision names stay bound (T22)', async () => {
    const row = rowOf();
    const subject = { kind: 'LEGAL', name: row['name'], usccCode: row['usccCode'], regionCode: '320706' };
    const decision = { name: '列入决定', number: row['decisionNumber'], date: row['decisionDate'] };
    const parties = [partyOf()];
    const body = designationOf('BL-WAGE', { origin: 'NATIONAL', batchNo: 'OLD', subject, decision, parties });
    const entry = (await town.lists.call<ListEntryView>(creditOffice, 'POST', '/api/v1/list-entries', body)).body;
    const batch = (await send([row])).body;
    const [line] = await rowsOf(batch);
    await answered(line?.verificationId ?? '', {
      result: 'V4',
      registration: { status: 'DEREGISTERED', documentNo: '注销1号', date: today },
    });
    expect((await entryOf(entry.id)).status).toBe('CLOSED_SUBJECT');
    await eventually('it is told as narrowed', () =>
      town.lists.feeder.eventsOf(listEntryNarrowed).some(({ data }) => data.entryId === entry.id),
    );
    expect(town.lists.feeder.eventsOf(listEntryExited).some(({ data }) => data.entryId === entry.id)).toBe(false);
  });
});
