import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ReplayOwner,
  replayApplied,
  replayApproved,
  replayAssessed,
  replayCarriedOut,
  replayPlanned,
  replayRefused,
  replayRequested,
  restorationOrdered,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { DiffPage } from '../src/replay.schemas.ts';
import { approverOf, creditOffice, handlerOf } from './journal.city.ts';
import { admin, assessment, entryRow, ReplayCity, refusal, secondAdmin, sha256, taskRow } from './replay.city.ts';
import { Flag, say } from './sayings.ts';

let city: ReplayCity;
beforeAll(async () => {
  city = await ReplayCity.create();
});
afterAll(async () => {
  await city?.close();
});

const voidEntry = { change: { kind: 'VOID_ENTRY', effect: 'VOID' }, ground: 'REVOKING_DOCUMENT', documentNo: '撤〔2026〕1号' };
const acting = (flag: Flag) => ({
  'list-matching': { acts: true, entries: [entryRow(flag, 'END')], versions: [{ kind: 'ENTRY' as const, id: flag.entryId, version: '1' }] },
  'execution-feedback': { tasks: [taskRow(flag, 'WITHDRAW'), taskRow(flag, 'RESTORE')], unchangedTasks: 3 },
});
const diff = async (id: string, query = '') => (await city.journal.get<DiffPage>(admin, `/api/v1/replays/${id}/diff${query}`)).body;

/** A plan of one entry that is void, worked out. */
async function planned(
  flag = new Flag(),
  body: Record<string, unknown> = voidEntry,
  answers: Parameters<ReplayCity['answer']>[1] = acting(flag),
) {
  await city.inForce(flag);
  const { body: view } = await city.plan({ scope: { entryId: flag.entryId }, ...body });
  await city.answer(await city.asked(view.id, flag.entryId, 1), answers);
  return { flag, view: await city.until(view.id, 'PLANNED') };
}
async function approved(flag = new Flag()) {
  const { view } = await planned(flag);
  expect((await city.act(view.id, 'approve', secondAdmin)).status).toBe(200);
  expect((await city.act(view.id, 'apply')).body.status).toBe('CHECKING');
  return { flag, id: view.id, check: await city.asked(view.id, flag.entryId, 2) };
}
const carryOut = (flag: Flag, replayId: string, round: number) =>
  say(replayCarriedOut, flag.subjectId, {
    ...{ replayId, round, entryId: flag.entryId, subjectId: flag.subjectId, owner: 'list-matching', changed: true },
  });

describe('a replay from plan to proof', () => {
  test('is planned, approved by a second person, looked at again, carried out, restored and proved', async () => {
    const { flag, view } = await planned();
    expect(view).toMatchObject({
      story: '按该记录自始无效重算：撤回 1、新增 0、恢复 1、不变 3；将通知 1 个部门',
      progress: { cases: 1, asked: 1, answered: 1, failed: 0 },
      figures: { changing: 1, departments: ['CZJ'], events: { 'lianxin.list_entry.exited.v1': 1 } },
      toConfirm: [],
    });
    const told = await eventually('the plan is told', () => city.feeder.eventsOf(replayPlanned).find((one) => one.key === view.id));
    expect(told.data).toMatchObject({ withdrawn: 1, restored: 1, unchanged: 3, sha256: view.sha256 });
    expect((await diff(view.id)).data.map((row) => `${row.kind} ${row.action}`).sort()).toEqual([
      'ENTRY END',
      'TASK RESTORE',
      'TASK WITHDRAW',
    ]);
    expect((await diff(view.id, '?action=RESTORE&departmentCode=CZJ')).data).toHaveLength(1);
    expect((await diff(view.id, '?departmentCode=SHUIJ')).data.map((row) => row.kind)).toEqual(['ENTRY']);
    // Nothing has left before somebody else has agreed.
    expect(city.feeder.eventsOf(replayApproved).filter((one) => one.data.replayId === view.id)).toEqual([]);
    await city.act(view.id, 'approve', secondAdmin);
    await city.act(view.id, 'apply');
    await city.answer(await city.asked(view.id, flag.entryId, 2), acting(flag));
    const order = await eventually('the owners are told to act', () =>
      city.feeder.eventsOf(replayApproved).find((one) => one.data.replayId === view.id),
    );
    expect(order.data).toMatchObject({ acting: ['list-matching'], documentNo: '撤〔2026〕1号', sideEffects: 'notify' });
    expect([order.replayId, order.replayMode]).toEqual([view.id, 'notify']);
    await city.journal.send(carryOut(flag, view.id, 2));
    await city.answer(await city.asked(view.id, flag.entryId, 3));
    const applied = await city.until(view.id, 'APPLIED');
    expect((await city.asked(view.id, flag.entryId, 3)).data.change).toEqual({ kind: 'NOTHING' });
    expect(applied.steps.map((step) => step.action)).toEqual([
      ...['REQUEST', 'FINISH_PLAN', 'APPROVE', 'APPLY', 'FINISH_CHECK', 'FINISH_APPLY', 'FINISH_PROOF'],
    ]);
    const restorations = city.feeder.eventsOf(restorationOrdered).filter((one) => one.data.entryId === flag.entryId);
    expect(restorations.map(({ data }) => [data.ground, data.documentNo, data.departments])).toEqual([
      ['REVOKING_DOCUMENT', '撤〔2026〕1号', [{ departmentCode: 'CZJ', measureCodes: ['TAX-01'] }]],
    ]);
    const over = await eventually('it is told', () => city.feeder.eventsOf(replayApplied).find((one) => one.key === view.id));
    expect(over.data).toMatchObject({ cases: 1, restorations: 1 });
    // Applied twice, and every answer twice, changes nothing.
    expect((await city.act(view.id, 'apply')).body).toMatchObject({ status: 'APPLIED', version: applied.version });
    await city.journal.city.query('TRUNCATE objection_handling.inbox');
    await city.journal.hear(carryOut(flag, view.id, 2));
    expect(await city.get(view.id)).toEqual(applied);
    expect(city.feeder.eventsOf(restorationOrdered).filter((one) => one.data.entryId === flag.entryId)).toHaveLength(1);
  });

  test('goes on when an owner answers its order after nobody waited any more: it is restored and proved', async () => {
    const { flag, id, check } = await approved();
    await city.answer(check, acting(flag));
    const orders = () => city.feeder.eventsOf(replayApproved).filter((one) => one.data.replayId === id);
    await eventually('the owners are told to act', () => orders()[0]);
    await city.silent(id);
    const halted = await eventually('it stops and asks', async () => ((await city.get(id)).paused ? city.get(id) : undefined));
    expect([halted.status, halted.progress.failed]).toEqual(['APPLYING', 1]);
    await city.journal.send(carryOut(flag, id, 2));
    await city.journal.caughtUp();
    expect((await city.get(id)).progress.failed).toBe(0);
    expect((await city.act(id, 'resume')).status).toBe(202);
    await city.answer(await city.asked(id, flag.entryId, 3));
    await city.until(id, 'APPLIED');
    expect(orders()).toHaveLength(1);
    expect(city.feeder.eventsOf(restorationOrdered).filter((one) => one.data.entryId === flag.entryId)).toHaveLength(1);
  });

  test('of which nothing is otherwise has an empty difference, and nothing to approve', async () => {
    const { view } = await planned(new Flag(), {}, {});
    expect([view.story, (await diff(view.id)).data]).toEqual(['按现有事实原样重算：撤回 0、新增 0、不变 0；没有部门受影响', []]);
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'REPLAY_CHANGES_NOTHING']);
    const again = await planned(new Flag(), {}, {});
    expect(again.view.figures).toEqual(view.figures);
  });

  test('twice gives the same difference', async () => {
    const flag = new Flag();
    const first = await planned(flag);
    const { body } = await city.plan({ scope: { entryId: flag.entryId }, ...voidEntry });
    await city.answer(await city.asked(body.id, flag.entryId, 1), acting(flag));
    expect((await city.until(body.id, 'PLANNED')).sha256).toBe(first.view.sha256);
  });

  test('is asked once for one idempotency key', async () => {
    const flag = new Flag();
    await city.inForce(flag);
    const ask = () => city.plan({ scope: { entryId: flag.entryId } }, admin, { 'idempotency-key': `replay-${flag.entryId}` });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.body.id]).toEqual([202, first.body.id]);
  });

  test('holds every entry of a subject, also those that name it as a party, and of a period those of one list', async () => {
    const person = '018f0000-0000-7000-8000-00000000aaaa';
    const [one, two] = [new Flag(), new Flag(undefined, 'SHUIJ', person)];
    await city.inForce(one, two, new Flag(one.subjectId, 'RSJ', undefined, 'BL-RARE'));
    expect((await city.plan({ scope: { subjectId: one.subjectId } })).body.cases).toBe(2);
    expect((await city.plan({ scope: { subjectId: person } })).body.cases).toBe(1);
    const period = { activatedFrom: '2026-11-01', activatedTo: '2026-11-30', listCode: 'BL-RARE', designatingDepartment: 'RSJ' };
    expect((await city.plan({ scope: { period } })).body.cases).toBe(1);
    expect((await city.plan({ scope: { catalogueVersion: 1 } })).body.cases).toBeGreaterThan(3);
  });
});

describe('a replay is refused', () => {
  test('without a ground and its document when it alleges that something is otherwise', async () => {
    const { flag } = await planned(new Flag(), {}, {});
    const { change } = voidEntry;
    const scope = { entryId: flag.entryId };
    expect(await refusal(city.plan({ scope, change }))).toEqual([422, 'GROUND_REQUIRED']);
    expect(await refusal(city.plan({ scope, change, ground: 'COURT_RULING' }))).toEqual([422, 'GROUND_REQUIRED']);
    expect(await refusal(city.plan({ scope, change: { kind: 'CATALOGUE_VERSION', version: 2 } }))).toEqual([422, 'GROUND_REQUIRED']);
    // Rules that were faulty: the difference is not empty, and nobody has said why.
    const found = await planned(new Flag(), {}, { 'measure-decomposition': { acts: true } });
    expect(await refusal(city.act(found.view.id, 'approve', secondAdmin))).toEqual([422, 'GROUND_REQUIRED']);
  });

  test('for a scope that names nothing, two things, or no known entry, and for whoever is no replay administrator', async () => {
    const entryId = '018f0000-0000-7000-8000-000000000001';
    expect(await refusal(city.plan({ scope: {} }))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await refusal(city.plan({ scope: { entryId, subjectId: entryId } }))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await refusal(city.plan({ scope: { entryId } }))).toEqual([422, 'REPLAY_SCOPE_EMPTY']);
    expect(await refusal(city.plan({ scope: { objectionNumber: 'LYG-YY-2026-999999' } }))).toEqual([404, 'NOT_FOUND']);
    const period = { activatedFrom: '2026-11-30', activatedTo: '2026-11-01' };
    expect(await refusal(city.plan({ scope: { period } }))).toEqual([400, 'VALIDATION_FAILED']);
    for (const who of [creditOffice, handlerOf('SHUIJ'), approverOf('SHUIJ')])
      expect(await refusal(city.plan({ scope: { entryId } }, who))).toEqual([403, 'FORBIDDEN']);
  });

  test('by the person who asked for it, before the plan stands, and to departments that have nothing to confirm', async () => {
    const { view } = await planned();
    expect(await refusal(city.act(view.id, 'approve', admin))).toEqual([403, 'FOUR_EYES_REQUIRED']);
    expect(await refusal(city.act(view.id, 'apply'))).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    expect(await refusal(city.act(view.id, 'approve', creditOffice))).toEqual([403, 'FORBIDDEN']);
    expect(await refusal(city.act(view.id, 'confirm', approverOf('SHUIJ')))).toEqual([404, 'NOT_FOUND']);
    expect(await refusal(city.act(view.id, 'confirm', secondAdmin))).toEqual([403, 'FORBIDDEN']);
    expect(await refusal(city.act(view.id, 'resume'))).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    expect((await city.journal.get(approverOf('SHUIJ'), `/api/v1/replays/${view.id}`)).status).toBe(404);
    expect((await city.act(view.id, 'cancel')).body.status).toBe('CANCELLED');
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
    expect(await refusal(city.act(view.id, 'apply'))).toEqual([409, 'TRANSITION_NOT_ALLOWED']);
  });

  test('on a system fault when it adds a restriction or takes an honour away', async () => {
    const fault = { change: { kind: 'NOTHING' }, ground: 'SYSTEM_FAULT', documentNo: '运维〔2026〕3号' };
    const flag = new Flag();
    const more = {
      'list-matching': { entries: [entryRow(flag, 'KEEP')] },
      'execution-feedback': { acts: true, tasks: [taskRow(flag, 'ADD', { taskId: null })] },
    };
    const { view } = await planned(flag, fault, more);
    expect([view.figures?.addsRestriction, await refusal(city.act(view.id, 'approve', secondAdmin))]).toEqual([
      true,
      [409, 'SYSTEM_FAULT_ONLY_LIFTS'],
    ]);
    const honour = new Flag();
    const less = {
      'list-matching': { entries: [entryRow(honour, 'KEEP', { listType: 'RED' })] },
      'execution-feedback': { acts: true, tasks: [taskRow(honour, 'WITHDRAW')] },
    };
    const lost = await planned(honour, fault, less);
    expect(await refusal(city.act(lost.view.id, 'approve', secondAdmin))).toEqual([409, 'SYSTEM_FAULT_ONLY_LIFTS']);
    const lifted = new Flag();
    const lift = {
      'list-matching': { entries: [entryRow(lifted, 'KEEP')] },
      'execution-feedback': { acts: true, tasks: [taskRow(lifted, 'WITHDRAW')] },
    };
    expect((await city.act((await planned(lifted, fault, lift)).view.id, 'approve', secondAdmin)).status).toBe(200);
  });

  test.each([
    [undefined, [409, 'SYSTEM_FAULT_ONLY_LIFTS']],
    [false, [409, 'SYSTEM_FAULT_ONLY_LIFTS']],
    [true, [200, undefined]],
  ] as const)('on a system fault when it changes what its owner does not say to bind only less: frees %s', async (frees, answer) => {
    const fault = { change: { kind: 'NOTHING' }, ground: 'SYSTEM_FAULT', documentNo: '运维〔2026〕3号' };
    for (const owner of ['execution-feedback', 'measure-decomposition'] as const) {
      const flag = new Flag();
      const said = frees === undefined ? {} : { frees };
      const rows = [{ partyIds: [flag.subjectId], measureCode: 'TAX-01', departmentCode: 'CZJ', notice: false, ...said }];
      const plan = { planId: flag.planId, entryId: flag.entryId, planVersion: 1, status: 'LIVE', action: 'REVISE' as const };
      const versions = { catalogueVersionBefore: 1, catalogueVersionAfter: 1 };
      const { view } = await planned(flag, fault, {
        'list-matching': { entries: [entryRow(flag, 'KEEP')] },
        [owner]:
          owner === 'execution-feedback'
            ? { acts: true, tasks: [taskRow(flag, 'CHANGE', said)] }
            : { acts: true, plans: [{ ...plan, ...versions, withdrawn: [], added: [], changed: rows, kept: 0 }] },
      });
      expect(view.figures?.addsRestriction).toBe(frees !== true);
      expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual(answer);
    }
  });

  test('while the designating unit has not confirmed what it adds', async () => {
    const flag = new Flag();
    const more = {
      'list-matching': { acts: true, entries: [entryRow(flag, 'CORRECT', { facts: { validTo: null } })] },
    };
    const correction = {
      change: { kind: 'CORRECT_ENTRY', facts: { validTo: null } },
      ground: 'DESIGNATOR_CORRECTION',
      documentNo: '更〔2026〕1号',
    };
    const { view } = await planned(flag, correction, more);
    expect(view.toConfirm).toEqual(['SHUIJ']);
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'CONFIRMATION_REQUIRED']);
    expect(await refusal(city.act(view.id, 'confirm', handlerOf('SHUIJ')))).toEqual([403, 'FORBIDDEN']);
    expect(await refusal(city.act(view.id, 'confirm', approverOf('RSJ')))).toEqual([404, 'NOT_FOUND']);
    const confirmed = await city.act(view.id, 'confirm', approverOf('SHUIJ'), { documentNo: '税确〔2026〕1号' });
    expect(confirmed.body.confirmations).toMatchObject([{ departmentCode: 'SHUIJ', documentNo: '税确〔2026〕1号' }]);
    expect((await city.act(view.id, 'approve', secondAdmin)).status).toBe(200);
  });

  test('by who read another difference, none, or an older version of the replay', async () => {
    const flag = new Flag();
    const more = { 'list-matching': { acts: true, entries: [entryRow(flag, 'CORRECT', { facts: { validTo: null } })] } };
    const correction = {
      change: { kind: 'CORRECT_ENTRY', facts: { validTo: null } },
      ground: 'DESIGNATOR_CORRECTION',
      documentNo: '更〔2026〕2号',
    };
    const { view } = await planned(flag, correction, more);
    const other = { sha256: sha256('another difference') };
    const stale = { 'if-match': `"${view.version - 1}"` };
    for (const [step, who] of [
      ['confirm', approverOf('SHUIJ')],
      ['approve', secondAdmin],
    ] as const) {
      expect(await refusal(city.act(view.id, step, who, { sha256: undefined }))).toEqual([400, 'VALIDATION_FAILED']);
      expect(await refusal(city.act(view.id, step, who, other))).toEqual([412, 'STALE']);
      expect(await refusal(city.act(view.id, step, who, {}, stale))).toEqual([412, 'STALE']);
      const { version } = await city.get(view.id);
      expect((await city.act(view.id, step, who, {}, { 'if-match': `"${version}"` })).status).toBe(200);
    }
    for (const step of ['apply', 'cancel', 'pause', 'resume'])
      expect(await refusal(city.act(view.id, step, admin, {}, stale))).toEqual([412, 'STALE']);
    expect((await city.act(view.id, 'apply')).body.status).toBe('CHECKING');
  });

  test('with the new difference when the entry has changed since the plan, and nothing is done', async () => {
    const { flag, id, check } = await approved();
    await city.answer(check, { ...acting(flag), 'execution-feedback': { tasks: [taskRow(flag, 'KEEP', { keptBy: [flag.planId] })] } });
    const refused = await city.until(id, 'REFUSED');
    expect(refused.detail).toContain('1 件');
    expect((await diff(id, '?look=CHECK')).data.map((row) => `${row.kind} ${row.action}`).sort()).toEqual(['ENTRY END', 'TASK KEEP']);
    expect(city.feeder.eventsOf(replayApproved).filter((one) => one.data.replayId === id)).toEqual([]);
    expect(await refusal(city.act(id, 'apply'))).toEqual([409, 'REPLAY_REFUSED']);
  });

  test('with the new difference when an owner finds under its lock that its world has moved on', async () => {
    const { flag, id, check } = await approved();
    await city.answer(check, acting(flag));
    await eventually('the owners are told', () => city.feeder.eventsOf(replayApproved).find((one) => one.data.replayId === id));
    const { entryId, subjectId } = flag;
    const told = {
      replayId: id,
      round: 2,
      entryId,
      subjectId,
      owner: 'list-matching' as const,
      clause: null,
      detail: '版本 2',
      versions: [],
    };
    await city.journal.send(say(replayRefused, subjectId, told));
    const again = await city.asked(id, flag.entryId, 3);
    expect(again.data.change.kind).toBe('VOID_ENTRY');
    await city.answer(again, { 'list-matching': { acts: true, entries: [entryRow(flag, 'END', { entryVersion: 2 })] } });
    await city.until(id, 'REFUSED');
    expect((await diff(id, '?look=CHECK')).data.map((row) => row.facts['entryVersion'])).toEqual([2]);
    expect(city.feeder.eventsOf(restorationOrdered).filter((one) => one.data.entryId === flag.entryId)).toEqual([]);
  });
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
    const { view } = await planned(flag, byCatalogue, two(flag));
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
    expect((await diff(id, '?look=PROOF')).data.map((row) => `${row.kind} ${row.action}`)).toContain('TASK WITHDRAW');
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
    const { view } = await planned(flag, voidEntry, { 'list-matching': { result: 'UNKNOWN' } });
    expect([view.progress.failed, view.failures[0]?.entryId]).toEqual([1, flag.entryId]);
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'REPLAY_NOT_SETTLED']);
    expect((await city.act(view.id, 'resume')).body.status).toBe('PLANNING');
    await city.answer(await city.asked(view.id, flag.entryId, 2), acting(flag));
    expect((await city.until(view.id, 'PLANNED')).figures?.failed).toBe(0);
  });

  test('that rules refuse are told, and change nothing', async () => {
    const refused = { 'list-matching': { result: 'REFUSED' as const, clause: 'T18', detail: '该记录已更正' } };
    const { view } = await planned(new Flag(), voidEntry, refused);
    expect([view.figures?.refused, (await diff(view.id)).data.map((row) => row.action)]).toEqual([1, ['REFUSED']]);
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
    const { view } = await planned(flag, {}, states(flag, 'ACTIVE'));
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
    expect([found.figures?.findings, (await diff(body.id)).data.map((row) => `${row.kind} ${row.action}`)]).toEqual([
      1,
      ['FINDING DIFFERS'],
    ]);
  });

  test('of departments does not tell what a replay would do', async () => {
    const { flag } = await planned();
    const seen = await city.journal.get<{ data: { type: string }[] }>(handlerOf('CZJ'), `/api/v1/subjects/${flag.subjectId}/timeline`);
    expect(JSON.stringify(seen.body)).not.toContain('replay');
  });
});
