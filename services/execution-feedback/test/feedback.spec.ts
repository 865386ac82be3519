import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addDays,
  beijingDate,
  caseRecorded,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  type TaskView,
} from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, party, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');
const approver = approverOf('CZJ');
const today = () => beijingDate(new Date());

/** A task of CZJ that is being executed, or armed when its trigger says so. */
async function begunTask(over: Parameters<typeof measure>[2] = {}): Promise<TaskView> {
  const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('CZJ')], over)]), 1);
  if (task === undefined) throw new Error('no task');
  return world.act(handler, task.id, 'acknowledge', task.trigger === 'ON_EVENT' ? 'arm' : 'start');
}

async function applied(taskId: string, over: Record<string, unknown> = {}) {
  const evidence = await world.upload(handler);
  return { taskId, body: { kind: 'APPLIED', measureApplied: '取消补贴', appliedOn: today(), evidenceIds: [evidence], ...over } };
}

async function submit({ taskId, body }: { taskId: string; body: object }, headers?: Record<string, string>) {
  return world.call<FeedbackView & { code: string; errors: { pointer: string; code: string }[] }>(
    handler,
    'POST',
    `tasks/${taskId}/feedback`,
    body,
    headers,
  );
}

test('a feedback counts once a second person of the department has approved it, and becomes a case', async () => {
  const task = await begunTask({ class: 'C07' });
  const submitted = await submit(await applied(task.id, { documentNo: '连财〔2026〕12号' }));
  expect(submitted).toMatchObject({ status: 201, body: { status: 'PENDING', version: 1, validVersion: null, onTime: true } });
  expect(await world.statusOf(task.id)).toBe('IN_EXECUTION');
  const waiting = await world.call<{ data: FeedbackView[] }>(approver, 'GET', 'feedback?status=PENDING');
  expect(waiting.body.data.map((row) => row.id)).toContain(submitted.body.id);
  const approved = await world.call(approver, 'POST', `feedback/${submitted.body.id}/approve`);
  expect(approved).toMatchObject({ status: 200, body: { status: 'VALID', validVersion: 1 } });
  expect(await world.statusOf(task.id)).toBe('FED_BACK');
  const [event] = await eventually('the case is told', () => {
    const heard = world.feeder.eventsOf(caseRecorded).filter(({ data }) => data.taskId === task.id);
    return heard.length > 0 && heard;
  });
  expect(event?.data).toMatchObject({
    departmentCode: 'CZJ',
    measureCode: 'WAGE-01',
    listCodes: ['BL-WAGE'],
    feedbackId: submitted.body.id,
  });
  expect(world.feeder.eventsOf(feedbackSubmitted).some(({ data }) => data.feedbackId === submitted.body.id)).toBe(true);
  expect(world.feeder.eventsOf(feedbackApproved).find(({ data }) => data.feedbackId === submitted.body.id)?.data).toMatchObject({
    taskStatus: 'FED_BACK',
  });
});

test('the same document about the same party, restriction and department is one case, however it is written', async () => {
  const subject = party();
  const made = planMade([measure('CASE-1', [executor('CZJ')], { class: 'C07', trigger: 'ON_EVENT' })], [subject]);
  const [task] = await world.dispatch(made, 1);
  if (task === undefined) throw new Error('no task');
  await world.act(handler, task.id, 'acknowledge', 'arm');
  for (const documentNo of ['连财〔2026〕77号', '连财[2026] 77号', '连财（２０２６）77号', '连财〔2026〕78号']) {
    const hit = await submit(await applied(task.id, { kind: 'HIT', documentNo }));
    expect(hit.status).toBe(201);
    expect((await world.call(approver, 'POST', `feedback/${hit.body.id}/approve`)).status).toBe(200);
    expect(await world.statusOf(task.id)).toBe('ARMED');
  }
  expect(
    await world.city.query('SELECT 1 FROM execution_feedback.case_record WHERE party_subject_id = $1', [subject.subjectId]),
  ).toHaveLength(2);
});

describe('the author of a feedback', () => {
  test('may not approve it, even with the role', async () => {
    const both = principalOf(['DEPT_HANDLER', 'DEPT_APPROVER'], ['CZJ'], 'CZJ:both');
    const task = await begunTask();
    const evidence = await world.upload(both);
    const submitted = await world.call<FeedbackView>(both, 'POST', `tasks/${task.id}/feedback`, {
      kind: 'APPLIED',
      evidenceIds: [evidence],
    });
    expect(submitted.status).toBe(201);
    for (const decision of ['approve', 'reject'])
      expect(await world.call(both, 'POST', `feedback/${submitted.body.id}/${decision}`, { reason: '重新核对' })).toMatchObject({
        status: 403,
        body: { code: 'SAME_PERSON' },
      });
    expect((await world.call(approver, 'POST', `feedback/${submitted.body.id}/approve`)).status).toBe(200);
  });

  test('without the role of an approver is refused by it', async () => {
    const task = await begunTask();
    const submitted = await submit(await applied(task.id));
    expect(await world.call(handler, 'POST', `feedback/${submitted.body.id}/approve`)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });
});

test('a rejected feedback goes back with its reason; its correction is a new version and nothing is deleted', async () => {
  const task = await begunTask();
  const submitted = await submit(await applied(task.id, { remark: '第一版' }));
  const id = submitted.body.id;
  const rejected = await world.call<FeedbackView>(approver, 'POST', `feedback/${id}/reject`, { reason: '附件不清楚' });
  expect(rejected).toMatchObject({ status: 200, body: { status: 'REJECTED', validVersion: null } });
  expect(await world.statusOf(task.id)).toBe('IN_EXECUTION');
  expect(await world.call(approver, 'POST', `feedback/${id}/approve`)).toMatchObject({
    status: 409,
    body: { code: 'TRANSITION_NOT_ALLOWED' },
  });
  const second = await applied(task.id, { remark: '第二版' });
  expect(await world.call(handler, 'POST', `feedback/${id}/correct`, second.body)).toMatchObject({
    status: 200,
    body: { status: 'PENDING', version: 2 },
  });
  expect((await world.call(approver, 'POST', `feedback/${id}/approve`)).status).toBe(200);
  expect(await world.statusOf(task.id)).toBe('FED_BACK');
  const { body } = await world.call<{ data: FeedbackView[] }>(handler, 'GET', `tasks/${task.id}/feedback`);
  expect(body.data[0]?.versions.map((version) => [version.content.remark, version.decision?.outcome, version.decision?.reason])).toEqual([
    ['第一版', 'REJECTED', '附件不清楚'],
    ['第二版', 'APPROVED', null],
  ]);
  await eventually('the rejection is told', () => world.feeder.eventsOf(feedbackRejected).some(({ data }) => data.feedbackId === id));
});

test('a valid feedback stays valid while its correction waits, and when the correction is turned down', async () => {
  const task = await begunTask();
  const submitted = await submit(await applied(task.id));
  const path = `feedback/${submitted.body.id}`;
  await world.call(approver, 'POST', `${path}/approve`);
  const corrected = await applied(task.id, { remark: '更正金额' });
  expect(await world.call(handler, 'POST', `${path}/correct`, corrected.body)).toMatchObject({
    status: 200,
    body: { status: 'PENDING', version: 2, validVersion: 1, onTime: true },
  });
  expect(await world.call(approver, 'POST', `${path}/reject`, { reason: '更正无依据' })).toMatchObject({
    status: 200,
    body: { status: 'REJECTED', validVersion: 1 },
  });
  expect(await world.statusOf(task.id)).toBe('FED_BACK');
});

describe('a feedback is refused with its field', () => {
  test.each([
    ['dated tomorrow', { appliedOn: addDays(today(), 1) }, {}, '/appliedOn', 'DATE_IN_FUTURE'],
    ['dated before the entry was in force', { appliedOn: '2026-11-01' }, {}, '/appliedOn', 'BEFORE_ACTIVATION'],
    ['APPLIED of a class C01 to C09 without a document number', {}, { class: 'C09' }, '/documentNo', 'DOCUMENT_NO_REQUIRED'],
    ['APPLIED without evidence', { evidenceIds: [] }, {}, '/evidenceIds', 'EVIDENCE_REQUIRED'],
    [
      'with evidence that does not exist',
      { evidenceIds: ['019a0000-0000-7000-8000-000000000000'] },
      {},
      '/evidenceIds/0',
      'EVIDENCE_UNKNOWN',
    ],
    ['NOT_APPLIED without a reason', { kind: 'NOT_APPLIED' }, {}, '/notAppliedReason', 'REASON_REQUIRED'],
    [
      'NOT_APPLIED for another reason without saying which',
      { kind: 'NOT_APPLIED', notAppliedReason: 'OTHER' },
      {},
      '/remark',
      'REASON_REQUIRED',
    ],
    ['ZERO of a measure that is executed', { kind: 'ZERO' }, {}, '/kind', 'FEEDBACK_KIND_NOT_ALLOWED'],
    ['APPLIED of a measure that is armed', {}, { trigger: 'ON_EVENT' as const }, '/kind', 'FEEDBACK_KIND_NOT_ALLOWED'],
    ['LIFTED of a task that still runs', { kind: 'LIFTED' }, {}, '/kind', 'FEEDBACK_KIND_NOT_ALLOWED'],
    ['with an end before its beginning', { termFrom: '2026-11-05', termTo: '2026-11-04' }, {}, '/termTo', 'DATE_ORDER'],
  ])('%s', async (_name, over, measureOver, pointer, code) => {
    const task = await begunTask(measureOver);
    const answer = await submit(await applied(task.id, over));
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer, code })]);
    expect((await world.call<{ data: unknown[] }>(handler, 'GET', `tasks/${task.id}/feedback`)).body.data).toEqual([]);
  });

  test('every fault at once', async () => {
    const task = await begunTask({ class: 'C01' });
    const answer = await submit({ taskId: task.id, body: { kind: 'APPLIED', appliedOn: addDays(today(), 1) } });
    expect(answer.body.errors.map((error) => error.code)).toEqual(['DATE_IN_FUTURE', 'DOCUMENT_NO_REQUIRED', 'EVIDENCE_REQUIRED']);
  });

  test('on a task that has not been begun', async () => {
    const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('CZJ')])]), 1);
    expect(await submit(await applied(task?.id ?? ''))).toMatchObject({ status: 422, body: { code: 'FEEDBACK_KIND_NOT_ALLOWED' } });
  });
});

test('a second feedback of the same cycle waits until the first is decided, hits do not', async () => {
  const task = await begunTask();
  expect((await submit(await applied(task.id))).status).toBe(201);
  expect(await submit(await applied(task.id))).toMatchObject({ status: 409, body: { code: 'FEEDBACK_PENDING' } });
  const armed = await begunTask({ trigger: 'ON_EVENT' });
  for (const documentNo of ['1', '2']) expect((await submit(await applied(armed.id, { kind: 'HIT', documentNo }))).status).toBe(201);
});

test('a retry with the same key or the same clientRef makes no second feedback', async () => {
  const task = await begunTask();
  const request = await applied(task.id, { clientRef: 'OA-1' });
  const first = await submit(request, { 'idempotency-key': `k-${task.id}` });
  const again = await submit(request, { 'idempotency-key': `k-${task.id}` });
  expect([again.status, again.headers.get('idempotency-replayed'), again.body.id]).toEqual([201, 'true', first.body.id]);
  expect((await submit(request)).body.id).toBe(first.body.id);
  expect(await submit({ ...request, body: { ...request.body, remark: '另一内容' } })).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  expect(await world.city.query('SELECT 1 FROM execution_feedback.feedback WHERE task_id = $1', [task.id])).toHaveLength(1);
});

test('an armed measure stays armed on ZERO; its cycle is then reported', async () => {
  const task = await begunTask({ trigger: 'ON_EVENT' });
  expect(task.dueAt).not.toBeNull();
  const zero = await submit({ taskId: task.id, body: { kind: 'ZERO' } });
  expect(zero.status).toBe(201);
  await world.call(approver, 'POST', `feedback/${zero.body.id}/approve`);
  const { body } = await world.call<TaskView>(handler, 'GET', `tasks/${task.id}`);
  expect(body).toMatchObject({ status: 'ARMED', cycle: 1, dueAt: null, overdue: false });
});

describe('another department', () => {
  test('finds no feedback, file or task of CZJ: 404, whatever it sends', async () => {
    const stranger = principalOf(['DEPT_HANDLER', 'DEPT_APPROVER'], ['FGW'], 'FGW:both');
    const task = await begunTask();
    const evidence = await world.upload(handler);
    const submitted = await submit({ taskId: task.id, body: { kind: 'APPLIED', evidenceIds: [evidence] } });
    const gets = [`tasks/${task.id}`, `tasks/${task.id}/feedback`, `feedback/${submitted.body.id}`, `files/${evidence}`];
    for (const path of gets) expect([path, (await world.call(stranger, 'GET', path)).status]).toEqual([path, 404]);
    const posts = [
      ...['acknowledge', 'return', 'start', 'arm', 'feedback', 'reveal'].map((act) => `tasks/${task.id}/${act}`),
      ...['approve', 'reject', 'correct'].map((act) => `feedback/${submitted.body.id}/${act}`),
    ];
    for (const path of posts) {
      expect([path, (await world.call(stranger, 'POST', path, { nonsense: true })).status]).toEqual([path, 404]);
    }
    expect((await world.call<{ data: unknown[] }>(stranger, 'GET', 'feedback')).body.data).toEqual([]);
    expect((await world.call<{ data: unknown[] }>(stranger, 'GET', 'feedback?department=CZJ')).body.data).toEqual([]);
  });

  test('cannot use a file of CZJ as evidence', async () => {
    const evidence = await world.upload(handler);
    const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('FGW')])]), 1);
    await world.act(handlerOf('FGW'), task?.id ?? '', 'acknowledge', 'start');
    const answer = await world.call(handlerOf('FGW'), 'POST', `tasks/${task?.id}/feedback`, { kind: 'APPLIED', evidenceIds: [evidence] });
    expect(answer).toMatchObject({ status: 422, body: { code: 'EVIDENCE_UNKNOWN' } });
  });

  test('lends no file either to somebody who works for both', async () => {
    const both = principalOf(['DEPT_HANDLER'], ['CZJ', 'FGW'], 'both departments');
    const evidence = await world.upload(handler);
    const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('FGW')])]), 1);
    await world.act(both, task?.id ?? '', 'acknowledge', 'start');
    const answer = await world.call(both, 'POST', `tasks/${task?.id}/feedback`, { kind: 'APPLIED', evidenceIds: [evidence] });
    expect(answer).toMatchObject({ status: 422, body: { code: 'EVIDENCE_UNKNOWN' } });
  });

  test('and the credit office sees all of it but acts for no department', async () => {
    const task = await begunTask();
    const submitted = await submit(await applied(task.id));
    expect((await world.call(office, 'GET', `feedback/${submitted.body.id}`)).status).toBe(200);
    expect((await world.call(office, 'POST', `feedback/${submitted.body.id}/approve`)).status).toBe(403);
    expect((await world.call(office, 'POST', `tasks/${task.id}/return`, { reason: 'OTHER' })).status).toBe(403);
    const officer = principalOf(['CREDIT_OFFICE', 'DEPT_HANDLER'], ['FGW'], 'mixed');
    expect(await world.call(officer, 'POST', `tasks/${task.id}/return`, { reason: 'OTHER' })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });
});
