import { beijingDate, type EntryStatus, type Grade, type ListType } from '@lianxin/contracts';
import { allowedActions, decideStep, type EntryState, isInForce } from './list-entry.rules.ts';

/** A fact as it is stored. */
export interface StoredFact {
  readonly version: number;
  readonly transition: string;
  readonly from_status: EntryStatus | null;
  readonly to_status: EntryStatus;
  readonly at: Date;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A stored entry, as far as its facts say it again. */
export interface StoredEntry {
  readonly id: string;
  readonly version: number;
  readonly status: EntryStatus;
  readonly list_type: ListType;
  readonly activation_no: number;
  readonly activated_on: string | null;
  readonly valid_to: string | null;
  readonly disputed: boolean;
  readonly duties_performed_on: string | null;
  readonly recognised?: boolean | null;
  readonly parties_continue?: boolean | null;
  readonly decision_date: string | null;
  readonly grade: Grade;
  readonly industry: string | null;
  readonly conditions: readonly { code: string; documentNo: string }[];
}

/** What the facts of an entry say. Undefined: they say nothing of it, what was received stands. */
export interface FoldedEntry {
  readonly version: number;
  readonly status: EntryState;
  readonly activation_no: number;
  readonly activated_on: string | null;
  readonly valid_to: string | null | undefined;
  readonly disputed: boolean;
  readonly duties_performed_on: string | null;
  readonly recognised: boolean | undefined;
  readonly parties_continue: boolean;
  /** Facts as corrected, by name (T13b). */
  readonly corrected: Readonly<Record<string, unknown>>;
}

/** Where stored facts, folded again, and the stored state are not the same. */
export interface Mismatch {
  readonly id: string;
  readonly expected: string;
  readonly found: string;
}

const nothing: FoldedEntry = {
  version: 0,
  status: 'NONE',
  activation_no: 1,
  activated_on: null,
  valid_to: undefined,
  disputed: false,
  duties_performed_on: null,
  recognised: undefined,
  parties_continue: false,
  corrected: {},
};

/** The entry that its facts make, by the same table of transitions as when they were written. */
export function foldEntry(facts: readonly StoredFact[]): FoldedEntry {
  return [...facts].sort((a, b) => a.version - b.version).reduce(follow, nothing);
}

function follow(before: FoldedEntry, fact: StoredFact): FoldedEntry {
  const { detail, transition } = fact;
  const after = {
    ...before,
    version: fact.version,
    status: fact.to_status,
    // The mark of a dispute goes with the entry (§2.3: a flag of what is in force).
    disputed: before.disputed && (isInForce(fact.to_status) || bindsPersons(before, fact)),
  };
  switch (transition) {
    case 'T12':
      return { ...after, activated_on: beijingDate(fact.at), ...('validTo' in detail ? { valid_to: textOrNull(detail['validTo']) } : {}) };
    case 'T12a':
      return { ...after, recognised: true, activation_no: before.activation_no + 1 };
    case 'T12b':
      return { ...after, recognised: false };
    case 'T13':
      return { ...after, disputed: true };
    case 'T13a':
      return { ...after, disputed: false };
    case 'T13b':
      return { ...after, ...correctedBy(before, detail) };
    case 'T16b':
      return { ...after, duties_performed_on: textOrNull(fieldsOf(detail['document'])['date']) };
    case 'T22':
      return { ...after, parties_continue: 'stillBound' in detail };
    case 'T18':
    case 'T19':
    case 'T22a':
      return { ...after, parties_continue: false };
    case 'T23':
      return { ...after, activation_no: before.activation_no + 1, activated_on: beijingDate(fact.at) };
    default:
      return after;
  }
}

/** Closed for its subject (T22), in force for persons: until T22a, T18 or T19. */
function bindsPersons(before: FoldedEntry, { to_status, transition, detail }: StoredFact): boolean {
  if (to_status !== 'CLOSED_SUBJECT') return false;
  return transition === 'T22' ? 'stillBound' in detail : before.parties_continue && transition !== 'T22a';
}

/** T13b: what it was and what it is since, by the name of the fact. */
function correctedBy(before: FoldedEntry, detail: Readonly<Record<string, unknown>>): Partial<FoldedEntry> {
  const changes = { ...fieldsOf(detail['corrected']), ...('validTo' in detail ? { validTo: detail['validTo'] } : {}) };
  const corrected = { ...before.corrected, ...Object.fromEntries(Object.entries(changes).map(([name, to]) => [name, fieldsOf(to)['to']])) };
  return 'validTo' in changes ? { corrected, valid_to: textOrNull(corrected['validTo']) } : { corrected };
}

/**
 * Compares a stored entry with its facts: every step is one that the table of transitions allows and leads where it says, their versions have no gap, and
 * what they say together stands in the row (design §6: status is the fold of the facts).
 */
export function findMismatches(row: StoredEntry, facts: readonly StoredFact[]): Mismatch[] {
  const ordered = [...facts].sort((a, b) => a.version - b.version);
  const found: Mismatch[] = [];
  const compare = (what: string, expected: unknown, stored: unknown) => {
    if (expected !== stored) found.push({ id: row.id, expected: `${what}=${String(expected)}`, found: `${what}=${String(stored)}` });
  };
  let state: EntryState = 'NONE';
  for (const [index, fact] of ordered.entries()) {
    compare(`fact ${index + 1}`, index + 1, fact.version);
    compare(`fact ${fact.version} from`, state === 'NONE' ? null : state, fact.from_status);
    compare(`fact ${fact.version} ${fact.transition}`, stepTo(state, fact.transition, row.list_type), fact.to_status);
    state = fact.to_status;
  }
  const folded = foldEntry(ordered);
  compare('version', folded.version, row.version);
  compare('status', folded.status, row.status);
  compare('activationNo', folded.activation_no, row.activation_no);
  compare('dutiesPerformedOn', folded.duties_performed_on, row.duties_performed_on);
  compare('partiesContinue', folded.parties_continue, row.parties_continue === true);
  if (row.activated_on !== null || folded.activated_on !== null) compare('activatedOn', folded.activated_on, row.activated_on);
  if (folded.valid_to !== undefined) compare('validTo', folded.valid_to, row.valid_to);
  if (folded.recognised !== undefined) compare('recognised', folded.recognised, row.recognised ?? null);
  if (isInForce(row.status)) compare('disputed', folded.disputed, row.disputed);
  for (const name of correctable) if (name in folded.corrected) compare(name, asText(folded.corrected[name]), asText(columnOf(row, name)));
  return found;
}

/** What a correction (T13b) may have changed beside the end of the term and the parties. */
const correctable = ['decisionDate', 'grade', 'industry', 'conditions'] as const;

function columnOf(row: StoredEntry, name: (typeof correctable)[number]): unknown {
  return name === 'decisionDate' ? row.decision_date : row[name];
}

/** In one order, however the database has kept it. */
function asText(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value
    .map((one) => `${String(fieldsOf(one)['code'])} ${String(fieldsOf(one)['documentNo'])}`)
    .sort()
    .join('; ');
}

/** Where the table says that a step of this number leads from a state; undefined: nowhere. */
function stepTo(state: EntryState, transition: string, listType: ListType): EntryStatus | undefined {
  for (const action of allowedActions(state, listType)) {
    const decided = decideStep(state, action, listType);
    if (decided.ok && decided.step.transition === transition) return decided.step.to;
  }
  return undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
