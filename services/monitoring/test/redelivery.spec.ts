import { randomUUIDv7 } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EventData, redeliveryConfirmed, redeliveryDelivered } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { StreamClient } from './event.stream.client.ts';
import { creditOffice, handlerOf, MonitoredCity } from './monitored.city.ts';
import { endOf, Flag, FlagTask, type Saying, say } from './sayings.ts';

type CloudEvent = { id: string; replayid?: string; replaymode?: string } & Record<string, unknown>;
interface Pulled {
  readonly data: CloudEvent[];
  readonly page: { readonly nextCursor: string };
  readonly stream: { readonly sequences: number[] };
}

let city: MonitoredCity;
beforeAll(async () => {
  city = await MonitoredCity.create();
});
afterAll(() => city?.close());

const pull = async (who: typeof creditOffice, query = '') => (await city.get<Pulled>(who, `/api/v1/events?limit=500&${query}`)).body;
const taskOf = (department: string) => new FlagTask(department, 'WAGE-01', endOf('2026-12-25'), endOf('2026-12-30'));

/** One event sent again to a department, as the journal says it. */
function again(redeliveryId: string, departmentCode: string, { event }: Saying, position: number, of: number, packed = false): Saying {
  const { causationId, actor, replayId, traceparent, data, ...attributes } = event;
  const original: EventData<typeof redeliveryDelivered>['event'] = {
    ...{ ...attributes, causationId: causationId ?? null, actor: actor ?? null },
    data: packed ? { gzip: gzipSync(JSON.stringify(data)).toString('base64') } : { json: data },
  };
  return say(redeliveryDelivered, redeliveryId, { redeliveryId, departmentCode, position, of, event: original });
}

function told(department: string) {
  const flag = new Flag('BL-WAGE', 'RSJ');
  const task = taskOf(department);
  const said = [flag.dispatched([task]), task.acknowledged(flag)];
  return { said, flag };
}

test('events come again after the cursor of their reader, with their ids, as they were but for the mark, to that department alone', async () => {
  const { said } = told('GGZY');
  await city.hear(...said);
  const news = await pull(handlerOf('GGZY'));
  const [ofCity, ofOther] = [(await pull(creditOffice)).data.length, (await pull(handlerOf('WMB'))).data.length];
  const id = randomUUIDv7();
  await city.hear(...said.map((saying, index) => again(id, 'GGZY', saying, index + 1, 2, index === 1)));
  const more = await pull(handlerOf('GGZY'), `after=${news.page.nextCursor}`);
  expect(more.data).toEqual(news.data.map((event) => ({ ...event, replayid: id, replaymode: 'redelivery' })));
  expect(more.stream.sequences).toEqual([3, 4]);
  expect(news.data.every((event) => event.replayid === undefined && event.replaymode === undefined)).toBe(true);
  expect((await pull(creditOffice)).data).toHaveLength(ofCity);
  expect((await pull(handlerOf('WMB'))).data).toHaveLength(ofOther);
  expect((await pull(creditOffice, 'department=GGZY')).data).toHaveLength(4);
});

test('an open stream gets them too, with the mark and the type of the original', async () => {
  const { said } = told('JTJ');
  await city.hear(...said);
  const client = await StreamClient.open(city, handlerOf('JTJ'), '?types=lianxin.task.dispatched.v1');
  const id = randomUUIDv7();
  await city.send(...said.map((saying, index) => again(id, 'JTJ', saying, index + 1, 2)));
  await eventually('it has come', () => client.received.length === 1);
  client.close();
  expect(client.received[0]).toMatchObject({
    type: 'lianxin.task.dispatched.v1',
    event: { id: said[0]?.event.id, replayid: id, replaymode: 'redelivery' },
  });
});

test('delivered twice, or heard again from the beginning, a redelivery is there once; asked for twice, twice', async () => {
  const { said } = told('TYJ');
  await city.hear(...said);
  const [first, second] = [randomUUIDv7(), randomUUIDv7()];
  const copies = said.map((saying, index) => again(first, 'TYJ', saying, index + 1, 2));
  await city.hear(...copies, ...copies);
  await city.city.query('TRUNCATE monitoring.inbox');
  await city.hear(...copies);
  expect((await pull(handlerOf('TYJ'))).data).toHaveLength(4);
  // Known copies are passed over; none of them fails and is parked.
  expect(await city.city.query('SELECT * FROM monitoring.parked_key')).toEqual([]);
  await city.hear(...said.map((saying, index) => again(second, 'TYJ', saying, index + 1, 2)));
  const before = await city.told();
  await city.running.close();
  await city.city.query('TRUNCATE monitoring.consumer_position, monitoring.inbox');
  await city.restart();
  await city.caughtUp();
  expect(await city.told()).toEqual(before);
  expect((await pull(handlerOf('TYJ'))).data.map((event) => event.replayid)).toEqual([undefined, undefined, first, first, second, second]);
});

test('a redelivery moves no figure, and that it was let go is news for the city alone', async () => {
  const { said, flag } = told('WGLJ');
  await city.hear(...said, flag.activated('2026-11-02'));
  const before = await city.readModel();
  const id = randomUUIDv7();
  const confirmed = say(redeliveryConfirmed, id, {
    redeliveryId: id,
    departmentCode: 'WGLJ',
    scope: { entryId: flag.entryId },
    types: null,
    events: 2,
  });
  await city.hear(confirmed, ...said.map((saying, index) => again(id, 'WGLJ', saying, index + 1, 2)));
  expect(await city.readModel()).toEqual(before);
  expect(await city.wrongCounters()).toEqual([]);
  expect((await pull(creditOffice, 'types=lianxin.redelivery.confirmed.v1')).data.map((event) => event.id)).toEqual([confirmed.event.id]);
  expect((await pull(handlerOf('WGLJ'))).data.filter((event) => event['type'] === redeliveryConfirmed.type)).toEqual([]);
});

test('what an event tells departments of a later version is no news when everything is heard again', async () => {
  const { said } = told('SWJ');
  await city.hear(...said);
  // As if the version that heard it first had told the department nothing of it.
  await city.city.query("DELETE FROM monitoring.stream_event WHERE receiver = 'SWJ'");
  await city.running.close();
  await city.city.query('TRUNCATE monitoring.consumer_position, monitoring.inbox');
  await city.restart();
  await city.caughtUp();
  expect((await pull(handlerOf('SWJ'))).data).toEqual([]);
});

test('a longer retention, or hearing everything again, does not bring back as news what has left the streams', async () => {
  const { said } = told('SLJ');
  const recorded = new Date(Date.now() - 3 * 86_400_000).toISOString();
  await city.hear(
    ...said.map((one) => ({ ...one, record: { ...one.record, headers: { ...one.record.headers, ce_recordedtime: recorded } } })),
  );
  expect((await pull(handlerOf('SLJ'))).data).toHaveLength(2);
  await city.city.query(
    "UPDATE monitoring.stream_event SET appended_at = $1 WHERE event_id IN (SELECT event_id FROM monitoring.stream_event WHERE receiver = 'SLJ')",
    [recorded],
  );
  await city.restart({ LIANXIN_STREAM_RETENTION_DAYS: '2' });
  await eventually('they have gone', async () => (await pull(handlerOf('SLJ'))).data.length === 0);
  await city.running.close();
  await city.city.query('TRUNCATE monitoring.consumer_position, monitoring.inbox');
  await city.restart({ LIANXIN_STREAM_RETENTION_DAYS: '400' });
  await city.caughtUp();
  expect((await pull(handlerOf('SLJ'))).data).toEqual([]);
  // Asked for, it comes again all the same, from where it still is.
  await city.hear(...said.map((saying, index) => again(randomUUIDv7(), 'SLJ', saying, index + 1, 2)));
  expect((await pull(handlerOf('SLJ'))).data.map((event) => event.replaymode)).toEqual(['redelivery', 'redelivery']);
});
