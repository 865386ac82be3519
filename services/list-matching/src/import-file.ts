import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ProblemError } from '@lianxin/contracts';
import { Database, FileSeal, PersonalData } from '@lianxin/platform';
import { openTable, sniffBytes, sniffFormat, type Table, TableFault, type TableFormat, TextSniffer, workbookLimits } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { insertPiece, readPiece } from './import-piece.store.ts';

/** Largest file: CSV, some two million rows; a workbook ends at `workbookLimits.fileBytes`. */
export const maxFileBytes = 512 * 1024 * 1024;
const pieceBytes = 512 * 1024;

export interface ReceivedFile {
  readonly bytes: number;
  /** SHA-256 of the whole file. */
  readonly hash: string;
  readonly format: TableFormat;
  /** Of a CSV file. */
  readonly encoding: string | null;
}

/** Where the sealed pieces of a file lie; those of imports unless told. */
export interface PieceStore {
  insert(place: number, sealed: Buffer): Promise<void>;
  read(place: number): Promise<Buffer | undefined>;
}

/** The sealed files of jobs: taken in piece by piece, opened for reading as often as a job needs. No plain row lies anywhere. */
@Injectable()
export class ImportFiles {
  constructor(
    private readonly database: Database,
    private readonly personalData: PersonalData,
  ) {}

  /** A key for the file of a job, sealed by the keys for personal data. */
  newSeal(jobId: string): { seal: FileSeal; sealedKey: string } {
    return FileSeal.create(this.personalData, jobId);
  }

  /**
   * Takes a file off the wire in sealed pieces, so that memory stays flat. What it is, is seen from its first bytes; a text is checked on the way.
   * @throws ProblemError IMPORT_FILE_REQUIRED, TABLE_FORMAT_UNSUPPORTED, TABLE_UNREADABLE, BODY_TOO_LARGE
   */
  async receive(
    stream: Readable,
    jobId: string,
    seal: FileSeal,
    pieces: Pick<PieceStore, 'insert'> = this.importPieces(jobId),
  ): Promise<ReceivedFile> {
    const hash = createHash('sha256');
    const check = new FormatCheck();
    const waiting: Buffer[] = [];
    let waitingBytes = 0;
    let bytes = 0;
    let place = 0;
    const save = async () => {
      if (waitingBytes === 0) return;
      const piece = Buffer.concat(waiting.splice(0));
      waitingBytes = 0;
      const at = place++;
      await pieces.insert(at, seal.sealPiece(at, piece));
    };
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
      asProblem(() => check.push(chunk));
      if (bytes > check.maxBytes)
        throw new ProblemError('BODY_TOO_LARGE', `导入文件不超过 ${check.maxBytes / 1024 / 1024} MB，请拆分，或另存为“CSV UTF-8”后导入`);
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= pieceBytes) await save();
    }
    if (bytes === 0) throw new ProblemError('IMPORT_FILE_REQUIRED', '文件为空');
    const { format, encoding } = asProblem(() => check.end());
    await save();
    return { bytes, hash: hash.digest('base64url'), format, encoding };
  }

  /**
   * Opens the file of a job. The caller reads its rows to the end or closes it.
   * @throws ProblemError TABLE_…, for what the file is refused for
   */
  async open(
    jobId: string,
    sealedKey: string,
    sheet: string | null,
    pieces: Pick<PieceStore, 'read'> = this.importPieces(jobId),
  ): Promise<Table> {
    const seal = FileSeal.open(this.personalData, jobId, sealedKey);
    try {
      return await openTable(piecesOf(pieces, seal), sheet ?? undefined);
    } catch (error) {
      throw problemOf(error);
    }
  }

  private importPieces(jobId: string): PieceStore {
    return {
      insert: (place, sealed) => this.database.consumerTransaction((tx) => insertPiece(tx, jobId, place, sealed)),
      read: (place) => this.database.consumerTransaction((tx) => readPiece(tx, jobId, place)),
    };
  }
}

async function* piecesOf(pieces: Pick<PieceStore, 'read'>, seal: FileSeal): AsyncGenerator<Buffer> {
  for (let place = 0; ; place++) {
    const sealed = await pieces.read(place);
    if (sealed === undefined) return;
    yield seal.openPiece(place, sealed);
  }
}

/** A file that cannot be read is told as any other refusal. */
export function problemOf(error: unknown): unknown {
  return error instanceof TableFault ? new ProblemError(error.code, error.message, [], { cause: error }) : error;
}

function asProblem<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw problemOf(error);
  }
}

/** Looks at a file as it comes: its format from its first bytes, and whether a text can be decoded to its end. */
class FormatCheck {
  private head: Buffer[] = [];
  private headBytes = 0;
  private format: TableFormat | undefined;
  private sniffer: TextSniffer | undefined;

  get maxBytes(): number {
    return this.format === 'XLSX' ? workbookLimits.fileBytes : maxFileBytes;
  }

  /** @throws TableFault */
  push(chunk: Buffer): void {
    if (this.format === undefined) {
      this.head.push(chunk);
      this.headBytes += chunk.length;
      if (this.headBytes >= sniffBytes) this.decide();
    } else this.sniffer?.push(chunk);
  }

  /** @throws TableFault */
  end(): { format: TableFormat; encoding: string | null } {
    const format = this.format ?? this.decide();
    this.sniffer?.end();
    return { format, encoding: this.sniffer?.encoding ?? null };
  }

  private decide(): TableFormat {
    const head = Buffer.concat(this.head);
    this.format = sniffFormat(head);
    if (this.format === 'CSV') {
      this.sniffer = new TextSniffer();
      this.sniffer.push(head);
    }
    return this.format;
  }
}
