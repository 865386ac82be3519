import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { printable, renderPaper, renderPaperToBuffer } from './index.ts';
import type { PaperBlock } from './paper.ts';

const madeAt = new Date('2026-11-23T02:00:00Z');
const pagesOf = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/gu)?.length ?? 0;
const paper = (blocks: Iterable<PaperBlock> | AsyncIterable<PaperBlock>) => ({ title: '决定书', footer: '验证码 X', madeAt, blocks });

describe('a document on paper', () => {
  it('is a PDF, and the same paper is the same file', async () => {
    const blocks: PaperBlock[] = [
      { kind: 'heading', text: '一、决定' },
      { kind: 'paragraph', text: '认定为严重失信主体。', indent: true },
      { kind: 'fields', fields: [['名称', '示例有限公司']] },
      { kind: 'table', columns: [{ title: '部门', width: 1 }], rows: [['税务局']] },
      { kind: 'signature', signer: '人力资源和社会保障局', date: '2026年11月23日' },
    ];
    const first = await renderPaperToBuffer(paper(blocks));
    const second = await renderPaperToBuffer(paper(blocks));
    expect(first.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pagesOf(first)).toBe(1);
    const hash = (pdf: Buffer) => createHash('sha256').update(pdf).digest('hex');
    expect(hash(first)).toBe(hash(second));
    const other = await renderPaperToBuffer(paper([{ kind: 'paragraph', text: '不予认定。' }]));
    expect(hash(other)).not.toBe(hash(first));
  });

  it('goes on over as many pages as it needs, also within one cell and one value', async () => {
    const long = '联合惩戒措施。'.repeat(2_000);
    expect(pagesOf(await renderPaperToBuffer(paper([{ kind: 'paragraph', text: long }])))).toBeGreaterThan(5);
    expect(pagesOf(await renderPaperToBuffer(paper([{ kind: 'fields', fields: [['事由', long]] }])))).toBeGreaterThan(5);
    const table: PaperBlock = {
      kind: 'table',
      columns: [
        { title: '甲', width: 1 },
        { title: '乙', width: 2 },
      ],
      rows: [['短', long]],
    };
    expect(pagesOf(await renderPaperToBuffer(paper([table])))).toBeGreaterThan(5);
    expect(pagesOf(await renderPaperToBuffer(paper([{ kind: 'pageBreak' }])))).toBe(2);
  });

  it('leaves while it grows: a long table is not held in memory', async () => {
    let read = 0;
    function* rows() {
      for (; read < 5_000; read += 1) yield [`第${read}行`, '市人力资源和社会保障局'];
    }
    const columns = [
      { title: '行', width: 1 },
      { title: '部门', width: 2 },
    ];
    let rowsAtFirstByte = Number.POSITIVE_INFINITY;
    for await (const _ of renderPaper(paper([{ kind: 'table', columns, rows: rows() }]))) {
      rowsAtFirstByte = Math.min(rowsAtFirstByte, read);
    }
    expect(rowsAtFirstByte).toBeLessThan(4_000);
    expect(read).toBe(5_000);
  });

  it('fails when its rows cannot be read, and ends for its reader', async () => {
    async function* rows(): AsyncGenerator<string[]> {
      yield ['一'];
      throw new Error('the database went away');
    }
    const broken = renderPaperToBuffer(paper([{ kind: 'table', columns: [{ title: '甲', width: 1 }], rows: rows() }]));
    await expect(broken).rejects.toThrow('the database went away');
  });

  it('writes out characters that it has no picture of, and those that nobody would see', () => {
    expect(printable('王𠮷')).toBe(printable('王') + printable('𠮷'));
    expect(printable('张\u{2A6D6}三')).toBe('张〔U+2A6D6〕三');
    expect(printable('张\u202E三\u200B')).toBe('张〔U+202E〕三〔U+200B〕');
    expect(printable('甲\r\n乙\t丙')).toBe('甲\n乙 丙');
    expect(printable('=cmd|<script>')).toBe('=cmd|<script>');
  });
});
