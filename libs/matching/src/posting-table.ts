/**
 * Which records stand under which key: postings sorted by the upper bits of the 32-bit hash, with eight lower bits beside each to tell most others apart.
 * Immutable, in shared memory.
 */
export interface PostingTable {
  /** Upper bits of the hash that choose the bucket. */
  readonly bits: number;
  /** Where each bucket begins; one more than buckets. */
  readonly starts: Uint32Array<SharedArrayBuffer>;
  readonly records: Uint32Array<SharedArrayBuffer>;
  readonly marks: Uint8Array<SharedArrayBuffer>;
}

const chunk = 1 << 20;

/** Collects keys and sorts them into a table. */
export class PostingTableBuilder {
  private readonly hashes: Uint32Array[] = [];
  private readonly records: Uint32Array[] = [];
  private used = chunk;
  count = 0;

  add(hash: number, record: number): void {
    if (this.used === chunk) {
      this.hashes.push(new Uint32Array(chunk));
      this.records.push(new Uint32Array(chunk));
      this.used = 0;
    }
    const last = this.hashes.length - 1;
    (this.hashes[last] as Uint32Array)[this.used] = hash;
    (this.records[last] as Uint32Array)[this.used] = record;
    this.used += 1;
    this.count += 1;
  }

  build(): PostingTable {
    const bits = Math.min(24, Math.max(16, Math.ceil(Math.log2(Math.max(this.count, 1) / 4))));
    const starts = this.countBuckets(bits);
    const records = new Uint32Array(new SharedArrayBuffer(4 * this.count));
    const marks = new Uint8Array(new SharedArrayBuffer(this.count));
    const next = starts.slice(0, -1);
    // In the order of addition, so that the postings of a key are in the order of the records.
    for (const [index, hashes] of this.hashes.entries()) {
      const added = this.records[index] as Uint32Array;
      const end = this.lengthOf(index);
      for (let place = 0; place < end; place += 1) {
        const hash = hashes[place] ?? 0;
        const bucket = hash >>> (32 - bits);
        const target = next[bucket] ?? 0;
        next[bucket] = target + 1;
        records[target] = added[place] ?? 0;
        marks[target] = hash & 0xff;
      }
    }
    return { bits, starts, records, marks };
  }

  private lengthOf(index: number): number {
    return index === this.hashes.length - 1 ? this.used : chunk;
  }

  /** Where each bucket begins. */
  private countBuckets(bits: number): Uint32Array<SharedArrayBuffer> {
    const starts = new Uint32Array(new SharedArrayBuffer(4 * (2 ** bits + 1)));
    for (const [index, hashes] of this.hashes.entries()) {
      const end = this.lengthOf(index);
      for (let place = 0; place < end; place += 1) {
        const bucket = ((hashes[place] ?? 0) >>> (32 - bits)) + 1;
        starts[bucket] = (starts[bucket] ?? 0) + 1;
      }
    }
    for (let bucket = 1; bucket < starts.length; bucket += 1) starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
    return starts;
  }
}

/** Calls `visit` for the records under a key until it returns false; a few of them may belong to another key. */
export function visitPostings(table: PostingTable, hash: number, visit: (record: number) => boolean): void {
  const bucket = hash >>> (32 - table.bits);
  const end = table.starts[bucket + 1] ?? 0;
  const mark = hash & 0xff;
  for (let place = table.starts[bucket] ?? 0; place < end; place += 1) {
    if (table.marks[place] === mark && !visit(table.records[place] ?? 0)) return;
  }
}
