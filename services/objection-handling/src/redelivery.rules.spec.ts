import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { maxEventBytes, redeliveryDelivered } from '@lianxin/contracts';
import { copiesOf, copyOf } from './redelivery.copy.ts';
import { decideConfirmation, decideRedelivery, redeliveryStatuses, samenessOf, toldTo } from './redelivery.rules.ts';
import type { RedeliveryRow } from './redelivery.store.ts';
import type { EventRow } from './timeline.store.ts';

test.each([
  ['PLANNING', ['plan', 'cancel', 'fail']],
  ['PLANNED', ['confirm', 'cancel']],
  ['RUNNING', ['complete', 'cancel', 'fail']],
  ['COMPLETED', []],
  ['CANCELLED', []],
  ['FAILED', []],
] as const)('a redelivery that is %s allows %j and nothing else', (status, allowed) => {
  for (const action of ['plan', 'confirm', 'complete', 'cancel', 'fail'] as const)
    expect([action, decideRedelivery(status, action).ok]).toEqual([action, (allowed as readonly string[]).includes(action)]);
  expect(redeliveryStatuses).toContain(status);
});

test('a refusal names the state and what it allows', () => {
  expect(decideRedelivery('PLANNED', 'complete')).toMatchObject({
    code: 'REDELIVERY_STATE',
    detail: expect.stringContaining('confirm、cancel'),
  });
  expect(decideRedelivery('COMPLETED', 'cancel')).toMatchObject({ detail: expect.stringContaining('无') });
});

test.each([
  ['PLANNED', 4, 4, 'RUNNING'],
  ['PLANNED', 4, 5, 'REDELIVERY_COUNT_DIFFERS'],
  ['PLANNED', 0, 0, 'REDELIVERY_EMPTY'],
  ['PLANNING', null, 0, 'REDELIVERY_STATE'],
  ['CANCELLED', 4, 4, 'REDELIVERY_STATE'],
] as const)('confirming a redelivery that is %s with %s events by %s: %s', (status, events, confirmed, outcome) => {
  const decided = decideConfirmation(status, events, confirmed);
  expect(decided.ok ? decided.to : decided.code).toBe(outcome);
});

test('the same is the same in whatever order it is asked for', () => {
  const [from, to] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
  expect(samenessOf('CZJ', { from, to }, ['b', 'a', 'b'])).toBe(samenessOf('CZJ', { to, from }, ['a', 'b']));
  const [entryId, other] = [randomUUIDv7(), randomUUIDv7()];
  const all = [
    samenessOf('CZJ', { entryId }, null),
    samenessOf('CZJ', { entryId }, ['a']),
    samenessOf('RSJ', { entryId }, null),
    samenessOf('CZJ', { entryId: other }, null),
    samenessOf('CZJ', { subjectId: entryId }, null),
  ];
  expect(new Set(all).size).toBe(all.length);
});

const held = (departments: readonly string[]) => ({
  type: 'lianxin.task.held.v1',
  data: { tasks: departments.map((departmentCode) => ({ taskId: departmentCode, departmentCode })), stays: [] },
});

test('a department is told its own rows, a stranger nothing, and nobody the stream of the city', () => {
  expect(toldTo('CZJ', held(['CZJ', 'RSJ']))?.data).toMatchObject({ tasks: [{ taskId: 'CZJ' }] });
  expect(toldTo('GGZY', held(['CZJ', 'RSJ']))).toBeUndefined();
  expect(toldTo('CITY', held(['CZJ']))).toBeUndefined();
  expect(toldTo('CZJ', { type: 'lianxin.measure_plan.made.v1', data: { departmentCode: 'CZJ' } })).toBeUndefined();
});

test('what a replay with side effects none kept from a department stays so, but for what frees somebody', () => {
  const signed = { type: 'lianxin.task.acknowledged.v1', data: { taskId: 'a', departmentCode: 'CZJ' } };
  expect(toldTo('CZJ', { ...signed, replayMode: 'none' })).toBeUndefined();
  expect(toldTo('CZJ', { ...signed, replayMode: 'notify' })).toBeDefined();
  expect(toldTo('CZJ', { ...held(['CZJ']), replayMode: 'none' })).toBeDefined();
});

const row = { id: randomUUIDv7(), department_code: 'CZJ' } as RedeliveryRow;
function stored(data: object, classification = 'internal'): EventRow {
  const now = new Date();
  return {
    ...{
      event_id: randomUUIDv7(),
      subject_key: randomUUIDv7(),
      topic: 'lianxin.task',
      type: 'lianxin.task.held.v1',
      source: 'urn:credit:320700:x',
    },
    ...{
      subject_seq: 1,
      time: now,
      recorded_time: now,
      correlation_id: 'c',
      causation_id: null,
      classification,
      actor: null,
      replay_id: null,
    },
    ...{ data: JSON.stringify(data), sha256: '', entry_ids: [], plan_ids: [], task_ids: [], order_time: now, order_depth: 0 },
  };
}

test('an event that is as large as events may be goes out packed, below the same limit, and is the same when unpacked', () => {
  const tasks = Array.from({ length: 890 }, () => ({ taskId: randomUUIDv7(), departmentCode: 'CZJ' }));
  const data = { tasks, stays: [], note: '' };
  data.note = 'x'.repeat(maxEventBytes - Buffer.byteLength(JSON.stringify(data)));
  const copy = redeliveryDelivered.data.parse(copyOf(row, stored(data), 1, 1).data);
  expect(Buffer.byteLength(JSON.stringify(copy))).toBeLessThanOrEqual(maxEventBytes);
  const packed = copy.event.data;
  expect('gzip' in packed && JSON.parse(gunzipSync(Buffer.from(packed.gzip, 'base64')).toString('utf8'))).toEqual(data);
  const small = redeliveryDelivered.data.parse(copyOf(row, stored(held(['CZJ']).data), 1, 1).data);
  expect(small.event.data).toEqual({ json: held(['CZJ']).data });
});

test('what is not the department’s, or is in no stream, does not go out even if it was chosen', () => {
  expect(() => copyOf(row, stored(held(['RSJ']).data), 1, 1)).toThrow('不再发给 CZJ');
  expect(() => copyOf(row, stored(held(['CZJ']).data, 'confidential'), 1, 1)).toThrow('不进入任何事件流');
});

test('an event that stays too large however it is packed is told as such', () => {
  const tasks = [{ taskId: 'a', departmentCode: 'CZJ' }];
  const note = [...randomBytes(maxEventBytes - 1_000)].map((byte) => String.fromCharCode(33 + (byte % 90)).replace(/["\\]/, '!')).join('');
  const noise = { tasks, stays: [], note };
  expect(copiesOf({ ...row, sent: 0 }, [stored(held(['CZJ']).data), stored(noise)], 2)).toMatchObject({
    ok: false,
    failure: expect.stringContaining('过大'),
  });
});
