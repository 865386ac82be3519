import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { activatedEvent, exitedEvent, receivedEvent } from './list-entry.events.ts';
import { activatingActions, type EntryAction, isInForce } from './list-entry.rules.ts';
import type { EntryRow, PartyRow } from './list-entry.store.ts';

/**
 * Takes an entry whose identity is certain from CHECKING to ACTIVE with the documents it carries, or to NOT_DESIGNATED when an honour meets a black
 * entry (R-2-10 a). A black entry that comes into force excludes the subject's honours (R-2-10 b).
 * @param standing entries of the same subject, read under its lane across all departments
 */
export function activate(
  work: EntryWork,
  entry: EntryInWork,
  parties: readonly PartyRow[],
  definition: ListDefinition,
  standing: readonly EntryInWork[],
  identity: Readonly<Record<string, unknown>>,
): void {
  const { row } = entry;
  const hits = row.list_type === 'RED' ? standing.filter((other) => other.row.list_type === 'BLACK' && isInForce(other.row.status)) : [];
  if (hits.length > 0) {
    const named = hits.map((hit) => ({ listCode: hit.row.list_code, number: hit.row.number }));
    row.reason = `CROSS_CHECK_HIT: ${named.map((hit) => `${hit.listCode} ${hit.number}`).join('; ')}`;
    work.step(entry, 'HIT_CROSS_CHECK', { ...identity, hits: named });
    work.say(receivedEvent(row, work.acting));
    return;
  }
  row.reason = null;
  for (const action of activatingActions(row.list_type)) {
    if (action === 'SERVE') row.activated_on = work.acting.today;
    work.step(entry, action, detailOf(action, row, identity));
  }
  const activated = work.say(activatedEvent(row, parties, definition.field, work.acting));
  if (row.list_type !== 'BLACK') return;
  for (const red of standing.filter((other) => other.row.list_type === 'RED' && isInForce(other.row.status))) {
    const by = { listCode: row.list_code, number: row.number, entryId: row.id };
    work.step(red, 'EXCLUDE', { ground: 'BLACK_LISTED', by });
    const exit = { ground: 'BLACK_LISTED', documentNo: row.decision_number, exitedOn: work.acting.today, byEntryId: row.id } as const;
    work.say(exitedEvent(red.row, exit, work.acting), activated);
  }
}

/** What the documents of a complete designation prove for each step. */
function detailOf(action: EntryAction, row: EntryRow, identity: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  switch (action) {
    case 'PASS_CHECK':
      return { ...identity, crossCheck: 'CLEAN' };
    case 'END_DEFENCE_PERIOD':
      return row.notice === null ? { noticeOf: row.origin } : { ...row.notice };
    case 'END_PUBLIC_NOTICE':
      return row.public_notice === null ? { noticeOf: row.origin } : { ...row.public_notice };
    default:
      return { ...row.service, validFrom: row.valid_from, validTo: row.valid_to };
  }
}
