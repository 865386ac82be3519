import type { checkOverridden, EventData } from '@lianxin/contracts';
import type { EntryRow, PartyRow } from './list-entry.store.ts';
import type { CandidateRow, NewCandidate } from './match-candidate.store.ts';
import { candidateHead, conflictCandidate } from './match-review.rules.ts';
import type { SubjectRow } from './subject.store.ts';

/** `source_kind` of what windows doubt. */
export const windowDoubtKind = 'WINDOW_CHECK';

export type Overridden = EventData<typeof checkOverridden>;

/**
 * A clerk's "not the same subject" as a question to a person (R-11-1, R-11-3). It suggests and decides nothing: the entry, its tasks and every other
 * window's prompt stay as they are until the credit office has looked (谁认定、谁负责).
 * @param registerVersion last change of the subject in the register: a later one makes it a new question
 */
export function doubtCandidate(
  id: string,
  told: Overridden,
  entry: EntryRow,
  party: PartyRow,
  subject: SubjectRow,
  registerVersion: number,
): NewCandidate {
  const detail = `窗口核查 ${told.number}（事项 ${told.matterCode}）由 ${told.departmentCode} 反映：经核实非同一主体`;
  return {
    ...conflictCandidate,
    ...candidateHead(entry, party),
    id,
    source_kind: windowDoubtKind,
    rule: 'W1',
    subject_id: subject.id,
    decision_name: subject.name,
    decision_sealed: subject.name === null ? subject.sealed : null,
    decision_name_masked: subject.name === null ? subject.name_masked : null,
    explanations: { window: { score: 0, detail } },
    register_version: registerVersion,
  };
}

/** The last answer of a person about this pair, if the register has not changed the subject since: nobody is asked again (R-11-3). */
export function rememberedAnswer(
  candidates: readonly CandidateRow[],
  subjectId: string,
  registerVersion: number,
): CandidateRow | undefined {
  return candidates.findLast(
    (row) => row.subject_id === subjectId && row.register_version === registerVersion && (row.status === 'CONFIRMED' || isDifferent(row)),
  );
}

/** A person found the two to be different; what the end of an entry closed was decided by nobody. */
function isDifferent(row: CandidateRow): boolean {
  return row.status === 'DISMISSED' && row.reason !== entryEnded;
}

/** Why a question was closed that nobody need answer any more. */
export const entryEnded = 'ENTRY_ENDED';
