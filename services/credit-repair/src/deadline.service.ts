import { type RepairDeadlineKind, repairDeadlineKinds, repairDeadlineMissed } from '@lianxin/contracts';
import { CalendarCopy, Timers } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { deadlineTimer, type RepairWork, RepairWriter } from './repair.work.ts';
import { missDeadline } from './repair.write.store.ts';
import { sayRefused, usualRemedyZh } from './repair-step.service.ts';
import { moveTerms, readTerms } from './repair-term.store.ts';

/** What happens when a time limit of §5.5 passes: the unit's own stays open and is told once; the applicant's ends the application. */
@Injectable()
export class DeadlineService {
  constructor(
    private readonly writer: RepairWriter,
    timers: Timers,
    calendars: CalendarCopy,
  ) {
    timers.register(deadlineTimer, (tx, references) => this.passed(tx, references));
    // R-7-3: computed again when the working-day table of a year has been loaded.
    calendars.recount('repair_deadline', { timer: deadlineTimer, read: readTerms, move: moveTerms });
  }

  private async passed(tx: Transaction, references: readonly string[]): Promise<void> {
    for (const reference of references) {
      const [id = '', kindText] = reference.split('/');
      const kind = repairDeadlineKinds.find((known) => known === kindText);
      const work = kind === undefined ? undefined : await this.writer.take(tx, id, `timer:${deadlineTimer}`);
      if (work === undefined || kind === undefined) continue;
      // Moved, kept or told before: nothing happens.
      const dueOn = await missDeadline(tx, id, kind, work.acting.today, work.acting.now);
      if (dueOn === undefined) continue;
      if (kind === 'SUPPLEMENT') this.giveUp(work);
      else this.tell(work, kind, dueOn);
      await this.writer.write(tx, work);
    }
  }

  private tell(work: RepairWork, deadline: RepairDeadlineKind, dueOn: string): void {
    work.say(repairDeadlineMissed, { ...work.head(), deadline, dueOn });
  }

  /** S4: nothing was added in time; the applicant may come again (DEF). */
  private giveUp(work: RepairWork): void {
    if (work.row.status !== 'CORRECTION_REQUESTED') return;
    const reason = `逾期未补正材料：${work.row.supplement?.asked ?? ''}`;
    work.row.refusal = { stage: 'ACCEPTANCE', reason, remedy: usualRemedyZh, documentNo: null };
    work.step('SUPPLEMENT_EXPIRED', { reason }, false);
    sayRefused(work, 'ACCEPTANCE', null);
  }
}
