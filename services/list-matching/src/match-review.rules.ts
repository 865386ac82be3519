import type { ListType } from '@lianxin/contracts';

/** R-11-2, second order of the queue: the heavier the list, the sooner. */
export function severityOf(listType: ListType): number {
  const severities = { BLACK: 3, ABNORMAL: 2, FOCUS: 1, RED: 0 } as const satisfies Record<ListType, number>;
  return severities[listType];
}

/** What every candidate of a party of a list entry has in common. */
export function candidateHead(
  entry: { readonly id: string; readonly list_type: ListType; readonly department_code: string },
  party: { readonly id: string },
) {
  return {
    source_kind: 'LIST_ENTRY',
    source_id: entry.id,
    record_id: party.id,
    entry_id: entry.id,
    party_id: party.id,
    severity: severityOf(entry.list_type),
    department_code: entry.department_code,
  };
}

/** C1 of §11.3, CONFLICT of §11.4: the number is known under a really different name. Points of R-11-2: the code alone. */
export const conflictCandidate = {
  grade: 'CONFLICT',
  rule: 'C1',
  queue_score: 60,
  record: null,
  record_sealed: null,
  record_hash: null,
  explanations: {},
  flags: [],
  register_version: 0,
} as const;

/** What the engine found, as the queue keeps it. Whatever it says of a record without a valid number, a person decides (R-11-1). */
export function uncertainCandidate(result: {
  readonly grade: string;
  readonly family: string;
  readonly queueScore: number;
  readonly explanations: Readonly<Record<string, unknown>>;
  readonly flags: readonly string[];
}) {
  const grade = result.family === 'CONFLICT' || result.family === 'POSSIBLE' ? result.family : 'PROBABLE';
  return {
    grade: grade as 'CONFLICT' | 'PROBABLE' | 'POSSIBLE',
    rule: result.grade,
    queue_score: result.queueScore,
    explanations: result.explanations,
    flags: result.flags,
  };
}
