import { measurePlanMade, recordedAtOf } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import { Clock, Database, Metrics, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { Histogram } from 'prom-client';
import { TaskFiguresStore } from './task-figures.store.ts';

const openKeptMs = 60_000;
const hour = 3600;
const day = 24 * hour;

/** What operators watch of tasks (product §B.8): how many are open, how fast a flag becomes tasks, how long a freed subject waits to be freed everywhere. */
@Injectable()
export class TaskFigures {
  private readonly flagToTask: Histogram;
  private readonly repairToWithdrawn: Histogram;

  constructor(
    metrics: Metrics,
    database: Database,
    consumer: EventConsumer,
    private readonly store: TaskFiguresStore,
    clock: Clock,
  ) {
    metrics.watch({
      name: 'lx_task_open',
      help: 'Open tasks by department, state and how they stand to their term, counted at most once a minute',
      labels: ['department', 'state', 'sla'],
      keptMs: openKeptMs,
      costly: true,
      read: async () => {
        const rows = await database.consumerTransaction((tx) => store.countOpen(tx, clock.now()));
        return rows.map(({ department, state, sla, count }) => ({ labels: { department, state, sla }, value: count }));
      },
    });
    const registers = [metrics.registry];
    this.flagToTask = new Histogram({
      name: 'lx_flag_to_task_seconds',
      help: 'From the recording of an activated list entry to the commit of its tasks in the queues',
      buckets: [0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1, 2, 5, 15, 60, 300, hour],
      registers,
    });
    this.repairToWithdrawn = new Histogram({
      name: 'lx_repair_to_withdrawn_seconds',
      help: 'From the recording of the exit of a list entry to the receipt of a department that its measure is lifted',
      buckets: [60, 600, hour, 4 * hour, day, 2 * day, 3 * day, 5 * day, 7 * day, 10 * day, 15 * day, 30 * day],
      registers,
    });
    consumer.register({
      types: [measurePlanMade],
      together: true,
      handle: async (tx, events) => {
        for (const { causationId } of events) noteAfterCommit(tx, this.flagToTask, causationId);
      },
    });
  }

  /** A department has proved that it lifted a measure. */
  async noteLifted(tx: Transaction, taskId: string): Promise<void> {
    noteAfterCommit(tx, this.repairToWithdrawn, await this.store.findExitEvent(tx, taskId));
  }
}

/** Notes how long ago an event was recorded, once what it brought about is committed. An event that tells no time is left out. */
function noteAfterCommit(tx: Transaction, histogram: Histogram, eventId: string | undefined): void {
  const recordedAt = eventId === undefined ? undefined : recordedAtOf(eventId);
  if (recordedAt !== undefined) tx.afterCommit(() => histogram.observe(Math.max(0, Date.now() - recordedAt.getTime()) / 1000));
}
