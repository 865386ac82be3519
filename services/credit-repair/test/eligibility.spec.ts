import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, beijingDate } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { EligibilityAnswer } from '../src/eligibility.api.ts';
import { RepairWorld } from './repair.world.ts';

let city: TestCity;
let running: RunningService;
let world: RepairWorld;
beforeAll(async () => {
  city = await TestCity.create('postgres', ['credit-repair']);
  running = await city.boot(service);
  world = new RepairWorld(await EventFeeder.for(city));
});
afterAll(async () => {
  await world?.feeder.close();
  await city?.close();
});

const market = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
const office = principalOf(['CREDIT_OFFICE']);
const windowClerk = principalOf(['WINDOW_CLERK'], ['DATAJ']);
const ask = (principal: typeof market | undefined, query: string) =>
  city.call<EligibilityAnswer & { code?: string; detail?: string }>(running, principal, 'GET', `/api/v1/${query}`);
const daysAgo = (days: number) => addDays(beijingDate(new Date()), -days);
const known = (id: string) =>
  eventually(
    'the record has been heard',
    async () => (await city.query('SELECT 1 FROM credit_repair.item WHERE id = $1', [id])).length > 0,
  );

test('its unit is told from when an entry can be repaired and what is missing; what it answers beforehand counts', async () => {
  const entry = await world.entry('2025-12-01');
  await known(entry.entryId);
  const path = `repair-eligibility?entryId=${entry.entryId}&asOf=2026-11-23`;
  const { body } = await ask(market, path);
  expect(body.items[0]).toMatchObject({ outcome: 'NOT_YET', earliestOn: '2026-12-01', missing: ['PERIOD', 'DUTIES', 'COMMITMENT'] });
  expect(body.subject?.name).toBe('连云港某某有限公司');
  expect(body.notice).toContain('不收取任何费用');
  const later = await ask(
    market,
    `repair-eligibility?entryId=${entry.entryId}&asOf=2026-12-01&dutiesPerformedOn=2026-02-01&commitment=true`,
  );
  expect(later.body.items[0]).toMatchObject({ outcome: 'ELIGIBLE', missing: [] });
});

test('a corrected decision date, grade and end count from then on: earlier repaired, earlier over (§6.4)', async () => {
  const entry = await world.entry('2025-12-01');
  await known(entry.entryId);
  await world.corrected(entry, '2025-06-01', { validTo: '2027-06-01' });
  const row = await eventually('the correction has been heard', async () => {
    const [item] = await city.query<{ version: number; end: string }>(
      'SELECT version, term_end::text AS end FROM credit_repair.item WHERE id = $1',
      [entry.entryId],
    );
    return item?.version === 4 && item;
  });
  expect(row.end).toBe('2027-06-01');
  const { body } = await ask(market, `repair-eligibility?entryId=${entry.entryId}&asOf=2026-11-23`);
  expect(body.items[0]?.earliestOn).toBe('2026-06-01');
});

test('another department’s record answers 404, the credit office sees it, a window says why it asks', async () => {
  const entry = await world.entry('2025-12-01');
  await known(entry.entryId);
  const path = `repair-eligibility?entryId=${entry.entryId}`;
  expect((await ask(principalOf(['DEPT_HANDLER'], ['RSJ']), path)).status).toBe(404);
  expect((await ask(office, path)).status).toBe(200);
  expect(await ask(windowClerk, path)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  expect((await ask(windowClerk, `${path}&purpose=${encodeURIComponent('本人到窗口查询')}`)).body.items).toHaveLength(1);
  expect((await ask(undefined, path)).status).toBe(401);
  expect((await ask(market, 'repair-eligibility')).status).toBe(400);
  expect((await ask(office, `repair-eligibility?entryId=${randomUUID()}`)).status).toBe(404);
});

test('anybody sees the earliest day of what is published of a company, and nothing of what is not', async () => {
  const subject = await world.subject('连云港公开有限公司');
  const entry = await world.entry('2025-12-01', {}, subject);
  const focus = await world.entry('2025-12-01', { listType: 'FOCUS', listCode: 'FL-MKT' }, subject);
  await known(entry.entryId);
  await known(focus.entryId);
  const { status, body } = await ask(undefined, `public/repair-eligibility?usccCode=${subject.usccCode}`);
  expect(status).toBe(200);
  expect(body.items.map((item) => item.id)).toEqual([entry.entryId]);
  expect((await ask(undefined, 'public/repair-eligibility?usccCode=91320700UNKNOWN000')).body).toMatchObject({ subject: null, items: [] });
});

const shownOf = async (subject: { usccCode: string }, more = '') =>
  (await ask(undefined, `public/repair-eligibility?usccCode=${subject.usccCode}${more}`)).body;
const noteHeard = (id: string) =>
  eventually(
    'the note is heard',
    async () => (await city.query('SELECT 1 FROM credit_repair.item_note WHERE item_id = $1', [id])).length > 0,
  );

test('what the public register hides nobody is told here either, whatever day the question names (§5.2, §8.3)', async () => {
  const subject = await world.subject('连云港只有轻微处罚有限公司');
  const { subjectId } = subject;
  const minor = await world.penalty(daysAgo(30), { subjectId, grade: 'MINOR', categories: ['WARNING'] });
  const beyond = await world.penalty('2025-01-06', { subjectId, publicUntil: '2099-01-05' });
  await known(minor.recordId);
  await known(beyond.recordId);
  // Not even that the company is known here.
  expect(await shownOf(subject)).toMatchObject({ subject: null, items: [] });
  expect(await shownOf(subject, '&asOf=2025-02-01')).toMatchObject({ subject: null, items: [] });
  const shown = await world.penalty(daysAgo(30), { subjectId });
  await known(shown.recordId);
  const answer = await shownOf(subject);
  expect(answer.subject?.name).toBe('连云港只有轻微处罚有限公司');
  expect(answer.items.map((item) => item.id)).toEqual([shown.recordId]);
  const { body } = await ask(office, `repair-eligibility?subjectId=${subjectId}`);
  expect(body.items).toHaveLength(3);
});

test('an entry kept with a note is not told, whichever is heard first; its unit is told of it as before (§6.4)', async () => {
  const subject = await world.subject();
  const entry = await world.entry('2025-12-01', {}, subject);
  await known(entry.entryId);
  // Only a measure was disputed, or the objection was dismissed: it is shown as before.
  const target = { kind: 'LIST_ENTRY', id: entry.entryId, number: 'LYG-MD-2026-1', listCode: 'BL-MKT', taskId: randomUUID() } as const;
  await world.noted(entry, { target });
  await world.noted(entry, { status: 'DISMISSED', outcome: 'DISMISSED', effect: 'KEEP' });
  const later = { entryId: randomUUID(), ...subject };
  await world.noted(later);
  await noteHeard(later.entryId);
  await world.entry('2025-12-02', { entryId: later.entryId }, subject);
  await known(later.entryId);
  expect((await shownOf(subject)).items.map((item) => item.id)).toEqual([entry.entryId]);
  await world.noted(entry);
  await world.noted(entry);
  await noteHeard(entry.entryId);
  expect((await shownOf(subject)).items).toEqual([]);
  expect((await ask(market, `repair-eligibility?entryId=${entry.entryId}`)).body.items).toHaveLength(1);
});

test('an entry that rests on a penalty revoked on reconsideration goes another road, whoever’s penalty it was', async () => {
  const subject = await world.subject();
  const documentNo = '连环罚〔2026〕88号';
  const entry = await world.entry('2025-12-01', { decision: { number: documentNo, date: '2025-12-01' } }, subject);
  const penalty = await world.penalty('2026-01-05', { subjectId: subject.subjectId, documentNo, departmentCode: 'STHJJ' });
  await known(penalty.recordId);
  await world.penaltyRevoked(penalty);
  const answer = await eventually('the revocation has been heard', async () => {
    const { body } = await ask(market, `repair-eligibility?entryId=${entry.entryId}`);
    return body.items?.[0]?.outcome === 'BASIS_REVOKED' && body.items[0];
  });
  expect(answer.clause).toContain('T19');
});

test('what a record does not tell its unit asserts with a document; the others do not, and only what the law knows', async () => {
  const entry = await world.entry('2024-12-01', { listCode: 'BL-WAGE', designatingDepartment: 'RSJ' });
  await known(entry.entryId);
  const body = { itemId: entry.entryId, code: 'WAGE_RELAPSE', documentNo: '连人社〔2026〕3号' };
  const post = (principal: typeof market, content: object = body) =>
    city.call(running, principal, 'POST', '/api/v1/repair-exclusions', { body: content });
  expect((await post(principalOf(['DEPT_APPROVER'], ['SCJGJ']))).status).toBe(404);
  expect((await post(principalOf(['DEPT_HANDLER'], ['RSJ']))).status).toBe(403);
  const wages = principalOf(['DEPT_APPROVER'], ['RSJ']);
  expect((await post(wages, { ...body, code: 'FOOD_LIFE_BAN' })).status).toBe(400);
  expect((await post(wages)).status).toBe(201);
  const { body: answer } = await ask(office, `repair-eligibility?entryId=${entry.entryId}&dutiesPerformedOn=2025-01-01&commitment=true`);
  expect(answer.items[0]).toMatchObject({ outcome: 'TERM_ONLY', clause: '人社部令第45号' });
});

test('hearing every event twice changes nothing, and an older version never overwrites a newer', async () => {
  const entry = await world.entry('2025-12-01');
  await world.exited(entry);
  await eventually('the exit has been heard', async () => {
    const [row] = await city.query<{ end_ground: string }>('SELECT end_ground FROM credit_repair.item WHERE id = $1', [entry.entryId]);
    return row?.end_ground === 'REPAIRED';
  });
  const before = await city.query('SELECT * FROM credit_repair.item ORDER BY id');
  await world.entry('2025-12-01', { entryId: entry.entryId }, entry);
  const marker = await world.entry('2025-12-01', {}, entry);
  await known(marker.entryId);
  expect(await city.query('SELECT * FROM credit_repair.item WHERE id <> $1 ORDER BY id', [marker.entryId])).toEqual(before);
});
