import {
  checkDecided,
  type EventData,
  feedbackRejected,
  feedbackSubmitted,
  isEvent as is,
  type LianxinEvent,
  type restorationOrdered,
  taskDispatched,
} from '@lianxin/contracts';
import { foldState } from './journal-state.rules.ts';

type Order = EventData<typeof restorationOrdered>;
export type PartyOrder = Pick<Order, 'partyId' | 'partySubjectId' | 'departments'>;

const done = new Set(['APPLIED', 'HIT', 'PARTIAL']);

/**
 * Who has to restore what after an entry proved void (R-6-8): every department that did something on a task of this entry, unless the task rests on another
 * entry as well that stands. Feedback that was sent back still tells that something was done.
 * @param events all events of the subject's key, in any order
 * @param onlyTaskId where only a measure was wrong: that task, whatever else it rests on
 */
export function restorationsOf(entryId: string, events: readonly LianxinEvent[], onlyTaskId?: string): PartyOrder[] {
  const state = foldState(events.map((event) => ({ eventId: event.id, type: event.type, data: event.data })));
  const standing = new Set(state.plans.filter((plan) => plan.status !== 'ENDED' && plan.entryId !== entryId).map((plan) => plan.planId));
  const keptByAnother = new Set(state.tasks.filter((task) => task.planIds.some((id) => standing.has(id))).map((task) => task.taskId));
  const acted = actedTasks(events);
  const orders = new Map<string, { partyId: string; partySubjectId: string; departments: Map<string, Set<string>> }>();
  const add = (partyId: string, partySubjectId: string, department: string, measureCodes: readonly string[]) => {
    const order = orders.get(partyId) ?? { partyId, partySubjectId, departments: new Map<string, Set<string>>() };
    const measures = order.departments.get(department) ?? new Set<string>();
    for (const code of measureCodes) measures.add(code);
    order.departments.set(department, measures);
    orders.set(partyId, order);
  };
  const rows = events.flatMap((event) => (is(event, taskDispatched) && event.data.entryId === entryId ? event.data.tasks : []));
  for (const row of rows) {
    const isWrong = onlyTaskId === undefined ? acted.has(row.taskId) && !keptByAnother.has(row.taskId) : row.taskId === onlyTaskId;
    if (isWrong) add(row.partyId, row.partySubjectId, row.departmentCode, [row.measureCode]);
  }
  if (onlyTaskId === undefined) {
    const partyOf = new Map(rows.map((row) => [row.partySubjectId, row.partyId]));
    for (const { departmentCode, subjectId, measureCodes } of appliedAtWindows(entryId, events)) {
      const partyId = partyOf.get(subjectId);
      if (partyId !== undefined) add(partyId, subjectId, departmentCode, measureCodes);
    }
  }
  return [...orders.values()]
    .toSorted((a, b) => (a.partyId < b.partyId ? -1 : 1))
    .map(({ partyId, partySubjectId, departments }) => ({
      partyId,
      partySubjectId,
      departments: [...departments]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([departmentCode, measures]) => ({ departmentCode, measureCodes: [...measures].sort() })),
    }));
}

function actedTasks(events: readonly LianxinEvent[]): Set<string> {
  return new Set(
    events.flatMap((event) =>
      (is(event, feedbackSubmitted) || is(event, feedbackRejected)) && done.has(event.data.kind) ? [event.data.taskId] : [],
    ),
  );
}

/** Measures that a clerk applied in an approval because of a prompt on this entry (R-4-14). */
function appliedAtWindows(entryId: string, events: readonly LianxinEvent[]) {
  return events.flatMap((event) => {
    if (!is(event, checkDecided)) return [];
    const { matterDepartment, decisions } = event.data;
    return decisions
      .filter((decision) => decision.entryId === entryId && decision.appliedMeasureCodes.length > 0)
      .map((decision) => ({ departmentCode: matterDepartment, subjectId: decision.subjectId, measureCodes: decision.appliedMeasureCodes }));
  });
}

/** What was applied at approval windows because of an entry, one row per measure: nobody's task, but to be restored all the same (R-4-14, R-6-8). */
export function windowRestorationsOf(entryId: string, events: readonly LianxinEvent[]) {
  const rows = events.flatMap((event) => (is(event, taskDispatched) && event.data.entryId === entryId ? event.data.tasks : []));
  const partyOf = new Map(rows.map((row) => [row.partySubjectId, row.partyId]));
  const unique = new Map(
    appliedAtWindows(entryId, events).flatMap(({ departmentCode, subjectId, measureCodes }) => {
      const partyId = partyOf.get(subjectId);
      if (partyId === undefined) return [];
      return measureCodes.map((measureCode) => {
        const row = { departmentCode, partyId, partySubjectId: subjectId, measureCode };
        return [Object.values(row).join('|'), row] as const;
      });
    }),
  );
  return [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
