import type { EntryStatus, ListType } from '@lianxin/contracts';
import { markedByOffice, withoutMark } from './dispute.rules.ts';
import { reviewOf } from './in-review.rules.ts';
import { allowedActions, bindsAnybody, type EntryAction } from './list-entry.rules.ts';
import type { InProcedure } from './procedure.rules.ts';

/** Who may take a step: the designating unit, its approver, the credit office. */
type StepBy = 'DESIGNATING_UNIT' | 'APPROVER' | 'CREDIT_OFFICE';
export interface ExplainedEntry extends InProcedure {
  readonly disputed: boolean;
  readonly parties_continue?: boolean | null;
}
interface StepRow {
  /** Last part of its path: `POST /api/v1/list-entries/{id}/<step>`. */
  readonly step: string;
  readonly by: StepBy;
  /** The step is possible where the table of states knows any of these. */
  readonly actions: readonly EntryAction[];
  /** Lists whose procedure has the step; all when left out. */
  readonly only?: readonly ListType[];
  /** What is still missing, in Chinese; undefined when nothing is. */
  readonly missing?: (entry: ExplainedEntry) => string | undefined;
}
export interface ExplainedStep {
  readonly step: string;
  readonly by: StepBy;
  readonly allowed: boolean;
  readonly reason: string | null;
}

/** Why nothing of an entry can be disputed any more (T22). */
export const bindsNobodyZh = '主体已灭失，记录不再约束任何人';

const unless = (given: boolean, text: string) => (given ? undefined : text);
const noticeServed = (entry: ExplainedEntry) => unless(entry.notice != null, '尚未送达事前告知');
const undecided = (entry: ExplainedEntry) => unless(entry.decision_date === null, '决定已签发');

/** Every step that somebody may take by the API, in the order of a life. Guards that need the request itself are told when it is made. */
const rows: readonly StepRow[] = [
  { step: 'edit', by: 'DESIGNATING_UNIT', actions: ['EDIT'] },
  { step: 'submit', by: 'DESIGNATING_UNIT', actions: ['SUBMIT'] },
  { step: 'withdraw', by: 'DESIGNATING_UNIT', actions: ['WITHDRAW'] },
  { step: 'serve-notice', by: 'DESIGNATING_UNIT', actions: ['SERVE_NOTICE'], only: ['BLACK', 'FOCUS'] },
  {
    step: 'defence',
    by: 'DESIGNATING_UNIT',
    only: ['BLACK', 'FOCUS'],
    actions: ['RECEIVE_DEFENCE'],
    missing: (entry) => noticeServed(entry) ?? undecided(entry),
  },
  { step: 'waive-defence', by: 'DESIGNATING_UNIT', actions: ['WAIVE_DEFENCE'], only: ['BLACK', 'FOCUS'], missing: noticeServed },
  { step: 'review-defence', by: 'DESIGNATING_UNIT', actions: ['REJECT_DEFENCE'], only: ['BLACK', 'FOCUS'] },
  { step: 'open-public-notice', by: 'DESIGNATING_UNIT', actions: ['OPEN_PUBLIC_NOTICE'], only: ['RED'] },
  {
    step: 'object',
    by: 'DESIGNATING_UNIT',
    only: ['RED'],
    actions: ['RECEIVE_PUBLIC_OBJECTION'],
    missing: (entry) => unless(entry.procedure.publicNoticeOpenedOn !== undefined, '公示尚未开始'),
  },
  {
    step: 'review-objection',
    by: 'DESIGNATING_UNIT',
    only: ['RED'],
    actions: ['REJECT_PUBLIC_OBJECTION'],
    missing: (entry) => unless(entry.procedure.objectionOpen === true, '没有待处理的公示异议'),
  },
  { step: 'decide', by: 'DESIGNATING_UNIT', actions: ['PREPARE_DECISION'], missing: undecided },
  {
    step: 'return',
    by: 'APPROVER',
    actions: ['RETURN_DECISION'],
    missing: (entry) => undecided(entry) ?? unless(entry.procedure.prepared != null, '没有待签发的决定'),
  },
  {
    step: 'approve',
    by: 'APPROVER',
    actions: ['SIGN_DECISION'],
    missing: (entry) => undecided(entry) ?? unless(entry.procedure.prepared != null, '尚无拟稿的决定'),
  },
  { step: 'serve', by: 'DESIGNATING_UNIT', actions: ['SERVE'], missing: (entry) => unless(entry.decision_date !== null, '决定尚未签发') },
  { step: 'suspend', by: 'DESIGNATING_UNIT', actions: ['SUSPEND'] },
  { step: 'resume', by: 'DESIGNATING_UNIT', actions: ['RESUME'] },
  {
    step: 'dispute',
    by: 'CREDIT_OFFICE',
    actions: ['DISPUTE'],
    missing: (entry) => unless(bindsAnybody(entry), bindsNobodyZh) ?? unless(!entry.disputed, '已有异议标注'),
  },
  {
    step: 'end-dispute',
    by: 'CREDIT_OFFICE',
    actions: ['END_DISPUTE'],
    missing: (entry) =>
      unless(entry.disputed, '没有异议标注') ??
      unless(withoutMark(entry, markedByOffice, false) !== undefined, '标注属于在办的异议，随其办结而解除'),
  },
  { step: 'duties-performed', by: 'DESIGNATING_UNIT', actions: ['RECORD_PERFORMANCE'] },
  {
    step: 'begin-review',
    by: 'DESIGNATING_UNIT',
    actions: ['BEGIN_REVIEW'],
    missing: (entry) => unless(entry.procedure.inReview == null, '已有复议或诉讼标注'),
  },
  {
    step: 'end-review',
    by: 'DESIGNATING_UNIT',
    actions: ['END_REVIEW'],
    missing: (entry) => unless(reviewOf(entry) !== null, '没有复议或诉讼标注'),
  },
  {
    step: 'request-correction',
    by: 'DESIGNATING_UNIT',
    actions: ['REQUEST_CORRECTION'],
    missing: (entry) => unless(entry.procedure.correctionAskedOn == null, '已有待审查的更正申请'),
  },
  {
    step: 'reject-correction',
    by: 'DESIGNATING_UNIT',
    actions: ['REJECT_CORRECTION'],
    missing: (entry) => unless(entry.procedure.correctionAskedOn != null, '没有待审查的更正申请'),
  },
  {
    step: 'corrections',
    by: 'DESIGNATING_UNIT',
    actions: ['PROPOSE_CORRECTION'],
    missing: (entry) => unless(entry.procedure.correction == null, '已有待审批的更正'),
  },
  {
    step: 'corrections/approve',
    by: 'APPROVER',
    actions: ['PROPOSE_CORRECTION'],
    missing: (entry) => unless(entry.procedure.correction != null, '没有待审批的更正'),
  },
  {
    step: 'corrections/return',
    by: 'APPROVER',
    actions: ['RETURN_CORRECTION'],
    missing: (entry) => unless(entry.procedure.correction != null, '没有待审批的更正'),
  },
  { step: 'correct', by: 'DESIGNATING_UNIT', actions: ['CORRECT'] },
  { step: 'revoke', by: 'DESIGNATING_UNIT', actions: ['REVOKE_BASIS'] },
  { step: 'exit', by: 'DESIGNATING_UNIT', actions: ['EXPIRE', 'EXIT', 'REPAIR', 'EXCLUDE', 'CORRECT', 'REVOKE_BASIS', 'END_SUBJECT'] },
];

/** What may be done with an entry now and by whom, and why the rest may not. Steps that its kind of list never knows are left out. */
export function explainSteps(entry: ExplainedEntry): ExplainedStep[] {
  const allowed = allowedActions(entry.status, entry.list_type);
  return rows
    .filter((row) => isKnown(row, entry))
    .map((row) => {
      const { step, by } = row;
      if (!row.actions.some((action) => allowed.includes(action)))
        return { step, by, allowed: false, reason: `状态 ${statusZh[entry.status]} 下不能执行` };
      const missing = row.missing?.(entry);
      return { step, by, allowed: missing === undefined, reason: missing ?? null };
    });
}

function isKnown(row: StepRow, entry: ExplainedEntry): boolean {
  if (row.only?.includes(entry.list_type) === false) return false;
  const states = Object.keys(statusZh) as EntryStatus[];
  return states.some((status) => row.actions.some((action) => allowedActions(status, entry.list_type).includes(action)));
}

/** 中文 of the states (§2.3). */
export const statusZh: Readonly<Record<EntryStatus, string>> = {
  DRAFT: '拟认定',
  CHECKING: '比对核查',
  PRE_NOTICE: '事前告知',
  HEARING: '陈述申辩复核',
  PUBLIC_NOTICE: '公示',
  DESIGNATED: '已认定',
  ACTIVE: '生效',
  SUSPENDED: '中止',
  EXPIRED: '期满退出',
  REPAIRED: '修复退出',
  CORRECTED: '差错撤销',
  REVOKED: '依据撤销',
  EXCLUDED: '红名单移除',
  SUPERSEDED: '被替代',
  CLOSED_SUBJECT: '主体灭失',
  NOT_DESIGNATED: '不予认定',
};
