import { type ObjectionStatus, type WorkingDayCalendar, workingDaysBetween } from '@lianxin/contracts';
import { allowedActions, lacksOf, remediesZh } from './objection.rules.ts';
import type { ObjectionSummary, ObjectionView } from './objection.schemas.ts';
import { submissionOf } from './objection.service.ts';
import type { DeadlineRow, FactRow, ObjectionRow } from './objection.store.ts';

/** States as people read them (§6.4). */
export const statusZh: Readonly<Record<ObjectionStatus, string>> = {
  SUBMITTED: '已提交',
  REJECTED_FORM: '待补正',
  ACCEPTED: '已受理',
  MARKED: '已标注异议',
  SELF_CHECK: '平台自查',
  FORWARDED: '已转来源单位',
  VERIFYING: '核查中',
  EXTENDED: '延长核查',
  UPHELD: '异议成立',
  PARTLY_UPHELD: '异议部分成立',
  DISMISSED: '异议不成立',
  UNCONFIRMED: '无法确认',
  EXECUTED: '决定已执行',
  CLOSED: '已办结',
  REFUSED: '不予受理',
  WITHDRAWN: '已撤回',
};

export interface Now {
  readonly today: string;
  readonly calendar: WorkingDayCalendar;
}

export function summaryOf(row: ObjectionRow, deadlines: readonly DeadlineRow[], now: Now): ObjectionSummary {
  const running = deadlines.filter((one) => one.objection_id === row.id && one.met_on === null).map((one) => one.due_on);
  const [dueOn = null] = running.toSorted();
  return {
    id: row.id,
    version: row.version,
    number: row.number,
    status: row.status,
    statusZh: statusZh[row.status],
    subjectId: row.subject_id,
    target: { kind: row.target_kind, id: row.target_id, number: row.target_number, listCode: row.list_code, taskId: row.task_id },
    sourceDepartment: row.source_department,
    channel: row.channel,
    capacity: row.capacity,
    kinds: row.kinds,
    receivedOn: row.received_on,
    outcome: row.decision?.outcome ?? null,
    dueOn,
    remainingWorkdays: dueOn === null ? null : workingDaysBetween(now.calendar, now.today, dueOn),
  };
}

export function viewOf(row: ObjectionRow, facts: readonly FactRow[], deadlines: readonly DeadlineRow[], now: Now): ObjectionView {
  return {
    ...summaryOf(row, deadlines, now),
    applicant: row.applicant_masked,
    markedOn: row.marked_on,
    repeatOf: row.repeat_of,
    lacks: row.status === 'SUBMITTED' || row.status === 'REJECTED_FORM' ? lacksOf(submissionOf(row), now.today) : [],
    evidence: row.evidence,
    clockStoppedOn: row.clock_stopped_on,
    proposal: row.proposal,
    decision: row.decision === null ? null : { ...row.decision, remediesZh },
    answer: row.answer,
    restorations: row.restorations,
    deadlines: deadlines.map((one) => ({ kind: one.kind, dueOn: one.due_on, metOn: one.met_on, missedOn: one.missed_on })),
    steps: facts.map((fact) => ({
      version: fact.version,
      action: fact.action,
      from: fact.from_status,
      to: fact.to_status,
      at: fact.at.toISOString(),
      actor: fact.actor,
      unit: fact.unit,
      detail: fact.detail,
    })),
    allowed: allowedActions(row.status),
  };
}
