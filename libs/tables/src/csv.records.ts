/** A record of a CSV text with the line on which it begins; `cells` undefined when it is no CSV or longer than allowed. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[] | undefined;
}

const comma = 0x2c;
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;

/**
 * Splits CSV (RFC 4180) that comes in pieces into records. Made here because every row must be accounted for: csv-parse, told to skip
 * faulty records, also drops good ones behind them. A faulty record ends at its line's end and is reported; what follows is read as usual.
 * Spaces around unquoted cells are dropped; blank records are passed over.
 */
export class CsvRecords {
  private state: 'START' | 'PLAIN' | 'QUOTED' | 'AFTER_QUOTE' = 'START';
  private cells: string[] = [];
  private cell = '';
  private size = 0;
  private isBroken = false;
  private line = 1;
  private startLine = 1;
  private afterCarriageReturn = false;
  private readonly ready: CsvRecord[] = [];

  /** @param maxRecordLength in characters; a longer record is reported as faulty and never held in memory. */
  constructor(private readonly maxRecordLength: number) {}

  /** Takes the next piece of the text; returns the records that it completes. */
  push(text: string): CsvRecord[] {
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (this.state === 'QUOTED') {
        if (code === lineFeed) this.line++;
        if (code !== quote) {
          // A quote that is never closed must not swallow the file: past the limit the record ends at its line's end.
          if (code === lineFeed && this.isTooLong(index - start)) {
            this.endRecord('');
            start = index + 1;
          }
          continue;
        }
        this.take(text, start, index);
        this.state = 'AFTER_QUOTE';
        start = index + 1;
        continue;
      }
      start = this.atUnquoted(text, index, code, start);
    }
    this.take(text, start, text.length);
    return this.ready.splice(0);
  }

  /** The text is over; returns the last record, if any. */
  end(): CsvRecord[] {
    if (this.state === 'QUOTED') this.isBroken = true;
    if (this.state !== 'START' || this.cells.length > 0 || this.isBroken) this.endRecord('');
    return this.ready.splice(0);
  }

  /** One character outside of quotes; returns where the cell's text not yet taken begins. */
  private atUnquoted(text: string, index: number, code: number, start: number): number {
    const followsCarriageReturn = this.afterCarriageReturn;
    this.afterCarriageReturn = code === carriageReturn;
    if (code === lineFeed && followsCarriageReturn) return index + 1;
    if (code === comma || code === lineFeed || code === carriageReturn) {
      const rest = this.state === 'PLAIN' ? text.slice(start, index) : '';
      if (code === comma) this.endCell(rest);
      else {
        this.line++;
        this.endRecord(rest);
      }
      return index + 1;
    }
    if (this.state === 'START') {
      if (code === quote) this.state = 'QUOTED';
      else if (code !== space && code !== tab) {
        this.state = 'PLAIN';
        return index;
      }
      return index + 1;
    }
    if (this.state === 'AFTER_QUOTE') {
      if (code === quote && !this.isBroken) {
        this.cell += '"';
        this.state = 'QUOTED';
      } else if (code !== space && code !== tab) this.isBroken = true;
      return index + 1;
    }
    return start;
  }

  private isTooLong(pending: number): boolean {
    if (this.size + pending > this.maxRecordLength) this.isBroken = true;
    return this.isBroken;
  }

  private take(text: string, start: number, end: number): void {
    if (this.state !== 'PLAIN' && this.state !== 'QUOTED') return;
    this.size += end - start;
    if (!this.isTooLong(0)) this.cell += text.slice(start, end);
  }

  private endCell(rest: string): void {
    const isPlain = this.state === 'PLAIN';
    this.size += 1 + (isPlain ? rest.length : 0);
    if (!this.isTooLong(0)) this.cells.push(isPlain ? (this.cell + rest).trim() : this.cell);
    this.cell = '';
    this.state = 'START';
  }

  private endRecord(rest: string): void {
    this.endCell(rest);
    if (this.isBroken) this.ready.push({ line: this.startLine, cells: undefined });
    else if (this.cells.some((cell) => cell !== '')) this.ready.push({ line: this.startLine, cells: this.cells });
    this.cells = [];
    this.size = 0;
    this.isBroken = false;
    this.startLine = this.line;
  }
}
