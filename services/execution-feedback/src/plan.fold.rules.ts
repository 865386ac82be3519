import { beijingDate, type LianxinEvent } from '@lianxin/contracts';
import { dueAfterHold } from './deadline.rules.ts';
import type { PlanBoard } from './plan.board.rules.ts';
import { decideTransition, foldBases, isNeverStarted, strongestOf, type Task } from './task.rules.ts';

/** One event's change of a task's bases, told to the fold. */
export interface FoldStep {
  /** Name of the fact where the task's state stays. */
  readonly what: string;
  readonly cause: LianxinEvent;
  /** Legal date of the change. */
  readonly on: string;
  /** The plan ended because its entry should never have been. */
  readonly inError?: boolean;
  /** The hold that ends was for an objection. */
  readonly afterObjection?: boolean;
}

/** Brings a live task to what its bases now ask for; where its state stays, the change of its bases is a fact of its own. */
export function refold(board: PlanBoard, task: Task, step: FoldStep): Task {
  const bases = board.basesOf(task.id);
  const fold = foldBases(bases);
  const fact = { what: step.what, causeEvent: step.cause, detail: { entryId: (step.cause.data as { entryId: string }).entryId } };
  const named = strongestOf(task, bases);
  if (fold === 'END') return endTask(board, task, { ...fact, what: 'LIFTING' }, step.inError === true);
  if (fold === 'HOLD' && task.status !== 'ON_HOLD') {
    const next = nextStatus(task, 'hold');
    const heldOn = latestOf(beijingDate(task.dispatchedAt), earliestOf(step.on, beijingDate(board.context.now)));
    return board.changeTask(task, { ...named, status: next, previousStatus: task.status, heldOn }, { ...fact, what: 'HELD' });
  }
  if (fold === 'RUN' && task.status === 'ON_HOLD') return releaseTask(board, task, named, fact, step);
  return board.changeTask(task, named, fact);
}

function endTask(
  board: PlanBoard,
  task: Task,
  fact: { what: string; causeEvent: LianxinEvent; detail: { entryId: string } },
  inError: boolean,
): Task {
  const cleared = { previousStatus: null, heldOn: null, feedbackDueAt: null };
  if (inError && isNeverStarted(task))
    return board.changeTask(task, { ...cleared, status: nextStatus(task, 'cancel'), dueAt: null }, { ...fact, what: 'CANCELLED' });
  if (inError) board.noteWrong(task, fact.causeEvent);
  const dueAt = task.hasDeadline ? board.liftDueAt : null;
  // Which exit it was, so that it can be told how long the person waited to be freed.
  const exitEvent = fact.causeEvent.causationId;
  const detail = { ...fact.detail, ...(exitEvent === undefined ? {} : { exitEvent }) };
  return board.changeTask(task, { ...cleared, status: nextStatus(task, 'lift'), dueAt }, { ...fact, detail });
}

function releaseTask(
  board: PlanBoard,
  task: Task,
  named: Partial<Task>,
  fact: { what: string; causeEvent: LianxinEvent },
  step: FoldStep,
): Task {
  const today = beijingDate(board.context.now);
  const held = { from: task.heldOn ?? today, to: latestOf(step.on, today) };
  const afterObjection = step.afterObjection === true;
  const due = board.once(`${held.from}|${held.to}|${afterObjection}|${task.dueAt?.getTime()}|${task.feedbackDueAt?.getTime()}`, () =>
    dueAfterHold(board.context, task, held, afterObjection),
  );
  const patch = { ...named, ...due, status: nextStatus(task, 'release'), previousStatus: null, heldOn: null };
  return board.changeTask(task, patch, { ...fact, what: 'RELEASED' });
}

function nextStatus(task: Task, action: 'hold' | 'release' | 'lift' | 'cancel'): Task['status'] {
  const decision = decideTransition(task, action);
  if (!decision.ok) throw new Error(decision.detail);
  return decision.next;
}

const earliestOf = (a: string, b: string) => (a < b ? a : b);
const latestOf = (a: string, b: string) => (a > b ? a : b);
