import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateSchema, departmentCodeSchema, listTypeSchema, subjectKindSchema } from '@lianxin/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { ListDefinition } from './list-definition.rules.ts';

const catalogueFile = join(import.meta.dirname, '../catalogue/lists.csv');
const months = z.union([z.literal('').transform(() => null), z.coerce.number().int().min(0).max(1200)]);
const flag = z.enum(['0', '1']).transform((value) => value === '1');
const orNull = z.string().transform((value) => (value === '' ? null : value));
const several = <Schema extends z.ZodType<string, string>>(schema: Schema) =>
  z
    .string()
    .transform((value) => value.split(';'))
    .pipe(z.array(schema).min(1));

const rowSchema = z
  .object({
    code: z.string().regex(/^[A-Z]+(-[A-Z]+)+$/),
    name_zh: z.string().min(1),
    name_en: z.string().min(1),
    type: listTypeSchema,
    field: orNull,
    designating_departments: several(departmentCodeSchema),
    basis: z.string().min(1),
    basis_kind: z.string().min(1),
    status: z.enum(['ENABLED', 'DISABLED', 'DISABLED_PENDING_LEGAL_REVIEW']),
    default_months: months,
    min_repair_months: months,
    subject_kinds: several(subjectKindSchema),
    publish_person: flag,
    hold_exempt_default: flag,
    effective_from: dateSchema,
    confidence: z.enum(['H', 'M', 'L']),
    term_kind: z.enum(['FIXED', 'FROM_DECISION', 'UNTIL_CORRECTED', 'UNTIL_DOWNGRADED']),
    term_min_months: months,
    term_max_months: months,
    court_exit: flag,
  })
  .strict();

/**
 * Reads `catalogue/lists.csv` as version 1 of every list.
 * @throws Error naming line and column of the first fault.
 */
export function loadListCatalogue(file = catalogueFile): ListDefinition[] {
  const rows = parse(readFileSync(file, 'utf8'), { columns: true, bom: true }) as Record<string, string>[];
  return rows.map((row, index) => {
    const parsed = rowSchema.safeParse(row);
    if (!parsed.success) {
      const fault = parsed.error.issues[0];
      throw new Error(`${file}:${index + 2} ${fault?.path.join('.') ?? ''}: ${fault?.message ?? 'malformed'}`, { cause: parsed.error });
    }
    return definitionOf(parsed.data);
  });
}

function definitionOf(row: z.infer<typeof rowSchema>): ListDefinition {
  return {
    code: row.code,
    version: 1,
    nameZh: row.name_zh,
    nameEn: row.name_en,
    type: row.type,
    field: row.field,
    designatingDepartments: row.designating_departments,
    basis: row.basis,
    basisKind: row.basis_kind,
    status: row.status,
    defaultMonths: row.default_months,
    minRepairMonths: row.min_repair_months,
    subjectKinds: row.subject_kinds,
    publishPerson: row.publish_person,
    holdExemptDefault: row.hold_exempt_default,
    effectiveFrom: row.effective_from,
    effectiveTo: null,
    confidence: row.confidence,
    termKind: row.term_kind,
    termMinMonths: row.term_min_months,
    termMaxMonths: row.term_max_months,
    courtExit: row.court_exit,
  };
}
