import { dateSchema, departmentCodeSchema, instantSchema, pageQuerySchema, publicRecordKindSchema } from '@lianxin/contracts';
import { z } from 'zod';
import type { DeclarationRow, SheetRow } from './public-sheet.store.ts';

const monthSchema = z.string().regex(/^2\d{3}-(0[1-9]|1[0-2])$/, '月份写作 2026-11');
const sheetKindSchema = publicRecordKindSchema.exclude(['ABNORMAL']);
/** More decisions in a month than any department makes: a slip of the pen. */
const maxDeclared = 1_000_000;

/** How many licences or penalties a department decided in a month. */
export const declarationRequestSchema = z
  .object({
    kind: sheetKindSchema,
    month: monthSchema,
    declared: z.int().min(0).max(maxDeclared),
    /** Asked for by a correction, and where fewer are declared than have been reported. */
    reason: z.string().trim().min(1).max(500).optional(),
    /** The credit office names the department; a department may leave it out. */
    departmentCode: departmentCodeSchema.optional(),
  })
  .strict()
  .meta({ id: 'PublicDeclarationRequest' });
export type DeclarationRequest = z.infer<typeof declarationRequestSchema>;

export const sheetQuerySchema = pageQuerySchema.extend({
  kind: sheetKindSchema.optional(),
  month: monthSchema.optional(),
  department: departmentCodeSchema.optional(),
});
export type SheetQuery = z.infer<typeof sheetQuerySchema>;

const declarationSchema = z.object({
  no: z.int(),
  declared: z.int(),
  /** How many had been reported when it was declared. */
  reportedThen: z.int(),
  reason: z.string().nullable(),
  at: instantSchema,
  actor: z.string(),
  /** Recorded by the credit office for the department. */
  byOffice: z.boolean(),
});

export const sheetViewSchema = z
  .object({
    id: z.string(),
    departmentCode: z.string(),
    kind: sheetKindSchema,
    month: z.string(),
    /** First and half-open end, for the list of its records (`decidedFrom`, `decidedTo`). */
    decidedFrom: dateSchema,
    decidedTo: dateSchema,
    declared: z.int(),
    /** Distinct decisions of the month that have been reported, as counted at `talliedAt`. */
    reported: z.int(),
    talliedAt: instantSchema,
    /** Every declaration, the newest first; the first of them holds. */
    declarations: z.array(declarationSchema).min(1),
  })
  .meta({ id: 'PublicDeclaration' });
export type SheetView = z.infer<typeof sheetViewSchema>;

export function sheetViewOf(row: SheetRow, declarations: readonly DeclarationRow[]): SheetView {
  const { id, departmentCode, kind, month, declared, reported, talliedAt } = row;
  if (declared === null || talliedAt === null) throw new Error('a sheet that nobody has declared is shown to nobody');
  const [year = 0, monthNumber = 0] = month.split('-').map(Number);
  const next = monthNumber === 12 ? `${year + 1}-01` : `${year}-${String(monthNumber + 1).padStart(2, '0')}`;
  return {
    ...{ id, departmentCode, kind, month, decidedFrom: `${month}-01`, decidedTo: `${next}-01`, declared, reported },
    talliedAt: talliedAt.toISOString(),
    declarations: declarations.map((one) => ({
      no: one.no,
      declared: one.declared,
      reportedThen: one.reported,
      reason: one.reason,
      at: one.at.toISOString(),
      actor: one.actor,
      byOffice: one.byOffice,
    })),
  };
}
