import { expect, test } from '@jest/globals';
import { listEntryRequestSchema } from '@lianxin/contracts';
import { chineseFault } from '@lianxin/platform';
import { rowFaults } from './import-row.faults.ts';
import { listEntryFields } from './list-entry-fields.rules.ts';

function faultsOf(row: object) {
  const { error } = listEntryRequestSchema.safeParse(row, { error: chineseFault });
  if (error === undefined) throw new Error('not refused');
  return Object.fromEntries(rowFaults(error, listEntryFields).map(({ pointer, detail }) => [pointer, detail]));
}

test('a choice is told by the labels that the template offers, everything else as it is', () => {
  const told = faultsOf({
    subject: { kind: '公司', name: '甲' },
    grade: '很重',
    parties: [{ role: '经理' }],
    decision: { date: '2026-13-01' },
  });
  expect(told).toMatchObject({
    '/subject/kind': '应为下列之一：法人、非法人组织、个体工商户、自然人',
    '/grade': '应为下列之一：轻微、一般、严重',
    '/decision/date': '应为存在的日期，写作 YYYY-MM-DD',
    '/sourceRecordId': '必填，未提供',
  });
  expect(told['/parties/0/role']).toMatch(/^应为下列之一：法定代表人、/);
  expect(faultsOf({ subject: {} })['/subject/kind']).toBe('必填，应为下列之一：法人、非法人组织、个体工商户、自然人');
});
