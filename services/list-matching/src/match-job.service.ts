import { Readable } from 'node:stream';
import { type Page, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, Database, decodeCursor, FileSeal, PersonalData, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ImportFiles } from './import-file.ts';
import { takeNumbers } from './list-entry.store.ts';
import { type JobScope, resultHeaders } from './match-job.rules.ts';
import { MatchJobRunner } from './match-job.runner.ts';
import {
  askCancel,
  dropMatchJob,
  findMatchJob,
  findMatchJobs,
  insertJobPiece,
  insertMatchJob,
  type MatchJobRow,
  queueMatchJob,
  readJobPiece,
} from './match-job.store.ts';
import { type MatchJobView, matchJobViewOf } from './match-job.view.ts';
import { assertStorable } from './match-review.service.ts';

const cursorSchema = z.tuple([z.uuid()]);

/** Files of names that are matched in the background. What is asked, and what is answered, is seen by who asked alone. */
@Injectable()
export class MatchJobService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly files: ImportFiles,
    private readonly runner: MatchJobRunner,
  ) {}

  /** Takes a file off the wire, sealed piece by piece, and queues its job. @throws ProblemError IMPORT_…, TABLE_…, BODY_TOO_LARGE; nothing is kept then */
  async accept(principal: Principal, stream: Readable, request: { scope: JobScope; purpose: string }): Promise<MatchJobView> {
    assertStorable({ purpose: request.purpose });
    const { ids } = await this.database.transaction(principal, (tx) => takeNumbers(tx, 1, 0));
    const id = ids[0] ?? '';
    const { seal, sealedKey } = this.files.newSeal(id);
    await this.database.transaction(principal, (tx) => insertMatchJob(tx, { id, ...request, actor: principal.id, sealedKey }));
    try {
      const { bytes } = await this.files.receive(stream, id, seal, {
        insert: (place, sealed) => this.database.consumerTransaction((tx) => insertJobPiece(tx, id, 'FILE', place, sealed)),
      });
      const job = await this.database.transaction(principal, async (tx) => {
        await queueMatchJob(tx, id, bytes);
        return getJob(await findMatchJob(tx, id));
      });
      this.runner.wake();
      return this.viewOf(job);
    } catch (error) {
      await this.database.consumerTransaction((tx) => dropMatchJob(tx, id));
      throw error;
    }
  }

  /** @throws ProblemError NOT_FOUND, also for somebody else's job */
  async get(principal: Principal, id: string): Promise<MatchJobView> {
    return this.viewOf(getJob(await this.database.transaction(principal, (tx) => findMatchJob(tx, id))));
  }

  list(principal: Principal, cursor: string | undefined, limit: number): Promise<Page<MatchJobView>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, cursor, limit));
  }

  /** The caller's own jobs, newest first. */
  async readPage(tx: Transaction, cursor: string | undefined, limit: number): Promise<Page<MatchJobView>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    return pageOf(
      await findMatchJobs(tx, before, limit + 1),
      limit,
      (row) => [row.id],
      (row) => this.viewOf(row),
    );
  }

  /** Nothing of a cancelled job is kept. */
  async cancel(principal: Principal, id: string): Promise<MatchJobView> {
    const job = await this.database.transaction(principal, async (tx) => {
      if (getJob(await findMatchJob(tx, id)).finished_at !== null) throw new ProblemError('CONFLICT', '作业已结束');
      await askCancel(tx, id);
      return getJob(await findMatchJob(tx, id));
    });
    this.runner.wake();
    return this.viewOf(job);
  }

  /** The result file, streamed piece by piece. @throws ProblemError NOT_FOUND, CONFLICT while it is not complete */
  async result(principal: Principal, id: string): Promise<Readable> {
    const job = getJob(await this.database.transaction(principal, (tx) => findMatchJob(tx, id)));
    if (job.status !== 'succeeded') throw new ProblemError('CONFLICT', `作业尚未完成或未成功；当前：${job.status}`);
    return Readable.from(this.resultBytes(principal, job));
  }

  private async *resultBytes(principal: Principal, job: MatchJobRow): AsyncGenerator<Buffer> {
    yield Buffer.from(`\uFEFF${resultHeaders.join(',')}\r\n`);
    const seal = FileSeal.open(this.personalData, `${job.id}/RESULT`, job.sealed_key ?? '');
    for (let place = 0; place < job.result_pieces; place++) {
      const piece = await this.database.transaction(principal, (tx) => readJobPiece(tx, job.id, 'RESULT', place));
      if (piece === undefined) throw new Error('a piece of a result is missing');
      yield seal.openPiece(place, piece);
    }
  }

  private viewOf(job: MatchJobRow): MatchJobView {
    return matchJobViewOf(job, this.clock.now());
  }
}

function getJob(job: MatchJobRow | undefined): MatchJobRow {
  if (job === undefined) throw new ProblemError('NOT_FOUND', '没有该作业，或不是本人提交');
  return job;
}
