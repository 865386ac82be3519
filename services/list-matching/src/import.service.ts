import type { Readable } from 'node:stream';
import { type FieldProblem, type Page, type PageQuery, type Principal, ProblemError } from '@lianxin/contracts';
import {
  Clock,
  contentHash,
  Database,
  decodeCursor,
  type IdempotentAnswer,
  idempotently,
  pageOf,
  type Transaction,
} from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ListConfig } from './config.ts';
import { maxSamples } from './import.executor.ts';
import { ImportRunner } from './import.runner.ts';
import {
  dropUpload,
  type FileFacts,
  findJob,
  findJobs,
  findSameFile,
  type HistoryFilter,
  type ImportMode,
  type ImportWanted,
  insertJob,
  type JobRow,
  type NewJob,
  queueJob,
} from './import.store.ts';
import { errorViewOf, type ImportErrorView, type JobView, jobViewOf } from './import.view.ts';
import { ImportFiles, problemOf, type ReceivedFile } from './import-file.ts';
import { findHeader, type HeaderRow, headerRows } from './import-header.ts';
import { type ImportKind, ImportKinds } from './import-kind.ts';
import { templateRemark } from './import-template.ts';
import { findErrors, findSamples, type Severity } from './import-trace.store.ts';
import { takeNumbers } from './list-entry.store.ts';

const shownErrors = 200;
const idCursorSchema = z.tuple([z.uuid()]);
const numberCursorSchema = z.tuple([z.int().nonnegative()]);

export interface ImportRequest {
  readonly kind: string;
  readonly mode: ImportMode;
  readonly wanted: ImportWanted;
  readonly sheet: string | undefined;
  readonly defaults: Readonly<Record<string, string>>;
  readonly maxErrorPercent: number | undefined;
  readonly fileName: string | undefined;
  readonly idempotencyKey: string | undefined;
}

type ErrorQuery = PageQuery & { readonly severity: Severity };

/** Takes list files in and tells how far their jobs have come. */
@Injectable()
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly kinds: ImportKinds,
    private readonly files: ImportFiles,
    private readonly runner: ImportRunner,
    private readonly config: ListConfig,
  ) {}

  /**
   * Takes a file off the wire, sealed piece by piece, finds its header and queues its job. A request that is sent again with the same key and file gets
   * the first job.
   * @throws ProblemError FORBIDDEN, IMPORT_…, TABLE_…, BODY_TOO_LARGE; then nothing is kept.
   */
  async accept(principal: Principal, stream: Readable, request: ImportRequest): Promise<IdempotentAnswer<JobView>> {
    const kind = this.kindFor(principal, request.kind);
    const { ids } = await this.database.transaction(principal, (tx) => takeNumbers(tx, 1, 0));
    const id = ids[0] ?? '';
    const { seal, sealedKey } = this.files.newSeal(id);
    await this.database.transaction(principal, (tx) => insertJob(tx, this.newJob(id, principal, kind, request, sealedKey)));
    try {
      const received = await this.files.receive(stream, id, seal);
      const facts = await this.lookInto(id, sealedKey, kind, request, received);
      const answer = await this.queue(principal, id, facts, request);
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
      const job = visible(await findJob(tx, id));
      const [errors, samples] = [await findErrors(tx, id, 'ERROR', 0, shownErrors), await findSamples(tx, id, maxSamples)];
      return jobViewOf(job, errors, this.clock.now(), samples);
    });
  }

  /** History of the imports that the caller may see, newest first. */
  list(principal: Principal, filter: HistoryFilter, page: PageQuery): Promise<Page<JobView>> {
    return this.database.transaction(principal, (tx) => this.readHistory(tx, filter, page));
  }

  async readHistory(tx: Transaction, filter: HistoryFilter, { cursor, limit }: PageQuery): Promise<Page<JobView>> {
    const before = cursor === undefined ? undefined : decodeCursor(idCursorSchema, cursor)[0];
    return pageOf(
      await findJobs(tx, filter, before, limit + 1),
      limit,
      (row) => [row.id],
      (row) => jobViewOf(row, [], this.clock.now()),
    );
  }

  errors(principal: Principal, id: string, query: ErrorQuery): Promise<Page<ImportErrorView>> {
    return this.database.transaction(principal, (tx) => this.readErrors(tx, id, query));
  }

  /** @throws ProblemError NOT_FOUND, also for a job of another department */
  async readErrors(tx: Transaction, id: string, { severity, cursor, limit }: ErrorQuery): Promise<Page<ImportErrorView>> {
    const after = cursor === undefined ? 0 : decodeCursor(numberCursorSchema, cursor)[0];
    visible(await findJob(tx, id));
    return pageOf(await findErrors(tx, id, severity, after, limit + 1), limit, (row) => [row.id], errorViewOf);
  }

  private kindFor(principal: Principal, code: string): ImportKind {
    const kind = this.kinds.find(code);
    if (kind === undefined)
      throw new ProblemError('VALIDATION_FAILED', `没有该种导入；可选：${this.kinds.codes.join('、')}`, [
        { pointer: '/kind', code: 'VALIDATION_FAILED', detail: `可选：${this.kinds.codes.join('、')}` },
      ]);
    if (!principal.roles.some((role) => kind.roles.includes(role)))
      throw new ProblemError('FORBIDDEN', `导入“${kind.titleZh}”需要以下角色之一：${kind.roles.join('、')}`);
    return kind;
  }

  private newJob(id: string, principal: Principal, kind: ImportKind, request: ImportRequest, sealedKey: string): NewJob {
    const { id: importerId, kind: importerKind, roles, departments } = principal;
    return {
      id,
      kind: kind.code,
      mode: request.mode,
      wanted: request.wanted,
      rank: kind.rank,
      importer: { id: importerId, kind: importerKind, roles, departments },
      sealedKey,
      fileName: request.fileName ?? null,
      sheet: request.sheet ?? null,
      defaults: request.defaults,
      maxErrorPercent: request.maxErrorPercent ?? this.config.importMaxErrorPercent,
    };
  }

  /**
   * Finds the header among the first rows of the file.
   * @throws ProblemError IMPORT_FILE_REQUIRED, IMPORT_HEADER_UNKNOWN, IMPORT_FIELD_MISSING, TABLE_…
   */
  private async lookInto(
    id: string,
    sealedKey: string,
    kind: ImportKind,
    request: ImportRequest,
    received: ReceivedFile,
  ): Promise<FileFacts> {
    const table = await this.files.open(id, sealedKey, request.sheet ?? null);
    const first: HeaderRow[] = [];
    try {
      for await (const { line, cells } of table.rows) {
        first.push({ line, cells: cells ?? [] });
        if (first.length === headerRows) break;
      }
    } catch (error) {
      throw problemOf(error);
    } finally {
      await table.close();
    }
    if (first.length === 0) throw new ProblemError('IMPORT_FILE_REQUIRED', '文件为空');
    const header = findHeader(first, (headers) => kind.recognise(headers, request.defaults));
    if (!header.ok) throw headerProblem(header.faults);
    const { format, encoding, bytes, hash } = received;
    const remark = templateRemark(kind.template, table.sheets);
    return {
      bytes,
      hash,
      format,
      encoding,
      sheet: table.sheet,
      headerLine: header.line,
      headers: header.headers,
      layout: header.layout.titleZh,
      ignored: header.layout.ignored,
      remarks: remark === undefined ? [] : [remark],
    };
  }

  private queue(principal: Principal, id: string, facts: FileFacts, request: ImportRequest): Promise<IdempotentAnswer<JobView>> {
    const { kind, mode, wanted, defaults, sheet } = request;
    const content = ['POST', '/api/v1/imports', kind, mode, facts.hash];
    const fingerprint = contentHash([
      ...content,
      ...(wanted === 'RUN' ? [] : [wanted]),
      ...Object.entries(defaults).flat(),
      ...(sheet ? [sheet] : []),
    ]);
    return this.database.transaction(principal, (tx) =>
      idempotently(tx, { principalId: principal.id, key: request.idempotencyKey, fingerprint }, async () => {
        const same = await findSameFile(tx, kind, facts.hash);
        const remarks = same === undefined ? facts.remarks : [...facts.remarks, `同一文件已导入过（作业 ${same}）；相同的记录不会重复生成`];
        const job: JobRow = await queueJob(tx, id, { ...facts, remarks });
        return { status: 202, body: jobViewOf(job, [], this.clock.now()) };
      }),
    );
  }

  private drop(id: string): Promise<void> {
    return this.database.consumerTransaction((tx) => dropUpload(tx, id));
  }
}

/** @throws ProblemError NOT_FOUND, also for a job of another department */
export function visible(job: JobRow | undefined): JobRow {
  if (job === undefined) throw new ProblemError('NOT_FOUND', '没有该作业，或不属于本部门');
  return job;
}

function headerProblem(faults: readonly FieldProblem[]): ProblemError {
  const detail = faults.map((fault) => fault.detail).join('；');
  return new ProblemError(faults[0]?.code ?? 'IMPORT_HEADER_UNKNOWN', detail.slice(0, 2000), faults);
}
