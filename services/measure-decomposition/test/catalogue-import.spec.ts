import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tableBytes } from '@lianxin/tables';
import type { DraftView } from '../src/catalogue-draft.api.ts';
import { catalogueDirectory } from './plan-fixtures.ts';
import { author, VersionTown } from './version-town.ts';

let town: VersionTown;
beforeAll(async () => {
  town = await VersionTown.create();
});
afterAll(() => town.close());

const send = (draft: DraftView, query: string, type: string, body: string | Buffer) =>
  town.call<DraftView & { code?: string; errors?: { pointer: string; detail: string }[] }>(
    author,
    'POST',
    `/drafts/${draft.id}/imports${query}`,
    {
      body,
      headers: { 'if-match': `"${draft.revision}"`, 'content-type': type },
    },
  );
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const executors = 'measure_code,department_code,role,region_rule';

test('the files of the first version, imported as they are, change nothing', async () => {
  let draft = await town.draft('原样导入');
  for (const file of ['classes', 'departments', 'memoranda', 'measures', 'measure_executors', 'measure_basis', 'matters']) {
    const answer = await send(draft, `?file=${file}`, 'text/csv', readFileSync(join(catalogueDirectory, `${file}.csv`)));
    expect([file, answer.status, answer.body.errors]).toEqual([file, 200, undefined]);
    draft = answer.body;
  }
  expect(await town.difference(draft)).toMatchObject({ rows: [], gates: [], faults: [] });
});

test('a file of executors replaces those of its measures, and only those', async () => {
  const draft = await town.draft('改执行部门');
  const answer = await send(
    draft,
    '?file=measure_executors',
    'text/csv',
    `${executors}\nWAGE-06,FGW,LEAD,CITY_ALWAYS\nWAGE-06,SHUIJ,COOP,CITY_ALWAYS\n`,
  );
  expect(answer.status).toBe(200);
  const { rows, faults } = await town.difference(answer.body);
  expect(rows.map((row) => row.textZh)).toEqual([expect.stringMatching(/^修改措施 WAGE-06（.*）：执行部门.*增加.*FGW（牵头/)]);
  expect(faults).toEqual([]);
});

test('every fault of a file is told with row and column, and nothing of it is taken', async () => {
  const draft = await town.draft('有错的文件');
  const text = `${executors}\nWAGE-06,FGW,CHIEF,CITY_ALWAYS\nWAGE-06,fgw,LEAD,SOMEWHERE\n`;
  const { status, body } = await send(draft, '?file=measure_executors', 'text/csv', text);
  expect([status, body.code]).toEqual([422, 'DRAFT_FAULTY']);
  expect(body.errors?.map((error) => error.pointer)).toEqual([
    '/measure_executors/2/role',
    '/measure_executors/3/department_code',
    '/measure_executors/3/region_rule',
  ]);
  expect(body.errors?.[0]?.detail).toContain('措施执行部门第 2 行 分工');
  const unknown = await send(draft, '?file=measure_executors', 'text/csv', `${executors}\nNOPE-1,FGW,LEAD,CITY_ALWAYS\n`);
  expect(unknown.body.errors?.[0]?.detail).toContain('没有措施 NOPE-1');
  const header = await send(draft, '?file=measure_executors', 'text/csv', 'measure_code,部门编码,颜色\n');
  expect(header.body.errors?.map((error) => error.detail).join()).toMatch(/不认识的列“颜色”.*缺少列 role/);
  expect((await town.call<DraftView>(author, 'GET', `/drafts/${draft.id}`)).body).toMatchObject({ revision: 1, changedRows: 0 });
});

test('a workbook with the headings that people read, and a YAML document of several kinds, do the same', async () => {
  let draft = await town.draft('xlsx 与 YAML');
  const titles = ['措施编码', '部门编码', '分工', '执行规则'];
  const book = tableBytes(
    {
      format: 'xlsx',
      encoding: 'utf-8',
      titleZh: '措施执行部门',
      columns: titles.map((titleZh) => ({ titleZh, kind: 'text' })),
      footer: '',
    },
    (async function* () {
      yield [['WAGE-06', 'FGW', 'LEAD', 'CITY_ALWAYS']];
      return [];
    })(),
  );
  const pieces: Buffer[] = [];
  for await (const piece of book) pieces.push(piece);
  const sheet = await send(draft, '?file=measure_executors', xlsxType, Buffer.concat(pieces));
  expect([sheet.status, sheet.body.errors, sheet.body.changedRows]).toEqual([200, undefined, 1]);
  draft = sheet.body;
  const yaml = `
departments:
  - { code: CZJ, name_zh: 市财政局, name_en: Finance, kind: GOV, valid_from: 2018-04-24, valid_to: 2026-11-22, successor_code: FGW,
      tenant: true, level: CITY, supervised: true }
matters:
  - { code: NEW-MATTER, name_zh: 新事项, name_en: New, department_code: FGW, canonical_codes: [FISCAL-FUNDS, GOV-PROCUREMENT-BAN] }
`;
  const answer = await send(draft, '', 'application/yaml', yaml);
  expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
  draft = answer.body;
  const texts = (await town.difference(draft)).rows.map((row) => row.textZh);
  expect(texts).toEqual([
    expect.stringContaining('修改措施 WAGE-06'),
    expect.stringContaining('撤销日期由空改为2026-11-22；承接部门由空改为FGW'),
    '新增窗口事项 NEW-MATTER（新事项）',
  ]);
  const wrong = await send(draft, '', 'application/yaml', 'measures: [ {code: X');
  expect([wrong.status, wrong.body.code]).toEqual([422, 'TABLE_UNREADABLE']);
  const twice = await send(draft, '', 'application/yaml', 'people: []\n');
  expect(twice.body.code).toBe('DRAFT_FAULTY');
});

test('a template filled in comes back', async () => {
  const [first] = town.replicas;
  if (first === undefined) throw new Error('no replica runs');
  const csv = await town.city.download(first, author, '/api/v1/catalogue/templates/measure_executors?format=csv');
  const xlsx = await town.city.download(first, author, '/api/v1/catalogue/templates/measures');
  expect([csv.status, xlsx.status, xlsx.bytes.subarray(0, 2).toString()]).toEqual([200, 200, 'PK']);
  const draft = await town.draft('模板');
  const answer = await send(draft, '?file=measure_executors', 'text/csv', `${csv.bytes.toString('utf8')}WAGE-06,FGW,LEAD,CITY_ALWAYS\r\n`);
  expect([answer.status, answer.body.errors, answer.body.changedRows]).toEqual([200, undefined, 1]);
  const empty = await send(answer.body, '?file=measures', xlsxType, xlsx.bytes);
  expect([empty.status, empty.body.code]).toEqual([422, 'DRAFT_EMPTY']);
});
