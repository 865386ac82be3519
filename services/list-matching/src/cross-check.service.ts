import { endOfDayBeijing } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { excludeHonour } from './activation.ts';
import { advanceRun, beginRun, findHonoursAfter, findRun } from './cross-check.store.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import { isInForce } from './list-entry.rules.ts';
import { findStanding } from './list-entry.store.ts';
import { ListTerms } from './terms.ts';

const timerKind = 'red-black-cross-check';
/** Honours that are checked in one transaction. */
const pageSize = 200;
const hourMs = 3_600_000;
const nightly = 'nightly';

/**
 * R-2-10 (d): every night all honours in force are checked against the black lists again, page by page. One run per night, whichever replica is awake;
 * nights that were missed are made good by one run when the service comes back.
 */
@Injectable()
export class CrossCheckService implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly timers: Timers,
    private readonly changes: EntryChange,
    private readonly writer: EntryWriter,
  ) {
    timers.register(timerKind, (tx) => this.run(tx));
  }

  /** A night that is due already keeps its timer: it fires at once. Only a first start sets one, before anything can have been changed. */
  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) =>
      this.timers.ensure(tx, timerKind, [{ reference: nightly, dueAt: this.nextNight(this.terms.firstCrossCheckHour) }]),
    );
  }

  /** One page; sets the timer again, for the next page at once or for the next night. */
  private async run(tx: Transaction): Promise<void> {
    const today = this.clock.today();
    const now = this.clock.now();
    const run = (await findRun(tx, today)) ?? (await beginRun(tx, today, now));
    if (run.finished_at !== null) {
      await this.timers.set(tx, timerKind, [{ reference: nightly, dueAt: this.nextNight() }]);
      return;
    }
    const seen = await findHonoursAfter(tx, run.after_entry_id, pageSize);
    const excluded = await this.check(
      tx,
      seen.map((honour) => honour.subject_id),
    );
    const last = seen.at(-1);
    const isOver = seen.length < pageSize;
    await advanceRun(tx, today, { after: last?.id ?? run.after_entry_id, checked: seen.length, excluded, finishedAt: isOver ? now : null });
    await this.timers.set(tx, timerKind, [{ reference: nightly, dueAt: isOver ? this.nextNight() : now }]);
  }

  /** Excludes the honours of these subjects that meet a black entry in force; answers how many. */
  private async check(tx: Transaction, subjectIds: readonly string[]): Promise<number> {
    const ids = [...new Set(subjectIds)];
    await lockLanes(tx, ids);
    const work = this.changes.newWork('timer:red-black-cross-check');
    const bySubject = Map.groupBy(
      (await findStanding(tx, ids)).map((row) => work.take(row)),
      (entry) => entry.row.subject_id,
    );
    let excluded = 0;
    for (const entries of bySubject.values()) {
      const black = entries.find(({ row }) => row.list_type === 'BLACK' && isInForce(row.status));
      if (black === undefined) continue;
      for (const red of entries.filter(({ row }) => row.list_type === 'RED' && isInForce(row.status))) {
        work.say(excludeHonour(work, red, black.row));
        excluded += 1;
      }
    }
    await this.writer.write(tx, work);
    return excluded;
  }

  private nextNight(hourOfDay = this.terms.crossCheckHour): Date {
    const hour = hourOfDay * hourMs;
    const startOfToday = endOfDayBeijing(this.clock.today()).getTime() - 24 * hourMs;
    const tonight = new Date(startOfToday + hour);
    return tonight > this.clock.now() ? tonight : new Date(tonight.getTime() + 24 * hourMs);
  }
}
