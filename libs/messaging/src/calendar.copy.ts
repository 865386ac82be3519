import {
  calendarAt,
  calendarDelayMs,
  calendarLoaded,
  type LianxinEvent,
  type WorkingDayCalendar,
  type YearTable,
} from '@lianxin/contracts';
import { Clock, Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { insertYearTable, readYearTables } from './calendar.store.ts';
import { EventConsumer, isEvent } from './consumer.ts';
import { Loop } from './loop.ts';
import { Timers } from './timers.ts';

const kind = 'calendar-counts';
const refreshMs = 10_000;
/** A table that is heard late counts from so long after it was heard, that every replica has read it by then. */
const readByAllMs = 3 * refreshMs;

/** A table that has come to count, and what counted before it. */
export interface CalendarChange {
  readonly year: number;
  readonly version: number;
  readonly before: WorkingDayCalendar;
  readonly after: WorkingDayCalendar;
  /** What was computed at or after this instant counted the table already. */
  readonly effectiveAt: Date;
}

/**
 * Computes stored terms again, at most one bounded portion of them.
 * @param after where the portion before it ended; undefined for the first
 * @returns where this portion ended, undefined when there is no more
 */
export type Recount = (tx: Transaction, change: CalendarChange, after: string | undefined) => Promise<string | undefined>;

/**
 * The working-day tables in a service that does not load them itself: a copy kept by `calendar.loaded`, counted by every replica from the same instant,
 * and stored terms computed again, portion by portion (R-7-3).
 */
@Injectable()
export class CalendarCopy implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private years: readonly YearTable[] = [];
  /** The calendar in force, made anew only when another table has come to count. */
  private current: { readonly key: string; readonly calendar: WorkingDayCalendar } | undefined;
  private readonly recounts = new Map<string, Recount>();
  private readonly loop: Loop;

  constructor(
    consumer: EventConsumer,
    private readonly database: Database,
    private readonly timers: Timers,
    private readonly clock: Clock,
    context: ServiceContext,
  ) {
    clock.readTablesFrom((now) => this.calendarAt(now));
    consumer.register({ types: [calendarLoaded], together: 'AS_OTHERS', apart: true, handle: (tx, events) => this.hear(tx, events) });
    timers.register(kind, async (tx, references) => {
      for (const reference of references) await this.fire(tx, reference);
    });
    this.loop = new Loop({
      idleMs: refreshMs,
      turn: () => this.refresh(),
      onError: (error) => context.logger.warn({ err: error }, 'working-day tables are read again'),
    });
  }

  /** Names terms that are computed again when a table has come to count; before the application starts. */
  recount(name: string, recount: Recount): void {
    this.recounts.set(name, recount);
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

  private async hear(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const readBy = this.clock.now().getTime() + readByAllMs;
    for (const event of events) {
      if (!isEvent(event, calendarLoaded)) continue;
      const { year, version, off, work, loadedAt } = event.data;
      const effectiveAt = new Date(Math.max(Date.parse(loadedAt) + calendarDelayMs, readBy));
      if (!(await insertYearTable(tx, { year, version, off, work, effectiveAt }))) continue;
      const references = [...this.recounts.keys()].map((name) => ({ reference: `${year}|${version}|${name}`, dueAt: effectiveAt }));
      if (references.length > 0) await this.timers.set(tx, kind, references);
    }
    tx.afterCommit(() => this.loop.wake());
  }

  /** @param reference year, version and name of the terms, with the end of the last portion: `2027|1|entries` or `2027|1|entries|<id>`. */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [year = '', version = '', name = '', after] = reference.split('|');
    const years = await readYearTables(tx);
    const loaded = years.find((row) => row.year === Number(year) && row.version === Number(version));
    const recount = this.recounts.get(name);
    if (loaded === undefined || recount === undefined) throw new Error(`nothing to compute again for ${reference}`);
    const { effectiveAt } = loaded;
    const change: CalendarChange = {
      year: loaded.year,
      version: loaded.version,
      before: calendarAt(years, new Date(effectiveAt.getTime() - 1)),
      after: calendarAt(years, effectiveAt),
      effectiveAt,
    };
    const next = await recount(tx, change, after);
    if (next !== undefined) await this.timers.set(tx, kind, [{ reference: `${year}|${version}|${name}|${next}`, dueAt: this.clock.now() }]);
  }

  private async refresh(): Promise<boolean> {
    this.years = await this.database.consumerTransaction(readYearTables);
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
}
