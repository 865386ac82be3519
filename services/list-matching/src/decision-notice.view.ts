import {
  dateSchema,
  gradeSchema,
  idSchema,
  instantSchema,
  listTypeSchema,
  partyRoleSchema,
  serviceMethodSchema,
  subjectKindSchema,
} from '@lianxin/contracts';
import { z } from 'zod';
import type { RenditionRow, StoredNotice } from './decision-notice.store.ts';
import type { EntryRow } from './list-entry.store.ts';

/** Both documents as data; persons masked (R-8-8). */
export const noticeViewSchema = z
  .object({
    entryId: idSchema,
    entryNumber: z.string(),
    /** SIGNED: made here by the signature. RECORDED: drawn from what the unit recorded of a decision made elsewhere. */
    source: z.enum(['SIGNED', 'RECORDED']),
    madeAt: instantSchema,
    /** Over the content as it was made; it also stands at the foot of the PDF and with the fact of its service. */
    sha256: z.string(),
    listCode: z.string(),
    listName: z.string(),
    listType: listTypeSchema,
    department: z.object({ code: z.string(), name: z.string() }),
    persons: z.array(
      z.object({
        role: partyRoleSchema,
        kind: subjectKindSchema,
        name: z.string(),
        usccCode: z.string().nullable(),
        idMasked: z.string().nullable(),
      }),
    ),
    /** 认定决定书 (R-2-7). */
    decision: z.object({
      name: z.string(),
      number: z.string(),
      date: dateSchema,
      grade: gradeSchema,
      facts: z.string(),
      basis: z.array(z.string()),
      warning: z.string(),
      removal: z.string(),
      remedies: z.string().nullable(),
      validFrom: dateSchema.nullable(),
      validTo: dateSchema.nullable(),
      months: z.int().nullable(),
      /** Citations that nobody has verified are left out (domain §0.1). */
      measures: z.array(
        z.object({
          code: z.string(),
          nameZh: z.string(),
          bases: z.array(z.string()),
          roles: z.array(partyRoleSchema),
          /** Handed to others for their own judgement (R-1-4). */
          reference: z.boolean(),
        }),
      ),
    }),
    /** 信用修复告知书 (R-5-9); null for honours and focus entries. */
    repairNotice: z
      .object({
        title: z.string(),
        kind: z.enum(['REPAIR', 'COURT_REMOVAL', 'CORRECTION', 'TERM_ONLY']),
        minMonths: z.int().nullable(),
        countsFrom: z.enum(['PUBLICITY_DATE', 'DECISION_DATE']).nullable(),
        earliestOn: dateSchema.nullable(),
        sections: z.array(z.object({ title: z.string(), text: z.string() })),
      })
      .nullable(),
    /** 送达, as the life of the entry has it (T12). */
    service: z
      .object({ decisionServedOn: dateSchema.nullable(), repairNoticeServedOn: dateSchema.nullable(), method: serviceMethodSchema })
      .nullable(),
    /** Who took the document as a file, newest first, at most 50 (R-8-13). */
    renditions: z.array(
      z.object({
        form: z.enum(['FULL', 'MASKED']),
        sha256: z.string(),
        purpose: z.string().nullable(),
        actor: z.string(),
        at: instantSchema,
      }),
    ),
  })
  .meta({ id: 'DecisionNotice' });
export type NoticeView = z.infer<typeof noticeViewSchema>;

export function noticeViewOf(notice: StoredNotice, service: EntryRow['service'], renditions: readonly RenditionRow[]): NoticeView {
  const { content, texts } = notice;
  const { decision, repair } = content;
  const { listBasis, ...decided } = decision;
  return {
    entryId: notice.entry_id,
    entryNumber: content.entryNumber,
    source: content.source,
    madeAt: notice.made_at.toISOString(),
    sha256: notice.sha256,
    listCode: content.listCode,
    listName: content.listName,
    listType: content.listType,
    department: { code: content.departmentCode, name: content.departmentName },
    persons: content.persons.map(({ role, kind, name, usccCode, idMasked }) => ({ role, kind, name, usccCode, idMasked })),
    decision: {
      ...decided,
      basis: [...decision.basis, ...(listBasis === null ? [] : [listBasis])],
      warning: decision.warning ?? texts.warning,
      removal: decision.removal ?? texts.removal,
      remedies: texts.remedies === null ? null : (decision.remedies ?? texts.remedies),
      measures: texts.measures.map((measure) => ({ ...measure, bases: [...measure.bases], roles: [...measure.roles] })),
    },
    repairNotice:
      repair === null || texts.repair === null
        ? null
        : {
            title: texts.repair.title,
            kind: repair.kind,
            minMonths: repair.minMonths,
            countsFrom: repair.countsFrom,
            earliestOn: repair.earliestOn,
            sections: texts.repair.sections.map((section) => ({ ...section })),
          },
    service:
      service == null
        ? null
        : {
            decisionServedOn: service.decisionServedOn ?? null,
            repairNoticeServedOn: service.repairNoticeServedOn ?? null,
            method: service.method,
          },
    renditions: renditions.map(({ form, sha256, purpose, actor, at }) => ({ form, sha256, purpose, actor, at: at.toISOString() })),
  };
}
