import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { ProblemError } from '@lianxin/contracts';
import type { PersonalData } from '@lianxin/platform';
import { type CsvRecord, CsvRecords } from './csv-records.ts';

/** Largest file, and the limits within it. */
export const maxFileBytes = 200 * 1024 * 1024;
const pieceBytes = 512 * 1024;
const maxRecordLength = 512 * 1024;

/** Key of one file. It lies in the database only sealed by the keys for personal data; each piece is bound to its file and place. */
export class FileSeal {
  private constructor(
    private readonly key: Buffer,
    private readonly fileId: string,
  ) {}

  static create(personalData: PersonalData, fileId: string): { seal: FileSeal; sealedKey: string } {
    const key = randomBytes(32);
    const sealedKey = personalData.seal({ name: 'import file', idType: 'KEY', idNumber: key.toString('base64') });
    return { seal: new FileSeal(key, fileId), sealedKey };
  }

  /** @throws Error when the key is unknown or was altered. */
  static open(personalData: PersonalData, fileId: string, sealedKey: string): FileSeal {
    return new FileSeal(Buffer.from(personalData.open(sealedKey).idNumber, 'base64'), fileId);
  }

  /** iv, tag, cipher text. */
  sealPiece(place: number, plain: Buffer): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    cipher.setAAD(Buffer.from(`${this.fileId}/${place}`));
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]);
  }

  /** @throws Error when the piece was altered or stands in another place. */
  openPiece(place: number, sealed: Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, 12));
    decipher.setAAD(Buffer.from(`${this.fileId}/${place}`));
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  }
}

export interface ReceivedFile {
  readonly bytes: number;
  readonly pieces: number;
  /** SHA-256 of the whole file. */
  readonly hash: string;
}

/**
 * Takes a file off the wire in pieces, so that memory stays flat. Checks on the way that it is UTF-8 and not too large.
 * @param onHeader gets the header cells as soon as they are there, and may refuse
 * @throws ProblemError IMPORT_FILE_REQUIRED, VALIDATION_FAILED (not UTF-8), BODY_TOO_LARGE
 */
export async function receiveFile(
  stream: Readable,
  onHeader: (cells: readonly string[]) => void,
  savePiece: (place: number, plain: Buffer) => Promise<void>,
): Promise<ReceivedFile> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const hash = createHash('sha256');
  let head: CsvRecords | undefined = new CsvRecords(maxRecordLength);
  const takeHead = (records: readonly CsvRecord[]) => {
    const [first] = records;
    if (first === undefined) return;
    head = undefined;
    if (first.cells === undefined) throw new ProblemError('IMPORT_HEADER_UNKNOWN', '第一行不是合法的 CSV 表头');
    onHeader(first.cells);
  };
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let bytes = 0;
  let pieces = 0;
  const save = async () => {
    if (waitingBytes === 0) return;
    await savePiece(pieces++, Buffer.concat(waiting));
    waiting = [];
    waitingBytes = 0;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxFileBytes) throw new ProblemError('BODY_TOO_LARGE', `导入文件不超过 ${maxFileBytes / 1024 / 1024} MB，请拆分后导入`);
    hash.update(chunk);
    const text = decodeStrictly(decoder, chunk);
    if (head !== undefined) takeHead(head.push(text));
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes >= pieceBytes) await save();
  }
  decodeStrictly(decoder);
  if (head !== undefined) takeHead(head.end());
  if (head !== undefined) throw new ProblemError('IMPORT_FILE_REQUIRED', '文件为空');
  await save();
  return { bytes, pieces, hash: hash.digest('base64url') };
}

function decodeStrictly(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new ProblemError('VALIDATION_FAILED', '文件不是 UTF-8 编码；请在表格软件中另存为“CSV UTF-8”', [], { cause: error });
  }
}

/** Reads the records of a file in their order, the header first. */
export async function* recordsOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord> {
  const decoder = new TextDecoder('utf-8');
  const records = new CsvRecords(maxRecordLength);
  for await (const piece of pieces) yield* records.push(decoder.decode(piece, { stream: true }));
  yield* records.push(decoder.decode());
  yield* records.end();
}
