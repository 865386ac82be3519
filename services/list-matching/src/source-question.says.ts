import { listEntryUnconfirmed } from '@lianxin/contracts';
import { newEvent } from '@lianxin/messaging';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { headOf } from './list-entry.events.ts';

/** T14a: tasks are held until the source, or the person who looks into a doubtful identity, has answered. */
export function sayUnconfirmed(
  work: EntryWork,
  entry: EntryInWork,
  answerDueOn: string,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  work.step(entry, 'MISS_SOURCE', { answerDueOn, ...detail });
  const data = { ...headOf(entry.row), unconfirmedOn: work.acting.today, answerDueOn };
  work.say(newEvent({ definition: listEntryUnconfirmed, key: entry.row.subject_id, data, actor: work.acting.actor }));
}
