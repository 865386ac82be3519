import { type Principal, ProblemError } from '@lianxin/contracts';
import { Database, isTransientDatabaseError, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ListConfig } from './config.ts';
import type { CsvRecord } from './csv-records.ts';
import type { Intake } from './designation.intake.ts';
import { DesignationService } from './designation.service.ts';
import { type ParsedRow, parseRow, rowErrorOf } from './import.rows.ts';
import {
  advanceJob,
  deletePieces,
  finishJob,
  insertErrors,
  type JobRow,
  lockOwnJob,
  type Progress,
  type RowError,
  readPiece,
  restartJob,
  setPhase,
} from './import.store.ts';
import { type ImportColumn, readHeader } from './import-columns.rules.ts';
import { FileSeal, recordsOf } from './import-file.ts';
import { isLostRace, retryLostRace } from './race.ts';

/** Rows of one transaction. */
const batchRows = 200;

/** Another runner has the job: this one stops where it stands. */
export class LeaseLost extends Error {}
/** The service is being stopped between two batches. */
export class ImportStopped extends Error {}
/** Rolls an all-or-nothing import back. */
class BadRows extends Error {}

interface Run {
  readonly job: JobRow;
  readonly owner: string;
  readonly principal: Principal;
  readonly isStopping: () => boolean;
}
interface Outcome {
  readonly succeeded: number;
  readonly errors: readonly RowError[];
}

/**
 * Runs one import job. In partial mode rows, errors and progress of a batch commit together, so that a job goes on after a kill where it stood and
 * doubles nothing; in all-or-nothing mode everything is one transaction. Every row goes the way of the API.
 */
@Injectable()
export class ImportExecutor {
  constructor(
    private readonly database: Database,
    private readonly designations: DesignationService,
    private readonly personalData: PersonalData,
    private readonly config: ListConfig,
  ) {}

  private get leaseSeconds(): number {
    return this.config.importLeaseSeconds;
  }

  /** @throws LeaseLost, ImportStopped, or the fault that stopped it; the job then waits for its next run. */
  async run(job: JobRow, owner: string, isStopping: () => boolean): Promise<void> {
    const { id, kind, roles, departments } = job.principal;
    const principal: Principal = { id, kind, roles: [...roles], departments: [...departments], displayName: id };
    const run = { job, owner, principal, isStopping };
    if (job.total === null) await this.countRows(run);
    const progress = job.mode === 'all' ? await this.runWhole(run) : await this.runInBatches(run);
    if (progress !== undefined) await this.end(job, progress, null);
  }

  /** After too many runs without progress: what is done stays done, and the job says that it is not complete. */
  async giveUp(job: JobRow): Promise<void> {
    const progress = { nextLine: job.next_line, done: job.done, succeeded: job.succeeded, failed: job.failed };
    await this.end(job, progress, '内部错误，导入未能完成；已成功的行有效，请将作业编号告知运维人员');
  }

  /** First pass over the file: how many rows there are. */
  private async countRows(run: Run): Promise<void> {
    await this.database.consumerTransaction((tx) => setPhase(tx, run.job.id, run.owner, '计数', null, this.leaseSeconds));
    let total = -1;
    let renewedAt = Date.now();
    for await (const _record of this.recordsOf(run)) {
      total++;
      if (Date.now() - renewedAt < 1000 * (this.leaseSeconds / 3)) continue;
      renewedAt = Date.now();
      await this.database.consumerTransaction((tx) => setPhase(tx, run.job.id, run.owner, '计数', null, this.leaseSeconds));
    }
    await this.database.consumerTransaction((tx) => setPhase(tx, run.job.id, run.owner, '导入', Math.max(0, total), this.leaseSeconds));
  }

  private async runInBatches(run: Run): Promise<Progress> {
    let progress: Progress = { nextLine: run.job.next_line, done: run.job.done, succeeded: run.job.succeeded, failed: run.job.failed };
    for await (const { columns, records } of this.batchesOf(run, progress.nextLine)) {
      const before = progress;
      progress = await retryLostRace(() => this.commitBatch(run, columns, records, before));
    }
    return progress;
  }

  private commitBatch(run: Run, columns: readonly ImportColumn[], records: readonly CsvRecord[], before: Progress): Promise<Progress> {
    return this.database.transaction(run.principal, async (tx) => {
      const job = await lockOwnJob(tx, run.job.id, run.owner);
      if (job === undefined || job.next_line !== before.nextLine) throw new LeaseLost();
      const outcome = await this.receiveRobustly(tx, run, columns, records);
      await insertErrors(tx, run.job.id, outcome.errors);
      const progress = progressAfter(before, records, outcome);
      await advanceJob(tx, run.job.id, run.owner, progress, this.leaseSeconds);
      return progress;
    });
  }

  /** All rows in one transaction. Errors and progress are told beside it, so that they stay when everything else is rolled back. */
  private async runWhole(run: Run): Promise<Progress | undefined> {
    return retryLostRace(async () => {
      let progress: Progress = { nextLine: 0, done: 0, succeeded: 0, failed: 0 };
      await this.database.consumerTransaction((tx) => restartJob(tx, run.job.id));
      try {
        await this.database.transaction(run.principal, async (tx) => {
          for await (const { columns, records } of this.batchesOf(run, 0)) {
            const outcome = await this.receive(tx, run, columns, records);
            progress = progressAfter(progress, records, outcome);
            await this.tellBeside(run, { ...progress, succeeded: 0 }, outcome.errors);
          }
          if (progress.failed > 0) throw new BadRows();
          if ((await lockOwnJob(tx, run.job.id, run.owner)) === undefined) throw new LeaseLost();
          await finishJob(tx, run.job.id, { ...progress, status: 'succeeded', failure: null });
        });
      } catch (error) {
        if (error instanceof BadRows) return { ...progress, succeeded: 0 };
        throw error;
      }
      await this.database.consumerTransaction((tx) => deletePieces(tx, run.job.id));
      return undefined;
    });
  }

  private tellBeside(run: Run, progress: Progress, errors: readonly RowError[]): Promise<void> {
    return this.database.consumerTransaction(async (tx) => {
      await insertErrors(tx, run.job.id, errors);
      await advanceJob(tx, run.job.id, run.owner, progress, this.leaseSeconds);
    });
  }

  /** A batch that fails as a whole runs row by row, each under a savepoint, so that one row that nobody foresaw costs only itself. */
  private async receiveRobustly(
    tx: Transaction,
    run: Run,
    columns: readonly ImportColumn[],
    records: readonly CsvRecord[],
  ): Promise<Outcome> {
    try {
      return await tx.savepoint(() => this.receive(tx, run, columns, records));
    } catch (error) {
      if (mustRunAgain(error)) throw error;
    }
    let succeeded = 0;
    const errors: RowError[] = [];
    for (const record of records) {
      try {
        const outcome = await tx.savepoint(() => this.receive(tx, run, columns, [record]));
        succeeded += outcome.succeeded;
        errors.push(...outcome.errors);
      } catch (error) {
        if (mustRunAgain(error)) throw error;
        errors.push(rowErrorOf(columns, record.line, [{ pointer: '', code: 'INTERNAL', detail: '该行处理时发生内部错误，未导入' }]));
      }
    }
    return { succeeded, errors };
  }

  private async receive(tx: Transaction, run: Run, columns: readonly ImportColumn[], records: readonly CsvRecord[]): Promise<Outcome> {
    const rows = records.map((record) => parseRow(columns, record));
    const good = rows.filter((row) => row.request !== undefined);
    const intakes = await this.designations.receive(
      tx,
      run.principal,
      good.map((row) => row.request),
    );
    const refused = good.flatMap((row, index) => refusalOf(columns, row, intakes[index]));
    const errors = [...rows.flatMap((row) => (row.request === undefined ? [row.error] : [])), ...refused];
    return { succeeded: good.length - refused.length, errors: errors.sort((a, b) => a.line - b.line) };
  }

  /** Batches of rows behind `afterLine`, with the columns of the file's header. */
  private async *batchesOf(run: Run, afterLine: number): AsyncGenerator<{ columns: readonly ImportColumn[]; records: CsvRecord[] }> {
    let columns: readonly ImportColumn[] | undefined;
    let records: CsvRecord[] = [];
    for await (const record of this.recordsOf(run)) {
      if (columns === undefined) {
        const header = readHeader(record.cells ?? []);
        if (!header.ok) throw new Error('the header of a file was understood when it came, and is not now');
        columns = header.columns;
        continue;
      }
      if (record.line <= afterLine) continue;
      records.push(record);
      if (records.length < batchRows) continue;
      yield { columns, records };
      records = [];
      if (run.isStopping()) throw new ImportStopped();
    }
    if (columns !== undefined && records.length > 0) yield { columns, records };
  }

  private recordsOf({ job }: Run): AsyncGenerator<CsvRecord> {
    return recordsOf(this.piecesOf(job));
  }

  private async *piecesOf(job: JobRow): AsyncGenerator<Buffer> {
    const seal = FileSeal.open(this.personalData, job.id, job.sealed_key ?? '');
    for (let place = 0; ; place++) {
      const sealed = await this.database.consumerTransaction((tx) => readPiece(tx, job.id, place));
      if (sealed === undefined) return;
      yield seal.openPiece(place, sealed);
    }
  }

  private async end(job: JobRow, progress: Progress, failure: string | null): Promise<void> {
    const status =
      failure !== null || (progress.failed > 0 && progress.succeeded === 0)
        ? 'failed'
        : progress.failed > 0
          ? 'partially_succeeded'
          : 'succeeded';
    await this.database.consumerTransaction(async (tx) => {
      await finishJob(tx, job.id, { ...progress, status, failure });
      await deletePieces(tx, job.id);
    });
  }
}

/** Faults that are not of a row: the whole batch, or the whole job, runs again. */
function mustRunAgain(error: unknown): boolean {
  return isTransientDatabaseError(error) || isLostRace(error) || (error instanceof ProblemError && error.code === 'UNAVAILABLE');
}

function progressAfter(before: Progress, records: readonly CsvRecord[], outcome: Outcome): Progress {
  return {
    nextLine: records.at(-1)?.line ?? before.nextLine,
    done: before.done + records.length,
    succeeded: before.succeeded + outcome.succeeded,
    failed: before.failed + records.length - outcome.succeeded,
  };
}

function refusalOf(columns: readonly ImportColumn[], row: ParsedRow, intake: Intake | undefined): RowError[] {
  if (intake === undefined) throw new Error('a row without an answer');
  if (intake.ok) return [];
  return [rowErrorOf(columns, row.line, intake.errors)];
}
