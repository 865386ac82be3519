import { randomUUIDv7 } from 'node:crypto';
import type { Principal } from '@lianxin/contracts';
import { Clock, contentHash, Database, idempotently, ServiceContext, sendAnswer, type Transaction } from '@lianxin/platform';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FileFolder } from './file.folder.ts';
import { dispositionOf, fileOfRequest } from './file.request.ts';
import { evidenceTypes, plainFileName } from './file.rules.ts';
import { holdFile } from './file.store.ts';

/** A file as its service's table holds it; the content lies in the folder under its id. */
export interface FileRow {
  readonly id: string;
  readonly department_code: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly media_type: string;
  readonly name: string;
  readonly uploaded_by: string;
  readonly uploaded_at: Date;
}

/** The table of a service that holds the rows of its files. */
export interface FileRows {
  insert(tx: Transaction, file: FileRow): Promise<void>;
  find(tx: Transaction, id: string): Promise<FileRow | undefined>;
}

/** What every service that takes files in and hands them out does alike; whose they are and who sees them is the service's own. */
@Injectable()
export class FileDesk {
  constructor(
    private readonly database: Database,
    private readonly folder: FileFolder,
    private readonly clock: Clock,
    private readonly context: ServiceContext,
  ) {}

  /**
   * Takes in the file of a request and answers 201 with `viewOf` its row. The row commits the file: where it does not come to stand, or an earlier request
   * with the same key had it, the new copy goes.
   * @throws ProblemError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, and what `rows.insert` refuses.
   */
  async take<View>(
    {
      principal,
      request,
      reply,
      departmentCode,
    }: { principal: Principal; request: FastifyRequest; reply: FastifyReply; departmentCode: string },
    rows: FileRows,
    viewOf: (file: FileRow) => View,
  ): Promise<View> {
    const id = randomUUIDv7();
    const upload = await fileOfRequest(request);
    const { sha256, sizeBytes, type } = await this.folder.take(id, upload.body);
    const file: FileRow = {
      id,
      department_code: departmentCode,
      sha256,
      size_bytes: sizeBytes,
      media_type: evidenceTypes[type],
      name: plainFileName(upload.name, `${id}.${type}`),
      uploaded_by: principal.id,
      uploaded_at: this.clock.now(),
    };
    const key = request.headers['idempotency-key'];
    const idempotent = {
      principalId: principal.id,
      key: typeof key === 'string' && key.length > 0 ? key.slice(0, 200) : undefined,
      fingerprint: contentHash(['POST', request.routeOptions.url ?? '', departmentCode, sha256]),
    };
    try {
      const answer = await this.database.transaction(principal, async (tx) => {
        await holdFile(tx, id);
        return idempotently(tx, idempotent, async () => {
          await rows.insert(tx, file);
          return { status: 201, body: viewOf(file) };
        });
      });
      if (answer.replayed) await this.dropUnlessKept(id, rows);
      return sendAnswer(reply, answer);
    } catch (error) {
      await this.dropUnlessKept(id, rows);
      throw error;
    }
  }

  /**
   * A connection that broke while it committed says nothing about the row: only content whose row is certainly not there goes. What cannot be found out, or
   * not be removed, stays behind: bytes that no row names harm nobody, and the caller is told the first error.
   */
  private async dropUnlessKept(id: string, rows: FileRows): Promise<void> {
    try {
      const kept = await this.database.consumerTransaction(async (tx) => {
        await holdFile(tx, id);
        return rows.find(tx, id);
      });
      if (kept === undefined) await this.folder.remove(id);
    } catch (error) {
      this.context.logger.warn({ err: error, fileId: id }, 'the content of a file without a row may have stayed behind');
    }
  }

  /** The content of a file that the caller may see. A file from outside is never shown by a browser as a page of ours. */
  async hand(reply: FastifyReply, file: FileRow): Promise<StreamableFile> {
    void reply
      .header('X-Content-Type-Options', 'nosniff')
      .header('Content-Security-Policy', "sandbox; default-src 'none'")
      .header('Cache-Control', 'private, no-store')
      .header('ETag', `"${file.sha256}"`);
    return new StreamableFile(await this.folder.read(file.id), {
      type: file.media_type,
      length: file.size_bytes,
      disposition: dispositionOf(file.name),
    });
  }
}
