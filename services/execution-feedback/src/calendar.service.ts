import {
  calendarAt,
  calendarDelayMs,
  calendarKey,
  calendarLoaded,
  endOfDayBeijing,
  type Principal,
  ProblemError,
  taskRescheduled,
  type WorkingDayCalendar,
  workingDayCalendarSchema,
} from '@lianxin/contracts';
import { Loop, lockLanes, newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { acknowledgeDueAt } from './act.rules.ts';
import type { CalendarRequest } from './calendar.api.ts';
import { type CalendarYear, missingYears, reschedule } from './calendar.rules.ts';
import { CalendarStore } from './calendar.store.ts';
import { OrderStore } from './order.store.ts';
import type { Task } from './task.rules.ts';
import { TaskStore } from './task.store.ts';
import { insertFacts, updateTasks } from './task.write.store.ts';
import { TaskTerms } from './terms.ts';

const kind = 'calendar-loaded';
const tasksPerFiring = 2_000;
const refreshMs = 10_000;

/** Working-day tables: loaded by the credit office, counted by every replica from the same instant, and the deadlines computed again (R-7-3). */
@Injectable()
export class CalendarService implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private years: readonly CalendarYear[] = [];
  /** The calendar in force, made anew only when another table has come to count. */
  private current: { readonly key: string; readonly calendar: WorkingDayCalendar } | undefined;
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly store: CalendarStore,
    private readonly tasks: TaskStore,
    private readonly orders: OrderStore,
    private readonly timers: Timers,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
    context: ServiceContext,
  ) {
    clock.readTablesFrom((now) => this.calendarAt(now));
    timers.register(kind, async (tx, references) => {
      for (const reference of references) await this.fire(tx, reference);
    });
    this.loop = new Loop({
      idleMs: refreshMs,
      turn: () => this.refresh(),
      onError: (error) => context.logger.warn({ err: error }, 'working-day tables are read again'),
    });
  }

  async onModuleInit(): Promise<void> {
    await this.refresh();
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Every version of every year, and the years without a table into which today's terms may reach. */
  async list(): Promise<{ years: readonly CalendarYear[]; missing: number[] }> {
    const years = await this.database.consumerTransaction((tx) => this.store.readYears(tx));
    const today = this.clock.today();
    const nextYear = endOfDayBeijing(`${Number(today.slice(0, 4)) + 1}-12-31`);
    return { years, missing: missingYears(calendarAt(years, this.clock.now()), today, nextYear) };
  }

  /**
   * Loads the table of a year, or its next version. It counts a minute later; then deadlines that reach into the year are computed again.
   * @throws ProblemError VALIDATION_FAILED where dates do not belong to the year or contradict each other.
   */
  async load(tx: Transaction, principal: Principal, request: CalendarRequest): Promise<CalendarYear> {
    const { year, source, off, work } = request;
    const checked = workingDayCalendarSchema.safeParse({ years: { [year]: { off, work } } });
    if (!checked.success)
      throw new ProblemError(
        'VALIDATION_FAILED',
        checked.error.issues.map((issue) => issue.message).join('；'),
        checked.error.issues.map((issue) => ({
          pointer: `/${issue.path.slice(2).join('/')}`,
          code: 'VALIDATION_FAILED' as const,
          detail: issue.message,
        })),
      );
    await lockLanes(tx, [calendarKey]);
    const version = Math.max(0, ...(await this.store.readYears(tx)).filter((row) => row.year === year).map((row) => row.version)) + 1;
    const loadedAt = this.clock.now();
    const effectiveAt = new Date(loadedAt.getTime() + calendarDelayMs);
    const row: CalendarYear = {
      year,
      version,
      source,
      off: off.toSorted(),
      work: work.toSorted(),
      loadedBy: principal.id,
      loadedAt,
      effectiveAt,
    };
    await this.store.insertYear(tx, row);
    await this.timers.set(tx, kind, [{ reference: `${year}|${version}`, dueAt: effectiveAt }]);
    const data = { year, version, source, off: [...row.off], work: [...row.work], loadedAt: loadedAt.toISOString() };
    await this.outbox.publish(tx, [newEvent({ definition: calendarLoaded, key: calendarKey, actor: principal.id, time: loadedAt, data })]);
    tx.afterCommit(() => this.loop.wake());
    return row;
  }

  private async refresh(): Promise<boolean> {
    this.years = await this.database.consumerTransaction((tx) => this.store.readYears(tx));
    return false;
  }

  private calendarAt(now: Date): WorkingDayCalendar {
    const key = this.years
      .filter((row) => row.effectiveAt <= now)
      .map((row) => `${row.year}|${row.version}`)
      .join();
    if (this.current?.key !== key) this.current = { key, calendar: calendarAt(this.years, now) };
    return this.current.calendar;
  }

  /** @param reference year and version, with the last task already looked at: `2027|1` or `2027|1|<id>`. */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [year = '', version = '', after] = reference.split('|');
    const years = await this.store.readYears(tx);
    const loaded = years.find((row) => row.year === Number(year) && row.version === Number(version));
    if (loaded === undefined) throw new Error(`no working-day table ${reference}`);
    const page = await this.store.readReaching(tx, endOfDayBeijing(`${Number(year) - 1}-12-31`), after, tasksPerFiring);
    await this.rescheduleTasks(tx, page, years, loaded);
    const last = page.at(-1);
    if (last !== undefined && page.length === tasksPerFiring)
      await this.timers.set(tx, kind, [{ reference: `${year}|${version}|${last.id}`, dueAt: this.clock.now() }]);
  }

  private async rescheduleTasks(
    tx: Transaction,
    page: readonly Task[],
    years: readonly CalendarYear[],
    loaded: CalendarYear,
  ): Promise<void> {
    await lockLanes(
      tx,
      page.flatMap((task) => [task.laneKey, task.partySubjectId]),
    );
    const ids = page.map((task) => task.id);
    const { effectiveAt } = loaded;
    const change = {
      before: calendarAt(years, new Date(effectiveAt.getTime() - 1)),
      after: calendarAt(years, effectiveAt),
      effectiveAt,
      cycleDayOn: (date: string) => this.terms.on(date).cycleDay,
    };
    const anchors = await this.store.readAnchors(tx, ids);
    const orders = await this.orders.readOrders(tx, ids);
    const moved = (await this.tasks.readTasks(tx, ids)).flatMap((task) => {
      const anchor = anchors.get(task.id);
      const next = anchor === undefined ? undefined : reschedule(task, anchor, change, orders.get(task.id)?.dueOn ?? null);
      return next === undefined ? [] : [next];
    });
    await updateTasks(tx, moved);
    await this.tell(tx, moved, loaded);
  }

  private async tell(tx: Transaction, moved: readonly Task[], loaded: CalendarYear): Promise<void> {
    const now = this.clock.now();
    await insertFacts(
      tx,
      moved.map((task) => ({
        taskId: task.id,
        version: task.version,
        departmentCode: task.departmentCode,
        what: 'RESCHEDULED',
        from: task.status,
        to: task.status,
        at: now,
        actor: null,
        causeEvent: null,
        detail: { calendarYear: loaded.year, calendarVersion: loaded.version },
      })),
    );
    const entryIds = await this.tasks.readEntryIdsOfMany(
      tx,
      moved.map((task) => task.id),
    );
    const calendar = calendarAt(await this.store.readYears(tx), now);
    await this.outbox.publish(
      tx,
      moved.map((task) =>
        newEvent({
          definition: taskRescheduled,
          key: task.laneKey,
          time: now,
          data: {
            taskId: task.id,
            taskVersion: task.version,
            departmentCode: task.departmentCode,
            status: task.status,
            entryIds: entryIds.get(task.id) ?? [],
            actedAt: now.toISOString(),
            reason: 'CALENDAR_LOADED',
            cycle: task.cycle,
            dueAt: task.dueAt?.toISOString() ?? null,
            acknowledgeDueAt: acknowledgeDueAt(task),
            feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
            provisional: [task.dueAt, task.feedbackDueAt].some(
              (due) => due !== null && missingYears(calendar, this.clock.today(), due).length > 0,
            ),
          },
        }),
      ),
    );
  }
}
