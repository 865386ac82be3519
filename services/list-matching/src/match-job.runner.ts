import { randomUUID } from 'node:crypto';
import { ProblemError } from '@lianxin/contracts';
import { Loop } from '@lianxin/messaging';
import { Database, FileSeal, isTransientDatabaseError, PersonalData, ServiceContext, sqlStateOf } from '@lianxin/platform';
import type { TableRow } from '@lianxin/tables';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ListConfig } from './config.ts';
import { ImportFiles } from './import-file.ts';
import { MatchIndexHost } from './match-index.host.ts';
import type { JobCounts, JobRows, MatchedRows } from './match-job.rows.ts';
import { type JobColumns, readJobHeader } from './match-job.rules.ts';
import {
  advanceMatchJob,
  dropExpiredJobs,
  finishMatchJob,
  insertJobPiece,
  type MatchJobRow,
  readJobPiece,
  releaseMatchJob,
  takeMatchJob,
} from './match-job.store.ts';

const idleMs = 1_000;
/** Rows that one thread matches in one go. */
const portionRows = 1_000;
/** Portions that are kept together: one piece of the result, one commit. */
const portionsPerPiece = 5;
const maxAttempts = 20;
const retrySeconds = 2;
/** Days for which a result can be fetched. */
const keepDays = 7;

/** Another runner has the job, or nobody wants it any more. */
class JobLost extends Error {}
class JobCancelled extends Error {}
class JobStopped extends Error {}

/** What has been matched and not yet been kept. */
interface Pending {
  readonly rows: number;
  readonly bytesRead: number;
  readonly matched: Promise<MatchedRows>;
}

/** Matches files in the background, on all search threads, one job at a time in each replica. Records and progress commit together. */
@Injectable()
export class MatchJobRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly owner = randomUUID();
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly personalData: PersonalData,
    private readonly files: ImportFiles,
    private readonly index: MatchIndexHost,
    private readonly config: ListConfig,
    private readonly context: ServiceContext,
  ) {
    this.loop = new Loop({ idleMs, turn: () => this.turn(), onError: (error) => this.log('match jobs will try again', error) });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** There is a new job. */
  wake(): void {
    this.loop.wake();
  }

  private async turn(): Promise<boolean> {
    if (!this.index.isComplete) return false;
    const job = await this.database.consumerTransaction(async (tx) => {
      await dropExpiredJobs(tx);
      return takeMatchJob(tx, this.owner, this.config.importLeaseSeconds);
    });
    if (job === undefined) return false;
    try {
      await this.run(job);
    } catch (error) {
      await this.settle(job, error);
    }
    return true;
  }

  private async run(job: MatchJobRow): Promise<void> {
    if (job.cancel_asked) throw new JobCancelled();
    const work = new JobWork(job);
    let bytesRead = 0;
    const source = {
      read: async (place: number) => {
        const piece = await this.database.consumerTransaction((tx) => readJobPiece(tx, job.id, 'FILE', place));
        bytesRead += piece?.length ?? 0;
        return piece;
      },
    };
    const table = await this.files.open(job.id, job.sealed_key ?? '', null, source);
    try {
      let columns: JobColumns | undefined;
      let portion: { line: number; cells: TableRow['cells'] }[] = [];
      let place = 0;
      for await (const row of table.rows) {
        if (columns === undefined) {
          const header = readJobHeader(row.cells ?? []);
          if (!header.ok) throw new ProblemError('IMPORT_HEADER_UNKNOWN', header.detail);
          columns = header.columns;
          continue;
        }
        // What was kept before the last restart is not matched again.
        if (place++ < work.done) continue;
        portion.push({ line: row.line, cells: row.cells });
        if (portion.length < portionRows) continue;
        await this.dispatch(work, { columns, scope: job.scope, rows: portion }, bytesRead);
        portion = [];
      }
      if (columns === undefined) throw new ProblemError('IMPORT_FILE_REQUIRED', '文件中没有表头');
      if (portion.length > 0) await this.dispatch(work, { columns, scope: job.scope, rows: portion }, bytesRead);
    } finally {
      await table.close();
    }
    while (work.pending.length > 0) await this.keep(work);
    const registerVersion = this.index.registerVersion;
    await this.database.consumerTransaction((tx) =>
      finishMatchJob(tx, job.id, this.owner, { status: 'succeeded', failure: null, registerVersion, keepDays }),
    );
  }

  /** Hands rows to the threads; no more wait than keep all threads busy, so that memory stays flat. */
  private async dispatch(work: JobWork, rows: JobRows, bytesRead: number): Promise<void> {
    const matched = this.index.matchRows(rows);
    // A fault is met when its turn comes to be kept; until then it must not count as unheard.
    matched.catch(() => undefined);
    work.pending.push({ rows: rows.rows.length, bytesRead, matched });
    if (work.pending.length >= this.index.threadCount + portionsPerPiece) await this.keep(work);
  }

  /** Keeps the records of the oldest portions and what they count, in one transaction. */
  private async keep(work: JobWork): Promise<void> {
    if (this.loop.isStopping) throw new JobStopped();
    const portions = work.pending.splice(0, portionsPerPiece);
    const results = await Promise.all(portions.map((portion) => portion.matched));
    const place = work.resultPieces;
    const text = results.map((result) => result.text).join('');
    const seal = FileSeal.open(this.personalData, `${work.job.id}/RESULT`, work.job.sealed_key ?? '');
    work.add(portions, results);
    const held = await this.database.consumerTransaction(async (tx) => {
      const state = await advanceMatchJob(
        tx,
        work.job.id,
        this.owner,
        work.progress(portions.at(-1)?.bytesRead ?? 0),
        this.config.importLeaseSeconds,
      );
      if (state === undefined) throw new JobLost();
      await insertJobPiece(tx, work.job.id, 'RESULT', place, seal.sealPiece(place, Buffer.from(text)));
      return state;
    });
    if (held.cancelAsked) throw new JobCancelled();
  }

  private async settle(job: MatchJobRow, error: unknown): Promise<void> {
    const finish = (status: 'cancelled' | 'failed', failure: string | null) =>
      this.database.consumerTransaction((tx) =>
        finishMatchJob(tx, job.id, this.owner, { status, failure, registerVersion: null, keepDays }),
      );
    if (error instanceof JobLost) return;
    if (error instanceof JobCancelled) return finish('cancelled', null);
    if (error instanceof ProblemError && error.code !== 'UNAVAILABLE') return finish('failed', error.detail);
    const passes =
      error instanceof JobStopped || isTransientDatabaseError(error) || (error instanceof ProblemError && error.code === 'UNAVAILABLE');
    if (!(error instanceof JobStopped)) this.log('a match job was interrupted', error, job);
    if (passes || job.attempts < maxAttempts) {
      const seconds = error instanceof JobStopped ? 0 : retrySeconds;
      return this.database.consumerTransaction((tx) => releaseMatchJob(tx, job.id, this.owner, seconds));
    }
    return finish('failed', '内部错误，比对未能完成，请将作业编号告知运维人员');
  }

  /** The error object itself is not logged: it may carry values of a row. */
  private log(message: string, error: unknown, job?: MatchJobRow): void {
    const fault = error instanceof Error ? { name: error.name, state: sqlStateOf(error) } : {};
    this.context.logger.warn({ ...fault, jobId: job?.id, attempts: job?.attempts }, message);
  }
}

/** How far a job has come in this run. */
class JobWork {
  readonly pending: Pending[] = [];
  done: number;
  resultPieces: number;
  private counts: JobCounts;

  constructor(readonly job: MatchJobRow) {
    this.done = job.done;
    this.resultPieces = job.result_pieces;
    this.counts = { matched: job.matched, toReview: job.to_review, unmatched: job.unmatched, faulty: job.faulty };
  }

  add(portions: readonly Pending[], results: readonly MatchedRows[]): void {
    this.done += portions.reduce((sum, portion) => sum + portion.rows, 0);
    this.resultPieces += 1;
    for (const { counts } of results)
      this.counts = {
        matched: this.counts.matched + counts.matched,
        toReview: this.counts.toReview + counts.toReview,
        unmatched: this.counts.unmatched + counts.unmatched,
        faulty: this.counts.faulty + counts.faulty,
      };
  }

  progress(bytesRead: number) {
    const share = Math.min(1, Math.max(bytesRead, 1) / Math.max(1, this.job.file_bytes));
    return {
      done: this.done,
      counts: this.counts,
      resultPieces: this.resultPieces,
      estimate: Math.max(this.done, Math.round(this.done / share)),
    };
  }
}
