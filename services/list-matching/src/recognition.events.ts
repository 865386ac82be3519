import { listEntryRecognised, listEntryRecognitionEnded } from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { Acting } from './entry-work.ts';
import { activationData, headOf } from './list-entry.events.ts';
import type { EntryRow, PartyRow } from './list-entry.store.ts';

export function recognisedEvent(
  row: EntryRow,
  parties: readonly PartyRow[],
  listField: string | null,
  agreementId: string | null,
  acting: Acting,
): NewEvent {
  const data = { ...activationData(row, parties, listField, acting), agreementId };
  return newEvent({ definition: listEntryRecognised, key: row.subject_id, data, actor: acting.actor });
}

export function recognitionEndedEvent(row: EntryRow, documentNo: string | null, acting: Acting): NewEvent {
  const data = { ...headOf(row), originRegion: row.origin_region ?? '', documentNo, endedOn: acting.today };
  return newEvent({ definition: listEntryRecognitionEnded, key: row.subject_id, data, actor: acting.actor });
}
