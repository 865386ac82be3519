import { createHash } from 'node:crypto';
import { ProblemError } from '@lianxin/contracts';
import { Clock, Database, FileSeal, PersonalData, releaseBuffer, type Transaction } from '@lianxin/platform';
import { tableBytesInThread, type WrittenRows } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { ExportLists, ExportSource, tableOf } from './export.lists.ts';
import { withTightHeap } from './export.memory.ts';
import { notesOf } from './export.notes.ts';
import { closePiece } from './export.pieces.ts';
import { columnsOf } from './export.request.ts';
import { readRows } from './export.rows.ts';
import { beginFile, type ExportJob, finishFile, insertPiece, keepLease, logExport } from './export.store.ts';

/** How long a job stays with a runner that is not heard of. */
export const leaseSeconds = 15;
/** How long a file can be downloaded. */
const keptHours = 24;
const pieceBytes = 512 * 1024;
const progressMs = 500;
/** No list of the city is longer; a filter that finds more is a mistake. */
const maxRows = 20_000_000;

/** The service stops: the job is for the next who looks. */
export class ExportStopped extends Error {}
/** The job was cancelled, or another runner has it. */
export class LeaseLost extends Error {}

interface Run {
  readonly job: ExportJob;
  readonly owner: string;
  readonly isStopping: () => boolean;
  rows: number;
}

/**
 * Writes the file of one job: all rows from one moment's view, as the caller would see them, formatted in a thread of its own, sealed piece by piece.
 * A run that is interrupted leaves nothing that another could go on with: its rows are of its own moment.
 */
@Injectable()
export class ExportWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lists: ExportLists,
    private readonly source: ExportSource,
    private readonly personalData: PersonalData,
  ) {}

  /** @throws ExportStopped, LeaseLost; ProblemError when the request no longer fits the list; RangeError for a file past 4 GiB. */
  async write(job: ExportJob, owner: string, isStopping: () => boolean): Promise<void> {
    const { seal, sealedKey } = FileSeal.create(this.personalData, job.id);
    await this.database.consumerTransaction((tx) => beginFile(tx, job.id, sealedKey));
    const run: Run = { job, owner, isStopping, rows: 0 };
    const dataAt = this.clock.now();
    const file = await withTightHeap(() => this.database.snapshot(job.principal, (tx) => this.writePieces(tx, run, seal, dataAt)));
    const finished = await this.database.consumerTransaction(async (tx) => {
      if (!(await finishFile(tx, job.id, owner, { ...file, rows: run.rows, dataAt, keptHours }))) return false;
      const { id, list, request, departments, city } = job;
      await logExport(tx, {
        export_id: id,
        what: 'WRITTEN',
        list,
        request,
        row_count: run.rows,
        actor: job.principal.id,
        departments,
        city,
      });
      return true;
    });
    if (!finished) throw new LeaseLost();
  }

  private async writePieces(tx: Transaction, run: Run, seal: FileSeal, dataAt: Date): Promise<{ bytes: number; hash: string }> {
    const { job } = run;
    const list = this.lists.find(job.list);
    if (list === undefined) throw new ProblemError('NOT_FOUND', `名单 ${job.list} 已不能导出`);
    const hash = createHash('sha256');
    let bytes = 0;
    let place = 0;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    const save = async () => {
      const piece = Buffer.concat(waiting);
      for (const part of waiting) releaseBuffer(part);
      const at = place++;
      waiting = [];
      waitingBytes = 0;
      const closed = await closePiece(seal, job.request.format, at, piece);
      releaseBuffer(piece);
      await this.database.consumerTransaction(async (own) => {
        await this.keep(own, run);
        await insertPiece(own, job.id, at, closed);
      });
      releaseBuffer(closed);
    };
    for await (const part of tableBytesInThread(tableOf(list, job.request, job.id, job.principal), this.rowsOf(tx, run, dataAt))) {
      hash.update(part);
      bytes += part.length;
      waiting.push(part);
      waitingBytes += part.length;
      if (waitingBytes >= pieceBytes) await save();
    }
    if (waitingBytes > 0) await save();
    return { bytes, hash: hash.digest('base64url') };
  }

  private async *rowsOf(tx: Transaction, run: Run, dataAt: Date): WrittenRows {
    const { job } = run;
    const list = this.lists.find(job.list);
    if (list === undefined) throw new ProblemError('NOT_FOUND', `名单 ${job.list} 已不能导出`);
    const columns = columnsOf(list, job.request.columns);
    let toldAt = 0;
    for await (const portion of readRows(tx, this.source.pages(list), job.principal, job.request.filter, columns, this.source.persons)) {
      if (run.isStopping()) throw new ExportStopped();
      run.rows += portion.length;
      if (run.rows > maxRows) throw new ProblemError('EXPORT_TOO_LARGE', `结果超过 ${maxRows} 行，请缩小筛选范围`);
      yield portion;
      const now = performance.now();
      if (now - toldAt < progressMs) continue;
      toldAt = now;
      await this.database.consumerTransaction((own) => this.keep(own, run));
    }
    return notesOf(list, job.request, { id: job.id, exporter: job.principal, at: dataAt, rows: run.rows });
  }

  /** @throws LeaseLost. */
  private async keep(tx: Transaction, { job, owner, rows }: Run): Promise<void> {
    if (!(await keepLease(tx, job.id, owner, rows, leaseSeconds))) throw new LeaseLost();
  }
}
