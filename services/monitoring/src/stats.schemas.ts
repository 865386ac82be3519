import { dateSchema, departmentCodeSchema, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { z } from 'zod';
import { fieldFigure } from './derived-figure.rules.ts';
import { figureDefinitions } from './figure-definition.rules.ts';
import { longestPeriodDays } from './period.rules.ts';

const dayMs = 86_400_000;

const scope = {
  /** A quarter or a month; the present quarter when neither it nor from and to are given. */
  period: z
    .string()
    .regex(/^[12]\d{3}-(?:Q[1-4]|0[1-9]|1[0-2])$/, '季度写作 2026-Q4，月份写作 2026-11')
    .optional(),
  from: dateSchema.optional(),
  to: dateSchema.optional(),
  listCode: z.string().min(1).max(40).optional(),
  department: departmentCodeSchema.optional(),
};

interface Span {
  readonly period?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function isOnePeriod({ period, from, to }: Span): boolean {
  return (from === undefined) === (to === undefined) && (period === undefined || from === undefined);
}

function isSpan({ from, to }: Span): boolean {
  return from === undefined || to === undefined || (from <= to && Date.parse(to) - Date.parse(from) < longestPeriodDays * dayMs);
}

const onePeriod = '给出 period，或同时给出 from 和 to';
const orderly = { error: `from 不晚于 to，且相隔不超过 ${longestPeriodDays} 天`, path: ['to'] };

/** Period, list and department of figures. */
export const statsQuerySchema = z.object(scope).refine(isOnePeriod, onePeriod).refine(isSpan, orderly);
export type StatsQuery = z.infer<typeof statsQuerySchema>;

export const rowsQuerySchema = pageQuerySchema
  .extend({
    ...scope,
    figure: z.enum([...figureDefinitions.map((definition) => definition.code), fieldFigure]),
    /** Left out: all rows of the figure, that is its denominator. */
    part: z.enum(['numerator', 'denominator']).optional(),
  })
  .refine(isOnePeriod, onePeriod)
  .refine(isSpan, orderly);
export type RowsQuery = z.infer<typeof rowsQuerySchema>;

export const figureViewSchema = z
  .object({
    code: z.string(),
    nameZh: z.string(),
    /** Of a median twice the median: a whole number, also between two. */
    numerator: z.int(),
    /** Null for a count; of a median how many there are. */
    denominator: z.int().nullable(),
    /** Percent with one decimal, the count, or days of a median; null where nothing was due. */
    value: z.number().nullable(),
    display: z.string(),
    /** Of a closed period: what the figure would be with what was heard since (R-10-1); null where nothing differs. */
    correction: z
      .object({ numerator: z.int(), denominator: z.int().nullable(), value: z.number().nullable(), display: z.string() })
      .nullable(),
    /** Opens the rows that make the figure: of a rate those of its denominator, each telling whether it is in the numerator. */
    rowsHref: z.string(),
  })
  .meta({ id: 'Figure' });
export type FigureView = z.infer<typeof figureViewSchema>;

const periodViewSchema = z.object({
  code: z.string().nullable(),
  from: dateSchema,
  to: dateSchema,
  /** Since when its figures stand; null while the period is open. */
  closedAt: z.string().nullable(),
});

export const overviewSchema = z
  .object({
    scope: z.enum(['CITY', 'DEPARTMENT']),
    period: periodViewSchema,
    listCode: z.string().nullable(),
    entries: z.array(figureViewSchema),
    tasks: z.array(figureViewSchema),
    figures: z.array(figureViewSchema),
  })
  .meta({ id: 'StatsOverview' });
export type Overview = z.infer<typeof overviewSchema>;

export const departmentStatsSchema = z
  .object({
    period: periodViewSchema,
    listCode: z.string().nullable(),
    data: z.array(
      z.object({
        departmentCode: z.string(),
        departmentNameZh: z.string().nullable(),
        /** False: no deadline, no urging, no ranking (§4.5). Null while the catalogue is not known. */
        supervised: z.boolean().nullable(),
        figures: z.array(figureViewSchema),
      }),
    ),
  })
  .meta({ id: 'DepartmentStats' });
export type DepartmentStats = z.infer<typeof departmentStatsSchema>;

const ranked = { departmentCode: z.string(), departmentNameZh: z.string().nullable(), dueCycles: z.int() };
export const rankingSchema = z
  .object({
    period: periodViewSchema,
    listCode: z.string().nullable(),
    ranked: z.array(
      z.object({
        ...ranked,
        /** Counties are ranked apart. */
        group: z.enum(['CITY', 'COUNTY']),
        rank: z.int().positive(),
        /** 45·K07 + 35·K08 + 20·K14, points of 100. */
        score: z.number(),
        colour: z.enum(['GREEN', 'YELLOW', 'RED']),
        overdueDays: z.int(),
      }),
    ),
    unranked: z.array(z.object({ ...ranked, reason: z.enum(['TOO_FEW_CYCLES', 'NOT_SUPERVISED']) })),
  })
  .meta({ id: 'StatsRanking' });
export type Ranking = z.infer<typeof rankingSchema>;

export const statsRowSchema = z
  .object({
    figure: z.string(),
    /** It is in the numerator. */
    counted: z.boolean(),
    /** How much it adds to each of the figure's numbers: 1 or 0, but for a report of records (K18), which adds as many as it counts. */
    amounts: z.object({ denominator: z.int(), numerator: z.int() }),
    /** The day that places it in the period: of the deadline, of the activation, of the case. */
    day: dateSchema,
    /** Empty for a field (K13), which is no department's. */
    departmentCode: z.string(),
    departmentNameZh: z.string().nullable(),
    listCodes: z.array(z.string()),
    task: z
      .object({
        id: z.string(),
        cycle: z.int(),
        status: z.string(),
        measureCode: z.string(),
        measureNameZh: z.string().nullable(),
        canonicalCode: z.string(),
        class: z.string(),
        direction: z.string(),
        partySubjectId: z.string(),
        partyRole: z.string(),
        entryIds: z.array(z.string()),
        dispatchedAt: z.string(),
        acknowledgedAt: z.string().nullable(),
        dueAt: z.string().nullable(),
      })
      .nullable(),
    entry: z
      .object({
        id: z.string(),
        number: z.string(),
        status: z.string(),
        listType: z.string(),
        subjectId: z.string(),
        activationNo: z.int(),
      })
      .nullable(),
    case: z
      .object({
        id: z.string(),
        taskId: z.string(),
        feedbackId: z.string(),
        measureCode: z.string(),
        measureNameZh: z.string().nullable(),
        canonicalCode: z.string(),
        direction: z.string(),
        partySubjectId: z.string(),
      })
      .nullable(),
    feedback: z
      .object({
        id: z.string(),
        taskId: z.string(),
        cycle: z.int(),
        kind: z.string(),
        notAppliedReason: z.string().nullable(),
        submittedAt: z.string(),
        approvedAt: z.string().nullable(),
      })
      .nullable(),
    /** What was heard of a plan, a verification, a public record or an urging; of a field (K13) what was counted of its lists. */
    record: z.object({ id: z.string(), kind: z.string(), facts: z.record(z.string(), z.unknown()) }).nullable(),
  })
  .meta({ id: 'StatsRow' });
export type StatsRow = z.infer<typeof statsRowSchema>;
export const statsRowPageSchema = pageSchema(statsRowSchema);
