import {
  dayNumberOf,
  endOfDayBeijing,
  type LianxinEvent,
  repairAdvanced,
  repairGranted,
  repairReceived,
  repairRecordGranted,
  repairRefused,
} from '@lianxin/contracts';
import { repairDays } from './derived-figure.rules.ts';
import { is } from './event.rules.ts';
import { done, doneBy, inLists, placed } from './figure.rules.ts';
import { newest, type RecordFact, type RecordSource } from './record.rules.ts';

type RepairFacts = {
  readonly head: { readonly version: number; readonly number: string; readonly departmentCode: string };
  readonly receivedOn: string | null;
  /** Last day for the result, as the newest step says it (S5; later when extended). */
  readonly due: { readonly version: number; readonly on: string } | null;
  readonly decided: { readonly on: string; readonly outcome: 'GRANTED' | 'REFUSED' } | null;
  readonly isWithdrawn: boolean;
};

/** States in which the result is awaited. */
const awaiting = ['ACCEPTED', 'UNDER_REVIEW', 'EXTENDED'];

/**
 * K15: applications for repair that were decided in the limit, of those whose limit has come. One that was withdrawn undecided was never due. For the
 * median, each decided one is counted once more under the calendar days from its receipt to its decision.
 */
export const repairSource: RecordSource<RepairFacts> = {
  source: 'REPAIR',
  factsOf: (event) => repairFactsOf(event),
  hear: (before, said) =>
    before === undefined
      ? said
      : {
          head: newest(before.head, said.head) ?? said.head,
          receivedOn: before.receivedOn ?? said.receivedOn,
          due: newest(before.due, said.due),
          decided: earliest(before.decided, said.decided),
          isWithdrawn: before.isWithdrawn || said.isWithdrawn,
        },
  departmentOf: ({ head }) => head.departmentCode,
  rowsOf: (rowId, departmentCode, { receivedOn, due, decided, isWithdrawn }) => {
    if (due === null || (isWithdrawn && decided === null)) return [];
    const dueAt = endOfDayBeijing(due.on).toISOString();
    // The day of the decision counts whole: it was there before that day ended.
    const doneAt = decided === null ? undefined : new Date(endOfDayBeijing(decided.on).getTime() - 1).toISOString();
    const base = { rowId, departmentCode, cycle: 0, ...placed(due.on) };
    const rows = inLists([], { ...base, figure: 'K15', ...doneBy(doneAt, dueAt) });
    if (decided === null || receivedOn === null) return rows;
    const days = Math.max(0, dayNumberOf(decided.on) - dayNumberOf(receivedOn));
    return [...rows, ...inLists([], { ...base, figure: `${repairDays}${days}`, ...done })];
  },
};

function repairFactsOf(event: LianxinEvent): RecordFact<RepairFacts>[] {
  if (is(event, repairGranted) || is(event, repairRecordGranted)) {
    const { repairId: id, number, decidingDepartment: departmentCode, grantedOn: on } = event.data;
    // These two carry no version of the application: what it says of itself is newer.
    return [{ id, said: { ...nothing, head: { version: 0, number, departmentCode }, decided: { on, outcome: 'GRANTED' } } }];
  }
  if (!is(event, repairReceived) && !is(event, repairAdvanced) && !is(event, repairRefused)) return [];
  const { repairId: id, repairVersion: version, number, decidingDepartment: departmentCode, status } = event.data;
  const said: RepairFacts = { ...nothing, head: { version, number, departmentCode }, isWithdrawn: status === 'WITHDRAWN' };
  if (is(event, repairReceived)) return [{ id, said: { ...said, receivedOn: event.data.receivedOn } }];
  if (is(event, repairRefused)) {
    const isDecision = event.data.stage === 'DECISION';
    return [{ id, said: { ...said, decided: isDecision ? { on: event.data.refusedOn, outcome: 'REFUSED' } : null } }];
  }
  const { dueOn } = event.data;
  return [{ id, said: { ...said, due: dueOn !== null && awaiting.includes(status) ? { version, on: dueOn } : null } }];
}

const nothing = { receivedOn: null, due: null, decided: null, isWithdrawn: false };

type Decided = NonNullable<RepairFacts['decided']>;

function earliest(known: Decided | null, said: Decided | null): Decided | null {
  if (known === null || said === null) return known ?? said;
  return said.on < known.on ? said : known;
}
