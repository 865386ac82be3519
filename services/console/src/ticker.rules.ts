import type { HeardEvent, HeardType } from './event.rules.ts';
import type { Journeys } from './journey.rules.ts';

/** One line of what happens, in facts: the words are the page's. */
export interface TickerLine {
  readonly id: string;
  readonly type: HeardType;
  /** RFC 3339. */
  readonly at: string;
  readonly entryId: string | undefined;
  readonly number: string;
  readonly listCode: string;
  readonly departmentCode: string;
  readonly measureCode: string;
  readonly tasks: number;
  readonly departments: number;
  readonly measures: number;
}

const nothing = {
  entryId: undefined,
  number: '',
  listCode: '',
  departmentCode: '',
  measureCode: '',
  tasks: 0,
  departments: 0,
  measures: 0,
};

/** The line of an event; `journeys` tell what the event itself does not. */
export function lineOf(event: HeardEvent, journeys: Journeys): TickerLine {
  const head = { ...nothing, id: event.id, type: event.type, at: event.time };
  const numberOf = (entryId: string) => journeys[entryId]?.entry?.number ?? '';
  switch (event.type) {
    case 'lianxin.list_entry.received.v1':
    case 'lianxin.list_entry.activated.v1':
    case 'lianxin.list_entry.suspended.v1':
    case 'lianxin.list_entry.resumed.v1':
    case 'lianxin.list_entry.exited.v1': {
      const { entryId, number, listCode, designatingDepartment } = event.data;
      return { ...head, entryId, number, listCode, departmentCode: designatingDepartment };
    }
    case 'lianxin.measure_plan.made.v1': {
      const { entryId, entryNumber, listCode, groups } = event.data;
      return { ...head, entryId, number: entryNumber, listCode, measures: new Set(groups.flatMap((group) => group.measureCodes)).size };
    }
    case 'lianxin.measure_plan.held.v1':
    case 'lianxin.measure_plan.released.v1':
    case 'lianxin.measure_plan.ended.v1':
      return { ...head, entryId: event.data.entryId, number: numberOf(event.data.entryId) };
    case 'lianxin.task.dispatched.v1':
    case 'lianxin.task.held.v1':
    case 'lianxin.task.released.v1':
    case 'lianxin.task.lifting.v1': {
      const { entryId, listCode, tasks } = event.data;
      return {
        ...head,
        entryId,
        number: numberOf(entryId),
        listCode,
        tasks: tasks.length,
        departments: new Set(tasks.map((task) => task.departmentCode)).size,
      };
    }
    case 'lianxin.case.recorded.v1':
      return {
        ...head,
        ...ofTask(journeys, event.data.taskId),
        departmentCode: event.data.departmentCode,
        measureCode: event.data.measureCode,
      };
    default:
      return { ...head, ...ofTask(journeys, event.data.taskId), departmentCode: event.data.departmentCode };
  }
}

function ofTask(journeys: Journeys, taskId: string): Pick<TickerLine, 'entryId' | 'number' | 'measureCode'> {
  const journey = Object.values(journeys).find((one) => one.tasks[taskId] !== undefined);
  return { entryId: journey?.entryId, number: journey?.entry?.number ?? '', measureCode: journey?.tasks[taskId]?.measureCode ?? '' };
}
