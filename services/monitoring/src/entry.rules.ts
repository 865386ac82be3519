import {
  type EntryStatus,
  type ExitGround,
  type LianxinEvent,
  type ListType,
  listEntryActivated,
  listEntryAdvanced,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryNarrowed,
  listEntryReceived,
  listEntryRecognised,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
} from '@lianxin/contracts';
import { is, utc } from './event.rules.ts';

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
  /** When it happened (RFC 3339, UTC). */
  readonly at: string;
  readonly activation?: { readonly activationNo: number; readonly activatedOn: string };
  readonly exit?: { readonly activationNo: number; readonly on: string; readonly ground: ExitGround | 'SUPERSEDED' };
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
  readonly exits: Readonly<Record<string, { readonly version: number; readonly on: string; readonly ground: ExitGround | 'SUPERSEDED' }>>;
  /** When it was first heard of. */
  readonly heardFrom: string;
  /** When it was first heard of in a state in which it is certain whom it means; null before (K02). */
  readonly matchedAt: string | null;
}

/** What an event says of an entry; undefined for events that do not concern one. */
export function findEntryFact(event: LianxinEvent): EntryFact | undefined {
  if (
    !is(event, listEntryReceived) &&
    !is(event, listEntryActivated) &&
    !is(event, listEntryCorrected) &&
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
    at: utc(event.time),
    ...('activatedOn' in data ? { activation: { activationNo: data.activationNo, activatedOn: data.activatedOn } } : {}),
    ...('exitedOn' in data ? { exit: { activationNo: data.activationNo, on: data.exitedOn, ground: data.ground } } : {}),
    ...('supersededOn' in data ? { exit: { activationNo: data.activationNo, on: data.supersededOn, ground: 'SUPERSEDED' } } : {}),
  };
}

export function hearEntry(before: EntryRegisters | undefined, fact: EntryFact): EntryRegisters {
  const { entryId: _entryId, activation, exit, at, ...state } = fact;
  const { version } = fact;
  let activations = before?.activations ?? {};
  if (activation !== undefined && version > (activations[activation.activationNo]?.version ?? 0))
    activations = { ...activations, [activation.activationNo]: { version, activatedOn: activation.activatedOn } };
  let exits = before?.exits ?? {};
  if (exit !== undefined && version > (exits[exit.activationNo]?.version ?? 0))
    exits = { ...exits, [exit.activationNo]: { version, on: exit.on, ground: exit.ground } };
  const heardFrom = before === undefined || at < before.heardFrom ? at : before.heardFrom;
  const known = before?.matchedAt ?? null;
  const matchedAt = isMatched(fact.status) && (known === null || at < known) ? at : known;
  const facts = { activations, exits, heardFrom, matchedAt };
  return before !== undefined && before.version >= version ? { ...before, ...facts } : { ...state, ...facts };
}

/** An entry whose subject is still looked for, or was not found, has no finished match. */
function isMatched(status: EntryStatus): boolean {
  return status !== 'DRAFT' && status !== 'CHECKING' && status !== 'NOT_DESIGNATED';
}

/** What an activation says of its list. */
export interface ListTold {
  readonly listCode: string;
  readonly listType: ListType;
  readonly field: string | null;
  /** Which of two is newer: the day of the activation, then the entry and its version, so that any order of hearing ends the same. */
  readonly told: readonly [activatedOn: string, entryId: string, entryVersion: number];
}

/** What an event says of the list of its entry (K13); undefined for all but activations. */
export function findListTold(event: LianxinEvent): ListTold | undefined {
  if (!is(event, listEntryActivated) && !is(event, listEntryRecognised)) return undefined;
  const { listCode, listType, listField: field, activatedOn, entryId, entryVersion } = event.data;
  return { listCode, listType, field, told: [activatedOn, entryId, entryVersion] };
}

/** Of each list the newest that was told; that it has no field never outdoes a field. */
export function newestTold(all: readonly ListTold[]): ListTold[] {
  const newest = new Map<string, ListTold>();
  for (const one of all) {
    const known = newest.get(one.listCode);
    if (known === undefined || isNewer(one, known)) newest.set(one.listCode, one);
  }
  return [...newest.values()];
}

function isNewer(one: ListTold, known: ListTold): boolean {
  if ((one.field === null) !== (known.field === null)) return known.field === null;
  for (const place of [0, 1] as const) if (one.told[place] !== known.told[place]) return one.told[place] > known.told[place];
  return one.told[2] > known.told[2];
}
