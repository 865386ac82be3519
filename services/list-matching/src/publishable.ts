import type { SubjectKind } from '@lianxin/contracts';
import type { EntryRow } from './list-entry.store.ts';
import { ruleOfList } from './list-rule.data.ts';
import type { PublishableEntry } from './publication.rules.ts';

/** An entry as it stands on a day, as its publication sees it: the same for the public answer, for what channels are asked and for what they are told. */
export function publishableOf(row: EntryRow, subjectKind: SubjectKind, today: string): PublishableEntry {
  return {
    status: row.status,
    listType: row.list_type,
    recognised: row.recognised ?? true,
    subjectKind,
    termOver: isTermOver(row, today),
    unconfirmed: row.procedure.unconfirmedObjection !== undefined,
  };
}

/** R-2-11: a term that is over ends publication, also in the moment before its timer fires; not where the list's clause wants its duties performed. */
function isTermOver(row: EntryRow, today: string): boolean {
  if (row.valid_to === null || row.valid_to >= today) return false;
  return row.duties_performed_on !== null || !ruleOfList(row.list_code, row.decision_date ?? today).termNeedsPerformance;
}
