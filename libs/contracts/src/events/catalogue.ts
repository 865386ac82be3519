import { z } from 'zod';
import { defineEvent } from '../event.ts';
import {
  dateSchema,
  departmentCodeSchema,
  directionSchema,
  forceSchema,
  gradeSchema,
  idSchema,
  partyRoleSchema,
  subjectKindSchema,
  triggerSchema,
} from '../vocabulary.ts';

/** A document that a measure stands on. `verified` false: never shown as law (domain §0.1). */
export const measureBasisSchema = z.object({
  document: z.string(),
  article: z.string().nullable(),
  basisKind: z.string(),
  coversLists: z.array(z.string()),
  verified: z.boolean(),
  effectiveFrom: dateSchema,
});

export const measureExecutorSchema = z.object({
  departmentCode: departmentCodeSchema,
  role: z.enum(['LEAD', 'COOP']),
  regionRule: z.enum(['CITY_ALWAYS', 'ENTRY_LEVEL', 'NOTICE_TO_CREDIT_OFFICE']),
});

export const catalogueMeasureSchema = z.object({
  code: z.string(),
  listCodes: z.array(z.string()),
  memoCode: z.string().nullable(),
  direction: directionSchema,
  nameZh: z.string(),
  nameEn: z.string(),
  kind: z.string(),
  class: z.string(),
  group: z.string(),
  force: forceSchema,
  trigger: triggerSchema,
  subjectKinds: z.array(subjectKindSchema),
  partyRoles: z.array(partyRoleSchema),
  canonicalCode: z.string(),
  minGrade: gradeSchema.nullable(),
  holdExempt: z.boolean(),
  termRule: z.string(),
  effectiveFrom: dateSchema,
  effectiveTo: dateSchema.nullable(),
  condition: z.string().nullable(),
  executors: z.array(measureExecutorSchema),
  bases: z.array(measureBasisSchema),
});
export type CatalogueMeasure = z.infer<typeof catalogueMeasureSchema>;

export const catalogueDepartmentSchema = z.object({
  code: departmentCodeSchema,
  nameZh: z.string(),
  nameEn: z.string(),
  kind: z.string(),
  level: z.enum(['CITY', 'COUNTY', 'ABOVE', 'OUTSIDE']),
  /** Has a queue here. False: told by notice only. */
  tenant: z.boolean(),
  /** False: no deadline, no urging, no ranking (§4.5). */
  supervised: z.boolean(),
  regionCode: z.string().nullable(),
  parentCode: departmentCodeSchema.nullable(),
  zoneHost: z.string().nullable(),
  validFrom: dateSchema,
  /** Last day of a department that has been merged or dissolved. */
  validTo: dateSchema.nullable().optional(),
  /** Who has its duties from the day after `validTo`. */
  successorCode: departmentCodeSchema.nullable().optional(),
});
export type CatalogueDepartment = z.infer<typeof catalogueDepartmentSchema>;

export const catalogueMatterSchema = z.object({
  code: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  departmentCode: departmentCodeSchema,
  canonicalCodes: z.array(z.string()),
});
export type CatalogueMatter = z.infer<typeof catalogueMatterSchema>;

/** Sent once for every row of a published catalogue version and kept for ever; services that need texts keep a local copy. All rows share one key, so they come in order. */
export const cataloguePublished = defineEvent({
  type: 'lianxin.catalogue.published.v1',
  effect: 'INFORMS',
  classification: 'public',
  titleZh: '措施目录发布',
  data: z.object({
    version: z.int().positive(),
    /** First day for whose legal acts the version counts; left out for the first version. */
    effectiveFrom: dateSchema.optional(),
    /** 1-based place of this row among `rowCount` rows of the version; the version is complete with the last. */
    rowNumber: z.int().positive(),
    rowCount: z.int().positive(),
    row: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('MEASURE'), measure: catalogueMeasureSchema }),
      z.object({ kind: z.literal('DEPARTMENT'), department: catalogueDepartmentSchema }),
      z.object({ kind: z.literal('MATTER'), matter: catalogueMatterSchema }),
    ]),
  }),
});
export type CataloguePublished = z.infer<typeof cataloguePublished.data>;
/** Sent by whoever executes plans when rows of plans that were derived again have been changed: re-planning goes on no faster than they do, so that new flags never wait. */
export const catalogueApplied = defineEvent({
  type: 'lianxin.catalogue.applied.v1',
  effect: 'INFORMS',
  titleZh: '重新分解落实进度',
  data: z.object({ runId: idSchema, rows: z.int().nonnegative() }),
});

/** Key of all catalogue rows. */
export const catalogueKey = 'catalogue';
