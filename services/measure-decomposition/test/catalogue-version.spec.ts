import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beijingDate, listEntryActivated, measurePlanMade } from '@lianxin/contracts';
import { decodeEvent } from '@lianxin/messaging';
import { Database } from '@lianxin/platform';
import { eventually } from '@lianxin/testing';
import type { JobView } from '../src/catalogue-draft.api.ts';
import { CatalogueJobStore } from '../src/catalogue-job.store.ts';
import { PlanService } from '../src/plan.service.ts';
import { author, publisher, VersionTown } from './version-town.ts';

const today = beijingDate(new Date());
const before = '2026-11-02';

let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create({ LIANXIN_REPLAN_TASKS_PER_SECOND: '400' });
});
afterAll(() => town.close());

const closeGate = (row: Record<string, unknown>) => ({
  bases: (row['bases'] as { verified: boolean }[]).map((basis) => ({ ...basis, verified: false })),
});

test('a draft shows in words what it changes, what gate closes, and what is wrong with it', async () => {
  let draft = await town.draft('试改');
  draft = await town.edit(draft, 'MEASURE', 'WAGE-02', closeGate);
  draft = await town.edit(draft, 'MEASURE', 'WAGE-03', () => ({ executors: [] }));
  const difference = await town.difference(draft);
  expect(difference.rows.map((row) => `${row.change} ${row.code}`)).toEqual(['CHANGED WAGE-02', 'CHANGED WAGE-03']);
  expect(difference.rows[0]?.textZh).toMatch(/^修改措施 WAGE-02（.*）：依据去掉.*已核实.*，增加.*未核实/);
  expect(difference.gates).toMatchObject([{ measureCode: 'WAGE-02', listCode: 'BL-WAGE', before: 'OPEN', after: 'CLOSED' }]);
  expect(difference.faults).toEqual([{ kind: 'MEASURE', code: 'WAGE-03', field: 'code', textZh: 'WAGE-03 有 0 个牵头部门，须恰有一个' }]);
  const refused = await town.call(author, 'POST', `/drafts/${draft.id}/simulations`, { body: { effectiveFrom: today } });
  expect({ status: refused.status, code: refused.body['code'] }).toEqual({ status: 422, code: 'DRAFT_FAULTY' });
});

test('an edit on a revision that somebody else has changed is refused, and so is a row of the wrong form', async () => {
  const draft = await town.draft('并行修改');
  await town.edit(draft, 'MEASURE', 'WAGE-02', closeGate);
  await expect(town.edit(draft, 'MEASURE', 'WAGE-03', closeGate)).rejects.toThrow('STALE');
  const wrong = await town.call(author, 'PUT', `/drafts/${draft.id}/rows/MATTER/GCZB-TB`, {
    body: { code: 'OTHER' },
    headers: { 'if-match': `"2"` },
  });
  expect({ status: wrong.status, code: wrong.body['code'] }).toEqual({ status: 422, code: 'DRAFT_FAULTY' });
});

test('a version is published by a second person only, never for the past, and never unseen', async () => {
  let draft = await town.draft('四眼');
  const empty = await town.publish(draft, today);
  expect({ status: empty.status, code: empty.body.code }).toEqual({ status: 422, code: 'DRAFT_EMPTY' });
  draft = await town.edit(draft, 'MEASURE', 'WAGE-02', closeGate);
  const code = async (answer: ReturnType<VersionTown['publish']>) => (await answer).body.code;
  expect(await code(town.publish(draft, today, author))).toBe('FOUR_EYES_REQUIRED');
  expect(await code(town.publish(draft, '2026-01-01'))).toBe('EFFECTIVE_DATE_PAST');
  expect(await code(town.publish(draft, today))).toBe('SIMULATION_REQUIRED');
  await town.simulate(draft, today);
  expect(await code(town.publish(draft, '2099-01-01'))).toBe('SIMULATION_REQUIRED');
  // A version that waits for its day can be withdrawn; while it waits no other is published.
  await town.simulate(draft, '2099-01-01');
  expect((await town.publish(draft, '2099-01-01')).body.status).toBe('PUBLISHED');
  let other = await town.draft('另一个');
  other = await town.edit(other, 'MEASURE', 'WAGE-03', closeGate);
  expect(await code(town.publish(other, today))).toBe('VERSION_WAITING');
  expect((await town.call(publisher, 'POST', `/drafts/${draft.id}/discard`)).body['status']).toBe('DISCARDED');
});

test('a closed gate lifts what was planned, once on two replicas; a new measure meets only who is decided from its day on (R-4-6, R-4-8)', async () => {
  const old = Array.from({ length: 60 }, () => town.newEntry('BL-WAGE', before));
  await town.list(old);
  await town.planned(old);
  let draft = await town.draft('关闭 WAGE-02，增加 WAGE-99');
  draft = await town.edit(draft, 'MEASURE', 'WAGE-02', closeGate);
  draft = await town.edit(draft, 'MEASURE', 'WAGE-01', () => ({ canonicalCode: 'NEW-BAN', nameZh: '新限制' }), 'WAGE-99');
  const simulated = await town.simulate(draft, today);
  // WAGE-02 has two executors here, WAGE-99 five.
  expect(simulated.result).toMatchObject({ withdrawn: 120, added: 0, newForLater: 300, entries: 60 });
  expect(simulated.result.textZh).toContain('将撤回 120 项任务');
  expect((await town.plansOf(old.map((entry) => entry.entryId))).every((plan) => plan.plan_version === 1)).toBe(true);

  const job = await town.bringIntoForce(draft, today);
  expect(job).toMatchObject({ status: 'succeeded', result: { withdrawn: 120, added: 0, left: simulated.result.left } });
  const plans = await town.plansOf(old.map((entry) => entry.entryId));
  expect(new Set(plans.map((plan) => plan.plan_version))).toEqual(new Set([2]));
  expect(plans.every((plan) => plan.catalogue_version === 1)).toBe(true);
  expect(plans.flatMap((plan) => plan.measures).filter((code) => code === 'WAGE-02' || code === 'WAGE-99')).toEqual([]);
  for (const entry of old) await eventually('its revision is heard', () => town.revisionsOf(entry).length === 1);

  const late = town.newEntry('BL-WAGE', before);
  const fresh = town.newEntry('BL-WAGE', today);
  await town.list([late, fresh]);
  await town.planned([late, fresh]);
  const [underOld, underNew] = await town.plansOf([late.entryId, fresh.entryId]);
  expect(underOld).toMatchObject({ catalogue_version: 1, plan_version: 1 });
  expect(underOld?.measures).not.toContain('WAGE-99');
  expect(underOld?.measures).not.toContain('WAGE-02');
  expect(underNew?.catalogue_version).toBeGreaterThan(1);
  expect(underNew?.measures).toContain('WAGE-99');
  expect(await town.reconcile()).toMatchObject({ status: 'succeeded', result: { differingPlanIds: [] } });
});

test('the reconciliation names a plan that is not as it should be', async () => {
  const entry = town.newEntry('BL-WAGE', before);
  await town.list([entry]);
  await town.planned([entry]);
  await town.city.query(
    `UPDATE measure_decomposition.plan SET body = jsonb_set(body, '{groups,0,measureCodes}', '[]') WHERE entry_id = $1`,
    [entry.entryId],
  );
  const found = await town.reconcile();
  const [plan] = await town.city.query<{ plan_id: string }>('SELECT plan_id FROM measure_decomposition.plan WHERE entry_id = $1', [
    entry.entryId,
  ]);
  expect(found.result.differingPlanIds).toEqual([plan?.plan_id]);
  expect(found.result.textZh).toContain('1 个与应有结果不符');
  await town.city.query('DELETE FROM measure_decomposition.plan_step WHERE plan_id = $1', [plan?.plan_id]);
  await town.city.query('DELETE FROM measure_decomposition.plan WHERE plan_id = $1', [plan?.plan_id]);
});

test('beside a re-planning that another replica has in hand a reconciliation waits, and asks no oftener than an idle loop', async () => {
  const entry = town.newEntry('BL-WAGE', before);
  await town.list([entry]);
  await town.planned([entry]);
  let draft = await town.draft('占用');
  draft = await town.edit(draft, 'MEASURE', 'WAGE-04', closeGate);
  await town.simulate(draft, today);
  const session = await town.city.connect();
  await session.query('BEGIN');
  await session.query('SELECT 1 FROM measure_decomposition.subject_lane WHERE subject_key = $1 FOR UPDATE', [entry.subjectId]);
  expect((await town.publish(draft, today)).status).toBe(200);
  await eventually('the re-planning waits for the lane', async () => {
    const waiting =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%subject_lane%'";
    return (await town.city.query(waiting)).length > 0;
  });
  const asked: number[] = [];
  for (const replica of town.replicas) {
    const jobs = replica.app.get(CatalogueJobStore);
    const isReplanOpen = jobs.isReplanOpen.bind(jobs);
    jobs.isReplanOpen = (tx) => {
      asked.push(Date.now());
      return isReplanOpen(tx);
    };
  }
  const { body: job } = await town.call<JobView>(author, 'POST', '/reconciliations');
  await eventually('it has asked four times', () => asked.length >= 4);
  expect((asked[3] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(1_500);
  await session.query('COMMIT');
  await session.end();
  expect((await town.replanned(draft)).status).toBe('succeeded');
  expect(await town.finished(job.id)).toMatchObject({ status: 'succeeded', result: { differingPlanIds: [] } });
});

test('a replica that dies on the way leaves nothing half-done: the other goes on where it was', async () => {
  const entries = Array.from({ length: 150 }, () => town.newEntry('BL-WAGE', today));
  await town.list(entries);
  await town.planned(entries);
  let draft = await town.draft('接着做');
  draft = await town.edit(draft, 'MEASURE', 'WAGE-03', closeGate);
  await town.simulate(draft, today);
  expect((await town.publish(draft, today)).status).toBe(200);
  await eventually('the job is under way', async () => {
    const rows = await town.city.query(
      `SELECT 1 FROM measure_decomposition.catalogue_job WHERE kind = 'REPLAN' AND status = 'running' AND done > 0`,
    );
    return rows.length > 0;
  });
  await town.replicas.pop()?.close();
  const job = await town.replanned(draft);
  expect(job.status).toBe('succeeded');
  const plans = await town.plansOf(entries.map((entry) => entry.entryId));
  expect(new Set(plans.map((plan) => plan.plan_version))).toEqual(new Set([2]));
  for (const entry of entries) await eventually('its revision is heard', () => town.revisionsOf(entry).length === 1);
  expect(await town.reconcile()).toMatchObject({ result: { differingPlanIds: [] } });
});

test('the same entry planned by two processes at once gives one plan, said once', async () => {
  const another = await town.anotherReplica();
  const entry = town.newEntry('BL-WAGE', before);
  const events = [0, 1].map(() => decodeEvent(town.feeder.make(listEntryActivated, entry.subjectId, entry).record));
  const replicas = [...town.replicas, another];
  await Promise.all(
    events.map((event, place) => {
      const running = replicas[place];
      if (running === undefined) throw new Error('two replicas are needed');
      const plans = running.app.get(PlanService);
      return running.app.get(Database).consumerTransaction((tx) => plans.follow(tx, [event]));
    }),
  );
  expect(await town.plansOf([entry.entryId])).toMatchObject([{ plan_version: 1 }]);
  await eventually('its plan is said', () => town.feeder.eventsOf(measurePlanMade).some((event) => event.data.entryId === entry.entryId));
  const marker = town.newEntry('BL-WAGE', before, { subjectId: entry.subjectId });
  await town.list([marker]);
  await eventually('what came after it', () =>
    town.feeder.eventsOf(measurePlanMade).some((event) => event.data.entryId === marker.entryId),
  );
  expect(town.feeder.eventsOf(measurePlanMade).filter((event) => event.data.entryId === entry.entryId)).toHaveLength(1);
});

test('nobody but the credit office edits a catalogue', async () => {
  const { principalOf } = await import('@lianxin/testing');
  const department = principalOf(['DEPT_APPROVER'], ['RSJ']);
  expect((await town.call(department, 'POST', '/drafts', { body: { titleZh: '越权', reasonZh: '越权' } })).status).toBe(403);
  const auditor = principalOf(['AUDITOR']);
  expect((await town.call(auditor, 'GET', '/drafts')).status).toBe(200);
  expect((await town.call(auditor, 'POST', '/drafts', { body: { titleZh: '越权', reasonZh: '越权' } })).status).toBe(403);
});
