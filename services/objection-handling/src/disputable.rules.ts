import { findEventDefinition, type LianxinEvent } from '@lianxin/contracts';
import { isFields } from './journal.rules.ts';

/** Something that may be disputed, by its newest version heard. */
export interface Disputable {
  readonly kind: 'LIST_ENTRY' | 'PUBLIC_RECORD';
  readonly id: string;
  readonly version: number;
  readonly subjectKey: string;
  readonly subjectId: string;
  readonly number: string;
  readonly listCode: string | null;
  readonly departmentCode: string;
  readonly status: string;
  readonly inForce: boolean;
  /** Undefined: this event says nothing of it. */
  readonly disputed: boolean | undefined;
  readonly validTo: string | null | undefined;
}

/** As it is known after all that was heard. */
export type Known = Omit<Disputable, 'disputed' | 'validTo'> & { readonly disputed: boolean; readonly validTo: string | null };

/** What an event says of something that may be disputed; undefined for events of anything else. */
export function disputableOf(event: LianxinEvent): Disputable | undefined {
  const topic = findEventDefinition(event.type)?.topic;
  if (!isFields(event.data)) return undefined;
  const verb = event.type.split('.')[2] ?? '';
  const { data } = event;
  const text = (name: string) => (typeof data[name] === 'string' ? (data[name] as string) : '');
  if (topic === 'lianxin.list_entry') {
    const status = text('status');
    return {
      kind: 'LIST_ENTRY',
      id: text('entryId'),
      version: Number(data['entryVersion']),
      subjectKey: event.key,
      subjectId: text('subjectId'),
      number: text('number'),
      listCode: text('listCode'),
      departmentCode: text('designatingDepartment'),
      status,
      inForce: status === 'ACTIVE' || status === 'SUSPENDED',
      disputed: verb === 'disputed' ? true : ['dispute_ended', 'exited', 'superseded'].includes(verb) ? false : undefined,
      validTo: 'validTo' in data ? ((data['validTo'] as string | null) ?? null) : undefined,
    };
  }
  if (topic === 'lianxin.public_record') {
    const status = text('status');
    return {
      kind: 'PUBLIC_RECORD',
      id: text('recordId'),
      version: Number(data['recordVersion']),
      subjectKey: event.key,
      subjectId: text('subjectId'),
      number: text('number'),
      listCode: null,
      departmentCode: text('departmentCode'),
      status,
      inForce: status === 'PUBLISHED',
      disputed: verb === 'disputed' ? true : ['dispute_ended', 'stopped', 'withdrawn'].includes(verb) ? false : undefined,
      validTo: 'publicUntil' in data ? ((data['publicUntil'] as string | null) ?? null) : undefined,
    };
  }
  return undefined;
}

/** Folds what was heard onto what is known, by version; events come in the order of their topic. */
export function foldDisputables(known: ReadonlyMap<string, Known>, heard: readonly Disputable[]): Known[] {
  const folded = new Map<string, Known>();
  for (const one of heard) {
    const before = folded.get(one.id) ?? known.get(one.id);
    if (before !== undefined && before.version > one.version) continue;
    folded.set(one.id, {
      ...one,
      disputed: one.disputed ?? before?.disputed ?? false,
      validTo: one.validTo === undefined ? (before?.validTo ?? null) : one.validTo,
    });
  }
  return [...folded.values()];
}
