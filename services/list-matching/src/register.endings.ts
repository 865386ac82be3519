import { listEntryNarrowed } from '@lianxin/contracts';
import { newEvent } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { EntryWriter } from './entry.writer.ts';
import { type EntryInWork, EntryWork } from './entry-work.ts';
import { exitedEvent, headOf, receivedEvent } from './list-entry.events.ts';
import { findParties, type PartyRow } from './list-entry.store.ts';
import { closeCandidatesOfEntries } from './match-candidate.store.ts';
import { boundBeyondSubject } from './register.ending.rules.ts';
import { findLiveEntries } from './register.entries.store.ts';
import { isEnded } from './register.rules.ts';
import { acrossDepartments } from './row-scope.store.ts';
import type { SubjectRow } from './subject.store.ts';

/** T22: deregistration and death end the live entries of the subject; the persons whom a decision names are still bound. */
@Injectable()
export class RegisterEndings {
  constructor(
    private readonly clock: Clock,
    private readonly writer: EntryWriter,
  ) {}

  /**
   * Ends every live entry of the subject. The caller holds its lane.
   * @returns numbers of the entries that ended
   */
  async endEntriesOf(tx: Transaction, actor: string, subject: SubjectRow, documentNo: string | null): Promise<string[]> {
    return acrossDepartments(tx, async () => {
      const rows = await findLiveEntries(tx, [subject.id]);
      if (rows.length === 0) return [];
      const work = new EntryWork({ actor, now: this.clock.now(), today: this.clock.today() });
      const parties = Map.groupBy(
        await findParties(
          tx,
          rows.map((row) => row.id),
        ),
        (party) => party.entry_id,
      );
      const end = { subjectStatus: subject.status, on: subject.status_on ?? work.acting.today, documentNo };
      for (const row of rows) await endForSubject(tx, work, work.take(row), parties.get(row.id) ?? [], end);
      await this.writer.write(tx, work);
      return rows.map((row) => row.number);
    });
  }
}

/** Entries that came into force just now for a subject that was gone before (§11.3): closed for it at once, in force for who is named beside it. */
export async function closeForEnded(tx: Transaction, work: EntryWork, subject: SubjectRow): Promise<void> {
  if (!isEnded(subject.status)) return;
  for (const entry of work.newlyActivated.filter(({ row }) => row.subject_id === subject.id)) {
    const parties = work.parties.filter((party) => party.entry_id === entry.row.id);
    const known = parties.length > 0 ? parties : await findParties(tx, [entry.row.id]);
    await endForSubject(tx, work, entry, known, { subjectStatus: subject.status, on: work.acting.today, documentNo: null });
  }
}

/** What ended a subject: the register's row, or the designating unit's own notice. */
export interface SubjectEnd {
  readonly subjectStatus: string;
  readonly on: string;
  readonly documentNo: string | null;
}

/** One entry of a subject that is gone. It runs on for whoever is bound beside the subject, is over for all otherwise. */
export async function endForSubject(
  tx: Transaction,
  work: EntryWork,
  entry: EntryInWork,
  parties: readonly PartyRow[],
  end: SubjectEnd,
): Promise<void> {
  const { row } = entry;
  const { documentNo, on } = end;
  const wasInForce = row.status === 'ACTIVE' || row.status === 'SUSPENDED';
  const { ended, bound } = boundBeyondSubject(row.list_type, parties);
  const continues = wasInForce && bound.length > 0;
  // Said before the step: whoever is still bound is spared as before while the entry is disputed (R-6-4).
  if (continues) row.parties_continue = true;
  work.step(entry, 'END_SUBJECT', { ground: 'SUBJECT_ENDED', ...end, ...(continues ? { stillBound: bound.length } : {}) });
  if (continues) {
    const data = {
      ...headOf(row),
      ground: 'SUBJECT_ENDED' as const,
      documentNo,
      narrowedOn: on,
      endedPartyIds: ended.map((party) => party.id),
    };
    work.say(newEvent({ definition: listEntryNarrowed, key: row.subject_id, data, actor: work.acting.actor }));
  } else if (wasInForce) {
    work.say(exitedEvent(row, { ground: 'SUBJECT_ENDED', documentNo, exitedOn: on, byEntryId: null }, work.acting));
  } else {
    row.reason = 'SUBJECT_ENDED';
    await closeCandidatesOfEntries(tx, [row.id], { reason: 'SUBJECT_ENDED', by: work.acting.actor, at: work.acting.now });
    work.say(receivedEvent(row, work.acting));
  }
}
