import {
  type FieldProblem,
  maskName,
  ProblemError,
  type PublicRecordKind,
  type PublicRecordRequest,
  publicRecordRequestSchema,
} from '@lianxin/contracts';
import { chineseFault, pointerOf, type Transaction } from '@lianxin/platform';
import type { SheetTemplate } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { decisionKey } from './designation.intake.ts';
import {
  type ImportContext,
  type ImportKind,
  ImportKinds,
  type ImportRow,
  ImportTouched,
  type ImportUndo,
  type LayoutDecision,
  type MadeRow,
  type RowDecision,
  type RowKey,
  type RowOutcome,
} from './import-kind.ts';
import { countRefusals } from './import-trace.store.ts';
import { abnormalLayout, licenceLayout1, licenceLayout2 } from './licence-layout.rules.ts';
import { penaltyLayout1, penaltyLayout2 } from './penalty-layout.rules.ts';
import { PublicRecordIntake, type RecordIntake } from './public-record.intake.ts';
import { PublicRecordService } from './public-record.service.ts';
import { findRecords } from './public-record.store.ts';
import { findLayout, headerOfPointer, type RecordLayout } from './public-record-layout.rules.ts';
import { countFile, type ReportCount, rightInForm, unjudged } from './public-record-report.rules.ts';
import { PublicRecordReports } from './public-record-report.ts';
import { readRecordRow } from './public-record-row.rules.ts';

const maxName = 60;

interface RecordFiles {
  readonly code: string;
  readonly titleZh: string;
  readonly kind: PublicRecordKind;
  /** The newer first. */
  readonly layouts: readonly [RecordLayout, ...RecordLayout[]];
}

/** 双公示 1.0 and 2.0 and the list of abnormal operation, recognised by field codes or Chinese labels in any order. */
const recordFiles: readonly RecordFiles[] = [
  { code: 'penalties', titleZh: '行政处罚', kind: 'PENALTY', layouts: [penaltyLayout2, penaltyLayout1] },
  { code: 'licences', titleZh: '行政许可', kind: 'LICENCE', layouts: [licenceLayout2, licenceLayout1] },
  { code: 'abnormal-records', titleZh: '经营异常名录', kind: 'ABNORMAL', layouts: [abnormalLayout] },
];

/** Undoes public records: whatever stands is withdrawn, unless something has happened to it since. */
@Injectable()
export class PublicRecordUndo implements ImportUndo {
  constructor(private readonly records: PublicRecordService) {}

  async findTouched(tx: Transaction, made: readonly MadeRow[]): Promise<{ line: number; reason: string }[]> {
    const ids = made.map(({ id }) => id);
    const rows = new Map((await findRecords(tx, ids)).map((row) => [row.id, row]));
    return made.flatMap(({ id, version, line }) => {
      const row = rows.get(id);
      return row?.version === version ? [] : [{ line, reason: `的记录 ${row?.number ?? ''} 已变动，现状态为 ${row?.status ?? '未知'}` }];
    });
  }

  async takeBack(tx: Transaction, context: ImportContext, made: readonly MadeRow[]): Promise<void> {
    const touched = await this.findTouched(tx, made);
    if (touched.length > 0) throw new ImportTouched(touched);
    const ids = made.map(({ id }) => id);
    try {
      await this.records.takeBack(tx, context.principal, ids, `导入作业 ${context.jobId} 撤销`);
    } catch (error) {
      if (error instanceof ProblemError && error.code !== 'UNAVAILABLE')
        throw new ImportTouched(made.map(({ line }) => ({ line, reason: error.detail })));
      throw error;
    }
  }
}

class PublicRecordImport implements ImportKind<PublicRecordRequest> {
  readonly code: string;
  readonly titleZh: string;
  readonly roles = ['DEPT_HANDLER', 'DEPT_APPROVER'] as const;
  readonly rank = 1;
  readonly template: SheetTemplate;

  constructor(
    private readonly files: RecordFiles,
    private readonly intake: PublicRecordIntake,
    private readonly reports: PublicRecordReports,
    readonly undo: PublicRecordUndo,
  ) {
    this.code = files.code;
    this.titleZh = files.titleZh;
    this.template = templateOf(files);
  }

  recognise(headers: readonly string[]): LayoutDecision<PublicRecordRequest> {
    const search = findLayout(this.files.layouts, headers);
    if (!search.ok) return search;
    const { found } = search;
    const read = (cells: readonly string[]): RowDecision<PublicRecordRequest> => {
      const reading = readRecordRow(this.files.kind, found, cells);
      if (!reading.ok) return reading;
      const parsed = publicRecordRequestSchema.safeParse(reading.value, { error: chineseFault });
      if (parsed.success) return { ok: true, row: parsed.data, warnings: reading.warnings };
      const faults = parsed.error.issues.map(
        (issue): FieldProblem => ({ pointer: pointerOf(issue.path), code: 'VALIDATION_FAILED', detail: issue.message }),
      );
      return { ok: false, faults };
    };
    const { code, titleZh } = found.layout;
    return { ok: true, layout: { code, titleZh, ignored: found.ignored, read, headerAt: (pointer) => headerOfPointer(found, pointer) } };
  }

  keysOf(row: PublicRecordRequest): readonly RowKey[] {
    if (row.document.number === undefined) return [];
    const whom = row.subject.usccCode ?? row.subject.idNumber ?? row.subject.name;
    const key = JSON.stringify([decisionKey(row.document.number), row.licence?.number ?? '', whom.trim().toUpperCase(), row.state]);
    return [{ pointer: '/document/number', key }];
  }

  async receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<PublicRecordRequest>[]): Promise<readonly RowOutcome[]> {
    const requests = rows.map(({ row }) => row);
    const answers = await this.intake.receive(tx, context.principal, requests);
    return rows.map(({ row }, index) => outcomeOf(row, answers[index]));
  }

  async ended(tx: Transaction, context: ImportContext, rows: { readonly done: number; readonly refused: number }): Promise<void> {
    const counts = await countRefusals(tx, context.jobId, [unjudged, ...rightInForm]);
    const right = rightInForm.reduce((sum, code) => sum + (counts.get(code) ?? 0), 0);
    const count = countFile(rows, { unjudged: counts.get(unjudged) ?? 0, rightInForm: right });
    await this.tell(tx, context, { ...count, version: 1 });
  }

  /** A file that was undone was no report. */
  async undone(tx: Transaction, context: ImportContext): Promise<void> {
    await this.tell(tx, context, { received: 0, valid: 0, version: 2 });
  }

  private tell(tx: Transaction, context: ImportContext, report: ReportCount & { readonly version: 1 | 2 }): Promise<void> {
    return this.reports.tell(tx, context.principal, { ...report, id: context.jobId, kind: this.files.kind, channel: 'FILE' });
  }
}

/** Registers the three kinds of files of public records. */
@Injectable()
export class PublicRecordImports {
  constructor(kinds: ImportKinds, intake: PublicRecordIntake, reports: PublicRecordReports, undo: PublicRecordUndo) {
    for (const files of recordFiles) kinds.register(new PublicRecordImport(files, intake, reports, undo));
  }
}

function outcomeOf(request: PublicRecordRequest, answer: RecordIntake | undefined): RowOutcome {
  if (answer === undefined) throw new Error('a row without an answer');
  if (!answer.ok) return answer;
  const { row, effect } = answer;
  const name = request.subject.kind === 'PERSON' ? maskName(request.subject.name) : request.subject.name.slice(0, maxName);
  const words = { CREATED: summaries[row.status], CHANGED: '来源已撤销，撤回', KNOWN: '早已收录' } as const;
  // What came as revoked took something back; that is not undone by undoing the file.
  const made = effect === 'CREATED' ? { id: row.id, version: row.version } : null;
  return { ok: true, effect, summary: `${words[effect]}：${name}`, warnings: [], made };
}

const summaries = { PUBLISHED: '公示', CHECKING: '身份待核，暂不公示', STOPPED: '公示期已满，仅存档', WITHDRAWN: '已撤回' } as const;

/** The columns of the newest version under their codes. */
function templateOf({ code, titleZh, layouts: [newest] }: RecordFiles): SheetTemplate {
  const columns = newest.fields.flatMap((field) =>
    field.path === null
      ? []
      : [{ path: field.code, titleZh: field.titleZh, isRequired: field.isNeeded === true, noteZh: noteOf(field.path) }],
  );
  return { code, titleZh, version: 1, columns, examples: [] };
}

function noteOf(path: string): string {
  if (/On$|^valid|^publicUntil/.test(path)) return '格式 2026-01-31';
  if (path.endsWith('Wan')) return '万元，最多 6 位小数';
  return path.endsWith('usccCode') ? '18 位，按文本填写' : '';
}
