import { z } from 'zod';
import { defineEvent } from '../event.ts';
import {
  dateSchema,
  departmentCodeSchema,
  directionSchema,
  feedbackKindSchema,
  forceSchema,
  idSchema,
  instantSchema,
  listTypeSchema,
  notAppliedReasonSchema,
  partyRoleSchema,
  taskKindSchema,
  taskStatusSchema,
  triggerSchema,
} from '../vocabulary.ts';

/** At most this many tasks in one event of a plan's step; larger steps travel in parts. */
export const tasksPerEvent = 100;

const stepHead = {
  planId: idSchema,
  entryId: idSchema,
  activationNo: z.int().positive(),
  planVersion: z.int().positive(),
  listCode: z.string(),
  listType: listTypeSchema,
  direction: directionSchema,
  part: z.int().positive(),
  parts: z.int().positive(),
};

/** Where and what one task is. `entrySubjectId` is the key of the plan; the party's own subject may be another. */
const taskRow = z.object({
  taskId: idSchema,
  taskVersion: z.int().positive(),
  departmentCode: departmentCodeSchema,
  status: taskStatusSchema,
});
export type TaskRow = z.infer<typeof taskRow>;

/** Sent when a plan's tasks stand in their departments' queues: new tasks, tasks that gained a basis (`stays`), and notices. */
export const taskDispatched = defineEvent({
  type: 'lianxin.task.dispatched.v1',
  effect: 'RESTRICTS',
  titleZh: '任务下发',
  data: z.object({
    ...stepHead,
    tasks: z.array(
      taskRow.extend({
        kind: taskKindSchema,
        measureCode: z.string(),
        canonicalCode: z.string(),
        class: z.string(),
        force: forceSchema,
        trigger: triggerSchema,
        partyId: idSchema,
        partySubjectId: idSchema,
        partyRole: partyRoleSchema,
        role: z.enum(['LEAD', 'COOP']),
        cycle: z.int().positive(),
        /** When the department must have signed; null where no deadline runs. */
        acknowledgeDueAt: instantSchema.nullable(),
        /** When the first feedback is due at the latest; null where no deadline runs. */
        feedbackDueAt: instantSchema.nullable(),
        dispatchedAt: instantSchema,
        /** True: the task already lived and has one more basis now (R-4-5). */
        joined: z.boolean(),
      }),
    ),
    notices: z.array(z.object({ noticeId: idSchema, departmentCode: departmentCodeSchema, measureCode: z.string(), partyId: idSchema })),
  }),
});
export type TaskDispatched = z.infer<typeof taskDispatched.data>;

/** Tasks whose state a plan's step changed, and those that stay as they are with the reason. */
const stepTasks = {
  ...stepHead,
  tasks: z.array(taskRow),
  stays: z.array(
    z.object({
      taskId: idSchema,
      departmentCode: departmentCodeSchema,
      reason: z.enum(['OTHER_BASIS', 'HOLD_EXEMPT', 'ALREADY_ENDED', 'HELD_BY_OTHER_BASIS']),
    }),
  ),
};

/** Sent when tasks that rest only on held bases are put on hold (T13, T14). */
export const taskHeld = defineEvent({
  type: 'lianxin.task.held.v1',
  effect: 'FREES',
  titleZh: '任务暂停',
  data: z.object({ ...stepTasks, cause: z.enum(['SUSPENSION', 'OBJECTION']) }),
});

/** Sent when held tasks run on, each in the state it had. */
export const taskReleased = defineEvent({
  type: 'lianxin.task.released.v1',
  effect: 'RESTRICTS',
  titleZh: '任务恢复',
  data: z.object({
    ...stepTasks,
    due: z.array(z.object({ taskId: idSchema, acknowledgeDueAt: instantSchema.nullable(), feedbackDueAt: instantSchema.nullable() })),
  }),
});

/** Sent when the last basis of tasks has ended: their departments must undo what they did (LIFTING) or, for errors not yet started, need do nothing (CANCELLED). */
export const taskLifting = defineEvent({
  type: 'lianxin.task.lifting.v1',
  effect: 'FREES',
  titleZh: '任务解除',
  data: z.object({ ...stepTasks, ground: z.string(), documentNo: z.string().nullable(), liftDueAt: instantSchema.nullable() }),
});

/**
 * Sent when a plan has changed what tasks rest on, or what is asked of them, while they stay as they are: their new versions, so that whoever follows tasks
 * knows every one of them.
 */
export const taskAdjusted = defineEvent({
  type: 'lianxin.task.adjusted.v1',
  effect: 'INFORMS',
  titleZh: '任务依据变动',
  data: z.object({ ...stepHead, tasks: z.array(taskRow) }),
});

/** One act of one department on one task. */
const actHead = { ...taskRow.shape, entryIds: z.array(idSchema), actedAt: instantSchema };

/** Sent when a department signs for a task. */
export const taskAcknowledged = defineEvent({
  type: 'lianxin.task.acknowledged.v1',
  effect: 'INFORMS',
  titleZh: '任务签收',
  data: z.object({ ...actHead, onTime: z.boolean().nullable(), dueAt: instantSchema.nullable() }),
});

/** Sent when a department sends a task back: not ours, wrong subject, no such power. */
export const taskReturned = defineEvent({
  type: 'lianxin.task.returned.v1',
  effect: 'INFORMS',
  titleZh: '任务退回',
  data: z.object({ ...actHead, reason: z.string() }),
});

/** Sent when the office has decided on a return: accepted (NOT_APPLICABLE) or sent on again (DISPATCHED). */
export const taskReturnDecided = defineEvent({
  type: 'lianxin.task.return_decided.v1',
  effect: 'INFORMS',
  titleZh: '退回处理',
  data: z.object({
    ...actHead,
    outcome: z.enum(['ACCEPTED', 'REFUSED']),
    acknowledgeDueAt: instantSchema.nullable(),
    feedbackDueAt: instantSchema.nullable(),
  }),
});

/** Sent when a STANDING or ONE_OFF measure is begun. */
export const taskStarted = defineEvent({
  type: 'lianxin.task.started.v1',
  effect: 'INFORMS',
  titleZh: '任务执行',
  data: z.object({ ...actHead, feedbackDueAt: instantSchema.nullable() }),
});

/** Sent when an ON_EVENT measure is loaded in the department's business system. */
export const taskArmed = defineEvent({
  type: 'lianxin.task.armed.v1',
  effect: 'INFORMS',
  titleZh: '任务布控',
  data: z.object({ ...actHead, feedbackDueAt: instantSchema.nullable() }),
});

/** Sent when a department has proved that the measure is undone. */
export const taskLifted = defineEvent({
  type: 'lianxin.task.lifted.v1',
  effect: 'FREES',
  titleZh: '任务已解除',
  data: z.object({ ...actHead, feedbackId: idSchema, onTime: z.boolean().nullable() }),
});

const feedbackHead = {
  feedbackId: idSchema,
  /** 1 for the first; a correction is the next version (R-4-10). */
  feedbackVersion: z.int().positive(),
  taskId: idSchema,
  taskVersion: z.int().positive(),
  taskStatus: taskStatusSchema,
  departmentCode: departmentCodeSchema,
  cycle: z.int().positive(),
  kind: feedbackKindSchema,
  notAppliedReason: notAppliedReasonSchema.nullable(),
  appliedOn: dateSchema.nullable(),
  submittedAt: instantSchema,
  dueAt: instantSchema.nullable(),
  onTime: z.boolean().nullable(),
};

/** Sent when a department has answered; it does not count before a second person of the department approves. */
export const feedbackSubmitted = defineEvent({
  type: 'lianxin.feedback.submitted.v1',
  effect: 'INFORMS',
  titleZh: '反馈提交',
  data: z.object(feedbackHead),
});

/** Sent when the second person has approved: the feedback is valid (R-4-9). */
export const feedbackApproved = defineEvent({
  type: 'lianxin.feedback.approved.v1',
  effect: 'INFORMS',
  titleZh: '反馈审核通过',
  data: z.object({ ...feedbackHead, approvedAt: instantSchema }),
});

/** Sent when the second person has sent the feedback back to its author. */
export const feedbackRejected = defineEvent({
  type: 'lianxin.feedback.rejected.v1',
  effect: 'INFORMS',
  titleZh: '反馈审核退回',
  data: z.object({ ...feedbackHead, reason: z.string(), rejectedAt: instantSchema }),
});

/** Sent for each valid APPLIED or HIT that is a new case by (subject, canonical measure, department, document) (R-4-11). */
export const caseRecorded = defineEvent({
  type: 'lianxin.case.recorded.v1',
  effect: 'INFORMS',
  titleZh: '案例形成',
  data: z.object({
    caseId: idSchema,
    taskId: idSchema,
    feedbackId: idSchema,
    departmentCode: departmentCodeSchema,
    measureCode: z.string(),
    canonicalCode: z.string(),
    direction: directionSchema,
    listCodes: z.array(z.string()),
    partySubjectId: idSchema,
    recordedOn: dateSchema,
  }),
});

/** Sent when a case does not count any more: its feedback was sent back after it had been valid (R-4-9, R-10-3), or the window changed its decision. */
export const caseWithdrawn = defineEvent({
  type: 'lianxin.case.withdrawn.v1',
  effect: 'INFORMS',
  titleZh: '案例撤销',
  data: z.object({
    caseId: idSchema,
    taskId: idSchema,
    feedbackId: idSchema,
    departmentCode: departmentCodeSchema,
    reason: z.string(),
    withdrawnAt: instantSchema,
  }),
});
