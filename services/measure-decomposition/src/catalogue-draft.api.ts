import {
  catalogueDepartmentSchema,
  catalogueMatterSchema,
  catalogueMeasureSchema,
  dateSchema,
  departmentCodeSchema,
  idSchema,
  instantSchema,
  measureBasisSchema,
  pageQuerySchema,
} from '@lianxin/contracts';
import { z } from 'zod';
import { type RowKind, rowKinds } from './catalogue-content.rules.ts';

const code = z
  .string()
  .regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/)
  .max(40);
const text = z.string().trim().min(1).max(500);
const condition = z.string().regex(/^[A-Z0-9_]+((&[A-Z0-9_]+)*|(\|[A-Z0-9_]+)*)$/);

const basis = measureBasisSchema.extend({
  document: text,
  basisKind: z.enum(['LAW', 'ADMIN_REG', 'CENTRAL_POLICY', 'DEPT_RULE', 'JUDICIAL', 'MEMO_ONLY']),
  coversLists: z.array(code).min(1).max(100),
});
const measure = catalogueMeasureSchema.extend({
  code,
  nameZh: text,
  nameEn: text,
  listCodes: z.array(code).min(1).max(100),
  kind: z.enum(['ADM', 'MKT', 'IND', 'SOC']),
  group: z.enum(['1', '2', '3', 'R']),
  subjectKinds: catalogueMeasureSchema.shape.subjectKinds.min(1),
  partyRoles: catalogueMeasureSchema.shape.partyRoles.min(1),
  canonicalCode: code,
  termRule: z.enum(['ENTRY_TERM', 'UNTIL_LIFTED', 'FIXED_5Y', 'FIXED_LIFE']),
  condition: condition.nullable(),
  executors: catalogueMeasureSchema.shape.executors.max(100),
  bases: z.array(basis).max(50),
});
const department = catalogueDepartmentSchema.extend({ nameZh: text, nameEn: text, zoneDelegated: z.boolean().nullable() });
const memorandum = z.object({
  code,
  listCode: code.nullable(),
  titleZh: text,
  leadDepartmentsZh: z.array(text).max(100),
  documentNo: text.nullable(),
  dateOrYear: z
    .string()
    .regex(/^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$/)
    .nullable(),
  signingDepartments: z.int().nonnegative().nullable(),
  status: text,
  field: text,
  verified: z.boolean(),
});
const measureClass = z.object({ code, group: z.enum(['1', '2', '3', 'R']), nameZh: text, nameEn: text });
const matter = catalogueMatterSchema.extend({ code, nameZh: text, nameEn: text, departmentCode: departmentCodeSchema });

/** What each kind of row must hold; the checks between rows are `checkDraft`. */
export const contentSchemas = {
  MEASURE: measure,
  DEPARTMENT: department,
  MATTER: matter,
  CLASS: measureClass,
  MEMORANDUM: memorandum,
} as const satisfies Record<RowKind, z.ZodType<{ code: string }>>;

export const rowKindSchema = z.enum(rowKinds);
export const rowCodeSchema = z.string().max(40);

export const newDraftSchema = z.object({
  titleZh: text.max(200),
  /** Why the catalogue changes: the document of the higher level, the decision of the office. */
  reasonZh: text.max(2_000),
  documentNo: text.max(100).nullable().default(null),
});
export type NewDraft = z.infer<typeof newDraftSchema>;

export const rowContentSchema = z.record(z.string(), z.unknown());
export const effectiveSchema = z.object({ effectiveFrom: dateSchema });
export const draftQuerySchema = pageQuerySchema.extend({ status: z.enum(['OPEN', 'PUBLISHED', 'IN_FORCE', 'DISCARDED']).optional() });

const faultSchema = z.object({ kind: rowKindSchema, code: z.string(), field: z.string().nullable(), textZh: z.string() });
const gateSchema = z.enum(['OPEN', 'CLOSED', 'NA']).nullable();

export const draftViewSchema = z
  .object({
    id: idSchema,
    titleZh: z.string(),
    reasonZh: z.string(),
    documentNo: z.string().nullable(),
    baseVersion: z.int(),
    status: z.enum(['OPEN', 'PUBLISHED', 'IN_FORCE', 'DISCARDED']),
    revision: z.int(),
    /** Version that it became. */
    version: z.int().nullable(),
    effectiveFrom: dateSchema.nullable(),
    editors: z.array(z.string()),
    publishedBy: z.string().nullable(),
    changedRows: z.int(),
    createdAt: instantSchema,
    changedAt: instantSchema,
    publishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'CatalogueDraft' });
export type DraftView = z.infer<typeof draftViewSchema>;

export const differenceViewSchema = z
  .object({
    from: z.int(),
    to: z.string(),
    rows: z.array(
      z.object({
        kind: rowKindSchema,
        code: z.string(),
        change: z.enum(['ADDED', 'REMOVED', 'CHANGED']),
        nameZh: z.string(),
        fields: z.array(z.object({ field: z.string(), labelZh: z.string(), before: z.unknown(), after: z.unknown() })),
        textZh: z.string(),
      }),
    ),
    gates: z.array(z.object({ measureCode: z.string(), listCode: z.string(), before: gateSchema, after: gateSchema, textZh: z.string() })),
    /** What keeps it from being published. */
    faults: z.array(faultSchema),
  })
  .meta({ id: 'CatalogueDifference' });
export type DifferenceView = z.infer<typeof differenceViewSchema>;

const counts = z.object({ withdrawn: z.int(), added: z.int(), newForLater: z.int() });
export const jobViewSchema = z
  .object({
    id: idSchema,
    kind: z.enum(['REPLAN', 'RETRY', 'SIMULATION', 'RECONCILIATION']),
    status: z.enum(['queued', 'running', 'succeeded', 'partially_succeeded', 'failed', 'cancelled']),
    phase: z.string(),
    version: z.int().nullable(),
    draftId: idSchema.nullable(),
    draftRevision: z.int().nullable(),
    effectiveFrom: dateSchema.nullable(),
    /** Plans; `succeeded` are those that were looked at without a fault. */
    progress: z.object({
      total: z.int(),
      done: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      percent: z.number(),
      etaSeconds: z.int().nullable(),
    }),
    result: z.object({
      textZh: z.string(),
      entries: z.int(),
      withdrawn: z.int(),
      left: z.int(),
      added: z.int(),
      moved: z.int(),
      softened: z.int(),
      newForLater: z.int(),
      noticesWithdrawn: z.int(),
      noticesAdded: z.int(),
      resolvedIncidents: z.int(),
      byMeasure: z.record(z.string(), counts),
      byDepartment: z.record(z.string(), counts),
      differingPlanIds: z.array(idSchema),
    }),
    failure: z.string().nullable(),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'CatalogueJob' });
export type JobView = z.infer<typeof jobViewSchema>;

export const jobQuerySchema = pageQuerySchema.extend({ kind: jobViewSchema.shape.kind.optional() });

export const versionViewSchema = z
  .object({
    version: z.int(),
    effectiveFrom: dateSchema.nullable(),
    inForceSince: instantSchema,
    rows: z.int(),
    draftId: idSchema.nullable(),
    titleZh: z.string().nullable(),
    documentNo: z.string().nullable(),
    editors: z.array(z.string()),
    publishedBy: z.string().nullable(),
  })
  .meta({ id: 'CatalogueVersion' });
