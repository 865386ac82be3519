import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isTold, type ListEntryView, listEntryPublicationOrdered, type Page, type Principal, type ReplayChange } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import type { EntryPublications, OrderView } from '../src/publication-order.view.ts';
import { creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { today } from './designations.ts';
import { caseOf, Replay, ReplayCases } from './replays.ts';

// What of a replay reaches the channels outside (product §A.4, decision 0018).

let lists: ListCity;
let cases: ReplayCases;
beforeAll(async () => {
  lists = await ListCity.create();
  cases = new ReplayCases(lists);
});
afterAll(() => lists?.close());

const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
const voids: ReplayChange = { kind: 'VOID_ENTRY', effect: 'VOID' };
const ordersOf = async (entry: { readonly id: string }) =>
  (await lists.call<EntryPublications>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}/publications`)).body.data;
const states = async (entry: { readonly id: string }) =>
  (await ordersOf(entry)).map(({ channel, action, state, replay }) => `${channel} ${action} ${state} ${replay?.mode ?? '-'}`);
const orderedEvents = (entry: { readonly id: string }) =>
  lists.feeder.eventsOf(listEntryPublicationOrdered).filter(({ data }) => data.entryId === entry.id);
async function replayed(entry: ListEntryView, change: ReplayChange, sideEffects: 'none' | 'internal' | 'notify') {
  const replay = new Replay(lists);
  const [planned] = await replay.ask([caseOf(entry)], change);
  if (planned === undefined) throw new Error('no answer');
  await replay.approve(planned, { sideEffects });
  await replay.answer();
  return { replay, planned };
}
const release = (id: string | undefined, principal: Principal) =>
  lists.call<OrderView & { code?: string }>(principal, 'POST', `/api/v1/publications/${id}/release`);
const longer: ReplayChange = { kind: 'CORRECT_ENTRY', facts: { validTo: '2028-06-30' } };
const inForceTo = (validTo: string) => cases.listed('BL-TAX', { validTo });

test.each(['none', 'internal'] as const)(
  'more of a punishment waits (%s): no channel is asked, none can confirm it, what was asked before goes on; approved twice it waits once',
  async (mode) => {
    const entry = await inForceTo('2027-06-30');
    await eventually('the channels are asked', () => orderedEvents(entry).length === 1);
    const { replay, planned } = await replayed(entry, longer, mode);
    const waiting = [
      `UNIT_SITE PUBLISH OPEN -`,
      `UNIT_SITE PUBLISH WITHHELD ${mode}`,
      'XYZG PUBLISH OPEN -',
      `XYZG PUBLISH WITHHELD ${mode}`,
    ];
    expect(await states(entry)).toEqual(waiting);
    await replay.approve(planned, { sideEffects: mode });
    await eventually('it is answered again', async () => (await replay.answer()).done.length === 2);
    expect([await states(entry), orderedEvents(entry).length]).toEqual([waiting, 1]);
    const [asked, withheld] = await ordersOf(entry);
    const receipt = (id: string | undefined) => lists.call(taxOffice, 'POST', `/api/v1/publications/${id}/receipt`, { doneOn: today });
    expect([(await receipt(withheld?.id)).status, (await receipt(asked?.id)).status]).toEqual([409, 200]);
    const timers = await lists.city.query('SELECT 1 FROM list_matching.timer WHERE reference = $1', [withheld?.id]);
    expect(timers).toEqual([]);
    const path = `/api/v1/publications?state=WITHHELD&entryId=${entry.id}`;
    expect((await lists.call<Page<OrderView>>(taxOffice, 'GET', path)).body.data.map(({ replay: by }) => by)).toEqual(
      [1, 2].map(() => ({ id: replay.id, mode })),
    );
    const last = (await cases.factsOf(entry)).timeline.at(-1);
    expect(last?.detail['replay']).toEqual({ id: replay.id, mode });
  },
);

test('a person of the unit or of the office has it asked after all, once; whom it does not concern is refused', async () => {
  const entry = await inForceTo('2027-06-30');
  await replayed(entry, longer, 'internal');
  const [asked, withheld] = await ordersOf(entry);
  expect([(await release(withheld?.id, wageOffice)).status, (await release(withheld?.id, centre)).status]).toEqual([404, 403]);
  expect((await release(asked?.id, taxOffice)).body.code).toBe('CONFLICT');
  expect((await release(withheld?.id, creditOffice)).body).toMatchObject({ action: 'PUBLISH', state: 'OPEN', replay: null });
  expect((await release(withheld?.id, taxOffice)).body.code).toBe('CONFLICT');
  expect((await states(entry)).slice(0, 3)).toEqual([
    'UNIT_SITE PUBLISH SUPERSEDED -',
    'UNIT_SITE PUBLISH SUPERSEDED internal',
    'UNIT_SITE PUBLISH OPEN -',
  ]);
  await eventually('the channel is asked', () => orderedEvents(entry).length === 2);
});

test('the next ordinary step has it asked, but not while somebody disputes it', async () => {
  const entry = await inForceTo('2027-06-30');
  await replayed(entry, longer, 'none');
  const document = (name: string) => ({ document: { name, number: `${name}1号`, date: today } });
  const act = async (step: string, body: object) =>
    expect((await lists.call(creditOffice, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, body)).status).toBe(200);
  await act('dispute', document('异议受理书'));
  expect((await states(entry)).filter((state) => state.includes('WITHHELD'))).toHaveLength(2);
  const [, withheld] = await ordersOf(entry);
  expect((await release(withheld?.id, creditOffice)).body.code).toBe('PUBLICATION_NOT_ALLOWED');
  await act('end-dispute', { ...document('异议处理书'), outcome: 'DISMISSED' });
  expect((await states(entry)).filter((state) => state.endsWith('PUBLISH OPEN -'))).toHaveLength(2);
  expect((await states(entry)).filter((state) => state.includes('WITHHELD'))).toEqual([]);
});

test('where every channel has refused, nothing is asked at the end of the entry, and what waited does not wait for ever', async () => {
  const entry = await inForceTo('2027-06-30');
  await replayed(entry, longer, 'none');
  const refuse = async (order: OrderView, principal: Principal) => {
    const refusal = { outcome: 'REFUSED', doneOn: today, note: '平台不收' };
    expect((await lists.call(principal, 'POST', `/api/v1/publications/${order.id}/receipt`, refusal)).status).toBe(200);
  };
  const orders = await ordersOf(entry);
  for (const order of orders.filter(({ state }) => state === 'OPEN')) await refuse(order, order.channel === 'XYZG' ? centre : taxOffice);
  const exit = { ground: 'DUTIES_PERFORMED', documentNo: '退〔2026〕3号', date: today };
  const { body } = await lists.call<ListEntryView>(taxOffice, 'POST', `/api/v1/list-entries/${entry.id}/exit`, exit);
  expect(body.status).toBe('EXPIRED');
  expect(await states(entry)).toEqual([
    'UNIT_SITE PUBLISH REFUSED -',
    'UNIT_SITE PUBLISH SUPERSEDED none',
    'XYZG PUBLISH REFUSED -',
    'XYZG PUBLISH SUPERSEDED none',
  ]);
  const path = `/api/v1/publications?state=WITHHELD&entryId=${entry.id}`;
  expect((await lists.call<Page<OrderView>>(taxOffice, 'GET', path)).body.data).toEqual([]);
  const waited = orders.find(({ state }) => state === 'WITHHELD');
  expect((await release(waited?.id, taxOffice)).body.code).toBe('CONFLICT');
});

test('what waits is never taken for shown: the end of the entry is asked of every channel, in every mode, and its unit is told', async () => {
  const entry = await inForceTo('2027-06-30');
  await replayed(entry, longer, 'none');
  await replayed(entry, voids, 'none');
  expect((await states(entry)).filter((state) => state.includes('WITHDRAW'))).toEqual([
    'UNIT_SITE WITHDRAW OPEN none',
    'XYZG WITHDRAW OPEN none',
  ]);
  expect((await states(entry)).filter((state) => state.includes('WITHHELD'))).toEqual([]);
  const told = await eventually('it is told', () => orderedEvents(entry).find(({ data }) => data.orders[0]?.action === 'WITHDRAW'));
  expect([told.replayMode, isTold(told, 'SHUIJ')]).toEqual(['none', true]);
});

test('what is shown wrongly is corrected at once, and an honour that is given back is shown, in every mode', async () => {
  const entry = await inForceTo('2028-12-31');
  await replayed(entry, { kind: 'CORRECT_ENTRY', facts: { validTo: '2027-06-30' } }, 'none');
  expect((await states(entry)).filter((state) => state.endsWith('OPEN none'))).toHaveLength(2);
  const { honour, black } = await cases.wronglyExcluded();
  await replayed(black, voids, 'none');
  const [back] = await lists.city.query<{ id: string }>('SELECT id FROM list_matching.list_entry WHERE restores = $1', [honour.id]);
  const shown = await states({ id: back?.id ?? '' });
  expect([shown.length > 0, shown.every((state) => state.endsWith('PUBLISH OPEN none'))]).toEqual([true, true]);
});

test('more of a punishment is asked of the channels as always where the replay tells everybody', async () => {
  const entry = await inForceTo('2027-06-30');
  await replayed(entry, longer, 'notify');
  expect((await states(entry)).filter((state) => state.endsWith('OPEN notify'))).toHaveLength(2);
});
