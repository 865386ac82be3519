import { chineseFault, parseJsonBody, type Transaction } from '@lianxin/platform';
import type { SheetTemplate } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { batchFields, recogniseBatch } from './batch-file-layout.rules.ts';
import type { ValueDecision } from './import-fields.rules.ts';
import {
  type BeforeDecision,
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
import { BatchFiles } from './national-batch.file.ts';
import { rowKeyOf } from './national-batch.rules.ts';
import { type BatchFileRow, batchFileRowSchema } from './national-batch.view.ts';

const required = new Set(['batchNo', 'documentNo', 'issuedOn', 'name', 'list', 'reason', 'designatingUnit', 'decisionDate']);
const notes: Readonly<Record<string, string>> = {
  batchNo: '同一文件的行可属于几个批次',
  origin: '默认国家下发',
  sourceName: '默认全国信用信息共享平台',
  'correction.documentNo': '仅更正重发时填写：文件须为该批次的全部行',
  usccCode: '18 位，按文本填写；没有时由比对查找，转人工确认',
  kind: '默认按代码判断',
  list: '名单代码或全称',
  legalRepresentative: '仅用于比对',
};

/** Columns of the template; a national batch names organisations only. */
const template: SheetTemplate = {
  code: 'national-batch',
  titleZh: '下发批次',
  version: 1,
  columns: batchFields.map(({ path, titleZh, kind, choices }) => ({
    path,
    titleZh,
    isRequired: required.has(path),
    noteZh: notes[path] ?? (kind === 'DATE' ? '格式 2026-01-31' : ''),
    ...(choices === undefined ? {} : { choices: choices.filter(({ code }) => !['PERSON', 'CITY', 'LEGACY'].includes(code)) }),
  })),
  examples: [
    {
      batchNo: '示例国-2026-01',
      documentNo: '示例下发〔2026〕1号',
      issuedOn: '2026-03-20',
      name: '示例一号有限公司',
      usccCode: '91320799MA00000155',
      list: 'BL-TAX',
      reason: '示例：偷税且未缴清',
      designatingUnit: '示例市税务局',
      decisionNumber: '示例税列〔2026〕1号',
      decisionDate: '2026-02-27',
      regionCode: '320706',
    },
  ],
};

/** Batches from the platform above (R-2-17): matched, one verification per subject, listed only when its county has verified it. */
@Injectable()
export class NationalBatchImport implements ImportKind<BatchFileRow> {
  readonly code = 'national-batch';
  readonly titleZh = '下发批次';
  readonly roles = ['CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;
  readonly rank = 1;
  readonly template = template;

  constructor(
    kinds: ImportKinds,
    private readonly files: BatchFiles,
  ) {
    kinds.register(this);
  }

  recognise(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<BatchFileRow> {
    const decision = recogniseBatch(headers, defaults);
    if (!decision.ok) return decision;
    const { layout } = decision;
    return { ok: true, layout: { ...layout, read: (cells) => readBatchRow(layout.valueOf(cells, parseJsonBody)) } };
  }

  keysOf(row: BatchFileRow): readonly RowKey[] {
    return [{ pointer: '/sourceRecordId', key: JSON.stringify([row.batchNo, rowKeyOf(row)]) }];
  }

  scan(tx: Transaction, context: ImportContext, rows: readonly ImportRow<BatchFileRow>[]): Promise<void> {
    return this.files.stage(tx, context.jobId, rows);
  }

  before(tx: Transaction, context: ImportContext): Promise<BeforeDecision> {
    return this.files.prepare(tx, context);
  }

  receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<BatchFileRow>[]): Promise<readonly RowOutcome[]> {
    return this.files.place(tx, context, rows);
  }
}

function readBatchRow(value: ValueDecision): RowDecision<BatchFileRow> {
  if (!value.ok) return value;
  const parsed = batchFileRowSchema.safeParse(value.value, { error: chineseFault });
  if (parsed.success) return { ok: true, row: parsed.data, warnings: [] };
  return { ok: false, faults: rowFaults(parsed.error, batchFields) };
}
