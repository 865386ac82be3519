import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { paperFonts, printable } from './fonts.ts';
import type { Paper, PaperBlock } from './paper.ts';

const margin = 56;
const footerHeight = 28;
const sizes = { title: 18, heading: 13, text: 10.5, table: 9, footer: 8 } as const;
const cellPadding = 4;
const maxUnreadBytes = 512 * 1024;
const grey = '#666666';

/**
 * Prints a document as PDF (A4) and hands it out while it grows: a page is in the stream as soon as the next one begins, so that a million rows need no
 * more memory than one page. The same paper gives the same bytes.
 * @returns the stream; it fails when a block cannot be read.
 */
export function renderPaper(paper: Paper): Readable {
  const document = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footerHeight },
    autoFirstPage: false,
    info: { Title: printable(paper.title), Producer: 'Lianxin', Creator: 'Lianxin', CreationDate: paper.madeAt, ModDate: paper.madeAt },
    lang: 'zh-CN',
  });
  print(new Printer(document, paper), paper).then(
    () => document.end(),
    (error: unknown) => document.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return document;
}

/** The whole document at once, for what is short. */
export async function renderPaperToBuffer(paper: Paper): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of renderPaper(paper)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function print(printer: Printer, paper: Paper): Promise<void> {
  printer.begin();
  for await (const block of paper.blocks) await printer.block(block);
}

class Printer {
  private pages = 0;
  private face: 'regular' | 'bold' = 'regular';
  private size: number = sizes.text;

  constructor(
    private readonly document: PDFKit.PDFDocument,
    private readonly paper: Paper,
  ) {
    const { regular, bold } = paperFonts();
    document.registerFont('regular', regular).registerFont('bold', bold);
    document.on('pageAdded', () => this.foot());
  }

  begin(): void {
    this.document.addPage();
    this.head(this.paper.title, this.paper.documentNo);
  }

  async block(block: PaperBlock): Promise<void> {
    const { document } = this;
    switch (block.kind) {
      case 'heading':
        this.keep(60);
        document.moveDown(0.4);
        this.use('bold', sizes.heading).text(printable(block.text), this.left, undefined, { width: this.width });
        document.moveDown(0.3);
        return;
      case 'title':
        this.keep(60);
        this.head(block.text, block.documentNo);
        return;
      case 'paragraph':
        this.use('regular', sizes.text).text(printable(block.text), this.left, undefined, {
          width: this.width,
          lineGap: 3,
          indent: block.indent === true ? 2 * sizes.text : 0,
        });
        document.moveDown(0.4);
        return;
      case 'fields':
        for (const [label, value] of block.fields) this.field(printable(label), printable(value));
        document.moveDown(0.4);
        return;
      case 'table':
        await this.table(block);
        return;
      case 'signature':
        this.keep(60);
        document.moveDown(1.5);
        this.use('regular', sizes.text);
        document.text(printable(block.signer), this.left, undefined, { width: this.width, align: 'right' });
        document.text(printable(block.date), { width: this.width, align: 'right' });
        return;
      case 'pageBreak':
        document.addPage();
    }
  }

  private head(title: string, documentNo: string | undefined): void {
    const { document } = this;
    const centred = { width: this.width, align: 'center' } as const;
    this.use('bold', sizes.title).text(printable(title), this.left, undefined, centred);
    document.moveDown(0.3);
    if (documentNo !== undefined) this.use('regular', sizes.text).text(printable(documentNo), this.left, undefined, centred);
    document.moveDown(1);
  }

  private use(face: 'regular' | 'bold', size: number): PDFKit.PDFDocument {
    this.face = face;
    this.size = size;
    return this.document.font(face).fontSize(size);
  }

  private get left(): number {
    return margin;
  }

  private get width(): number {
    return this.document.page.width - 2 * margin;
  }

  private get bottom(): number {
    return this.document.page.height - margin - footerHeight;
  }

  /** Begins a page unless this much is left of the present one. */
  private keep(height: number): void {
    if (this.document.y + height > this.bottom) this.document.addPage();
  }

  private field(label: string, value: string): void {
    const { document } = this;
    const labelWidth = 110;
    const height = this.use('regular', sizes.text).heightOfString(value, { width: this.width - labelWidth, lineGap: 2 });
    this.keep(Math.min(height, this.bottom - margin));
    const top = document.y;
    document.fillColor(grey).text(label, this.left, top, { width: labelWidth - 8, lineGap: 2 });
    const labelEnd = document.y;
    document.fillColor('black').text(value, this.left + labelWidth, top, { width: this.width - labelWidth, lineGap: 2 });
    document.x = this.left;
    // A value that ran over onto the next page left the cursor there; its label's end is on the page before.
    if (document.y >= top) document.y = Math.max(document.y, labelEnd);
    document.y += 2;
  }

  private async table(block: Extract<PaperBlock, { kind: 'table' }>): Promise<void> {
    const shares = block.columns.reduce((sum, column) => sum + column.width, 0);
    const widths = block.columns.map((column) => (column.width / shares) * this.width);
    const titles = block.columns.map((column) => printable(column.title));
    const header = () => this.row(titles, widths, 'bold');
    this.keep(60);
    header();
    for await (const row of block.rows) {
      const cells = row.map((cell) => printable(cell));
      this.row(cells, widths, 'regular', header);
      // The document does not wait for its reader by itself.
      while (this.document.readableLength > maxUnreadBytes && !this.document.destroyed) await pause(2);
    }
    this.document.x = this.left;
    this.document.moveDown(0.6);
  }

  /** One row with its rules; a row higher than a page goes on over the next pages. */
  private row(cells: readonly string[], widths: readonly number[], font: 'regular' | 'bold', header?: () => void): void {
    const { document } = this;
    this.use(font, sizes.table).fillColor('black');
    let rest = cells.map((cell) => cell);
    const room = this.bottom - margin - 60;
    while (true) {
      const now = rest.map((cell, place) => this.fitting(cell, (widths[place] ?? 0) - 2 * cellPadding, room));
      const height = Math.max(...now.map((cell, place) => this.heightOf(cell, widths[place] ?? 0)), sizes.table) + 2 * cellPadding;
      if (document.y + height > this.bottom) {
        document.addPage();
        header?.();
        this.use(font, sizes.table);
      }
      this.cells(now, widths, height);
      rest = rest.map((cell, place) => cell.slice(now[place]?.length ?? 0));
      if (rest.every((cell) => cell === '')) return;
    }
  }

  private cells(cells: readonly string[], widths: readonly number[], height: number): void {
    const { document } = this;
    const top = document.y;
    let x = this.left;
    for (const [place, width] of widths.entries()) {
      document.rect(x, top, width, height).lineWidth(0.5).strokeColor('#999999').stroke();
      document.text(cells[place] ?? '', x + cellPadding, top + cellPadding, { width: width - 2 * cellPadding });
      x += width;
    }
    document.x = this.left;
    document.y = top + height;
  }

  private heightOf(text: string, width: number): number {
    return text === '' ? 0 : this.document.heightOfString(text, { width: width - 2 * cellPadding });
  }

  /** As much of a cell's beginning as stands on one page. */
  private fitting(text: string, width: number, room: number): string {
    // No character is wider than the size of its font: what is surely short enough is not measured.
    const lines = Math.ceil((text.length * sizes.table) / Math.max(width, 1)) + (text.match(/\n/gu)?.length ?? 0);
    if (lines * sizes.table * 1.6 <= room || this.document.heightOfString(text, { width }) <= room) return text;
    let [low, high] = [1, text.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.document.heightOfString(text.slice(0, middle), { width }) <= room) low = middle;
      else high = middle - 1;
    }
    // Never between the two halves of a rare character.
    return text.slice(0, low > 1 && /[\uD800-\uDBFF]/u.test(text.charAt(low - 1)) ? low - 1 : low);
  }

  /** Written when a page begins, because a page that is full has left for the reader. */
  private foot(): void {
    const { document, paper } = this;
    this.pages += 1;
    const { x, y } = document;
    const { bottom } = document.page.margins;
    // Below the text's own margin pdfkit would begin another page.
    document.page.margins.bottom = 0;
    // The page may begin in the middle of a text, which goes on in its own letters afterwards.
    document.font('regular').fontSize(sizes.footer).fillColor(grey);
    const top = document.page.height - margin;
    document.text(`第 ${this.pages} 页`, this.left, top, { width: this.width, align: 'right', lineBreak: false });
    if (paper.footer !== undefined) document.text(printable(paper.footer), this.left, top, { width: this.width - 60 });
    document.page.margins.bottom = bottom;
    document.font(this.face).fontSize(this.size).fillColor('black');
    document.x = x;
    document.y = y;
  }
}
