import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  listEntryAdvanced,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryResumed,
  measurePlanHeld,
  measurePlanMade,
} from '@lianxin/contracts';
import { TokenSigner } from '@lianxin/platform';
import { eventually, principalOf } from '@lianxin/testing';
import { clerk, entryHeadOf, held, measures, planOf, WindowCity } from './window.city.ts';

let window: WindowCity;
beforeAll(async () => {
  window = await WindowCity.create();
});
afterAll(() => window?.close());

describe('what is typed about an incident', () => {
  const office = principalOf(['CREDIT_OFFICE']);

  test('keeps no number of a person anywhere, and leaves the system in no file', async () => {
    const company = await window.company();
    await window.list(company, [measures.ban]);
    const made = await window.check({ subjects: [{ usccCode: company.usccCode, name: company.name }] });
    const comment = '经办人李四 320799198901010019 电话 13812345678';
    const override = { card: made.body.cards[0]?.uuid, outcome: 'overridden', overrideReason: { code: 'repaired_pending_sync', comment } };
    expect((await window.decide(made.body.id, [override])).status).toBe(200);
    const page = await window.city.call<{ data: { id: string; checkId: string; comment: string }[] }>(
      window.running,
      office,
      'GET',
      '/api/v1/check-incidents',
    );
    const incident = page.body.data.find((one) => one.checkId === made.body.id);
    expect(incident?.comment).toBe('经办人李四 320799********0019 电话 138****5678');
    const note = { note: '已电话 13812345678 核实' };
    const closed = await window.city.call(window.running, office, 'POST', `/api/v1/check-incidents/${incident?.id}/close`, { body: note });
    expect(closed.body).toMatchObject({ note: '已电话 138****5678 核实' });
    for (const table of ['check_decision', 'check_incident']) {
      const [{ text } = { text: '' }] = await window.city.query<{ text: string }>(
        `SELECT json_agg(row)::text AS text FROM window_check.${table} AS row`,
      );
      expect(text).toContain('李四');
      expect(text).not.toContain('320799198901010019');
      expect(text).not.toContain('13812345678');
    }
    const file = await window.city.download(window.running, office, '/api/v1/check-incidents/export?format=csv');
    expect([file.status, file.bytes.toString('utf8')]).toEqual([200, expect.stringContaining(made.body.number)]);
    expect(file.bytes.toString('utf8')).not.toContain('李四');
    expect(file.bytes.toString('utf8')).not.toContain('核实');
  });
});

describe('the slip and what a check shows to be wrong', () => {
  const foreign = principalOf(['DEPT_HANDLER'], ['CZJ']);
  const office = principalOf(['CREDIT_OFFICE']);
  interface Incident {
    id: string;
    cause: string;
    checkId: string;
  }
  const incidents = (principal: typeof office) =>
    window.city.call<{ data: Incident[] }>(window.running, principal, 'GET', '/api/v1/check-incidents?status=open');

  async function fetchSlip(id: string, principal = clerk): Promise<Response> {
    const signer = await TokenSigner.create(window.city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
    return fetch(`${window.running.url}/api/v1/checks/${id}/slip.pdf`, {
      headers: { authorization: `Bearer ${await signer.sign(principal)}` },
    });
  }

  test('a check, clean or not, prints with its number; another department gets none', async () => {
    const company = await window.company();
    const clean = await window.check({ subjects: [{ usccCode: company.usccCode, name: company.name }] });
    await window.list(company, [measures.ban]);
    const blocked = await window.check({ subjects: [{ usccCode: company.usccCode, name: company.name }] });
    for (const { body } of [clean, blocked]) {
      const answer = await fetchSlip(body.id);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toContain(`${body.number}.pdf`);
      expect(
        Buffer.from(await answer.arrayBuffer())
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    }
    expect((await fetchSlip(clean.body.id, foreign)).status).toBe(404);
  });

  test("a foreign check answers 404 before its body is looked at; a body that is wrong is told to the check's own department only", async () => {
    const company = await window.company();
    const made = await window.check({ subjects: [{ usccCode: company.usccCode }] });
    const path = `/api/v1/checks/${made.body.id}/feedback`;
    const wrong = { body: { feedback: 'nonsense' } };
    expect((await window.city.call(window.running, foreign, 'POST', path, wrong)).status).toBe(404);
    expect((await window.city.call(window.running, clerk, 'POST', path, wrong)).status).toBe(400);
  });

  test('an override that says the record is wrong is an incident, once; the office closes it with what it found', async () => {
    const company = await window.company();
    await window.list(company, [measures.ban]);
    const made = await window.check({ subjects: [{ usccCode: company.usccCode, name: company.name }] });
    const card = made.body.cards[0]?.uuid;
    const override = (code: string) => window.decide(made.body.id, [{ card, outcome: 'overridden', overrideReason: { code } }]);
    expect((await override('measure_not_applicable')).status).toBe(200);
    const own = async () => (await incidents(office)).body.data.filter((one) => one.checkId === made.body.id);
    expect(await own()).toEqual([]);
    await override('repaired_pending_sync');
    await override('repaired_pending_sync');
    await override('not_same_subject');
    expect((await own()).map((one) => one.cause).sort()).toEqual(['NOT_SAME_SUBJECT', 'REPAIRED_PENDING_SYNC']);
    expect((await incidents(foreign)).body.data).toEqual([]);
    const [first] = await own();
    const close = (principal: typeof office, body: object) =>
      window.city.call(window.running, principal, 'POST', `/api/v1/check-incidents/${first?.id}/close`, { body });
    expect((await close(clerk, { note: '已同步' })).status).toBe(403);
    expect((await close(office, { note: '' })).status).toBe(400);
    expect((await close(office, { note: '修复结果已同步' })).body).toMatchObject({ closedBy: office.id, note: '修复结果已同步' });
    expect((await close(office, { note: '再次' })).status).toBe(409);
  });
});

describe('a reconsideration or lawsuit about the entry (R-6-6)', () => {
  const advanced = (
    plan: ReturnType<typeof planOf>,
    entryVersion: number,
    transition: string,
    reviewKind?: 'RECONSIDERATION' | 'LITIGATION',
  ) =>
    window.feeder.make(listEntryAdvanced, plan.subjectId, {
      ...entryHeadOf(plan, entryVersion, 'ACTIVE'),
      ...{ transition, documentNo: '连政复〔2026〕9号', on: '2026-11-20', ...(reviewKind && { reviewKind }) },
    }).record;

  /** The entry is known here as one in force before anything is said of it. */
  const inForce = (plan: ReturnType<typeof planOf>) =>
    window.feeder.make(listEntryResumed, plan.subjectId, {
      ...{ ...entryHeadOf(plan, 3, 'ACTIVE'), documentNo: '恢复1号', resumedOn: '2026-11-19' },
    }).record;

  test('is told beside the prompt, which blocks as before; another step says nothing of it, its end takes it away, and an old event brings it not back', async () => {
    const company = await window.company();
    const plan = await window.list(company, [measures.ban]);
    const marks = async () => (await window.cardsOf(company)).map(({ indicator, review }) => [indicator, review]);
    expect(await marks()).toEqual([['critical', null]]);
    const begun = advanced(plan, 4, 'T13e', 'RECONSIDERATION');
    await window.feeder.sendRecords([inForce(plan), begun, begun]);
    await eventually('it is marked', async () => (await window.cardsOf(company))[0]?.review === '行政复议中');
    const [card] = await window.cardsOf(company);
    expect([card?.indicator, card?.detail.endsWith('行政复议中，未经决定或裁定不停止执行')]).toEqual(['critical', true]);
    await window.feeder.sendRecords([advanced(plan, 5, 'T16b')]);
    await window.feeder.send(listEntryDisputed, company.subjectId, {
      ...{ ...entryHeadOf(plan, 6, 'ACTIVE'), documentNo: '异议1号', disputedOn: '2026-11-21' },
    });
    await eventually('it is held', async () => (await marks())[0]?.[0] === 'info');
    expect(await marks()).toEqual([['info', '行政复议中']]);
    expect((await window.cardsOf(company))[0]?.detail).toContain('异议处理中；行政复议中');
    await window.feeder.sendRecords([advanced(plan, 7, 'T13f')]);
    await eventually('the mark is gone', async () => (await window.cardsOf(company))[0]?.review === null);
    await window.feeder.sendRecords([advanced(plan, 4, 'T13e', 'LITIGATION'), begun]);
    await window.list(await window.company(), [measures.ban]);
    expect(await marks()).toEqual([['info', null]]);
  });

  test('that is known before the plan marks its first prompt, also where its event did not say of which kind', async () => {
    const [company, other] = [await window.company(), await window.company()];
    const plans = [company, other].map(({ subjectId }) => planOf(subjectId, [measures.ban]));
    const [first, second] = plans as [(typeof plans)[0], (typeof plans)[0]];
    await window.feeder.sendRecords([...plans.map(inForce), advanced(first, 4, 'T13e', 'LITIGATION'), advanced(second, 4, 'T13e')]);
    await eventually(
      'both are known',
      async () =>
        (
          await window.city.query('SELECT 1 FROM window_check.entry_seen WHERE entry_id = ANY ($1) AND review IS NOT NULL', [
            plans.map((plan) => plan.entryId),
          ])
        ).length === 2,
    );
    for (const plan of plans) await window.feeder.send(measurePlanMade, plan.subjectId, plan);
    const cardOf = (one: typeof company) => eventually('it blocks', async () => (await window.cardsOf(one))[0]);
    expect([(await cardOf(company)).review, (await cardOf(other)).review]).toEqual(['行政诉讼中', '行政复议或行政诉讼中']);
    expect((await cardOf(company)).indicator).toBe('critical');
  });

  test('that was sent of an entry which is not in force yet, or is not recognised here, says nothing here: the comparison by night knows neither', async () => {
    const company = await window.company();
    const [plan, foreign] = [planOf(company.subjectId, [measures.ban]), planOf(company.subjectId, [measures.ban])];
    const heard = { ...entryHeadOf(plan, 2, 'HEARING'), transition: 'T6', documentNo: null, on: '2026-11-02' };
    await window.feeder.send(listEntryAdvanced, company.subjectId, heard);
    const last = planOf(company.subjectId, [measures.ban]);
    await window.feeder.sendRecords([advanced(foreign, 2, 'T13e', 'LITIGATION'), inForce(last)]);
    const known = () =>
      window.city.query('SELECT entry_id FROM window_check.entry_seen WHERE entry_id = ANY ($1)', [
        [plan, foreign, last].map((one) => one.entryId),
      ]);
    expect(
      await eventually('the last is known', async () => (await known()).some((row) => row.entry_id === last.entryId) && known()),
    ).toEqual([{ entry_id: last.entryId }]);
  });
});

test('whom an entry still binds after its organisation is gone is asked about again when a dispute about it is over (T22, T13a)', async () => {
  const company = await window.company();
  const plan = await window.list(company, [measures.ban]);
  const dispute = { ...entryHeadOf(plan, 4, 'ACTIVE'), documentNo: '异议1号', disputedOn: '2026-11-20' };
  await window.feeder.send(listEntryDisputed, company.subjectId, dispute);
  const indicators = async () => (await window.cardsOf(company)).map(({ indicator }) => indicator);
  await eventually('it is held', async () => (await indicators())[0] === 'info');
  await window.feeder.send(listEntryDisputeEnded, company.subjectId, {
    ...{ ...entryHeadOf(plan, 6, 'CLOSED_SUBJECT'), outcome: 'DISMISSED', documentNo: '异议1号', endedOn: '2026-11-21' },
  });
  await eventually('it blocks again', async () => (await indicators())[0] === 'critical');
});

test("a hall's clerk may ask about every matter, a department about those that it decides (R-8-6)", async () => {
  const mattersOf = async (principal: typeof clerk) =>
    (await window.city.call<{ data: { code: string }[] }>(window.running, principal, 'GET', '/api/v1/checks/matters')).body.data.map(
      ({ code }) => code,
    );
  expect(await mattersOf(clerk)).toEqual(['SPJY', 'ZFCG-TB']);
  expect(await mattersOf(principalOf(['DEPT_HANDLER'], ['CZJ']))).toEqual(['ZFCG-TB']);
  expect(await mattersOf(principalOf(['DEPT_HANDLER'], ['RSJ']))).toEqual([]);
});

test('every event twice changes no table', async () => {
  const company = await window.company();
  const plan = planOf(company.subjectId, [measures.ban]);
  const first = window.feeder.make(measurePlanMade, company.subjectId, plan);
  const second = window.feeder.make(measurePlanHeld, company.subjectId, held(plan, 'OBJECTION'));
  await window.feeder.sendRecords([first.record, second.record]);
  const state = () => window.city.query('SELECT to_jsonb(plan) AS row FROM window_check.plan WHERE plan_id = $1', [plan.planId]);
  await eventually('it is held', async () => JSON.stringify(await state()).includes('HELD'));
  const before = await state();
  await window.feeder.sendRecords([first.record, second.record]);
  const other = await window.company();
  await window.list(other, [measures.ban]);
  expect(await state()).toEqual(before);
});
