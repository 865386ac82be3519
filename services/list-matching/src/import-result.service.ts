import { Readable } from 'node:stream';
import { type Principal, ProblemError } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import {
  type MarkedFile,
  type MarkedRow,
  markedCsv,
  markedWorkbook,
  type SheetTemplate,
  templateCsv,
  templateWorkbook,
} from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { visible } from './import.service.ts';
import { findJob, type JobRow } from './import.store.ts';
import { ImportFiles, problemOf } from './import-file.ts';
import { dataColumns, isNotesRow, notesMark, resultHeaders } from './import-header.ts';
import { ImportKinds } from './import-kind.ts';
import { ownsImport } from './import-owner.rules.ts';
import { versionSheetName } from './import-template.ts';
import { type ErrorRow, findErrorsOfLines } from './import-trace.store.ts';
import { enabledLists } from './list-definition.store.ts';

const batchRows = 500;
const maxReason = 1_000;

export type ResultFormat = 'xlsx' | 'csv';

/** Files that go back to the sender: templates, and the own file with what was refused. */
@Injectable()
export class ImportResultService {
  constructor(
    private readonly database: Database,
    private readonly kinds: ImportKinds,
    private readonly files: ImportFiles,
  ) {}

  /** @throws ProblemError NOT_FOUND for a kind that is not there */
  async template(principal: Principal, code: string, format: ResultFormat): Promise<{ name: string; body: Buffer }> {
    const kind = this.kinds.find(code);
    if (kind === undefined) throw new ProblemError('NOT_FOUND', `没有该模板；可选：${this.kinds.codes.join('、')}`);
    const template = await this.withLists(principal, kind.template);
    const body =
      format === 'csv'
        ? templateCsv(template, { notesMark })
        : await templateWorkbook(template, { notesMark, versionSheet: versionSheetName(template) });
    return { name: `${kind.titleZh}导入模板v${template.version}.${format}`, body };
  }

  /**
   * The sender's own file, columns and order as they were, with 结果 and 错误原因 behind: only the rows that were refused, or all.
   * @throws ProblemError NOT_FOUND, FORBIDDEN for anybody but the sender's department, IMPORT_STATE while it runs, IMPORT_FILE_GONE after its days
   */
  async errors(principal: Principal, id: string, format: ResultFormat, scope: 'failed' | 'all'): Promise<{ name: string; body: Readable }> {
    const job = await this.database.transaction(principal, async (tx) => visible(await findJob(tx, id)));
    if (!ownsImport(principal, job.principal, this.kinds.find(job.kind)?.roles ?? []))
      throw new ProblemError('FORBIDDEN', '原文件只交还给上传的部门');
    if (job.status === 'running' || job.status === 'queued') throw new ProblemError('IMPORT_STATE', '作业尚未结束，结束后可下载');
    if (job.failed === 0) throw new ProblemError('NOT_FOUND', '没有未导入的行');
    if (job.sealed_key === null) throw new ProblemError('IMPORT_FILE_GONE', '原文件已按期销毁，错误明细仍可查询');
    const file: MarkedFile = {
      sheet: job.sheet ?? '导入结果',
      headers: dataColumns(job.headers ?? []).map((place) => job.headers?.[place] ?? ''),
      resultHeaders,
      notesMark,
      rows: this.markedRows(job, scope),
    };
    const base = (job.file_name ?? job.id).replace(/\.[A-Za-z]{1,5}$/, '');
    return { name: `${base}_错误.${format}`, body: format === 'csv' ? Readable.from(markedCsv(file)) : markedWorkbook(file) };
  }

  private async *markedRows(job: JobRow, scope: 'failed' | 'all'): AsyncGenerator<MarkedRow> {
    const headers = job.headers ?? [];
    const places = dataColumns(headers);
    const table = await this.files.open(job.id, job.sealed_key ?? '', job.sheet);
    let batch: { line: number; cells: readonly string[] }[] = [];
    try {
      for await (const { line, cells } of table.rows) {
        if (line <= job.header_line || isNotesRow(cells ?? [])) continue;
        batch.push({ line, cells: cells ?? [] });
        if (batch.length < batchRows) continue;
        yield* await this.mark(job, batch, places, scope);
        batch = [];
      }
      yield* await this.mark(job, batch, places, scope);
    } catch (error) {
      throw problemOf(error);
    } finally {
      await table.close();
    }
  }

  private async mark(
    job: JobRow,
    batch: readonly { line: number; cells: readonly string[] }[],
    places: readonly number[],
    scope: 'failed' | 'all',
  ): Promise<MarkedRow[]> {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return [];
    const errors = await this.database.consumerTransaction((tx) => findErrorsOfLines(tx, job.id, first.line, last.line));
    const byLine = new Map<number, ErrorRow[]>();
    for (const error of errors) byLine.set(error.line, [...(byLine.get(error.line) ?? []), error]);
    const headers = places.map((place) => job.headers?.[place] ?? '');
    return batch.flatMap(({ line, cells }) => {
      const found = byLine.get(line) ?? [];
      const isRefused = found.some((error) => error.severity === 'ERROR');
      // A job that ended early never came to its last rows: they too are to be sent again.
      const isReached = line <= job.next_line;
      if (scope === 'failed' && !isRefused && isReached) return [];
      return [
        markedRow(
          places.map((place) => cells[place] ?? ''),
          headers,
          found,
          isRefused ? '未导入' : isReached ? '已导入' : '未处理',
        ),
      ];
    });
  }

  private async withLists(principal: Principal, template: SheetTemplate): Promise<SheetTemplate> {
    const lists = await this.database.transaction(principal, (tx) => enabledLists(tx));
    const columns = template.columns.map((column) => (column.path === 'listCode' ? { ...column, choices: lists } : column));
    return { ...template, columns };
  }
}

function markedRow(cells: readonly string[], headers: readonly string[], errors: readonly ErrorRow[], result: string): MarkedRow {
  const faults = errors.flatMap((error) => [error, ...error.others]);
  const marks = faults.flatMap(({ field, reason }) => {
    const column = field === null ? -1 : headers.indexOf(field);
    return column === -1 ? [] : [{ column, reason }];
  });
  const reason = faults.map(({ field, reason: why }) => (field === null ? why : `${field}：${why}`)).join('；');
  return { cells, result, reason: reason.slice(0, maxReason), marks };
}

export function contentTypeOf(format: ResultFormat): string {
  return format === 'csv' ? 'text/csv; charset=utf-8' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
}
