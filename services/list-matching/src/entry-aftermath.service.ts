import {
  addDays,
  type BeginReviewRequest,
  type DocumentedRequest,
  type EndDisputeRequest,
  type EndReviewRequest,
  type ListEntryView,
  type Principal,
  ProblemError,
  reviewZh,
  type StepDocument,
  type UndoRequest,
} from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { markedByOffice, withoutMark } from './dispute.rules.ts';
import { EntryChange } from './entry-change.service.ts';
import { endDisputeInWork } from './entry-correction.ts';
import { assertDocument, assertInState } from './entry-steps.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { reviewOf } from './in-review.rules.ts';
import { bindsAnybody } from './list-entry.rules.ts';
import { expireNow, ListEntryService } from './list-entry.service.ts';
import { type FactRow, findFacts } from './list-entry.store.ts';
import { disputedEvent, performedEvent, reviewEvent } from './list-entry-life.events.ts';
import { ruleOfList } from './list-rule.data.ts';
import { bindsNobodyZh } from './step-list.rules.ts';

type Args<Request> = readonly [tx: Transaction, principal: Principal, id: string, version: number | undefined, request: Request];

/** What may happen to an entry in force beside its end: a dispute (T13), performance, a request for correction; and that it proves void (T18, T19). */
@Injectable()
export class EntryAftermathService {
  constructor(
    private readonly changes: EntryChange,
    private readonly entries: ListEntryService,
  ) {}

  /** T13: an objection was accepted; tasks that rest on this entry alone are held (R-6-4). */
  dispute(...[tx, principal, id, version, request]: Args<DocumentedRequest>): Promise<ListEntryView> {
    return this.changes.change(
      tx,
      principal,
      id,
      version,
      request,
      (_tx, work, entry) => markDisputed(work, entry, request.document),
      'CREDIT_OFFICE',
    );
  }

  /** The office's own mark: what it stood for was dismissed, settled in part or withdrawn. Those of objections that are handled go with their end alone (R-6-4). */
  endDispute(...[tx, principal, id, version, request]: Args<EndDisputeRequest>): Promise<ListEntryView> {
    const { document, outcome } = request;
    return this.changes.change(
      tx,
      principal,
      id,
      version,
      request,
      async (_tx, work, entry) => unmarkDisputed(work, entry, document, outcome, await findFacts(tx, [id])),
      'CREDIT_OFFICE',
    );
  }

  /** T16 guard: the duties have been performed. An entry whose term had run out while they were not ends now. */
  performed(...[tx, principal, id, version, request]: Args<DocumentedRequest>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertInState(entry, 'RECORD_PERFORMANCE');
      assertDocument(request.document, entry, work.acting);
      const { row } = entry;
      work.step(entry, 'RECORD_PERFORMANCE', { document: request.document });
      row.duties_performed_on = request.document.date;
      work.say(performedEvent(entry, request.document, work.acting));
      if (row.valid_to !== null && row.valid_to < work.acting.today) expireNow(work, entry);
    });
  }

  /** R-2-12: the listed asks the unit to correct; it is to answer within the days of its law. Execution goes on meanwhile. */
  requestCorrection(...[tx, principal, id, version, request]: Args<DocumentedRequest>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertInState(entry, 'REQUEST_CORRECTION');
      const { row } = entry;
      if (row.procedure.correctionAskedOn != null) throw new ProblemError('STEP_NOT_READY', '已有待审查的更正申请');
      assertDocument(request.document, entry, work.acting);
      const days = ruleOfList(row.list_code, request.document.date).correctionReviewDays;
      work.step(entry, 'REQUEST_CORRECTION', { document: request.document });
      work.patch(entry, { procedure: { ...row.procedure, correctionAskedOn: request.document.date } });
      if (days !== null) {
        const dueOn = addDays(request.document.date, days);
        work.deadlines.push({ entry, kind: 'CORRECTION_REVIEW', dueOn, at: 'END', provisional: false });
      }
    });
  }

  rejectCorrection(...[tx, principal, id, version, request]: Args<UndoRequest>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertInState(entry, 'REJECT_CORRECTION');
      const { row } = entry;
      if (row.procedure.correctionAskedOn == null) throw new ProblemError('STEP_NOT_READY', '没有待审查的更正申请');
      assertDocument(request.document, entry, work.acting);
      work.step(entry, 'REJECT_CORRECTION', { document: request.document, reason: request.reason });
      work.patch(entry, { procedure: { ...row.procedure, correctionAskedOn: null } });
      work.close(entry, 'CORRECTION_REVIEW');
    });
  }

  /** R-6-6: a reconsideration or lawsuit is pending. The entry is marked and goes on; it stops only by order (T14). */
  beginReview(...[tx, principal, id, version, request]: Args<BeginReviewRequest>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertInState(entry, 'BEGIN_REVIEW');
      const { row } = entry;
      const pending = reviewOf(row);
      if (pending !== null) throw new ProblemError('STEP_NOT_READY', `已标注${reviewZh[pending.kind]}（${pending.caseNo}），先登记其结果`);
      const { kind, body, document } = request;
      assertDocument(document, entry, work.acting);
      work.step(entry, 'BEGIN_REVIEW', { kind, body, document });
      work.patch(entry, { procedure: { ...row.procedure, inReview: { kind, body, caseNo: document.number, since: document.date } } });
      work.say(reviewEvent(row, 'T13e', document, work.acting, kind));
    });
  }

  /** It is over: the mark goes. What it decided about the entry is a step of its own (T18, T19). */
  endReview(...[tx, principal, id, version, request]: Args<EndReviewRequest>): Promise<ListEntryView> {
    return this.changes.change(tx, principal, id, version, request, (_tx, work, entry) => {
      assertInState(entry, 'END_REVIEW');
      const { row } = entry;
      const pending = reviewOf(row);
      if (pending === null) throw new ProblemError('STEP_NOT_READY', '没有复议或诉讼标注');
      const { outcome, document } = request;
      assertDocument(document, entry, work.acting);
      work.step(entry, 'END_REVIEW', { outcome, document, caseNo: pending.caseNo });
      work.patch(entry, { procedure: { ...row.procedure, inReview: null } });
      work.say(reviewEvent(row, 'T13f', document, work.acting));
    });
  }

  /** T18: it should never have been listed. */
  correct(...args: Args<UndoRequest>): Promise<ListEntryView> {
    return this.undo('DESIGNATION_WRONG', args);
  }

  /** T19: the decision under it was revoked, changed or declared unlawful. */
  revoke(...args: Args<UndoRequest>): Promise<ListEntryView> {
    return this.undo('BASIS_REVOKED', args);
  }

  private undo(
    ground: 'DESIGNATION_WRONG' | 'BASIS_REVOKED',
    [tx, principal, id, version, request]: Args<UndoRequest>,
  ): Promise<ListEntryView> {
    const { document, reason } = request;
    const exit = { ground, documentNo: document.number, date: document.date };
    return this.entries.exit(tx, principal, id, version, exit, { document, reason });
  }
}

/** T13, for the credit office here and for the objections that are heard of. */
export function markDisputed(work: EntryWork, entry: EntryInWork, document: StepDocument): void {
  assertInState(entry, 'DISPUTE');
  const { row } = entry;
  if (!bindsAnybody(row)) throw new ProblemError('STEP_NOT_READY', bindsNobodyZh);
  if (row.disputed) throw new ProblemError('STEP_NOT_READY', '已有异议标注');
  assertDocument(document, entry, work.acting);
  work.step(entry, 'DISPUTE', { document });
  row.disputed = true;
  work.patch(entry, { procedure: { ...row.procedure, disputedBy: [markedByOffice] } });
  work.say(disputedEvent(row, document.number, document.date, work.acting));
}

/** @throws ProblemError STEP_NOT_READY naming the objections where the office itself holds no mark */
export function unmarkDisputed(
  work: EntryWork,
  entry: EntryInWork,
  document: StepDocument,
  outcome: EndDisputeRequest['outcome'],
  facts: readonly FactRow[],
): void {
  assertInState(entry, 'END_DISPUTE');
  const { row } = entry;
  if (!row.disputed) throw new ProblemError('STEP_NOT_READY', '没有异议标注');
  assertDocument(document, entry, work.acting);
  const left = withoutMark(row, markedByOffice, false);
  if (left === undefined) throw new ProblemError('STEP_NOT_READY', `标注属于异议 ${holdersOf(row, facts)}，随该异议办结而解除`);
  endDisputeInWork(work, entry, left, { outcome, documentNo: document.number, on: document.date, objectionId: null, document });
}

/** The objections that hold the mark, by the numbers under which they were accepted. */
function holdersOf({ procedure }: EntryInWork['row'], facts: readonly FactRow[]): string {
  const ids = procedure.disputedBy ?? [];
  const numberOf = (id: string) => {
    const document = facts.find(({ detail }) => detail['objectionId'] === id && 'document' in detail)?.detail['document'];
    return (document as { readonly number?: string } | undefined)?.number ?? id;
  };
  return ids.length === 0 ? (procedure.unconfirmedObjection ?? '') : ids.map(numberOf).join('、');
}
