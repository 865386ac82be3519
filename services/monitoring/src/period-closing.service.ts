import { addDays } from '@lianxin/contracts';
import { EVENT_LOG, type EventLog, Timers } from '@lianxin/messaging';
import { Clock, Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ClosedPeriodStore, type LogEnd } from './closed-period.store.ts';
import { heardEvents } from './monitoring.consumer.ts';
import { bucketsBefore, bucketsOf, closesAt, monthAround, type Period, periodAfter, periodNamed, quarterAround } from './period.rules.ts';
import { StatsStore } from './stats.store.ts';
import { StreamService } from './stream.service.ts';

type NamedPeriod = Period & { readonly code: string };
const kind = 'close-period';
/** How long a period that is due waits before it looks again whether all has been heard. */
const waitMs = 2_000;
const heardTopics = [...new Set(heardEvents.map((definition) => definition.topic))];

/**
 * Closes months and quarters on the 3rd working day after them (R-4-12): their figures stay as they are then, whatever is heard later (R-10-1). Each period sets
 * the timer of the next, so that after days of downtime every one is closed, once, whichever replica does it. A period does not close before all has been
 * heard that was in the log when it fell due: a service that is behind would freeze figures that were never so.
 */
@Injectable()
export class PeriodClosing implements OnApplicationBootstrap {
  /** How far the log reached when a period fell due here. */
  private readonly ends = new Map<string, readonly LogEnd[]>();

  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly periods: ClosedPeriodStore,
    private readonly stats: StatsStore,
    private readonly stream: StreamService,
    private readonly context: ServiceContext,
    @Inject(EVENT_LOG) private readonly log: EventLog,
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
      if (!(await this.hasHeardAll(tx, code))) {
        await this.timers.set(tx, kind, [{ reference: code, dueAt: new Date(this.clock.now().getTime() + waitMs) }]);
        continue;
      }
      const period: NamedPeriod = { ...periodNamed(code), code };
      if (await this.periods.close(tx, period, this.clock.now())) {
        const query = {
          buckets: bucketsOf(period),
          from: period.from,
          past: bucketsBefore(period, today),
          today,
          listCode: undefined,
          departments: undefined,
        };
        await this.periods.saveCounts(tx, code, await this.stats.countPeriod(tx, query));
        await this.periods.saveLists(tx, code);
      }
      await this.ensure(tx, [periodAfter(period)]);
    }
  }

  private async hasHeardAll(tx: Transaction, code: string): Promise<boolean> {
    const ends = this.ends.get(code);
    // The log is asked outside of the transaction; the next look finds the answer.
    if (ends === undefined) tx.afterCommit(() => void this.noteEnds(code));
    if (ends === undefined || !(await this.periods.hasHeard(tx, this.context.name, ends))) return false;
    this.ends.delete(code);
    return true;
  }

  private async noteEnds(code: string): Promise<void> {
    try {
      const found = await Promise.all(heardTopics.map(async (topic) => ({ topic, offsets: await this.log.endOffsets(topic) })));
      const ends = found.flatMap(({ topic, offsets }) => [...offsets].map(([partition, nextOffset]) => ({ topic, partition, nextOffset })));
      this.ends.set(code, ends);
    } catch (error) {
      this.context.logger.warn({ err: error, period: code }, 'the log did not say how far it reaches: the period stays open until it does');
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
