import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema, instantSchema, taskKindSchema, taskStatusSchema } from '../vocabulary.ts';

/** What befalls single tasks beside their plans: orders that come from elsewhere (VERIFY, REVIEW, RESTORE), other departments, other deadlines. */

const taskHead = {
  taskId: idSchema,
  taskVersion: z.int().positive(),
  departmentCode: departmentCodeSchema,
  status: taskStatusSchema,
  entryIds: z.array(idSchema),
  actedAt: instantSchema,
};

/** Sent when a department is given a task that rests on no plan: to verify, to review, to restore (R-4-9a). */
export const taskAssigned = defineEvent({
  type: 'lianxin.task.assigned.v1',
  effect: 'INFORMS',
  titleZh: '任务交办',
  data: z.object({
    ...taskHead,
    kind: taskKindSchema.exclude(['EXECUTE']),
    /** What it is about: the verification, the review, the restored entry; and its number for people. */
    referenceId: idSchema,
    referenceNumber: z.string(),
    partySubjectId: idSchema,
    measureCodes: z.array(z.string()),
    ground: z.string().nullable(),
    documentNo: z.string().nullable(),
    dueOn: dateSchema.nullable(),
    /** True: the task lived already and has been added to. */
    joined: z.boolean(),
  }),
});

/** Sent when what such a task is about has been settled elsewhere: its result was confirmed (FED_BACK), or it is not needed any more (CANCELLED, NOT_APPLICABLE). */
export const taskSettled = defineEvent({
  type: 'lianxin.task.settled.v1',
  effect: 'INFORMS',
  titleZh: '任务办结',
  data: z.object({ ...taskHead, kind: taskKindSchema.exclude(['EXECUTE']), outcome: z.string(), onTime: z.boolean().nullable() }),
});

/** Sent when the credit office has given a returned task to another department (§4.3); both hear it. */
export const taskReassigned = defineEvent({
  type: 'lianxin.task.reassigned.v1',
  effect: 'RESTRICTS',
  titleZh: '任务改派',
  data: z.object({
    ...taskHead,
    fromDepartment: departmentCodeSchema,
    reason: z.string(),
    acknowledgeDueAt: instantSchema.nullable(),
    feedbackDueAt: instantSchema.nullable(),
  }),
});

/** Sent when the deadlines of a task have moved without an act on it: a working-day table was loaded (R-7-3), a cycle opened late. */
export const taskRescheduled = defineEvent({
  type: 'lianxin.task.rescheduled.v1',
  effect: 'INFORMS',
  titleZh: '任务期限调整',
  data: z.object({
    ...taskHead,
    reason: z.enum(['CALENDAR_LOADED', 'CYCLE_OPENED']),
    cycle: z.int().positive(),
    dueAt: instantSchema.nullable(),
    acknowledgeDueAt: instantSchema.nullable(),
    feedbackDueAt: instantSchema.nullable(),
    /** True: a year without a table is still in between. */
    provisional: z.boolean(),
  }),
});
