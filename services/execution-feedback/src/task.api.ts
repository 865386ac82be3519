import { taskStatusSchema, taskViewSchema } from '@lianxin/contracts';
import { z } from 'zod';

/** One fact of a task: what happened, from which state to which, when, by whom or by which event. */
export const taskFactSchema = z
  .object({
    version: z.int(),
    what: z.string(),
    from: taskStatusSchema.nullable(),
    to: taskStatusSchema,
    at: z.string(),
    actor: z.string().nullable(),
    causeEventId: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'TaskFact' });

export const taskWithHistorySchema = taskViewSchema.extend({ history: z.array(taskFactSchema) }).meta({ id: 'TaskWithHistory' });
