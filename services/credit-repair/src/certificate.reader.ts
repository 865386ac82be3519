import { beijingTime, type Principal, ProblemError } from '@lianxin/contracts';
import { type Paper, renderPaperToBuffer } from '@lianxin/documents';
import { Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type CertificateContent, type CertificateRow, findCertificate } from './certificate.store.ts';

const lineZh: Readonly<Record<string, string>> = {
  PUBLICITY: '本系统公示与共享终止',
  DEPARTMENT_SITE: '认定部门网站停止公示',
  SITE: '信用中国停止公示',
  MEASURES: '失信惩戒措施解除',
};

/** What a certificate says to whoever holds its code. */
export interface CertificateCheck {
  readonly content: CertificateContent;
  readonly sha256: string;
  readonly issuedAt: Date;
  readonly status: 'VALID' | 'INVALID';
  readonly invalidSince: Date | null;
}

/** The certificate as paper, and its check by anybody who has it in hand. */
@Injectable()
export class CertificateReader {
  constructor(private readonly database: Database) {}

  /** @throws ProblemError NOT_FOUND, REPAIR_STATE before everything is restored */
  async paper(principal: Principal, repairId: string): Promise<{ number: string; bytes: Buffer }> {
    const row = await this.database.transaction(principal, (tx) => findCertificate(tx, { repairId }));
    if (row === undefined) throw new ProblemError('REPAIR_STATE', '尚有回执未到，全面恢复后才出具证明；见同步清单');
    if (row.invalid_since !== null) throw new ProblemError('REPAIR_STATE', `证明 ${row.number} 因修复被撤销已失效`);
    return { number: row.number, bytes: await renderPaperToBuffer(paperOf(row)) };
  }

  /** @throws ProblemError NOT_FOUND for a code that stands on no certificate */
  async check(code: string): Promise<CertificateCheck> {
    const row = await this.database.consumerTransaction((tx) => findCertificate(tx, { code }));
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有此验证码的证明：请核对大小写和字符');
    const status = row.invalid_since === null ? 'VALID' : 'INVALID';
    return { content: row.content, sha256: row.sha256, issuedAt: row.issued_at, status, invalidSince: row.invalid_since };
  }
}

function paperOf({ content, code, sha256, issued_at: issuedAt }: CertificateRow): Paper {
  return {
    title: '信用修复全面恢复证明',
    documentNo: content.number,
    footer: `验证码 ${code}　查验：/api/v1/public/repair-certificates/${code}`,
    madeAt: issuedAt,
    blocks: [
      {
        kind: 'paragraph',
        text: `经 ${content.departmentCode} 准予信用修复，下列失信信息的公示、共享和使用以及相应惩戒措施已自 ${beijingTime(content.restoredAt)}（北京时间）起全部终止。`,
        indent: true,
      },
      {
        kind: 'fields',
        fields: [
          ['主体', content.subject],
          ['修复申请编号', content.repairNumber],
          ['准予文号', content.documentNo],
          ['准予日期', content.grantedOn],
          ['全面恢复时间', beijingTime(content.restoredAt)],
        ],
      },
      {
        kind: 'table',
        columns: [
          { title: '记录', width: 6 },
          { title: '终止时间', width: 4 },
        ],
        rows: content.items.map((item) => [item.number, beijingTime(item.endedAt)]),
      },
      { kind: 'heading', text: '回执' },
      {
        kind: 'table',
        columns: [
          { title: '事项', width: 4 },
          { title: '单位', width: 2 },
          { title: '项数', width: 1 },
          { title: '完成时间', width: 3 },
        ],
        rows: content.receipts.map((line) => [
          `${lineZh[line.kind] ?? line.kind}${line.kept === 0 ? '' : `（${line.kept} 项另有依据，继续有效）`}`,
          line.departmentCode ?? '—',
          String(line.total),
          line.doneAt === '' ? '—' : beijingTime(line.doneAt),
        ]),
      },
      { kind: 'paragraph', text: `内容散列（SHA-256）：${sha256}` },
      { kind: 'paragraph', text: '信用修复不收取任何费用。修复以虚假材料取得的，依法撤销，本证明同时失效。' },
      { kind: 'signature', signer: '公共信用信息中心', date: beijingTime(issuedAt.toISOString()).slice(0, 10) },
    ],
  };
}
