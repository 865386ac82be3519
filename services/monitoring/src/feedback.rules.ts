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

interface Verdict {
  readonly version: number;
  readonly at: string;
}

/** All that was heard of one feedback. A correction is its next version; what was approved stays valid until a later version is approved (R-4-10). */
export interface FeedbackRegisters {
  readonly approved: (Verdict & { readonly kind: FeedbackKind; readonly notAppliedReason: NotAppliedReason | null }) | null;
  readonly rejected: Verdict | null;
}

export interface FeedbackFact {
  readonly feedbackId: string;
  readonly taskId: string;
  readonly departmentCode: string;
  readonly cycle: number;
  readonly approved?: NonNullable<FeedbackRegisters['approved']>;
  readonly rejected?: Verdict;
}

/** What an event says of a feedback; undefined for events that do not concern one. */
export function findFeedbackFact(event: LianxinEvent): FeedbackFact | undefined {
  if (is(event, feedbackSubmitted)) return headOf(event.data);
  if (is(event, feedbackApproved)) {
    const { feedbackVersion: version, approvedAt, kind, notAppliedReason } = event.data;
    return { ...headOf(event.data), approved: { version, at: utc(approvedAt), kind, notAppliedReason } };
  }
  if (is(event, feedbackRejected)) {
    const { feedbackVersion: version, rejectedAt } = event.data;
    return { ...headOf(event.data), rejected: { version, at: utc(rejectedAt) } };
  }
  return undefined;
}

export function hearFeedback(before: FeedbackRegisters | undefined, fact: FeedbackFact): FeedbackRegisters {
  const known = before ?? { approved: null, rejected: null };
  return { approved: later(known.approved, fact.approved), rejected: later(known.rejected, fact.rejected) };
}

/**
 * Whether the feedback answers its cycle (R-4-9, K07): approved by the second person and not sent back since. ZERO answers it; NOT_APPLIED does with
 * a reason that the second person accepted; the receipt of a lift answers no cycle.
 */
export function isValidFeedback(feedback: FeedbackRegisters): boolean {
  const { approved, rejected } = feedback;
  if (approved === null || approved.kind === 'LIFTED') return false;
  if (approved.kind === 'NOT_APPLIED' && approved.notAppliedReason === null) return false;
  return !(rejected !== null && rejected.version === approved.version && rejected.at > approved.at);
}

function headOf(data: EventData<typeof feedbackSubmitted>): FeedbackFact {
  return { feedbackId: data.feedbackId, taskId: data.taskId, departmentCode: data.departmentCode, cycle: data.cycle };
}

function later<Kind extends Verdict>(known: Kind | null, said: Kind | undefined): Kind | null {
  if (said === undefined) return known;
  return known === null || said.version > known.version || (said.version === known.version && said.at > known.at) ? said : known;
}
