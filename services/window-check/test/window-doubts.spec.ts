import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EventData, matchDecided } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { type Company, clerk, foodHandler, measures, WindowCity } from './window.city.ts';

const office = principalOf(['CREDIT_OFFICE']);
const otherClerk = principalOf(['WINDOW_CLERK'], ['DATAJ'], 'DATAJ:second');

let window: WindowCity;
beforeAll(async () => {
  window = await WindowCity.create();
});
afterAll(() => window?.close());

let cases = 0;
async function ask(company: Company, principal = otherClerk) {
  const caseNo = `办件-${++cases}`;
  const { body } = await window.check(
    { subjects: [{ usccCode: company.usccCode, name: company.name }], matter: { code: 'SPJY', caseNo } },
    principal,
  );
  const [card] = body.cards;
  if (card === undefined) throw new Error('no prompt');
  return { id: body.id, card };
}
/** A company that is blocked, and a clerk who says of the prompt that it means somebody else. */
async function doubted(code = 'not_same_subject') {
  const company = await window.company();
  const plan = await window.list(company, [measures.ban]);
  const { id, card } = await ask(company, clerk);
  const answer = await window.decide(id, [{ card: card.uuid, outcome: 'overridden', overrideReason: { code, comment: '证照号不同' } }]);
  expect(answer.status).toBe(200);
  return { company, plan, checkId: id, card };
}
type Doubted = Awaited<ReturnType<typeof doubted>>;
const verdictOf = ({ company, plan }: Doubted, over: Partial<EventData<typeof matchDecided>> = {}): EventData<typeof matchDecided> => ({
  candidateId: randomUUID(),
  sourceKind: 'WINDOW_CHECK',
  sourceId: plan.entryId,
  subjectId: company.subjectId,
  grade: 'CONFLICT',
  rule: 'W1',
  departmentCode: 'SCJGJ',
  verdict: 'SAME',
  decidedBy: 'CITY:CREDIT_OFFICE',
  ...over,
});
const say = (doubt: Doubted, over: Partial<EventData<typeof matchDecided>> = {}) =>
  window.feeder.send(matchDecided, doubt.company.subjectId, verdictOf(doubt, over));
const incidentsOf = async ({ company }: Doubted) => {
  const page = await window.city.call<{ data: { subjectId: string; closedBy: string | null; note: string | null }[] }>(
    window.running,
    office,
    'GET',
    '/api/v1/check-incidents?limit=200',
  );
  return page.body.data.filter((incident) => incident.subjectId === company.subjectId);
};
/** Everything said before has been heard. */
async function allHeard(): Promise<void> {
  const last = await doubted();
  await say(last);
  await eventually('the last word has been heard', async () => (await ask(last.company)).card.answered === null);
}

describe('"not the same subject" at a window, until a person has looked', () => {
  test('does not ask the same department again, frees nobody, and is unknown to others', async () => {
    const { company } = await doubted();
    const again = await ask(company);
    expect(again.card).toMatchObject({ indicator: 'critical', answered: { outcome: 'overridden' } });
    expect(again.card.detail).toContain('待信用办核实，核实前提示仍然有效');
    const elsewhere = await ask(company, foodHandler);
    expect(elsewhere.card).toMatchObject({ indicator: 'critical', answered: null });
    expect(elsewhere.card.detail).not.toContain('核实');
  });

  test('can be decided otherwise in the next case; in the same case that takes it back', async () => {
    const doubt = await doubted();
    const next = await ask(doubt.company);
    expect((await window.decide(next.id, [{ card: next.card.uuid, outcome: 'accepted' }], otherClerk)).status).toBe(200);
    expect((await ask(doubt.company)).card.answered?.outcome).toBe('overridden');
    expect((await window.decide(doubt.checkId, [{ card: doubt.card.uuid, outcome: 'accepted' }])).status).toBe(200);
    expect((await ask(doubt.company)).card.answered).toBeNull();
  });

  test.each(['repaired_pending_sync', 'measure_not_applicable', 'other'])('is not remembered for the reason %s', async (code) => {
    const { company } = await doubted(code);
    expect((await ask(company)).card.answered).toBeNull();
  });

  test('where nothing restricts, nothing is remembered', async () => {
    const company = await window.company();
    await window.list(company, [measures.ban]);
    const { body } = await window.check({ subjects: [{ usccCode: company.usccCode }] });
    const [card] = body.cards;
    expect(card?.indicator).toBe('info');
    // Nothing may rest on an identity that is not certain (R-11-1).
    expect((await window.decide(body.id, [{ card: card?.uuid, outcome: 'accepted' }])).body.errors?.[0]?.pointer).toBe(
      '/feedback/0/acceptedMeasures',
    );
    const override = { card: card?.uuid, outcome: 'overridden', overrideReason: { code: 'not_same_subject' } };
    expect((await window.decide(body.id, [override])).status).toBe(200);
    expect((await ask(company)).card).toMatchObject({ indicator: 'critical', answered: null });
  });
});

describe('when the credit office has looked', () => {
  test.each([
    ['SAME', '为同一主体'],
    ['DIFFERENT', '不是同一主体'],
    ['NOT_NEEDED', '无须再核'],
  ] as const)('%s: windows ask again while the entry stands, the incident is closed with the answer', async (verdict, note) => {
    const doubt = await doubted();
    expect(await incidentsOf(doubt)).toMatchObject([{ closedBy: null }]);
    await say(doubt, { verdict });
    await eventually('the window asks again', async () => (await ask(doubt.company)).card.answered === null);
    expect(await incidentsOf(doubt)).toMatchObject([{ closedBy: 'CITY:CREDIT_OFFICE', note: expect.stringContaining(note) }]);
  });

  test('reported once more after that, it is a question again; the old answer heard again does not answer it', async () => {
    const doubt = await doubted();
    const { record } = window.feeder.make(matchDecided, doubt.company.subjectId, verdictOf(doubt));
    await window.feeder.sendRecords([record]);
    const again = await eventually('the window asks again', async () => {
      const asked = await ask(doubt.company, clerk);
      return asked.card.answered === null && asked;
    });
    const override = { card: again.card.uuid, outcome: 'overridden', overrideReason: { code: 'not_same_subject' } };
    expect((await window.decide(again.id, [override])).status).toBe(200);
    await window.feeder.sendRecords([record, { ...record, headers: { ...record.headers, ce_id: randomUUID() } }]);
    await allHeard();
    expect((await ask(doubt.company)).card.answered?.outcome).toBe('overridden');
  });

  test('an answer about another entry, another subject or another kind of record answers nothing', async () => {
    const doubt = await doubted();
    await say(doubt, { sourceId: randomUUID() });
    await say(doubt, { subjectId: randomUUID() });
    await say(doubt, { sourceKind: 'LIST_ENTRY' });
    await allHeard();
    expect((await ask(doubt.company)).card.answered?.outcome).toBe('overridden');
    expect(await incidentsOf(doubt)).toMatchObject([{ closedBy: null }]);
  });
});
