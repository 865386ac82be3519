import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@lianxin/contracts';
import { type RunningService, TokenSigner } from '@lianxin/platform';
import { principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';

const office = principalOf(['CREDIT_OFFICE']);
const handler = principalOf(['DEPT_HANDLER'], ['CZJ']);
let city: TestCity;
let running: RunningService;
beforeAll(async () => {
  city = await TestCity.create('postgres', ['measure-decomposition']);
  running = await city.boot(service);
});
afterAll(() => city?.close());

async function csvOf(who: typeof office, path: string): Promise<string[]> {
  const signer = await TokenSigner.create(city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
  const answer = await fetch(`${running.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${await signer.sign(who)}` } });
  expect(answer.status).toBe(200);
  return (await answer.text()).replace('\uFEFF', '').split('\r\n').slice(0, -1);
}

/** All that the screen shows, page after page. */
async function codesOnScreen(path: string): Promise<string[]> {
  const codes: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await city.call<Page<{ code: string }>>(running, handler, 'GET', `/api/v1/${path}${next}`);
    codes.push(...body.data.map((row) => row.code));
    cursor = body.page.nextCursor;
  }
  return codes;
}

test.each([
  ['measures', 'listCode=BL-COURT', '措施编码'],
  ['measures', 'department=CZJ&class=C1', '措施编码'],
  ['departments', 'level=COUNTY', '部门编码'],
  ['memorandums', 'listCode=BL-COURT', '编号'],
])('the export of %s with %s is what its pages show', async (list, filter, header) => {
  const codes = await codesOnScreen(`${list}?limit=3&${filter}`);
  expect(await csvOf(handler, `${list}/export?format=csv&columns=code&${filter}`)).toEqual([header, ...codes]);
});

test('a whole catalogue is longer than one portion and comes without a gap', async () => {
  const codes = await codesOnScreen('measures?limit=200');
  expect((await csvOf(handler, 'measures/export?format=csv&columns=code')).slice(1)).toEqual(codes);
});

test('versions of the catalogue are exported for all, drafts and jobs as their screens are shown', async () => {
  const { body } = await city.call<Page<{ version: number }>>(running, handler, 'GET', '/api/v1/catalogue/versions');
  expect(body.data.length).toBeGreaterThan(0);
  expect((await csvOf(handler, 'catalogue/versions/export?format=csv&columns=version')).slice(1)).toEqual(
    body.data.map((row) => String(row.version)),
  );
});

test.each(['incidents', 'decompositions', 'catalogue/drafts', 'catalogue/jobs'])(
  '%s are exported by those who may see them, and by nobody else',
  async (list) => {
    const filter = list === 'decompositions' ? '&entryId=018f3c2e-0000-7000-8000-000000000001' : '';
    expect(await csvOf(office, `${list}/export?format=csv${filter}`)).toHaveLength(1);
    for (const [method, path] of [
      ['GET', `${list}/export`],
      ['POST', `${list}/exports`],
      ['GET', `${list}/exports`],
    ] as const)
      expect((await city.call(running, handler, method, `/api/v1/${path}`, method === 'POST' ? { body: {} } : {})).status).toBe(403);
  },
);

test('a plan is exported of an entry that is named, not of all', async () => {
  expect((await city.call(running, office, 'GET', '/api/v1/decompositions/export')).status).toBe(400);
});
