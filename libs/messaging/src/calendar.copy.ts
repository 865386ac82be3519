import {
  type CalendarChange,
  calendarAt,
  calendarDelayMs,
  calendarLoaded,
  endOfDayBeijing,
  type LianxinEvent,
  recount,
  type StoredTerm,
  type WorkingDayCalendar,
  type YearTable,
} from '@lianxin/contracts';
import { Clock, Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { insertMoves, insertYearTable, readYearTables, type TermMove } from './calendar.store.ts';
import { EventConsumer, isEvent } from './consumer.ts';
import { Loop } from './loop.ts';
import { Timers } from './timers.ts';

const kind = 'calendar-counts';
const refreshMs = 10_000;
/** A table that is heard late counts from so long after it was heard, that every replica has read it by then. */
const readByAllMs = 3 * refreshMs;

/** How many terms are computed again in one transaction. */
const termsPerFiring = 500;

/** Where a kind of stored terms stands, and how they are moved. */
export interface StoredTerms {
  /** Kind of the timers that fire at the end of such a term. */
  readonly timer: string;
  /** Open terms that end on `from` or later, by their references after `after`. The reference is that of the timer. */
  read(
    tx: Transaction,
    from: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (StoredTerm & { readonly reference: string })[]>;
  /** Gives terms their new last day, where they are still open and end as they were read; `at` is when they were computed. Returns which. */
  move(tx: Transaction, moves: readonly (TermMove & { readonly provisional: boolean })[], at: Date): Promise<readonly string[]>;
}

/**
 * The working-day tables in a service that does not load them itself: a copy kept by `calendar.loaded`, counted by every replica from the same instant,
 * and stored terms computed again, portion by portion (R-7-3).
 */
@Injectable()
export class CalendarCopy implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private years: readonly YearTable[] = [];
  /** The calendar in force, made anew only when another table has come to count. */
  private current: { readonly key: string; readonly calendar: WorkingDayCalendar } | undefined;
  private readonly terms = new Map<string, StoredTerms>();
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
  recount(name: string, terms: StoredTerms): void {
    this.terms.set(name, terms);
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
      const references = [...this.terms.keys()].map((name) => ({ reference: `${year}|${version}|${name}`, dueAt: effectiveAt }));
      if (references.length > 0) await this.timers.set(tx, kind, references);
    }
    tx.afterCommit(() => this.loop.wake());
  }

  /** @param reference year, version and name of the terms, with the end of the last portion: `2027|1|entries` or `2027|1|entries|<id>`. */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [year = '', version = '', name = '', ...end] = reference.split('|');
    const after = end.length === 0 ? undefined : end.join('|');
    const years = await readYearTables(tx);
    const loaded = years.find((row) => row.year === Number(year) && row.version === Number(version));
    const terms = this.terms.get(name);
    if (loaded === undefined || terms === undefined) throw new Error(`nothing to compute again for ${reference}`);
    const { effectiveAt } = loaded;
    const change: CalendarChange = {
      year: loaded.year,
      version: loaded.version,
      before: calendarAt(years, new Date(effectiveAt.getTime() - 1)),
      after: calendarAt(years, effectiveAt),
      effectiveAt,
    };
    const page = await terms.read(tx, `${year}-01-01`, after, termsPerFiring);
    await this.move(tx, name, terms, page, change);
    const last = page.at(-1);
    if (last !== undefined && page.length === termsPerFiring)
      await this.timers.set(tx, kind, [{ reference: `${year}|${version}|${name}|${last.reference}`, dueAt: this.clock.now() }]);
  }

  private async move(
    tx: Transaction,
    name: string,
    terms: StoredTerms,
    page: Awaited<ReturnType<StoredTerms['read']>>,
    change: CalendarChange,
  ): Promise<void> {
    const at = this.clock.now();
    const today = this.clock.today();
    const recounted = page.flatMap((term) => {
      const next = recount(term, change, today);
      return next === undefined ? [] : [{ reference: term.reference, from: term.dueOn, to: next.dueOn, provisional: next.provisional }];
    });
    if (recounted.length === 0) return;
    const done = new Set(await terms.move(tx, recounted, at));
    const moved = recounted.filter(({ reference, from, to }) => from !== to && done.has(reference));
    await insertMoves(tx, change, name, moved, at);
    await this.timers.set(
      tx,
      terms.timer,
      moved.map(({ reference, to }) => ({ reference, dueAt: endOfDayBeijing(to) })),
    );
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
