import { randomUUIDv7 } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Principal, ProblemError, type TaskStatus } from '@lianxin/contracts';
import { Clock, Database } from '@lianxin/platform';
import { markedCsv, markedWorkbook, openTable, TableFault, templateCsv, templateWorkbook } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { type BulkView, bulkLimit } from './bulk.api.ts';
import { BulkService } from './bulk.service.ts';
import { BulkStore, type TableItem } from './bulk.store.ts';
import { cellsOf, feedbackColumns, placesOf, readRow } from './feedback-table.rules.ts';
import { feedbackTemplate, notesMark } from './feedback-template.ts';
import { TaskStore } from './task.store.ts';

/** Feedback that comes back in the file that was exported (product §A.1, §B.6): a bulk action with one item per row. */
@Injectable()
export class FeedbackTableService {
  constructor(
    private readonly database: Database,
    private readonly bulks: BulkService,
    private readonly store: BulkStore,
    private readonly tasks: TaskStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads a file and previews what it would do. Rows are known by task and version; what is wrong already is refused here, the rest when it is run.
   * @throws ProblemError FORBIDDEN, TABLE_…, VALIDATION_FAILED for a file without the needed columns or without any answer, BULK_TOO_LARGE.
   */
  async preview(principal: Principal, file: Readable): Promise<BulkView> {
    const [department] = principal.departments;
    if (department === undefined) throw new ProblemError('FORBIDDEN', '只有部门可以反馈本部门的任务');
    const rows = await readRows(file);
    return this.database.transaction(principal, async (tx) => {
      const ids = rows.flatMap(({ row }) => (row.ok ? [row.taskId] : []));
      const found = new Map((await this.tasks.readTasks(tx, ids)).map((task) => [task.id, task]));
      const seen = new Set<string>();
      const items = rows.map(({ line, cells, row }): TableItem => {
        const refused = (code: string, detail: string): TableItem => ({
          line,
          cells,
          taskId: null,
          version: null,
          seenStatus: null,
          content: null,
          code,
          detail,
        });
        if (!row.ok) return refused(row.code, row.detail);
        const task = found.get(row.taskId);
        if (task === undefined || !principal.departments.includes(task.departmentCode))
          return refused('NOT_FOUND', '没有此任务，或不属于本部门');
        if (task.version !== row.version)
          return refused('STALE', `任务已是第 ${task.version} 版，文件中为第 ${row.version} 版，请重新导出`);
        if (seen.has(row.taskId)) return refused('VALIDATION_FAILED', '同一任务在文件中出现多次');
        seen.add(row.taskId);
        const seenStatus: TaskStatus = task.status;
        return { line, cells, taskId: row.taskId, version: row.version, seenStatus, content: row.content, code: null, detail: null };
      });
      const id = randomUUIDv7();
      await this.store.insertTable(tx, this.bulks.newBulk(id, principal, department, 'feedback', items.length, this.clock.now()), items);
      return this.bulks.get(tx, id);
    });
  }

  /** The empty file with notes and drop-downs. */
  async template(format: 'xlsx' | 'csv'): Promise<Buffer> {
    return format === 'csv'
      ? templateCsv(feedbackTemplate, { notesMark })
      : templateWorkbook(feedbackTemplate, { notesMark, versionSheet: 'feedback-2' });
  }

  /**
   * The rows that were refused, in a file that may be filled in again and sent back.
   * @throws ProblemError NOT_FOUND.
   */
  async refusedRows(principal: Principal, id: string, format: 'xlsx' | 'csv'): Promise<Readable> {
    const rows = await this.database.transaction(principal, async (tx) => {
      await this.bulks.get(tx, id);
      return this.store.readRefusedRows(tx, id);
    });
    async function* marked() {
      for (const row of rows) yield { cells: row.cells, result: '未反馈', reason: `${row.code}：${row.detail}`, marks: [] };
    }
    const file = {
      sheet: '未反馈的行',
      headers: feedbackColumns.map(([, titleZh]) => titleZh),
      resultHeaders: ['结果', '原因'],
      notesMark: '※',
      rows: marked(),
    };
    return format === 'xlsx' ? markedWorkbook(file) : Readable.from(markedCsv(file));
  }
}

async function readRows(file: Readable) {
  const rows: { line: number; cells: string[]; row: NonNullable<ReturnType<typeof readRow>> }[] = [];
  try {
    const table = await openTable(file);
    try {
      let places: ReturnType<typeof placesOf> | undefined;
      for await (const { line, cells, faults } of table.rows) {
        if (places === undefined) {
          places = placesOf(cells ?? []);
          if (!places.ok) throw new ProblemError('VALIDATION_FAILED', `文件缺少列：${places.missing.join('、')}`);
          continue;
        }
        if (!places.ok) break;
        if (cells?.[0]?.trim().startsWith(notesMark)) continue;
        const known = cellsOf(cells ?? [], places.places);
        const damaged = cells === undefined || faults.length > 0;
        const row = damaged
          ? ({ ok: false, code: 'VALIDATION_FAILED', detail: '该行单元格有公式、错误值或被截断的数字' } as const)
          : readRow(known);
        if (row === undefined) continue;
        rows.push({ line, cells: known, row });
        if (rows.length > bulkLimit) throw new ProblemError('BULK_TOO_LARGE', `一次至多反馈 ${bulkLimit} 行`);
      }
    } finally {
      await table.close();
    }
  } catch (error) {
    throw error instanceof TableFault ? new ProblemError(error.code, error.message, [], { cause: error }) : error;
  }
  if (rows.length === 0) throw new ProblemError('VALIDATION_FAILED', '文件中没有填写“反馈类型”的行');
  return rows;
}
