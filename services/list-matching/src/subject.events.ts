import { type EventData, subjectChanged, subjectChangedV2, subjectRegistered } from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { SubjectRow } from './subject.store.ts';

export function registeredEvent(row: SubjectRow, actor: string): NewEvent {
  return newEvent({ definition: subjectRegistered, key: row.id, data: stateOf(row), actor });
}

/** v1 as it always was, and v2 beside it (product §B.2). */
export function changedEvents(row: SubjectRow, actor?: string): NewEvent[] {
  return [
    newEvent({ definition: subjectChanged, key: row.id, data: stateOf(row), actor }),
    newEvent({
      definition: subjectChangedV2,
      key: row.id,
      actor,
      data: {
        ...stateOf(row),
        status: row.status,
        statusOn: row.status_on,
        formerNames: row.kind === 'PERSON' ? [] : [...row.former_names],
        parentSubjectId: row.parent_id,
        mergedInto: row.merged_into,
      },
    }),
  ];
}

/** The whole state of a subject as events of v1 carry it. */
function stateOf(row: SubjectRow): EventData<typeof subjectRegistered> {
  const isPerson = row.kind === 'PERSON';
  return {
    subjectId: row.id,
    version: row.version,
    kind: row.kind,
    organisation: isPerson ? null : { name: row.name ?? '', usccCode: row.uscc_code },
    person: isPerson
      ? { sealed: row.sealed ?? '', idHash: row.id_hash ?? '', nameMasked: row.name_masked ?? '', idMasked: row.id_masked ?? '' }
      : null,
    regionCode: row.region_code,
    provisional: row.provisional,
  };
}
