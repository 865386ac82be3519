import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Door } from '../test/door.ts';

const id = '01a2074b-09d3-7952-ac1c-8b80aa4f9761';
const event = { id, time: '2026-11-23T01:00:00Z', type: 'lianxin.task.lifting.v1', text: '任务解除' };
let door: Door;
beforeAll(async () => {
  door = await Door.open();
});
afterAll(() => door?.close());

test('why something is so reads in words; JSON keeps the codes', async () => {
  const chain = [
    { link: 'ASKED', event },
    { link: 'CAUSED_BY', event },
  ];
  door.says(() => ({ status: 200, body: { chain, flag: null, legalBasis: [] } }));
  const { out } = await door.typed('timeline', 'why', id, id);
  expect(out).toMatch(/所问 [\s\S]*起因 /);
  expect(out).not.toMatch(/ASKED|CAUSED_BY/);
  expect((await door.typed('-o', 'json', 'timeline', 'why', id, id)).out).toContain('"CAUSED_BY"');
});

test('the state on a day is told in words', async () => {
  const state = {
    entries: [{ entryId: id, number: 'LYG-MD-1', listCode: 'BL-WAGE', status: 'ACTIVE' }],
    plans: [{ planId: id, status: 'HELD' }],
    tasks: [{ taskId: id, departmentCode: 'CZJ', status: 'ON_HOLD' }],
  };
  door.says(() => ({ status: 200, body: { data: [event], page: { nextCursor: null, hasMore: false }, state } }));
  const { out } = await door.typed('timeline', 'show', id, '--as-of', '2026-11-23');
  expect(out).toMatch(/LYG-MD-1 +生效[\s\S]*分解方案 +暂停[\s\S]*CZJ +暂停执行/);
});
