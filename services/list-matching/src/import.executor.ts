import { type Principal, ProblemError } from '@lianxin/contracts';
import { Database, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ListConfig } from './config.ts';
import { type JobRow, restartJob } from './import.store.ts';
import { ImportFiles } from './import-file.ts';
import { dataColumns } from './import-header.ts';
import { type ImportContext, type ImportKind, ImportKinds, type ImportQuestion, type RowLayout, type RowOutcome } from './import-kind.ts';
import { deletePieces } from './import-piece.store.ts';
import { hasReported, noProgress, progressAfter, progressOf, statusOf } from './import-progress.ts';
import { RepeatedRows, withRepeats } from './import-repeats.ts';
import { type BatchOutcome, outcomeOf, readableRows } from './import-row.ts';
import {
  advanceJob,
  finishJob,
  type JobEnd,
  lockOwnJob,
  type Progress,
  restJob,
  setPhase,
  setPrepared,
  setQuestion,
} from './import-run.store.ts';
import { type FileRow, readFileRows } from './import-table.ts';
import { insertErrors, insertMade, insertSamples } from './import-trace.store.ts';
import { mustRunAgain, retryLostRace } from './race.ts';

/** Rows of one transaction. */
const batchRows = 200;
/** Rows that a preview shows. */
export const maxSamples = 50;
/** From so many rows on a share of bad ones says something. */
const abortFromRows = 200;
/** Errors that a preview keeps; a file that has more is not worth the rest. */
const maxErrors = 100_000;

/** Another runner has the job: this one stops where it stands. */
export class LeaseLost extends Error {}
/** The service is being stopped between two batches. */
export class ImportStopped extends Error {}
/** Rolls an all-or-nothing import back. */
class BadRows extends Error {}
/** Rolls back what a preview has tried. */
class Foretold extends Error {}
/** A person must answer first; nothing of this transaction stays. */
class Asked extends Error {}
/** Ends the job before its last row. */
class Ended extends Error {
  constructor(
    readonly status: 'failed' | 'cancelled',
    readonly failure: string | null,
  ) {
    super(failure ?? status);
  }
}

interface Run {
  readonly job: JobRow;
  readonly owner: string;
  readonly kind: ImportKind;
  readonly layout: RowLayout<unknown>;
  readonly context: ImportContext;
  readonly isStopping: () => boolean;
}
type Rows = readonly FileRow<unknown>[];

/**
 * Runs one import job. In partial mode rows, errors and progress of a batch commit together, so that a job goes on after a kill where it stood and
 * doubles nothing; in all-or-nothing mode everything is one transaction. A preview does every batch as the import would, and rolls it back.
 */
@Injectable()
export class ImportExecutor {
  constructor(
    private readonly database: Database,
    private readonly kinds: ImportKinds,
    private readonly files: ImportFiles,
    private readonly config: ListConfig,
  ) {}

  /** @throws LeaseLost, ImportStopped, or the fault that stopped it; the job then waits for its next run. */
  async run(job: JobRow, owner: string, isStopping: () => boolean): Promise<void> {
    const run = this.runOf(job, owner, isStopping);
    let progress = progressOf(job);
    const isAt = (now: Progress) => {
      progress = now;
    };
    try {
      if (job.total === null) await this.scan(run);
      if (job.wanted === 'PREVIEW') await this.preview(run, isAt);
      else if (job.mode === 'all') await this.runWhole(run, isAt);
      else await this.runInBatches(run, isAt);
    } catch (error) {
      if (error instanceof Asked) return;
      const end = endingOf(error);
      if (end === undefined) throw error;
      await this.end(
        job,
        { ...progress, ...(job.mode === 'all' || job.wanted === 'PREVIEW' ? { succeeded: 0 } : {}) },
        end.failure,
        end.status,
      );
    }
  }

  /** After too many runs without progress: what is done stays done, and the job says that it is not complete. */
  async giveUp(job: JobRow): Promise<void> {
    await this.end(job, progressOf(job), '内部错误，导入未能完成；已成功的行有效，请将作业编号告知运维人员', 'failed', true);
  }

  private runOf(job: JobRow, owner: string, isStopping: () => boolean): Run {
    const kind = this.kinds.find(job.kind);
    if (kind === undefined) throw new Error(`nothing here imports ${job.kind}`);
    const headers = job.headers ?? [];
    const decision = kind.recognise(
      dataColumns(headers).map((place) => headers[place] ?? ''),
      job.defaults,
    );
    if (!decision.ok) throw new Ended('failed', '文件的表头在上传后已不再适用，请重新上传');
    return { job, owner, kind, layout: decision.layout, context: contextOf(job), isStopping };
  }

  /** First pass over the file: how many rows there are, and what a kind wants to know before its first row. */
  private async scan(run: Run): Promise<void> {
    const { job, owner, kind } = run;
    const tell = async (phase: string, total: number | null) => {
      const { isHeld, cancelAsked } = await this.database.consumerTransaction((tx) =>
        setPhase(tx, job.id, owner, phase, total, this.leaseSeconds),
      );
      if (!isHeld) throw new LeaseLost();
      if (cancelAsked) throw new Ended('cancelled', null);
    };
    await tell('计数', null);
    let total = 0;
    let renewedAt = Date.now();
    for await (const rows of this.batchesOf(run, 0)) {
      total += rows.length;
      if (kind.scan !== undefined)
        await this.database.transaction(
          run.context.principal,
          (tx) => kind.scan?.(tx, run.context, readableRows(rows)) ?? Promise.resolve(),
        );
      if (Date.now() - renewedAt < 1000 * (this.leaseSeconds / 3)) continue;
      renewedAt = Date.now();
      await tell('计数', null);
    }
    await tell(job.wanted === 'PREVIEW' ? '校验' : '导入', total);
  }

  private async preview(run: Run, isAt: (progress: Progress) => void): Promise<void> {
    const { job, owner } = run;
    // What earlier lines said is known only to a run that has read them.
    await this.database.consumerTransaction((tx) => restartJob(tx, job.id));
    await this.previewBefore(run);
    const repeats = new RepeatedRows();
    let progress = noProgress;
    for await (const rows of this.batchesOf(run, 0)) {
      const outcome = await this.foretell(run, withRepeats(run.kind, rows, repeats));
      const before = progress;
      progress = progressAfter(before, outcome);
      isAt(progress);
      const samples = outcome.samples.slice(0, Math.max(0, maxSamples - before.succeeded));
      await this.note(run, progress, outcome, samples);
      if (progress.failed > maxErrors) throw new Ended('failed', `错误行超过 ${maxErrors} 行，已停止校验；请按模板核对列的内容`);
    }
    await this.database.consumerTransaction(async (tx) => {
      if ((await lockOwnJob(tx, job.id, owner)) !== undefined) await restJob(tx, job.id, 'previewed', '待确认');
    });
  }

  private async previewBefore(run: Run): Promise<void> {
    const { kind, job, context } = run;
    if (kind.before === undefined) return;
    const before = kind.before.bind(kind);
    const decision = await this.rolledBack(context.principal, (tx) => before(tx, context));
    const question = decision.ok ? null : decision.question;
    const figures = decision.ok ? decision.figures : decision.question.figures;
    await this.database.consumerTransaction((tx) => setQuestion(tx, job.id, question, figures));
  }

  private foretell(run: Run, rows: Rows): Promise<BatchOutcome> {
    return retryLostRace(() => this.rolledBack(run.context.principal, (tx) => this.receiveRobustly(tx, run, rows)));
  }

  private async rolledBack<Result>(principal: Principal, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    let result: { readonly value: Result } | undefined;
    try {
      await this.database.transaction(principal, async (tx) => {
        result = { value: await work(tx) };
        throw new Foretold();
      });
    } catch (error) {
      if (!(error instanceof Foretold)) throw error;
    }
    if (result === undefined) throw new Error('nothing was foretold');
    return result.value;
  }

  private async runInBatches(run: Run, isAt: (progress: Progress) => void): Promise<void> {
    await this.prepare(run);
    let progress = progressOf(run.job);
    for await (const rows of this.batchesOf(run, progress.nextLine)) {
      const before = progress;
      progress = await retryLostRace(() => this.commitBatch(run, rows, before));
      isAt(progress);
      this.assertNotTooBad(run, progress);
    }
    await this.end(run.job, progress, null);
  }

  /** What comes before the first row commits by itself: an entry that its source let go is free before anything is added (R-2-6b). */
  private async prepare(run: Run): Promise<void> {
    const { kind, job, context, owner } = run;
    if (kind.before === undefined || job.is_prepared) return;
    try {
      await retryLostRace(() => this.database.transaction(context.principal, (tx) => this.prepareIn(tx, run)));
    } catch (error) {
      if (!(error instanceof AskedFor)) throw error;
      await this.database.consumerTransaction(async (tx) => {
        if ((await lockOwnJob(tx, job.id, owner)) === undefined) throw new LeaseLost();
        await setQuestion(tx, job.id, error.question, error.question.figures);
        await restJob(tx, job.id, 'paused', '待人工确认');
      });
      throw new Asked();
    }
  }

  private async prepareIn(tx: Transaction, { kind, job, context, owner }: Run): Promise<void> {
    if (kind.before === undefined) return;
    if ((await lockOwnJob(tx, job.id, owner)) === undefined) throw new LeaseLost();
    const decision = await kind.before(tx, context);
    if (!decision.ok) throw new AskedFor(decision.question);
    await setPrepared(tx, job.id, decision.figures ?? {});
  }

  private commitBatch(run: Run, rows: Rows, before: Progress): Promise<Progress> {
    const { job, owner, context } = run;
    return this.database.transaction(context.principal, async (tx) => {
      const held = await lockOwnJob(tx, job.id, owner);
      if (held === undefined || held.next_line !== before.nextLine) throw new LeaseLost();
      if (held.cancel_asked) throw new Ended('cancelled', null);
      const outcome = await this.receiveRobustly(tx, run, rows);
      await insertErrors(tx, job.id, outcome.errors);
      await insertMade(tx, job.id, outcome.made);
      const progress = progressAfter(before, outcome);
      await advanceJob(tx, job.id, owner, progress, this.leaseSeconds);
      return progress;
    });
  }

  /** All rows in one transaction. Errors and progress are told beside it, so that they stay when everything else is rolled back. */
  private async runWhole(run: Run, isAt: (progress: Progress) => void): Promise<void> {
    const { job, owner, context } = run;
    await retryLostRace(async () => {
      let progress = noProgress;
      await this.database.consumerTransaction((tx) => restartJob(tx, job.id));
      try {
        await this.database.transaction(context.principal, async (tx) => {
          if (!job.is_prepared) await this.prepareWhole(tx, run);
          for await (const rows of this.batchesOf(run, 0)) {
            const outcome = await this.receive(tx, run, rows);
            progress = progressAfter(progress, outcome);
            isAt(progress);
            await insertMade(tx, job.id, outcome.made);
            await this.note(run, { ...progress, succeeded: 0 }, outcome, []);
            this.assertNotTooBad(run, progress);
          }
          if (progress.failed > 0) throw new BadRows();
          if ((await lockOwnJob(tx, job.id, owner)) === undefined) throw new LeaseLost();
          await finishJob(tx, job.id, { ...progress, status: 'succeeded', failure: null, keepDays: 0 });
          await run.kind.ended?.(tx, context, { done: progress.done, refused: progress.failed });
        });
      } catch (error) {
        if (!(error instanceof BadRows)) throw error;
        await this.end(job, { ...progress, succeeded: 0 }, null);
        return;
      }
      await this.database.consumerTransaction((tx) => deletePieces(tx, job.id));
    });
  }

  private async prepareWhole(tx: Transaction, run: Run): Promise<void> {
    const { kind, context, job } = run;
    if (kind.before === undefined) return;
    const decision = await kind.before(tx, context);
    if (decision.ok) return;
    // Beside the transaction, which is rolled back.
    await this.database.consumerTransaction(async (beside) => {
      await setQuestion(beside, job.id, decision.question, decision.question.figures);
      await restJob(beside, job.id, 'paused', '待人工确认');
    });
    throw new Asked();
  }

  /** Notes errors and progress beside the work. */
  private async note(run: Run, progress: Progress, outcome: BatchOutcome, samples: BatchOutcome['samples']): Promise<void> {
    const { job, owner } = run;
    await this.database.consumerTransaction(async (tx) => {
      const held = await lockOwnJob(tx, job.id, owner);
      if (held === undefined) throw new LeaseLost();
      if (held.cancel_asked) throw new Ended('cancelled', null);
      await insertErrors(tx, job.id, outcome.errors);
      await insertSamples(tx, job.id, samples);
      await advanceJob(tx, job.id, owner, progress, this.leaseSeconds);
    });
  }

  private assertNotTooBad({ job }: Run, { done, failed }: Progress): void {
    if (done < abortFromRows || failed * 100 <= job.max_error_percent * done) return;
    throw new Ended('failed', `错误行超过 ${job.max_error_percent}%（${done} 行中 ${failed} 行），已停止；已成功的行有效，可撤销本次导入`);
  }

  /** A batch that fails as a whole runs row by row, each under a savepoint, so that one row that nobody foresaw costs only itself. */
  private async receiveRobustly(tx: Transaction, run: Run, rows: Rows): Promise<BatchOutcome> {
    try {
      return await tx.savepoint(() => this.receive(tx, run, rows));
    } catch (error) {
      if (mustRunAgain(error)) throw error;
    }
    const outcomes: RowOutcome[] = [];
    for (const row of readableRows(rows)) {
      try {
        outcomes.push(...(await tx.savepoint(() => run.kind.receive(tx, run.context, [row]))));
      } catch (error) {
        if (mustRunAgain(error)) throw error;
        outcomes.push({ ok: false, errors: [{ pointer: '', code: 'INTERNAL', detail: '该行处理时发生内部错误，未导入' }] });
      }
    }
    return outcomeOf(rows, outcomes, run.layout.headerAt);
  }

  private async receive(tx: Transaction, { kind, context, layout }: Run, rows: Rows): Promise<BatchOutcome> {
    const readable = readableRows(rows);
    const outcomes = readable.length === 0 ? [] : await kind.receive(tx, context, readable);
    return outcomeOf(rows, outcomes, layout.headerAt);
  }

  /** Batches of rows behind `afterLine`. */
  private async *batchesOf({ job, layout, isStopping }: Run, afterLine: number): AsyncGenerator<Rows> {
    const table = await this.files.open(job.id, job.sealed_key ?? '', job.sheet);
    const shape = { headerLine: job.header_line, headers: job.headers ?? [], format: job.format };
    let batch: FileRow<unknown>[] = [];
    for await (const row of readFileRows(table, shape, layout)) {
      if (row.line <= afterLine) continue;
      batch.push(row);
      if (batch.length < batchRows) continue;
      yield batch;
      batch = [];
      if (isStopping()) throw new ImportStopped();
    }
    if (batch.length > 0) yield batch;
  }

  private async end(
    job: JobRow,
    progress: Progress,
    failure: string | null,
    status: JobEnd['status'] = statusOf(progress),
    isGivenUp = false,
  ): Promise<void> {
    // Rows that were refused, or never reached, may be wanted back in the sender's own layout.
    const keepDays = progress.failed > 0 ? this.config.importKeepDays : 0;
    await this.database.consumerTransaction(async (tx) => {
      await finishJob(tx, job.id, { ...progress, status, failure, keepDays });
      if (hasReported(job, status, isGivenUp))
        await this.kinds.find(job.kind)?.ended?.(tx, contextOf(job), { done: progress.done, refused: progress.failed });
      if (keepDays === 0) await deletePieces(tx, job.id);
    });
  }

  private get leaseSeconds(): number {
    return this.config.importLeaseSeconds;
  }
}

/** Carries a question out of the transaction that must not stay. */
class AskedFor extends Error {
  constructor(readonly question: ImportQuestion) {
    super(question.code);
  }
}

/** A file that turns out to be unreadable ends its job; every other fault runs again. */
function endingOf(error: unknown): Ended | undefined {
  if (error instanceof Ended) return error;
  return error instanceof ProblemError && error.code.startsWith('TABLE_') ? new Ended('failed', error.detail) : undefined;
}

export function contextOf(job: JobRow): ImportContext {
  const { id, kind, roles, departments } = job.principal;
  return {
    jobId: job.id,
    principal: { id, kind, roles: [...roles], departments: [...departments], displayName: id },
    defaults: job.defaults,
    isPreview: job.wanted === 'PREVIEW',
    isConfirmed: job.confirmed !== null,
  };
}
