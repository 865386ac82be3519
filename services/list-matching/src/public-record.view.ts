import type { PublicRecordView } from '@lianxin/contracts';
import { isLate } from './public-record.rules.ts';
import type { PublicRecordFactRow, PublicRecordRow } from './public-record.store.ts';
import { isRecordDisputed, reviewOfRecord } from './public-record-publication.rules.ts';

/** What callers see of a record, persons masked (R-8-8). */
export function publicRecordViewOf(row: PublicRecordRow, facts: readonly PublicRecordFactRow[], today: string): PublicRecordView {
  const terms = {
    status: row.status,
    publishDueOn: row.publish_due_on,
    publishedOn: row.published_on,
    withdrawDueOn: row.withdraw_due_on,
    withdrawnOn: row.withdrawn_on,
  };
  return {
    id: row.id,
    number: row.number,
    version: row.version,
    kind: row.kind,
    reason: row.reason,
    departmentCode: row.department_code,
    subject: {
      id: row.subject_id,
      kind: row.subject_kind,
      name: row.subject_name ?? row.subject_name_masked ?? '',
      usccCode: row.subject_uscc,
      idMasked: row.subject_id_masked,
    },
    representativeMasked: row.representative_masked,
    document: { name: row.document_name, number: row.document_number },
    decidedOn: row.decided_on,
    authority: { name: row.authority_name, usccCode: row.authority_code },
    grade: row.grade,
    penalty: row.content.penalty ?? null,
    licence: row.content.licence ?? null,
    abnormal: row.content.abnormal ?? null,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    publicUntil: row.public_until,
    hidden: row.hidden_by !== null,
    ...terms,
    late: isLate(terms, today),
    termProvisional: row.term_provisional,
    disputed: row.status !== 'WITHDRAWN' && isRecordDisputed(facts),
    inReview: reviewOfRecord(facts),
    timeline: facts.map((fact) => ({
      version: fact.version,
      what: fact.what,
      from: fact.from_status,
      to: fact.to_status,
      at: fact.at.toISOString(),
      actor: fact.actor,
      detail: fact.detail,
    })),
  };
}
