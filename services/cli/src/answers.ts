import { z } from 'zod';

/** The answers of the API as far as this command reads them; whatever else they hold passes through to JSON and YAML. */

export const pageOfSchema = <Row extends z.ZodType>(row: Row) =>
  z.looseObject({ data: z.array(row), page: z.looseObject({ nextCursor: z.string().nullable() }).optional() });

export const taskSchema = z.looseObject({
  id: z.string(),
  departmentCode: z.string(),
  measureCode: z.string(),
  measureNameZh: z.string(),
  party: z.looseObject({ name: z.string().nullable(), usccCode: z.string().nullable(), idMasked: z.string().nullable() }),
  status: z.string(),
  force: z.string(),
  trigger: z.string(),
  dueAt: z.string().nullable(),
  remainingWorkdays: z.number().nullable(),
  overdue: z.boolean(),
  bases: z.array(z.looseObject({ entryId: z.string(), entryNumber: z.string(), listCode: z.string(), status: z.string() })),
});
export type TaskRow = z.infer<typeof taskSchema>;

export const feedbackSchema = z.looseObject({
  id: z.string(),
  taskId: z.string(),
  taskStatus: z.string(),
  departmentCode: z.string(),
  kind: z.string(),
  status: z.string(),
  version: z.number(),
  submittedAt: z.string(),
});
export type FeedbackRow = z.infer<typeof feedbackSchema>;

export const fileSchema = z.looseObject({ id: z.string() });

export const entrySchema = z.looseObject({
  id: z.string(),
  number: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  listCode: z.string(),
  designatingDepartment: z.string(),
  grade: z.string().nullable(),
  subject: z.looseObject({ kind: z.string(), name: z.string(), usccCode: z.string().nullable(), idMasked: z.string().nullable() }),
  parties: z.array(z.looseObject({ role: z.string(), name: z.string() })),
  /** Null until it is signed. */
  decision: z.looseObject({ name: z.string(), number: z.string(), date: z.string() }).nullable(),
  activatedOn: z.string().nullable(),
  validFrom: z.string().nullable(),
  validTo: z.string().nullable(),
  timeline: z.array(
    z.looseObject({
      version: z.number(),
      transition: z.string(),
      from: z.string().nullable(),
      to: z.string(),
      at: z.string(),
      actor: z.string(),
    }),
  ),
});
export type Entry = z.infer<typeof entrySchema>;

export const listSchema = z.looseObject({
  code: z.string(),
  nameZh: z.string(),
  type: z.string(),
  status: z.string(),
  subjectKinds: z.array(z.string()),
  termKind: z.string(),
  defaultMonths: z.number().nullable(),
  termMinMonths: z.number().nullable(),
  designatingDepartments: z.array(z.string()),
});
export const subjectSchema = z.looseObject({ name: z.string(), kind: z.string() });
export const departmentSchema = z.looseObject({ code: z.string(), nameZh: z.string(), nameEn: z.string() });
export const planSchema = z.looseObject({
  planId: z.string(),
  catalogueVersion: z.number(),
  counts: z.looseObject({ tasks: z.number(), notices: z.number(), skips: z.number() }),
});
export const metaSchema = z.looseObject({ name: z.string(), version: z.string(), commit: z.string().nullable(), mode: z.string() });

export const jobSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  phase: z.string(),
  progress: z.looseObject({
    total: z.number().nullable(),
    done: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    etaSeconds: z.number().nullable(),
  }),
  failure: z.string().nullable(),
});
export type Job = z.infer<typeof jobSchema>;
/** What an import tells beyond other jobs; older servers leave it out. */
export const importJobSchema = jobSchema.extend({
  kind: z.string(),
  createdAt: z.string(),
  file: z.looseObject({ name: z.string().nullable(), layout: z.string().nullable(), ignored: z.array(z.string()) }),
  remarks: z.array(z.string()),
  samples: z.array(z.looseObject({ line: z.number(), effect: z.string(), summary: z.string() })),
  question: z.looseObject({ detail: z.string() }).nullable(),
});
export type ImportJob = z.infer<typeof importJobSchema>;
const importFaultSchema = z.looseObject({ field: z.string().nullable(), code: z.string(), reason: z.string(), remedy: z.string() });
export const importErrorSchema = importFaultSchema.extend({ line: z.number(), others: z.array(importFaultSchema).default([]) });
export type ImportError = z.infer<typeof importErrorSchema>;

export const parkedSchema = z.looseObject({
  key: z.string(),
  service: z.string(),
  severity: z.string(),
  reason: z.string(),
  attempts: z.number(),
  events: z.number(),
  eventTypes: z.array(z.string()),
  parkedAt: z.string(),
});
export type ParkedKey = z.infer<typeof parkedSchema>;
export const parkedListSchema = z.looseObject({ data: z.array(parkedSchema), unavailable: z.array(z.string()).default([]) });
export const redriveSchema = z.looseObject({
  key: z.string(),
  handled: z.number(),
  setAside: z.number(),
  remaining: z.number(),
  services: z.array(z.looseObject({ service: z.string(), handled: z.number(), setAside: z.number(), remaining: z.number() })),
});
