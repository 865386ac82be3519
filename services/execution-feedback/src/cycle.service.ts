import { endOfDayBeijing, nextQuarter, quarterEnd, quarterOf, taskArmed, taskStarted } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { openNextCycle } from './cycle.rules.ts';
import type { Task } from './task.rules.ts';
import { TaskStore } from './task.store.ts';
import { insertFacts, updateTasks } from './task.write.store.ts';
import { TaskTerms } from './terms.ts';

const kind = 'quarter-end';
/** Tasks taken at a time; the rest follow in the next firing. */
const tasksPerFiring = 2_000;

/** Opens the quarterly cycles (§4.4): one timer per quarter, which walks through the open tasks in parts. */
@Injectable()
export class CycleService implements OnApplicationBootstrap {
  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly tasks: TaskStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
  ) {
    timers.register(kind, async (tx, references) => {
      for (const reference of references) await this.fire(tx, reference);
    });
  }

  /** The end of this quarter is always awaited; setting it again changes nothing. */
  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.await(tx, quarterOf(this.clock.today())));
  }

  private async await(tx: Transaction, quarter: string): Promise<void> {
    await this.timers.set(tx, kind, [{ reference: quarter, dueAt: endOfDayBeijing(quarterEnd(quarter)) }]);
  }

  /** @param reference the quarter that ended, with the last task already looked at: `2026Q4` or `2026Q4|<id>`. */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [quarter = '', after] = reference.split('|');
    if (after === undefined) await this.await(tx, nextQuarter(quarter));
    const page = await this.tasks.readCyclic(tx, after, tasksPerFiring);
    await this.open(tx, page, quarter);
    const last = page.at(-1);
    if (last !== undefined && page.length === tasksPerFiring)
      await this.timers.set(tx, kind, [{ reference: `${quarter}|${last.id}`, dueAt: this.clock.now() }]);
  }

  private async open(tx: Transaction, page: readonly Task[], quarter: string): Promise<void> {
    await lockLanes(
      tx,
      page.flatMap((task) => [task.laneKey, task.partySubjectId]),
    );
    const context = { now: this.clock.now(), calendar: this.clock.calendar(), terms: this.terms.on() };
    const locked = await this.tasks.readTasks(
      tx,
      page.map((task) => task.id),
    );
    const opened = locked.flatMap((task) => {
      const next = openNextCycle(task, quarter, context);
      return next === undefined ? [] : [{ before: task, task: next }];
    });
    await updateTasks(
      tx,
      opened.map(({ task }) => task),
    );
    await insertFacts(
      tx,
      opened.map(({ before, task }) => ({
        taskId: task.id,
        version: task.version,
        departmentCode: task.departmentCode,
        what: 'CYCLE_OPENED',
        from: before.status,
        to: task.status,
        at: context.now,
        actor: null,
        causeEvent: null,
        detail: { quarter, cycle: task.cycle },
      })),
    );
    const entryIds = await this.tasks.readEntryIdsOfMany(
      tx,
      opened.map(({ task }) => task.id),
    );
    await this.outbox.publish(
      tx,
      opened.map(({ task }) =>
        newEvent({
          definition: task.status === 'ARMED' ? taskArmed : taskStarted,
          key: task.laneKey,
          time: context.now,
          data: {
            taskId: task.id,
            taskVersion: task.version,
            departmentCode: task.departmentCode,
            status: task.status,
            entryIds: entryIds.get(task.id) ?? [],
            actedAt: context.now.toISOString(),
            feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
          },
        }),
      ),
    );
  }
}
