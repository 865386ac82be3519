import {
  dateSchema,
  departmentCodeSchema,
  idSchema,
  pageQuerySchema,
  repairDeadlineKindSchema,
  repairItemKindSchema,
  repairItemSchema,
  repairStatusSchema,
} from '@lianxin/contracts';
import { z } from 'zod';
import { agencyLineSchema } from './agency.api.ts';
import { materialKinds, recordedMaterialKinds } from './application.rules.ts';
import { proposalActions } from './repair.rules.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const documentNo = text(200);
const materialSchema = z.object({
  kind: z.enum(materialKinds),
  /** Of a file uploaded before (`POST /api/v1/repair-files`). */
  fileId: idSchema,
  documentNo: documentNo.optional(),
  date: dateSchema.optional(),
});

export const repairRequestSchema = z
  .object({
    /** Several records of the same subject and the same unit may be named (R-5-11). */
    items: z
      .array(z.object({ kind: repairItemKindSchema, id: idSchema }))
      .min(1)
      .max(20),
    category: z.enum(['ORDINARY', 'BANKRUPTCY']).default('ORDINARY'),
    applicant: z.object({ kind: z.enum(['SUBJECT', 'AGENT', 'DEPARTMENT', 'ADMINISTRATOR']) }),
    /** Day on which the act was corrected and the duty fully performed. */
    dutiesPerformedOn: dateSchema.optional(),
    materials: z.array(materialSchema).max(50).default([]),
    /** Of the sender: the same reference with the same content is the same application. */
    clientRef: text(100).optional(),
  })
  .strict()
  .meta({ id: 'RepairRequest' });
export type RepairRequest = z.infer<typeof repairRequestSchema>;

export const supplementRequestSchema = z
  .object({ asked: text(2000) })
  .strict()
  .meta({ id: 'RepairSupplementAsked' });
export const supplementSchema = z
  .object({ dutiesPerformedOn: dateSchema.optional(), materials: z.array(materialSchema).min(1).max(50) })
  .strict()
  .meta({ id: 'RepairSupplement' });
export type SupplementBody = z.infer<typeof supplementSchema>;
export const notAcceptSchema = z
  .object({ reason: text(2000), remedy: text(2000).optional() })
  .strict()
  .meta({ id: 'RepairNotAccepted' });
export const extendSchema = z
  .object({ reason: text(2000) })
  .strict()
  .meta({ id: 'RepairExtension' });
export const withdrawSchema = z
  .object({
    reason: text(2000),
    /** The applicant's own word, where the unit enters it for an application that came by another desk. */
    statement: z.object({ fileId: idSchema, date: dateSchema }).strict().optional(),
  })
  .strict()
  .meta({ id: 'RepairWithdrawal' });
export type WithdrawBody = z.infer<typeof withdrawSchema>;
export const proposalSchema = z
  .object({
    action: z.enum(proposalActions),
    documentNo,
    /** Why; printed on a refusal (§5.5). */
    reason: text(2000),
    /** Where the applicant can turn; the usual remedies when left out. */
    remedy: text(2000).optional(),
    /** Of a revocation (R-5-13). */
    ground: z.enum(['FALSE_MATERIAL', 'COMMITMENT_BROKEN']).optional(),
    /** What the unit knows from its own systems (`materials.autofetch`). */
    dutiesPerformedOn: dateSchema.optional(),
    dutiesDocumentNo: documentNo.optional(),
  })
  .strict()
  .meta({ id: 'RepairProposal' });
export type ProposalBody = z.infer<typeof proposalSchema>;
export const decisionSchema = z
  .object({ outcome: z.enum(['CONFIRM', 'RETURN']), reason: text(2000).optional() })
  .strict()
  .meta({ id: 'RepairDecision' });
export type DecisionBody = z.infer<typeof decisionSchema>;
export const receiptSchema = z
  .object({ kind: z.enum(['DEPARTMENT_SITE', 'SITE']), documentNo: documentNo.optional() })
  .strict()
  .meta({ id: 'RepairReceipt' });
export type ReceiptBody = z.infer<typeof receiptSchema>;

const commaList = <Schema extends z.ZodType<unknown, string>>(item: Schema) =>
  z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(item).min(1).max(50));
export const repairQuerySchema = pageQuerySchema.extend({
  status: commaList(repairStatusSchema).optional(),
  department: commaList(departmentCodeSchema).optional(),
  subjectId: idSchema.optional(),
  itemId: idSchema.optional(),
});
export type RepairQuery = z.infer<typeof repairQuerySchema>;

const stepSchema = z.object({
  version: z.int(),
  action: z.string(),
  status: repairStatusSchema,
  at: z.string(),
  by: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
export const repairViewSchema = z
  .object({
    id: idSchema,
    number: z.string(),
    version: z.int(),
    status: repairStatusSchema,
    category: z.enum(['ORDINARY', 'BANKRUPTCY']),
    channel: z.enum(['CREDIT_CHINA', 'WINDOW', 'DEPARTMENT', 'LINKED']),
    applicant: z.enum(['SUBJECT', 'AGENT', 'DEPARTMENT', 'ADMINISTRATOR']),
    subject: z.object({ id: idSchema, name: z.string() }),
    departmentCode: departmentCodeSchema,
    intakeDepartment: departmentCodeSchema.nullable(),
    /** The application from which this one was opened (R-5-11). */
    linkedTo: idSchema.nullable(),
    /** `endedBy`: the road by which a record ended before the decision; the application goes on with the others. */
    items: z.array(repairItemSchema.extend({ listCode: z.string().nullable(), endedBy: z.string().nullable() })),
    receivedAt: z.string(),
    dutiesPerformedOn: dateSchema.nullable(),
    /** Who has to act next, until when; null when nobody. */
    due: z.object({ kind: repairDeadlineKindSchema, dueOn: dateSchema, remainingWorkdays: z.int(), missed: z.boolean() }).nullable(),
    supplementAsked: z.string().nullable(),
    proposal: z
      .object({ action: z.enum(proposalActions), documentNo: z.string(), reason: z.string(), by: z.string(), at: z.string() })
      .nullable(),
    refusal: z
      .object({ stage: z.enum(['ACCEPTANCE', 'DECISION']), reason: z.string(), remedy: z.string(), documentNo: z.string().nullable() })
      .nullable(),
    grantedOn: dateSchema.nullable(),
    documentNo: z.string().nullable(),
    restoredAt: z.string().nullable(),
    certificateNumber: z.string().nullable(),
    revocation: z.object({ ground: z.string(), reason: z.string(), documentNo: z.string(), on: dateSchema }).nullable(),
    /** R-5-17. */
    notice: z.string(),
  })
  .meta({ id: 'Repair' });
export type RepairView = z.infer<typeof repairViewSchema>;
export const repairDetailSchema = repairViewSchema
  .extend({
    steps: z.array(stepSchema),
    materials: z.array(
      z.object({
        kind: z.enum(recordedMaterialKinds),
        fileId: idSchema,
        sha256: z.string(),
        name: z.string(),
        documentNo: z.string().nullable(),
        date: dateSchema.nullable(),
      }),
    ),
    deadlines: z.array(
      z.object({ kind: repairDeadlineKindSchema, dueOn: dateSchema, closedAt: z.string().nullable(), missed: z.boolean() }),
    ),
  })
  .meta({ id: 'RepairDetail' });
export type RepairDetail = z.infer<typeof repairDetailSchema>;

export const checklistSchema = z
  .object({
    repairId: idSchema,
    number: z.string(),
    isComplete: z.boolean(),
    /** When the last of them was done: credit is restored everywhere since (R-5-1). */
    restoredAt: z.string().nullable(),
    lines: z.array(
      z.object({
        kind: z.enum(['PUBLICITY', 'DEPARTMENT_SITE', 'SITE', 'MEASURES']),
        departmentCode: departmentCodeSchema.nullable(),
        total: z.int(),
        open: z.int(),
        kept: z.int(),
        doneAt: z.string().nullable(),
        dueOn: dateSchema,
        late: z.boolean(),
      }),
    ),
    /** Third-party agencies that follow 信用中国: beside the checklist, which waits for none of them (R-5-15). */
    agencies: z.array(agencyLineSchema),
  })
  .meta({ id: 'RepairChecklist' });
export type ChecklistView = z.infer<typeof checklistSchema>;
