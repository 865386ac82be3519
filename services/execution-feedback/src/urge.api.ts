import { departmentCodeSchema, idSchema, pageQuerySchema, urgeLevelSchema, urgeLevels, urgeReceiverSchema } from '@lianxin/contracts';
import { z } from 'zod';

const levels = z
  .string()
  .transform((value) => value.split(',').filter((part) => part !== ''))
  .pipe(z.array(urgeLevelSchema).max(urgeLevels.length))
  .optional();

/** Query of `GET /api/v1/urges`. */
export const urgeQuerySchema = pageQuerySchema.extend({
  level: levels,
  department: departmentCodeSchema.optional(),
  /** Quarter of a circular (`2026Q4`) or half-year of an inspection (`2026H2`). */
  period: z
    .string()
    .regex(/^\d{4}(Q[1-4]|H[12])$/, '季度写作 2026Q4，半年写作 2026H2')
    .optional(),
  unread: z.enum(['true', 'false']).optional(),
});
export type UrgeQuery = z.infer<typeof urgeQuerySchema>;

export const urgeViewSchema = z
  .object({
    id: idSchema,
    departmentCode: departmentCodeSchema,
    level: urgeLevelSchema,
    titleZh: z.string(),
    textZh: z.string(),
    urgedOn: z.string(),
    letterNumber: z.string().nullable(),
    period: z.string().nullable(),
    receivers: z.array(urgeReceiverSchema),
    taskCount: z.int(),
    /** Of these, those that no mail or SMS speaks of: a replay that tells nobody outside asks for them (product §A.4). */
    mutedCount: z.int(),
    sentAt: z.string(),
    /** When the asking person read it; null: not yet. */
    readAt: z.string().nullable(),
    /** Persons who have read it. */
    readers: z.int(),
  })
  .meta({ id: 'Urge' });
export type UrgeView = z.infer<typeof urgeViewSchema>;

export const urgeDetailSchema = urgeViewSchema
  .extend({
    /** At most 200; the queue has them all. */
    tasks: z.array(z.object({ taskId: idSchema, dueAt: z.string(), muted: z.boolean() })),
    readings: z.array(z.object({ reader: z.string(), receiver: urgeReceiverSchema, readAt: z.string() })),
    deliveries: z.array(
      z.object({
        channel: z.enum(['MAIL', 'SMS']),
        receiver: urgeReceiverSchema,
        address: z.string(),
        status: z.enum(['WAITING', 'SENT', 'FAILED']),
        attempts: z.int(),
        endedAt: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'UrgeDetail' });
export type UrgeDetail = z.infer<typeof urgeDetailSchema>;

/** What the window of a department shows at its head: messages not read, tasks whose term ends today, and those whose term is over. */
export const urgeCountSchema = z.object({ unread: z.int(), dueToday: z.int(), overdue: z.int() }).meta({ id: 'UrgeCount' });

export const contactRequestSchema = z
  .object({
    receiver: urgeReceiverSchema,
    channel: z.enum(['MAIL', 'SMS']),
    /** A mail address, or the number of a mobile phone. */
    address: z.string().trim().min(5).max(200),
  })
  .superRefine(({ channel, address }, context) => {
    const fits = channel === 'MAIL' ? z.email().safeParse(address).success : /^1\d{10}$/.test(address);
    if (!fits) context.addIssue({ code: 'custom', path: ['address'], message: channel === 'MAIL' ? '应为邮箱地址' : '应为 11 位手机号码' });
  })
  .meta({ id: 'UrgeContactRequest' });
export type ContactRequest = z.infer<typeof contactRequestSchema>;

export const contactViewSchema = z
  .object({
    id: idSchema,
    departmentCode: z.string(),
    receiver: urgeReceiverSchema,
    channel: z.enum(['MAIL', 'SMS']),
    address: z.string(),
    createdBy: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'UrgeContact' });
export type ContactView = z.infer<typeof contactViewSchema>;
