import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { repairDeadlineMissed, repairSyncFailed, taskLifted, taskLifting } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { eventually } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { centre, handler, office, RepairDesk } from './repair.desk.ts';
import type { WorldEntry } from './repair.world.ts';

let desk: RepairDesk;
let second: RunningService;
beforeAll(async () => {
  desk = await RepairDesk.open();
  // Two replicas share everything: each event and each timer is taken by one of them.
  second = await desk.city.boot(service);
});
afterAll(async () => {
  await desk?.close();
});

const item = (entry: { entryId: string }) => ({ kind: 'LIST_ENTRY', id: entry.entryId });
const task = (departmentCode: string) => ({ taskId: randomUUID(), taskVersion: 4, departmentCode, status: 'LIFTING' as const });
type Task = ReturnType<typeof task>;
const dump = async () =>
  Promise.all(
    [
      'item',
      'repair',
      'repair_item',
      'repair_fact',
      'repair_receipt',
      'repair_certificate',
      'lifting_part',
      'lifting_task',
      'task_lifted',
    ].map((table) => desk.city.query(`SELECT * FROM credit_repair.${table} ORDER BY 1, 2`)),
  );
async function sites(repair: { id: string }): Promise<void> {
  expect((await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' })).status).toBe(200);
  expect((await desk.step(repair, 'receipts', { kind: 'SITE' }, centre)).status).toBe(200);
}
function records(entry: WorldEntry, tasks: readonly Task[]) {
  const { feeder } = desk.world;
  const lifting = feeder.make(taskLifting, entry.subjectId, desk.world.lifting(entry, [...tasks])).record;
  const lifted = tasks.map((one) => {
    const data = {
      ...one,
      taskVersion: 5,
      status: 'LIFTED' as const,
      entryIds: [entry.entryId],
      actedAt: new Date().toISOString(),
      feedbackId: randomUUID(),
      onTime: true,
    };
    return feeder.make(taskLifted, randomUUID(), data).record;
  });
  return { lifting, lifted };
}

describe('receipts are right whatever happens', () => {
  test('in any order, every one twice: done once, and no table changes any more', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    const { lifting, lifted } = records(entry, [task('ZJJ'), task('SHUIJ'), task('JTJ')]);
    const { feeder } = desk.world;
    await feeder.sendRecords([...lifted, lifting, ...lifted, lifting]);
    await desk.world.exited(entry);
    await sites(repair);
    const done = await desk.inState(repair, 'DONE');
    expect(done.steps.filter((step) => step.action === 'COMPLETE')).toHaveLength(1);
    const before = await dump();
    await feeder.sendRecords([lifting, ...lifted]);
    const marker = await desk.entry();
    await desk.known(marker.entryId);
    const after = await dump();
    expect(after.slice(1)).toEqual(before.slice(1));
  });

  test('a database that fails at a step loses no receipt: healed, the repair is done', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    await sites(repair);
    const tasks = [task('ZJJ')];
    const fails = ['lifting_part', 'lifting_task', 'task_lifted', 'repair_certificate', 'outbox'];
    await desk.city.query(
      `CREATE FUNCTION credit_repair.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'out of order' USING ERRCODE = '57P01'; END $$`,
    );
    for (const table of fails)
      await desk.city.query(
        `CREATE TRIGGER fail BEFORE INSERT ON credit_repair.${table} FOR EACH ROW EXECUTE FUNCTION credit_repair.fail()`,
      );
    const { lifting, lifted } = records(entry, tasks);
    await desk.world.feeder.sendRecords([lifting, ...lifted]);
    await desk.world.exited(entry);
    for (const table of fails) {
      await eventually('it is still under way', async () => (await desk.get(repair)).status === 'SYNCING');
      await desk.city.query(`DROP TRIGGER fail ON credit_repair.${table}`);
    }
    expect((await desk.inState(repair, 'DONE')).steps.filter((step) => step.action === 'COMPLETE')).toHaveLength(1);
  });

  test('an unreadable event parks its own subject only', async () => {
    const [broken, whole] = [await desk.entry(), await desk.entry()];
    const repair = await desk.granted([item(whole)]);
    const { lifting } = records(broken, []);
    await desk.world.feeder.sendRecords([{ ...lifting, value: Buffer.from('{"nothing":true}') }]);
    const own = records(whole, [task('ZJJ')]);
    await desk.world.feeder.sendRecords([own.lifting, ...own.lifted]);
    await desk.world.exited(whole);
    await sites(repair);
    await desk.inState(repair, 'DONE');
    await eventually('it is parked', async () => (await desk.city.query('SELECT 1 FROM credit_repair.parked_event')).length > 0);
  });

  test('a service that stops in the middle of a grant’s receipts goes on where it was, with a true checklist', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    const tasks = [task('ZJJ'), task('SHUIJ')];
    const { lifting, lifted } = records(entry, tasks);
    await desk.world.feeder.sendRecords([lifting]);
    await second.close();
    await desk.world.exited(entry);
    await desk.world.feeder.sendRecords(lifted.slice(0, 1));
    await eventually(
      'one is open',
      async () => (await desk.checklist(repair)).lines.filter((line) => line.kind === 'MEASURES' && line.open > 0).length === 1,
    );
    await desk.world.feeder.sendRecords(lifted.slice(1));
    second = await desk.city.boot(service);
    await sites(repair);
    await desk.inState(repair, 'DONE');
  });
});

describe('clocks (§5.5, working days)', () => {
  test('late steps are told once and stay open, the applicant’s term ends the application, and who is late is chased level by level', async () => {
    const waits = await desk.applied([item(await desk.entry())]);
    const asked = await desk.applied([item(await desk.entry())]);
    await desk.step(asked, 'request-supplement', { asked: '请补交' });
    const entry = await desk.entry();
    const granted = await desk.granted([item(entry)]);
    const missed = (repair: { id: string }, deadline: string) =>
      desk.world.feeder
        .eventsOf(repairDeadlineMissed)
        .filter((event) => event.data.repairId === repair.id && event.data.deadline === deadline).length;
    const chases = () => desk.world.feeder.eventsOf(repairSyncFailed).filter((event) => event.data.repairId === granted.id);
    expect((await desk.step(granted, 'urge', {}, office)).status).toBe(200);
    await eventually('urged', () => chases().length === 1 && chases()[0]?.data.urged === true);
    desk.city.turnClock(30 * 86_400_000);
    await eventually('the unit’s term is told', () => missed(waits, 'ACCEPT') === 1);
    await eventually('the lifting’s term is told', () => missed(granted, 'LIFT') === 1);
    await desk.inState(asked, 'NOT_ACCEPTED');
    await eventually('chased', () =>
      chases().some((event) => event.data.level === 2 && event.data.late.some((late) => late.kind === 'SITE')),
    );
    expect((await desk.get(waits)).due).toMatchObject({ kind: 'ACCEPT', missed: true });
    expect((await desk.step(waits, 'accept')).status).toBe(200);
    desk.city.turnClock(33 * 86_400_000);
    await eventually('chased again', () => chases().some((event) => event.data.level >= 3));
    expect(missed(waits, 'ACCEPT')).toBe(1);
    expect((await desk.step(waits, 'urge', {}, office)).body.code).toBe('REPAIR_STATE');
  });
});

test('a department sees what it still has to lift for repaired records, with whom it concerns, and nothing of others', async () => {
  const entry = await desk.entry();
  await desk.granted([item(entry)]);
  const { lifting } = records(entry, [task('SLJ'), task('TXJ')]);
  await desk.world.feeder.sendRecords([lifting]);
  await desk.world.exited(entry);
  type Row = { departmentCode: string; repairNumber: string; late: boolean };
  const of = async (principal: typeof handler) =>
    (await desk.call<{ data: Row[] }>(principal, 'GET', 'repair-receipts?limit=200')).body.data;
  const water = { ...handler, id: 'SLJ', departments: ['SLJ'] };
  const rows = await eventually('it has come', async () => {
    const found = await of(water);
    return found.length > 0 && found;
  });
  expect(rows).toMatchObject([{ departmentCode: 'SLJ' }]);
  expect((await of(office)).map((row) => row.departmentCode)).toEqual(expect.arrayContaining(['SLJ', 'TXJ']));
});
