import { type Page, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import { Clock, decodeCursor, PersonalData, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { activate } from './activation.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { type EntryInWork, EntryWork } from './entry-work.ts';
import { getDefinition } from './list-definition.store.ts';
import { receivedEvent } from './list-entry.events.ts';
import { findEntries, findParties, findStanding } from './list-entry.store.ts';
import {
  type CandidateRow,
  closeCandidatesOfEntry,
  decideCandidates,
  findCandidate,
  findCandidatePage,
  findCandidatesOfEntry,
  logReveal,
} from './match-candidate.store.ts';
import { type CandidateView, viewOf } from './match-candidate.view.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { findSubjects } from './subject.store.ts';

const cursorSchema = z.tuple([z.uuid()]);

/** The review of known numbers under other names: nothing rests on them until a named person has decided (R-11-1). */
@Injectable()
export class MatchCandidateService {
  constructor(
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly writer: EntryWriter,
  ) {}

  async list(
    tx: Transaction,
    status: CandidateRow['status'] | undefined,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<CandidateView>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    const rows = await findCandidatePage(tx, status, after, limit + 1);
    const views = new Map((await this.viewsOf(tx, rows)).map((view) => [view.id, view]));
    return pageOf(
      rows,
      limit,
      (row) => [row.id],
      (row) => views.get(row.id) as CandidateView,
    );
  }

  async get(tx: Transaction, id: string): Promise<CandidateView> {
    const [view] = await this.viewsOf(tx, [await getCandidate(tx, id)]);
    if (view === undefined) throw new Error('a candidate without a view');
    return view;
  }

  /** Both names unmasked, for the person who decides; who asked and what for is kept (R-8-8). */
  async reveal(
    tx: Transaction,
    principal: Principal,
    id: string,
    purpose: string,
  ): Promise<{ registerName: string; decisionName: string }> {
    assertStorable({ purpose });
    const row = await getCandidate(tx, id);
    const [subject] = await findSubjects(tx, [row.subject_id]);
    await logReveal(tx, id, principal.id, purpose);
    const open = (sealed: string | null | undefined) => (sealed ? this.personalData.open(sealed).name : '');
    return { registerName: subject?.name ?? open(subject?.sealed), decisionName: row.decision_name ?? open(row.decision_sealed) };
  }

  /** SAME: with the last open candidate the entry goes on, on the same way as one that was certain from the start. */
  async confirm(tx: Transaction, principal: Principal, id: string, reason: string): Promise<CandidateView> {
    const { work, entry, candidate } = await this.takeOpen(tx, principal, id, reason);
    await decideCandidates(tx, [id], { status: 'CONFIRMED', reason, by: principal.id, at: work.acting.now });
    const all = await findCandidatesOfEntry(tx, candidate.entry_id);
    if (all.every((other) => other.status === 'CONFIRMED')) {
      const { row } = entry;
      if (row.valid_to !== null && row.valid_to < work.acting.today)
        throw new ProblemError('DATE_ORDER', `该记录的有效期已于 ${row.valid_to} 届满，不能再生效；请驳回`);
      const standing = (await acrossDepartments(tx, () => findStanding(tx, [row.subject_id])))
        .filter((other) => other.id !== row.id)
        .map((other) => work.take(other));
      const parties = await findParties(tx, [row.id]);
      const definition = await getDefinition(tx, row.list_code, row.list_version);
      activate(work, entry, parties, definition, standing, { identity: 'CONFIRMED', candidates: all.map((other) => other.id) });
      await this.writer.write(tx, work);
    }
    return this.get(tx, id);
  }

  /** DIFFERENT: the decision means somebody else; the entry goes back and ends, without having had any effect. */
  async dismiss(tx: Transaction, principal: Principal, id: string, reason: string): Promise<CandidateView> {
    const { work, entry } = await this.takeOpen(tx, principal, id, reason);
    await decideCandidates(tx, [id], { status: 'DISMISSED', reason, by: principal.id, at: work.acting.now });
    await closeCandidatesOfEntry(tx, entry.row.id, { reason: 'IDENTITY_FAILED', by: principal.id, at: work.acting.now });
    work.step(entry, 'FAIL_IDENTITY', { candidate: id });
    work.step(entry, 'WITHDRAW', { reason: 'IDENTITY_FAILED' });
    entry.row.reason = 'IDENTITY_FAILED';
    work.say(receivedEvent(entry.row, work.acting));
    await this.writer.write(tx, work);
    return this.get(tx, id);
  }

  /** Locks the subject's lane, then takes candidate and entry as they are now. */
  private async takeOpen(
    tx: Transaction,
    principal: Principal,
    id: string,
    reason: string,
  ): Promise<{ work: EntryWork; entry: EntryInWork; candidate: CandidateRow }> {
    assertStorable({ reason });
    const seen = await getCandidate(tx, id);
    const [before] = await findEntries(tx, [seen.entry_id]);
    await lockLanes(tx, before === undefined ? [] : [before.subject_id]);
    const candidate = await getCandidate(tx, id);
    const [row] = await findEntries(tx, [candidate.entry_id]);
    if (row === undefined) throw new Error('a candidate without an entry');
    if (candidate.status !== 'OPEN') throw new ProblemError('CONFLICT', `该比对已处理：${candidate.status}`);
    const work = new EntryWork({ actor: principal.id, now: this.clock.now(), today: this.clock.today() });
    return { work, entry: work.take(row), candidate };
  }

  private async viewsOf(tx: Transaction, rows: readonly CandidateRow[]): Promise<CandidateView[]> {
    const entryIds = [...new Set(rows.map((row) => row.entry_id))];
    const entries = new Map((await findEntries(tx, entryIds)).map((entry) => [entry.id, entry]));
    const parties = new Map((await findParties(tx, entryIds)).map((party) => [party.id, party]));
    const subjects = new Map(
      (
        await findSubjects(
          tx,
          rows.map((row) => row.subject_id),
        )
      ).map((subject) => [subject.id, subject]),
    );
    return rows.map((row) => viewOf(row, entries.get(row.entry_id), parties.get(row.party_id), subjects.get(row.subject_id)));
  }
}

async function getCandidate(tx: Transaction, id: string): Promise<CandidateRow> {
  const row = await findCandidate(tx, id);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该比对记录，或不属于本部门');
  return row;
}

function assertStorable(request: object): void {
  const [fault, ...others] = findUnstorableTexts(request);
  if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
}
