import { randomUUIDv7 } from 'node:crypto';
import { addMonths, type EntryDeadlineKind } from '@lianxin/contracts';
import { CalendarCopy, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { deadlineReference, deadlineTimer, EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import { closeDeadlines, type DeadlineRow, findDeadlines, markMissed, takeDeadlines } from './entry-deadline.store.ts';
import { endDefence, endPublicNotice, takeEffect } from './entry-steps.ts';
import { moveTerms, readTerms } from './entry-term.store.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { isInForce } from './list-entry.rules.ts';
import { deadlineMissedEvent } from './list-entry-life.events.ts';
import { ruleOfList } from './list-rule.data.ts';

/** How soon a time limit is looked at again that somebody is moving. */
const lookAgainMs = 2_000;

/**
 * Time limits that have run out (§2.6): a period ends by itself (T7, T10, T12), a duty that is still undone is told once and stays open. Fired by the timer
 * of any replica, once, also after days of downtime; what is done is decided by the day on which it fires.
 */
@Injectable()
export class EntryDeadlineService {
  constructor(
    private readonly clock: Clock,
    private readonly changes: EntryChange,
    private readonly writer: EntryWriter,
    private readonly timers: Timers,
    calendars: CalendarCopy,
  ) {
    timers.register(deadlineTimer, (tx, references) => this.fire(tx, references));
    // R-7-3: computed again when the working-day table of a year has been loaded.
    calendars.recount('entry_deadline', { timer: deadlineTimer, read: readTerms, move: moveTerms });
  }

  async fire(tx: Transaction, references: readonly string[]): Promise<void> {
    const names = references.map((reference) => {
      const [entryId = '', kind = ''] = reference.split('/');
      return { entryId, kind };
    });
    const work = this.changes.newWork('timer:list-entry-deadline');
    const entries = new Map(
      (
        await this.changes.takeUnderLanes(
          tx,
          work,
          names.map((name) => name.entryId),
        )
      ).map((entry) => [entry.row.id, entry]),
    );
    const open = await this.takeDue(
      tx,
      names.filter((name) => entries.has(name.entryId)),
    );
    const missed: DeadlineRow[] = [];
    for (const row of open) {
      const entry = entries.get(row.entry_id);
      if (entry === undefined) continue;
      if (await this.runOut(tx, work, entry, row.kind)) continue;
      missed.push(row);
      work.say(deadlineMissedEvent(entry.row, row.kind, row.due_on, work.acting));
    }
    if (missed.length > 0) await markMissed(tx, missed, this.clock.now());
    await this.writer.write(tx, work);
  }

  /** Those that are due. One that was moved meanwhile is put off to its day; one that is being moved, until it is known to which. */
  private async takeDue(tx: Transaction, names: readonly { entryId: string; kind: string }[]): Promise<DeadlineRow[]> {
    const isNamed = (row: DeadlineRow) => names.some((name) => name.entryId === row.entry_id && name.kind === row.kind);
    const entryIds = [...new Set(names.map((name) => name.entryId))];
    const now = this.clock.now();
    const taken = (await takeDeadlines(tx, entryIds)).filter(isNamed);
    const known = (await findDeadlines(tx, entryIds)).filter((row) => row.closed_at === null && isNamed(row));
    const moving = known.filter((row) => !taken.some((one) => one.entry_id === row.entry_id && one.kind === row.kind));
    const later = [
      ...taken.filter((row) => row.due_at > now).map((row) => ({ reference: deadlineReference(row), dueAt: row.due_at })),
      ...moving.map((row) => ({ reference: deadlineReference(row), dueAt: new Date(now.getTime() + lookAgainMs) })),
    ];
    if (later.length > 0) await this.timers.set(tx, deadlineTimer, later);
    return taken.filter((row) => row.due_at <= now);
  }

  /** @returns whether the time limit was a period that ends by itself; a duty is only missed */
  private async runOut(tx: Transaction, work: EntryWork, entry: EntryInWork, kind: EntryDeadlineKind): Promise<boolean> {
    switch (kind) {
      case 'DEFENCE_PERIOD':
        endDefence(work, entry);
        return true;
      case 'PUBLIC_NOTICE':
        endPublicNotice(work, entry, (await this.changes.surroundingsOf(tx, work, entry)).standing);
        return true;
      case 'SERVICE_EFFECTIVE':
      case 'RELEASE':
        takeEffect(work, entry, await this.changes.surroundingsOf(tx, work, entry));
        return true;
      case 'RE_EVALUATION':
        await this.reEvaluate(tx, work, entry);
        return true;
      case 'TERM':
      case 'PERFORMANCE_CHECK':
      case 'IDENTITY_REVIEW':
      case 'DEFENCE_REVIEW':
      case 'SERVE_DECISION':
      case 'SHARE_DECISION':
      case 'RED_REVIEW':
      case 'CORRECTION_REVIEW':
        return false;
    }
  }

  /** T20: whether the criteria of an honour without a term still hold is asked again, and again after the same time. */
  private async reEvaluate(tx: Transaction, work: EntryWork, entry: EntryInWork): Promise<void> {
    const { row } = entry;
    const months = ruleOfList(row.list_code, work.acting.today).reEvaluationMonths;
    if (!isInForce(row.status) || months === null) {
      await closeDeadlines(tx, [{ entry_id: row.id, kind: 'RE_EVALUATION' }], work.acting.now);
      return;
    }
    work.reviews.push({ id: randomUUIDv7(), entry, reason: 'RE_EVALUATION', byEntryId: null });
    work.deadlines.push({ entry, kind: 'RED_REVIEW', from: work.acting.today, workdays: 'reviewWorkdays' });
    const dueOn = addMonths(work.acting.today, months);
    work.deadlines.push({ entry, kind: 'RE_EVALUATION', dueOn, at: 'END', provisional: false });
  }
}
