import type { AssessedEntry, CorrectedFacts, ReplayChange, ReplayVersion } from '@lianxin/contracts';
import {
  type CorrectableEntry,
  type CorrectableParty,
  type CorrectionDecision,
  type CorrectionLaw,
  decideCorrection,
} from './correction.rules.ts';
import { findMismatches, type Mismatch, type StoredEntry, type StoredFact } from './entry-fold.rules.ts';
import { honoursThatReturn } from './honour.rules.ts';
import { decideStep, isInForce } from './list-entry.rules.ts';

/** An entry of a case, in the words of its table. */
export interface CaseEntry extends StoredEntry, CorrectableEntry {
  readonly subject_id: string;
  readonly department_code: string;
}

/** Everything that a case rests on, as it is stored. */
export interface CaseWorld {
  readonly entry: CaseEntry;
  readonly facts: readonly StoredFact[];
  readonly parties: readonly CorrectableParty[];
  /** Every entry of the subject that was more than a proposal, this one among them; only looked at when a black entry is taken to be void (T20a). */
  readonly ofSubject: readonly CaseEntry[];
  readonly factsOf: (entryId: string) => readonly StoredFact[];
  readonly abolished: ReadonlySet<string>;
  readonly law: CorrectionLaw;
}

/** What would be otherwise with the entries of a case. */
export type CaseAssessment =
  | {
      readonly ok: true;
      /** The entry first, then the honours that come back. */
      readonly entries: readonly [AssessedEntry, ...AssessedEntry[]];
      readonly versions: readonly ReplayVersion[];
      readonly acts: boolean;
      readonly mismatches: readonly Mismatch[];
    }
  | { readonly ok: false; readonly clause: string; readonly detail: string; readonly versions: readonly ReplayVersion[] };

/**
 * Takes a change for true and says by the rules of the real use cases what would follow from it (design §7): the same table of transitions, the same
 * conditions of a returning honour, the same law of corrections. Pure: the same stored facts give the same answer.
 */
export function assessCase(world: CaseWorld, change: ReplayChange): CaseAssessment {
  const { entry } = world;
  switch (change.kind) {
    case 'NOTHING':
    case 'CATALOGUE_VERSION':
      return kept(world);
    case 'VOID_ENTRY':
      return assessVoid(world, change.effect);
    case 'CORRECT_ENTRY':
      if (isUndone(entry)) return kept(world);
      if (!isInForce(entry.status))
        return refusal(
          world,
          '§6.4',
          `记录 ${entry.number} 的状态为 ${entry.status}，只有生效中的记录才能更正内容；自始不应列入的按 T18 处理`,
        );
      return assessCorrection(world, decideCorrection(entry, world.parties, change.facts, world.law));
  }
}

/** T18, T19 from whatever state it has come to since; what was never in force has had no effect that could be undone. */
function assessVoid(world: CaseWorld, effect: 'VOID' | 'REVOKE'): CaseAssessment {
  const { entry } = world;
  if (isUndone(entry) || entry.status === 'NOT_DESIGNATED') return kept(world);
  const decided = decideStep(entry.status, effect === 'VOID' ? 'CORRECT' : 'REVOKE_BASIS', entry.list_type);
  if (!decided.ok)
    return refusal(world, effect === 'VOID' ? 'T18' : 'T19', `记录 ${entry.number} 尚未生效：${decided.detail}；未生效的按 T2a 撤回`);
  const { to, transition } = decided.step;
  const end = assessedOf(world, 'END', transition);
  if (entry.list_type !== 'BLACK') return assessed(world, [end], [entry]);
  // As the subject's entries will stand then: this one void.
  const then = world.ofSubject.map((other) => (other.id === entry.id ? { ...other, status: to } : other));
  const back = honoursThatReturn(then, world.factsOf, world.abolished, world.law.today);
  const looked = world.ofSubject.some(({ status }) => status === 'EXCLUDED') ? world.ofSubject : [entry];
  return assessed(
    world,
    [
      end,
      ...back.map((honour) =>
        assessedOf({ entry: honour, facts: world.factsOf(honour.id) }, 'RETURN', 'T20a', { validTo: honour.valid_to }),
      ),
    ],
    looked,
  );
}

function assessCorrection(world: CaseWorld, decided: CorrectionDecision): CaseAssessment {
  const { entry } = world;
  if (!decided.ok) return refusal(world, decided.clause, decided.faults.map((fault) => `${fault.pointer} ${fault.detail}`).join('；'));
  if (Object.keys(decided.changes).length === 0) return kept(world);
  return assessed(world, [{ ...assessedOf(world, 'CORRECT', '§6.4', { facts: decided.facts }), hardens: [...decided.hardens] }], [entry]);
}

function kept(world: CaseWorld): CaseAssessment {
  return assessed(world, [assessedOf(world, 'KEEP', null)], [world.entry]);
}

function assessed(world: CaseWorld, entries: readonly [AssessedEntry, ...AssessedEntry[]], looked: readonly CaseEntry[]): CaseAssessment {
  const found = entries.flatMap(({ entryId }) => {
    const row = entryId === world.entry.id ? world.entry : world.ofSubject.find(({ id }) => id === entryId);
    return row === undefined ? [] : findMismatches(row, entryId === world.entry.id ? world.facts : world.factsOf(entryId));
  });
  return { ok: true, entries, versions: versionsOf(looked), acts: entries[0].action !== 'KEEP', mismatches: found };
}

function refusal(world: CaseWorld, clause: string, detail: string): CaseAssessment {
  return { ok: false, clause, detail, versions: versionsOf([world.entry]) };
}

function versionsOf(looked: readonly CaseEntry[]): ReplayVersion[] {
  return looked.map(({ id, version }) => ({ kind: 'ENTRY' as const, id, version: String(version) })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function assessedOf(
  { entry, facts }: { readonly entry: CaseEntry; readonly facts: readonly StoredFact[] },
  action: AssessedEntry['action'],
  clause: string | null,
  rest: { readonly facts?: CorrectedFacts; readonly validTo?: string | null } = {},
): AssessedEntry {
  return {
    entryId: entry.id,
    subjectId: entry.subject_id,
    number: entry.number,
    listCode: entry.list_code,
    listType: entry.list_type,
    designatingDepartment: entry.department_code,
    entryVersion: entry.version,
    activationNo: entry.activation_no,
    status: entry.status,
    action,
    clause,
    facts: rest.facts ?? null,
    validTo: rest.validTo ?? null,
    effective: entry.recognised !== false,
    correctedVersion: lastCorrectionOf(facts),
  };
}

/** Version at which facts were last corrected and everybody was told (T13b). */
function lastCorrectionOf(facts: readonly StoredFact[]): number | null {
  return facts.reduce<number | null>(
    (last, { version, detail }) => ('corrected' in detail && version > (last ?? 0) ? version : last),
    null,
  );
}

function isUndone(entry: StoredEntry): boolean {
  return entry.status === 'CORRECTED' || entry.status === 'REVOKED';
}

/** How entries stand, for comparison with the journal: a line for each, sorted. */
export function stateLines(entries: readonly AssessedEntry[]): string[] {
  return entries.map(({ entryId, entryVersion, status }) => `ENTRY:${entryId}:${entryVersion}:${status}`).sort();
}

/**
 * Versions among those that were approved which no longer hold: an entry that has moved on, or one that was not there when the difference was made and
 * would count now.
 */
export function movedOn(approved: readonly ReplayVersion[], now: readonly ReplayVersion[]): ReplayVersion[] {
  const known = new Map(approved.filter(({ kind }) => kind === 'ENTRY').map(({ id, version }) => [id, version]));
  return now.filter(({ kind, id, version }) => kind === 'ENTRY' && known.get(id) !== version);
}
