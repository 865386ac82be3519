import { exitRequestSchema, type FieldProblem, originSchema, ProblemError } from '@lianxin/contracts';
import { chineseFault, parseJsonBody, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { applyDefaults } from './import-defaults.rules.ts';
import { headerAt, readHeader, readRow } from './import-fields.rules.ts';
import {
  type ImportContext,
  type ImportKind,
  ImportKinds,
  type ImportRow,
  type LayoutDecision,
  type RowDecision,
  type RowKey,
  type RowOutcome,
} from './import-kind.ts';
import { rowFaults } from './import-row.faults.ts';
import { ListEntryService } from './list-entry.service.ts';
import type { EntryRow } from './list-entry.store.ts';
import { listExitFields, listExitIndex } from './list-entry-fields.rules.ts';
import { listExitTemplate } from './list-entry-template.ts';
import { findBySourceRecord } from './source-record.store.ts';

const rowSchema = exitRequestSchema.extend({
  listCode: z.string().max(40).optional(),
  origin: originSchema.default('CITY'),
  sourceRecordId: z.string().trim().min(1).max(200),
});
export type ListExitRow = z.infer<typeof rowSchema>;

/** Removal files (R-2-6b): each row ends one entry, on the way of the API (T16a–T22). They go before all additions that wait. */
@Injectable()
export class ListExitsImport implements ImportKind<ListExitRow> {
  readonly code = 'list-exits';
  readonly titleZh = '名单移出';
  readonly roles = ['DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;
  readonly rank = 0;
  readonly template = listExitTemplate;

  constructor(
    kinds: ImportKinds,
    private readonly entries: ListEntryService,
  ) {
    kinds.register(this);
  }

  recognise(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<ListExitRow> {
    const header = readHeader(listExitIndex, headers);
    if (!header.ok) return header;
    const filled = applyDefaults(listExitIndex, header.columns, headers, defaults);
    if (!filled.ok) return { ok: false, recognised: headers.length, faults: filled.faults };
    const layout = {
      code: 'own',
      titleZh: '本系统移出模板',
      ignored: [],
      read: (cells: readonly string[]): RowDecision<ListExitRow> => {
        const value = readRow(filled.columns, filled.fill(cells, cells), parseJsonBody);
        if (!value.ok) return value;
        const parsed = rowSchema.safeParse(value.value, { error: chineseFault });
        if (parsed.success) return { ok: true, row: parsed.data, warnings: [] };
        return { ok: false, faults: rowFaults(parsed.error, listExitFields) };
      },
      headerAt: (pointer: string) => headerAt(filled.columns, pointer),
    };
    return { ok: true, layout };
  }

  keysOf(row: ListExitRow): readonly RowKey[] {
    return [{ pointer: '/sourceRecordId', key: JSON.stringify([row.listCode ?? '', row.origin, row.sourceRecordId]) }];
  }

  async receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<ListExitRow>[]): Promise<readonly RowOutcome[]> {
    const found = await findBySourceRecord(
      tx,
      rows.map(({ row }) => row),
    );
    const outcomes: RowOutcome[] = [];
    for (const [index, { row }] of rows.entries()) outcomes.push(await this.exit(tx, context, row, found[index] ?? []));
    return outcomes;
  }

  private async exit(tx: Transaction, context: ImportContext, row: ListExitRow, entries: readonly EntryRow[]): Promise<RowOutcome> {
    const [entry, other] = entries;
    if (entry === undefined)
      return refused('/sourceRecordId', 'SOURCE_RECORD_UNKNOWN', `没有来源为 ${row.origin} 的该记录，或不属于本部门`);
    if (other !== undefined) return refused('/listCode', 'SOURCE_RECORD_UNKNOWN', '该来源记录编号对应多条记录，请填写名单代码');
    const isOver = !['CHECKING', 'ACTIVE', 'SUSPENDED', 'PRE_NOTICE', 'HEARING', 'PUBLIC_NOTICE', 'DESIGNATED', 'DRAFT'].includes(
      entry.status,
    );
    if (isOver) return { ok: true, effect: 'KNOWN', summary: `早已退出：${entry.number}（${entry.status}）`, warnings: [], made: null };
    try {
      const { ground, documentNo, date } = row;
      const view = await this.entries.exit(tx, context.principal, entry.id, undefined, { ground, documentNo, date });
      return { ok: true, effect: 'CHANGED', summary: `移出名单：${entry.number}（${view.status}）`, warnings: [], made: null };
    } catch (error) {
      // Refusals come before anything is written; everything else is a fault.
      if (!(error instanceof ProblemError) || error.code === 'UNAVAILABLE') throw error;
      return { ok: false, errors: error.errors.length > 0 ? error.errors : [{ pointer: '', code: error.code, detail: error.detail }] };
    }
  }
}

function refused(pointer: string, code: FieldProblem['code'], detail: string): RowOutcome {
  return { ok: false, errors: [{ pointer, code, detail }] };
}
