import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, principalOf } from '@lianxin/testing';
import { StreamClient } from './event.stream.client.ts';
import { creditOffice, handlerOf, MonitoredCity } from './monitored.city.ts';
import { catalogue, endOf, Flag, FlagTask, type Saying } from './sayings.ts';

interface Pulled {
  readonly data: { id: string; type: string; data: Record<string, unknown> }[];
  readonly page: { readonly nextCursor: string; readonly hasMore: boolean };
  readonly stream: { readonly receiver: string; readonly sequences: number[]; readonly lastSequence: number };
}

const settings = { LIANXIN_STREAM_HEARTBEAT_MS: '200', LIANXIN_STREAM_LIMIT: '6' };
let city: MonitoredCity;
const clients: StreamClient[] = [];

beforeAll(async () => {
  city = await MonitoredCity.create(settings);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await city.close();
});

async function open(principal = creditOffice, query = '', lastEventId?: string): Promise<StreamClient> {
  const client = await StreamClient.open(city, principal, query, lastEventId);
  clients.push(client);
  return client;
}

async function pull(principal: typeof creditOffice, query = ''): Promise<Pulled> {
  const answer = await city.get<Pulled>(principal, `/api/v1/events?${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

const taskOf = (department: string) => new FlagTask(department, 'WAGE-01', endOf('2026-12-25'), endOf('2026-12-30'));
const idsOf = (said: readonly Saying[]) => said.map((saying) => saying.event.id);
const until = (client: StreamClient, count: number) => eventually(`${count} events have come`, () => client.received.length >= count);

describe('who is told what', () => {
  const flag = new Flag('BL-WAGE', 'RSJ');
  const tasks = ['GGZY', 'WMB', 'GGZY'].map(taskOf);
  const said: Saying[] = [];

  beforeAll(async () => {
    const [first, second, third] = tasks as [FlagTask, FlagTask, FlagTask];
    said.push(
      ...catalogue(1, { GGZY: '公共资源交易中心' }),
      flag.activated('2026-11-02'),
      flag.dispatched(tasks, { notices: ['TYJ'] }),
      first.acknowledged(flag),
      flag.held([second, third], { stays: [first] }),
      flag.released([second, third], 'DISPATCHED', { acknowledgeDueAt: endOf('2026-12-28') }),
    );
    const answer = first.feedback(flag, { kind: 'APPLIED' });
    said.push(answer.submitted, answer.approved(), flag.caseOf(first, answer.feedbackId, '2026-11-20'), flag.lifting(tasks));
    await city.hear(...said);
  });

  test('the credit office is told everything, once, under numbers without a gap', async () => {
    const { data, stream, page } = await pull(creditOffice);
    expect(new Set(data.map((event) => event.id))).toEqual(new Set(idsOf(said)));
    expect(stream).toEqual({ receiver: 'CITY', sequences: said.map((_, index) => index + 1), lastSequence: said.length });
    expect(page.hasMore).toBe(false);
  });

  test('a department is told only of its own tasks', async () => {
    const { data } = await pull(handlerOf('GGZY'));
    const [first, , third] = tasks as [FlagTask, FlagTask, FlagTask];
    const dispatched = data.find((event) => event.type === 'lianxin.task.dispatched.v1');
    expect(dispatched?.data).toMatchObject({ tasks: [{ taskId: first.taskId }, { taskId: third.taskId }], notices: [] });
    expect(data.find((event) => event.type === 'lianxin.task.released.v1')?.data).toMatchObject({
      tasks: [{ taskId: third.taskId }],
      due: [{ taskId: third.taskId }],
    });
    expect(data.find((event) => event.type === 'lianxin.task.held.v1')?.data).toMatchObject({
      tasks: [{ taskId: third.taskId }],
      stays: [{ taskId: first.taskId }],
    });
    expect(data.map((event) => event.type.split('.').slice(1, 3).join('.')).sort()).toEqual([
      'case.recorded',
      'feedback.approved',
      'feedback.submitted',
      'task.acknowledged',
      'task.dispatched',
      'task.held',
      'task.lifting',
      'task.released',
    ]);
    const [other] = [tasks[1]];
    expect(JSON.stringify(data)).not.toContain(other?.taskId);
    const held = (await pull(handlerOf('WMB'))).data.find((event) => event.type === 'lianxin.task.held.v1');
    expect(held?.data).toMatchObject({ tasks: [{ taskId: other?.taskId }], stays: [] });
  });

  test('the unit that designates is told of its entries, a unit with a notice of that notice, a stranger of nothing', async () => {
    expect((await pull(handlerOf('RSJ'))).data.map((event) => event.type)).toEqual(['lianxin.list_entry.activated.v1']);
    expect((await pull(handlerOf('TYJ'))).data).toMatchObject([
      { type: 'lianxin.task.dispatched.v1', data: { tasks: [], notices: [{ departmentCode: 'TYJ' }] } },
    ]);
    expect(await pull(handlerOf('SWJ'))).toMatchObject({ data: [], stream: { receiver: 'SWJ', lastSequence: 0 } });
  });

  test('nobody reads another department’s stream; the credit office may look into it', async () => {
    expect((await city.get(handlerOf('WMB'), '/api/v1/events?department=GGZY')).status).toBe(404);
    expect((await city.get(principalOf(['DEPT_HANDLER']), '/api/v1/events')).body).toMatchObject({ code: 'FORBIDDEN' });
    expect((await city.get(principalOf(['DEPT_LIAISON'], ['WMB', 'GGZY']), '/api/v1/events')).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ pointer: '/department' }],
    });
    expect((await pull(creditOffice, 'department=GGZY')).data).toEqual((await pull(handlerOf('GGZY'))).data);
    const foreign = (await pull(handlerOf('GGZY'))).page.nextCursor;
    expect((await city.get(handlerOf('WMB'), `/api/v1/events?after=${foreign}`)).body).toMatchObject({ code: 'CURSOR_INVALID' });
    expect((await city.get(handlerOf('CITY'), '/api/v1/events')).body).toMatchObject({ data: [] });
  });

  test('the database itself shows a department no row of another stream, nor of the city’s', async () => {
    const caller = principalOf(['DEPT_HANDLER'], ['GGZY', 'CITY']);
    for (const table of ['stream_event', 'stream_receiver'])
      expect(await city.asCaller(caller, `SELECT DISTINCT receiver FROM ${table}`)).toEqual([{ receiver: 'GGZY' }]);
    for (const table of ['task', 'feedback', 'figure_row', 'figure_counter', 'recorded_case', 'department'])
      expect([table, await city.asCaller(caller, `SELECT DISTINCT department_code FROM ${table}`)]).toEqual([
        table,
        [{ department_code: 'GGZY' }],
      ]);
    expect(await city.asCaller(caller, 'SELECT 1 FROM entry')).toEqual([]);
    await expect(city.asCaller(creditOffice, 'DELETE FROM stream_event')).rejects.toThrow('permission denied');
  });

  test('events are CloudEvents, and pages can be chosen by type and continued', async () => {
    const types = 'types=lianxin.task.dispatched.v1,lianxin.task.lifting.v1';
    const first = await pull(creditOffice, `${types}&limit=1`);
    expect(first.data).toMatchObject([
      {
        specversion: '1.0',
        type: 'lianxin.task.dispatched.v1',
        datacontenttype: 'application/json',
        subject: flag.subjectId,
        source: 'urn:credit:320700:test',
        dataclassification: 'internal',
      },
    ]);
    expect(first.page.hasMore).toBe(true);
    const second = await pull(creditOffice, `${types}&limit=5&after=${first.page.nextCursor}`);
    expect(second.data.map((event) => event.type)).toEqual(['lianxin.task.lifting.v1']);
    expect((await pull(creditOffice, `after=${second.page.nextCursor}`)).data).toEqual([]);
    const family = (await pull(creditOffice, 'types=lianxin.task.*')).data.map((event) => event.type);
    expect(family).toEqual(expect.arrayContaining(['lianxin.task.dispatched.v1', 'lianxin.task.lifting.v1']));
    expect(family.filter((type) => !type.startsWith('lianxin.task.'))).toEqual([]);
    for (const none of ['lianxin.nothing.v1', 'lianxin.nothing.*', 'lianxin.task.dispatched*', '*'])
      expect((await city.get(creditOffice, `/api/v1/events?types=${none}`)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});

test('a pull that waits is answered as soon as something happens, and empty when nothing does', async () => {
  const flag = new Flag('BL-WAGE', 'ZJJ');
  const { page } = await pull(handlerOf('ZJJ'));
  expect((await pull(handlerOf('ZJJ'), `after=${page.nextCursor}&wait=1`)).data).toEqual([]);
  const waiting = pull(handlerOf('ZJJ'), `after=${page.nextCursor}&wait=20`);
  await city.send(flag.activated('2026-11-02'));
  const { data, stream } = await waiting;
  expect(data.map((event) => event.type)).toEqual(['lianxin.list_entry.activated.v1']);
  expect(stream.sequences).toEqual([1]);
});

test('an open stream tells what happens as it happens, each once, with headers that keep proxies from holding it back', async () => {
  const flag = new Flag('BL-WAGE', 'RSJ');
  await city.hear(flag.dispatched([taskOf('JTJ')]));
  const client = await open(handlerOf('JTJ'));
  expect(Object.fromEntries(client.headers ?? [])).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  expect(client.retryMs).toBe(3000);
  const [own, other] = [taskOf('JTJ'), taskOf('GXJ')];
  await city.hear(flag.dispatched([own, other]), own.acknowledged(flag), other.acknowledged(flag));
  await until(client, 2);
  expect(client.received.map(({ type, event }) => [type, event.type])).toEqual([
    ['lianxin.task.dispatched.v1', 'lianxin.task.dispatched.v1'],
    ['lianxin.task.acknowledged.v1', 'lianxin.task.acknowledged.v1'],
  ]);
  await eventually('an idle stream breathes', () => client.comments.length >= 2);
  expect(client.received).toHaveLength(2);
});

test('a client that comes back with its last id misses nothing and gets nothing twice, also over a restart of the service', async () => {
  const flag = new Flag('BL-WAGE', 'NYNCJ');
  const said = Array.from({ length: 60 }, (_, index) => flag.activated('2026-11-02', index + 1));
  const first = await open(handlerOf('NYNCJ'));
  await city.hear(...said.slice(0, 20));
  await until(first, 20);
  // It stops in the middle, as when its line breaks; more happens, and the service itself goes and comes.
  const seen = first.received.slice(0, 7);
  first.close();
  await city.send(...said.slice(20, 40));
  await city.restart(settings);
  await city.send(...said.slice(40));
  const second = await open(handlerOf('NYNCJ'), '', seen.at(-1)?.id);
  await until(second, 53);
  await city.caughtUp();
  expect([...seen, ...second.received].map(({ event }) => event.id)).toEqual(idsOf(said));
});

test('the id that a stream opens with is enough to come back by, before the first event', async () => {
  const first = await open(handlerOf('WGLJ'));
  first.close();
  const flag = new Flag('BL-WAGE', 'WGLJ');
  await city.hear(flag.activated('2026-11-02'));
  const second = await open(handlerOf('WGLJ'), '', first.lastId);
  await until(second, 1);
  const third = await open(handlerOf('WGLJ'), `?after=${first.lastId}`);
  await until(third, 1);
});

test('a stream ends with the service, at the end of its life, and does not open on a cursor that is not its own', async () => {
  expect((await city.city.call(city.running, handlerOf('WGLJ'), 'HEAD', '/api/v1/events/stream')).status).toBe(200);
  const answer = await city.get(handlerOf('WGLJ'), '/api/v1/events/stream?after=nonsense');
  expect(answer).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
  const open1 = await open(handlerOf('YJJ'));
  await city.restart({ ...settings, LIANXIN_STREAM_LIFE_MS: '1000' });
  await eventually('it has ended with the service', () => open1.ended);
  const open2 = await open(handlerOf('YJJ'));
  await eventually('it has ended by itself', () => open2.ended);
  await city.restart(settings);
});

test('more readers than the service will hold are told to come back, and those who leave make room', async () => {
  const six = await Promise.all(Array.from({ length: 6 }, () => open(handlerOf('WJW'))));
  const refused = await city.get(handlerOf('WJW'), '/api/v1/events/stream');
  expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', retryable: true } });
  expect(refused.headers.get('retry-after')).not.toBeNull();
  const connections = await city.city.query<{ count: string }>(
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'monitoring app' AND datname = current_database()",
  );
  expect(Number(connections[0]?.count)).toBeLessThanOrEqual(5);
  expect((await city.get(handlerOf('WJW'), '/api/v1/events?wait=1')).status).toBe(503);
  expect((await city.get(handlerOf('WJW'), '/api/v1/events')).status).toBe(200);
  for (const client of six) client.close();
  await eventually('there is room again', async () => (await city.get(handlerOf('WJW'), '/api/v1/events?wait=1')).status === 200);
});

test('what is past the retention leaves the streams; a cursor from before is told so, and the rest keeps its numbers', async () => {
  const flag = new Flag('BL-WAGE', 'SWHJ');
  const said = [1, 2, 3, 4].map((activationNo) => flag.activated('2026-11-02', activationNo));
  await city.hear(...said.slice(0, 3));
  const early = (await pull(handlerOf('SWHJ'), 'limit=1')).page.nextCursor;
  const late = (await pull(handlerOf('SWHJ'), 'limit=2')).page.nextCursor;
  await city.city.query(
    "UPDATE monitoring.stream_event SET appended_at = now() - interval '3 days' WHERE receiver = 'SWHJ' AND sequence <= 2",
  );
  await city.restart({ ...settings, LIANXIN_STREAM_RETENTION_DAYS: '2' });
  await eventually('they have gone', async () => (await pull(handlerOf('SWHJ'))).data.length === 1);
  const expired = await city.get(handlerOf('SWHJ'), `/api/v1/events?after=${early}`);
  expect(expired).toMatchObject({ status: 410, body: { code: 'CURSOR_EXPIRED' } });
  expect(await pull(handlerOf('SWHJ'), `after=${late}`)).toMatchObject({ stream: { sequences: [3], lastSequence: 3 } });
  // An event that was recorded before the retention, as in a rebuild, does not come back as news; the figures take it all the same.
  const [, , , last] = said as [Saying, Saying, Saying, Saying];
  const ce_recordedtime = new Date(Date.now() - 3 * 86_400_000).toISOString();
  await city.hear({ ...last, record: { ...last.record, headers: { ...last.record.headers, ce_recordedtime } } });
  expect((await pull(handlerOf('SWHJ'))).stream.lastSequence).toBe(3);
  const counted = await city.get<{ data: unknown[] }>(handlerOf('SWHJ'), '/api/v1/stats/rows?figure=K01-BLACK&period=2026-Q4');
  expect(counted.body.data).toHaveLength(4);
  await city.restart(settings);
});

test('a stream that was made anew refuses the cursors of the old one', async () => {
  const flag = new Flag('BL-WAGE', 'GAJ');
  await city.hear(flag.activated('2026-11-02'));
  const { nextCursor } = (await pull(handlerOf('GAJ'))).page;
  await city.city.query("DELETE FROM monitoring.stream_event WHERE receiver = 'GAJ'");
  await city.city.query("DELETE FROM monitoring.stream_receiver WHERE receiver = 'GAJ'");
  await city.hear(flag.activated('2026-11-03', 2));
  expect((await city.get(handlerOf('GAJ'), `/api/v1/events?after=${nextCursor}`)).body).toMatchObject({ code: 'CURSOR_INVALID' });
});
