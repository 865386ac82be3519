import { type EntryDeadlineKind, type EntryReviewReason, type EntryStatus, ProblemError } from '@lianxin/contracts';
import type { NewEvent } from '@lianxin/messaging';
import type { ListSettings } from './designation-procedure.rules.ts';
import { decideStep, type EntryAction, isInForce } from './list-entry.rules.ts';
import type { EntryRow, FactRow, PartyRow } from './list-entry.store.ts';
import type { NewCandidate } from './match-candidate.store.ts';
import type { OpenDeadline, Patch } from './procedure.rules.ts';

/** Who acts, and when. */
export interface Acting {
  /** Principal id, or the part of the system that acts by itself. */
  readonly actor: string;
  readonly now: Date;
  /** Today in Beijing. */
  readonly today: string;
  /** The event that made it act; everything that is said by the work comes from it, unless something nearer is told. */
  readonly cause?: NewEvent['cause'];
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

/** A time limit that begins: with its last day, or so many working days or months after a day (counted by whoever writes it). */
export type NewDeadline = { readonly entry: EntryInWork } & (
  | OpenDeadline
  | { readonly kind: EntryDeadlineKind; readonly from: string; readonly workdays: keyof ListSettings }
  | { readonly kind: EntryDeadlineKind; readonly from: string; readonly months: number }
);

/** An honour that its unit has to look at again (R-2-10 c). */
export interface NewReview {
  readonly id: string;
  readonly entry: EntryInWork;
  readonly reason: EntryReviewReason;
  readonly byEntryId: string | null;
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
  readonly deadlines: NewDeadline[] = [];
  readonly closed: { readonly entry: EntryInWork; readonly kind: EntryDeadlineKind }[] = [];
  readonly reviews: NewReview[] = [];
  /** Entries in force whose term has another end since. */
  readonly retermed: EntryInWork[] = [];
  /** Named persons whose notice or service was proved by a step. */
  readonly proved: PartyRow[] = [];

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
    // The mark of a dispute is a flag of what is in force (§2.3): it goes with the entry, by whatever road that leaves, and stays while it binds persons.
    if (row.disputed && !isInForce(to) && !(to === 'CLOSED_SUBJECT' && row.parties_continue === true)) row.disputed = false;
    entry.newFacts.push({
      entry_id: row.id,
      version: row.version,
      transition,
      from_status: from,
      to_status: to,
      at: this.acting.now,
      actor: this.acting.actor,
      detail: { ...detail, ...this.replayDetail },
      department_code: row.department_code,
    });
    return to;
  }

  /** Which replay did it, and how: kept with every fact of the entries that it moved (product §A.4). */
  private get replayDetail(): Readonly<Record<string, unknown>> {
    const { replayId: id, replayMode: mode } = this.acting.cause ?? {};
    return id === undefined ? {} : { replay: { id, mode } };
  }

  /** Takes over what a step changes of the entry beside its status. */
  patch(entry: EntryInWork, patch: Patch): void {
    Object.assign(entry.row, patch);
  }

  /** A time limit is over: what it asked for has been done, or nobody asks any more. */
  close(entry: EntryInWork, ...kinds: readonly EntryDeadlineKind[]): void {
    for (const kind of kinds) this.closed.push({ entry, kind });
  }

  say(said: NewEvent, after?: NewEvent): NewEvent {
    const event = said.cause === undefined && this.acting.cause !== undefined ? { ...said, cause: this.acting.cause } : said;
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
        row.status === 'ACTIVE' &&
        newFacts.some((fact) => fact.to_status === 'ACTIVE' && !['ACTIVE', 'SUSPENDED'].includes(fact.from_status ?? '')),
    );
  }

  get changedEntries(): EntryInWork[] {
    return [...this.entries.values()].filter((entry) => !entry.isNew && entry.newFacts.length > 0);
  }
}
