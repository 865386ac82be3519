import { type Principal, ProblemError, type VerificationResult } from '@lianxin/contracts';
import { lockLanes, Outbox } from '@lianxin/messaging';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { tableBytes, type WrittenRow } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { findDepartmentNames } from './department.store.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { BatchClock, openRows } from './national-batch.clock.ts';
import {
  addBatchFact,
  type BatchLine,
  type BatchRow,
  countLines,
  findReport,
  findStandingLines,
  insertReport,
  lockBatch,
  type ReportRow,
  takeVerificationNumbers,
} from './national-batch.store.ts';
import { reportedEvent } from './verification.events.ts';
import { findVerificationsOfBatch, type VerificationRow } from './verification.store.ts';

/** Columns of the report upward, in their order. */
export const reportColumns = [
  '序号',
  '单位名称',
  '统一社会信用代码',
  '名单',
  '列入决定文书号',
  '列入决定日期',
  '核实结果代码',
  '核实结果',
  '核实日期',
  '核实单位',
  '文书号',
  '说明',
  '请求上级事项',
] as const;

const resultLabels = {
  V0: '属实待惩戒',
  V1: '情况属实已惩戒',
  V2: '已整改待退出',
  V3: '已退出/已修复',
  V4: '企业注销吊销',
  V5: '失联',
  V6: '信息有误',
  V7: '不在本辖区',
  V8: '正在诉讼/破产',
} as const satisfies Record<VerificationResult, string>;

/** The report of a batch upward: made once, kept as it was sent, written from what is kept (R-2-17, R-4-12). */
@Injectable()
export class BatchReports {
  constructor(
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    private readonly batches: BatchClock,
  ) {}

  /** @throws ProblemError BATCH_NOT_READY while a row is open, BATCH_REPORTED the second time, VALIDATION_FAILED */
  async make(tx: Transaction, principal: Principal, batchId: string, documentNo: string): Promise<ReportRow> {
    const [fault] = findUnstorableTexts({ documentNo });
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    const batch = await lockBatch(tx, batchId);
    if (batch === undefined) throw new ProblemError('NOT_FOUND', '没有该批次');
    const before = await findReport(tx, batchId);
    if (before !== undefined) throw new ProblemError('BATCH_REPORTED', `已以 ${before.document_no}（${before.number}）上报`);
    if (batch.reading_job !== null)
      throw new ProblemError('BATCH_NOT_READY', `该批次的文件尚未导入完毕（作业 ${batch.reading_job}）；作业已中断的，请重新上传同一文件`);
    const open = openRows(await countLines(tx, [batchId]));
    if (open > 0) throw new ProblemError('BATCH_NOT_READY', `尚有 ${open} 行未完成比对或核实`);
    const [number = ''] = await takeVerificationNumbers(tx, 1, this.clock.today().slice(0, 4));
    const content = await this.contentOf(tx, batch, number, documentNo);
    const report = {
      batch_id: batchId,
      number,
      document_no: documentNo,
      content,
      content_hash: contentHash(content),
      reported_at: this.clock.now(),
      reported_by: principal.id,
    };
    await insertReport(tx, report);
    await addBatchFact(tx, { batchId, kind: 'REPORTED', at: report.reported_at, actor: principal.id, detail: { number, documentNo } });
    await this.batches.end(tx, batch);
    await lockLanes(tx, [batchId]);
    await this.outbox.publish(tx, [reportedEvent(batch, report)]);
    return report;
  }

  /** @throws ProblemError NOT_FOUND until it has been made */
  async get(tx: Transaction, batchId: string): Promise<ReportRow> {
    const report = await findReport(tx, batchId);
    if (report === undefined) throw new ProblemError('NOT_FOUND', '该批次尚未上报');
    return report;
  }

  /** The report as a file; the same bytes every time. */
  async file(report: ReportRow, format: 'xlsx' | 'csv'): Promise<Buffer> {
    const columns = reportColumns.map((titleZh) => ({ titleZh, kind: 'code' as const }));
    const { rows, head } = report.content;
    async function* portions() {
      yield rows.map((row): WrittenRow => reportColumns.map((column) => row[column] ?? ''));
      return [...Object.entries(head), ['内容校验值', report.content_hash]] as [string, string][];
    }
    const table = { format, encoding: 'utf-8' as const, titleZh: '核实结果', columns, footer: report.number };
    const chunks: Buffer[] = [];
    for await (const chunk of tableBytes(table, portions())) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  private async contentOf(tx: Transaction, batch: BatchRow, number: string, documentNo: string): Promise<ReportRow['content']> {
    const lines = await findStandingLines(tx, batch.id);
    const verifications = new Map((await findVerificationsOfBatch(tx, batch.id)).map((row) => [row.id, row]));
    const names = await findDepartmentNames(
      tx,
      [...verifications.values()].map((row) => row.claimed_department ?? row.department_code),
    );
    return {
      head: {
        上报编号: number,
        上报文书号: documentNo,
        批次号: batch.batch_no,
        下发单位: batch.source_name,
        下发文书号: batch.document_no,
        下发日期: batch.issued_on,
        上报日期: this.clock.today(),
        行数: String(lines.length),
        ...(batch.unread_rows === 0 ? {} : { 文件中未收录的行数: String(batch.unread_rows) }),
      },
      rows: lines.map((line) => reportRow(line, verifications.get(line.verification_id ?? ''), names)),
    };
  }
}

function reportRow(line: BatchLine, verification: VerificationRow | undefined, names: ReadonlyMap<string, string>): Record<string, string> {
  const answer = verification?.answer ?? null;
  const unit = verification?.claimed_department ?? verification?.department_code ?? '';
  const unmatched = line.state === 'DISMISSED' ? '未匹配到本市主体' : '未受理';
  const values: Record<(typeof reportColumns)[number], string> = {
    序号: String(line.line),
    单位名称: line.content.name,
    统一社会信用代码: line.content.usccCode ?? '',
    名单: line.content.list,
    列入决定文书号: line.content.decisionNumber ?? '',
    列入决定日期: line.content.decisionDate,
    核实结果代码: answer?.result ?? '',
    核实结果: answer === null ? unmatched : resultLabels[answer.result],
    核实日期: answer?.verifiedOn ?? '',
    核实单位: names.get(unit) ?? unit,
    文书号: answer?.exit?.documentNo ?? answer?.registration?.documentNo ?? answer?.proceeding?.documentNo ?? '',
    说明: answer === null ? (line.reason ?? '') : (answer.note ?? ''),
    请求上级事项: line.upward === 'OBJECTION' ? '请求更正' : line.upward === 'QUERY' ? '请求确认是否仍在名单' : '',
  };
  return values;
}
