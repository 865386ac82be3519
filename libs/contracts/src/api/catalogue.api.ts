import { z } from 'zod';
import { catalogueDepartmentSchema, catalogueMeasureSchema } from '../events/catalogue.ts';
import { dateSchema, departmentCodeSchema } from '../vocabulary.ts';
import { pageQuerySchema } from './page.api.ts';

/** Query of `GET /api/v1/measures`. `asOf` is the day for which gates are computed; today when left out. */
export const measureQuerySchema = pageQuerySchema.extend({
  listCode: z.string().max(40).optional(),
  class: z.string().max(10).optional(),
  department: departmentCodeSchema.optional(),
  asOf: dateSchema.optional(),
});
export type MeasureQuery = z.infer<typeof measureQuerySchema>;

export const measureDetailQuerySchema = z.object({ asOf: dateSchema.optional() });

/** A measure with the state of its legal-basis gate for each of its lists (R-4-6). */
export const measureViewSchema = catalogueMeasureSchema
  .extend({
    catalogueVersion: z.int(),
    classNameZh: z.string(),
    asOf: dateSchema,
    gates: z.array(z.object({ listCode: z.string(), status: z.enum(['OPEN', 'CLOSED', 'NA']), basisRefs: z.array(z.int()) })),
  })
  .meta({ id: 'Measure' });
export type MeasureView = z.infer<typeof measureViewSchema>;

export const departmentQuerySchema = pageQuerySchema.extend({
  level: z.enum(['CITY', 'COUNTY', 'ABOVE', 'OUTSIDE']).optional(),
  parent: departmentCodeSchema.optional(),
});
export type DepartmentQuery = z.infer<typeof departmentQuerySchema>;

export const departmentViewSchema = catalogueDepartmentSchema.extend({ zoneDelegated: z.boolean().nullable() }).meta({ id: 'Department' });

export const memorandumQuerySchema = pageQuerySchema.extend({ listCode: z.string().max(40).optional() });
export type MemorandumQuery = z.infer<typeof memorandumQuerySchema>;

/** History only: a memorandum opens no gate (R-0-2). */
export const memorandumViewSchema = z
  .object({
    code: z.string(),
    listCode: z.string().nullable(),
    titleZh: z.string(),
    leadDepartmentsZh: z.array(z.string()),
    documentNo: z.string().nullable(),
    dateOrYear: z.string().nullable(),
    signingDepartments: z.int().nullable(),
    status: z.string(),
    field: z.string(),
    verified: z.boolean(),
    /** Measures that came from it. */
    measureCodes: z.array(z.string()),
  })
  .meta({ id: 'Memorandum' });
