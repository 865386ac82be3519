import {
  type LianxinEvent,
  objectionAccepted,
  objectionClosed,
  objectionDecided,
  objectionForwarded,
  objectionOverdue,
  objectionSubmitted,
} from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { done, doneBy, type FigureRow, inLists, placed, undone } from './figure.rules.ts';
import { newest, type RecordFact, type RecordSource } from './record.rules.ts';

type ObjectionFacts = {
  readonly head: { readonly version: number; readonly number: string; readonly departmentCode: string; readonly listCode: string | null };
  readonly closedOn: string | null;
  readonly decided: { readonly version: number; readonly on: string; readonly isUpheld: boolean } | null;
  /** Last day of the whole handling, told once it has passed; while the clock stands it does not pass. */
  readonly overdueSince: string | null;
};

/**
 * K16: objections answered in the limit of §6.3, of those that were answered or whose limit has passed; and of those decided, those that were upheld, also in
 * part: many of them mean bad data. They count for the unit whose record was disputed.
 */
export const objectionSource: RecordSource<ObjectionFacts> = {
  source: 'OBJECTION',
  factsOf: (event) => objectionFactsOf(event),
  hear: (before, said) =>
    before === undefined
      ? said
      : {
          head: newest(before.head, said.head) ?? said.head,
          closedOn: before.closedOn ?? said.closedOn,
          decided: newest(before.decided, said.decided),
          overdueSince: before.overdueSince ?? said.overdueSince,
        },
  departmentOf: ({ head }) => head.departmentCode,
  rowsOf: (rowId, departmentCode, { head, closedOn, decided, overdueSince }) => {
    const row = (figure: string, day: string, state: Pick<FigureRow, 'isCounted' | 'isTimely' | 'lateDays'>) =>
      inLists(head.listCode === null ? [] : [head.listCode], { rowId, departmentCode, figure, cycle: 0, ...placed(day), ...state });
    const answered =
      overdueSince !== null
        ? row('K16', overdueSince, lateOf(closedOn, overdueSince))
        : closedOn !== null
          ? row('K16', closedOn, done)
          : [];
    return decided === null ? answered : [...answered, ...row('K16-UPHELD', decided.on, decided.isUpheld ? done : undone)];
  },
};

function lateOf(closedOn: string | null, dueOn: string): Pick<FigureRow, 'isCounted' | 'isTimely' | 'lateDays'> {
  if (closedOn === null) return undone;
  const { lateDays } = doneBy(`${closedOn}T15:59:59.000Z`, `${dueOn}T16:00:00.000Z`);
  return { isCounted: true, isTimely: false, lateDays };
}

function objectionFactsOf(event: LianxinEvent): RecordFact<ObjectionFacts>[] {
  if (
    !is(event, objectionSubmitted) &&
    !is(event, objectionAccepted) &&
    !is(event, objectionForwarded) &&
    !is(event, objectionDecided) &&
    !is(event, objectionClosed) &&
    !is(event, objectionOverdue)
  )
    return [];
  const { objectionId: id, objectionVersion: version, number, sourceDepartment: departmentCode, target } = event.data;
  const head = { version, number, departmentCode, listCode: target.listCode };
  const said: ObjectionFacts = { head, closedOn: null, decided: null, overdueSince: null };
  if (is(event, objectionClosed)) return [{ id, said: { ...said, closedOn: event.data.closedOn } }];
  if (is(event, objectionOverdue))
    return [{ id, said: { ...said, overdueSince: event.data.deadline === 'TOTAL' ? event.data.dueOn : null } }];
  if (is(event, objectionDecided)) {
    const { decidedOn: on, outcome } = event.data;
    return [{ id, said: { ...said, decided: { version, on, isUpheld: outcome === 'UPHELD' || outcome === 'PARTLY_UPHELD' } } }];
  }
  return [{ id, said }];
}
