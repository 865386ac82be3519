import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays, beijingDate, calendar2026 } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { daysAgo, type FlagBody, flagOf, partyOf } from '../../../test/support/flags.ts';
import { inParallel } from '../src/demo.api.ts';
import { demoEntries } from '../src/demo.city.ts';
import { admin, approverOf, handlerOf, office, ReplayCity, secondAdmin } from './replay.city.ts';

const patienceMs = 240_000;
const today = beijingDate(new Date());
const wrong = { change: { kind: 'VOID_ENTRY', effect: 'VOID' }, ground: 'REVOKING_DOCUMENT', documentNo: '连人社撤〔2026〕1号' };
const nothing = { added: 0, withdrawn: 0, changed: 0, kept: 0, restored: 0, changing: 0, refused: 0, failed: 0, findings: 0 };
let city: ReplayCity;

beforeAll(async () => {
  city = await ReplayCity.create();
}, patienceMs);
afterAll(() => city?.close(), patienceMs);

/** A replay in which nothing is otherwise finds nothing: of one subject, or of everything. */
async function isAsItShouldBe(scope: Record<string, unknown>): Promise<void> {
  const replay = await city.planned({ scope });
  const found = { failures: replay.failures, figures: replay.figures, rows: (await city.difference(replay.id)).slice(0, 10) };
  expect(found).toEqual({ failures: [], figures: expect.objectContaining(nothing), rows: [] });
}
const everything = { period: { activatedFrom: '2020-01-01', activatedTo: '2030-12-31' } };
const onSubjectOf = (source: FlagBody, body: FlagBody): FlagBody => ({ ...body, subject: source.subject });

describe('a replay of the demo city', () => {
  test(
    'with nothing changed has an empty difference for every case',
    async () => {
      const entries = demoEntries(today, calendar2026);
      await inParallel(entries, 6, async ({ department, request }) => {
        await city.entry(handlerOf(department), 'POST', '', request);
      });
      await eventually('the journal knows every entry', async () => (await city.planned({ scope: everything })).cases === entries.length);
      await isAsItShouldBe(everything);
    },
    patienceMs,
  );
});

const correctedBy = { ground: 'DESIGNATOR_CORRECTION', documentNo: '连人社更〔2026〕1号' };
const closeGate = (row: Record<string, unknown>) => ({
  bases: (row['bases'] as object[]).map((basis) => ({ ...basis, verified: false })),
});

describe('an objection while it is verified (R-6-4)', () => {
  test(
    'lets every task of the entry rest; of a court list it lets none rest, for its review does not stop execution; of neither a replay finds anything',
    async () => {
      const [wage, court] = [await city.flagged(flagOf('BL-WAGE')), await city.flagged(flagOf('BL-COURT'))];
      const before = await city.standing(court.id);
      expect(before.length).toBeGreaterThan(10);
      await city.disputed(wage);
      await city.disputed(court);
      expect(await city.standing(wage.id)).toEqual([]);
      expect(new Set((await city.tasks(wage.id)).map((task) => task.status))).toEqual(new Set(['ON_HOLD']));
      expect(await city.standing(court.id)).toEqual(before);
      for (const { id } of [wage, court]) {
        expect((await city.entry(office, 'GET', `/${id}`)).disputed).toBe(true);
        await isAsItShouldBe({ entryId: id });
      }
    },
    patienceMs,
  );
});

describe('facts of an entry that were wrong', () => {
  test(
    'a condition that was not proved: the entry stays in force, the tasks that rest on the condition go, all others stay',
    async () => {
      const conditions = [{ code: 'FOOD_DRUG', documentNo: '连市监〔2026〕7号' }];
      const proved = await city.flagged(flagOf('BL-MKT', { conditions }));
      const plain = await city.flagged(flagOf('BL-MKT'));
      const measuresOf = async (id: string) =>
        (await city.tasks(id))
          .filter((task) => task.status === 'DISPATCHED')
          .map((task) => `${task.measureCode} ${task.departmentCode}`)
          .sort();
      const [before, wanted] = [await measuresOf(proved.id), await measuresOf(plain.id)];
      expect(before.length).toBeGreaterThan(wanted.length);
      const facts = { conditions: [] };
      const replay = await city.planned({ scope: { entryId: proved.id }, change: { kind: 'CORRECT_ENTRY', facts }, ...correctedBy });
      expect(await city.actions(replay.id)).toEqual(['ENTRY CORRECT', 'MEASURE WITHDRAW', 'PLAN CHANGE', 'TASK WITHDRAW']);
      expect(await measuresOf(proved.id)).toEqual(before);
      await city.applied(replay);
      expect(await measuresOf(proved.id)).toEqual(wanted);
      expect((await city.entry(office, 'GET', `/${proved.id}`)).status).toBe('ACTIVE');
      await isAsItShouldBe({ entryId: proved.id });
    },
    patienceMs,
  );
});

describe('another version of the catalogue', () => {
  const isOf = (code: string) => (task: { measureCode: string }) => task.measureCode === code;

  test(
    'an earlier decision comes under the version of its day; a version named by a replay counts, and no later re-planning undoes it',
    async () => {
      const old = await city.flagged(flagOf('BL-WAGE'));
      const other = { canonicalCode: 'NEW-BAN', nameZh: '新限制' };
      await city.newVersion('关闭 WAGE-02，增加 WAGE-99', [
        { code: 'WAGE-02', change: closeGate },
        { code: 'WAGE-01', as: 'WAGE-99', change: () => other },
      ]);
      await eventually('its tasks are withdrawn', async () => (await city.living(old.id, 'WAGE-02')).length === 0);
      const late = flagOf('BL-WAGE');
      const served = { decisionServedOn: today, repairNoticeServedOn: today, method: 'DIRECT' };
      const fresh = await city.flagged({ ...late, decision: { ...late.decision, date: today }, service: served });
      const newTasks = await eventually('the new measure meets who is decided now', async () => {
        const found = (await city.tasks(fresh.id)).filter(isOf('WAGE-99'));
        return found.length > 0 && found;
      });

      const facts = { decisionDate: daysAgo(1) };
      const earlier = await city.planned({ scope: { entryId: fresh.id }, change: { kind: 'CORRECT_ENTRY', facts }, ...correctedBy });
      const rows = (await city.difference(earlier.id)).filter((row) => row.kind === 'TASK');
      expect(rows.map((row) => `${row.action} ${row.id}`).sort()).toEqual(newTasks.map((task) => `WITHDRAW ${task.id}`).sort());
      await city.applied(earlier);
      expect(await city.living(fresh.id, 'WAGE-99')).toEqual([]);
      await isAsItShouldBe({ entryId: fresh.id });

      const byVersion = { scope: { entryId: old.id }, change: { kind: 'CATALOGUE_VERSION', version: 2 } };
      const named = await city.planned({ ...byVersion, ...correctedBy });
      expect(named.figures).toMatchObject({ added: newTasks.length, withdrawn: 0, addsRestriction: true });
      expect(await city.post(secondAdmin, `/${named.id}/approve`, { sha256: named.sha256 })).toMatchObject({
        status: 409,
        body: { code: 'CONFIRMATION_REQUIRED' },
      });
      expect((await city.post(approverOf('SCJGJ'), `/${named.id}/confirm`, { sha256: named.sha256 })).status).toBeGreaterThan(399);
      expect((await city.post(approverOf('RSJ'), `/${named.id}/confirm`, { sha256: named.sha256 })).status).toBe(200);
      await city.applied(named);
      expect(await city.living(old.id, 'WAGE-99')).toHaveLength(newTasks.length);
      await isAsItShouldBe({ entryId: old.id });

      await city.newVersion('关闭 WAGE-03', [{ code: 'WAGE-03', change: closeGate }]);
      await eventually('what the newer version withdraws goes', async () => (await city.living(old.id, 'WAGE-03')).length === 0);
      expect(await city.living(old.id, 'WAGE-99')).toHaveLength(newTasks.length);
      expect(await city.living(fresh.id, 'WAGE-99')).toEqual([]);
      await isAsItShouldBe({ entryId: old.id });
      await isAsItShouldBe({ entryId: fresh.id });
    },
    patienceMs,
  );
});

describe('a fault of the system', () => {
  test(
    'only lifts: what would add a restriction is refused, whoever confirms it, and nothing changes',
    async () => {
      const conditions = [{ code: 'FOOD_DRUG', documentNo: '连市监〔2026〕7号' }];
      const entry = await city.flagged(flagOf('BL-MKT'));
      const before = await city.tasks(entry.id);
      const replay = await city.planned({
        scope: { entryId: entry.id },
        change: { kind: 'CORRECT_ENTRY', facts: { conditions } },
        ...{ ground: 'SYSTEM_FAULT', documentNo: '运维〔2026〕1号' },
      });
      expect(await city.actions(replay.id)).toEqual(expect.arrayContaining(['TASK ADD']));
      const refused = { status: 409, body: { code: 'SYSTEM_FAULT_ONLY_LIFTS' } };
      expect(await city.post(secondAdmin, `/${replay.id}/approve`, { sha256: replay.sha256 })).toMatchObject(refused);
      await city.post(approverOf('SCJGJ'), `/${replay.id}/confirm`, { sha256: replay.sha256 });
      expect(await city.post(secondAdmin, `/${replay.id}/approve`, { sha256: replay.sha256 })).toMatchObject(refused);
      expect((await city.post(admin, `/${replay.id}/apply`)).status).toBe(409);
      expect((await city.replay(replay.id)).status).toBe('PLANNED');
      expect(await city.tasks(entry.id)).toEqual(before);
      await isAsItShouldBe({ entryId: entry.id });
    },
    patienceMs,
  );
});

describe('a wrong black entry', () => {
  test(
    'that excluded an honour and was executed: the honour returns, its rewards with it, and reputation is restored',
    async () => {
      const honour = flagOf('RL-CREDIT');
      const red = await city.flagged(honour);
      const rewards = await city.standing(red.id);
      const black = await city.flagged(onSubjectOf(honour, flagOf('BL-WAGE', { parties: [partyOf('LEGAL_REPRESENTATIVE')] })));
      await eventually('the honour is excluded', async () => (await city.entry(office, 'GET', `/${red.id}`)).status === 'EXCLUDED');
      const executed = await eventually('a one-off task is there', async () =>
        (await city.tasks(black.id)).find((task) => task.departmentCode === 'WMB' && task.measureCode === 'WAGE-07'),
      );
      await city.carriedOut(executed);
      await isAsItShouldBe({ subjectId: red.subject.id });

      const replay = await city.planned({ scope: { entryId: black.id }, ...wrong });
      const actions = await city.actions(replay.id);
      expect(actions).toEqual(expect.arrayContaining(['ENTRY END', 'ENTRY RETURN', 'TASK ADD', 'TASK RESTORE', 'TASK WITHDRAW']));
      expect((await city.entry(office, 'GET', `/${black.id}`)).status).toBe('ACTIVE');
      expect((await city.post(admin, `/${replay.id}/approve`)).status).toBe(403);
      const applied = await city.applied(replay);
      expect((await city.entry(office, 'GET', `/${black.id}`)).status).toBe('CORRECTED');
      const restoring = await eventually('reputation is to be restored', async () =>
        (await city.tasks(black.id)).find((task) => task.kind === 'RESTORE' && task.departmentCode === 'WMB'),
      );
      expect(restoring.status).toBe('DISPATCHED');
      expect(await city.rewardsOfReturned(red)).toEqual(rewards);
      expect(await city.standing(black.id)).toEqual([]);
      await isAsItShouldBe({ subjectId: red.subject.id });
      // Twice changes nothing.
      expect((await city.post(admin, `/${replay.id}/apply`)).body.version).toBe(applied.version);
    },
    patienceMs,
  );

  test(
    'that kept tasks alive beside another basis: those stay on the other, the rest goes',
    async () => {
      const wage = flagOf('BL-WAGE');
      const standing = await city.flagged(wage);
      const black = await city.flagged(onSubjectOf(wage, flagOf('BL-TAX')));
      const shared = await eventually('a task rests on both', async () =>
        (await city.tasks(black.id)).filter((task) => task.bases.some((basis) => basis.entryId === standing.id)),
      );
      expect(shared.length).toBeGreaterThan(0);
      const replay = await city.planned({ scope: { entryId: black.id }, ...wrong });
      const kept = (await city.difference(replay.id)).filter((row) => row.kind === 'TASK' && row.action === 'KEEP');
      expect(kept.map((row) => row.id).sort()).toEqual(shared.map((task) => task.id).sort());
      expect(kept[0]?.facts['keptBy']).toEqual([standing.id]);
      await city.applied(replay);
      const after = await city.tasks(standing.id);
      for (const { id } of shared) expect(after.find((task) => task.id === id)?.status).toBe('DISPATCHED');
      await isAsItShouldBe({ subjectId: standing.subject.id });
    },
    patienceMs,
  );

  test(
    'that changed between plan and apply is refused with the new difference, and nothing is done',
    async () => {
      const black = await city.flagged(flagOf('BL-WAGE'));
      const replay = await city.planned({ scope: { entryId: black.id }, ...wrong });
      await city.entry(handlerOf('RSJ'), 'POST', `/${black.id}/suspend`, {
        ground: 'STOP_EXECUTION',
        documentNo: '（2026）苏07行保1号',
        date: today,
      });
      await city.post({ ...admin, id: 'admin-two' }, `/${replay.id}/approve`);
      await city.post(admin, `/${replay.id}/apply`);
      await city.until(replay.id, 'REFUSED');
      const [row] = (await city.difference(replay.id, '&look=CHECK')).filter((one) => one.kind === 'ENTRY');
      expect(row?.facts['status']).toBe('SUSPENDED');
      expect((await city.entry(office, 'GET', `/${black.id}`)).status).toBe('SUSPENDED');
    },
    patienceMs,
  );

  test(
    'that has meanwhile expired: the honour returns with its rewards, what was done is restored, what nobody did is not',
    async () => {
      const honour = flagOf('RL-CREDIT');
      const red = await city.flagged(honour);
      const rewards = await city.standing(red.id);
      const black = await city.flagged(onSubjectOf(honour, flagOf('BL-BID', { validTo: addDays(today, 3) })));
      await eventually('the honour is excluded', async () => (await city.entry(office, 'GET', `/${red.id}`)).status === 'EXCLUDED');
      const done = (await city.tasks(black.id)).find((task) => task.measureCode === 'GEN-05' && task.departmentCode === 'WMB');
      if (done === undefined) throw new Error('nobody was to refuse an honour');
      await city.carriedOut(done);
      city.city.turnClock(6 * 86_400_000);
      await eventually('the entry has expired', async () => (await city.entry(office, 'GET', `/${black.id}`)).status === 'EXPIRED');
      await isAsItShouldBe({ subjectId: red.subject.id });
      const replay = await city.planned({ scope: { entryId: black.id }, ...wrong });
      const restored = (await city.difference(replay.id)).filter((row) => row.action === 'RESTORE');
      expect(restored.map((row) => row.departmentCode)).toEqual(['WMB']);
      await city.applied(replay);
      expect((await city.entry(office, 'GET', `/${black.id}`)).status).toBe('CORRECTED');
      expect(await city.rewardsOfReturned(red)).toEqual(rewards);
      const restoring = await eventually('reputation is to be restored', async () => {
        const found = (await city.tasks(black.id)).filter((task) => task.kind === 'RESTORE');
        return found.length > 0 && found;
      });
      expect(restoring.map((task) => [task.departmentCode, task.order?.measureCodes])).toEqual([['WMB', ['GEN-05']]]);
      await isAsItShouldBe(everything);
    },
    patienceMs,
  );
});
