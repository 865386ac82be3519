import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  repairRecordTemporarilyRestored,
  repairRecordTemporaryEnded,
  repairRevoked,
  repairTemporarilyRestored,
  repairTemporaryEnded,
  taskLifting,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { centre, RepairDesk, windowClerk } from './repair.desk.ts';
import type { WorldEntry } from './repair.world.ts';

let desk: RepairDesk;
beforeAll(async () => {
  desk = await RepairDesk.open();
});
afterAll(async () => {
  await desk?.close();
});

const item = (entry: { entryId: string }) => ({ kind: 'LIST_ENTRY', id: entry.entryId });
const lift = (entry: WorldEntry, tasks: never[]) => desk.world.feeder.send(taskLifting, entry.subjectId, desk.world.lifting(entry, tasks));

describe('revocation and bankruptcy', () => {
  test('false materials: the entry comes back, the certificate is void, the fraud stays on record (R-5-13)', async () => {
    const entry = await desk.entry();
    const repair = await desk.granted([item(entry)]);
    await desk.world.exited(entry);
    await lift(entry, []);
    await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' });
    await desk.step(repair, 'receipts', { kind: 'SITE' }, centre);
    await desk.inState(repair, 'DONE');
    const body = { action: 'REVOKE', documentNo: '连市监撤〔2026〕1号', reason: '履行证明系伪造' };
    expect((await desk.step(repair, 'propose', body)).status).toBe(400);
    const revoked = await desk.decided(repair, 'REVOKE', { ...body, ground: 'FALSE_MATERIAL' });
    expect(revoked).toMatchObject({ status: 'REVOKED', revocation: { ground: 'FALSE_MATERIAL' } });
    await eventually('the entry is told', async () =>
      desk.world.feeder.eventsOf(repairRevoked).some((event) => event.data.entryId === entry.entryId),
    );
    const [certificate] = await desk.city.query<{ invalid_reason: string }>(
      'SELECT invalid_reason FROM credit_repair.repair_certificate WHERE repair_id = $1',
      [repair.id],
    );
    expect(certificate?.invalid_reason).toBe('FALSE_MATERIAL');
    expect(await desk.city.query('SELECT 1 FROM credit_repair.repair_fraud WHERE repair_id = $1', [repair.id])).toHaveLength(1);
    // The entry in force again can be repaired anew: its listing began when it first began.
    const back = { ...desk.world.headOf(entry, 12, 2), status: 'ACTIVE' as const };
    await desk.world.entry('2024-06-03', { ...back, validFrom: '2024-06-03', activatedOn: '2026-11-23' }, entry);
    await eventually('it is in force again', async () => {
      const [row] = await desk.city.query<{ activation_no: number }>('SELECT activation_no FROM credit_repair.item WHERE id = $1', [
        entry.entryId,
      ]);
      return row?.activation_no === 2;
    });
    const again = await desk.granted([item(entry)]);
    expect((await desk.checklist(again)).lines.find((line) => line.kind === 'MEASURES')).toMatchObject({ departmentCode: null, open: 1 });
  });

  test('bankruptcy: restored for the time being, and everything returns when the plan fails (R-5-14)', async () => {
    const entry = await desk.entry({ validFrom: '2026-10-01' });
    const apply = async (kinds: string[]) =>
      desk.call(windowClerk, 'POST', 'repairs', {
        items: [item(entry)],
        category: 'BANKRUPTCY',
        applicant: { kind: 'ADMINISTRATOR' },
        materials: await desk.materials(windowClerk, kinds),
      });
    expect((await apply(['COMMITMENT'])).body.code).toBe('REPAIR_MATERIAL_REQUIRED');
    const repair = (await apply(['COURT_RULING'])).body;
    await desk.step(repair, 'accept');
    expect((await desk.step(repair, 'propose', { action: 'GRANT', documentNo: 'x', reason: 'x' })).body.code).toBe('REPAIR_STATE');
    expect(await desk.decided(repair, 'GRANT_TEMPORARY')).toMatchObject({ status: 'TEMPORARY', due: null });
    await eventually('the entry is told', async () =>
      desk.world.feeder.eventsOf(repairTemporarilyRestored).some((event) => event.data.entryId === entry.entryId),
    );
    const final = { action: 'GRANT', documentNo: 'x', reason: '计划执行完毕' };
    expect((await desk.step(repair, 'propose', final)).body.code).toBe('REPAIR_CONDITIONS_OPEN');
    expect(await desk.decided(repair, 'FAIL_PLAN')).toMatchObject({ status: 'TEMPORARY_ENDED' });
    await eventually('everything returns', async () =>
      desk.world.feeder.eventsOf(repairTemporaryEnded).some((event) => event.data.entryId === entry.entryId),
    );
  });

  test('bankruptcy, of a penalty beside its entry: both rest for the time of the plan, nobody sees them; carried out, the repair is final', async () => {
    const subject = await desk.world.subject();
    const entry = await desk.entry({ validFrom: '2026-10-01' }, subject);
    const penalty = await desk.world.penalty('2026-11-02', { subjectId: subject.subjectId });
    await desk.known(penalty.recordId);
    const request = {
      items: [item(entry), { kind: 'PENALTY', id: penalty.recordId }],
      category: 'BANKRUPTCY',
      applicant: { kind: 'ADMINISTRATOR' },
      materials: await desk.materials(windowClerk, ['COURT_RULING']),
    };
    const repair = (await desk.call(windowClerk, 'POST', 'repairs', request)).body;
    await desk.step(repair, 'accept');
    const seen = async () =>
      (
        await desk.city.call<{ items: { id: string }[] }>(
          desk.running,
          undefined,
          'GET',
          `/api/v1/public/repair-eligibility?usccCode=${subject.usccCode}`,
        )
      ).body.items.length;
    expect(await seen()).toBe(2);
    expect(await desk.decided(repair, 'GRANT_TEMPORARY')).toMatchObject({ status: 'TEMPORARY' });
    const { feeder } = desk.world;
    const told = (definition: typeof repairRecordTemporarilyRestored) =>
      feeder.eventsOf(definition).flatMap(({ data }) => (data.repairId === repair.id ? [data.recordId] : []));
    await eventually('the penalty is told', () => told(repairRecordTemporarilyRestored).length > 0);
    expect(told(repairRecordTemporarilyRestored)).toEqual([penalty.recordId]);
    expect(await seen()).toBe(0);
    // A temporary repair ends nothing: no receipts are awaited yet.
    expect((await desk.step(repair, 'receipts', { kind: 'DEPARTMENT_SITE' })).body.code).toBe('REPAIR_STATE');
    const proof = await desk.materials(windowClerk, ['PLAN_EXECUTED']);
    expect((await desk.step(repair, 'supplement', { materials: proof }, windowClerk)).status).toBe(200);
    expect(await desk.decided(repair, 'GRANT')).toMatchObject({ status: 'SYNCING', documentNo: '连市监修〔2026〕1号' });
  });

  test('bankruptcy that fails: of a penalty too everything returns', async () => {
    const penalty = await desk.world.penalty('2026-11-02');
    await desk.known(penalty.recordId);
    const items = [{ kind: 'PENALTY', id: penalty.recordId }];
    const ruling = {
      category: 'BANKRUPTCY',
      applicant: { kind: 'ADMINISTRATOR' },
      materials: await desk.materials(windowClerk, ['COURT_RULING']),
    };
    const repair = (await desk.call(windowClerk, 'POST', 'repairs', { items, ...ruling })).body;
    await desk.step(repair, 'accept');
    await desk.decided(repair, 'GRANT_TEMPORARY');
    expect(await desk.decided(repair, 'FAIL_PLAN')).toMatchObject({ status: 'TEMPORARY_ENDED' });
    await eventually('it is told', () =>
      desk.world.feeder
        .eventsOf(repairRecordTemporaryEnded)
        .some(({ data }) => data.repairId === repair.id && data.recordKind === 'PENALTY'),
    );
    // It can be asked for again, in the ordinary way and in its time.
    const again = { items, applicant: { kind: 'SUBJECT' }, materials: [] };
    expect((await desk.call(windowClerk, 'POST', 'repairs', again)).body.code).toBe('REPAIR_TOO_EARLY');
  });
});
