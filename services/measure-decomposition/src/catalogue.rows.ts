import {
  dateSchema,
  departmentCodeSchema,
  directionSchema,
  forceSchema,
  gradeSchema,
  partyRoleSchema,
  subjectKindSchema,
  triggerSchema,
} from '@lianxin/contracts';
import { z } from 'zod';

/** The columns of each catalogue file, in their order (catalogue/README.md). Cells are text; an empty cell means none, `;` separates values. */

const text = z.string().trim().min(1);
const orNone = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((cell) => (cell === '' ? null : cell), schema.nullable());
const flag = z.enum(['0', '1']).transform((cell) => cell === '1');
const count = z
  .string()
  .regex(/^[0-9]+$/)
  .transform(Number);
const list = <Schema extends z.ZodType<string, string>>(item: Schema) =>
  z
    .string()
    .transform((cell) => (cell === '' ? [] : cell.split(';')))
    .pipe(z.array(item))
    .refine((values) => new Set(values).size === values.length, 'a value stands twice');
const someOf = <Schema extends z.ZodType<string, string>>(item: Schema) =>
  list(item).refine((values) => values.length > 0, 'must not be empty');
const code = z.string().regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/, 'capital letters and digits, joined by hyphens');
const confidence = z.enum(['H', 'M', 'L']);
const gate = z.enum(['OPEN', 'CLOSED', 'NA']);
/** Codes joined by `&` (all) or `|` (any), never mixed (catalogue rule 17). */
const condition = z.string().regex(/^[A-Z0-9_]+((&[A-Z0-9_]+)*|(\|[A-Z0-9_]+)*)$/, 'codes joined by & or |, never both');

export const rowSchemas = {
  classes: z.object({ code, group: z.enum(['1', '2', '3', 'R']), name_zh: text, name_en: text, confidence }),
  departments: z.object({
    code: departmentCodeSchema,
    name_zh: text,
    name_en: text,
    kind: text,
    predecessor_zh: list(text),
    valid_from: dateSchema,
    seed_named: flag,
    member: flag,
    tenant: flag,
    level: z.enum(['CITY', 'COUNTY', 'ABOVE', 'OUTSIDE']),
    region_code: orNone(text),
    parent_code: orNone(departmentCodeSchema),
    zone_host: orNone(departmentCodeSchema),
    supervised: flag,
    zone_delegated: orNone(flag),
    confidence,
  }),
  memoranda: z.object({
    code,
    list_code: orNone(code),
    title_zh: text,
    lead_dept: list(text),
    doc_no: orNone(text),
    date_or_year: orNone(z.string().regex(/^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$/, 'a year, month or date')),
    signing_departments: orNone(count),
    confidence,
    status: text,
    field: text,
  }),
  measures: z.object({
    code,
    list_codes: someOf(code),
    memo_code: orNone(code),
    direction: directionSchema,
    name_zh: text,
    name_en: text,
    kind: z.enum(['ADM', 'MKT', 'IND', 'SOC']),
    class: code,
    group: z.enum(['1', '2', '3', 'R']),
    force: forceSchema,
    trigger: triggerSchema,
    subject_kinds: someOf(subjectKindSchema),
    party_roles: someOf(partyRoleSchema),
    canonical_code: code,
    min_grade: orNone(gradeSchema),
    hold_exempt: flag,
    term_rule: z.enum(['ENTRY_TERM', 'UNTIL_LIFTED', 'FIXED_5Y', 'FIXED_LIFE']),
    effective_from: dateSchema,
    effective_to: orNone(dateSchema),
    confidence,
    condition: orNone(condition),
    gate_expected: gate,
  }),
  measure_executors: z.object({
    measure_code: code,
    department_code: departmentCodeSchema,
    role: z.enum(['LEAD', 'COOP']),
    level: z.enum(['CITY', 'BOTH', 'ABOVE']),
    region_rule: z.enum(['CITY_ALWAYS', 'ENTRY_LEVEL', 'NOTICE_TO_CREDIT_OFFICE']),
  }),
  measure_basis: z.object({
    measure_code: code,
    document_zh: text,
    article: orNone(text),
    basis_kind: z.enum(['LAW', 'ADMIN_REG', 'CENTRAL_POLICY', 'DEPT_RULE', 'JUDICIAL', 'MEMO_ONLY']),
    covers_lists: someOf(code),
    verified: flag,
    confidence,
    gate_expected: gate,
    effective_from: dateSchema,
  }),
  matters: z.object({ code, name_zh: text, name_en: text, department_code: departmentCodeSchema, canonical_codes: someOf(code) }),
} as const;

export type FileName = keyof typeof rowSchemas;
export const fileNames = Object.keys(rowSchemas) as FileName[];

/** Rows of one file with the line on which each ends. */
export type Rows<Name extends FileName> = ReadonlyArray<z.infer<(typeof rowSchemas)[Name]> & { readonly line: number }>;
export type CatalogueRows = { readonly [Name in FileName]: Rows<Name> };

/** One fault of one cell (or, without a column, of the whole row or file). */
export interface CatalogueFault {
  readonly file: FileName;
  readonly line: number;
  readonly column: string | null;
  readonly message: string;
}
