import { randomUUIDv7 } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Page, type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import {
  Clock,
  Database,
  decodeCursor,
  FileSeal,
  type IdempotentAnswer,
  type IdempotentRequest,
  idempotently,
  PersonalData,
  pageOf,
} from '@lianxin/platform';
import { tableBytes, type WrittenRow, type WrittenRows } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { ExportedList } from './export.list.ts';
import { ExportSource, tableOf } from './export.lists.ts';
import { notesOf } from './export.notes.ts';
import { openPiece } from './export.pieces.ts';
import { columnsOf, type ExportRequest } from './export.request.ts';
import { readRows } from './export.rows.ts';
import { ExportRunner } from './export.runner.ts';
import {
  countOpenJobs,
  type ExportJob,
  endJob,
  findJob,
  findLog,
  insertJob,
  type LoggedAct,
  logExport,
  readPiece,
} from './export.store.ts';
import { type ExportJobView, exportJobView, exportLogView } from './export.view.ts';

/** The most rows that are answered at once; a longer list is a job's (product §B.6). */
export const maxDirectRows = 5_000;
/** Unfinished jobs of one department, or of all offices that see the whole city. */
const maxOpenJobs = 20;
const logCursorSchema = z.tuple([z.int().positive()]);

/** A file on its way to who asked for it. */
export interface ExportFile {
  readonly id: string;
  readonly format: ExportRequest['format'];
  readonly encoding: ExportRequest['encoding'];
  readonly at: Date;
  /** Known when the file stands ready. */
  readonly byteLength: number | undefined;
  readonly bytes: Readable;
}

/** Exports lists as their caller sees them: at once when they are short, otherwise by a job. Every one is on record before its first byte leaves. */
@Injectable()
export class ExportService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly source: ExportSource,
    private readonly personalData: PersonalData,
    private readonly runner: ExportRunner,
  ) {}

  /**
   * Reads all rows in one moment's view, then writes them: a slow receiver holds no transaction open.
   * @throws ProblemError EXPORT_TOO_LARGE above `maxDirectRows`.
   */
  async exportNow(principal: Principal, list: ExportedList, request: ExportRequest): Promise<ExportFile> {
    const owner = ownerOf(principal);
    const id = randomUUIDv7();
    const at = this.clock.now();
    const columns = columnsOf(list, request.columns);
    const rows = await this.database.snapshot(principal, async (tx) => {
      const read: WrittenRow[] = [];
      for await (const portion of readRows(tx, this.source.pages(list), principal, request.filter, columns, this.source.persons)) {
        read.push(...portion);
        if (read.length > maxDirectRows)
          throw new ProblemError('EXPORT_TOO_LARGE', `结果超过 ${maxDirectRows} 行；请以 POST /api/v1/${list.path}/exports 提交导出作业`);
      }
      const entry = {
        export_id: id,
        what: 'EXPORTED',
        list: list.path,
        request,
        row_count: read.length,
        actor: principal.id,
        ...owner,
      } as const;
      await logExport(tx, entry);
      return read;
    });
    const notes = notesOf(list, request, { id, exporter: principal, at, rows: rows.length });
    async function* portions(): WrittenRows {
      for (let start = 0; start < rows.length; start += 500) yield rows.slice(start, start + 500);
      return notes;
    }
    const bytes = Readable.from(tableBytes(tableOf(list, request, id, principal), portions()), { objectMode: false });
    return { id, format: request.format, encoding: request.encoding, at, byteLength: undefined, bytes };
  }

  /** @throws ProblemError EXPORT_QUEUE_FULL. */
  async submit(
    principal: Principal,
    list: ExportedList,
    request: ExportRequest,
    idempotency: IdempotentRequest,
  ): Promise<IdempotentAnswer<ExportJobView>> {
    const owner = ownerOf(principal);
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, idempotency, async () => {
        if ((await countOpenJobs(tx)) >= maxOpenJobs)
          throw new ProblemError('EXPORT_QUEUE_FULL', `本部门已有 ${maxOpenJobs} 个未完成的导出作业`);
        const id = randomUUIDv7();
        const job = await insertJob(tx, { id, list: list.path, request, principal, ...owner });
        await logExport(tx, { export_id: id, what: 'REQUESTED', list: list.path, request, row_count: null, actor: principal.id, ...owner });
        return { status: 202, body: exportJobView(job, this.clock.now()) };
      }),
    );
    this.runner.wake();
    return answer;
  }

  /** @throws ProblemError NOT_FOUND, also for a job of another department. */
  async get(principal: Principal, list: ExportedList, id: string): Promise<ExportJobView> {
    return exportJobView(await this.getJob(principal, list, id), this.clock.now());
  }

  /** What was done with exports of this list: by the caller's departments; by all, for who sees the whole city. */
  async log(
    principal: Principal,
    list: ExportedList,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<ReturnType<typeof exportLogView>>> {
    const before = cursor === undefined ? undefined : decodeCursor(logCursorSchema, cursor)[0];
    const rows = await this.database.transaction(principal, (tx) => findLog(tx, list.path, before, limit + 1));
    return pageOf(rows, limit, (row) => [row.id], exportLogView);
  }

  /** Ends a job that has not finished, whoever of the department has asked for it; one that is over stays as it is. */
  async cancel(principal: Principal, list: ExportedList, id: string): Promise<ExportJobView> {
    const job = await this.getJob(principal, list, id);
    await this.database.consumerTransaction(async (tx) => {
      const ended = await endJob(tx, id, { status: 'cancelled', failure: null, by: principal.id });
      if (ended) await logExport(tx, entryOf(job, 'CANCELLED', principal.id, null));
    });
    return this.get(principal, list, id);
  }

  /** @throws ProblemError NOT_FOUND, EXPORT_NOT_READY, EXPORT_EXPIRED. */
  async download(principal: Principal, list: ExportedList, id: string): Promise<ExportFile> {
    const now = this.clock.now();
    const job = await this.getJob(principal, list, id);
    if (job.status !== 'succeeded')
      throw new ProblemError('EXPORT_NOT_READY', `作业状态为 ${exportJobView(job, now).phase}，没有可下载的文件`);
    if (job.sealed_key === null || job.expires_at === null || job.expires_at <= now)
      throw new ProblemError('EXPORT_EXPIRED', '文件只保留一段时间，现已销毁');
    await this.database.transaction(principal, (tx) => logExport(tx, entryOf(job, 'DOWNLOADED', principal.id, job.done)));
    const seal = FileSeal.open(this.personalData, id, job.sealed_key);
    const { database } = this;
    const { format } = job.request;
    async function* pieces() {
      for (let place = 0; ; place++) {
        const sealed = await database.consumerTransaction((tx) => readPiece(tx, id, place));
        if (sealed === undefined) return;
        yield await openPiece(seal, format, place, sealed);
      }
    }
    return {
      id,
      format: job.request.format,
      encoding: job.request.encoding,
      at: job.data_at ?? job.created_at,
      byteLength: job.file_bytes ?? undefined,
      bytes: Readable.from(pieces(), { objectMode: false }),
    };
  }

  private async getJob(principal: Principal, list: ExportedList, id: string): Promise<ExportJob> {
    const job = await this.database.transaction(principal, (tx) => findJob(tx, list.path, id));
    if (job === undefined) throw new ProblemError('NOT_FOUND', '没有该导出作业，或不属于本部门');
    return job;
  }
}

/** @throws ProblemError FORBIDDEN for a caller who acts for nobody: whose would the file be? */
function ownerOf(principal: Principal): { departments: readonly string[]; city: boolean } {
  const city = seesWholeCity(principal);
  if (!city && principal.departments.length === 0) throw new ProblemError('FORBIDDEN', '导出须以部门身份进行');
  return { departments: principal.departments, city };
}

function entryOf(job: ExportJob, what: LoggedAct, actor: string, rows: number | null) {
  const { id, list, request, departments, city } = job;
  return { export_id: id, what, list, request, row_count: rows, actor, departments, city };
}
