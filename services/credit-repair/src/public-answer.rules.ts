import { isRecordPublic, type SubjectKind } from '@lianxin/contracts';
import type { RepairItem } from './eligibility.rules.ts';

/** Why a record that stands is not shown for the time being. */
export interface Withheld {
  /** For the time of a reorganisation plan (R-5-14). */
  readonly byPlan: boolean;
  /** An objection to it could be neither confirmed nor refuted (§6.4). */
  readonly byNote: boolean;
}

/** Whether anybody is told of a record: only where the public register shows it (§8.3, R-8-7), and of lists only the black ones of this city. */
export function isToldPublicly(item: RepairItem, subjectKind: SubjectKind, withheld: Withheld, today: string): boolean {
  if (item.state !== 'LIVE' || item.originRegion !== null || subjectKind === 'PERSON') return false;
  if (withheld.byPlan || withheld.byNote) return false;
  if (item.kind === 'LIST_ENTRY') return item.listType === 'BLACK';
  const { kind, grade, decidedOn, publicFrom: publishedOn, termEnd: publicUntil } = item;
  return isRecordPublic({ kind, status: 'PUBLISHED', subjectKind, grade, decidedOn, publishedOn, publicUntil, hidden: false }, today);
}
