import type { LianxinEvent } from '@lianxin/contracts';
import type { TouchedTask } from './plan.board.rules.ts';
import { endedStatuses, type Task } from './task.rules.ts';

/** A version of a task that a replay made. */
export interface ReplayMark {
  readonly taskId: string;
  readonly version: number;
  readonly departmentCode: string;
  readonly replayId: string;
  readonly mode: NonNullable<LianxinEvent['replayMode']>;
  /** It asks for more than the department knew of: what of that may leave the house the mode says. */
  readonly adds: boolean;
}

/** Tasks that are quiet now: the version of each by which a replay asked for more. */
export type QuietTasks = ReadonlyMap<string, number>;

/**
 * Gathers which versions of tasks replays made. A task is quiet as long as its newest version is one by which a replay asks for more: with the next
 * ordinary event, or act of a person, it has another version and is ordinary again. Two replays after one another leave it quiet.
 */
export class ReplayMarks {
  readonly marks: ReplayMark[] = [];
  private readonly quiet: Map<string, number>;

  /** @param quiet of the tasks that are known before */
  constructor(quiet: QuietTasks = new Map()) {
    this.quiet = new Map(quiet);
  }

  /** After one event: what it created, and what it changed. Ordinary events leave no mark. */
  note(event: Pick<LianxinEvent, 'replayId' | 'replayMode'>, fresh: readonly Task[], changed: readonly TouchedTask[]): void {
    if (event.replayId === undefined || event.replayMode === undefined) return;
    const tasks = new Map(fresh.map((task) => [task.id, { task, adds: isDemand(task) }]));
    for (const { task, from, before } of changed) {
      const wasQuiet = this.quiet.get(task.id) === before;
      const adds = tasks.has(task.id) || wasQuiet || from === 'ON_HOLD';
      tasks.set(task.id, { task, adds: adds && isDemand(task) });
    }
    for (const { task, adds } of tasks.values()) {
      const { id: taskId, version, departmentCode } = task;
      this.marks.push({ taskId, version, departmentCode, replayId: event.replayId, mode: event.replayMode, adds });
      if (adds) this.quiet.set(taskId, version);
    }
  }
}

/** Whether it asks its department to restrict or to look at somebody: a lift, a rest, a reward and a restoration are never held back (R-6-7). */
function isDemand(task: Pick<Task, 'direction' | 'kind' | 'status'>): boolean {
  const givesBack = task.kind === 'RESTORE' || (task.kind === 'EXECUTE' && task.direction === 'REWARD');
  return !givesBack && !endedStatuses.includes(task.status);
}
