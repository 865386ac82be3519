import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';

interface WrittenFile {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
}

/** The fields for lengths and places have 32 bits; the 64-bit form is not needed below this and not read by every program. */
const maxBytes = 0xffff_ffff;
/** UTF-8 names; lengths stand behind the content, because it is not known beforehand. */
const flags = 0x0808;
/** 1980-01-01: a fixed time, so that the same rows give the same bytes. */
const dosDate = 0x0021;
/** Tables repeat themselves: more effort makes them little smaller and much slower. */
const effort = 2;

/** Writes a ZIP archive from front to back, holding no file of it in memory. */
export class ZipWriter {
  #offset = 0;
  readonly #files: WrittenFile[] = [];

  /**
   * Writes one file of the archive.
   * @throws RangeError when the archive would pass 4 GiB.
   */
  async *file(name: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
    const encodedName = Buffer.from(name, 'utf8');
    const offset = this.#offset;
    yield this.#count(localHeader(encodedName));
    let crc = 0;
    let size = 0;
    let compressed = 0;
    const watched = async function* () {
      for await (const piece of content) {
        crc = crc32(piece, crc);
        size += piece.length;
        yield piece;
      }
    };
    for await (const piece of deflated(watched())) {
      compressed += piece.length;
      if (size > maxBytes) throw new RangeError('a file of an archive passes 4 GiB');
      yield this.#count(piece);
    }
    yield this.#count(lengths(crc, compressed, size));
    this.#files.push({ name: encodedName, offset, crc, compressed, size });
  }

  /** The table of contents; nothing may follow. */
  *end(): Generator<Buffer> {
    const start = this.#offset;
    for (const file of this.#files) yield this.#count(directoryEntry(file));
    const bytes = this.#offset - start;
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.#files.length, 8);
    end.writeUInt16LE(this.#files.length, 10);
    end.writeUInt32LE(bytes, 12);
    end.writeUInt32LE(start, 16);
    yield end;
  }

  #count(piece: Buffer): Buffer {
    this.#offset += piece.length;
    if (this.#offset > maxBytes) throw new RangeError('an archive passes 4 GiB');
    return piece;
  }
}

/** Compresses in the thread pool, one piece at a time: the next is asked for when the last has been taken. */
async function* deflated(content: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ level: effort, chunkSize: 64 * 1024 });
  const feed = async () => {
    for await (const piece of content) if (!deflate.write(piece)) await once(deflate, 'drain');
    deflate.end();
  };
  const feeding = feed().catch((error: unknown) => deflate.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    yield* deflate as AsyncIterable<Buffer>;
  } finally {
    // A reader that goes away ends the source too, else it would wait for room for ever.
    deflate.destroy();
    await content.return(undefined);
    await feeding;
  }
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(dosDate, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function lengths(crc: number, compressed: number, size: number): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(crc, 4);
  descriptor.writeUInt32LE(compressed, 8);
  descriptor.writeUInt32LE(size, 12);
  return descriptor;
}

function directoryEntry({ name, offset, crc, compressed, size }: WrittenFile): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(20, 4);
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt16LE(dosDate, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(compressed, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, name]);
}
