import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beijingDate, measurePlanRevised } from '@lianxin/contracts';
import { eventually, KillableService, TestCity } from '@lianxin/testing';
import type { DraftView, JobView } from '../src/catalogue-draft.api.ts';
import { author, VersionTown } from './version-town.ts';

const folder = join(import.meta.dirname, '..');
const kills = 3;

let city: TestCity;
let town: VersionTown;
let running: KillableService | undefined;

async function start(): Promise<void> {
  running = await KillableService.start(folder, { ...city.environment, LIANXIN_REPLAN_TASKS_PER_SECOND: '400' });
  town.door = running;
}

beforeAll(async () => {
  KillableService.build(folder);
  city = await TestCity.create('postgres', ['measure-decomposition']);
  town = await VersionTown.around(city);
  await start();
}, 120_000);
afterAll(async () => {
  await running?.end();
  await town?.close();
});

const closeGate = (row: Record<string, unknown>) => ({
  bases: (row['bases'] as { verified: boolean }[]).map((basis) => ({ ...basis, verified: false })),
});

async function replanJob(draftId: string): Promise<JobView | undefined> {
  const { body } = await town.call<{ data: JobView[] }>(author, 'GET', '/jobs?kind=REPLAN');
  return body.data.find((job) => job.draftId === draftId);
}

/** Simulated and published for today; once more for tomorrow where midnight fell in between. @returns what the simulation promised */
async function publishedToday(draft: DraftView, mayRepeat = true): Promise<JobView['result']> {
  const today = beijingDate(new Date());
  const { result } = await town.simulate(draft, today);
  const { status } = await town.publish(draft, today);
  if (mayRepeat && today !== beijingDate(new Date())) return status === 200 ? result : publishedToday(draft, false);
  expect(status).toBe(200);
  return result;
}

test('a process killed again and again while it derives plans anew goes on where it was: the end is what the simulation promised, said once', async () => {
  const entries = Array.from({ length: 500 }, () => town.newEntry('BL-WAGE', '2026-11-02'));
  await town.list(entries);
  await town.planned(entries);
  let draft = await town.draft('中途被终止');
  draft = await town.edit(draft, 'MEASURE', 'WAGE-03', closeGate);
  draft = await town.edit(draft, 'MEASURE', 'WAGE-02', () => ({ effectiveTo: '2026-11-20' }));
  const promised = await publishedToday(draft);
  expect(promised.withdrawn).toBeGreaterThan(entries.length);

  let done = 0;
  for (let killed = 0; killed < kills; killed += 1) {
    const at = await eventually('the job has come on', async () => {
      const job = await replanJob(draft.id);
      if (job !== undefined && job.finishedAt !== null) throw new Error('too late: the job is over');
      return job !== undefined && job.progress.done > done && job.progress.done;
    });
    await running?.end();
    await start();
    const after = await replanJob(draft.id);
    // What was committed stays done; nothing is begun again.
    expect(after?.progress.done).toBeGreaterThanOrEqual(at);
    done = after?.progress.done ?? at;
  }
  expect(await town.replanned(draft)).toMatchObject({
    status: 'succeeded',
    progress: { total: entries.length, done: entries.length, failed: 0 },
    result: { withdrawn: promised.withdrawn, left: promised.left, added: 0 },
  });
  const plans = await town.plansOf(entries.map((entry) => entry.entryId));
  expect(new Set(plans.map((plan) => plan.plan_version))).toEqual(new Set([2]));
  expect(plans.flatMap((plan) => plan.measures).filter((code) => code === 'WAGE-03' || code === 'WAGE-02')).toEqual([]);
  await eventually('every revision is heard', () => {
    const heard = town.feeder.eventsOf(measurePlanRevised);
    return new Set(heard.map((event) => event.data.planId)).size === entries.length;
  });
  // The relay may send once more what it sent when it was killed: the same event, never another.
  const said = new Set(town.feeder.eventsOf(measurePlanRevised).map((event) => event.id));
  expect(said.size).toBe(entries.length);
  expect(await town.reconcile()).toMatchObject({ status: 'succeeded', result: { differingPlanIds: [] } });
}, 180_000);
