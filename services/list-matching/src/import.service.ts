import type { Readable } from 'node:stream';
import { type Page, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, contentHash, Database, decodeCursor, type IdempotentAnswer, idempotently, PersonalData, pageOf } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ImportRunner } from './import.runner.ts';
import { dropUpload, findErrors, findJob, type ImportMode, insertJob, insertPiece, type JobRow, queueJob } from './import.store.ts';
import { errorViewOf, type ImportErrorView, type JobView, jobViewOf } from './import.view.ts';
import { readHeader } from './import-columns.rules.ts';
import { FileSeal, receiveFile } from './import-file.ts';
import { takeNumbers } from './list-entry.store.ts';

const shownErrors = 200;
const cursorSchema = z.tuple([z.int().nonnegative()]);

/** Takes list files in and tells how far their jobs have come. */
@Injectable()
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly runner: ImportRunner,
  ) {}

  /**
   * Takes a file off the wire, sealed piece by piece, and queues its job. A request that is sent again with the same key and file gets the first job.
   * @throws ProblemError IMPORT_FILE_REQUIRED, IMPORT_HEADER_UNKNOWN, VALIDATION_FAILED, BODY_TOO_LARGE; then nothing is kept.
   */
  async accept(
    principal: Principal,
    stream: Readable,
    request: { kind: string; mode: ImportMode; idempotencyKey: string | undefined },
  ): Promise<IdempotentAnswer<JobView>> {
    const { ids } = await this.database.transaction(principal, (tx) => takeNumbers(tx, 1, 0));
    const id = ids[0] ?? '';
    const { seal, sealedKey } = FileSeal.create(this.personalData, id);
    const { id: importerId, kind, roles, departments } = principal;
    const importer = { id: importerId, kind, roles, departments };
    await this.database.transaction(principal, (tx) => insertJob(tx, { id, kind: request.kind, mode: request.mode, importer, sealedKey }));
    try {
      const file = await receiveFile(stream, assertHeader, (place, plain) =>
        this.database.transaction(principal, (tx) => insertPiece(tx, id, place, seal.sealPiece(place, plain))),
      );
      const answer = await this.queue(principal, id, file.bytes, { ...request, hash: file.hash });
      if (answer.replayed) await this.drop(id);
      else this.runner.wake();
      return answer;
    } catch (error) {
      await this.drop(id);
      throw error;
    }
  }

  /** @throws ProblemError NOT_FOUND, also for a job of another department. */
  async get(principal: Principal, id: string): Promise<JobView> {
    return this.database.transaction(principal, async (tx) => {
      const job = await findJob(tx, id);
      if (job === undefined) throw new ProblemError('NOT_FOUND', '没有该作业，或不属于本部门');
      return jobViewOf(job, await findErrors(tx, id, 0, shownErrors), this.clock.now());
    });
  }

  async errors(principal: Principal, id: string, cursor: string | undefined, limit: number): Promise<Page<ImportErrorView>> {
    const after = cursor === undefined ? 0 : decodeCursor(cursorSchema, cursor)[0];
    return this.database.transaction(principal, async (tx) => {
      if ((await findJob(tx, id)) === undefined) throw new ProblemError('NOT_FOUND', '没有该作业，或不属于本部门');
      return pageOf(await findErrors(tx, id, after, limit + 1), limit, (row) => [row.id], errorViewOf);
    });
  }

  private queue(
    principal: Principal,
    id: string,
    bytes: number,
    request: { kind: string; mode: ImportMode; hash: string; idempotencyKey: string | undefined },
  ): Promise<IdempotentAnswer<JobView>> {
    const fingerprint = contentHash(['POST', '/api/v1/imports', request.kind, request.mode, request.hash]);
    return this.database.transaction(principal, (tx) =>
      idempotently(tx, { principalId: principal.id, key: request.idempotencyKey, fingerprint }, async () => {
        const job: JobRow = await queueJob(tx, id, bytes);
        return { status: 202, body: jobViewOf(job, [], this.clock.now()) };
      }),
    );
  }

  private drop(id: string): Promise<void> {
    return this.database.consumerTransaction((tx) => dropUpload(tx, id));
  }
}

function assertHeader(cells: readonly string[]): void {
  const header = readHeader(cells);
  if (header.ok) return;
  const detail = header.faults.map((fault) => fault.detail).join('；');
  throw new ProblemError('IMPORT_HEADER_UNKNOWN', detail.slice(0, 2000), header.faults);
}
