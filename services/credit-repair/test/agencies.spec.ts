import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  addDays,
  addWorkingDays,
  beijingDate,
  calendar2026,
  calendarKey,
  calendarLoaded,
  isWorkingDay,
  taskLifting,
  workingDaysBetween,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { AgencyView, LateAgencies } from '../src/agency.api.ts';
import type { ChecklistView } from '../src/repair.api.ts';
import { approver, centre, handler, office, RepairDesk } from './repair.desk.ts';

let desk: RepairDesk;
beforeAll(async () => {
  desk = await RepairDesk.open();
});
afterAll(async () => {
  await desk?.close();
});

const item = (entry: { entryId: string }) => ({ kind: 'LIST_ENTRY', id: entry.entryId });
const publicly = async () => (await desk.city.call<LateAgencies>(desk.running, undefined, 'GET', '/api/v1/public/credit-agencies')).body;
const register = (code: string, nameZh: string, active = true) => desk.call(centre, 'POST', 'credit-agencies', { code, nameZh, active });
const list = async () => (await desk.call<{ data: AgencyView[] }>(office, 'GET', 'credit-agencies')).body.data;

test('agencies follow 信用中国: asked at the grant, told publicly when they are slow, and nothing waits for them (R-5-15)', async () => {
  expect((await desk.call(handler, 'POST', 'credit-agencies', { code: 'QXB', nameZh: '某征信有限公司' })).status).toBe(403);
  expect((await desk.call(handler, 'GET', 'credit-agencies')).status).toBe(403);
  expect((await desk.call(handler, 'GET', 'credit-agencies/export')).status).toBe(403);
  expect((await register('qxb', '小写')).status).toBe(400);
  for (const [code, name] of [
    ['QXB', '某征信有限公司'],
    ['TYC', '另一征信有限公司'],
  ] as const)
    expect((await register(code, name)).status).toBe(200);
  expect((await register('OLD', '停用征信有限公司', false)).status).toBe(200);

  const entry = await desk.entry();
  const repair = await desk.granted([item(entry)]);
  const waiting = await desk.checklist(repair);
  expect(waiting.agencies.map(({ agencyCode, updatedAt, late }) => [agencyCode, updatedAt, late])).toEqual([
    ['QXB', null, false],
    ['TYC', null, false],
  ]);
  expect(await publicly()).toMatchObject({ data: [], notice: expect.stringContaining('以信用中国为准') });

  const update = (agencyCode: string, by = centre) =>
    desk.call<ChecklistView>(by, 'POST', `repairs/${repair.id}/agency-updates`, { agencyCode, receiptNo: 'G-1' });
  expect((await update('QXB', handler)).status).toBe(403);
  expect((await update('OLD')).status).toBe(404);
  const noted = (await update('QXB')).body.agencies[0];
  expect(noted).toMatchObject({ agencyCode: 'QXB', receiptNo: 'G-1', updatedAt: expect.any(String) });
  // The first word counts.
  const again = await desk.call<ChecklistView>(office, 'POST', `repairs/${repair.id}/agency-updates`, {
    agencyCode: 'QXB',
    receiptNo: 'G-2',
  });
  expect(again.body.agencies[0]).toEqual(noted);

  // Restored everywhere although one of them still lags behind.
  await desk.world.exited(entry);
  await desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, []));
  await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' });
  await desk.step(repair, 'receipts', { kind: 'SITE' }, centre);
  await desk.inState(repair, 'DONE');
  desk.city.turnClock(10 * 86_400_000);
  expect((await publicly()).data).toEqual([{ nameZh: '另一征信有限公司', late: 1, oldestDueOn: expect.any(String) }]);
  expect((await list()).map(({ code, waiting: open, late }) => [code, open, late])).toEqual([
    ['OLD', 0, 0],
    ['QXB', 0, 0],
    ['TYC', 1, 1],
  ]);
  expect((await desk.checklist(repair)).agencies[1]).toMatchObject({ agencyCode: 'TYC', late: true });

  // Anybody may ask as often as they like: it is counted once in some minutes.
  const lock = await desk.city.connect();
  try {
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE credit_repair.repair_agency IN ACCESS EXCLUSIVE MODE');
    expect((await publicly()).data).toHaveLength(1);
  } finally {
    await lock.end();
  }
  desk.city.turnClock(0);

  // A repair that is revoked asks nobody to follow it.
  const ground = { action: 'REVOKE', documentNo: '连市监撤〔2026〕1号', reason: '履行证明系伪造', ground: 'FALSE_MATERIAL' };
  expect((await desk.step(repair, 'propose', ground)).status).toBe(200);
  expect((await desk.step(repair, 'decide', { outcome: 'CONFIRM' }, approver)).body.status).toBe('REVOKED');
  expect((await list()).map(({ waiting: open }) => open)).toEqual([0, 0, 0]);
  desk.city.turnClock(10 * 86_400_000);
  expect((await publicly()).data).toHaveLength(1);
  desk.city.turnClock(10 * 86_400_000 + 6 * 60_000);
  expect((await publicly()).data).toEqual([]);
  desk.city.turnClock(0);
});

test('a focus list was never public: no agency is asked', async () => {
  const entry = await desk.entry({ listCode: 'FL-MKT', listType: 'FOCUS' });
  const repair = await desk.granted([item(entry)]);
  expect((await desk.checklist(repair)).agencies).toEqual([]);
});

test('the table of the next year is heard: terms that run move to where they should end, the applicant’s never to an earlier day', async () => {
  const year = Math.max(2027, Number(beijingDate(new Date()).slice(0, 4)) + 1);
  const eve = `${year - 1}-12-31`;
  const start = Date.parse(`${eve}T02:00:00Z`);
  const off = Array.from({ length: 10 }, (_, index) => addDays(`${year}-01-01`, index));
  // Worked on every weekend of January: shorter than Monday to Friday.
  const work = Array.from({ length: 31 }, (_, index) => addDays(`${year}-01-01`, index)).filter((day) => !isWorkingDay(calendar2026, day));
  const under = (table: { off: string[]; work: string[] }, days: number) =>
    addWorkingDays({ years: { ...calendar2026.years, [year]: table } }, eve, days).date;
  desk.city.turnClock(start - Date.now());
  const [running, asked] = [await desk.applied([item(await desk.entry())]), await desk.applied([item(await desk.entry())])];
  await desk.step(asked, 'request-supplement', { asked: '补身份证明' });
  const dueOf = async (repair: { id: string }) => (await desk.get(repair)).due?.dueOn;
  const [accept, supplement] = [await dueOf(running), await dueOf(asked)];
  expect(accept).toBe(addWorkingDays(calendar2026, eve, 3).date);
  const supplementDays = workingDaysBetween(calendar2026, eve, supplement ?? eve);
  const load = async (version: number, table: { off: string[]; work: string[] }, atMs: number) => {
    const loadedAt = new Date(atMs).toISOString();
    const { record } = desk.world.feeder.make(calendarLoaded, calendarKey, { year, version, source: '测试', ...table, loadedAt });
    await desk.world.feeder.sendRecords([record, record]);
    await eventually('it is heard', async () => (await desk.city.query('SELECT 1 FROM credit_repair.calendar_copy')).length === version);
    desk.city.turnClock(atMs + 61_000 - Date.now());
    await eventually('it has been gone through', async () => {
      const waiting = await desk.city.query("SELECT 1 FROM credit_repair.timer WHERE kind = 'calendar-counts'");
      return waiting.length === 0;
    });
  };
  await load(1, { off: [], work }, start);
  expect(await dueOf(running)).toBe(under({ off: [], work }, 3));
  expect(await dueOf(asked)).toBe(supplement);
  await load(2, { off, work: [] }, start + 61_000);
  expect(await dueOf(running)).toBe(under({ off, work: [] }, 3));
  expect(await dueOf(asked)).not.toBe(supplement);
  expect((await dueOf(asked)) ?? '' >= under({ off, work: [] }, supplementDays)).toBeTruthy();
  const moves = await desk.city.query<{ version: number }>(
    'SELECT version FROM credit_repair.calendar_move WHERE reference = $1 ORDER BY version',
    [`${running.id}/ACCEPT`],
  );
  expect(moves.map((move) => move.version)).toEqual([1, 2]);
  expect((await desk.applied([item(await desk.entry())])).due?.dueOn).toBe(under({ off, work: [] }, 3));
});
