import { randomUUIDv7 } from 'node:crypto';
import { addDays, endOfDayBeijing, nextQuarter, quarterEnd, quarterOf, quarterStart } from '@lianxin/contracts';
import { EventConsumer, type LanePosition, Loop, lockLanes, Timers } from '@lianxin/messaging';
import { Clock, Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { WindowServedStore } from './window-served.store.ts';
import { ZeroFeedbackStore } from './zero-report.feedback.store.ts';
import { ZeroReportRecorder } from './zero-report.recorder.ts';
import { isServedByWindows, windowsSaidAt } from './zero-report.rules.ts';
import { type OwingTask, ZeroReportStore } from './zero-report.store.ts';

const kind = 'zero-reports';
const tasksPerFiring = 1_000;
/** How soon it is looked again whether the quarter has been heard to its end. */
const lookAgainMs = 2_000;
/** In whose name a report is given that nobody writes. */
export const windowsWord = 'system:window-check';

/**
 * A day after the end of a quarter, when the last decisions of its windows have come: opens one zero report for each department and list that owes one, and
 * answers by itself for the tasks that windows served without a hit (§4.5). One timer per quarter, which walks through the open tasks in parts. After a stop it
 * waits until all that was told meanwhile has been heard: a hit or a hold that is still unread would else be answered with zero.
 */
@Injectable()
export class ZeroReportQuarter implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Where the log ended when it was first looked after a quarter's end; undefined while that is asked. */
  private readonly ends = new Map<string, readonly LanePosition[] | undefined>();
  private readonly loop: Loop;

  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly store: ZeroReportStore,
    private readonly feedback: ZeroFeedbackStore,
    private readonly windows: WindowServedStore,
    private readonly recorder: ZeroReportRecorder,
    private readonly clock: Clock,
    private readonly consumer: EventConsumer,
    context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs: 60_000,
      turn: () => this.readEnds(),
      onError: (error) => context.logger.warn({ err: error }, 'the end of the log is asked again'),
    });
    timers.register(kind, async (tx, references) => {
      for (const reference of references) await this.fire(tx, reference);
    });
  }

  /** The end of this quarter is always awaited; one that passed while nothing ran stays due. */
  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.timers.ensure(tx, kind, [timerOf(quarterOf(this.clock.today()))]));
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** @param reference the quarter that ended, with the last task already looked at: `2026Q4` or `2026Q4|<id>`. */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [quarter = '', after] = reference.split('|');
    if (after === undefined) {
      if (!(await this.isHeard(tx, quarter))) {
        await this.timers.set(tx, kind, [{ reference, dueAt: new Date(this.clock.now().getTime() + lookAgainMs) }]);
        return;
      }
      await this.timers.ensure(tx, kind, [timerOf(nextQuarter(quarter))]);
    }
    const page = await this.store.readOwing(tx, { quarter, after, limit: tasksPerFiring });
    await this.ask(tx, page, quarter);
    const last = page.at(-1);
    if (last !== undefined && page.length === tasksPerFiring)
      await this.timers.set(tx, kind, [{ reference: `${quarter}|${last.task.id}`, dueAt: this.clock.now() }]);
    else await this.store.settleServed(tx, quarter, this.clock.now());
  }

  /** Whether all that stood in the log after the quarter had ended has been handled. Where it ends is asked outside of any transaction. */
  private async isHeard(tx: Transaction, quarter: string): Promise<boolean> {
    const end = this.ends.get(quarter);
    if (end !== undefined) return this.consumer.hasHandled(tx, end);
    this.ends.set(quarter, undefined);
    this.loop.wake();
    return false;
  }

  private async readEnds(): Promise<boolean> {
    for (const [quarter, end] of this.ends) if (end === undefined) this.ends.set(quarter, await this.consumer.endOfLog());
    return false;
  }

  private async ask(tx: Transaction, page: readonly OwingTask[], quarter: string): Promise<void> {
    if (page.length === 0) return;
    await lockLanes(
      tx,
      page.flatMap(({ task }) => [task.laneKey, task.partySubjectId]),
    );
    const owing = await this.store.readOwing(tx, { quarter, ids: page.map(({ task }) => task.id), limit: page.length });
    const served = await this.servedOf(tx, owing, quarter);
    const byReport = Map.groupBy(owing, ({ task, listCode }) => `${task.departmentCode}|${listCode}`);
    const now = this.clock.now();
    const counted = [...byReport].flatMap(([, [first, ...rest]]) => {
      if (first === undefined) return [];
      const automatic = [first, ...rest].filter((one) => served.has(one.task.id)).length;
      const asked = rest.length + 1 - automatic;
      return [{ id: randomUUIDv7(), department: first.task.departmentCode, listCode: first.listCode, asked, automatic }];
    });
    const reports = await this.store.open(tx, quarter, counted, now);
    const listOf = new Map(owing.map(({ task, listCode }) => [task.id, listCode]));
    await this.recorder.record(
      tx,
      owing.flatMap(({ task }) => (served.has(task.id) ? [task] : [])),
      { submittedBy: windowsWord, submittedAt: windowsSaidAt(quarter), decidedBy: windowsWord, remark: '窗口核查已覆盖本季度，无触发' },
      (task) => reports.get(`${task.departmentCode}|${listOf.get(task.id) ?? ''}`) ?? '',
    );
  }

  /** Tasks for which windows answer: their matters were asked about, no measure of theirs was applied, and nothing is left undecided. */
  private async servedOf(tx: Transaction, owing: readonly OwingTask[], quarter: string): Promise<ReadonlySet<string>> {
    const from = quarterStart(quarter);
    const ids = owing.map(({ task }) => task.id);
    const matters = await this.windows.readMatters(tx);
    const served = await this.windows.readServed(tx, from, quarterEnd(quarter));
    const doubtful = await this.windows.readDoubtful(tx, ids, endOfDayBeijing(addDays(from, -1)));
    const pending = await this.feedback.readPending(tx, ids);
    return new Set(
      owing.flatMap(({ task }) =>
        isServedByWindows(task, matters, served) && !doubtful.has(task.id) && !pending.has(task.id) ? [task.id] : [],
      ),
    );
  }
}

function timerOf(quarter: string): { reference: string; dueAt: Date } {
  return { reference: quarter, dueAt: windowsSaidAt(quarter) };
}
