import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measurePlanEnded, measurePlanMade } from '@lianxin/contracts';
import { openTable } from '@lianxin/tables';
import { eventually } from '@lianxin/testing';
import type { BulkView } from '../src/bulk.api.ts';
import type { FeedbackView } from '../src/feedback.api.ts';
import type { FeedbackForm } from '../src/feedback.form.ts';
import { feedbackColumns } from '../src/feedback-table.rules.ts';
import { handlerOf, World } from './feedback.world.ts';
import { executor, measure, planEnded, planMade } from './plan.fixtures.ts';

let world: World;
const handler = handlerOf('CZJ');
const basis = (document: string, article: string | null, over = {}) => ({
  document,
  article,
  kind: 'LAW',
  coversLists: [],
  verified: true,
  ...over,
});

beforeAll(async () => {
  world = await World.create();
  const bases = [
    basis('政府采购法', '第二十二条'),
    basis('未核实文件', null, { verified: false }),
    basis('他单文件', '（一）', { coversLists: ['BL-TAX'] }),
  ];
  await world.city.query(
    `INSERT INTO execution_feedback.catalogue_row (version, row_number, row_count, kind, code, body) VALUES (1, 1, 1, 'MEASURE', 'PROC', $1)`,
    [JSON.stringify({ code: 'PROC', nameZh: '限制政府采购', bases })],
  );
  await world.city.query(
    `INSERT INTO execution_feedback.catalogue_row (version, row_number, row_count, kind, code, body) VALUES (1, 2, 2, 'MEASURE', 'PROC-2', $1)`,
    [JSON.stringify({ code: 'PROC-2', nameZh: '限制政府采购', bases: [basis('保障农民工工资支付条例', '第四十八条')] })],
  );
});
afterAll(() => world?.close());

const begun = async () => {
  const [task] = await world.dispatch(planMade([measure('PROC', [executor('CZJ')], { class: 'C01' })]), 1);
  await world.act(handler, task?.id ?? '', 'acknowledge', 'start');
  return task?.id ?? '';
};

test('the form of a task names what its class wants and the verified bases of its list; the answer is held to them', async () => {
  const id = await begun();
  const form = await world.call<FeedbackForm>(handler, 'GET', `tasks/${id}/feedback-form`);
  expect(form.status).toBe(200);
  expect(form.body.kinds.map(({ kind, required }) => [kind, ...required])).toEqual([
    ['APPLIED', 'documentNo', 'evidenceIds'],
    ['PARTIAL'],
    ['NOT_APPLIED', 'notAppliedReason'],
  ]);
  expect(form.body.legalBases).toEqual([{ document: '政府采购法', article: '第二十二条' }]);
  expect((await world.call(handlerOf('RSJ'), 'GET', `tasks/${id}/feedback-form`)).status).toBe(404);

  const evidenceIds = [await world.upload(handler)];
  const body = { kind: 'APPLIED', documentNo: '连财〔2026〕9号', evidenceIds, handler: '王示例', phone: '0518-85800000' };
  for (const document of ['未核实文件', '他单文件'])
    expect(await world.call(handler, 'POST', `tasks/${id}/feedback`, { ...body, legalBasisUsed: { document } })).toMatchObject({
      status: 422,
      body: { code: 'LEGAL_BASIS_UNKNOWN', errors: [{ pointer: '/legalBasisUsed' }] },
    });
  expect(await world.call(handler, 'POST', `tasks/${id}/feedback`, { ...body, phone: '请来电' })).toMatchObject({ status: 400 });
  expect(await world.call(handler, 'POST', `tasks/${id}/feedback`, { ...body, effect: 'BENEFIT_ENJOYED' })).toMatchObject({
    status: 422,
    body: { code: 'EFFECT_NOT_FOR_CLASS' },
  });
  const said = { ...body, legalBasisUsed: { document: '政府采购法', article: '第二十二条' }, amount: { value: 300, unit: '万元' } };
  const answer = await world.call<FeedbackView>(handler, 'POST', `tasks/${id}/feedback`, said);
  expect(answer.status).toBe(201);
  expect(answer.body.versions[0]?.content).toMatchObject({
    handler: '王示例',
    phone: '0518-85800000',
    legalBasisUsed: said.legalBasisUsed,
  });
  const csv = await (await world.fetch(handler, 'feedback/export?format=csv')).text();
  const [header = '', ...rows] = csv.trim().split('\r\n');
  const row = rows.find((line) => line.includes(answer.body.id)) ?? '';
  for (const title of ['法律依据', '依据条款', '经办人', '联系电话']) expect(header).toContain(title);
  for (const value of ['政府采购法', '第二十二条', '王示例', '0518-85800000', '300']) expect(row).toContain(value);
});

test('of a list that has ended the form offers no basis any more', async () => {
  const shared = { class: 'C01', canonicalCode: 'CAN-SHARED' };
  const first = planMade([measure('PROC', [executor('CZJ')], shared)]);
  const second = planMade([measure('PROC-2', [executor('CZJ')], shared)], first.parties);
  const [task] = await world.dispatch(first, 1);
  await world.feeder.send(measurePlanMade, second.subjectId, second);
  const offered = async () =>
    (await world.call<FeedbackForm>(handler, 'GET', `tasks/${task?.id}/feedback-form`)).body.legalBases.map((one) => one.document);
  await eventually('both are offered', async () => (await offered()).length === 2);
  await world.feeder.send(measurePlanEnded, first.subjectId, planEnded(first));
  await eventually('the first has ended', async () => (await offered()).length === 1);
  expect(await offered()).toEqual(['保障农民工工资支付条例']);
});

test('the template has every column, and comes back filled in with all fields of the answer', async () => {
  const template = await world.fetch(handler, 'task-bulks/feedback-template.xlsx');
  expect(template.status).toBe(200);
  const table = await openTable(Readable.from(Buffer.from(await template.arrayBuffer())));
  const lines: string[][] = [];
  for await (const { cells } of table.rows) lines.push([...(cells ?? [])]);
  await table.close();
  expect(lines[0]?.map((title) => title.replace('*', ''))).toEqual(feedbackColumns.map(([, title]) => title));

  const id = await begun();
  const evidence = await world.upload(handler);
  const version = (await world.call<{ version: number }>(handler, 'GET', `tasks/${id}`)).body.version;
  const cells: Record<string, string> = {
    id,
    version: String(version),
    kind: '已实施',
    documentNo: '连财〔2026〕10号',
    amount: '2',
    amountUnit: '次',
    effect: '限制成功',
    legalBasis: '政府采购法',
    legalArticle: '第二十二条',
    handler: '李示例',
    phone: '0518-85811111',
    evidenceIds: evidence,
  };
  const csv = await (await world.fetch(handler, 'task-bulks/feedback-template.csv')).text();
  const filled = `${csv}${feedbackColumns.map(([field]) => cells[field] ?? '').join(',')}\r\n`;
  const preview = await world.call<BulkView>(handler, 'POST', 'task-bulks/feedback-table', Buffer.from(filled), {
    'content-type': 'application/octet-stream',
  });
  expect(preview).toMatchObject({ status: 201, body: { total: 1 } });
  const [item] = await world.city.query<{ content: unknown; code: string | null }>(
    'SELECT content, code FROM execution_feedback.task_bulk_item WHERE bulk_id = $1',
    [preview.body.id],
  );
  expect(item).toMatchObject({
    code: null,
    content: {
      amount: { value: 2, unit: '次' },
      effect: 'RESTRICTED',
      legalBasisUsed: { document: '政府采购法', article: '第二十二条' },
      handler: '李示例',
      phone: '0518-85811111',
    },
  });
});
