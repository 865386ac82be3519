import { randomUUIDv7 } from 'node:crypto';
import { checkOverridden, type LianxinEvent, ProblemError } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { EntryWriter } from './entry.writer.ts';
import { EntryWork } from './entry-work.ts';
import { exitedEvent } from './list-entry.events.ts';
import { isInForce } from './list-entry.rules.ts';
import { findEntries, findParties, type PartyRow } from './list-entry.store.ts';
import { type CandidateRow, findCandidatesOfRecord } from './match-candidate.store.ts';
import { describeEntries } from './match-review.entries.ts';
import { matchDecidedEvent } from './match-review.events.ts';
import { MatchReviewService } from './match-review.service.ts';
import { type ReviewDecision, type ReviewSource, ReviewSources, type SourceView } from './match-review.sources.ts';
import { findRegisterVersion } from './match-review.store.ts';
import { findMergedInto, findSubjects } from './subject.store.ts';
import { doubtCandidate, type Overridden, rememberedAnswer, windowDoubtKind } from './window-doubt.candidate.ts';

/**
 * What clerks doubt (product §B.9): "not the same subject" at a window opens one review per entry and party, and what the credit office finds is
 * remembered. Hears `check.overridden`; the same event twice, or of an entry that has ended, does nothing.
 */
@Injectable()
export class WindowDoubts implements ReviewSource {
  readonly kind = windowDoubtKind;

  constructor(
    consumer: EventConsumer,
    sources: ReviewSources,
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    private readonly reviews: MatchReviewService,
    private readonly writer: EntryWriter,
  ) {
    sources.register(this);
    consumer.register({
      types: [checkOverridden],
      handle: async (tx, events) => {
        for (const event of events)
          if (isEvent(event, checkOverridden) && event.data.reason === 'not_same_subject') await this.hear(tx, event, event.data);
      },
    });
  }

  /** The entry's lanes, and the subject's own come with the candidate. */
  async lanesOf(tx: Transaction, candidate: CandidateRow): Promise<readonly string[]> {
    const [entry] = await findEntries(tx, [candidate.source_id]);
    return entry?.subject_id == null ? [] : [entry.subject_id];
  }

  /** The prompt was right: the entry goes on as it did, and windows ask again. */
  async same(): Promise<void> {}

  /**
   * The entry means somebody else: void from the start as an error of the platform, all its tasks are cancelled (T18, R-11-4). A person who is only named
   * in it is for the designating unit to correct; once that is done, or where it never bound them (R-2-15), the answer is kept and nothing is to be done.
   * @throws ProblemError CONFLICT while the entry binds a party that is not the subject itself
   */
  async different(tx: Transaction, candidate: CandidateRow, { principal, reason }: ReviewDecision): Promise<void> {
    const [row] = await findEntries(tx, [candidate.source_id]);
    if (row === undefined) throw new Error('a doubt without an entry');
    if (!isInForce(row.status)) return;
    const party = (await findParties(tx, [row.id])).find((one) => one.id === candidate.party_id);
    if (party === undefined) return;
    if (party.role !== 'SUBJECT') {
      if (!party.named || !party.served) return;
      throw new ProblemError('CONFLICT', `${row.number} 的相关当事人由认定单位更正：请其提出更正（parties），更正后再作此认定`);
    }
    const work = new EntryWork({ actor: principal.id, now: this.clock.now(), today: this.clock.today() });
    const entry = work.take(row);
    row.parties_continue = false;
    row.disputed = false;
    work.step(entry, 'CORRECT', { ground: 'DESIGNATION_WRONG', by: 'PLATFORM', candidate: candidate.id, reason });
    const exit = { ground: 'DESIGNATION_WRONG', documentNo: null, exitedOn: work.acting.today, byEntryId: null } as const;
    work.say(exitedEvent(row, exit, work.acting));
    await this.writer.write(tx, work);
  }

  /** "The same" was wrong after all (R-11-4). */
  async undo(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision): Promise<void> {
    await this.different(tx, candidate, decision);
  }

  describe(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
    return describeEntries(tx, candidates);
  }

  private async hear(tx: Transaction, event: LianxinEvent, told: Overridden): Promise<void> {
    const { entryId, subjectId, level } = told.prompt;
    // What restricts nobody (identity not certain, held, a reward) leaves nothing to review.
    if (level !== 'BLOCK' && level !== 'REVIEW') return;
    const [before] = await findEntries(tx, [entryId]);
    if (before === undefined) throw new ProblemError('NOT_FOUND', `窗口反映的名单记录 ${entryId} 不存在`);
    await lockLanes(tx, [before.subject_id, subjectId]);
    const [entry] = await findEntries(tx, [entryId]);
    if (entry === undefined || !isInForce(entry.status)) return;
    const party = await this.partyOf(tx, entryId, subjectId);
    const [subject] = await findSubjects(tx, [subjectId]);
    // It was found to mean somebody else meanwhile.
    if (party === undefined || subject === undefined) return;
    const version = await findRegisterVersion(tx, subjectId);
    const known = await findCandidatesOfRecord(tx, windowDoubtKind, party.id);
    const remembered = rememberedAnswer(known, subjectId, version);
    if (remembered === undefined) {
      // One that waits already is passed over.
      await this.reviews.open(tx, [doubtCandidate(randomUUIDv7(), told, entry, party, subject, version)], event.actor ?? event.source);
      return;
    }
    // Who doubts once more hears what was found; nobody is asked again.
    const verdict = remembered.status === 'CONFIRMED' ? 'SAME' : 'DIFFERENT';
    const again = matchDecidedEvent(remembered, verdict, remembered.decided_by ?? windowDoubtKind);
    await this.outbox.publish(tx, [{ ...again, cause: event }]);
  }

  /** The party of the entry that is this subject, or one that has been merged into it or it into. */
  private async partyOf(tx: Transaction, entryId: string, subjectId: string): Promise<PartyRow | undefined> {
    const [subject] = await findSubjects(tx, [subjectId]);
    const aliases = await findMergedInto(tx, [subjectId]);
    const ids = new Set([subjectId, ...(subject?.merged_into == null ? [] : [subject.merged_into]), ...aliases.map((alias) => alias.id)]);
    return (await findParties(tx, [entryId])).find((party) => ids.has(party.subject_id));
  }
}
