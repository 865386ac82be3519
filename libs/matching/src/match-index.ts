import { type Change, ChangeLog, newSharedLog, type SharedLog } from './change-log.ts';
import { idKey, organisationQueryKeys, personQueryKeys } from './keys.ts';
import { keysOf, type MainPart, MainPartBuilder, MainReader } from './main-part.ts';
import { type GradedOrganisation, gradeOrganisations, resultOf } from './organisation-answer.ts';
import { compareOrganisation, type OrganisationComparison } from './organisation-match.ts';
import { type ReadOrganisationQuery, readOrganisationQuery, readOrganisationRecord } from './organisation-query.ts';
import { gradePersons } from './person-answer.ts';
import { comparePerson } from './person-match.ts';
import { readPersonQuery, readPersonRecord } from './person-query.ts';
import {
  defaultMatchSettings,
  type IndexFigures,
  type MatchAnswer,
  type MatchQuery,
  type MatchResult,
  type MatchSettings,
  type OrganisationQuery,
  type PersonQuery,
  type RegisterRecord,
  type SearchOptions,
} from './types.ts';

/** What another thread needs to search the same index; passes through `postMessage` without a copy. */
export interface SharedIndex {
  readonly main: MainPart;
  readonly log: SharedLog;
  readonly settings: MatchSettings;
}

const defaultLimit = 5;
/** Records that are looked at for likeness alone; those with equal codes, names or evidence are looked at without this limit. */
const mostSimilar = 48;
const mostCertain = 400;
/** A merge is due when so many records have changed. */
const mergeAt = 50_000;

/**
 * The register in memory (R-11-5): an immutable part in shared memory and the changes since. `search` compares the query with every record that has the
 * code, the very name, or the evidence of §11.3 and §11.4, so those grades are as complete as a comparison with every record; of merely similar names
 * (S4) the most telling are compared (docs/matching.md).
 */
export class MatchIndex {
  private readonly reader: MainReader;
  private readonly log: ChangeLog;
  /** Records of the immutable part that have been replaced or removed. */
  private readonly gone = new Set<number>();
  private readonly changed = new Map<string, RegisterRecord>();
  private readonly changedByKey = new Map<number, Set<string>>();
  private latest: number;
  private changes = 0;

  private constructor(private readonly shared: SharedIndex) {
    this.reader = new MainReader(shared.main);
    this.log = new ChangeLog(shared.log);
    this.latest = shared.main.version;
  }

  /** Builds an index from all records of the register. Takes long for a large register: do it in a thread of its own, then `share`. */
  static build(records: Iterable<RegisterRecord>, settings: MatchSettings = defaultMatchSettings): MatchIndex {
    const builder = new MainPartBuilder();
    for (const record of records) builder.add(record);
    return new MatchIndex({ main: builder.build(), log: newSharedLog(), settings });
  }

  /** Builds an index from records that come in batches, for example from a cursor of the database. */
  static async buildFrom(
    batches: AsyncIterable<Iterable<RegisterRecord>>,
    settings: MatchSettings = defaultMatchSettings,
  ): Promise<MatchIndex> {
    const builder = new MainPartBuilder();
    for await (const batch of batches) for (const record of batch) builder.add(record);
    return new MatchIndex({ main: builder.build(), log: newSharedLog(), settings });
  }

  /** The index of another thread; changes made there are seen here at the next search. */
  static attach(shared: SharedIndex): MatchIndex {
    return new MatchIndex(shared);
  }

  share(): SharedIndex {
    return this.shared;
  }

  /** Greatest version of any record taken in (`register_version` of R-11-5). */
  get version(): number {
    this.catchUp();
    return this.latest;
  }

  /**
   * Puts a record in, or in the place of the one with its id; one with a lower version than the one that stands is ignored. Only one thread may write.
   * @throws RangeError when the record is of a person without a document: nothing is then written
   */
  upsert(record: RegisterRecord): void {
    // What cannot be read must not reach the log, where every thread would stumble over it.
    keysOf(record);
    this.log.append({ record });
  }

  /** Takes a record out, unless it has changed since `version`. Only one thread may write. */
  remove(id: string, version: number): void {
    this.log.append({ removedId: id, version });
  }

  /** Whether so much has changed that a new index should be built from `records()` and put in the place of this one. */
  get needsMerge(): boolean {
    this.catchUp();
    return this.changes > mergeAt;
  }

  /** The record with an id; undefined when there is none. */
  find(id: string): RegisterRecord | undefined {
    this.catchUp();
    return this.changed.get(id) ?? this.standing(id)?.record;
  }

  /** Every record as it stands. Do not change the index meanwhile. */
  *records(): Generator<RegisterRecord> {
    this.catchUp();
    for (let index = 0; index < this.shared.main.count; index += 1) if (!this.gone.has(index)) yield this.reader.record(index);
    yield* this.changed.values();
  }

  figures(): IndexFigures {
    this.catchUp();
    const { main, log } = this.shared;
    return {
      records: main.count - this.gone.size + this.changed.size,
      names: main.names,
      persons: main.persons,
      bytes: this.reader.bytes() + log.bytes.byteLength,
      changes: this.changes,
      version: this.latest,
    };
  }

  /** Finds who a query may mean (§11.3, §11.4), best first. Never throws on what a source may contain. */
  search(query: MatchQuery, options: SearchOptions = {}): MatchAnswer {
    this.catchUp();
    return query.schema === 'Person' ? this.searchPersons(query, options) : this.searchOrganisations(query, options);
  }

  private searchOrganisations(query: OrganisationQuery, options: SearchOptions): MatchAnswer {
    const { settings } = this.shared;
    const read = readOrganisationQuery(query);
    const found = new Map<string, OrganisationComparison>();
    this.findOrganisations(read, found);
    const graded = gradeOrganisations([...found.values()], settings);
    const results = graded.results.filter(
      ({ comparison, score }) => isWanted(comparison.record, options) && score >= (options.threshold ?? 0),
    );
    const rejected = graded.rejected.filter(({ comparison }) => isWanted(comparison.record, options));
    const limit = options.limit ?? defaultLimit;
    const show = (one: GradedOrganisation) => resultOf(read, one, graded.counts);
    return {
      results: results.slice(0, limit).map(show),
      rejected: rejected.slice(0, limit).map(show),
      total: results.length,
      registerVersion: this.latest,
    };
  }

  /** Compares the query with every record it may mean, each once. */
  private findOrganisations(read: ReadOrganisationQuery, found: Map<string, OrganisationComparison>): void {
    const compare = (record: RegisterRecord) => {
      if (record.kind === 'PERSON' || found.has(record.id)) return;
      found.set(record.id, compareOrganisation(read, record, readOrganisationRecord(record), this.shared.settings));
    };
    const keys = organisationQueryKeys(read);
    this.collect(keys.codes, mostCertain, compare);
    const known = [...found.values()].some(({ facts }) => facts.uscc === 'EQUAL' && (facts.name === 'FULL' || facts.name === 'VARIANT'));
    if (known) return;
    // Each by itself: a name that a thousand shops bear must not hide the one with this representative.
    for (const key of keys.certain) this.collect([key], mostCertain, compare);
    this.collect(keys.similar, mostSimilar, compare);
  }

  private searchPersons(query: PersonQuery, options: SearchOptions): MatchAnswer {
    const read = readPersonQuery(query);
    const seen = new Set<string>();
    const comparisons: ReturnType<typeof comparePerson>[] = [];
    const compare = (record: RegisterRecord) => {
      if (record.kind !== 'PERSON' || seen.has(record.id)) return;
      seen.add(record.id);
      comparisons.push(comparePerson(read, record, readPersonRecord(record)));
    };
    this.collect(personQueryKeys(read), Number.POSITIVE_INFINITY, compare);
    const results: MatchResult[] = gradePersons(read, comparisons).filter(
      (result) =>
        result.score >= (options.threshold ?? 0) &&
        isWanted(comparisons.find(({ record }) => record.id === result.recordId)?.record, options),
    );
    return { results: results.slice(0, options.limit ?? defaultLimit), rejected: [], total: results.length, registerVersion: this.latest };
  }

  /** Shows every standing record under the keys, each once, at most `most`; keys in their order. */
  private collect(keys: readonly number[], most: number, compare: (record: RegisterRecord) => void): void {
    const seen = new Set<number>();
    const seenChanges = new Set<string>();
    for (const key of keys) {
      for (const id of this.changedByKey.get(key) ?? []) seenChanges.add(id);
      this.reader.visit(key, (index) => {
        if (!this.gone.has(index)) seen.add(index);
        return seen.size < most;
      });
      if (seen.size >= most) break;
    }
    for (const id of seenChanges) {
      const record = this.changed.get(id);
      if (record !== undefined) compare(record);
    }
    for (const index of seen) compare(this.reader.record(index));
  }

  /** Takes in what has been written since, here or in another thread. */
  private catchUp(): void {
    for (const change of this.log.take()) this.apply(change);
  }

  private apply(change: Change): void {
    const id = 'record' in change ? change.record.id : change.removedId;
    const version = 'record' in change ? change.record.version : change.version;
    this.latest = Math.max(this.latest, version);
    const standing = this.standing(id);
    const before = this.changed.get(id) ?? standing?.record;
    if (before !== undefined && before.version > version) return;
    this.changes += 1;
    if (standing !== undefined) this.gone.add(standing.index);
    if (this.changed.has(id)) this.forget(id);
    if ('record' in change) {
      this.changed.set(id, change.record);
      for (const key of keysOf(change.record)) {
        const ids = this.changedByKey.get(key);
        if (ids === undefined) this.changedByKey.set(key, new Set([id]));
        else ids.add(id);
      }
    }
  }

  private forget(id: string): void {
    const record = this.changed.get(id);
    if (record === undefined) return;
    this.changed.delete(id);
    for (const key of keysOf(record)) {
      const ids = this.changedByKey.get(key);
      ids?.delete(id);
      if (ids?.size === 0) this.changedByKey.delete(key);
    }
  }

  /** The record of the immutable part, if it still stands. */
  private standing(id: string): { index: number; record: RegisterRecord } | undefined {
    let found: { index: number; record: RegisterRecord } | undefined;
    this.reader.visit(idKey(id), (index) => {
      if (this.gone.has(index)) return true;
      const record = this.reader.record(index);
      if (record.id === id) found = { index, record };
      return found === undefined;
    });
    return found;
  }
}

function isWanted(record: RegisterRecord | undefined, { excludeIds, changedSince }: SearchOptions): boolean {
  if (record === undefined || excludeIds?.has(record.id)) return false;
  return changedSince === undefined || record.version > changedSince;
}
