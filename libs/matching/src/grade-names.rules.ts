/** Names of the grades of §11.3 and §11.4 and what each may cause. Two grades are ours, both for review only: C2 and S4 (docs/matching.md). */

export const families = ['EXACT', 'CONFLICT', 'PROBABLE', 'POSSIBLE', 'NONE'] as const;
export type Family = (typeof families)[number];

/** E1 of a person is EXACT of §11.4; P2 of a person is a full number under a former name or under a name with an unreadable character. */
export const matchGrades = ['E1', 'E2', 'C1', 'C2', 'P1', 'P2', 'P3', 'S1', 'S2', 'S3', 'S4', 'NONE'] as const;
export type MatchGrade = (typeof matchGrades)[number];

export const matchDecisions = ['match', 'review', 'no_match'] as const;
export type MatchDecision = (typeof matchDecisions)[number];

/**
 * What may follow without more: AUTOMATIC (E1, E2, EXACT); HINT: a hint may be shown, a task needs a person (P1 of organisations); CONFIRM: one click
 * of a named person; REVIEW: a person compares both records; NOTHING.
 */
export const matchActions = ['AUTOMATIC', 'HINT', 'CONFIRM', 'REVIEW', 'NOTHING'] as const;
export type MatchAction = (typeof matchActions)[number];

/** Family of a grade. */
export function familyOf(grade: MatchGrade): Family {
  if (grade === 'NONE') return 'NONE';
  const families: Readonly<Record<string, Family>> = { E: 'EXACT', C: 'CONFLICT', P: 'PROBABLE', S: 'POSSIBLE' };
  return families[grade.charAt(0)] ?? 'NONE';
}

/** Three-way decision (product §B.1): only EXACT is a match; everything else that is not NONE is a person's business (R-11-1). */
export function decisionOf(grade: MatchGrade): MatchDecision {
  const family = familyOf(grade);
  if (family === 'EXACT') return 'match';
  return family === 'NONE' ? 'no_match' : 'review';
}
