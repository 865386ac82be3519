import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { penaltyFieldSchema } from '@lianxin/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { PenaltyFieldLaw } from './penalty-field.rules.ts';

const text = z.string().min(1);
const lawSchema = z
  .object({ law_zh: text, field: penaltyFieldSchema, clause: text, confidence: text })
  .strict()
  .transform((row): PenaltyFieldLaw => ({ lawZh: row.law_zh, field: row.field }));

/** Laws of the five fields of 58号令, as loaded. @throws ZodError naming row and column: a service with broken law does not start */
export const penaltyFieldLaws: readonly PenaltyFieldLaw[] = z
  .array(lawSchema)
  .parse(parse(readFileSync(join(import.meta.dirname, '../catalogue/penalty-fields.csv'), 'utf8'), { columns: true, bom: true }));
