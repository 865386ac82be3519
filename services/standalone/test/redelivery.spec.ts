import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listEntryExited, taskAcknowledged, taskHeld } from '@lianxin/contracts';
import { service as monitoring } from '@lianxin/monitoring/app.module';
import { service as objectionHandling } from '@lianxin/objection-handling/app.module';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';

interface Pulled {
  readonly data: readonly ({ readonly id: string; readonly replayid?: string; readonly replaymode?: string } & Record<string, unknown>)[];
  readonly page: { readonly nextCursor: string };
}

const office = principalOf(['CREDIT_OFFICE']);
const handlerOf = (department: string) => principalOf(['DEPT_HANDLER'], [department]);
let city: TestCity;
let feeder: EventFeeder;
let streams: RunningService;
let journal: RunningService;

beforeAll(async () => {
  city = await TestCity.create('postgres', ['monitoring', 'objection-handling']);
  [streams, journal] = [await city.boot(monitoring), await city.boot(objectionHandling)];
  feeder = await EventFeeder.for(city);
});
afterAll(async () => {
  await feeder?.close();
  await city?.close();
});

const pull = async (department: string, after = '') =>
  (await city.call<Pulled>(streams, handlerOf(department), 'GET', `/api/v1/events?limit=500${after === '' ? '' : `&after=${after}`}`)).body;

/** What some services say of a case of two departments, and of its unit. */
async function story() {
  const [subjectId, entryId, planId] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
  const tasks = ['CZJ', 'RSJ'].map((departmentCode) => ({ taskId: randomUUIDv7(), taskVersion: 2, departmentCode }));
  const [first] = tasks;
  if (first === undefined) throw new Error('no task');
  const acknowledged = {
    ...first,
    status: 'ACKNOWLEDGED' as const,
    entryIds: [entryId],
    actedAt: '2026-11-04T02:00:00.000Z',
    onTime: true,
  };
  await feeder.send(taskAcknowledged, subjectId, { ...acknowledged, dueAt: null });
  const rows = tasks.map((task) => ({ ...task, taskVersion: 3, status: 'ON_HOLD' as const }));
  await feeder.send(taskHeld, subjectId, {
    ...({
      planId,
      entryId,
      activationNo: 1,
      planVersion: 2,
      listCode: 'BL-TAX',
      listType: 'BLACK',
      direction: 'PUNISH',
      part: 1,
      parts: 1,
    } as const),
    ...({ tasks: rows, stays: [], cause: 'OBJECTION' } as const),
  });
  const exit = {
    ...({
      entryId,
      entryVersion: 3,
      activationNo: 1,
      number: 'LYG-HMD-2026-000009',
      listCode: 'BL-TAX',
      listType: 'BLACK',
      subjectId,
    } as const),
    ...({ designatingDepartment: 'SHUIJ', status: 'CORRECTED', ground: 'DESIGNATION_WRONG', documentNo: '1号' } as const),
    ...{ exitedOn: '2026-11-19', byEntryId: null },
  };
  const last = await feeder.send(listEntryExited, subjectId, exit);
  await eventually('both have heard it', async () => {
    const kept = await city.query('SELECT 1 FROM objection_handling.journal_event WHERE event_id = $1', [last.id]);
    return kept.length === 1 && (await pull('SHUIJ')).data.some(({ id }) => id === last.id);
  });
  return { entryId };
}

/** Previews and confirms a redelivery; resolves when the journal has sent it. */
async function redeliver(body: Record<string, unknown>): Promise<string> {
  const ask = async (method: string, path: string, asked?: unknown) =>
    (
      await city.call<{ id: string; status: string; preview: { events: number } }>(journal, office, method, `/api/v1/redeliveries${path}`, {
        body: asked,
      })
    ).body;
  const { id } = await ask('POST', '', { ...body, reason: '重装' });
  await eventually('it is counted', async () => (await ask('GET', `/${id}`)).status === 'PLANNED');
  await ask('POST', `/${id}/confirm`, { events: (await ask('GET', `/${id}`)).preview.events });
  await eventually('it is sent', async () => (await ask('GET', `/${id}`)).status === 'COMPLETED');
  return id;
}

test('a department gets again, after its cursor, exactly what its stream told it of a case; no other stream moves', async () => {
  const { entryId } = await story();
  const before = await pull('CZJ');
  const [others, unit] = [await pull('RSJ'), await pull('SHUIJ')];
  const id = await redeliver({ department: 'CZJ', scope: { entryId } });
  await eventually('it has come', async () => (await pull('CZJ', before.page.nextCursor)).data.length === before.data.length);
  const again = await pull('CZJ', before.page.nextCursor);
  expect(again.data).toEqual(
    before.data.map(({ traceparent: _trace, ...event }) => ({ ...event, replayid: id, replaymode: 'redelivery' })),
  );
  expect(before.data).toHaveLength(2);
  expect([await pull('RSJ'), await pull('SHUIJ')]).toEqual([others, unit]);
});

test('what has left the stream by its age comes again from the journal', async () => {
  const { entryId } = await story();
  await city.query("DELETE FROM monitoring.stream_event WHERE receiver = 'SHUIJ'");
  const id = await redeliver({ department: 'SHUIJ', scope: { entryId } });
  await eventually('it has come', async () => (await pull('SHUIJ')).data.length > 0);
  expect((await pull('SHUIJ')).data.map(({ type, replayid }) => [type, replayid])).toEqual([['lianxin.list_entry.exited.v1', id]]);
});
