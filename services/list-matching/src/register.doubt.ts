import { addWorkingDays, listEntryConfirmed, type WorkingDayCalendar } from '@lianxin/contracts';
import { newEvent } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { headOf } from './list-entry.events.ts';
import { isInForce } from './list-entry.rules.ts';
import { findDoubtedSubjects } from './register.entries.store.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { sayUnconfirmed } from './source-question.says.ts';
import { findOpenQuestion } from './source-question.store.ts';

/** Working days in which the office decides about a doubtful identity (R-11-1). */
const decideWorkdays = 2;

/** Which of these subjects the register knows under another name than the decision that brought them here (R-11-1a), and nobody has decided yet. */
export function doubtedOf(tx: Transaction, subjectIds: readonly string[]): Promise<ReadonlySet<string>> {
  return acrossDepartments(tx, () => findDoubtedSubjects(tx, subjectIds));
}

/** Holds entries in force whose subject is doubtful: nothing of them is executed until a person has decided. */
export function holdInDoubt(work: EntryWork, entries: readonly EntryInWork[], calendar: WorkingDayCalendar): void {
  const dueOn = addWorkingDays(calendar, work.acting.today, decideWorkdays).date;
  for (const entry of entries.filter(({ row }) => isInForce(row.status)))
    sayUnconfirmed(work, entry, dueOn, { ground: 'IDENTITY_CONFLICT' });
}

/** The doubt is over: the entries run on, unless their source owes an answer besides. */
export async function releaseFromDoubt(tx: Transaction, work: EntryWork, entries: readonly EntryInWork[]): Promise<void> {
  for (const entry of entries) {
    if (!isInForce(entry.row.status) || (await findOpenQuestion(tx, entry.row.id)) !== undefined) continue;
    work.step(entry, 'CONFIRM_SOURCE', { ground: 'IDENTITY_CONFIRMED' });
    const data = { ...headOf(entry.row), documentNo: null, confirmedOn: work.acting.today, reappeared: false };
    work.say(newEvent({ definition: listEntryConfirmed, key: entry.row.subject_id, data, actor: work.acting.actor }));
  }
}
