import {
  type EventData,
  type EventDefinition,
  type LianxinEvent,
  taskAdjusted,
  taskDispatched,
  taskHeld,
  taskLifting,
  taskReassigned,
  taskReleased,
  tasksPerEvent,
} from '@lianxin/contracts';
import { acknowledgeDueAt } from './act.rules.ts';
import type { Notice } from './plan.board.rules.ts';
import type { DispatchedTask, Stay, Step } from './plan.step.rules.ts';
import type { Task } from './task.rules.ts';

/** An event of ours about one part of a plan's step. */
export interface StepEvent<Definition extends EventDefinition = EventDefinition> {
  readonly definition: Definition;
  readonly key: string;
  readonly data: EventData<Definition>;
  readonly cause: LianxinEvent;
}

/** How much of an event a notice, or a task that stays, takes up beside a task. */
const weightOfOthers = 0.35;

/**
 * The events of one step: a plan's tasks in parts of at most 100, each below 64 KiB, with the remaining rows spread over the same parts.
 * A step without any task still gives one event, so that whoever waits for the plan learns that nothing had to be done.
 */
export function eventsOfStep(step: Step): StepEvent[] {
  if (step.kind === 'MOVED') return step.tasks.map((moved) => reassignedEvent(step, moved));
  const others: readonly (Notice | Stay)[] = step.kind === 'DISPATCHED' ? step.notices : step.kind === 'ADJUSTED' ? [] : step.stays;
  const parts = Math.max(1, Math.ceil((step.tasks.length + others.length * weightOfOthers) / tasksPerEvent));
  return Array.from({ length: parts }, (_, index) => eventOfPart(step, index, parts));
}

function eventOfPart(step: Exclude<Step, { kind: 'MOVED' }>, index: number, parts: number): StepEvent {
  const take = <Row>(rows: readonly Row[]) => {
    const size = Math.ceil(rows.length / parts);
    return rows.slice(index * size, (index + 1) * size);
  };
  const head = {
    planId: step.plan.planId,
    entryId: step.plan.entryId,
    activationNo: step.plan.activationNo,
    planVersion: step.plan.planVersion,
    listCode: step.body.listCode,
    listType: step.body.listType,
    direction: step.body.direction,
    part: index + 1,
    parts,
  };
  const place = { key: step.plan.laneKey, cause: step.cause };
  switch (step.kind) {
    case 'DISPATCHED': {
      const data: EventData<typeof taskDispatched> = {
        ...head,
        tasks: take(step.tasks).map(dispatchedRow),
        notices: take(step.notices).map(noticeRow),
      };
      return { ...place, definition: taskDispatched, data };
    }
    case 'ADJUSTED': {
      const data: EventData<typeof taskAdjusted> = { ...head, tasks: take(step.tasks).map(taskRow) };
      return { ...place, definition: taskAdjusted, data };
    }
    case 'HELD': {
      const data: EventData<typeof taskHeld> = {
        ...head,
        tasks: take(step.tasks).map(taskRow),
        stays: [...take(step.stays)],
        cause: step.holdCause,
      };
      return { ...place, definition: taskHeld, data };
    }
    case 'RELEASED': {
      const tasks = take(step.tasks);
      const data: EventData<typeof taskReleased> = {
        ...head,
        tasks: tasks.map(taskRow),
        stays: [...take(step.stays)],
        due: tasks.map(dueRow),
      };
      return { ...place, definition: taskReleased, data };
    }
    case 'LIFTING': {
      const data: EventData<typeof taskLifting> = {
        ...head,
        tasks: take(step.tasks).map(taskRow),
        stays: [...take(step.stays)],
        ground: step.ground,
        documentNo: step.documentNo,
        liftDueAt: step.liftDueAt?.toISOString() ?? null,
      };
      return { ...place, definition: taskLifting, data };
    }
  }
}

/** One event for each task, in the lane of the plan that moved it: that lane is held. */
function reassignedEvent(
  step: Extract<Step, { kind: 'MOVED' }>,
  { task, from, entryIds }: Extract<Step, { kind: 'MOVED' }>['tasks'][number],
): StepEvent<typeof taskReassigned> {
  const data: EventData<typeof taskReassigned> = {
    ...taskRow(task),
    entryIds: [...entryIds],
    actedAt: step.at.toISOString(),
    fromDepartment: from,
    reason: 'DEPARTMENT_MERGED',
    acknowledgeDueAt: acknowledgeDueAt(task),
    feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
  };
  return { definition: taskReassigned, key: step.plan.laneKey, data, cause: step.cause };
}

const taskRow = (task: Task) => ({ taskId: task.id, taskVersion: task.version, departmentCode: task.departmentCode, status: task.status });

function dueRow(task: Task) {
  return {
    taskId: task.id,
    acknowledgeDueAt: acknowledgeDueAt(task),
    feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
  };
}

function dispatchedRow({ task, basis, joined }: DispatchedTask) {
  return {
    ...taskRow(task),
    kind: task.kind,
    measureCode: basis.measureCode,
    canonicalCode: task.canonicalCode,
    class: task.class,
    force: task.force,
    trigger: task.trigger,
    partyId: basis.partyId,
    partySubjectId: task.partySubjectId,
    partyRole: basis.partyRole,
    role: task.role,
    cycle: task.cycle,
    acknowledgeDueAt: acknowledgeDueAt(task),
    feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
    dispatchedAt: task.dispatchedAt.toISOString(),
    joined,
  };
}

const noticeRow = (notice: Notice) => ({
  noticeId: notice.id,
  departmentCode: notice.departmentCode,
  measureCode: notice.measureCode,
  partyId: notice.partyId,
});
