import { TextDecoder } from 'node:util';
import { TableFault, type TextEncoding } from './table.reading.ts';

/** Bytes beyond the first that is not ASCII by which the encoding is decided. */
const windowBytes = 64 * 1024;
const maxTailBytes = 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Decodes a text whose encoding is not known: UTF-8 with or without BOM, otherwise GB18030 (also GBK, GB2312). Nothing is ever replaced: a byte that
 * is neither is told with its line. ASCII says nothing, so the decision falls at the first other byte and holds for the rest.
 */
export class TextSniffer {
  private decoder: TextDecoder | undefined;
  private decided: TextEncoding | undefined;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  /** Bytes of a line that is not complete: lines are decoded whole, so that a fault is told with its own. */
  private tail: Buffer = Buffer.alloc(0);
  /** Lines that are complete. */
  private lines = 0;

  /** The encoding, UTF-8 for a text of ASCII alone. */
  get encoding(): TextEncoding {
    return this.decided ?? 'UTF-8';
  }

  /** @throws TableFault TABLE_UNREADABLE with the line of the byte that is in no encoding */
  push(chunk: Buffer): string {
    if (this.decoder !== undefined) return this.decodeLines(chunk);
    if (this.waitingBytes === 0 && chunk.every((byte) => byte < 0x80)) {
      this.countLines(chunk);
      return chunk.toString('latin1');
    }
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    return this.waitingBytes < windowBytes ? '' : this.decide();
  }

  /** The text is over. */
  end(): string {
    const rest = this.decoder === undefined && this.waitingBytes > 0 ? this.decide() : '';
    return rest + (this.decoder === undefined ? '' : this.decode(this.tail, false));
  }

  private decide(): string {
    const window = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    const fitting = (['UTF-8', 'GB18030'] as const).find((encoding) => decodes(encoding, window));
    // Neither: it is told as UTF-8 or GB18030, whichever holds for longer.
    this.decided = fitting ?? (firstFault('GB18030', window) > firstFault('UTF-8', window) ? 'GB18030' : 'UTF-8');
    this.decoder = new TextDecoder(this.decided, { fatal: true });
    return this.decodeLines(window);
  }

  private decodeLines(chunk: Buffer): string {
    const bytes = this.tail.length === 0 ? chunk : Buffer.concat([this.tail, chunk]);
    const end = bytes.lastIndexOf(lineFeed) + 1 || (bytes.length < maxTailBytes ? 0 : bytes.length);
    this.tail = bytes.subarray(end);
    return end === 0 ? '' : this.decode(bytes.subarray(0, end), true);
  }

  private decode(chunk: Buffer, stream: boolean): string {
    try {
      const text = this.decoder?.decode(chunk, { stream }) ?? '';
      this.countLines(chunk);
      return text;
    } catch (error) {
      const line = this.lines + 1 + countOf(chunk.subarray(0, Math.max(0, firstFault(this.encoding, chunk))));
      const detail = `第 ${line} 行有无法按 ${this.encoding} 解码的字节；请在表格软件中另存为“CSV UTF-8”后重新上传`;
      throw new TableFault('TABLE_UNREADABLE', detail, { cause: error });
    }
  }

  private countLines(chunk: Buffer): void {
    this.lines += countOf(chunk);
  }
}

function countOf(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === lineFeed) count++;
  return count;
}

function decodes(encoding: TextEncoding, bytes: Buffer): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // The answer is no; the caller tries the other encoding.
    return false;
  }
}

/** Start of the first line that does not decode (a line feed is never part of another character in either encoding); the length when all do. */
function firstFault(encoding: TextEncoding, bytes: Buffer): number {
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(lineFeed, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    if (!decodes(encoding, bytes.subarray(start, end))) return start;
    start = end;
  }
  return bytes.length;
}
