import { addDays } from '@lianxin/contracts';
import { Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ClosedPeriodStore } from './closed-period.store.ts';
import { bucketsOf, closesAt, daysOf, monthAround, type Period, periodAfter, periodNamed, quarterAround } from './period.rules.ts';
import { StatsStore } from './stats.store.ts';
import { StreamService } from './stream.service.ts';

type NamedPeriod = Period & { readonly code: string };
const kind = 'close-period';

/**
 * Closes months and quarters on the 3rd working day after them (R-4-12): their figures stay as they are then, whatever is heard later (R-10-1). Each period sets
 * the timer of the next, so that after days of downtime every one is closed, once, whichever replica does it.
 */
@Injectable()
export class PeriodClosing implements OnApplicationBootstrap {
  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly periods: ClosedPeriodStore,
    private readonly stats: StatsStore,
    private readonly stream: StreamService,
  ) {
    timers.register(kind, (tx, codes) => this.close(tx, codes));
  }

  async onApplicationBootstrap(): Promise<void> {
    const today = this.clock.today();
    const now = this.clock.now();
    const current = [monthAround(today), quarterAround(today)];
    // Of the periods before these only those that are not due yet: a system that starts today has nothing to say of last year.
    const before = current.flatMap((period) => {
      const last = addDays(period.from, -1);
      const previous = period.code?.includes('Q') === true ? quarterAround(last) : monthAround(last);
      return closesAt(previous, this.clock.calendar()) > now ? [previous] : [];
    });
    await this.database.consumerTransaction((tx) => this.ensure(tx, [...before, ...current] as NamedPeriod[]));
  }

  /** Fixes the figures of these periods as they are now. */
  private async close(tx: Transaction, codes: readonly string[]): Promise<void> {
    // Nothing is heard meanwhile: the figures of one moment.
    await this.stream.lockWriter(tx);
    const today = this.clock.today();
    for (const code of codes) {
      const period: NamedPeriod = { ...periodNamed(code), code };
      if (await this.periods.close(tx, period, this.clock.now())) {
        const pastDays = daysOf(period, addDays(today, -1));
        const query = { buckets: bucketsOf(period), from: period.from, pastDays, today, listCode: undefined, departments: undefined };
        await this.periods.saveCounts(tx, code, await this.stats.countPeriod(tx, query));
      }
      await this.ensure(tx, [periodAfter(period)]);
    }
  }

  private async ensure(tx: Transaction, periods: readonly NamedPeriod[]): Promise<void> {
    const calendar = this.clock.calendar();
    await this.timers.ensure(
      tx,
      kind,
      periods.map((period) => ({ reference: period.code, dueAt: closesAt(period, calendar) })),
    );
  }
}
