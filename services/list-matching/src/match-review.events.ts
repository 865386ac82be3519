import { matchDecided, matchReviewRequested } from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { NewCandidate } from './match-candidate.store.ts';

export function reviewRequestedEvent(row: NewCandidate, actor: string): NewEvent {
  return newEvent({ definition: matchReviewRequested, key: row.subject_id, actor, data: headOf(row) });
}

export function matchDecidedEvent(row: NewCandidate, verdict: 'SAME' | 'DIFFERENT' | 'NOT_NEEDED', decidedBy: string): NewEvent {
  return newEvent({ definition: matchDecided, key: row.subject_id, actor: decidedBy, data: { ...headOf(row), verdict, decidedBy } });
}

function headOf(row: NewCandidate) {
  return {
    candidateId: row.id,
    sourceKind: row.source_kind,
    sourceId: row.source_id,
    subjectId: row.subject_id,
    grade: row.grade,
    rule: row.rule,
    departmentCode: row.department_code,
  };
}
