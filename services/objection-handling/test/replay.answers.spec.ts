import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ReplayOwner,
  replayApplied,
  replayApproved,
  replayAssessed,
  replayCarriedOut,
  replayRefused,
  replayRequested,
  restorationOrdered,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { replayRefusalsMigration } from '../src/migrations/0006-replay-refusals.ts';
import { handlerOf } from './journal.city.ts';
import { assessment, entryRow, ReplayCity, refusal, secondAdmin, sha256, taskRow } from './replay.city.ts';
import { acting, diffOf, planned, voidEntry } from './replay.steps.ts';
import { Flag, say } from './sayings.ts';

let city: ReplayCity;
beforeAll(async () => {
  city = await ReplayCity.create();
});
afterAll(async () => {
  await city?.close();
});

describe('a replay of which one owner has done its part and another refused', () => {
  const byCatalogue = { change: { kind: 'CATALOGUE_VERSION', version: 1 }, ground: 'COURT_RULING', documentNo: '判〔2026〕1号' };
  const two = (flag: Flag) => ({
    'list-matching': { entries: [entryRow(flag, 'KEEP')] },
    'measure-decomposition': { acts: true },
    'execution-feedback': { acts: true, tasks: [taskRow(flag, 'WITHDRAW'), taskRow(flag, 'RESTORE')] },
  });
  async function half(order: readonly ReplayOwner[] = ['measure-decomposition', 'execution-feedback']) {
    const flag = new Flag();
    const { view } = await planned(city, flag, byCatalogue, two(flag));
    await city.act(view.id, 'approve', secondAdmin);
    await city.act(view.id, 'apply');
    await city.answer(await city.asked(view.id, flag.entryId, 2), two(flag));
    await eventually('the owners are told', () => city.feeder.eventsOf(replayApproved).find((one) => one.data.replayId === view.id));
    const { entryId, subjectId } = flag;
    const head = { replayId: view.id, round: 2, entryId, subjectId };
    for (const owner of order)
      await city.journal.send(
        owner === 'measure-decomposition'
          ? say(replayCarriedOut, subjectId, { ...head, owner, changed: true })
          : say(replayRefused, subjectId, { ...head, owner, clause: null, detail: '任务已有变化', versions: [] }),
      );
    return { flag, id: view.id, proof: await city.asked(view.id, entryId, 3) };
  }

  test.each([
    ['the refusal last', ['measure-decomposition', 'execution-feedback']],
    ['the refusal first', ['execution-feedback', 'measure-decomposition']],
  ] as const)('is restored, proved and ends as partly applied: %s', async (_what, order) => {
    const { flag, id, proof } = await half(order);
    expect(proof.data.change).toEqual({ kind: 'NOTHING' });
    await city.answer(proof);
    const ended = await city.until(id, 'PARTLY_APPLIED');
    expect(ended.detail).toBe('1 件只执行了一部分');
    expect(ended.steps.at(-1)?.detail).toMatchObject({ refused: 0, partly: 1, restorations: 1 });
    expect(city.feeder.eventsOf(restorationOrdered).filter((one) => one.data.entryId === flag.entryId)).toHaveLength(1);
    expect(city.feeder.eventsOf(replayApplied).filter((one) => one.key === id)).toEqual([]);
  });

  test('tells what the proof still finds of what was refused, and ends all the same', async () => {
    const { flag, id, proof } = await half();
    await city.journal.city.query('UPDATE objection_handling.replay_case SET attempts = 11 WHERE replay_id = $1', [id]);
    await city.answer(proof, { 'execution-feedback': { acts: true, tasks: [taskRow(flag, 'WITHDRAW')] } });
    await city.until(id, 'PARTLY_APPLIED');
    expect((await diffOf(city, id, '?look=PROOF')).data.map((row) => `${row.kind} ${row.action}`)).toContain('TASK WITHDRAW');
  });

  test('stands as it did where the database is of before, when who had refused stood among those that had done their part', async () => {
    const { flag, id, proof } = await half();
    await planned(city);
    const { entryId, subjectId } = flag;
    const other = { replayId: randomUUIDv7(), round: 2, entryId, subjectId, owner: 'list-matching' as const };
    await city.journal.hear(say(replayRefused, subjectId, { ...other, clause: null, detail: '另一次回放', versions: [] }));
    const { city: database } = city.journal;
    const rows = () =>
      database.query(
        'SELECT replay_id, entry_id, carried_out, refused_by FROM objection_handling.replay_case ORDER BY replay_id, entry_id',
      );
    const before = await rows();
    expect(before.length).toBeGreaterThan(1);
    const refused = { carried_out: ['measure-decomposition'], refused_by: ['execution-feedback'] };
    expect(before).toContainEqual({ replay_id: id, entry_id: entryId, ...refused });
    await database.query(`SET search_path TO objection_handling;
      ALTER TABLE replay_case ADD COLUMN refused boolean NOT NULL DEFAULT false;
      UPDATE replay_case SET refused = true, carried_out = refused_by || carried_out WHERE refused_by <> '{}';
      ALTER TABLE replay_case DROP COLUMN refused_by;
      ${replayRefusalsMigration.sql}; RESET search_path`);
    expect(await rows()).toEqual(before);
    await city.answer(proof);
    await city.until(id, 'PARTLY_APPLIED');
  });
});

describe('answers that are late, doubled, wrong or missing', () => {
  test('change nothing: an unknown case, another round, another question, an owner twice', async () => {
    const flag = new Flag();
    await city.inForce(flag);
    const { body } = await city.plan({ scope: { entryId: flag.entryId }, ...voidEntry });
    const request = await city.asked(body.id, flag.entryId, 1);
    const wrong = [
      assessment(request, 'list-matching', { entryId: '018f0000-0000-7000-8000-000000000002' }),
      assessment(request, 'list-matching', { replayId: '018f0000-0000-7000-8000-000000000003' }),
      assessment(request, 'list-matching', { round: 7, result: 'REFUSED' }),
      assessment(request, 'list-matching', { change: { kind: 'NOTHING' }, result: 'REFUSED' }),
      assessment(request, 'list-matching', { part: 3, parts: 2 }),
    ];
    await city.journal.hear(...wrong.map((data) => say(replayAssessed, request.key, data)));
    expect((await city.get(body.id)).progress).toEqual({ cases: 1, asked: 1, answered: 0, failed: 0 });
    await city.answer(request, acting(flag));
    const plan = await city.until(body.id, 'PLANNED');
    await city.answer(request, { 'list-matching': { result: 'REFUSED' } });
    await city.journal.caughtUp();
    expect(await city.get(body.id)).toEqual(plan);
    expect(city.feeder.eventsOf(replayRequested).filter((one) => one.data.replayId === body.id)).toHaveLength(1);
  });

  test('are waited for while parts are missing', async () => {
    const flag = new Flag();
    await city.inForce(flag);
    const { body } = await city.plan({ scope: { entryId: flag.entryId } });
    const request = await city.asked(body.id, flag.entryId, 1);
    await city.answer(request, { 'execution-feedback': { part: 2, parts: 2 } });
    await city.journal.caughtUp();
    expect((await city.get(body.id)).status).toBe('PLANNING');
    await city.journal.send(say(replayAssessed, request.key, assessment(request, 'execution-feedback', { parts: 2 })));
    await city.until(body.id, 'PLANNED');
  });

  test('are asked for again while an owner is behind', async () => {
    const flag = new Flag();
    await city.inForce(flag);
    const { body } = await city.plan({ scope: { entryId: flag.entryId } });
    const behind = { result: 'BEHIND' as const, detail: '方案尚未到达' };
    const first = await city.asked(body.id, flag.entryId, 1);
    await city.journal.send(say(replayAssessed, first.key, assessment(first, 'list-matching')));
    await city.journal.send(say(replayAssessed, first.key, assessment(first, 'measure-decomposition', behind)));
    await city.answer(await city.asked(body.id, flag.entryId, 2));
    expect((await city.until(body.id, 'PLANNED')).progress.failed).toBe(0);
  });

  test('of an entry that list-matching does not know leave the plan incomplete, and it cannot be approved', async () => {
    const flag = new Flag();
    const { view } = await planned(city, flag, voidEntry, { 'list-matching': { result: 'UNKNOWN' } });
    expect([view.progress.failed, view.failures[0]?.entryId]).toEqual([1, flag.entryId]);
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'REPLAY_NOT_SETTLED']);
    expect((await city.act(view.id, 'resume')).body.status).toBe('PLANNING');
    await city.answer(await city.asked(view.id, flag.entryId, 2), acting(flag));
    expect((await city.until(view.id, 'PLANNED')).figures?.failed).toBe(0);
  });

  test('that rules refuse are told, and change nothing', async () => {
    const refused = { 'list-matching': { result: 'REFUSED' as const, clause: 'T18', detail: '该记录已更正' } };
    const { view } = await planned(city, new Flag(), voidEntry, refused);
    expect([view.figures?.refused, (await diffOf(city, view.id)).data.map((row) => row.action)]).toEqual([1, ['REFUSED']]);
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'REPLAY_CHANGES_NOTHING']);
  });
});

describe('the journal', () => {
  const states = (flag: Flag, entry: string) => ({
    'list-matching': { state: { lines: 1, sha256: sha256(`ENTRY:${flag.entryId}:1:${entry}`) } },
    'measure-decomposition': { state: { lines: 1, sha256: sha256(`PLAN:${flag.planId}:1:LIVE`) } },
    'execution-feedback': { state: { lines: 0, sha256: sha256('') } },
  });

  test('gives the state that the owners have, or the difference says where not', async () => {
    const flag = new Flag();
    const { view } = await planned(city, flag, {}, states(flag, 'ACTIVE'));
    expect(view.figures?.findings).toBe(0);
    const other = new Flag();
    await city.inForce(other);
    const { body } = await city.plan({ scope: { entryId: other.entryId } });
    // It is looked at again before it is called different: the journal may only have been behind.
    await city.answer(await city.asked(body.id, other.entryId, 1), states(other, 'EXPIRED'));
    const again = await city.asked(body.id, other.entryId, 2);
    await city.journal.city.query(`UPDATE objection_handling.replay_case SET attempts = 11 WHERE replay_id = '${body.id}'`);
    await city.answer(again, states(other, 'EXPIRED'));
    const found = await city.until(body.id, 'PLANNED');
    expect([found.figures?.findings, (await diffOf(city, body.id)).data.map((row) => `${row.kind} ${row.action}`)]).toEqual([
      1,
      ['FINDING DIFFERS'],
    ]);
  });

  test('of departments does not tell what a replay would do', async () => {
    const { flag } = await planned(city);
    const seen = await city.journal.get<{ data: { type: string }[] }>(handlerOf('CZJ'), `/api/v1/subjects/${flag.subjectId}/timeline`);
    expect(JSON.stringify(seen.body)).not.toContain('replay');
  });
});
