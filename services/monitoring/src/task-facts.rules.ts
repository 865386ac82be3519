import {
  type EventData,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  type LianxinEvent,
  taskAcknowledged,
  taskArmed,
  taskDispatched,
  taskHeld,
  taskLifted,
  taskLifting,
  taskReassigned,
  taskReleased,
  taskRescheduled,
  taskReturnDecided,
  taskReturned,
  taskStarted,
} from '@lianxin/contracts';
import { is, utc } from './event.rules.ts';
import type { BasisFact, TaskFact } from './task.rules.ts';

type Step = Pick<EventData<typeof taskHeld>, 'entryId' | 'listCode' | 'activationNo' | 'planVersion'>;
type Statement = NonNullable<TaskFact['statement']>;

/** Above every plan version, so that a later activation of an entry is newer than all steps of an earlier one (R-4-3). */
const versionsPerActivation = 1_000_000;

/** What an event says of tasks, one fact for each task it names; nothing for events that do not concern tasks. */
export function taskFactsOf(event: LianxinEvent): TaskFact[] {
  if (is(event, taskDispatched)) return dispatchFacts(event);
  if (is(event, taskHeld)) return stepFacts(event, 'HELD', 'ON_HOLD');
  if (is(event, taskReleased)) return releaseFacts(event);
  if (is(event, taskLifting)) return stepFacts(event, 'ENDED', 'LIFTING', due(event.data.liftDueAt));
  if (is(event, taskAcknowledged)) return [actFact(event.data, { signed: true })];
  if (is(event, taskReturned)) return [actFact(event.data, { stop: 'RETURNED' })];
  if (is(event, taskReturnDecided)) return [actFact(event.data, dues(event.data))];
  if (is(event, taskStarted) || is(event, taskArmed))
    return [actFact(event.data, { begins: true, feedbackDueAt: due(event.data.feedbackDueAt) })];
  if (is(event, taskReassigned)) return [actFact(event.data, dues(event.data))];
  if (is(event, taskRescheduled))
    return [
      actFact(event.data, {
        cycle: event.data.cycle,
        acknowledgeDueAt: due(event.data.acknowledgeDueAt),
        feedbackDueAt: due(event.data.feedbackDueAt),
      }),
    ];
  if (is(event, taskLifted)) return [actFact(event.data, { stop: 'LIFTED' })];
  if (is(event, feedbackSubmitted) || is(event, feedbackApproved) || is(event, feedbackRejected)) return [feedbackFact(event)];
  return [];
}

function dispatchFacts(event: LianxinEvent<EventData<typeof taskDispatched>>): TaskFact[] {
  const { data } = event;
  return data.tasks.map((task) => ({
    taskId: task.taskId,
    departmentCode: task.departmentCode,
    statement: {
      version: task.taskVersion,
      status: task.status,
      at: utc(event.time),
      // Its entry was suspended before the plan came. A task that was held already was told so when it was held.
      ...(task.status === 'ON_HOLD' && !task.joined ? { stop: 'ON_HOLD' as const } : {}),
      cycle: task.cycle,
      ...dues(task),
      birth: {
        kind: task.kind,
        measureCode: task.measureCode,
        canonicalCode: task.canonicalCode,
        class: task.class,
        force: task.force,
        trigger: task.trigger,
        role: task.role,
        direction: data.direction,
        partyId: task.partyId,
        partySubjectId: task.partySubjectId,
        partyRole: task.partyRole,
        dispatchedAt: utc(task.dispatchedAt),
      },
    },
    basis: basisFact(data, task.status === 'ON_HOLD' ? 'HELD' : 'LIVE', event.time),
  }));
}

/** Tasks that a step stopped, and those that stay: their basis is held or ended all the same, except where holding spares it (R-6-4). */
function stepFacts(
  event: LianxinEvent<EventData<typeof taskHeld> | EventData<typeof taskLifting>>,
  basis: 'HELD' | 'ENDED',
  stop: 'ON_HOLD' | 'LIFTING',
  liftDueAt?: string | null,
): TaskFact[] {
  const { data, time } = event;
  const lift = liftDueAt === undefined ? {} : { liftDueAt };
  return [
    ...data.tasks.map((task) => ({
      taskId: task.taskId,
      departmentCode: task.departmentCode,
      statement: { version: task.taskVersion, status: task.status, at: utc(time), stop, ...lift },
      basis: basisFact(data, basis, time),
    })),
    ...data.stays.map(({ taskId, departmentCode, reason }) => ({
      taskId,
      departmentCode,
      basis: basisFact(data, reason === 'ALREADY_ENDED' ? 'ENDED' : reason === 'HOLD_EXEMPT' && basis === 'HELD' ? 'LIVE' : basis, time),
    })),
  ];
}

function releaseFacts(event: LianxinEvent<EventData<typeof taskReleased>>): TaskFact[] {
  const { data, time } = event;
  const newDues = new Map(data.due.map((one) => [one.taskId, dues(one)]));
  return [
    ...data.tasks.map((task) => ({
      taskId: task.taskId,
      departmentCode: task.departmentCode,
      statement: { version: task.taskVersion, status: task.status, at: utc(time), ...newDues.get(task.taskId) },
      basis: basisFact(data, 'LIVE', time),
    })),
    ...data.stays.map(({ taskId, departmentCode, reason }) => ({
      taskId,
      departmentCode,
      basis: basisFact(data, reason === 'ALREADY_ENDED' ? 'ENDED' : 'LIVE', time),
    })),
  ];
}

type Act = Pick<EventData<typeof taskAcknowledged>, 'taskId' | 'departmentCode' | 'taskVersion' | 'status' | 'actedAt'>;

function actFact(act: Act, more: Partial<Statement>): TaskFact {
  return {
    taskId: act.taskId,
    departmentCode: act.departmentCode,
    statement: { version: act.taskVersion, status: act.status, at: utc(act.actedAt), ...more },
  };
}

/** A feedback tells the task's state; it never stops a task by itself. The due time of a lift or of a single hit is not that of the cycle. */
function feedbackFact(event: LianxinEvent<EventData<typeof feedbackSubmitted>>): TaskFact {
  const { data } = event;
  const isOfCycle = data.kind !== 'LIFTED' && data.kind !== 'HIT';
  return {
    taskId: data.taskId,
    departmentCode: data.departmentCode,
    statement: {
      version: data.taskVersion,
      status: data.taskStatus,
      at: utc(event.time),
      cycle: data.cycle,
      ...(isOfCycle ? { quotedDueAt: due(data.dueAt) } : {}),
    },
  };
}

function basisFact(step: Step, status: BasisFact['status'], time: string): BasisFact {
  const version = step.activationNo * versionsPerActivation + step.planVersion;
  return { entryId: step.entryId, listCode: step.listCode, version, status, at: utc(time) };
}

function dues(said: {
  acknowledgeDueAt: string | null;
  feedbackDueAt: string | null;
}): Pick<Statement, 'acknowledgeDueAt' | 'feedbackDueAt'> {
  return { acknowledgeDueAt: due(said.acknowledgeDueAt), feedbackDueAt: due(said.feedbackDueAt) };
}

function due(dueAt: string | null): string | null {
  return dueAt === null ? null : utc(dueAt);
}
