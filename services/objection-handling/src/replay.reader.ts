import { type Page, type Principal, ProblemError, type ReplayChange } from '@lianxin/contracts';
import { decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { allowedReplayActions } from './replay.rules.ts';
import type { DiffPage, DiffQuery, DiffRow, ReplayQuery, ReplaySummary, ReplayView } from './replay.schemas.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';
import { replayStatusZh } from './replay.words.ts';
import { ReplayCaseStore } from './replay-case.store.ts';
import { storyOf } from './replay-figures.rules.ts';
import { ReplayRowStore, type StoredRow } from './replay-row.store.ts';

const pageCursor = z.tuple([z.iso.datetime(), z.uuid()]);
const rowCursor = z.tuple([z.uuid(), z.int()]);
/** Cases that could not be settled and are named in the view. */
const shownFailures = 20;

/** Reads replays for people. Row security narrows what each sees. */
@Injectable()
export class ReplayReader {
  constructor(
    private readonly store: ReplayStore,
    private readonly cases: ReplayCaseStore,
    private readonly rows: ReplayRowStore,
  ) {}

  async view(tx: Transaction, row: ReplayRow): Promise<ReplayView> {
    const counts = await this.cases.countStates(tx, row.id);
    const of = (...states: (keyof typeof counts)[]) => states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
    const failed = of('FAILED');
    const failures = failed === 0 ? [] : await this.cases.findPage(tx, row.id, undefined, shownFailures, true);
    const steps = await this.store.findFacts(tx, row.id);
    return {
      ...summaryOf(row),
      progress: { cases: row.cases, asked: row.cases - of('WAITING', 'SKIPPED'), answered: of('ANSWERED', 'CARRIED', 'DONE'), failed },
      figures: row.figures === null ? null : { ...row.figures, departments: [...row.figures.departments] },
      toConfirm: row.departments,
      confirmations: row.confirmations,
      failures: failures.map((one) => ({ entryId: one.entry_id, number: one.number, detail: one.detail })),
      steps: steps.map((fact) => ({
        ...{ version: fact.version, action: fact.action, from: fact.from_status, to: fact.to_status, at: fact.at.toISOString() },
        ...{ actor: fact.actor, unit: fact.unit, detail: fact.detail },
      })),
      allowed: allowedReplayActions(row.status).filter((action) => !/^FINISH|^REFUSE/.test(action)),
    };
  }

  /** @throws ProblemError CURSOR_INVALID */
  async page(tx: Transaction, _principal: Principal, query: ReplayQuery): Promise<Page<ReplaySummary>> {
    const [at, id] = query.cursor === undefined ? [] : decodeCursor(pageCursor, query.cursor);
    const after = at === undefined || id === undefined ? undefined : { at, id };
    const rows = await this.store.findPage(tx, query, after, query.limit + 1);
    return pageOf(rows, query.limit, (row) => [row.requested_at.toISOString(), row.id], summaryOf);
  }

  /** @throws ProblemError CURSOR_INVALID */
  async difference(tx: Transaction, replay: ReplayRow, query: DiffQuery): Promise<DiffPage> {
    const [entryId, place] = query.cursor === undefined ? [] : decodeCursor(rowCursor, query.cursor);
    const after = entryId === undefined || place === undefined ? undefined : { entryId, place };
    const filter = { look: query.look, actions: query.action, departmentCode: query.departmentCode, onlyChanges: query.onlyChanges };
    const rows = await this.rows.findPage(tx, replay.id, filter, after, query.limit + 1);
    const page = pageOf(rows, query.limit, (row) => [row.entry_id, row.place], diffRowOf);
    const { story } = summaryOf(replay);
    const figures = replay.figures === null ? null : { ...replay.figures, departments: [...replay.figures.departments] };
    return { data: [...page.data], page: page.page, story, figures };
  }

  /** @throws ProblemError NOT_FOUND, CURSOR_INVALID */
  async differenceOf(tx: Transaction, replayId: string, query: DiffQuery): Promise<DiffPage> {
    const replay = await this.store.find(tx, replayId);
    if (replay === undefined) throw new ProblemError('NOT_FOUND', '没有该回放，或与本部门无关');
    return this.difference(tx, replay, query);
  }
}

export function diffRowOf(row: StoredRow): DiffRow {
  const { kind, action, id, departmentCode, facts } = JSON.parse(row.line) as Omit<DiffRow, 'look' | 'entryId'>;
  return { look: row.look, entryId: row.entry_id, kind, action, id, departmentCode, facts };
}

export function summaryOf(row: ReplayRow): ReplaySummary {
  return {
    ...{ id: row.id, version: row.version, status: row.status, statusZh: replayStatusZh[row.status], paused: row.paused },
    ...{ scope: row.scope, change: row.change, ground: row.ground, documentNo: row.document_no, reason: row.reason },
    ...{
      ticketNo: row.ticket_no,
      sideEffects: row.side_effects,
      requestedBy: row.requested_by,
      requestedAt: row.requested_at.toISOString(),
    },
    cases: row.cases,
    story: row.figures === null ? null : storyOf(questionZh(row.change), row.figures, row.side_effects),
    ...{ sha256: row.sha256, approvedBy: row.approved_by, approvedOn: row.approved_on, appliedOn: row.applied_on, detail: row.detail },
  };
}

/** What is taken to be otherwise, as the story begins. */
export function questionZh(change: ReplayChange): string {
  switch (change.kind) {
    case 'NOTHING':
      return '按现有事实原样重算';
    case 'VOID_ENTRY':
      return change.effect === 'VOID' ? '按该记录自始无效重算' : '按该记录的依据已撤销重算';
    case 'CORRECT_ENTRY':
      return `按更正后的${Object.keys(change.facts).join('、')}重算`;
    case 'CATALOGUE_VERSION':
      return `用第 ${change.version} 版清单重算`;
  }
}
