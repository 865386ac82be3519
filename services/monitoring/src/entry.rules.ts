import {
  type EntryStatus,
  type LianxinEvent,
  type ListType,
  listEntryActivated,
  listEntryAdvanced,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryNarrowed,
  listEntryReceived,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
} from '@lianxin/contracts';
import { is } from './event.rules.ts';

/** What one event says of one list entry. */
export interface EntryFact {
  readonly entryId: string;
  readonly version: number;
  readonly number: string;
  readonly listCode: string;
  readonly listType: ListType;
  readonly subjectId: string;
  readonly departmentCode: string;
  readonly status: EntryStatus;
  readonly activation?: { readonly activationNo: number; readonly activatedOn: string };
}

/** The newest that was heard of an entry, and on which day each of its activations came into force. */
export interface EntryRegisters {
  readonly version: number;
  readonly number: string;
  readonly listCode: string;
  readonly listType: ListType;
  readonly subjectId: string;
  readonly departmentCode: string;
  readonly status: EntryStatus;
  readonly activations: Readonly<Record<string, { readonly version: number; readonly activatedOn: string }>>;
}

/** What an event says of an entry; undefined for events that do not concern one. */
export function findEntryFact(event: LianxinEvent): EntryFact | undefined {
  if (
    !is(event, listEntryReceived) &&
    !is(event, listEntryActivated) &&
    !is(event, listEntrySuspended) &&
    !is(event, listEntryResumed) &&
    !is(event, listEntryNarrowed) &&
    !is(event, listEntryAdvanced) &&
    !is(event, listEntryDisputed) &&
    !is(event, listEntryDisputeEnded) &&
    !is(event, listEntrySuperseded) &&
    !is(event, listEntryExited)
  )
    return undefined;
  const { data } = event;
  return {
    entryId: data.entryId,
    version: data.entryVersion,
    number: data.number,
    listCode: data.listCode,
    listType: data.listType,
    subjectId: data.subjectId,
    departmentCode: data.designatingDepartment,
    status: data.status,
    ...('activatedOn' in data ? { activation: { activationNo: data.activationNo, activatedOn: data.activatedOn } } : {}),
  };
}

export function hearEntry(before: EntryRegisters | undefined, fact: EntryFact): EntryRegisters {
  const { entryId: _entryId, activation, ...state } = fact;
  let activations = before?.activations ?? {};
  if (activation !== undefined && fact.version > (activations[activation.activationNo]?.version ?? 0))
    activations = { ...activations, [activation.activationNo]: { version: fact.version, activatedOn: activation.activatedOn } };
  return before !== undefined && before.version >= fact.version ? { ...before, activations } : { ...state, activations };
}
