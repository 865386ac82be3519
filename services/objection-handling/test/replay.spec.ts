import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { replayApplied, replayApproved, replayPlanned, replayRefused, restorationOrdered } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { approverOf, creditOffice, handlerOf } from './journal.city.ts';
import { admin, entryRow, ReplayCity, refusal, secondAdmin, sha256, taskRow } from './replay.city.ts';
import { acting, approved, carryOut, diffOf, planned, voidEntry } from './replay.steps.ts';
import { Flag, say } from './sayings.ts';

let city: ReplayCity;
beforeAll(async () => {
  city = await ReplayCity.create();
});
afterAll(async () => {
  await city?.close();
});

describe('a replay from plan to proof', () => {
  test('is planned, approved by a second person, looked at again, carried out, restored and proved', async () => {
    const { flag, view } = await planned(city);
    expect(view).toMatchObject({
      story: '按该记录自始无效重算：撤回 1、新增 0、恢复 1、不变 3；将通知 1 个部门',
      progress: { cases: 1, asked: 1, answered: 1, failed: 0 },
      figures: { changing: 1, departments: ['CZJ'], events: { 'lianxin.list_entry.exited.v1': 1 } },
      toConfirm: [],
    });
    const told = await eventually('the plan is told', () => city.feeder.eventsOf(replayPlanned).find((one) => one.key === view.id));
    expect(told.data).toMatchObject({ withdrawn: 1, restored: 1, unchanged: 3, sha256: view.sha256 });
    expect((await diffOf(city, view.id)).data.map((row) => `${row.kind} ${row.action}`).sort()).toEqual([
      'ENTRY END',
      'TASK RESTORE',
      'TASK WITHDRAW',
    ]);
    expect((await diffOf(city, view.id, '?action=RESTORE&departmentCode=CZJ')).data).toHaveLength(1);
    expect((await diffOf(city, view.id, '?departmentCode=SHUIJ')).data.map((row) => row.kind)).toEqual(['ENTRY']);
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
    const { flag, id, check } = await approved(city);
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
    const { view } = await planned(city, new Flag(), {}, {});
    expect([view.story, (await diffOf(city, view.id)).data]).toEqual(['按现有事实原样重算：撤回 0、新增 0、不变 0；没有部门受影响', []]);
    expect(await refusal(city.act(view.id, 'approve', secondAdmin))).toEqual([409, 'REPLAY_CHANGES_NOTHING']);
    const again = await planned(city, new Flag(), {}, {});
    expect(again.view.figures).toEqual(view.figures);
  });

  test('twice gives the same difference', async () => {
    const flag = new Flag();
    const first = await planned(city, flag);
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
    const on = (activatedFrom: string, activatedTo: string) => city.plan({ scope: { period: { ...period, activatedFrom, activatedTo } } });
    expect((await on('2026-11-02', '2026-11-02')).body.cases).toBe(1);
    for (const [from, to] of [
      ['2026-11-03', '2026-11-30'],
      ['2026-10-01', '2026-11-01'],
    ] as const)
      expect(await refusal(on(from, to))).toEqual([422, 'REPLAY_SCOPE_EMPTY']);
    expect((await city.plan({ scope: { catalogueVersion: 1 } })).body.cases).toBeGreaterThan(3);
    expect(await refusal(city.plan({ scope: { catalogueVersion: 2 } }))).toEqual([422, 'REPLAY_SCOPE_EMPTY']);
  });
});

describe('a replay is refused', () => {
  test('without a ground and its document when it alleges that something is otherwise', async () => {
    const { flag } = await planned(city, new Flag(), {}, {});
    const { change } = voidEntry;
    const scope = { entryId: flag.entryId };
    expect(await refusal(city.plan({ scope, change }))).toEqual([422, 'GROUND_REQUIRED']);
    expect(await refusal(city.plan({ scope, change, ground: 'COURT_RULING' }))).toEqual([422, 'GROUND_REQUIRED']);
    expect(await refusal(city.plan({ scope, change: { kind: 'CATALOGUE_VERSION', version: 2 } }))).toEqual([422, 'GROUND_REQUIRED']);
    // Rules that were faulty: the difference is not empty, and nobody has said why.
    const found = await planned(city, new Flag(), {}, { 'measure-decomposition': { acts: true } });
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
    const { view } = await planned(city);
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
    const { view } = await planned(city, flag, fault, more);
    expect([view.figures?.addsRestriction, await refusal(city.act(view.id, 'approve', secondAdmin))]).toEqual([
      true,
      [409, 'SYSTEM_FAULT_ONLY_LIFTS'],
    ]);
    const honour = new Flag();
    const less = {
      'list-matching': { entries: [entryRow(honour, 'KEEP', { listType: 'RED' })] },
      'execution-feedback': { acts: true, tasks: [taskRow(honour, 'WITHDRAW')] },
    };
    const lost = await planned(city, honour, fault, less);
    expect(await refusal(city.act(lost.view.id, 'approve', secondAdmin))).toEqual([409, 'SYSTEM_FAULT_ONLY_LIFTS']);
    const lifted = new Flag();
    const lift = {
      'list-matching': { entries: [entryRow(lifted, 'KEEP')] },
      'execution-feedback': { acts: true, tasks: [taskRow(lifted, 'WITHDRAW')] },
    };
    expect((await city.act((await planned(city, lifted, fault, lift)).view.id, 'approve', secondAdmin)).status).toBe(200);
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
      const { view } = await planned(city, flag, fault, {
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
    const { view } = await planned(city, flag, correction, more);
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
    const { view } = await planned(city, flag, correction, more);
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
    const { flag, id, check } = await approved(city);
    await city.answer(check, { ...acting(flag), 'execution-feedback': { tasks: [taskRow(flag, 'KEEP', { keptBy: [flag.planId] })] } });
    const refused = await city.until(id, 'REFUSED');
    expect(refused.detail).toContain('1 件');
    expect((await diffOf(city, id, '?look=CHECK')).data.map((row) => `${row.kind} ${row.action}`).sort()).toEqual([
      'ENTRY END',
      'TASK KEEP',
    ]);
    expect(city.feeder.eventsOf(replayApproved).filter((one) => one.data.replayId === id)).toEqual([]);
    expect(await refusal(city.act(id, 'apply'))).toEqual([409, 'REPLAY_REFUSED']);
  });

  test('with the new difference when an owner finds under its lock that its world has moved on', async () => {
    const { flag, id, check } = await approved(city);
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
    expect((await diffOf(city, id, '?look=CHECK')).data.map((row) => row.facts['entryVersion'])).toEqual([2]);
    expect(city.feeder.eventsOf(restorationOrdered).filter((one) => one.data.entryId === flag.entryId)).toEqual([]);
  });
});
