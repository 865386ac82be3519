import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateSchema } from '@lianxin/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type DatedListRule, type ListingGround, type ListRule, listRuleOn } from './list-rule.rules.ts';

const numberOrNull = z.union([z.literal('').transform(() => null), z.coerce.number().int().min(0).max(1200)]);
const dateOrNull = z.union([z.literal('').transform(() => null), dateSchema]);

const ruleSchema = z
  .object({
    list_code: z.string().min(1),
    renewal: z.enum(['SUPERSEDE', 'BESIDE']),
    term_needs_performance: z.enum(['0', '1']),
    performance_clause: z.string(),
    release: z.enum(['NONE', 'MONTHLY']),
    release_notice_wd: z.coerce.number().int().min(0).max(250),
    re_evaluation_months: numberOrNull,
    correction_review_days: numberOrNull,
    effective_from: dateSchema,
    effective_to: dateOrNull,
    clause: z.string().min(1),
    confidence: z.string(),
  })
  .strict()
  .refine((row) => row.term_needs_performance === '0' || row.performance_clause !== '', 'performance after the term needs a clause (R-5-5)')
  .transform(
    (row): DatedListRule => ({
      listCode: row.list_code,
      renewal: row.renewal,
      termNeedsPerformance: row.term_needs_performance === '1',
      release: row.release,
      releaseNoticeWorkdays: row.release_notice_wd,
      reEvaluationMonths: row.re_evaluation_months,
      correctionReviewDays: row.correction_review_days,
      effectiveFrom: row.effective_from,
      effectiveTo: row.effective_to,
    }),
  );
const groundSchema = z
  .object({
    list_code: z.string().min(1),
    code: z.string().regex(/^[A-Z_]+$/),
    name_zh: z.string().min(1),
    months: numberOrNull,
    extension_max_months: z.coerce.number().int().min(0).max(1200),
    clause: z.string().min(1),
  })
  .strict()
  .transform(
    (row): ListingGround => ({
      listCode: row.list_code,
      code: row.code,
      nameZh: row.name_zh,
      months: row.months,
      extensionMaxMonths: row.extension_max_months,
      clause: row.clause,
    }),
  );

/** @throws ZodError naming row and column of the first fault: a service with broken law does not start. */
function load<Row>(file: string, schema: z.ZodType<Row, unknown>): Row[] {
  const text = readFileSync(join(import.meta.dirname, '../catalogue', file), 'utf8');
  return z.array(schema).parse(parse(text, { columns: true, bom: true }));
}

const rules = load('list-rules.csv', ruleSchema);
/** Grounds of lists whose law names them. */
export const listingGrounds: readonly ListingGround[] = load('listing-grounds.csv', groundSchema);

/** The rule of a list on a day. */
export function ruleOfList(listCode: string, date: string): ListRule {
  return listRuleOn(rules, listCode, date);
}
