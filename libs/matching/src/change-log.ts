import { Buffer } from 'node:buffer';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import type { RegisterRecord } from './types.ts';

/** A record in its new form, or an id that is gone; `version` as in the record. */
export type Change = { readonly record: RegisterRecord } | { readonly removedId: string; readonly version: number };

/** Changes since the immutable part was built, as bytes in shared memory that only grow; one thread writes, all read. */
export interface SharedLog {
  readonly bytes: SharedArrayBuffer;
  /** One number: bytes that are complete. */
  readonly length: SharedArrayBuffer;
}

const firstSize = 1 << 20;
const greatestSize = 1 << 28;

export function newSharedLog(): SharedLog {
  return { bytes: new SharedArrayBuffer(firstSize, { maxByteLength: greatestSize }), length: new SharedArrayBuffer(4) };
}

/** One thread's view of the shared log. */
export class ChangeLog {
  private readonly length: Int32Array;
  private position = 0;

  constructor(private readonly shared: SharedLog) {
    this.length = new Int32Array(shared.length);
  }

  /** How many bytes of the log this thread has taken in. */
  get taken(): number {
    return this.position;
  }

  /**
   * Appends a change; other threads see it whole or not at all.
   * @throws RangeError when the log is full: merge first
   */
  append(change: Change): void {
    const removed = 'removedId' in change;
    const record: RegisterRecord = removed ? { id: change.removedId, kind: 'LEGAL', version: change.version, names: [] } : change.record;
    const body = encodeRecord(record);
    const start = Atomics.load(this.length, 0);
    const end = start + 1 + body.length;
    if (end > greatestSize) throw new RangeError('the changes since the index was built no longer fit: merge it first');
    if (end > this.shared.bytes.byteLength) this.shared.bytes.grow(Math.min(greatestSize, Math.max(end, this.shared.bytes.byteLength * 2)));
    const view = Buffer.from(this.shared.bytes, start, end - start);
    view[0] = removed ? 0 : 1;
    body.copy(view, 1);
    Atomics.store(this.length, 0, end);
  }

  /** Changes that have come since the last call, oldest first. */
  *take(): Generator<Change> {
    const end = Atomics.load(this.length, 0);
    if (end === this.position) return;
    const bytes = Buffer.from(this.shared.bytes, 0, end);
    while (this.position < end) {
      const isRecord = bytes[this.position] === 1;
      const { record, end: next } = decodeRecord(bytes, this.position + 1);
      this.position = next;
      yield isRecord ? { record } : { removedId: record.id, version: record.version };
    }
  }
}
