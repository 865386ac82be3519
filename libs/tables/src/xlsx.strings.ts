import { workbookLimits } from './table.limits.ts';
import { TableFault } from './table.reading.ts';

const blockBytes = 1024 * 1024;

/** The shared strings of a workbook as UTF-8 outside of the heap, so that a table of millions costs its bytes and no more. */
export class SharedStrings {
  private blocks: Buffer[] = [];
  private filled = blockBytes;
  private total = 0;
  private offsets = new Float64Array(1024);
  private lengths = new Uint32Array(1024);
  private count = 0;

  /** @throws TableFault TABLE_TOO_LARGE */
  add(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.total += bytes.length;
    if (this.total > workbookLimits.sharedStringBytes || this.count >= workbookLimits.sharedStrings)
      throw new TableFault('TABLE_TOO_LARGE', '工作簿的文字总量超过上限，请拆分，或另存为“CSV UTF-8”后上传');
    if (this.filled + bytes.length > blockBytes) {
      this.blocks.push(Buffer.allocUnsafeSlow(Math.max(blockBytes, bytes.length)));
      this.filled = 0;
    }
    this.grow();
    bytes.copy(this.blocks.at(-1) as Buffer, this.filled);
    // Block and place in one number: 2^20 places in each block.
    this.offsets[this.count] = (this.blocks.length - 1) * blockBytes + this.filled;
    this.lengths[this.count] = bytes.length;
    this.filled += bytes.length;
    this.count++;
  }

  get(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) return undefined;
    const offset = this.offsets[index] as number;
    const start = offset % blockBytes;
    return (this.blocks[Math.floor(offset / blockBytes)] as Buffer).toString('utf8', start, start + (this.lengths[index] as number));
  }

  private grow(): void {
    if (this.count < this.offsets.length) return;
    const offsets = new Float64Array(this.count * 2);
    const lengths = new Uint32Array(this.count * 2);
    offsets.set(this.offsets);
    lengths.set(this.lengths);
    this.offsets = offsets;
    this.lengths = lengths;
  }
}
