import {
  type EntryDeadlineKind,
  type EntryReviewReason,
  listEntryAdvanced,
  listEntryDeadlineMissed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryReviewDecided,
  listEntryReviewRaised,
  listEntrySuperseded,
  type ReviewKind,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { Acting, EntryInWork } from './entry-work.ts';
import { headOf } from './list-entry.events.ts';
import type { EntryRow } from './list-entry.store.ts';

/** The newest step of an entry that is on its way. */
export function advancedEvent({ row, newFacts }: EntryInWork, documentNo: string | null, acting: Acting): NewEvent {
  const data = { ...headOf(row), transition: newFacts.at(-1)?.transition ?? '', documentNo, on: acting.today };
  return newEvent({ definition: listEntryAdvanced, key: row.subject_id, data, actor: acting.actor });
}

/** T16b: on which day the duties were performed; repair and the end of the term depend on it. */
export function performedEvent({ row }: EntryInWork, document: { number: string; date: string }, acting: Acting): NewEvent {
  const data = { ...headOf(row), transition: 'T16b', documentNo: document.number, on: document.date };
  return newEvent({ definition: listEntryAdvanced, key: row.subject_id, data, actor: acting.actor });
}

/** R-6-6: a reconsideration or lawsuit has begun (T13e) or ended (T13f). */
export function reviewEvent(
  row: EntryRow,
  transition: 'T13e' | 'T13f',
  document: { number: string; date: string },
  acting: Acting,
  reviewKind?: ReviewKind,
): NewEvent {
  const data = { ...headOf(row), transition, documentNo: document.number, on: document.date, ...(reviewKind && { reviewKind }) };
  return newEvent({ definition: listEntryAdvanced, key: row.subject_id, data, actor: acting.actor });
}

export function supersededEvent(row: EntryRow, by: EntryRow, acting: Acting): NewEvent {
  const data = { ...headOf(row), byEntryId: by.id, documentNo: by.decision_number, supersededOn: acting.today };
  return newEvent({ definition: listEntrySuperseded, key: row.subject_id, data, actor: acting.actor });
}

export function disputedEvent(row: EntryRow, documentNo: string, on: string, acting: Acting): NewEvent {
  const data = { ...headOf(row), documentNo, disputedOn: on };
  return newEvent({ definition: listEntryDisputed, key: row.subject_id, data, actor: acting.actor });
}

export function disputeEndedEvent(
  row: EntryRow,
  end: { outcome: 'DISMISSED' | 'PARTLY' | 'WITHDRAWN'; documentNo: string; on: string },
  acting: Acting,
): NewEvent {
  const data = { ...headOf(row), outcome: end.outcome, documentNo: end.documentNo, endedOn: end.on };
  return newEvent({ definition: listEntryDisputeEnded, key: row.subject_id, data, actor: acting.actor });
}

export function deadlineMissedEvent(row: EntryRow, deadline: EntryDeadlineKind, dueOn: string, acting: Acting): NewEvent {
  return newEvent({
    definition: listEntryDeadlineMissed,
    key: row.subject_id,
    data: { ...headOf(row), deadline, dueOn },
    actor: acting.actor,
  });
}

export interface ReviewOfHonour {
  readonly reviewId: string;
  readonly reason: EntryReviewReason;
  readonly byEntryId: string | null;
}

export function reviewRaisedEvent(row: EntryRow, review: ReviewOfHonour, dueAt: Date, actor: string): NewEvent {
  const data = { ...headOf(row), ...review, dueAt: dueAt.toISOString() };
  return newEvent({ definition: listEntryReviewRaised, key: row.subject_id, data, actor });
}

export function reviewDecidedEvent(
  row: EntryRow,
  review: ReviewOfHonour,
  outcome: 'KEPT' | 'EXCLUDED' | 'NOT_NEEDED',
  actor: string,
): NewEvent {
  const data = { ...headOf(row), ...review, outcome, decidedBy: actor };
  return newEvent({ definition: listEntryReviewDecided, key: row.subject_id, data, actor });
}
