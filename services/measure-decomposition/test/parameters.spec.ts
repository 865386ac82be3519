import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, beijingDate, type Page, parameterChanged } from '@lianxin/contracts';
import { eventually, principalOf, type TestAnswer } from '@lianxin/testing';
import type { ParameterChangeView, ParameterView } from '../src/parameter.api.ts';
import { author, publisher, VersionTown } from './version-town.ts';

let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create({}, [parameterChanged.topic]);
});
afterAll(() => town.close());

const today = beijingDate(new Date());
const soon = addDays(today, 10);
const auditor = principalOf(['AUDITOR']);
const department = principalOf(['DEPT_HANDLER'], ['CZJ']);
const wanted = { key: 'task.ack_wd', value: 3, validFrom: soon, reasonZh: '节前任务集中', documentNo: '连信办〔2026〕12号' };

function call<Body = ParameterChangeView & { code?: string; errors?: { pointer: string }[] }>(
  principal: typeof author,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<TestAnswer<Body>> {
  const [replica] = town.replicas;
  if (replica === undefined) throw new Error('no replica runs');
  return town.city.call<Body>(replica, principal, method, `/api/v1/${path}`, {
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });
}
const propose = async (over: Partial<typeof wanted> = {}) => (await call(author, 'POST', 'parameter-changes', { ...wanted, ...over })).body;
const approve = (id: string, principal = publisher) => call(principal, 'POST', `parameter-changes/${id}/approval`);
const cancel = (id: string) => call(author, 'POST', `parameter-changes/${id}/cancellation`, { reasonZh: '不再需要' });
const valueOn = async (key: string, date: string) =>
  (await call<ParameterView>(department, 'GET', `parameters/${key}?date=${date}`)).body.value;

test('what one person proposes counts from its day on once another has approved it, and is told', async () => {
  const proposed = await propose();
  expect(proposed).toMatchObject({ status: 'PROPOSED', previousValue: 2, facts: [{ what: 'PROPOSED', by: author.id }] });
  expect(await valueOn('task.ack_wd', soon)).toBe(2);
  expect((await approve(proposed.id, author)).body.code).toBe('FOUR_EYES_REQUIRED');
  expect((await approve(proposed.id)).body).toMatchObject({
    status: 'APPROVED',
    facts: [{ by: author.id }, { what: 'APPROVED', by: publisher.id }],
  });
  expect([await valueOn('task.ack_wd', addDays(soon, -1)), await valueOn('task.ack_wd', soon)]).toEqual([2, 3]);
  const one = (await call<ParameterView>(department, 'GET', 'parameters/task.ack_wd')).body;
  expect(one).toMatchObject({ value: 2, since: null, upcoming: [{ changeId: proposed.id, value: 3, validFrom: soon }] });
  const told = await eventually('it is told', () =>
    town.feeder.eventsOf(parameterChanged).find(({ data }) => data.changeId === proposed.id),
  );
  expect(told.data).toMatchObject({
    ...{ key: 'task.ack_wd', version: 1, state: 'APPROVED', value: 3, previousValue: 2, validFrom: soon },
    ...{ proposedBy: author.id, decidedBy: publisher.id, documentNo: wanted.documentNo },
  });
  expect((await approve(proposed.id)).body.code).toBe('PARAMETER_CHANGE_CLOSED');
});

test.each([
  ['a key that nothing reads', { key: 'task.cycle' }, 404, 'PARAMETER_UNKNOWN', '/key'],
  ['a value out of its bounds', { value: 0 }, 422, 'PARAMETER_OUT_OF_BOUNDS', '/value'],
  ['a value beyond every number', { value: 1e300 }, 422, 'PARAMETER_OUT_OF_BOUNDS', '/value'],
  ['a day that is over', { validFrom: addDays(today, -1) }, 422, 'PARAMETER_DAY_PAST', '/validFrom'],
  ['what counts already', { key: 'task.lift_wd' }, 422, 'PARAMETER_UNCHANGED', '/value'],
  ['a letter before the yellow card', { key: 'urge.red_wd', value: 1 }, 422, 'PARAMETER_ORDER', '/value'],
  ['a day that does not exist', { validFrom: '2099-02-30' }, 400, 'VALIDATION_FAILED', '/validFrom'],
  ['no reason', { reasonZh: ' ' }, 400, 'VALIDATION_FAILED', '/reasonZh'],
])('%s is refused with field and remedy', async (_name, over, status, code, pointer) => {
  const answer = await call(author, 'POST', 'parameter-changes', { ...wanted, ...over });
  expect({ status: answer.status, code: answer.body.code, pointers: answer.body.errors?.map((error) => error.pointer) }).toEqual({
    ...{ status, code, pointers: [pointer] },
  });
});

test('departments read what counts, not who changes it; whoever audits changes nothing', async () => {
  for (const principal of [department, auditor]) {
    expect((await call(principal, 'POST', 'parameter-changes', wanted)).status).toBe(403);
    expect((await approve('01a2074b-09d3-7952-ac1c-8b80aa4f9761', principal)).status).toBe(403);
  }
  expect((await call(department, 'GET', 'parameter-changes')).status).toBe(403);
  expect((await approve('01a2074b-09d3-7952-ac1c-8b80aa4f9761')).status).toBe(404);
  expect((await call(department, 'GET', 'parameters/task.cycle')).body.code).toBe('PARAMETER_UNKNOWN');
});

test('an approved change is withdrawn before its day only, and then the one before it counts again', async () => {
  const later = await propose({ key: 'task.armed_wd', value: 7 });
  await approve(later.id);
  expect(await valueOn('task.armed_wd', soon)).toBe(7);
  expect((await cancel(later.id)).body).toMatchObject({
    status: 'WITHDRAWN',
    facts: [{}, {}, { what: 'WITHDRAWN', reasonZh: '不再需要' }],
  });
  expect(await valueOn('task.armed_wd', soon)).toBe(5);
  await eventually(
    'the withdrawal is told after the approval',
    () =>
      town.feeder
        .eventsOf(parameterChanged)
        .filter(({ data }) => data.changeId === later.id)
        .map(({ data }) => `${data.version} ${data.state}`)
        .join() === '1 APPROVED,2 WITHDRAWN',
  );
  for (const answer of [await cancel(later.id), await approve(later.id)]) expect(answer.body.code).toBe('PARAMETER_CHANGE_CLOSED');
  const now = await propose({ key: 'task.armed_wd', value: 6, validFrom: today });
  await approve(now.id);
  expect(await valueOn('task.armed_wd', today)).toBe(6);
  expect((await cancel(now.id)).body.code).toBe('PARAMETER_CHANGE_CLOSED');
  const given = await propose({ key: 'task.armed_wd', value: 8 });
  expect((await cancel(given.id)).body.status).toBe('CANCELLED');
  expect((await approve(given.id)).body.code).toBe('PARAMETER_CHANGE_CLOSED');
});

test('what waited for its approval until its day was over, or until its neighbours moved, is refused then', async () => {
  const red = await propose({ key: 'urge.red_wd', value: 9 });
  const circular = await propose({ key: 'urge.circular_wd', value: 8 });
  await approve(red.id);
  expect((await approve(circular.id)).body.code).toBe('PARAMETER_ORDER');
  const tomorrow = await propose({ key: 'task.execute_wd', value: 12, validFrom: addDays(today, 1) });
  town.city.turnClock(3 * 86_400_000);
  try {
    expect((await approve(tomorrow.id)).body.code).toBe('PARAMETER_DAY_PAST');
  } finally {
    town.city.turnClock(0);
  }
});

test('sent again with the same key a proposal is one; of two approvals at once one holds', async () => {
  const headers = { 'idempotency-key': 'parameter-once' };
  const body = { ...wanted, key: 'task.feedback_wd', value: 6 };
  const [first, again] = [
    await call(author, 'POST', 'parameter-changes', body, headers),
    await call(author, 'POST', 'parameter-changes', body, headers),
  ];
  expect(again.body.id).toBe(first.body.id);
  const answers = await Promise.all([approve(first.body.id), approve(first.body.id)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect((await call<Page<ParameterChangeView>>(auditor, 'GET', 'parameter-changes?key=task.feedback_wd')).body.data).toHaveLength(1);
});

test('the whole past stands in the list and its export, and nobody can rewrite it', async () => {
  const list = (await call<Page<ParameterChangeView>>(auditor, 'GET', 'parameter-changes?status=WITHDRAWN')).body.data;
  expect(list.map(({ key, previousValue, value }) => [key, previousValue, value])).toEqual([['task.armed_wd', 5, 7]]);
  const [replica] = town.replicas;
  if (replica === undefined) throw new Error('no replica runs');
  const file = await town.city.download(replica, auditor, '/api/v1/parameter-changes/export?format=csv');
  const text = file.bytes.toString('utf8');
  for (const word of ['task.ack_wd', '节前任务集中', author.id, publisher.id, 'WITHDRAWN']) expect(text).toContain(word);
  const values = await town.city.download(replica, department, `/api/v1/parameters/export?format=csv&date=${soon}`);
  expect(values.bytes.toString('utf8')).toMatch(/task\.ack_wd.*,3,/);
  const rights = await town.city.query(
    `SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'measure_decomposition'
       AND table_name IN ('parameter_change', 'parameter_fact') AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE') AND grantee <> 'measure_decomposition_owner'`,
  );
  expect(rights).toEqual([]);
});
