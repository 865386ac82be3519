import {
  type ObjectionDeadlineKind,
  objectionAccepted,
  objectionAdvanced,
  objectionClosed,
  objectionDecided,
  objectionExecuted,
  objectionForwarded,
  objectionMarked,
  objectionOverdue,
  objectionSubmitted,
  objectionWithdrawn,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { ObjectionRow } from './objection.store.ts';

/** Who caused an event: a heard event carries its trace on. */
export type Origin = Pick<NewEvent, 'cause' | 'actor'>;

function headOf(row: ObjectionRow) {
  return {
    objectionId: row.id,
    objectionVersion: row.version,
    number: row.number,
    subjectId: row.subject_id,
    status: row.status,
    target: { kind: row.target_kind, id: row.target_id, number: row.target_number, listCode: row.list_code, taskId: row.task_id },
    sourceDepartment: row.source_department,
  };
}

const key = (row: ObjectionRow) => row.subject_key;

export function submittedEvent(row: ObjectionRow, origin: Origin): NewEvent {
  const { kinds, capacity, channel, received_on: receivedOn, repeat_of: repeatOf } = row;
  const data = { ...headOf(row), kinds, capacity, channel, receivedOn, repeatOf };
  return newEvent({ definition: objectionSubmitted, key: key(row), data, ...origin });
}

export function acceptedEvent(
  row: ObjectionRow,
  accepted: { acceptedOn: string; marks: boolean; markDueOn: string },
  origin: Origin,
): NewEvent {
  return newEvent({ definition: objectionAccepted, key: key(row), data: { ...headOf(row), ...accepted }, ...origin });
}

export function markedEvent(row: ObjectionRow, markedOn: string, onTime: boolean, origin: Origin): NewEvent {
  return newEvent({ definition: objectionMarked, key: key(row), data: { ...headOf(row), markedOn, onTime }, ...origin });
}

export function advancedEvent(row: ObjectionRow, step: string, on: string, dueOn: string | null, origin: Origin): NewEvent {
  return newEvent({ definition: objectionAdvanced, key: key(row), data: { ...headOf(row), step, on, dueOn }, ...origin });
}

export function forwardedEvent(row: ObjectionRow, forwardedOn: string, dueOn: string, origin: Origin): NewEvent {
  return newEvent({ definition: objectionForwarded, key: key(row), data: { ...headOf(row), forwardedOn, dueOn }, ...origin });
}

export function decidedEvent(row: ObjectionRow, origin: Origin): NewEvent {
  if (row.decision === null) throw new Error(`objection ${row.number} has no decision to tell of`);
  const { outcome, effect, errorSource, documentNo, decidedOn, stillDisputed, validTo, correctedFields } = row.decision;
  const data = { ...headOf(row), outcome, effect, errorSource, documentNo, decidedOn, stillDisputed, validTo, correctedFields };
  return newEvent({ definition: objectionDecided, key: key(row), data, ...origin });
}

export function withdrawnEvent(
  row: ObjectionRow,
  told: { withdrawnOn: string; wasAccepted: boolean; stillDisputed: boolean },
  origin: Origin,
): NewEvent {
  return newEvent({ definition: objectionWithdrawn, key: key(row), data: { ...headOf(row), ...told }, ...origin });
}

export function executedEvent(row: ObjectionRow, executedOn: string, origin: Origin): NewEvent {
  const data = { ...headOf(row), executedOn, restorations: row.restorations };
  return newEvent({ definition: objectionExecuted, key: key(row), data, ...origin });
}

export function closedEvent(row: ObjectionRow, documentNo: string, closedOn: string, origin: Origin): NewEvent {
  return newEvent({ definition: objectionClosed, key: key(row), data: { ...headOf(row), documentNo, closedOn }, ...origin });
}

export function overdueEvent(row: ObjectionRow, deadline: ObjectionDeadlineKind, dueOn: string): NewEvent {
  const data = { ...headOf(row), deadline, dueOn };
  return newEvent({ definition: objectionOverdue, key: key(row), data, actor: 'timer:objection-deadline' });
}
