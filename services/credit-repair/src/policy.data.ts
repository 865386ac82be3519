import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateSchema, gradeSchema, penaltyCategorySchema, penaltyFieldSchema } from '@lianxin/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { RepairPolicy } from './policy.rules.ts';

const orNull = <Schema extends z.ZodType>(schema: Schema) => z.union([z.literal('').transform(() => null), schema]);
const months = z.coerce.number().int().min(0).max(600);
const flag = z.enum(['0', '1']).transform((value) => value === '1');
const text = z.string().min(1);
const dated = { effective_from: dateSchema, effective_to: orNull(dateSchema) };

const periodSchema = z
  .object({
    regime: text,
    kind: z.enum(['PENALTY', 'LIST_ENTRY']),
    grade: gradeSchema,
    field: z.enum(['*', 'KEY']),
    min_months: months,
    max_months: months,
    period_start: z.enum(['DECISION_DATE', 'PUBLICITY_DATE']),
    ...dated,
    clause: text,
    extension_clause: orNull(text),
  })
  .transform((row) => ({
    ...datesOf(row),
    regime: row.regime,
    kind: row.kind,
    grade: row.grade,
    field: row.field,
    minMonths: row.min_months,
    maxMonths: row.max_months,
    periodStart: row.period_start,
    clause: row.clause,
    extensionClause: row.extension_clause,
  }));
const gradeRowSchema = z
  .object({ category: penaltyCategorySchema, grade: gradeSchema, ...dated, clause: text })
  .transform((row) => ({ ...datesOf(row), category: row.category, grade: row.grade }));
const keyFieldSchema = z
  .object({ regime: text, scope: z.enum(['DEPARTMENT', 'FIELD']), value: text, field_zh: text, clause: text })
  .refine((row) => row.scope === 'DEPARTMENT' || penaltyFieldSchema.safeParse(row.value).success, 'unknown field');
const listRuleSchema = z
  .object({
    list_code: text,
    mode: z.enum(['REPAIR', 'OWN_EXIT', 'TERM_ONLY']),
    min_months: orNull(months),
    period_start: z.union([z.literal('').transform(() => 'PUBLICITY' as const), z.enum(['PUBLICITY', 'CORRECTION'])]),
    needs_duties: flag,
    needs_commitment: flag,
    route_zh: text,
    clause: text,
    ...dated,
  })
  .transform((row) => ({
    ...datesOf(row),
    listCode: row.list_code,
    mode: row.mode,
    minMonths: row.min_months,
    periodStart: row.period_start,
    needsDuties: row.needs_duties,
    needsCommitment: row.needs_commitment,
    routeZh: row.route_zh,
    clause: row.clause,
  }));
const nonRepairableSchema = z
  .object({
    code: text,
    scope: z.enum(['LIST', 'CATEGORY']),
    scope_value: text,
    effect: z.enum(['NEVER', 'UNTIL_TERM', 'AFTER_MONTHS']),
    months: orNull(months),
    asserted: flag,
    name_zh: text,
    // R-5-2: without a citation nothing is "not repairable".
    citation: text,
    decided_from: dateSchema,
    decided_before: orNull(dateSchema),
  })
  .refine((row) => row.effect !== 'AFTER_MONTHS' || row.months !== null, 'AFTER_MONTHS needs its months')
  .transform((row) => ({
    code: row.code,
    scope: row.scope,
    scopeValue: row.scope_value,
    effect: row.effect,
    months: row.months,
    asserted: row.asserted,
    nameZh: row.name_zh,
    citation: row.citation,
    decidedFrom: row.decided_from,
    decidedBefore: row.decided_before,
  }));

function datesOf(row: { effective_from: string; effective_to: string | null }) {
  return { effectiveFrom: row.effective_from, effectiveTo: row.effective_to };
}

/** @throws ZodError naming row and column of the first fault: a service with broken law does not start. */
function load<Row>(file: string, schema: z.ZodType<Row, unknown>): Row[] {
  const rows = readFileSync(join(import.meta.dirname, '../catalogue', file), 'utf8');
  return z.array(schema).parse(parse(rows, { columns: true, bom: true }));
}

/** Which receipt of the checklist a channel of publication gives when it has taken an entry down (S6, S7). */
export const receiptOfChannel: ReadonlyMap<string, 'SITE' | 'DEPARTMENT_SITE'> = new Map(
  load('channels.csv', z.object({ channel: text, receipt: z.enum(['SITE', 'DEPARTMENT_SITE']), clause: text })).map((row) => [
    row.channel,
    row.receipt,
  ]),
);

/** The law of repair as it is loaded: regimes, grades, exit rules of lists, what cannot be repaired (§5.2, §5.6). */
export const repairPolicy: RepairPolicy = {
  periods: load('regimes.csv', periodSchema),
  grades: load('grades.csv', gradeRowSchema),
  keyFields: load('key-fields.csv', keyFieldSchema),
  listRules: load('list-rules.csv', listRuleSchema),
  nonRepairable: load('non-repairable.csv', nonRepairableSchema),
};
