import {
  verificationCancelled,
  verificationConcluded,
  verificationOverdue,
  verificationReported,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { Acting } from './entry-work.ts';
import type { BatchRow, ReportRow } from './national-batch.store.ts';
import type { VerificationAnswer } from './verification.rules.ts';
import type { VerificationRow } from './verification.store.ts';

function headOf(row: VerificationRow, batch: BatchRow) {
  return {
    verificationId: row.id,
    verificationVersion: row.version,
    number: row.number,
    batchId: batch.id,
    batchNo: batch.batch_no,
    subjectId: row.subject_id,
    departmentCode: row.department_code,
    industryDepartment: row.industry_department,
  };
}

export function requestedEvent(row: VerificationRow, batch: BatchRow, listCodes: string[], acting: Acting): NewEvent {
  const data = { ...headOf(row, batch), listCodes, dueOn: row.due_on };
  return newEvent({ definition: verificationRequested, key: row.subject_id, data, actor: acting.actor });
}

export function transferredEvent(row: VerificationRow, batch: BatchRow, fromDepartment: string, reason: string, acting: Acting): NewEvent {
  const data = { ...headOf(row, batch), fromDepartment, reason };
  return newEvent({ definition: verificationTransferred, key: row.subject_id, data, actor: acting.actor });
}

export function concludedEvent(row: VerificationRow, batch: BatchRow, answer: VerificationAnswer, acting: Acting): NewEvent {
  const documentNo = answer.exit?.documentNo ?? answer.registration?.documentNo ?? answer.proceeding?.documentNo ?? null;
  const data = { ...headOf(row, batch), result: answer.result, verifiedOn: answer.verifiedOn, documentNo };
  return newEvent({ definition: verificationConcluded, key: row.subject_id, data, actor: acting.actor });
}

export function cancelledEvent(row: VerificationRow, batch: BatchRow, documentNo: string, acting: Acting): NewEvent {
  const data = { ...headOf(row, batch), documentNo };
  return newEvent({ definition: verificationCancelled, key: row.subject_id, data, actor: acting.actor });
}

/** @param row the verification that is late; left out where the batch itself is */
export function overdueEvent(
  what: 'MATCH' | 'VERIFICATION' | 'REPORT' | 'BATCH',
  batch: BatchRow,
  dueOn: string,
  row?: VerificationRow,
): NewEvent {
  const data = {
    batchId: batch.id,
    batchNo: batch.batch_no,
    what,
    verificationId: row?.id ?? null,
    departmentCode: row?.department_code ?? null,
    dueOn,
  };
  return newEvent({ definition: verificationOverdue, key: row?.subject_id ?? batch.id, data, actor: 'timer:verification' });
}

export function reportedEvent(batch: BatchRow, report: ReportRow): NewEvent {
  const data = {
    batchId: batch.id,
    batchNo: batch.batch_no,
    reportNumber: report.number,
    documentNo: report.document_no,
    rows: report.content.rows.length,
    contentHash: report.content_hash,
  };
  return newEvent({ definition: verificationReported, key: batch.id, data, actor: report.reported_by });
}
