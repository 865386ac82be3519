import { calendar2026, type LianxinEvent } from '@lianxin/contracts';
import type { DeadlineContext } from '../src/deadline.rules.ts';
import type { Changes, Known } from '../src/plan.board.rules.ts';
import { applyPlanEvents } from '../src/plan.rules.ts';
import type { Step } from '../src/plan.step.rules.ts';
import type { Basis, Task } from '../src/task.rules.ts';

export const terms = {
  acknowledgeDays: 2,
  decideReturnDays: 2,
  executeDays: 10,
  armDays: 5,
  startRewardDays: 5,
  feedbackDays: 5,
  feedbackAtLatestDays: 15,
  hitFeedbackDays: 5,
  liftDays: 3,
  leastAfterObjectionDays: 3,
  cycleDay: 10,
  restoreDays: 10,
};

/** What a database would hold: every step is written and read again, as between two batches. */
export class Memory {
  known: Known = { plans: [], tasks: [], bases: [], notices: [] };
  readonly facts: Changes['facts'][number][] = [];
  private nextId = 0;

  constructor(private readonly today = '2026-11-23') {}

  apply(events: readonly LianxinEvent[], today = this.today): readonly Step[] {
    const context: DeadlineContext = { now: new Date(`${today}T04:00:00Z`), calendar: calendar2026, terms };
    const { changes, steps } = applyPlanEvents(this.known, events, context, () => `id-${String(this.nextId++).padStart(4, '0')}`);
    this.write(changes, context.now);
    return steps;
  }

  task(index = 0): Task {
    const task = this.known.tasks[index];
    if (task === undefined) throw new Error(`no task ${index}`);
    return task;
  }

  statuses(): string[] {
    return this.known.tasks.map((task) => task.status);
  }

  /** Acts as a department would have, for what follows. */
  alter(index: number, patch: Partial<Task>): void {
    const task = { ...this.task(index), ...patch };
    this.known = { ...this.known, tasks: this.known.tasks.map((row, place) => (place === index ? task : row)) };
  }

  private write(changes: Changes, now: Date): void {
    const tasks = [...this.known.tasks, ...changes.freshTasks.map(({ task }) => task)];
    this.facts.push(
      ...changes.freshTasks.map(({ task, causeEvent }) => ({
        taskId: task.id,
        version: 1,
        departmentCode: task.departmentCode,
        what: 'DISPATCHED',
        from: null,
        to: task.status,
        at: now,
        actor: null,
        causeEvent,
        detail: null,
      })),
      ...changes.facts,
    );
    const bases = [...this.known.bases, ...changes.freshTasks.map(({ basis }) => basis), ...changes.freshBases];
    this.known = {
      plans: replaced(this.known.plans, changes.plans, (plan) => `${plan.entryId}|${plan.activationNo}`),
      tasks: replaced(tasks, changes.changedTasks, (task) => task.id),
      // A database gives rows back in an order of its own.
      bases: replaced(bases, changes.changedBases, keyOf).sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1)),
      notices: replaced([...this.known.notices, ...changes.freshNotices], changes.changedNotices, (notice) => notice.id),
    };
  }
}

const keyOf = (basis: Basis) => `${basis.entryId}|${basis.activationNo}|${basis.partyId}|${basis.measureCode}|${basis.departmentCode}`;

function replaced<Row>(rows: readonly Row[], changed: readonly Row[], key: (row: Row) => string): Row[] {
  const byKey = new Map(rows.map((row) => [key(row), row]));
  for (const row of changed) byKey.set(key(row), row);
  return [...byKey.values()];
}
