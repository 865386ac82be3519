import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beijingDate, type ListEntryActivated, listEntryExited, listEntrySuspended } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { publisher, VersionTown } from './version-town.ts';

/** In the last quarter of an hour of a day the services live on the next one already: the day never changes under the tests. */
const quarterMs = 15 * 60_000;
const soon = beijingDate(new Date(Date.now() + quarterMs));
const aheadMs = soon === beijingDate(new Date()) ? 0 : quarterMs;
const today = beijingDate(new Date(Date.now() + aheadMs));
const before = '2026-11-02';
const arriving = 4_000;
const portion = 200;

let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create({ LIANXIN_REPLAN_TASKS_PER_SECOND: '100000' });
  town.city.turnClock(aheadMs);
});
afterAll(() => town.close());

const closeGate = (row: Record<string, unknown>) => ({
  bases: (row['bases'] as { verified: boolean }[]).map((basis) => ({ ...basis, verified: false })),
});

/** Every tenth entry leaves again at once, every tenth is stopped by a court: the version meets them wherever they are. */
function fateOf(place: number): 'STANDS' | 'EXITS' | 'IS_SUSPENDED' {
  return place % 10 === 3 ? 'EXITS' : place % 10 === 7 ? 'IS_SUSPENDED' : 'STANDS';
}

function fateRecord(entry: ListEntryActivated, place: number) {
  const { entryId, activationNo, subjectId, listCode, listType, listField, designatingDepartment, number } = entry;
  const head = {
    entryId,
    entryVersion: entry.entryVersion + 1,
    activationNo,
    number,
    subjectId,
    listCode,
    listType,
    listField,
    designatingDepartment,
  };
  const fate = fateOf(place);
  if (fate === 'EXITS')
    return town.feeder.make(listEntryExited, subjectId, {
      ...head,
      status: 'REPAIRED',
      ground: 'REPAIRED',
      exitedOn: today,
      documentNo: '连人社修字〔2026〕1号',
      byEntryId: null,
    }).record;
  if (fate === 'IS_SUSPENDED')
    return town.feeder.make(listEntrySuspended, subjectId, {
      ...head,
      status: 'SUSPENDED',
      ground: 'STOP_EXECUTION',
      suspendedOn: today,
      documentNo: '（2026）苏07行初1号',
    }).record;
  return undefined;
}

async function arrive(entries: readonly ListEntryActivated[]): Promise<void> {
  for (let from = 0; from < entries.length; from += portion) {
    const some = entries.slice(from, from + portion);
    await town.list(some);
    await town.feeder.sendRecords(some.flatMap((entry, place) => fateRecord(entry, from + place) ?? []));
  }
}

const closedIn = (measures: readonly string[]) => measures.includes('GEN-02');

test('a catalogue published while thousands of entries arrive gives each the version of its legal date, and the reconciliation finds nothing', async () => {
  let draft = await town.draft('到达期间发布：关闭 GEN-02，增加 GEN-99');
  draft = await town.edit(draft, 'MEASURE', 'GEN-02', closeGate);
  draft = await town.edit(draft, 'MEASURE', 'GEN-01', () => ({ canonicalCode: 'GEN-NEW', nameZh: '另一限制' }), 'GEN-99');
  await town.simulate(draft, today);
  const entries = Array.from({ length: arriving }, (_, place) => town.newEntry('BL-FRAUD', place % 2 === 0 ? before : today));
  const sending = arrive(entries);
  await eventually('the first of them are planned', async () => {
    const [row] = await town.city.query<{ count: string }>('SELECT count(*) FROM measure_decomposition.plan');
    return Number(row?.count) >= arriving / 10;
  });
  expect((await town.publish(draft, today, publisher)).status).toBe(200);
  await sending;
  await town.planned(entries, 60_000);
  expect(await town.replanned(draft)).toMatchObject({ status: 'succeeded', progress: { failed: 0 } });
  await eventually('what happened to them afterwards is followed', async () => {
    const rows = await town.city.query<{ status: string; count: string }>(
      'SELECT status, count(*) FROM measure_decomposition.plan GROUP BY status',
    );
    const counts = new Map(rows.map((row) => [row.status, Number(row.count)]));
    return counts.get('ENDED') === arriving / 10 && counts.get('HELD') === arriving / 10;
  });

  const { version } = (await town.call<{ version: number }>(publisher, 'GET', `/drafts/${draft.id}`)).body;
  const plans = new Map((await town.plansOf(entries.map((entry) => entry.entryId))).map((plan) => [plan.entry_id, plan]));
  expect(plans.size).toBe(arriving);
  const wrong = entries.filter((entry, place) => {
    const plan = plans.get(entry.entryId);
    if (plan === undefined) return true;
    const isNew = entry.decision.date === today;
    // What has ended before the version came keeps what it was made from: nobody is told of it again.
    if (fateOf(place) === 'EXITS' && plan.catalogue_version === 1) return plan.measures.includes('GEN-99');
    return plan.catalogue_version !== (isNew ? version : 1) || plan.measures.includes('GEN-99') !== isNew || closedIn(plan.measures);
  });
  expect(wrong).toEqual([]);
  expect(await town.reconcile()).toMatchObject({ status: 'succeeded', result: { differingPlanIds: [] } });

  // The race was run: some were planned before the version and derived again, others met it when they came.
  const [race] = await town.city.query<{ revised: string; straight: string }>(
    `SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM measure_decomposition.plan_step WHERE plan_id = plan.plan_id AND kind = 'REVISED')) AS revised,
       count(*) FILTER (WHERE catalogue_version = $1 AND plan_version = 1) AS straight FROM measure_decomposition.plan`,
    [version],
  );
  expect(Number(race?.revised)).toBeGreaterThan(0);
  expect(Number(race?.straight)).toBeGreaterThan(0);
  const [doubled] = await town.city.query<{ count: string }>(
    `SELECT count(*) FROM (SELECT plan_id FROM measure_decomposition.plan_step WHERE kind = 'REVISED' GROUP BY plan_id HAVING count(*) > 1) AS twice`,
  );
  expect(Number(doubled?.count)).toBe(0);
}, 120_000);

test('a version waits for who is being planned under the one before: an entry caught in the middle is derived again too', async () => {
  let draft = await town.draft('计划途中生效：关闭 WAGE-03');
  draft = await town.edit(draft, 'MEASURE', 'WAGE-03', closeGate);
  await town.simulate(draft, today);
  const entry = town.newEntry('BL-WAGE', before);
  const session = await town.city.connect();
  try {
    // Planning has read its versions when it comes here, and can write nothing yet.
    await session.query('BEGIN');
    await session.query('LOCK TABLE measure_decomposition.heard_entry IN SHARE MODE');
    await town.list([entry]);
    await eventually('it is being planned', () => isWaiting('relation'));
    const published = town.publish(draft, today, publisher);
    // Were it not to wait, its re-planning would be over before the plan is there.
    await eventually('the version waits', async () => (await isWaiting('advisory')) || (await isReplanned(draft.id)));
    await session.query('COMMIT');
    expect((await published).status).toBe(200);
  } finally {
    await session.end();
  }
  await town.planned([entry]);
  await town.replanned(draft);
  const [plan] = await town.plansOf([entry.entryId]);
  expect(plan?.measures).not.toContain('WAGE-03');
  expect(await town.reconcile()).toMatchObject({ status: 'succeeded', result: { differingPlanIds: [] } });
});

async function isWaiting(locktype: 'relation' | 'advisory'): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = $1
    AND database IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`;
  return (await town.city.query(sql, [locktype])).length > 0;
}

async function isReplanned(draftId: string): Promise<boolean> {
  const sql = `SELECT 1 FROM measure_decomposition.catalogue_job WHERE kind = 'REPLAN' AND draft_id = $1 AND finished_at IS NOT NULL`;
  return (await town.city.query(sql, [draftId])).length > 0;
}
