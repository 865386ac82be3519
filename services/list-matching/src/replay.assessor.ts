import { createHash } from 'node:crypto';
import type { ReplayAssessed, ReplayChange, ReplayRequested } from '@lianxin/contracts';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CorrectionLaw } from './correction.rules.ts';
import { findAbolished } from './list-abolition.store.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { findDefinitions } from './list-definition.store.ts';
import { type EntryRow, type FactRow, findAllOfSubjects, findEntries, findFacts, findParties, type PartyRow } from './list-entry.store.ts';
import { listingGrounds } from './list-rule.data.ts';
import { assessCase, type CaseAssessment, type CaseWorld, stateLines } from './replay-assess.rules.ts';
import { ListTerms } from './terms.ts';

/** A case of a replay: one entry and what is taken to be otherwise. */
export type ReplayCase = Pick<ReplayRequested, 'replayId' | 'round' | 'entryId' | 'subjectId' | 'change'>;

/** Stored facts of many cases, read at once. */
interface Read {
  readonly entries: ReadonlyMap<string, EntryRow>;
  readonly ofSubject: ReadonlyMap<string, EntryRow[]>;
  readonly facts: ReadonlyMap<string, FactRow[]>;
  readonly parties: ReadonlyMap<string, PartyRow[]>;
  readonly versions: ReadonlyMap<string, ListDefinition[]>;
  readonly abolished: ReadonlySet<string>;
}

/** Says from stored facts what a replay would change of entries. Reads only; the number of statements does not grow with the number of cases. */
@Injectable()
export class ReplayAssessor {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
  ) {}

  /** @returns for each case, in their order, what `replay.assessed` tells */
  async assess(tx: Transaction, cases: readonly ReplayCase[]): Promise<ReplayAssessed[]> {
    if (cases.length === 0) return [];
    const read = await this.read(tx, cases);
    return cases.map((one) => {
      const entry = read.entries.get(one.entryId);
      if (entry === undefined || entry.subject_id !== one.subjectId) return unknownOf(one);
      const world = this.worldOf(entry, read);
      return this.answerOf(one, world.law, assessCase(world, one.change));
    });
  }

  private async read(tx: Transaction, cases: readonly ReplayCase[]): Promise<Read> {
    const rows = await findEntries(tx, [...new Set(cases.map(({ entryId }) => entryId))]);
    const voided = new Set(cases.filter(({ change }) => change.kind === 'VOID_ENTRY').map(({ entryId }) => entryId));
    const subjects = rows.filter((row) => voided.has(row.id) && row.list_type === 'BLACK').map((row) => row.subject_id);
    const others = subjects.length === 0 ? [] : await findAllOfSubjects(tx, [...new Set(subjects)]);
    const honours = others.filter((row) => row.list_type === 'RED' && row.status === 'EXCLUDED');
    const facts = await findFacts(tx, [...new Set([...rows, ...honours].map((row) => row.id))]);
    const definitions = await findDefinitions(
      tx,
      rows.map((row) => row.list_code),
    );
    const lists = honours.map((row) => row.list_code);
    const parties = await findParties(
      tx,
      rows.map((row) => row.id),
    );
    return {
      entries: new Map(rows.map((row) => [row.id, row])),
      ofSubject: Map.groupBy(others, (row) => row.subject_id),
      facts: Map.groupBy(facts, (fact) => fact.entry_id),
      parties: Map.groupBy(parties, (party) => party.entry_id),
      versions: Map.groupBy(definitions, (definition) => definition.code),
      abolished: lists.length === 0 ? new Set() : await findAbolished(tx, lists),
    };
  }

  private worldOf(entry: EntryRow, read: Read): CaseWorld {
    const factsOf = (entryId: string) => read.facts.get(entryId) ?? [];
    return {
      entry,
      facts: factsOf(entry.id),
      factsOf,
      parties: read.parties.get(entry.id) ?? [],
      ofSubject: read.ofSubject.get(entry.subject_id) ?? [],
      abolished: read.abolished,
      law: this.lawOf(read.versions.get(entry.list_code) ?? []),
    };
  }

  /** The law of corrections, with the terms of each day and the calendar of today. */
  lawOf(versions: readonly ListDefinition[]): CorrectionLaw {
    return {
      versions,
      grounds: listingGrounds,
      settingsOn: this.terms.settingsOn,
      calendar: this.clock.calendar(),
      today: this.clock.today(),
    };
  }

  private answerOf(one: ReplayCase, law: CorrectionLaw, assessment: CaseAssessment): ReplayAssessed {
    const versions = [
      ...assessment.versions,
      { kind: 'CONFIGURATION' as const, id: 'list-matching', version: lawVersionOf(one.change, law) },
    ];
    if (!assessment.ok)
      return { ...blank(one), result: 'REFUSED', clause: assessment.clause, detail: assessment.detail.slice(0, 2000), versions };
    const { acts, entries, mismatches } = assessment;
    const lines = stateLines(entries);
    const state = { lines: lines.length, sha256: sha256(lines.join('\n')) };
    return { ...blank(one), result: 'ASSESSED', acts, versions, entries: [...entries], state, mismatches: mismatches.slice(0, 50) };
  }
}

/** Settings and lists that the rules used; those of corrections only where they were asked. */
function lawVersionOf(change: ReplayChange, law: CorrectionLaw): string {
  if (change.kind !== 'CORRECT_ENTRY') return sha256('');
  const lists = law.versions.map(({ code, version, status }) => `${code}@${version} ${status}`).sort();
  return sha256(JSON.stringify([Object.entries(law.settingsOn(law.today)).sort(), lists, law.calendar]));
}

function unknownOf(one: ReplayCase): ReplayAssessed {
  return { ...blank(one), result: 'UNKNOWN', detail: `没有该名单记录：${one.entryId}` };
}

function blank({ replayId, round, entryId, subjectId, change }: ReplayCase): ReplayAssessed {
  return {
    replayId,
    round,
    entryId,
    subjectId,
    change,
    owner: 'list-matching',
    part: 1,
    parts: 1,
    result: 'UNKNOWN',
    clause: null,
    detail: null,
    acts: false,
    versions: [],
    entries: [],
    plans: [],
    tasks: [],
    unchangedTasks: 0,
    state: null,
    mismatches: [],
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
