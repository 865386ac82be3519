import { Buffer } from 'node:buffer';
import { organisationKeys, personKeys } from './keys.ts';
import { readOrganisationRecord } from './organisation-query.ts';
import { readPersonRecord } from './person-query.ts';
import { type PostingTable, PostingTableBuilder, visitPostings } from './posting-table.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import type { RegisterRecord } from './types.ts';

/** The immutable part of an index: plain shared memory that any thread may read. */
export interface MainPart {
  readonly count: number;
  readonly names: number;
  readonly persons: number;
  readonly version: number;
  /** Where record n begins: chunk number × chunk size + place in the chunk. */
  readonly offsets: Float64Array<SharedArrayBuffer>;
  readonly chunks: readonly SharedArrayBuffer[];
  readonly postings: PostingTable;
}

/** Chunks double up to this size, so that a small register needs little. */
const chunkSize = 1 << 24;
const firstChunkSize = 1 << 16;

/** Every key of a record, for the table and for changes alike; a key may come twice. */
export function keysOf(record: RegisterRecord): number[] {
  return record.kind === 'PERSON' ? personKeys(record, readPersonRecord(record)) : organisationKeys(record, readOrganisationRecord(record));
}

/** Builds the immutable part from records that come one by one; ids must be unique. */
export class MainPartBuilder {
  private readonly table = new PostingTableBuilder();
  private readonly chunks: Buffer[] = [];
  private offsets = new Float64Array(1 << 16);
  private position = 0;
  private count = 0;
  private names = 0;
  private persons = 0;
  private version = 0;

  add(record: RegisterRecord): void {
    this.store(encodeRecord(record));
    for (const key of keysOf(record)) this.table.add(key, this.count);
    this.count += 1;
    this.names += record.names.length;
    if (record.kind === 'PERSON') this.persons += 1;
    this.version = Math.max(this.version, record.version);
  }

  private store(bytes: Buffer): void {
    if (bytes.length > chunkSize) throw new RangeError('a record of the register is too large for the index');
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || this.position + bytes.length > chunk.length) {
      const doubled = Math.min(chunkSize, (chunk?.length ?? firstChunkSize / 2) * 2);
      chunk = Buffer.from(new SharedArrayBuffer(Math.max(doubled, bytes.length)));
      this.chunks.push(chunk);
      this.position = 0;
    }
    chunk.set(bytes, this.position);
    if (this.count === this.offsets.length) {
      const larger = new Float64Array(this.offsets.length * 2);
      larger.set(this.offsets);
      this.offsets = larger;
    }
    this.offsets[this.count] = (this.chunks.length - 1) * chunkSize + this.position;
    this.position += bytes.length;
  }

  build(): MainPart {
    const offsets = new Float64Array(new SharedArrayBuffer(8 * this.count));
    offsets.set(this.offsets.subarray(0, this.count));
    return {
      count: this.count,
      names: this.names,
      persons: this.persons,
      version: this.version,
      offsets,
      chunks: this.chunks.map((chunk) => chunk.buffer as SharedArrayBuffer),
      postings: this.table.build(),
    };
  }
}

/** Reads the immutable part in one thread. */
export class MainReader {
  private readonly buffers: readonly Buffer[];

  constructor(readonly part: MainPart) {
    this.buffers = part.chunks.map((chunk) => Buffer.from(chunk));
  }

  record(index: number): RegisterRecord {
    const offset = this.part.offsets[index];
    const chunk = this.buffers[Math.floor((offset ?? -1) / chunkSize)];
    if (offset === undefined || chunk === undefined) throw new RangeError(`no record ${index} in the index`);
    return decodeRecord(chunk, offset % chunkSize).record;
  }

  visit(key: number, visit: (record: number) => boolean): void {
    visitPostings(this.part.postings, key, visit);
  }

  bytes(): number {
    const { offsets, chunks, postings } = this.part;
    const stored = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    return offsets.byteLength + stored + postings.starts.byteLength + postings.records.byteLength + postings.marks.byteLength;
  }
}
