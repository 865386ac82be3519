import { randomUUIDv7 } from 'node:crypto';
import { addDays, beijingDate, endOfDayBeijing } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { EntryWriter } from './entry.writer.ts';
import { EntryWork } from './entry-work.ts';
import { receivedEvent } from './list-entry.events.ts';
import { type EntryRow, findEntries, findParties } from './list-entry.store.ts';
import { findCandidatesOfEntry, insertCandidates, isOpen } from './match-candidate.store.ts';
import { reviewRequestedEvent } from './match-review.events.ts';
import { candidateHead } from './match-review.rules.ts';
import { settingsOn } from './match-setting.rules.ts';
import { findMatchSettings } from './match-setting.store.ts';
import { UncertainRecords } from './match-uncertain.ts';
import { findSubjects } from './subject.store.ts';

const retryTimer = 'match-retry';
/** Behind the end of a day (24:00 Beijing time), by so much: 02:30. */
const nightMs = 2.5 * 3_600_000;

/** Records that mean nobody known are looked up again every night, for `match.retry_days` days (§11.3 NONE); then they go back to their unit (T5). */
@Injectable()
export class UnmatchedRetry {
  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly uncertain: UncertainRecords,
    private readonly writer: EntryWriter,
  ) {
    timers.register(retryTimer, (tx, entryIds) => this.run(tx, entryIds));
  }

  /** Entries whose subject is nobody yet. */
  async watch(tx: Transaction, entryIds: readonly string[]): Promise<void> {
    if (entryIds.length === 0) return;
    const dueAt = new Date(endOfDayBeijing(this.clock.today()).getTime() + nightMs);
    await this.timers.set(
      tx,
      retryTimer,
      entryIds.map((reference) => ({ reference, dueAt })),
    );
  }

  private async run(tx: Transaction, entryIds: readonly string[]): Promise<void> {
    const before = await findEntries(tx, entryIds);
    await lockLanes(
      tx,
      before.map((row) => row.subject_id),
    );
    const work = new EntryWork({ actor: 'timer:match-retry', now: this.clock.now(), today: this.clock.today() });
    const days = settingsOn(await findMatchSettings(tx), work.acting.today)['match.retry_days'];
    const again: string[] = [];
    for (const row of await findEntries(tx, entryIds)) {
      const [subject] = await findSubjects(tx, [row.subject_id]);
      if (row.status !== 'CHECKING' || subject === undefined || subject.identified) continue;
      const waits = await this.lookUp(tx, work, row, this.uncertain.recordOf(subject, row.decision_date));
      if (waits || work.acting.today <= addDays(beijingDate(row.received_at), days)) again.push(row.id);
      else giveUp(work, row);
    }
    await this.writer.write(tx, work);
    await this.watch(tx, again);
  }

  /** @returns whether somebody has still to decide about a candidate */
  private async lookUp(
    tx: Transaction,
    work: EntryWork,
    row: EntryRow,
    record: Parameters<UncertainRecords['hashOf']>[0] & { decisionDate: string | null },
  ): Promise<boolean> {
    const [found = []] = await this.uncertain.find(tx, [record]);
    const subject = (await findParties(tx, [row.id])).find((party) => party.role === 'SUBJECT');
    if (subject === undefined) throw new Error('an entry without its subject');
    const known = (await findCandidatesOfEntry(tx, row.id)).filter(isOpen);
    const fresh = found
      .filter((candidate) => !known.some((other) => other.subject_id === candidate.subject_id))
      .map((candidate) => ({ ...candidate, ...candidateHead(row, subject), id: randomUUIDv7() }));
    const opened = await insertCandidates(tx, fresh);
    for (const candidate of opened) work.say(reviewRequestedEvent(candidate, work.acting.actor));
    return known.length + opened.length > 0;
  }
}

/** T5: nobody was found in all this time. A draft goes back for completion, a record that came complete ends. */
function giveUp(work: EntryWork, row: EntryRow): void {
  const entry = work.take(row);
  work.step(entry, 'FAIL_IDENTITY', { reason: 'UNMATCHED' });
  if (row.draft_sealed === null) work.step(entry, 'WITHDRAW', { reason: 'UNMATCHED' });
  row.reason = 'IDENTITY_UNMATCHED';
  work.close(entry, 'IDENTITY_REVIEW');
  work.say(receivedEvent(row, work.acting));
}
