import { dateSchema, instantSchema, pageQuerySchema } from '@lianxin/contracts';
import { z } from 'zod';

export const agencyCodeSchema = z.string().regex(/^[A-Z0-9_-]{2,40}$/);
export const agencyQuerySchema = pageQuerySchema;
export type AgencyQuery = z.infer<typeof agencyQuerySchema>;

export const agencyRequestSchema = z
  .object({ code: agencyCodeSchema, nameZh: z.string().trim().min(2).max(200), active: z.boolean().default(true) })
  .strict()
  .meta({ id: 'CreditAgencyRequest' });
export type AgencyRequest = z.infer<typeof agencyRequestSchema>;

/** An agency and what it has still to take over (R-5-15). */
export const agencyViewSchema = z
  .object({
    code: agencyCodeSchema,
    nameZh: z.string(),
    active: z.boolean(),
    /** Repairs that it does not show yet; of these, those beyond their term. */
    waiting: z.int(),
    late: z.int(),
    oldestDueOn: dateSchema.nullable(),
  })
  .meta({ id: 'CreditAgency' });
export type AgencyView = z.infer<typeof agencyViewSchema>;

/** R-5-15: slow ones are reported publicly; nothing about any subject. */
export const lateAgenciesSchema = z
  .object({
    data: z.array(agencyViewSchema.pick({ nameZh: true, late: true, oldestDueOn: true })),
    notice: z.string(),
  })
  .meta({ id: 'LateCreditAgencies' });
export type LateAgencies = z.infer<typeof lateAgenciesSchema>;

export const agencyUpdateSchema = z
  .object({ agencyCode: agencyCodeSchema, receiptNo: z.string().trim().min(1).max(200).optional() })
  .strict()
  .meta({ id: 'CreditAgencyUpdate' });
export type AgencyUpdate = z.infer<typeof agencyUpdateSchema>;

/** Beside the checklist: the city cannot make an agency act, so it waits for none of them (R-5-15). */
export const agencyLineSchema = z.object({
  agencyCode: agencyCodeSchema,
  nameZh: z.string(),
  dueOn: dateSchema,
  updatedAt: instantSchema.nullable(),
  receiptNo: z.string().nullable(),
  late: z.boolean(),
});
export type AgencyLine = z.infer<typeof agencyLineSchema>;
