import {
  type EventData,
  type FeedbackKind,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  type LianxinEvent,
  type NotAppliedReason,
} from '@lianxin/contracts';
import { is, utc } from './event.rules.ts';

/** What was heard of one version of a feedback. */
export interface FeedbackVersion {
  readonly kind: FeedbackKind;
  readonly notAppliedReason: NotAppliedReason | null;
  readonly submittedAt: string;
  readonly approvedAt: string | null;
  /** When it was last sent back. */
  readonly rejectedAt: string | null;
}

/** All that was heard of one feedback, by version. A correction is its next version; what was approved stays valid until a later one is approved (R-4-10). */
export interface FeedbackRegisters {
  readonly versions: Readonly<Record<string, FeedbackVersion>>;
}

export interface FeedbackFact {
  readonly feedbackId: string;
  readonly taskId: string;
  readonly departmentCode: string;
  readonly cycle: number;
  readonly version: number;
  readonly said: Omit<FeedbackVersion, 'approvedAt' | 'rejectedAt'>;
  readonly approvedAt?: string;
  readonly rejectedAt?: string;
}

/** What an event says of a feedback; undefined for events that do not concern one. */
export function findFeedbackFact(event: LianxinEvent): FeedbackFact | undefined {
  if (is(event, feedbackSubmitted)) return headOf(event.data);
  if (is(event, feedbackApproved)) return { ...headOf(event.data), approvedAt: utc(event.data.approvedAt) };
  if (is(event, feedbackRejected)) return { ...headOf(event.data), rejectedAt: utc(event.data.rejectedAt) };
  return undefined;
}

export function hearFeedback(before: FeedbackRegisters | undefined, fact: FeedbackFact): FeedbackRegisters {
  const known = before?.versions[fact.version];
  const version: FeedbackVersion = {
    ...fact.said,
    approvedAt: latest(known?.approvedAt, fact.approvedAt),
    rejectedAt: latest(known?.rejectedAt, fact.rejectedAt),
  };
  return { versions: { ...before?.versions, [fact.version]: version } };
}

/**
 * Whether the feedback answers its cycle (R-4-9, K07): approved by the second person and not sent back since. ZERO answers it; NOT_APPLIED does with
 * a reason that the second person accepted; the receipt of a lift answers no cycle.
 */
export function isValidFeedback(feedback: FeedbackRegisters): boolean {
  const approved = lastApproved(feedback);
  if (approved === undefined || approved.kind === 'LIFTED') return false;
  if (approved.kind === 'NOT_APPLIED' && approved.notAppliedReason === null) return false;
  return !isSentBack(approved);
}

/** When the cycle was answered (K08): the submission of the first version that was approved and still stands; undefined where none does. */
export function answeredAt(feedback: FeedbackRegisters): string | undefined {
  if (!isValidFeedback(feedback)) return undefined;
  return Object.values(feedback.versions)
    .filter((version) => version.approvedAt !== null && !isSentBack(version))
    .map((version) => version.submittedAt)
    .sort()[0];
}

/**
 * What the feedback says of execution, and when a second person said so (K09): executed (APPLIED, HIT, PARTIAL), or not executed without a reason that was
 * accepted. Undefined where it says nothing: nobody has decided yet, ZERO, LIFTED, or NOT_APPLIED with an accepted reason.
 */
export function executionOf(feedback: FeedbackRegisters): { kind: FeedbackKind; isExecuted: boolean; at: string } | undefined {
  const approved = lastApproved(feedback);
  if (approved?.approvedAt != null && isValidFeedback(feedback)) {
    const isExecuted = approved.kind === 'APPLIED' || approved.kind === 'HIT' || approved.kind === 'PARTIAL';
    return isExecuted ? { kind: approved.kind, isExecuted, at: approved.approvedAt } : undefined;
  }
  const last = Object.entries(feedback.versions).sort(([one], [other]) => Number(other) - Number(one))[0]?.[1];
  const at = last?.rejectedAt ?? last?.approvedAt;
  return last?.kind === 'NOT_APPLIED' && at != null ? { kind: last.kind, isExecuted: false, at } : undefined;
}

function lastApproved(feedback: FeedbackRegisters): FeedbackVersion | undefined {
  return Object.entries(feedback.versions)
    .filter(([, version]) => version.approvedAt !== null)
    .sort(([one], [other]) => Number(other) - Number(one))[0]?.[1];
}

function isSentBack({ approvedAt, rejectedAt }: FeedbackVersion): boolean {
  return approvedAt !== null && rejectedAt !== null && rejectedAt > approvedAt;
}

function headOf(data: EventData<typeof feedbackSubmitted>): FeedbackFact {
  return {
    feedbackId: data.feedbackId,
    taskId: data.taskId,
    departmentCode: data.departmentCode,
    cycle: data.cycle,
    version: data.feedbackVersion,
    said: { kind: data.kind, notAppliedReason: data.notAppliedReason, submittedAt: utc(data.submittedAt) },
  };
}

function latest(known: string | null | undefined, said: string | undefined): string | null {
  if (said === undefined) return known ?? null;
  return known == null || said > known ? said : known;
}
