import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, beijingDate, caseRecorded, caseWithdrawn } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { FeedbackView } from '../src/feedback.api.ts';
import type { SpotCheckItemView, SpotCheckView } from '../src/spot-check.api.ts';
import { canDraw, drawSample } from '../src/spot-check.draw.ts';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');
const approver = approverOf('CZJ');
const today = beijingDate(new Date());
const lastMonth = addDays(`${today.slice(0, 7)}-01`, -1).slice(0, 7);

/** An approved feedback that became a case. */
async function approvedCase(): Promise<FeedbackView> {
  const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('CZJ')])]), 1);
  if (task === undefined) throw new Error('no task');
  await world.act(handler, task.id, 'acknowledge', 'start');
  const body = { kind: 'APPLIED', measureApplied: '取消补贴', appliedOn: today, evidenceIds: [await world.upload(handler)] };
  const submitted = await world.call<FeedbackView>(handler, 'POST', `tasks/${task.id}/feedback`, body);
  await world.call(approver, 'POST', `feedback/${submitted.body.id}/approve`);
  return submitted.body;
}

test('a sample is what the seed makes of the cases, whatever their order, and never empty where there are cases', () => {
  const ids = Array.from({ length: 45 }, (_, index) => `case-${index}`);
  const draw = drawSample(ids, 5, 'seed');
  expect(draw.sample).toHaveLength(3);
  expect(drawSample(ids.toReversed(), 5, 'seed')).toEqual(draw);
  expect(drawSample(ids, 5, 'another seed').sample).not.toEqual(draw.sample);
  expect(drawSample(ids, 100, 'seed').sample.toSorted()).toEqual(ids.toSorted());
  expect(drawSample([], 5, 'seed').sample).toEqual([]);
  expect(drawSample(['only'], 1, 'seed').sample).toEqual(['only']);
});

test.each([
  ['2026-11', false],
  ['2026-12', false],
  ['2027-01', false],
  ['2026-10', true],
  ['2025-12', true],
])('on 23 November 2026 the month %s may be drawn: %s', (month, expected) => {
  expect(canDraw(month, '2026-11-23').ok).toBe(expected);
});

test('the office draws a month once, records what it found, and a case sent back counts no more', async () => {
  const cases = await Promise.all([approvedCase(), approvedCase(), approvedCase()]);
  // They were recorded last month.
  await world.city.query(`UPDATE execution_feedback.case_record SET recorded_on = '${lastMonth}-15'`);
  for (const principal of [handler, approver, principalOf(['AUDITOR'])])
    expect((await world.call(principal, 'POST', 'spot-checks', { month: lastMonth })).status).toBe(403);
  expect((await world.call(office, 'POST', 'spot-checks', { month: today.slice(0, 7) })).body).toMatchObject({
    code: 'SPOT_CHECK_TOO_EARLY',
  });
  expect((await world.call(office, 'POST', 'spot-checks', { month: '2026-13' })).status).toBe(400);
  const drawn = await world.call<SpotCheckView>(office, 'POST', 'spot-checks', { month: lastMonth, percent: 60 });
  expect(drawn).toMatchObject({ status: 201, body: { population: 3, sample: 2, percent: 60 } });
  expect((await world.call(office, 'POST', 'spot-checks', { month: lastMonth })).body).toMatchObject({ code: 'SPOT_CHECK_DRAWN' });

  const page = await world.call<{ data: SpotCheckItemView[] }>(office, 'GET', `spot-checks?month=${lastMonth}`);
  const rows = await world.city.query<{ id: string }>('SELECT id FROM execution_feedback.case_record');
  const rank = (id: string) => createHash('sha256').update(`${drawn.body.seed}|${id}`).digest('hex');
  const expected = rows.map((row) => row.id).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  expect(page.body.data.map((item) => item.caseId)).toEqual(expected.slice(0, 2));
  expect((await world.call<{ data: [] }>(handlerOf('RSJ'), 'GET', 'spot-checks')).body.data).toEqual([]);

  const [first, second] = page.body.data;
  const result = (caseId: string | undefined, body: object, principal = office) =>
    world.call<SpotCheckItemView & { code: string }>(principal, 'POST', `spot-checks/${drawn.body.id}/cases/${caseId}/result`, body);
  expect((await result(first?.caseId, { result: 'CONFIRMED', reason: '属实' }, handler)).status).toBe(403);
  expect((await result(expected[2], { result: 'RETURNED', reason: '未抽中' })).status).toBe(404);
  expect((await result(first?.caseId, { result: 'RETURNED', reason: '' })).status).toBe(400);
  expect((await result(second?.caseId, { result: 'CONFIRMED', reason: '属实' })).body).toMatchObject({ result: 'CONFIRMED' });
  expect((await result(first?.caseId, { result: 'RETURNED', reason: '证据与措施不符' })).status).toBe(200);
  expect((await result(first?.caseId, { result: 'CONFIRMED', reason: '改判' })).body.code).toBe('SPOT_CHECK_DECIDED');

  await eventually('the case is withdrawn', () => world.feeder.eventsOf(caseWithdrawn).find(({ data }) => data.caseId === first?.caseId));
  const returned = cases.find((one) => one.id === first?.feedbackId);
  const seen = await world.call<FeedbackView>(handler, 'GET', `feedback/${returned?.id}`);
  expect(seen.body).toMatchObject({ status: 'REJECTED', validVersion: null, versions: [{ withdrawal: { reason: '证据与措施不符' } }] });

  // Corrected and approved again it counts again, as a case of its own.
  const body = { kind: 'APPLIED', measureApplied: '取消补贴', appliedOn: today, evidenceIds: [await world.upload(handler)] };
  expect((await world.call(handler, 'POST', `feedback/${returned?.id}/correct`, body)).status).toBe(200);
  expect((await world.call(approver, 'POST', `feedback/${returned?.id}/approve`)).status).toBe(200);
  await eventually('it is recorded again', () =>
    world.feeder.eventsOf(caseRecorded).find(({ data }) => data.feedbackId === returned?.id && data.caseId !== first?.caseId),
  );
});

test('a feedback that is corrected to what is no case takes its case with it', async () => {
  const one = await approvedCase();
  const body = { kind: 'NOT_APPLIED', notAppliedReason: 'NO_BUSINESS_RELATION', evidenceIds: [] };
  expect((await world.call(handler, 'POST', `feedback/${one.id}/correct`, body)).status).toBe(200);
  expect(world.feeder.eventsOf(caseWithdrawn).some(({ data }) => data.feedbackId === one.id)).toBe(false);
  expect((await world.call(approver, 'POST', `feedback/${one.id}/approve`)).status).toBe(200);
  await eventually('the case is withdrawn', () => world.feeder.eventsOf(caseWithdrawn).find(({ data }) => data.feedbackId === one.id));
});
