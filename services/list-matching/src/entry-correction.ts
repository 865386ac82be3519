import { listEntryCorrected, type ObjectionField, type StepDocument } from '@lianxin/contracts';
import { newEvent } from '@lianxin/messaging';
import type { CorrectionDecision } from './correction.rules.ts';
import type { MarkLeft } from './dispute.rules.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { activationData, receivedEvent } from './list-entry.events.ts';
import { isInForce } from './list-entry.rules.ts';
import type { PartyRow } from './list-entry.store.ts';
import { disputeEndedEvent } from './list-entry-life.events.ts';

/** By which document facts are corrected, and when. */
export interface CorrectionOrder {
  readonly documentNo: string;
  readonly on: string;
  /** The decided objection that is carried out by it, as a whole. */
  readonly objectionId?: string | null;
}

/**
 * T13b: facts of an entry in force are otherwise from here on (§6.4). The correction is a fact with what was and what is; everybody who keeps a copy hears
 * the entry as it should have been. The caller holds the lane and has found something to correct.
 * @param versions every version of the list; the one that the correction chose says the field
 * @param detail what else is kept with the fact: the objection or replay behind it
 */
export function correctInWork(
  work: EntryWork,
  entry: EntryInWork,
  parties: readonly PartyRow[],
  decided: Extract<CorrectionDecision, { ok: true }>,
  versions: readonly ListDefinition[],
  order: CorrectionOrder,
  detail: Readonly<Record<string, unknown>>,
): void {
  const { row } = entry;
  work.step(entry, 'AMEND', { documentNo: order.documentNo, date: order.on, ...detail, corrected: decided.changes });
  Object.assign(row, decided.patch);
  if ('valid_to' in decided.patch) work.retermed.push(entry);
  const asCorrected = parties.map((party) => {
    const change = decided.parties.find(({ id }) => id === party.id);
    return change === undefined ? party : { ...party, named: change.named, served: change.served };
  });
  work.proved.push(...asCorrected.filter((party, index) => party !== parties[index]));
  // A foreign entry without effect here has no plan anywhere (R-2-16).
  if (row.recognised === false) {
    work.say(receivedEvent({ ...row, reason: 'NOT_RECOGNISED' }, work.acting));
    return;
  }
  const definition = versions.find(({ version }) => version === row.list_version);
  const names = Object.keys(decided.changes);
  const data = {
    ...activationData(row, asCorrected, definition?.field ?? null, work.acting),
    // Corrected by the document alone, in what is no fact that is kept here.
    correctedFields: names.length > 0 ? names : ['OTHER' satisfies ObjectionField],
    documentNo: order.documentNo,
    correctedOn: order.on,
    objectionId: order.objectionId ?? null,
  };
  work.say(newEvent({ definition: listEntryCorrected, key: row.subject_id, data, actor: work.acting.actor }));
}

/** How an objection to an entry in force was over. */
export interface DisputeEnd {
  readonly outcome: 'DISMISSED' | 'PARTLY' | 'WITHDRAWN';
  readonly documentNo: string;
  readonly on: string;
  /** Null: the credit office's own mark. */
  readonly objectionId: string | null;
  /** The office's document in full. */
  readonly document?: StepDocument;
}

/** T13a when the mark goes; that one of several objections is over is a fact as well, and the mark stays for the others. */
export function endDisputeInWork(work: EntryWork, entry: EntryInWork, left: MarkLeft, end: DisputeEnd): void {
  const { row } = entry;
  const { outcome, documentNo, on, objectionId } = end;
  work.patch(entry, { procedure: { ...row.procedure, disputedBy: left.disputedBy } });
  if (!left.goes) {
    work.step(entry, isInForce(row.status) ? 'AMEND' : 'NOTE_OBJECTION', { documentNo, date: on, objectionId, objectionOver: outcome });
    return;
  }
  work.step(entry, 'END_DISPUTE', { document: end.document ?? { number: documentNo, date: on }, outcome, objectionId });
  row.disputed = false;
  work.say(disputeEndedEvent(row, { outcome, documentNo, on }, work.acting));
}
