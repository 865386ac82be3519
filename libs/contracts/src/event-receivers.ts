import { type EventData, isEvent as is, type LianxinEvent } from './event.ts';
import {
  caseRecorded,
  caseWithdrawn,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  findEventDefinition,
  listEntryActivated,
  listEntryAdvanced,
  listEntryCorrected,
  listEntryDeadlineMissed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryNarrowed,
  listEntryPublicationConfirmed,
  listEntryPublicationOrdered,
  listEntryPublicationOverdue,
  listEntryReceived,
  listEntryResumed,
  listEntryReviewDecided,
  listEntryReviewRaised,
  listEntrySuperseded,
  listEntrySuspended,
  taskAcknowledged,
  taskArmed,
  taskAssigned,
  taskDispatched,
  taskHeld,
  taskLifted,
  taskLifting,
  taskReassigned,
  taskReleased,
  taskRescheduled,
  taskReturnDecided,
  taskReturned,
  taskSettled,
  taskStarted,
  urgeDelivered,
  urgeRead,
  urgeSent,
} from './events/index.ts';

/** Receiver of everything: the roles that see the whole city. No department has this code's stream by its departments. */
export const cityReceiver = 'CITY';

/** An event as one receiver gets it. */
export interface Projection {
  readonly receiver: string;
  readonly data: unknown;
}

/**
 * Who gets an event, and what of it: the city all; a department only what concerns it, of an event on many tasks only its own. Whatever is not named
 * here goes to the city alone.
 */
export function projectionsOf(event: Pick<LianxinEvent, 'type' | 'data'>): Projection[] {
  return [{ receiver: cityReceiver, data: event.data }, ...departmentProjections(event)];
}

/**
 * Whether a receiver is told of an event. What a replay with side effects `none` causes stays in the record and in the queues: the city sees it, no
 * department's stream does (product §A.4). What frees somebody, or gives back what was taken, is told in every mode: a department that lives on its stream
 * alone would go on restricting.
 */
export function isTold(event: Pick<LianxinEvent, 'replayMode' | 'type' | 'data'>, receiver: string): boolean {
  return event.replayMode !== 'none' || receiver === cityReceiver || undoesHarm(event);
}

/** Frees; has channels take down (what would show more is not ordered in this mode); restores reputation; gives an honour back with its rewards (R-6-7). */
function undoesHarm(event: Pick<LianxinEvent, 'type' | 'data'>): boolean {
  if (findEventDefinition(event.type)?.effect === 'FREES' || is(event, listEntryPublicationOrdered)) return true;
  const { kind, direction, listType } = event.data as Readonly<Record<'kind' | 'direction' | 'listType', unknown>>;
  return (is(event, taskAssigned) && kind === 'RESTORE') || direction === 'REWARD' || listType === 'RED';
}

function departmentProjections(event: Pick<LianxinEvent, 'type' | 'data'>): Projection[] {
  if (is(event, taskDispatched)) return splitDispatch(event.data);
  if (is(event, taskHeld) || is(event, taskLifting)) return splitStep(event.data);
  if (is(event, taskReleased)) return splitRelease(event.data);
  if (
    is(event, taskAcknowledged) ||
    is(event, taskReturned) ||
    is(event, taskReturnDecided) ||
    is(event, taskStarted) ||
    is(event, taskArmed) ||
    is(event, taskLifted) ||
    is(event, taskAssigned) ||
    is(event, taskSettled) ||
    is(event, taskRescheduled) ||
    is(event, urgeSent) ||
    is(event, urgeDelivered) ||
    is(event, urgeRead) ||
    is(event, feedbackSubmitted) ||
    is(event, feedbackApproved) ||
    is(event, feedbackRejected) ||
    is(event, caseRecorded) ||
    is(event, caseWithdrawn)
  )
    return [{ receiver: event.data.departmentCode, data: event.data }];
  // Who lost a task hears it like who got it.
  if (is(event, taskReassigned))
    return [event.data.departmentCode, event.data.fromDepartment].map((receiver) => ({ receiver, data: event.data }));
  if (
    is(event, listEntryReceived) ||
    is(event, listEntryActivated) ||
    is(event, listEntryCorrected) ||
    is(event, listEntrySuspended) ||
    is(event, listEntryResumed) ||
    is(event, listEntryNarrowed) ||
    is(event, listEntryAdvanced) ||
    is(event, listEntryDisputed) ||
    is(event, listEntryDisputeEnded) ||
    is(event, listEntrySuperseded) ||
    is(event, listEntryDeadlineMissed) ||
    is(event, listEntryReviewRaised) ||
    is(event, listEntryReviewDecided) ||
    is(event, listEntryPublicationOrdered) ||
    is(event, listEntryPublicationConfirmed) ||
    is(event, listEntryPublicationOverdue) ||
    is(event, listEntryExited)
  )
    return [{ receiver: event.data.designatingDepartment, data: event.data }];
  return [];
}

function splitDispatch(data: EventData<typeof taskDispatched>): Projection[] {
  return departmentsOf(data.tasks, data.notices).map((receiver) => ({
    receiver,
    data: { ...data, tasks: ownOf(data.tasks, receiver), notices: ownOf(data.notices, receiver) },
  }));
}

function splitStep<Step extends Pick<EventData<typeof taskHeld>, 'tasks' | 'stays'>>(data: Step): { receiver: string; data: Step }[] {
  return departmentsOf(data.tasks, data.stays).map((receiver) => ({
    receiver,
    data: { ...data, tasks: ownOf(data.tasks, receiver), stays: ownOf(data.stays, receiver) },
  }));
}

function splitRelease(data: EventData<typeof taskReleased>): Projection[] {
  return splitStep(data).map(({ receiver, data: own }) => {
    const taskIds = new Set(own.tasks.map((task) => task.taskId));
    return { receiver, data: { ...own, due: data.due.filter((one) => taskIds.has(one.taskId)) } };
  });
}

interface OfDepartment {
  readonly departmentCode: string;
}

function ownOf<Row extends OfDepartment>(rows: readonly Row[], departmentCode: string): Row[] {
  return rows.filter((row) => row.departmentCode === departmentCode);
}

function departmentsOf(...groups: readonly (readonly OfDepartment[])[]): string[] {
  return [...new Set(groups.flat().map((row) => row.departmentCode))].sort();
}
