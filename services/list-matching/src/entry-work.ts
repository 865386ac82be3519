import type { EntryStatus } from '@lianxin/contracts';
import { ProblemError } from '@lianxin/contracts';
import type { NewEvent } from '@lianxin/messaging';
import { decideStep, type EntryAction } from './list-entry.rules.ts';
import type { EntryRow, FactRow, PartyRow } from './list-entry.store.ts';
import type { NewCandidate } from './match-candidate.store.ts';

/** Who acts, and when. */
export interface Acting {
  /** Principal id, or the part of the system that acts by itself. */
  readonly actor: string;
  readonly now: Date;
  /** Today in Beijing. */
  readonly today: string;
}

/** An entry in the hands of a use case. Facts are those of this piece of work alone. */
export interface EntryInWork {
  readonly row: EntryRow;
  readonly isNew: boolean;
  readonly newFacts: FactRow[];
}

/** An event to be said at the end; `after` names the one that caused it. */
export interface PlannedEvent {
  readonly event: NewEvent;
  readonly after: NewEvent | undefined;
}

/**
 * What one use case does to entries, gathered in memory, so that one designation and ten thousand are written by the same few statements.
 * It is decided under the lanes of the subjects and written once, at the end.
 */
export class EntryWork {
  private readonly entries = new Map<string, EntryInWork>();
  readonly parties: PartyRow[] = [];
  readonly candidates: NewCandidate[] = [];
  readonly events: PlannedEvent[] = [];

  constructor(readonly acting: Acting) {}

  /** Takes an entry that is already stored; the same one again gives the same object. */
  take(row: EntryRow): EntryInWork {
    const known = this.entries.get(row.id);
    if (known !== undefined) return known;
    const entry = { row, isNew: false, newFacts: [] };
    this.entries.set(row.id, entry);
    return entry;
  }

  /** Begins a new entry; it has no status until its first step. */
  begin(row: EntryRow): EntryInWork {
    const entry = { row, isNew: true, newFacts: [] };
    this.entries.set(row.id, entry);
    return entry;
  }

  /**
   * Makes a step: appends its fact, moves version and status.
   * @param detail document numbers and dates; never personal data
   * @throws ProblemError TRANSITION_NOT_ALLOWED
   */
  step(entry: EntryInWork, action: EntryAction, detail: Readonly<Record<string, unknown>>): EntryStatus {
    const { row } = entry;
    const decided = decideStep(row.version === 0 ? 'NONE' : row.status, action, row.list_type);
    if (!decided.ok) throw new ProblemError(decided.code, `${row.number}：${decided.detail}`);
    const { transition, from, to } = decided.step;
    row.version += 1;
    row.status = to;
    entry.newFacts.push({
      entry_id: row.id,
      version: row.version,
      transition,
      from_status: from,
      to_status: to,
      at: this.acting.now,
      actor: this.acting.actor,
      detail,
      department_code: row.department_code,
    });
    return to;
  }

  say(event: NewEvent, after?: NewEvent): NewEvent {
    this.events.push({ event, after });
    return event;
  }

  get newEntries(): EntryInWork[] {
    return [...this.entries.values()].filter((entry) => entry.isNew);
  }

  /** Entries that came into force by this work and are still so. */
  get newlyActivated(): EntryInWork[] {
    return [...this.entries.values()].filter(
      ({ row, newFacts }) =>
        row.status === 'ACTIVE' && newFacts.some((fact) => fact.to_status === 'ACTIVE' && fact.from_status !== 'SUSPENDED'),
    );
  }

  get changedEntries(): EntryInWork[] {
    return [...this.entries.values()].filter((entry) => !entry.isNew && entry.newFacts.length > 0);
  }
}
