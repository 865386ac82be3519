import { z } from 'zod';
import { dateSchema, idSchema, idTypeSchema, subjectKindSchema, subjectStatusSchema } from '../vocabulary.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const formerNameSchema = z.object({ name: text(500), from: dateSchema.optional(), to: dateSchema.optional() });

/**
 * What a register says of one subject from a day on: a row of the 法人库 or the 自然人库 (R-11-5). What is left out is unchanged. A subject that is
 * not known yet is registered; one that was known only from a decision is confirmed, or proves to bear another name (R-11-1a).
 */
export const registerChangeSchema = z
  .object({
    kind: subjectKindSchema,
    usccCode: z.string().max(64).optional(),
    idType: idTypeSchema.optional(),
    idNumber: z.string().max(64).optional(),
    /** The name that the register bears now. */
    name: text(500),
    /** Since when all that stands here holds. */
    effectiveOn: dateSchema,
    /** Which register says so, e.g. 市场主体登记. */
    source: text(100),
    documentNo: text(200).optional(),
    regionCode: text(20).optional(),
    address: text(500).optional(),
    establishedOn: dateSchema.optional(),
    /** 吊销 is REVOKED and ends nothing; 注销 and death end every entry of the subject (T22). */
    status: subjectStatusSchema.optional(),
    organisationCode: text(20).optional(),
    registrationNo: text(30).optional(),
    taxNo: text(30).optional(),
    legalRepresentative: z.object({ name: text(200), idType: idTypeSchema.optional(), idNumber: z.string().max(64).optional() }).optional(),
    formerNames: z.array(formerNameSchema).max(50).optional(),
    /** Code of the head office of a branch. */
    parentUsccCode: z.string().max(64).optional(),
    person: z
      .object({
        birthDate: dateSchema.optional(),
        gender: z.enum(['MALE', 'FEMALE']).optional(),
        employerUsccCode: z.string().max(64).optional(),
        phone: z.string().max(40).optional(),
      })
      .optional(),
  })
  .meta({ id: 'RegisterChange' });
export type RegisterChange = z.infer<typeof registerChangeSchema>;

export const registerBatchSchema = z.object({ changes: z.array(registerChangeSchema).min(1).max(500) }).meta({ id: 'RegisterChangeBatch' });

export const registerOutcomes = ['CREATED', 'CHANGED', 'RENAMED', 'ENDED', 'UNCHANGED', 'CONFLICT', 'REFUSED'] as const;
export const registerAnswerSchema = z
  .object({
    results: z.array(
      z.object({
        outcome: z.enum(registerOutcomes),
        subjectId: idSchema.nullable(),
        version: z.int().nullable(),
        /** List entries that ended with the subject (T22). */
        endedEntries: z.array(z.string()),
        errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })),
      }),
    ),
  })
  .meta({ id: 'RegisterChangeResults' });
export type RegisterResult = z.infer<typeof registerAnswerSchema>['results'][number];

/** A human decision about two subjects of the register. */
export const subjectLinkRequestSchema = z
  .object({
    toSubjectId: idSchema,
    /** SAME: one subject registered twice. SUCCESSOR: merged into or taken over. SPLIT_OFF: divided from it. Only SAME joins their records. */
    kind: z.enum(['SAME', 'SUCCESSOR', 'SPLIT_OFF']),
    effectiveOn: dateSchema,
    documentNo: text(200),
    reason: text(2000),
  })
  .meta({ id: 'SubjectLinkRequest' });
export type SubjectLinkRequest = z.infer<typeof subjectLinkRequestSchema>;
