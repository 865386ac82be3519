import { dateSchema, idSchema, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { z } from 'zod';

/** One event of a timeline, in what its reader may see of it. */
export const timelineEventSchema = z
  .object({
    id: idSchema,
    type: z.string(),
    titleZh: z.string(),
    /** The event in one sentence. */
    text: z.string(),
    /** When it happened, and when it was recorded. */
    time: z.iso.datetime({ offset: true }),
    recordedTime: z.iso.datetime({ offset: true }),
    source: z.string(),
    /** Counts per topic and key. */
    subjectSeq: z.int(),
    /** Key under which it was said: another subject's where this one is a named party, or was merged. */
    subjectKey: z.string(),
    correlationId: z.string(),
    causationId: z.string().nullable(),
    replayId: z.string().nullable(),
    /** Principal that acted; shown to the credit office, audit and supervision. */
    actor: z.string().nullable(),
    entryIds: z.array(idSchema),
    planIds: z.array(idSchema),
    taskIds: z.array(idSchema),
    /** Of the event's data as it was sent. */
    sha256: z.string(),
    data: z.unknown(),
  })
  .meta({ id: 'TimelineEvent' });
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

const typesSchema = z
  .string()
  .max(2_000)
  .transform((value) => value.split(',').filter((type) => type !== ''))
  .optional();

export const timelineFilterSchema = z.object({
  asOf: dateSchema.optional(),
  from: dateSchema.optional(),
  to: dateSchema.optional(),
  types: typesSchema,
  entryId: idSchema.optional(),
  taskId: idSchema.optional(),
});
export type TimelineFilter = z.infer<typeof timelineFilterSchema>;

export const timelineQuerySchema = pageQuerySchema.extend(timelineFilterSchema.shape).extend({
  sort: z.enum(['time', '-time']).default('time'),
});
export type TimelineQuery = z.infer<typeof timelineQuerySchema>;

export const stateThenSchema = z
  .object({
    asOf: dateSchema,
    entries: z.array(
      z.object({
        entryId: idSchema,
        entryVersion: z.int(),
        number: z.string(),
        listCode: z.string(),
        listType: z.string(),
        designatingDepartment: z.string(),
        status: z.string(),
        disputed: z.boolean(),
        validTo: z.string().nullable(),
        lastEventId: idSchema,
      }),
    ),
    plans: z.array(
      z.object({
        planId: idSchema,
        planVersion: z.int(),
        entryId: idSchema,
        status: z.enum(['LIVE', 'HELD', 'ENDED']),
        catalogueVersion: z.int().nullable(),
        lastEventId: idSchema,
      }),
    ),
    tasks: z.array(
      z.object({
        taskId: idSchema,
        taskVersion: z.int(),
        departmentCode: z.string(),
        measureCode: z.string().nullable(),
        partySubjectId: z.string().nullable(),
        status: z.string(),
        planIds: z.array(idSchema),
        lastEventId: idSchema,
      }),
    ),
  })
  .meta({ id: 'SubjectStateThen' });

export const timelinePageSchema = pageSchema(timelineEventSchema)
  .extend({ state: stateThenSchema.nullable() })
  .meta({ id: 'TimelinePage' });
export type TimelinePage = z.infer<typeof timelinePageSchema>;

export const causesSchema = z
  .object({
    eventId: idSchema,
    /** From the event asked about up to what began it. */
    chain: z.array(
      z.object({
        event: timelineEventSchema,
        /** How the chain came to this event from the one before it. */
        link: z.enum(['ASKED', 'CAUSED_BY', 'TASK_OF', 'PLAN_OF', 'ENTRY_OF']),
      }),
    ),
    flag: z
      .object({
        entryId: idSchema,
        number: z.string(),
        listCode: z.string(),
        designatingDepartment: z.string(),
        designatingDepartmentZh: z.string().nullable(),
        decision: z.object({ number: z.string(), date: dateSchema }),
        activatedOn: dateSchema,
      })
      .nullable(),
    legalBasis: z.array(
      z.object({
        measureCode: z.string(),
        measureZh: z.string().nullable(),
        departmentCode: z.string(),
        taskId: idSchema.nullable(),
        catalogueVersion: z.int(),
        /** Documents on which the measure stands for this list; one that is not verified is never law (domain §0.1). */
        bases: z.array(z.object({ document: z.string(), article: z.string().nullable(), verified: z.boolean() })),
      }),
    ),
  })
  .meta({ id: 'EventCauses' });
export type EventCauses = z.infer<typeof causesSchema>;
