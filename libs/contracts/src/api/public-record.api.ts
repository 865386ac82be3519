import { z } from 'zod';
import {
  dateSchema,
  departmentCodeSchema,
  gradeSchema,
  idSchema,
  idTypeSchema,
  instantSchema,
  reviewKindSchema,
  subjectKindSchema,
} from '../vocabulary.ts';
import { pageQuerySchema } from './page.api.ts';

/** R-7-0: administrative penalties and licences (双公示), and entries in the list of abnormal operation. */
export const publicRecordKinds = ['PENALTY', 'LICENCE', 'ABNORMAL'] as const;
export const publicRecordKindSchema = z.enum(publicRecordKinds);
export type PublicRecordKind = z.infer<typeof publicRecordKindSchema>;

/** CHECKING until it is certain whom the record means; then public, no longer public, or taken back. */
export const publicRecordStatuses = ['CHECKING', 'PUBLISHED', 'STOPPED', 'WITHDRAWN'] as const;
export const publicRecordStatusSchema = z.enum(publicRecordStatuses);
export type PublicRecordStatus = z.infer<typeof publicRecordStatusSchema>;

/** §7.7, from light to heavy (行政处罚法第九条). */
export const penaltyCategories = [
  'WARNING',
  'PUBLIC_CRITICISM',
  'FINE',
  'CONFISCATED_INCOME',
  'CONFISCATED_GOODS',
  'LICENCE_SUSPENDED',
  'GRADE_LOWERED',
  'LICENCE_REVOKED',
  'BUSINESS_RESTRICTED',
  'BUSINESS_SUSPENDED',
  'BUSINESS_CLOSED',
  'OCCUPATION_BANNED',
  'DETENTION',
  'OTHER',
] as const;
export const penaltyCategorySchema = z.enum(penaltyCategories);
export type PenaltyCategory = z.infer<typeof penaltyCategorySchema>;

/** Fields whose penalties stay public longer under 58号令 (§5.2). */
export const penaltyFields = ['FOOD', 'DRUG', 'SPECIAL_EQUIPMENT', 'WORK_SAFETY', 'FIRE'] as const;
export const penaltyFieldSchema = z.enum(penaltyFields);
export type PenaltyField = z.infer<typeof penaltyFieldSchema>;

export const licenceCategories = ['ORDINARY', 'FRANCHISE', 'RECOGNITION', 'APPROVAL', 'REGISTRATION', 'OTHER'] as const;
export const licenceCategorySchema = z.enum(licenceCategories);
export type LicenceCategory = z.infer<typeof licenceCategorySchema>;

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
/** 万元 with up to six decimals, as text: an amount is never rounded. */
export const wanAmountSchema = z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, '金额以万元为单位，最多 6 位小数');

/** One record as its source sends it. What a version of the standard demands beyond this is checked by `public-record.rules.ts`. */
export const publicRecordRequestSchema = z
  .object({
    kind: publicRecordKindSchema,
    /** Version of the 双公示 standard that the record follows: archives of 2015–2018 lack fields. */
    standard: z.enum(['1.0', '2.0']).default('2.0'),
    /** State as the source tells it; one that is REVOKED takes back what was published. */
    state: z.enum(['VALID', 'REVOKED', 'DISPUTED', 'OTHER']).default('VALID'),
    subject: z.object({
      kind: subjectKindSchema,
      name: text(2000),
      usccCode: z.string().max(64).optional(),
      /** Older numbers of an organisation: they identify nobody, and stand beside the record. */
      otherNumbers: z.record(z.string().max(40), z.string().max(64)).default({}),
      idType: idTypeSchema.optional(),
      idNumber: z.string().max(64).optional(),
      regionCode: z.string().max(20).optional(),
    }),
    representative: z.object({ name: text(200), idType: idTypeSchema.optional(), idNumber: z.string().max(64).optional() }).optional(),
    document: z.object({ name: text(500).optional(), number: text(200).optional() }).default({}),
    decidedOn: dateSchema,
    authority: z.object({ name: text(300), usccCode: z.string().max(64).optional() }),
    source: z.object({ name: text(300), usccCode: z.string().max(64).optional() }).optional(),
    validFrom: dateSchema.optional(),
    validTo: dateSchema.optional(),
    /** Last day of publication. */
    publicUntil: dateSchema.optional(),
    /** R-7-0: a penalty without a grade is GENERAL. */
    grade: gradeSchema.optional(),
    penalty: z
      .object({
        violation: text(2000).optional(),
        facts: text(10_000).optional(),
        basis: text(10_000).optional(),
        categories: z.array(penaltyCategorySchema).min(1).max(14).optional(),
        detail: text(10_000).optional(),
        fineWan: wanAmountSchema.optional(),
        confiscatedWan: wanAmountSchema.optional(),
        revokedLicence: text(500).optional(),
      })
      .optional(),
    licence: z
      .object({
        category: licenceCategorySchema.optional(),
        certificateName: text(500).optional(),
        number: text(200).optional(),
        detail: text(10_000).optional(),
        project: text(1000).optional(),
      })
      .optional(),
    abnormal: z.object({ reason: text(2000) }).optional(),
    remark: text(2000).optional(),
  })
  .strict()
  .meta({ id: 'PublicRecordRequest' });
export type PublicRecordRequest = z.infer<typeof publicRecordRequestSchema>;

/** R-2-6b, 行政处罚法 48: a changed or revoked decision is withdrawn within three working days, with a public reason. */
export const publicRecordWithdrawSchema = z
  .object({
    ground: z.enum(['DECISION_REVOKED', 'DECISION_CHANGED', 'RECORD_WRONG']),
    documentNo: text(200),
    documentDate: dateSchema,
    reason: text(2000),
  })
  .meta({ id: 'PublicRecordWithdrawRequest' });
export type PublicRecordWithdraw = z.infer<typeof publicRecordWithdrawSchema>;

export const publicRecordStopSchema = z
  .object({ ground: z.enum(['REPAIRED', 'PERIOD_ENDED', 'REMOVED']), documentNo: text(200), date: dateSchema })
  .meta({ id: 'PublicRecordStopRequest' });
export type PublicRecordStop = z.infer<typeof publicRecordStopSchema>;

/** Filters of the list; comma means or. */
export const publicRecordQuerySchema = pageQuerySchema.extend({
  kind: publicRecordKindSchema.optional(),
  status: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(publicRecordStatusSchema).min(1).max(4))
    .optional(),
  subjectId: idSchema.optional(),
  department: departmentCodeSchema.optional(),
  decidedFrom: dateSchema.optional(),
  /** Half-open. */
  decidedTo: dateSchema.optional(),
  /** Published or withdrawn after its term, or still unpublished beyond it (R-7-1). */
  late: z.enum(['true', 'false']).optional(),
});
export type PublicRecordQuery = z.infer<typeof publicRecordQuerySchema>;

/** A record as those who may see it get it; persons masked (R-8-8). */
export const publicRecordViewSchema = z
  .object({
    id: idSchema,
    number: z.string(),
    version: z.int(),
    kind: publicRecordKindSchema,
    status: publicRecordStatusSchema,
    reason: z.string().nullable(),
    departmentCode: departmentCodeSchema,
    subject: z.object({
      id: idSchema.nullable(),
      kind: subjectKindSchema,
      name: z.string(),
      usccCode: z.string().nullable(),
      idMasked: z.string().nullable(),
    }),
    representativeMasked: z.string().nullable(),
    document: z.object({ name: z.string().nullable(), number: z.string().nullable() }),
    decidedOn: dateSchema,
    authority: z.object({ name: z.string(), usccCode: z.string().nullable() }),
    grade: gradeSchema.nullable(),
    penalty: publicRecordRequestSchema.shape.penalty.nullable(),
    licence: publicRecordRequestSchema.shape.licence.nullable(),
    abnormal: publicRecordRequestSchema.shape.abnormal.nullable(),
    validFrom: dateSchema.nullable(),
    validTo: dateSchema.nullable(),
    publicUntil: dateSchema.nullable(),
    /** Not shown to the public while a reorganisation plan is carried out (R-5-14). */
    hidden: z.boolean(),
    /** R-7-1: seven working days from the decision. */
    publishDueOn: dateSchema,
    publishedOn: dateSchema.nullable(),
    withdrawDueOn: dateSchema.nullable(),
    withdrawnOn: dateSchema.nullable(),
    late: z.boolean(),
    /** The term runs into a year whose working days are not known yet (R-7-3). */
    termProvisional: z.boolean(),
    /** 异议处理中: somebody disputes it and it is being verified (R-6-5). */
    disputed: z.boolean(),
    /** 行政复议中、行政诉讼中 (R-6-6): marked, and public as before. */
    inReview: z.object({ kind: reviewKindSchema, body: z.string(), caseNo: z.string(), since: dateSchema }).nullable(),
    timeline: z.array(
      z.object({
        version: z.int(),
        what: z.string(),
        from: publicRecordStatusSchema.nullable(),
        to: publicRecordStatusSchema,
        at: instantSchema,
        actor: z.string(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'PublicRecord' });
export type PublicRecordView = z.infer<typeof publicRecordViewSchema>;
