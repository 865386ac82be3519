import type { PublicRecordKind, PublicRecordStatus } from './api/public-record.api.ts';
import { addMonths } from './calendar-date.ts';
import type { Grade, SubjectKind } from './vocabulary.ts';

/** A public record as the public may see it. */
export interface PublishableRecord {
  readonly kind: PublicRecordKind;
  readonly status: PublicRecordStatus;
  readonly subjectKind: SubjectKind;
  readonly grade: Grade | null;
  readonly decidedOn: string;
  readonly publishedOn: string | null;
  readonly publicUntil: string | null;
  /** Not shown while a reorganisation plan is carried out (R-5-14). */
  readonly hidden: boolean;
}

/** 36号令 in force: periods count from publicity for acts from this day on, from the decision before (R-5-4). */
const publicitySince = '2026-04-01';
/** §5.2: longest publicity of a penalty; one of the lightest grade is in principle not published. */
const longestMonths: Readonly<Record<Grade, number>> = { MINOR: 0, GENERAL: 12, SERIOUS: 36 };

/**
 * Whether anybody may see a record on a day: published, of an organisation (R-8-7), within its own period and, of a penalty, within the longest of its
 * grade (§5.2, R-5-5), also when nobody has ended it yet.
 */
export function isRecordPublic(record: PublishableRecord, today: string): boolean {
  if (record.status !== 'PUBLISHED' || record.subjectKind === 'PERSON' || record.publishedOn === null || record.hidden) return false;
  if (record.publicUntil !== null && record.publicUntil < today) return false;
  if (record.kind !== 'PENALTY') return true;
  const from = record.decidedOn >= publicitySince ? record.publishedOn : record.decidedOn;
  return today < addMonths(from, longestMonths[record.grade ?? 'GENERAL']);
}
