import { createHash } from 'node:crypto';
import type { LianxinEvent, ReplayChange } from '@lianxin/contracts';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReplayLimits } from './config.ts';
import { foldState } from './journal-state.rules.ts';
import { carriedHow, isRunning, pauseBeforeAskingMs } from './replay.rules.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';
import { type CaseRow, ReplayCaseStore, type Settled } from './replay-case.store.ts';
import {
  type Assessment,
  actingOf,
  completionOf,
  type Difference,
  type DifferenceRow,
  isApproved,
  joinAssessments,
  linesOf,
  versionsOf,
} from './replay-difference.rules.ts';
import { ReplayEntryStore } from './replay-entry.store.ts';
import { journalFindings } from './replay-journal.rules.ts';
import { ReplayJournalStore } from './replay-journal.store.ts';
import { type Look, ReplayRowStore, type StoredRow } from './replay-row.store.ts';
import { windowRestorationsOf } from './restoration.rules.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What one case has come to, with the rows to keep and the look they belong to. */
interface Outcome {
  readonly settled: Settled;
  readonly look: Look;
  /** Undefined: what is stored of this look stays. */
  readonly rows?: readonly DifferenceRow[];
}

/** Joins what the owners answer, case by case, to the difference; compares it with the journal. Set-based: a batch of answers is a handful of statements. */
@Injectable()
export class ReplayJoinService {
  constructor(
    private readonly replays: ReplayStore,
    private readonly cases: ReplayCaseStore,
    private readonly rows: ReplayRowStore,
    private readonly entries: ReplayEntryStore,
    private readonly journals: ReplayJournalStore,
    private readonly limits: ReplayLimits,
    private readonly clock: Clock,
  ) {}

  /** Takes answers in. What belongs to no case, to an earlier round or to another question than the one asked is passed over. */
  async take(tx: Transaction, answers: readonly Assessment[]): Promise<void> {
    const replays = await this.replays.findMany(tx, [...new Set(answers.map((one) => one.replayId))]);
    const keys = answers.map((one) => ({ replay_id: one.replayId, entry_id: one.entryId }));
    const asked = new Map(
      (await this.cases.lock(tx, keys)).filter((one) => one.state === 'ASKED').map((one) => [`${one.replay_id}|${one.entry_id}`, one]),
    );
    const valid = answers.filter((answer) => {
      const one = asked.get(`${answer.replayId}|${answer.entryId}`);
      const replay = replays.get(answer.replayId);
      if (one === undefined || replay === undefined || !isRunning(replay.status)) return false;
      return (
        one.round === answer.round && answer.part <= answer.parts && contentHash(answer.change) === contentHash(questionOf(replay, one))
      );
    });
    if (valid.length === 0) return;
    await this.rows.addAnswers(tx, valid);
    const touched = [...new Set(valid.map((answer) => `${answer.replayId}|${answer.entryId}`))].flatMap((key) => asked.get(key) ?? []);
    await this.join(tx, replays, touched);
  }

  private async join(tx: Transaction, replays: ReadonlyMap<string, ReplayRow>, touched: readonly CaseRow[]): Promise<void> {
    const byCase = new Map<string, Assessment[]>();
    for (const answer of await this.rows.findAnswers(tx, touched)) {
      const key = `${answer.replayId}|${answer.entryId}`;
      byCase.set(key, [...(byCase.get(key) ?? []), answer]);
    }
    const complete = touched.flatMap((one) => {
      const found = byCase.get(`${one.replay_id}|${one.entry_id}`) ?? [];
      const completion = completionOf(found);
      return completion.kind === 'WAIT' ? [] : [{ one, found, completion }];
    });
    if (complete.length === 0) return;
    const assessed = complete.filter(({ completion }) => completion.kind === 'ASSESSED').map(({ one }) => one);
    const journals = assessed.length === 0 ? new Map<string, LianxinEvent[]>() : await this.journals.findJournals(tx, assessed);
    const entries = await this.entries.findMany(
      tx,
      assessed.map((one) => one.entry_id),
    );
    const outcomes = complete.flatMap(({ one, found, completion }): Outcome[] => {
      const replay = replays.get(one.replay_id);
      if (replay === undefined) return [];
      const look = lookOf(replay, one);
      if (completion.kind !== 'ASSESSED') return [this.unassessed(replay, one, look, completion)];
      const terms = entries.get(one.entry_id);
      const events = journals.get(one.entry_id) ?? [];
      const known = { grade: terms?.grade ?? null, validTo: terms?.valid_to ?? null };
      const ends = found.some(({ entries: rows }) => rows.some((row) => row.entryId === one.entry_id && row.action === 'END'));
      const difference = joinAssessments(found, known, ends ? windowRows(one.entry_id, events) : []);
      const state = foldState(events.map((event) => ({ eventId: event.id, type: event.type, data: event.data })));
      return [this.assessed(replay, one, look, found, difference, journalFindings(one.entry_id, found, state, sha256))];
    });
    await this.store(tx, outcomes);
  }

  private unassessed(
    replay: ReplayRow,
    one: CaseRow,
    look: Look,
    { kind, owner, clause, detail }: Exclude<ReturnType<typeof completionOf>, { kind: 'WAIT' | 'ASSESSED' }>,
  ): Outcome {
    const told = [clause, detail].filter((part) => part !== null).join('：') || kind;
    if (kind === 'BEHIND') return { settled: this.again(one, `${owner} 的数据尚未到齐：${told}`), look };
    if (kind === 'UNKNOWN') return { settled: { ...keep(one), state: 'FAILED', detail: `${owner} 没有该名单记录` }, look };
    const row: DifferenceRow = {
      kind: 'CASE',
      action: 'REFUSED',
      id: one.entry_id,
      departmentCode: null,
      facts: { owner, clause, detail },
    };
    const digest = digestOf([row]);
    if (look === 'PROOF') return { settled: { ...keep(one), state: 'FAILED', detail: told }, look, rows: [row] };
    const settled: Settled = {
      ...keep(one),
      state: 'ANSWERED',
      outcome: 'REFUSED',
      detail: told,
      sha256: digest,
      acting: [],
      versions: [],
    };
    const planned = { plan_sha256: digest, changes: false, adds_restriction: false, loses_honour: false, figures: null };
    return { settled: replay.status === 'PLANNING' ? { ...settled, ...planned } : settled, look, rows: [row] };
  }

  private assessed(
    replay: ReplayRow,
    one: CaseRow,
    look: Look,
    answers: readonly Assessment[],
    difference: Difference,
    findings: readonly DifferenceRow[],
  ): Outcome {
    const hasAttempts = one.attempts + 1 < this.limits.attempts;
    // The journal may be behind what an owner has seen, or before it: both are over in a moment.
    if (findings.length > 0 && hasAttempts) return { settled: this.again(one, '与时间线比对不一致，重新核对'), look };
    const rows = [...difference.rows, ...findings];
    if (look === 'PROOF') {
      const isProved = !difference.changes && !rows.some((row) => row.action === 'DIFFERS');
      const isPartly = carriedHow(one) === 'PARTLY';
      if (isProved) return { settled: { ...keep(one), state: 'ANSWERED', detail: isPartly ? one.detail : null }, look, rows: [] };
      // What an owner refused of it is left over: that is told, and ends it.
      if (isPartly && !hasAttempts) return { settled: { ...keep(one), state: 'ANSWERED' }, look, rows };
      return { settled: this.again(one, '执行后复核仍有差异'), look, rows: hasAttempts ? [] : rows };
    }
    const digest = digestOf(difference.rows);
    const [versions, acting] = [versionsOf(answers), actingOf(answers)];
    const settled: Settled = { ...keep(one), state: 'ANSWERED', outcome: 'ASSESSED', detail: null, sha256: digest, versions, acting };
    if (replay.status !== 'PLANNING') return { settled, look, rows: digest === one.plan_sha256 ? [] : rows };
    const { changes, addsRestriction, losesHonour, figures } = difference;
    const planned = { plan_sha256: digest, changes, adds_restriction: addsRestriction, loses_honour: losesHonour, figures };
    return { settled: { ...settled, ...planned, journal_differs: findings.length > 0 }, look, rows };
  }

  /** To be asked again after a pause that grows; at last it counts as not settled. */
  private again(one: CaseRow, detail: string): Settled {
    const attempts = one.attempts + 1;
    const state = attempts >= this.limits.attempts ? 'FAILED' : 'WAITING';
    const dueAt = new Date(this.clock.now().getTime() + pauseBeforeAskingMs(attempts));
    return { ...keep(one), state, attempts, detail, dueAt };
  }

  private async store(tx: Transaction, outcomes: readonly Outcome[]): Promise<void> {
    await this.cases.settle(
      tx,
      outcomes.map(({ settled }) => settled),
    );
    await this.rows.dropAnswers(
      tx,
      outcomes.map(({ settled }) => settled),
    );
    const kept = outcomes.filter(({ rows }) => rows !== undefined);
    const stored = kept.flatMap(({ settled, look, rows = [] }) =>
      linesOf(rows).map(
        ({ row, line }, place): StoredRow => ({
          ...{ replay_id: settled.replay_id, look, entry_id: settled.entry_id, place, kind: row.kind, action: row.action, line },
          department_code: row.departmentCode,
          designating_department: settled.designating_department,
        }),
      ),
    );
    const looks = kept.map(({ settled, look }) => ({ replay_id: settled.replay_id, entry_id: settled.entry_id, look }));
    if (looks.length > 0) await this.rows.replace(tx, looks, stored);
  }
}

/** SHA-256 of the lines of what is approved, joined by line feeds. */
export function digestOf(rows: readonly DifferenceRow[]): string {
  return sha256(
    linesOf(rows.filter(isApproved))
      .map(({ line }) => line)
      .join('\n'),
  );
}

/** What this case was asked: the change, or after anything of it was carried out whether anything is left (change NOTHING). */
export function questionOf(replay: ReplayRow, one: Pick<CaseRow, 'carried_out' | 'refused_by'>): ReplayChange {
  return replay.status === 'PROVING' && carriedHow(one) !== 'NOT_AT_ALL' ? { kind: 'NOTHING' } : replay.change;
}

function lookOf(replay: ReplayRow, one: CaseRow): Look {
  if (replay.status === 'PLANNING') return 'PLAN';
  return replay.status === 'PROVING' && carriedHow(one) !== 'NOT_AT_ALL' ? 'PROOF' : 'CHECK';
}

function keep(one: CaseRow): Settled {
  return { ...one, dueAt: new Date(0) };
}

function windowRows(entryId: string, events: readonly LianxinEvent[]): DifferenceRow[] {
  return windowRestorationsOf(entryId, events).map(
    ({ departmentCode, partyId, partySubjectId, measureCode }): DifferenceRow => ({
      ...{ kind: 'TASK', action: 'RESTORE', id: null, departmentCode },
      facts: { entryId, partyId, partySubjectId, measureCode, keptBy: [], atWindow: true },
    }),
  );
}
