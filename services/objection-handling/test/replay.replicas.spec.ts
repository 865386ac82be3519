import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { replayApproved, replayAssessed, replayCarriedOut, replayOwners, replayRequested, restorationOrdered } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { ReplayView } from '../src/replay.schemas.ts';
import { type Answer, assessment, entryRow, ReplayCity, secondAdmin, taskRow } from './replay.city.ts';
import { Flag, say } from './sayings.ts';

const patienceMs = 120_000;
const voidEntries = { change: { kind: 'VOID_ENTRY', effect: 'VOID' }, ground: 'COURT_RULING', documentNo: '（2026）苏07行终1号' };
const scope = { period: { activatedFrom: '2026-11-01', activatedTo: '2026-11-30', listCode: 'BL-TAX' } };
const flags = Array.from({ length: 30 }, () => new Flag());
let city: ReplayCity;

beforeAll(async () => {
  city = await ReplayCity.create();
  await city.inForce(...flags);
}, patienceMs);
afterAll(() => city?.close(), patienceMs);

/** What the three owners find for a question, in their turn; nothing once all is done. */
function findings(request: ReturnType<typeof requests>[number]): Answer[] {
  const flag = flags.find((one) => one.entryId === request.data.entryId);
  if (flag === undefined || request.data.change.kind === 'NOTHING') return replayOwners.map((owner) => assessment(request, owner));
  return [
    assessment(request, 'list-matching', { acts: true, entries: [entryRow(flag, 'END')] }),
    assessment(request, 'measure-decomposition'),
    assessment(request, 'execution-feedback', { tasks: [taskRow(flag, 'WITHDRAW'), taskRow(flag, 'RESTORE')] }),
  ];
}
const requests = (id: string) => city.feeder.eventsOf(replayRequested).filter(({ data }) => data.replayId === id);
const orders = (id: string) => city.feeder.eventsOf(replayApproved).filter(({ data }) => data.replayId === id);

/** Plays the owners until the replay has come where it should: each question and each order is answered twice, as a log may deliver it. */
async function playUntil(id: string, status: ReplayView['status']): Promise<ReplayView> {
  const answered = new Set<string>();
  return eventually(
    `the replay is ${status}`,
    async () => {
      for (const request of requests(id).filter((one) => !answered.has(one.id))) {
        answered.add(request.id);
        const said = findings(request).map((data) => say(replayAssessed, request.key, data));
        await city.journal.send(...said, ...said);
      }
      for (const order of orders(id).filter((one) => !answered.has(one.id))) {
        answered.add(order.id);
        const { replayId, round, entryId, subjectId } = order.data;
        const said = say(replayCarriedOut, order.key, { replayId, round, entryId, subjectId, owner: 'list-matching', changed: true });
        await city.journal.send(said, said);
      }
      const view = await city.get(id);
      return view.status === status && view;
    },
    patienceMs,
  );
}

/** Nobody was asked twice for one round, told twice to act, or ordered twice to restore. */
function expectOnce(id: string): void {
  const asked = requests(id).map(({ data }) => `${data.entryId} ${data.round}`);
  expect([asked.length, new Set(asked).size]).toEqual([flags.length * 3, flags.length * 3]);
  expect(
    orders(id)
      .map(({ data }) => data.entryId)
      .sort(),
  ).toEqual(flags.map(({ entryId }) => entryId).sort());
  const restored = city.feeder.eventsOf(restorationOrdered).filter((event) => event.replayId === id);
  expect(restored.map(({ data }) => data.entryId).sort()).toEqual(flags.map(({ entryId }) => entryId).sort());
}

async function planned(): Promise<ReplayView> {
  const { body } = await city.plan({ scope, ...voidEntries });
  expect(body.cases).toBe(flags.length);
  return body;
}

test(
  'with two replicas of the service every case is asked, carried out and restored once',
  async () => {
    const second = await city.journal.city.boot(service, { LIANXIN_REPLAY_IN_FLIGHT: '7' });
    const { id } = await planned();
    const plan = await playUntil(id, 'PLANNED');
    expect(plan.figures).toMatchObject({ withdrawn: flags.length, restored: flags.length, failed: 0, findings: 0 });
    await city.act(id, 'approve', secondAdmin);
    await city.act(id, 'apply');
    await playUntil(id, 'APPLIED');
    expectOnce(id);
    await second.close();
  },
  patienceMs,
);

test(
  'a service that is stopped at every stage goes on where it was, and the end is the same',
  async () => {
    const { id, version } = await planned();
    await city.journal.restart();
    const plan = await playUntil(id, 'PLANNED');
    expect(plan.version).toBe(version + 1);
    await city.act(id, 'approve', secondAdmin);
    await city.journal.restart();
    await city.act(id, 'apply');
    await city.journal.restart();
    await eventually('the owners are asked again', () => requests(id).length === flags.length * 2);
    await city.journal.restart();
    const done = await playUntil(id, 'APPLIED');
    expectOnce(id);
    await city.journal.restart();
    expect(await city.get(id)).toEqual(done);
  },
  patienceMs,
);

test('a replay that is paused asks nobody further until it is resumed', async () => {
  const { id } = await planned();
  expect((await city.act(id, 'pause')).body).toMatchObject({ paused: true });
  const asked = requests(id).length;
  expect(asked).toBeLessThanOrEqual(flags.length);
  expect((await city.act(id, 'resume')).body.paused).toBe(false);
  await playUntil(id, 'PLANNED');
  expect((await city.act(id, 'cancel')).body.status).toBe('CANCELLED');
});
