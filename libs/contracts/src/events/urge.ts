import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema, instantSchema } from '../vocabulary.ts';

/** Steps of urging, weakest first (§4.5). */
export const urgeLevels = ['REMIND', 'YELLOW', 'RED', 'CIRCULAR', 'INSPECTION'] as const;
export const urgeLevelSchema = z.enum(urgeLevels);
export type UrgeLevel = z.infer<typeof urgeLevelSchema>;

export const urgeChannelSchema = z.enum(['IN_APP', 'MAIL', 'SMS']);
export type UrgeChannel = z.infer<typeof urgeChannelSchema>;

/** Who of a department is addressed; CREDIT_OFFICE gets copies and what waits for the office itself. */
export const urgeReceiverSchema = z.enum(['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE']);
export type UrgeReceiver = z.infer<typeof urgeReceiverSchema>;

const messageHead = {
  messageId: idSchema,
  level: urgeLevelSchema,
  departmentCode: departmentCodeSchema,
  /** The working day of the urging. */
  urgedOn: dateSchema,
};

/** At most this many tasks in one event of an urging; larger ones travel in parts. */
export const urgedTasksPerEvent = 200;

/** Sent when a department is urged: all its tasks of one level and day in one message. Key: the message. */
export const urgeSent = defineEvent({
  type: 'lianxin.urge.sent.v1',
  effect: 'INFORMS',
  titleZh: '催办发出',
  data: z.object({
    ...messageHead,
    /** Number of the formal letter (催办函) of a RED urging, else null. */
    letterNumber: z.string().nullable(),
    receivers: z.array(urgeReceiverSchema).min(1),
    /** Quarter of the circular in which a CIRCULAR urging is entered, half-year (`2026H2`) of an INSPECTION; null below. */
    period: z.string().nullable(),
    taskCount: z.int().positive(),
    part: z.int().positive(),
    parts: z.int().positive(),
    tasks: z.array(z.object({ taskId: idSchema, dueAt: instantSchema })).max(urgedTasksPerEvent),
    sentAt: instantSchema,
  }),
});

/** Sent when a message of an urging has gone out over a channel, or finally could not. `IN_APP` is told by `sent`. */
export const urgeDelivered = defineEvent({
  type: 'lianxin.urge.delivered.v1',
  effect: 'INFORMS',
  titleZh: '催办送达',
  data: z.object({
    ...messageHead,
    channel: urgeChannelSchema,
    receiver: urgeReceiverSchema,
    outcome: z.enum(['SENT', 'FAILED']),
    attempts: z.int().positive(),
    at: instantSchema,
  }),
});

/** Sent when a person has read a message for the first time. */
export const urgeRead = defineEvent({
  type: 'lianxin.urge.read.v1',
  effect: 'INFORMS',
  titleZh: '催办已读',
  data: z.object({ ...messageHead, channel: urgeChannelSchema, receiver: urgeReceiverSchema, reader: z.string(), readAt: instantSchema }),
});
