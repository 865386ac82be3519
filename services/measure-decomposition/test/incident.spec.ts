import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beijingDate, type IncidentGroupView, type IncidentView, type Page } from '@lianxin/contracts';
import { principalOf } from '@lianxin/testing';
import type { JobView } from '../src/catalogue-draft.api.ts';
import { catalogue } from './plan-fixtures.ts';
import { author, VersionTown } from './version-town.ts';

const today = beijingDate(new Date());
const lost = { level: 'COUNTY' as const, regionCode: '320799' };

let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create();
});
afterAll(() => town.close());

const call = <Body>(method: string, path: string, body?: unknown, who = author) => {
  const [first] = town.replicas;
  if (first === undefined) throw new Error('no replica runs');
  return town.city.call<Body>(first, who, method, `/api/v1/incidents${path}`, body === undefined ? {} : { body });
};
const groups = async () => (await call<Page<IncidentGroupView>>('GET', '/groups')).body.data;

test('"no department for …": one line for all entries; a retry before anything is fixed leaves it, a fix solves all at once', async () => {
  const entries = Array.from({ length: 12 }, () => town.newEntry('BL-SAFE', '2026-11-02', lost));
  await town.list(entries);
  await town.planned(entries);
  const [group] = await groups();
  expect(group).toMatchObject({ cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799', entries: 12, listCodes: ['BL-SAFE'] });
  expect(group?.textZh).toMatch(/^12 条记录的 \d+ 项措施找不到执行部门 REGION:320799/);

  const asked = await call<JobView>('POST', '/groups/retry', { cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799' });
  expect(asked.status).toBe(202);
  const inVain = await town.finished(asked.body.id);
  expect(inVain).toMatchObject({ status: 'succeeded', progress: { done: 12 }, result: { resolvedIncidents: 0, added: 0 } });
  expect((await groups())[0]?.count).toBe(group?.count);

  let draft = await town.draft('新设功能板块');
  draft = await town.edit(
    draft,
    'DEPARTMENT',
    'HZ',
    () => ({ nameZh: '新区信用办', regionCode: '320799', zoneHost: null, zoneDelegated: null }),
    'XQ',
  );
  const copies = catalogue.departments.filter((one) => one.code.startsWith('HZ-')).map((one) => one.code.slice('HZ-'.length));
  for (const code of copies) draft = await town.edit(draft, 'DEPARTMENT', `HZ-${code}`, () => ({ regionCode: '320799' }), `XQ-${code}`);
  const job = await town.bringIntoForce(draft, today);
  expect(job.result).toMatchObject({ entries: 12, withdrawn: 0, resolvedIncidents: group?.count });
  expect(job.result.added).toBeGreaterThan(0);
  expect(await groups()).toEqual([]);
  const { data } = (await call<Page<IncidentView>>('GET', '?state=RESOLVED&limit=200')).body;
  expect(data).toHaveLength(group?.count ?? 0);
  expect((await call('POST', '/groups/retry', { cause: 'NO_DEPARTMENT', groupKey: 'REGION:320799' })).status).toBe(404);
});

test('what needs nothing is ignored with a reason, alone or as a group, once', async () => {
  const entries = Array.from({ length: 3 }, () => town.newEntry('AB-MKT', '2026-11-02'));
  await town.list(entries);
  await town.planned(entries);
  const { data } = (await call<Page<IncidentView>>('GET', '?state=OPEN&cause=NO_MEASURE_FOUND')).body;
  const [first] = data;
  expect(data.map((row) => row.groupKey)).toEqual(['AB-MKT', 'AB-MKT', 'AB-MKT']);
  expect((await call('POST', `/${first?.id}/ignore`, { reason: ' ' })).status).toBe(400);
  expect((await call('POST', `/${first?.id}/ignore`, { reason: '异常名录没有措施' })).body).toEqual({ ignored: 1 });
  expect((await call('POST', `/${first?.id}/ignore`, { reason: '再来一次' })).status).toBe(409);
  expect((await groups()).map((group) => group.count)).toEqual([2]);
  expect((await call('POST', `/${first?.id}/ignore`, { reason: '同上', wholeGroup: true })).body).toEqual({ ignored: 2 });
  expect(await groups()).toEqual([]);
  const ignored = (await call<Page<IncidentView>>('GET', '?state=IGNORED')).body.data;
  expect(ignored.map((row) => [row.state, row.ignoredBy])).toEqual(Array.from({ length: 3 }, () => ['IGNORED', author.id]));
});

test('a department sees no incident and retries none', async () => {
  const department = principalOf(['DEPT_APPROVER'], ['RSJ']);
  expect((await call('GET', '/groups', undefined, department)).status).toBe(403);
  expect((await call('POST', '/groups/retry', { cause: 'NO_DEPARTMENT', groupKey: 'X' }, department)).status).toBe(403);
  expect((await call('POST', '/groups/retry', { cause: 'NO_DEPARTMENT', groupKey: 'X' }, principalOf(['AUDITOR']))).status).toBe(403);
});

test('the groups come as a file', async () => {
  const [first] = town.replicas;
  if (first === undefined) throw new Error('no replica runs');
  const file = await town.city.download(first, author, '/api/v1/incidents/groups/export?format=csv');
  expect([file.status, file.bytes.toString('utf8').includes('同类标识')]).toEqual([200, true]);
});
