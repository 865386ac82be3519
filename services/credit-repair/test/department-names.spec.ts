import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@lianxin/testing';
import { RepairDesk } from './repair.desk.ts';

let desk: RepairDesk;
beforeAll(async () => {
  desk = await RepairDesk.open();
});
afterAll(async () => {
  await desk?.close();
});

test('a certificate calls departments by the name of the newest version of the catalogue, whichever comes first', async () => {
  const names = () =>
    desk.city.query<{ code: string; name_zh: string }>('SELECT code, name_zh FROM credit_repair.department_name ORDER BY code');
  await desk.world.departments(2, { ZJJ: '市住房和城乡建设局' });
  await desk.world.departments(1, { ZJJ: '市建设局', YJJ: '市应急管理局' });
  await eventually('the names have come', async () => (await names()).length === 2);
  expect(await names()).toEqual([
    { code: 'YJJ', name_zh: '市应急管理局' },
    { code: 'ZJJ', name_zh: '市住房和城乡建设局' },
  ]);
});
