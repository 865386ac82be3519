import {
  endOfDayBeijing,
  type LianxinEvent,
  verificationCancelled,
  verificationConcluded,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { doneBy, inLists, placed } from './figure.rules.ts';
import { newest, type RecordFact, type RecordSource } from './record.rules.ts';

type VerificationFacts = {
  readonly head: { readonly version: number; readonly number: string; readonly batchNo: string; readonly departmentCode: string };
  readonly requested: { readonly dueOn: string; readonly listCodes: readonly string[] } | null;
  readonly concluded: { readonly version: number; readonly result: string; readonly verifiedOn: string } | null;
  readonly isCancelled: boolean;
};

/** K20: subjects of national batches with a final result, and those with one in time (R-2-17). One that a corrected batch no longer names was never due. */
export const verificationSource: RecordSource<VerificationFacts> = {
  source: 'VERIFICATION',
  factsOf: (event) => verificationFactsOf(event),
  hear: (before, said) =>
    before === undefined
      ? said
      : {
          head: newest(before.head, said.head) ?? said.head,
          requested: before.requested ?? said.requested,
          concluded: newest(before.concluded, said.concluded),
          isCancelled: before.isCancelled || said.isCancelled,
        },
  departmentOf: ({ head }) => head.departmentCode,
  rowsOf: (rowId, departmentCode, { requested, concluded, isCancelled }) => {
    if (requested === null || isCancelled) return [];
    const dueAt = endOfDayBeijing(requested.dueOn).toISOString();
    // The day of the result counts whole: it was there before that day ended.
    const doneAt = concluded === null ? undefined : new Date(endOfDayBeijing(concluded.verifiedOn).getTime() - 1).toISOString();
    const lists = [...new Set(requested.listCodes)].sort();
    return inLists(lists, { rowId, departmentCode, figure: 'K20', cycle: 0, ...placed(requested.dueOn), ...doneBy(doneAt, dueAt) });
  },
};

function verificationFactsOf(event: LianxinEvent): RecordFact<VerificationFacts>[] {
  if (
    !is(event, verificationRequested) &&
    !is(event, verificationTransferred) &&
    !is(event, verificationConcluded) &&
    !is(event, verificationCancelled)
  )
    return [];
  const { verificationId: id, verificationVersion: version, number, batchNo, departmentCode } = event.data;
  const nothing = { head: { version, number, batchNo, departmentCode }, requested: null, concluded: null, isCancelled: false };
  if (is(event, verificationRequested)) {
    const { dueOn, listCodes } = event.data;
    return [{ id, said: { ...nothing, requested: { dueOn, listCodes } } }];
  }
  if (is(event, verificationConcluded)) {
    const { result, verifiedOn } = event.data;
    return [{ id, said: { ...nothing, concluded: { version, result, verifiedOn } } }];
  }
  return [{ id, said: { ...nothing, isCancelled: is(event, verificationCancelled) } }];
}
