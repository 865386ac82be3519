import { ageOn, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { activate } from './activation.ts';
import { adultAge } from './designation-identity.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { type EntryInWork, EntryWork } from './entry-work.ts';
import { getDefinition } from './list-definition.store.ts';
import { exitedEvent, receivedEvent } from './list-entry.events.ts';
import { type EntryRow, findEntries, findParties, findStanding } from './list-entry.store.ts';
import { type CandidateRow, closeCandidatesOfEntries, findCandidatesOfEntry, isOpen } from './match-candidate.store.ts';
import { identifyParty } from './match-review.entries.store.ts';
import { type ReviewDecision, type ReviewSource, ReviewSources, type SourceView } from './match-review.sources.ts';
import { closeForEnded } from './register.endings.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { findMergedInto, findSubjects, type SubjectRow } from './subject.store.ts';

/** List entries that wait in CHECKING until it is certain whom they mean. */
@Injectable()
export class EntryReviewSource implements ReviewSource {
  readonly kind = 'LIST_ENTRY';

  constructor(
    sources: ReviewSources,
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly writer: EntryWriter,
  ) {
    sources.register(this);
  }

  async lanesOf(tx: Transaction, candidate: CandidateRow): Promise<readonly string[]> {
    const [entry] = await findEntries(tx, [candidate.source_id]);
    const [subject] = await findSubjects(tx, [candidate.subject_id]);
    const merged = await findMergedInto(tx, [candidate.subject_id]);
    const own = entry?.subject_id == null ? [] : [entry.subject_id];
    return [...own, ...(subject?.merged_into == null ? [] : [subject.merged_into]), ...merged.map((row) => row.id)];
  }

  /** With the last question answered the entry goes on, on the same way as one that was certain from the start. */
  async same(tx: Transaction, candidate: CandidateRow, { principal }: ReviewDecision): Promise<void> {
    const { work, entry } = await this.take(tx, candidate, principal);
    const { row } = entry;
    if (row.status !== 'CHECKING') throw new ProblemError('CONFLICT', `${row.number} 当前状态为 ${row.status}，不能再确认`);
    const subjectId = await this.identify(tx, entry, candidate);
    const all = await findCandidatesOfEntry(tx, row.id);
    const parties = await findParties(tx, [row.id]);
    const subjects = await findSubjects(
      tx,
      parties.map((party) => party.subject_id),
    );
    if (all.some(isOpen) || subjects.some((subject) => !subject.identified)) return;
    if (row.valid_to !== null && row.valid_to < work.acting.today)
      throw new ProblemError('DATE_ORDER', `该记录的有效期已于 ${row.valid_to} 届满，不能再生效；请驳回`);
    const aliases = await findMergedInto(tx, [subjectId]);
    const standing = (await acrossDepartments(tx, () => findStanding(tx, [subjectId, ...aliases.map((alias) => alias.id)])))
      .filter((other) => other.id !== row.id)
      .map((other) => work.take(other));
    assertNotTwice(row, standing);
    const confirmed = all.filter((other) => other.status === 'CONFIRMED').map((other) => other.id);
    const definition = await getDefinition(tx, row.list_code, row.list_version);
    activate(work, entry, parties, definition, standing, { identity: 'CONFIRMED', candidates: confirmed });
    const meant = subjects.find((subject) => subject.id === row.subject_id);
    if (meant !== undefined) await closeForEnded(tx, work, meant);
    await this.writer.write(tx, work);
  }

  /**
   * A known number under another name that means somebody else: the entry ends without ever having had an effect. A record without a number goes on
   * waiting while it may still mean another subject, or one that the register learns of later.
   */
  async different(tx: Transaction, candidate: CandidateRow, { principal }: ReviewDecision): Promise<void> {
    if (candidate.grade !== 'CONFLICT') return;
    const { work, entry } = await this.take(tx, candidate, principal);
    await closeCandidatesOfEntries(tx, [entry.row.id], { reason: 'IDENTITY_FAILED', by: principal.id, at: work.acting.now });
    work.step(entry, 'FAIL_IDENTITY', { candidate: candidate.id });
    // T5: a draft goes back for completion; a record that came complete was decided about somebody else.
    if (entry.row.draft_sealed === null) work.step(entry, 'WITHDRAW', { reason: 'IDENTITY_FAILED' });
    entry.row.reason = 'IDENTITY_FAILED';
    work.close(entry, 'IDENTITY_REVIEW');
    work.say(receivedEvent(entry.row, work.acting));
    await this.writer.write(tx, work);
  }

  /** R-11-4: the entry rests on the wrong subject and is corrected as void from the start (T18); every task of it is cancelled or made good. */
  async undo(tx: Transaction, candidate: CandidateRow, { principal, reason }: ReviewDecision): Promise<void> {
    const { work, entry } = await this.take(tx, candidate, principal);
    const { row } = entry;
    if (row.activated_on === null) {
      work.step(entry, 'WITHDRAW', { reason: 'MATCH_WRONG', candidate: candidate.id });
      row.reason = 'MATCH_WRONG';
      work.say(receivedEvent(row, work.acting));
    } else {
      row.parties_continue = false;
      work.step(entry, 'CORRECT', { ground: 'DESIGNATION_WRONG', by: 'PLATFORM', candidate: candidate.id, reason });
      const exit = { ground: 'DESIGNATION_WRONG', documentNo: null, exitedOn: work.acting.today, byEntryId: null } as const;
      work.say(exitedEvent(row, exit, work.acting));
    }
    await this.writer.write(tx, work);
  }

  describe(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
    return describeEntries(tx, candidates);
  }

  /** Whom the party was found to be; the entry of a subject that was nobody until now belongs to it from here on. */
  private async identify(tx: Transaction, entry: EntryInWork, candidate: CandidateRow): Promise<string> {
    const { row } = entry;
    const [subject] = await findSubjects(tx, [candidate.subject_id]);
    const meant = subject?.merged_into ?? candidate.subject_id;
    const [before] = await findSubjects(tx, [row.subject_id]);
    const parties = await findParties(tx, [row.id]);
    const party = parties.find((other) => other.id === candidate.party_id);
    if (subject !== undefined) this.assertGrown(subject, row);
    if (party !== undefined && party.subject_id !== meant) await identifyParty(tx, party.id, meant);
    if (party?.role === 'SUBJECT' && before?.identified === false) row.subject_id = meant;
    return row.subject_id;
  }

  /** R-7-1: whom a masked number means is known only now, and so is the age on the day of the decision. */
  private assertGrown(subject: SubjectRow, row: EntryRow): void {
    if (subject.sealed === null) return;
    const { idNumber } = this.personalData.open(subject.sealed);
    const day = row.decision_date ?? this.clock.today();
    if (/^\d{17}[\dX]$/.test(idNumber) && ageOn(idNumber, day) < adultAge)
      throw new ProblemError('SUBJECT_UNDER_AGE', `决定日期 ${day} 时未满 ${adultAge} 周岁；请认定为不是同一主体，或由认定单位撤回`);
  }

  private async take(tx: Transaction, candidate: CandidateRow, principal: Principal): Promise<{ work: EntryWork; entry: EntryInWork }> {
    const [row] = await findEntries(tx, [candidate.source_id]);
    if (row === undefined || row.subject_id === null) throw new Error('a candidate without an entry');
    const work = new EntryWork({ actor: principal.id, now: this.clock.now(), today: this.clock.today() });
    return { work, entry: work.take(row) };
  }
}

/** R-2-14: whom the record means is known only now, and the same decision may have come with a number meanwhile. */
function assertNotTwice(row: EntryRow, standing: readonly EntryInWork[]): void {
  const same = standing.find(
    (other) => other.row.list_code === row.list_code && other.row.decision_key !== null && other.row.decision_key === row.decision_key,
  );
  if (same !== undefined) throw new ProblemError('DUPLICATE_DECISION', `同一决定已列入：${same.row.number}；请撤回本记录`);
}

/** Of candidates whose record is a list entry: its number and list, and as what the party in question is named in it. */
export async function describeEntries(tx: Transaction, candidates: readonly CandidateRow[]): Promise<ReadonlyMap<string, SourceView>> {
  const ids = [...new Set(candidates.map((row) => row.source_id))];
  const entries = new Map((await findEntries(tx, ids)).map((entry) => [entry.id, entry]));
  const parties = new Map((await findParties(tx, ids)).map((party) => [party.id, party]));
  return new Map(
    candidates.map((row) => {
      const entry = entries.get(row.source_id);
      const partyRole = parties.get(row.party_id ?? '')?.role ?? null;
      return [row.id, { number: entry?.number ?? '', listCode: entry?.list_code ?? null, partyRole }];
    }),
  );
}
