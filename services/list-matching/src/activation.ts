import { randomUUIDv7 } from 'node:crypto';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { activatedEvent, exitedEvent, receivedEvent } from './list-entry.events.ts';
import { activatingActions, type EntryAction, isInForce } from './list-entry.rules.ts';
import type { EntryRow, PartyRow } from './list-entry.store.ts';
import { supersededEvent } from './list-entry-life.events.ts';
import { ruleOfList } from './list-rule.data.ts';

/**
 * Takes an entry whose identity is certain on from CHECKING: one with complete documents to ACTIVE, one that goes step by step into its notice; or to
 * NOT_DESIGNATED when an honour meets a black entry (R-2-10 a).
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
  if (!entry.isNew) work.close(entry, 'IDENTITY_REVIEW');
  if (meetsBlack(work, entry, standing, identity)) return;
  row.reason = null;
  if (row.decision_number === null) {
    work.step(entry, 'PASS_CHECK', { ...identity, crossCheck: 'CLEAN' });
    work.say(receivedEvent(row, work.acting));
    return;
  }
  for (const action of activatingActions(row.list_type)) {
    if (action === 'SERVE') bringIntoForce(work, entry, parties, definition, standing, detailOf(action, row, identity));
    else work.step(entry, action, detailOf(action, row, identity));
  }
}

/**
 * The cross-check of an honour (R-2-10 a): a black entry in force of any field ends it. Only the same subject counts here: an identity that is merely
 * possible is reviewed first and never rejects anybody (R-11-1).
 * @returns whether it was turned down
 */
export function meetsBlack(
  work: EntryWork,
  entry: EntryInWork,
  standing: readonly EntryInWork[],
  detail: Readonly<Record<string, unknown>> = {},
): boolean {
  const { row } = entry;
  const hits = row.list_type === 'RED' ? standing.filter((other) => other.row.list_type === 'BLACK' && isInForce(other.row.status)) : [];
  if (hits.length === 0) return false;
  const named = hits.map((hit) => ({ listCode: hit.row.list_code, number: hit.row.number }));
  row.draft_sealed = null;
  row.reason = `CROSS_CHECK_HIT: ${named.map((hit) => `${hit.listCode} ${hit.number}`).join('; ')}`;
  work.step(entry, 'HIT_CROSS_CHECK', { ...detail, hits: named });
  work.say(receivedEvent(row, work.acting));
  return true;
}

/** T12: the entry is in force. Honours of the subject go (T20), the one it takes over from ends (T21), a focus entry asks for reviews (R-2-10 c). */
export function bringIntoForce(
  work: EntryWork,
  entry: EntryInWork,
  parties: readonly PartyRow[],
  definition: ListDefinition,
  standing: readonly EntryInWork[],
  detail: Readonly<Record<string, unknown>>,
): void {
  const { row } = entry;
  row.activated_on = work.acting.today;
  row.draft_sealed = null;
  work.step(entry, 'SERVE', detail);
  if (!entry.isNew) work.close(entry, 'SERVE_DECISION', 'SHARE_DECISION', 'SERVICE_EFFECTIVE', 'RELEASE');
  standUp(work, entry, parties, definition, standing);
}

/** What follows when an entry has come into force, by T12, T20a or T23: it is told, and the other entries of its subject make room for it. */
export function standUp(
  work: EntryWork,
  entry: EntryInWork,
  parties: readonly PartyRow[],
  definition: ListDefinition,
  standing: readonly EntryInWork[],
): void {
  const { row } = entry;
  const activated = work.say(activatedEvent(row, parties, definition.field, work.acting));
  const rule = ruleOfList(row.list_code, work.acting.today);
  const others = standing.filter((other) => other.row.id !== row.id);
  for (const old of others.filter((other) => other.row.status === 'ACTIVE' && isTakenOver(other.row, row, rule.renewal))) {
    work.step(old, 'SUPERSEDE', { by: { number: row.number, entryId: row.id } });
    // Said after the activation, under the same key: what both demand never stops in between.
    work.say(supersededEvent(old.row, row, work.acting), activated);
  }
  const honours = others.filter((other) => other.row.list_type === 'RED' && isInForce(other.row.status));
  if (row.list_type === 'BLACK') {
    for (const red of honours) work.say(excludeHonour(work, red, row), activated);
  }
  if (row.list_type === 'FOCUS') {
    for (const red of honours) {
      work.reviews.push({ id: randomUUIDv7(), entry: red, reason: 'FOCUS_LISTED', byEntryId: row.id });
      work.deadlines.push({ entry: red, kind: 'RED_REVIEW', from: work.acting.today, workdays: 'reviewWorkdays' });
    }
  }
  if (row.list_type === 'RED' && row.valid_to === null && rule.reEvaluationMonths !== null) {
    work.deadlines.push({ entry, kind: 'RE_EVALUATION', from: work.acting.today, months: rule.reEvaluationMonths });
  }
}

/** T20: an honour goes because its subject is on a black list. */
export function excludeHonour(work: EntryWork, red: EntryInWork, black: EntryRow) {
  work.step(red, 'EXCLUDE', { ground: 'BLACK_LISTED', by: { listCode: black.list_code, number: black.number, entryId: black.id } });
  const exit = { ground: 'BLACK_LISTED', documentNo: black.decision_number, exitedOn: work.acting.today, byEntryId: black.id } as const;
  return exitedEvent(red.row, exit, work.acting);
}

/** T21: of the same list, unit and subject; named by the newer one, or of a list on which the newer always takes over. */
function isTakenOver(old: EntryRow, row: EntryRow, renewal: 'SUPERSEDE' | 'BESIDE'): boolean {
  if (old.list_code !== row.list_code || old.department_code !== row.department_code) return false;
  return row.supersedes === old.id || renewal === 'SUPERSEDE';
}

/** What the documents of a complete designation prove for each step. */
function detailOf(action: EntryAction, row: EntryRow, identity: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  switch (action) {
    case 'PASS_CHECK':
      return { ...identity, crossCheck: 'CLEAN' };
    case 'END_DEFENCE_PERIOD':
      return row.notice == null ? { noticeOf: row.origin } : { ...row.notice };
    case 'END_PUBLIC_NOTICE':
      return row.public_notice == null ? { noticeOf: row.origin } : { ...row.public_notice };
    default:
      return { ...row.service, validFrom: row.valid_from, validTo: row.valid_to };
  }
}
