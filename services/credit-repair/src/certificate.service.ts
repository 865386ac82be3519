import { randomBytes } from 'node:crypto';
import { repairSynced } from '@lianxin/contracts';
import { contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type CertificateContent, insertCertificate } from './certificate.store.ts';
import type { Checklist } from './checklist.rules.ts';
import { ItemStore } from './item.store.ts';
import type { RepairWork } from './repair.work.ts';

const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** Twenty characters that nobody guesses (100 bits), without those that look alike on paper. */
function newCode(): string {
  return [...randomBytes(20)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/** Issues the certificate that credit is restored everywhere: content, date and hash stand from that moment on. */
@Injectable()
export class CertificateService {
  constructor(private readonly items: ItemStore) {}

  async issue(tx: Transaction, work: RepairWork, checklist: Checklist): Promise<void> {
    const { row, acting } = work;
    const { restoredAt } = checklist;
    if (restoredAt === null || row.granted_on === null) throw new Error('a certificate before everything is restored');
    const number = row.number.replace('-XF-', '-XZ-');
    const content = await this.contentOf(tx, work, checklist, number, restoredAt);
    const sha256 = contentHash(content);
    await insertCertificate(tx, {
      repair_id: row.id,
      number,
      code: newCode(),
      content,
      sha256,
      issued_at: acting.now,
      invalid_since: null,
      invalid_reason: null,
    });
    work.step('COMPLETE', { restoredAt: restoredAt.toISOString(), certificateNumber: number, sha256 }, false);
    work.say(repairSynced, { ...work.head(), restoredAt: restoredAt.toISOString(), certificateNumber: number });
  }

  private async contentOf(
    tx: Transaction,
    { row, pending: items }: RepairWork,
    checklist: Checklist,
    number: string,
    restoredAt: Date,
  ): Promise<CertificateContent> {
    const records = new Map((await this.items.find(tx, { ids: items.map((item) => item.item_id) })).map((record) => [record.id, record]));
    const subject = await this.items.findSubject(tx, { id: row.subject_id });
    return {
      number,
      repairNumber: row.number,
      subject: subject?.name_shown ?? '',
      items: items.map((item) => ({
        kind: item.kind,
        number: item.number,
        endedAt: records.get(item.item_id)?.ended_at?.toISOString() ?? '',
      })),
      departmentCode: row.department_code,
      documentNo: row.decision_document_no ?? '',
      grantedOn: row.granted_on ?? '',
      restoredAt: restoredAt.toISOString(),
      receipts: checklist.lines.map((line) => ({
        kind: line.kind,
        departmentCode: line.departmentCode,
        total: line.total,
        kept: line.kept,
        doneAt: line.doneAt?.toISOString() ?? '',
      })),
    };
  }
}
