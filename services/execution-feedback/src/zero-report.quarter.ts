import { randomUUIDv7 } from 'node:crypto';
import { addDays, endOfDayBeijing, nextQuarter, quarterEnd, quarterOf, quarterStart } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { WindowServedStore } from './window-served.store.ts';
import { ZeroFeedbackStore } from './zero-report.feedback.store.ts';
import { ZeroReportRecorder } from './zero-report.recorder.ts';
import { isServedByWindows } from './zero-report.rules.ts';
import { type OwingTask, ZeroReportStore } from './zero-report.store.ts';

const kind = 'zero-reports';
const tasksPerFiring = 1_000;
/** In whose name a report is given that nobody writes. */
export const windowsWord = 'system:window-check';

/**
 * A day after the end of a quarter, when the last decisions of its windows have come: opens one zero report for each department and list that owes one, and
 * answers by itself for the tasks that windows served without a hit (§4.5). One timer per quarter, which walks through the open tasks in parts.
 */
@Injectable()
export class ZeroReportQuarter implements OnApplicationBootstrap {
  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly store: ZeroReportStore,
    private readonly feedback: ZeroFeedbackStore,
    private readonly windows: WindowServedStore,
    private readonly recorder: ZeroReportRecorder,
    private readonly clock: Clock,
  ) {
    timers.register(kind, async (tx, references) => {
      for (const reference of references) await this.fire(tx, reference);
    });
  }

  /** The end of this quarter is always awaited; one that passed while nothing ran stays due. */
  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.timers.ensure(tx, kind, [timerOf(quarterOf(this.clock.today()))]));
  }

  /** @param reference the quarter that ended, with the last task already looked at: `2026Q4` or `2026Q4|<id>`. */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [quarter = '', after] = reference.split('|');
    if (after === undefined) await this.timers.ensure(tx, kind, [timerOf(nextQuarter(quarter))]);
    const page = await this.store.readOwing(tx, { quarter, after, limit: tasksPerFiring });
    await this.ask(tx, page, quarter);
    const last = page.at(-1);
    if (last !== undefined && page.length === tasksPerFiring)
      await this.timers.set(tx, kind, [{ reference: `${quarter}|${last.task.id}`, dueAt: this.clock.now() }]);
    else await this.store.settleServed(tx, quarter, this.clock.now());
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
      { submittedBy: windowsWord, submittedAt: now, decidedBy: windowsWord, remark: '窗口核查已覆盖本季度，无触发' },
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
  return { reference: quarter, dueAt: endOfDayBeijing(addDays(quarterEnd(quarter), 1)) };
}
