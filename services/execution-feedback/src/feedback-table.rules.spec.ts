import { describe, expect, test } from '@jest/globals';
import { cellsOf, feedbackColumns, placesOf, readRow } from './feedback-table.rules.ts';

const id = '0190f0a0-0000-7000-8000-000000000001';
const header = feedbackColumns.map(([, titleZh]) => titleZh);
const row = (over: Partial<Record<(typeof feedbackColumns)[number][0], string>>) =>
  feedbackColumns.map(([field]) => over[field] ?? { id, version: '3' }[field as string] ?? '');

describe('a feedback file (§4.6)', () => {
  test('has its columns in any order, among others, by name or code', () => {
    const found = placesOf(['当事人', '版本', 'kind', '任务编号']);
    expect(found).toMatchObject({ ok: true });
    if (found.ok) expect(cellsOf(['甲公司', '3', 'ZERO', id], found.places).slice(0, 4)).toEqual([id, '3', 'ZERO', '']);
    expect(placesOf(['任务编号*', '说明'])).toEqual({ ok: false, missing: ['版本', '反馈类型'] });
  });

  test.each([
    [{ kind: '无触发' }, { kind: 'ZERO', evidenceIds: [] }],
    [
      { kind: 'APPLIED', appliedOn: '2026/11/02' },
      { kind: 'APPLIED', appliedOn: '2026-11-02' },
    ],
    [
      { kind: '未实施', notAppliedReason: '主体已注销' },
      { kind: 'NOT_APPLIED', notAppliedReason: 'SUBJECT_CANCELLED' },
    ],
    [{ kind: '已实施', evidenceIds: `${id}、${id}` }, { evidenceIds: [id, id] }],
    [{ kind: '已实施', amount: '300', amountUnit: '万元' }, { amount: { value: 300, unit: '万元' } }],
    [
      { kind: '已实施', termFrom: '2026/11/02', termTo: '2027-11-01', effect: '享受便利' },
      { termFrom: '2026-11-02', effect: 'BENEFIT_ENJOYED' },
    ],
    [
      { kind: '触发命中', legalBasis: '政府采购法', legalArticle: '第二十二条', handler: '王示例', phone: '0518-85800000' },
      { legalBasisUsed: { document: '政府采购法', article: '第二十二条' }, handler: '王示例', phone: '0518-85800000' },
    ],
  ])('%j is read', (cells, content) => {
    expect(readRow(row(cells))).toMatchObject({ ok: true, taskId: id, version: 3, content });
  });

  test.each([
    [{ kind: '大概实施' }, '反馈类型'],
    [{ kind: '无触发', id: '12' }, '任务编号'],
    [{ kind: '无触发', version: '三' }, '版本'],
    [{ kind: '无触发', version: '' }, '版本'],
    [{ kind: '未实施', notAppliedReason: '不想办' }, '未实施原因'],
    [{ kind: '已实施', appliedOn: '去年' }, '实施日期'],
    [{ kind: '已实施', evidenceIds: '见附件' }, '证据编号'],
    [{ kind: '已实施', amount: '三百', amountUnit: '万元' }, '金额或数量'],
    [{ kind: '已实施', amount: '300' }, '金额或数量'],
    [{ kind: '已实施', amountUnit: '万元' }, '金额或数量'],
    [{ kind: '已实施', legalArticle: '第一条' }, '法律依据'],
    [{ kind: '已实施', phone: '请来电' }, '联系电话'],
    [{ kind: '已实施', effect: '很好' }, '效果'],
  ])('%j is refused with the column that is wrong', (cells, column) => {
    const read = readRow(row(cells));
    expect(read).toMatchObject({ ok: false, code: 'VALIDATION_FAILED' });
    expect(read !== undefined && !read.ok && read.detail).toContain(column);
  });

  test('a row without a kind answers nothing', () => {
    expect(header).toHaveLength(19);
    expect(readRow(row({ remark: '待办' }))).toBeUndefined();
  });
});
