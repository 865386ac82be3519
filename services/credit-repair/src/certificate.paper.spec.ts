import { expect, test } from '@jest/globals';
import type { PaperBlock } from '@lianxin/documents';
import { certificatePaper, departmentsOn } from './certificate.paper.ts';
import type { CertificateRow } from './certificate.store.ts';

const line = { total: 2, kept: 0, doneAt: '2026-11-23T23:25:45.000Z' };
const row: CertificateRow = {
  ...{ repair_id: 'r', number: 'LYG-XZ-2026-000001', code: 'QMHAPHLUX497NL84Q2YU', sha256: 'f'.repeat(64) },
  ...{ issued_at: new Date('2026-11-23T23:26:08Z'), invalid_since: null, invalid_reason: null },
  content: {
    ...{ number: 'LYG-XZ-2026-000001', repairNumber: 'LYG-XF-2026-000001', subject: '示例一号公司', departmentCode: 'RSJ' },
    items: [{ kind: 'LIST_ENTRY', number: 'LYG-MD-2026-000176', endedAt: '2026-11-23T23:25:16.000Z' }],
    ...{ documentNo: '连人社修〔2026〕1号', grantedOn: '2026-11-24', restoredAt: '2026-11-23T23:26:08.000Z' },
    receipts: [
      { kind: 'SITE', departmentCode: null, ...line },
      { kind: 'MEASURES', departmentCode: 'CZJ', ...line },
      { kind: 'MEASURES', departmentCode: 'ZJJ', ...line, kept: 1 },
    ],
  },
};

async function textOf(names: ReadonlyMap<string, string>): Promise<string> {
  const blocks: PaperBlock[] = [];
  for await (const block of certificatePaper(row, names).blocks) blocks.push(block);
  return JSON.stringify(blocks);
}

test('a certificate calls departments by their names, for who holds it knows no codes', async () => {
  expect(departmentsOn(row.content)).toEqual(['RSJ', 'CZJ', 'ZJJ']);
  const text = await textOf(
    new Map([
      ['RSJ', '市人力资源和社会保障局'],
      ['CZJ', '市财政局'],
    ]),
  );
  expect(text).toContain('经市人力资源和社会保障局准予信用修复');
  expect(text).toContain('["失信惩戒措施解除","市财政局","2","2026-11-24 07:25:45"]');
  expect(text).not.toMatch(/RSJ|CZJ/);
  // Whose name has not come yet goes by its code: the certificate waits for nothing.
  expect(text).toContain('["失信惩戒措施解除（1 项另有依据，继续有效）","ZJJ","2","2026-11-24 07:25:45"]');
  expect(text).toContain('["信用中国停止公示","—"');
});
