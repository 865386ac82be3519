import { addWorkingDays, beijingDate, type ExitGround, endOfDayBeijing, type WorkingDayCalendar } from '@lianxin/contracts';
import type { EntryRegisters } from './entry.rules.ts';
import { done, doneBy, type FigureRow, inLists, lastDayOf, placed, timeless, undone } from './figure.rules.ts';

/** K19: the entry ended because its subject did what it owed, or repaired its credit. */
const performed: readonly ExitGround[] = ['REPAIRED', 'DUTIES_PERFORMED', 'SETTLEMENT_PERFORMED', 'BANKRUPTCY_PLAN_COMPLETED'];
/** K02: a match is finished within this many working days. */
const matchDays = 1;

/**
 * Rows of an entry: K01 and K03 for each time that it came into force, one of the stock while it stands, K02 for its identity match, and for each exit of a
 * black entry K19. What was corrected (T18) should never have been listed: it is wrong in K03, in the period in which it came into force.
 */
export function rowsOfEntry(entryId: string, entry: EntryRegisters, calendar: WorkingDayCalendar): FigureRow[] {
  const base = { rowId: entryId, departmentCode: entry.departmentCode };
  const row = (figure: string, cycle: number, day: string, state: Pick<FigureRow, 'isCounted' | 'isTimely' | 'lateDays'> = done) =>
    inLists([entry.listCode], { ...base, ...placed(day), ...state, figure, cycle });
  const rows = Object.entries(entry.activations).flatMap(([activationNo, { activatedOn }]) => [
    ...row(`K01-${entry.listType}`, Number(activationNo), activatedOn),
    ...row('K03', Number(activationNo), activatedOn, entry.status === 'CORRECTED' ? undone : done),
  ]);
  if (entry.status === 'ACTIVE' || entry.status === 'SUSPENDED')
    rows.push(...row('ENTRIES-ACTIVE', 0, beijingDate(new Date(entry.heardFrom))).map((one) => ({ ...one, quarter: timeless })));
  const dueAt = matchDueAt(entry.heardFrom, calendar);
  rows.push(...row('K02', 0, lastDayOf(dueAt), doneBy(entry.matchedAt ?? undefined, dueAt)));
  if (entry.listType !== 'BLACK') return rows;
  for (const [activationNo, { on, ground }] of Object.entries(entry.exits)) {
    rows.push(...row('K19-EXITED', Number(activationNo), on));
    if (performed.some((one) => one === ground)) rows.push(...row('K19-PERFORMED', Number(activationNo), on));
  }
  return rows;
}

function matchDueAt(heardFrom: string, calendar: WorkingDayCalendar): string {
  return endOfDayBeijing(addWorkingDays(calendar, beijingDate(new Date(heardFrom)), matchDays).date).toISOString();
}
