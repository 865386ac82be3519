import {
  type EventData,
  type ExitGround,
  listEntryActivated,
  listEntryExited,
  listEntryReceived,
  listEntryResumed,
  listEntrySuspended,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { Acting } from './entry-work.ts';
import { decisionOf, type EntryRow, type PartyRow } from './list-entry.store.ts';

/** What every event of an entry tells of it. */
export function headOf(row: EntryRow) {
  return {
    entryId: row.id,
    entryVersion: row.version,
    activationNo: row.activation_no,
    number: row.number,
    listCode: row.list_code,
    listType: row.list_type,
    subjectId: row.subject_id,
    designatingDepartment: row.department_code,
    status: row.status,
  };
}

export function receivedEvent(row: EntryRow, acting: Acting): NewEvent {
  return newEvent({
    definition: listEntryReceived,
    key: row.subject_id,
    data: { ...headOf(row), reason: row.reason },
    actor: acting.actor,
  });
}

/** That an entry has come into force; of a foreign one without recognition only that it is here: nothing may be decomposed from it (R-2-16). */
export function activatedEvent(row: EntryRow, parties: readonly PartyRow[], listField: string | null, acting: Acting): NewEvent {
  if (row.recognised === false) return receivedEvent({ ...row, reason: 'NOT_RECOGNISED' }, acting);
  const data = activationData(row, parties, listField, acting);
  return newEvent({ definition: listEntryActivated, key: row.subject_id, data, actor: acting.actor });
}

/** All that decomposition needs of an entry. */
export function activationData(
  row: EntryRow,
  parties: readonly PartyRow[],
  listField: string | null,
  acting: Acting,
): EventData<typeof listEntryActivated> {
  const { number, date } = decisionOf(row);
  const activatedOn = row.activated_on ?? acting.today;
  return {
    ...headOf(row),
    listField,
    level: row.level,
    regionCode: row.region_code,
    origin: row.origin,
    originRegion: row.origin_region ?? null,
    grade: row.grade,
    industry: row.industry,
    decision: { number, date },
    activatedOn,
    validFrom: row.valid_from ?? activatedOn,
    validTo: row.valid_to,
    conditions: row.conditions,
    parties: parties.map((party) => ({
      partyId: party.id,
      subjectId: party.subject_id,
      role: party.role,
      kind: party.kind,
      named: party.named,
      served: party.served,
    })),
  };
}

export function suspendedEvent(
  row: EntryRow,
  order: { ground: 'STOP_EXECUTION' | 'BANKRUPTCY'; documentNo: string; date: string },
  acting: Acting,
): NewEvent {
  const data = { ...headOf(row), ground: order.ground, documentNo: order.documentNo, suspendedOn: order.date };
  return newEvent({ definition: listEntrySuspended, key: row.subject_id, data, actor: acting.actor });
}

export function resumedEvent(row: EntryRow, order: { documentNo: string; date: string }, acting: Acting): NewEvent {
  const data = { ...headOf(row), documentNo: order.documentNo, resumedOn: order.date };
  return newEvent({ definition: listEntryResumed, key: row.subject_id, data, actor: acting.actor });
}

export interface Exit {
  readonly ground: ExitGround;
  readonly documentNo: string | null;
  readonly exitedOn: string;
  /** The black entry that excludes this red one (T20). */
  readonly byEntryId: string | null;
}

export function exitedEvent(row: EntryRow, exit: Exit, acting: Acting): NewEvent {
  return newEvent({ definition: listEntryExited, key: row.subject_id, data: { ...headOf(row), ...exit }, actor: acting.actor });
}
