import { createHash } from 'node:crypto';
import type { FieldProblem } from '@lianxin/contracts';
import type { ImportKind, RowKey } from './import-kind.ts';
import type { FileRow } from './import-table.ts';

/** Keys that are remembered at most; a file of more rows is told so, and its further rows are checked against these only. */
const maxKeys = 2_000_000;

/** Remembers the keys of a file's rows by 52 bits of their hash, so that a million rows take some tens of megabytes. */
export class RepeatedRows {
  private slots = new Float64Array(1 << 12);
  private lines = new Uint32Array(1 << 12);
  private count = 0;

  /** Tells which earlier line says the same, and remembers this one. A repeat is a warning: what becomes of it, the use case decides. */
  find(line: number, keys: readonly RowKey[]): FieldProblem[] {
    return keys.flatMap(({ pointer, key }): FieldProblem[] => {
      const earlier = this.note(hashOf(`${pointer}\n${key}`), line);
      return earlier === undefined || earlier === line ? [] : [{ pointer, code: 'IMPORT_ROW_REPEATED', detail: `与第 ${earlier} 行重复` }];
    });
  }

  private note(hash: number, line: number): number | undefined {
    const place = this.placeOf(hash);
    if (this.slots[place] === hash) return this.lines[place];
    if (this.count >= maxKeys) return undefined;
    this.slots[place] = hash;
    this.lines[place] = line;
    this.count++;
    if (this.count * 2 > this.slots.length) this.grow();
    return undefined;
  }

  private placeOf(hash: number): number {
    let place = hash % this.slots.length;
    while (this.slots[place] !== 0 && this.slots[place] !== hash) place = (place + 1) % this.slots.length;
    return place;
  }

  private grow(): void {
    const { slots, lines } = this;
    this.slots = new Float64Array(slots.length * 2);
    this.lines = new Uint32Array(slots.length * 2);
    for (const [index, hash] of slots.entries()) {
      if (hash === 0) continue;
      const place = this.placeOf(hash);
      this.slots[place] = hash;
      this.lines[place] = lines[index] ?? 0;
    }
  }
}

/** 52 bits, never 0: that is an empty slot. */
function hashOf(text: string): number {
  const bytes = createHash('sha256').update(text).digest();
  return bytes.readUIntBE(0, 6) * 16 + ((bytes[6] ?? 0) >> 4) || 1;
}

/** Rows with a warning where an earlier line of the file says the same. */
export function withRepeats<Row>(
  kind: Pick<ImportKind<Row>, 'keysOf'>,
  rows: readonly FileRow<Row>[],
  repeats: RepeatedRows,
): readonly FileRow<Row>[] {
  if (kind.keysOf === undefined) return rows;
  return rows.map((row) => {
    const found = row.ok ? repeats.find(row.line, kind.keysOf?.(row.row) ?? []) : [];
    return row.ok && found.length > 0 ? { ...row, warnings: [...row.warnings, ...found.map((fault) => ({ ...fault, field: null }))] } : row;
  });
}
