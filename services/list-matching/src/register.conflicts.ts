import { randomUUIDv7 } from 'node:crypto';
import { maskName, type Principal } from '@lianxin/contracts';
import { Clock, contentHash, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { EntryWriter } from './entry.writer.ts';
import { EntryWork } from './entry-work.ts';
import { exitedEvent, receivedEvent } from './list-entry.events.ts';
import type { CandidateRow, NewCandidate } from './match-candidate.store.ts';
import { conflictCandidate, severityOf } from './match-review.rules.ts';
import { MatchReviewService } from './match-review.service.ts';
import { type ReviewDecision, type ReviewSource, ReviewSources, type SourceView } from './match-review.sources.ts';
import { doubtedOf, holdInDoubt, releaseFromDoubt } from './register.doubt.ts';
import { findLiveEntries } from './register.entries.store.ts';
import type { CleanChange } from './register-change.rules.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { findSubjects, type SubjectRow } from './subject.store.ts';

/** Unit of the credit office: what the register asks belongs to no designating unit. */
const office = 'FGW';

/** R-11-1a: the register knows a number under another name than the decision that brought it here. */
@Injectable()
export class RegisterConflicts implements ReviewSource {
  readonly kind = 'REGISTER';
  /** Takes the register row that was in doubt; set by the service that owns register rows. */
  takeRow: ((tx: Transaction, principal: Principal, change: CleanChange) => Promise<void>) | undefined;

  constructor(
    sources: ReviewSources,
    private readonly personalData: PersonalData,
    private readonly clock: Clock,
    private readonly reviews: MatchReviewService,
    private readonly writer: EntryWriter,
  ) {
    sources.register(this);
  }

  /** Puts the row before a person. The caller holds the lane of the subject. The same row again is the same question. */
  async open(tx: Transaction, principal: Principal, subject: SubjectRow, change: CleanChange): Promise<void> {
    const isPerson = subject.kind === 'PERSON';
    const entries = await acrossDepartments(tx, () => findLiveEntries(tx, [subject.id]));
    const candidate: NewCandidate = {
      ...conflictCandidate,
      id: randomUUIDv7(),
      source_kind: this.kind,
      source_id: subject.id,
      record_id: contentHash([subject.id, change.name, change.effectiveOn]),
      entry_id: null,
      party_id: null,
      subject_id: subject.id,
      severity: Math.max(0, ...entries.map((entry) => severityOf(entry.list_type))),
      decision_name: isPerson ? null : change.name,
      decision_sealed: isPerson ? this.personalData.seal({ name: change.name, idType: '', idNumber: '' }) : null,
      decision_name_masked: isPerson ? maskName(change.name) : null,
      record_sealed: this.personalData.sealText(JSON.stringify(change)),
      department_code: office,
    };
    const wasDoubted = (await doubtedOf(tx, [subject.id])).size > 0;
    const opened = await this.reviews.open(tx, [candidate], principal.id);
    if (opened.length === 0 || wasDoubted) return;
    await acrossDepartments(tx, async () => {
      const work = this.newWork(principal.id);
      holdInDoubt(
        work,
        entries.map((row) => work.take(row)),
        this.clock.calendar(),
      );
      await this.writer.write(tx, work);
    });
  }

  async lanesOf(_tx: Transaction, candidate: CandidateRow): Promise<readonly string[]> {
    return [candidate.source_id];
  }

  /** The decision and the register mean the same: the register's name is taken, the entries go on. */
  async same(tx: Transaction, candidate: CandidateRow, { principal }: ReviewDecision): Promise<void> {
    await this.take(tx, principal, candidate);
    if ((await doubtedOf(tx, [candidate.subject_id])).size > 0) return;
    const work = this.newWork(principal.id);
    const entries = await findLiveEntries(tx, [candidate.source_id]);
    await releaseFromDoubt(
      tx,
      work,
      entries.map((row) => work.take(row)),
    );
    await this.writer.write(tx, work);
  }

  /** The decisions meant somebody else and gave a number that is not theirs: their entries were wrong from the start (T18). */
  async different(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision): Promise<void> {
    await this.voidEntries(tx, candidate, decision);
    await this.take(tx, decision.principal, candidate);
  }

  async undo(tx: Transaction, candidate: CandidateRow, decision: ReviewDecision): Promise<void> {
    await this.voidEntries(tx, candidate, decision);
  }

  async describe(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
    const subjects = new Map((await findSubjects(tx, [...new Set(candidates.map((row) => row.source_id))])).map((row) => [row.id, row]));
    return new Map(
      candidates.map((row) => [row.id, { number: subjects.get(row.source_id)?.uscc_code ?? '', listCode: null, partyRole: null }]),
    );
  }

  private async take(tx: Transaction, principal: Principal, candidate: CandidateRow): Promise<void> {
    const change = JSON.parse(this.personalData.openText(candidate.record_sealed ?? '')) as CleanChange;
    await this.takeRow?.(tx, principal, change);
  }

  private newWork(actor: string): EntryWork {
    return new EntryWork({ actor, now: this.clock.now(), today: this.clock.today() });
  }

  private async voidEntries(tx: Transaction, candidate: CandidateRow, { principal, reason }: ReviewDecision): Promise<void> {
    const work = this.newWork(principal.id);
    for (const row of await findLiveEntries(tx, [candidate.source_id])) {
      const entry = work.take(row);
      if (row.activated_on === null) {
        work.step(entry, 'WITHDRAW', { reason: 'IDENTITY_FAILED', candidate: candidate.id });
        row.reason = 'IDENTITY_FAILED';
        work.say(receivedEvent(row, work.acting));
        continue;
      }
      work.step(entry, 'CORRECT', { ground: 'DESIGNATION_WRONG', by: 'PLATFORM', candidate: candidate.id, reason });
      work.say(
        exitedEvent(row, { ground: 'DESIGNATION_WRONG', documentNo: null, exitedOn: work.acting.today, byEntryId: null }, work.acting),
      );
    }
    await this.writer.write(tx, work);
  }
}
