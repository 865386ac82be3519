import type { FeedbackRequest } from '@lianxin/contracts';
import type { Feedback } from './feedback.store.ts';
import type { Task } from './task.rules.ts';

/** What every event of a feedback says of it. */
export function headOf(feedback: Feedback, task: Task, content: FeedbackRequest) {
  return {
    feedbackId: feedback.id,
    feedbackVersion: feedback.version,
    taskId: task.id,
    taskVersion: task.version,
    taskStatus: task.status,
    departmentCode: feedback.department_code,
    cycle: feedback.cycle,
    kind: content.kind,
    notAppliedReason: content.notAppliedReason ?? null,
    appliedOn: content.appliedOn ?? null,
    submittedAt: feedback.submitted_at.toISOString(),
    dueAt: feedback.due_at?.toISOString() ?? null,
    onTime: feedback.on_time,
  };
}
