import { type Principal, ProblemError } from '@lianxin/contracts';
import { renderPaperToBuffer } from '@lianxin/documents';
import { Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { certificatePaper, departmentsOn } from './certificate.paper.ts';
import { type CertificateContent, findCertificate } from './certificate.store.ts';
import { findDepartmentNames } from './department-name.store.ts';

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
    const { row, names } = await this.database.transaction(principal, async (tx) => {
      const found = await findCertificate(tx, { repairId });
      return { row: found, names: await findDepartmentNames(tx, found === undefined ? [] : departmentsOn(found.content)) };
    });
    if (row === undefined) throw new ProblemError('REPAIR_STATE', '尚有回执未到，全面恢复后才出具证明；见同步清单');
    if (row.invalid_since !== null) throw new ProblemError('REPAIR_STATE', `证明 ${row.number} 因修复被撤销已失效`);
    return { number: row.number, bytes: await renderPaperToBuffer(certificatePaper(row, names)) };
  }

  /** @throws ProblemError NOT_FOUND for a code that stands on no certificate */
  async check(code: string): Promise<CertificateCheck> {
    const row = await this.database.consumerTransaction((tx) => findCertificate(tx, { code }));
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有此验证码的证明：请核对大小写和字符');
    const status = row.invalid_since === null ? 'VALID' : 'INVALID';
    return { content: row.content, sha256: row.sha256, issuedAt: row.issued_at, status, invalidSince: row.invalid_since };
  }
}
