import {
  type EntryStatus,
  type EventData,
  type Grade,
  type LianxinEvent,
  type ListType,
  listEntryActivated,
  listEntryAdvanced,
  listEntryConfirmed,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  listEntryNarrowed,
  listEntryReceived,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntryResumed,
  listEntrySuperseded,
  listEntrySuspended,
  listEntryUnconfirmed,
  type PenaltyCategory,
  type PenaltyField,
  type PublicRecordStatus,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordPublished,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
  publicRecordStopped,
  publicRecordWithdrawn,
} from '@lianxin/contracts';
import type { RepairItem } from './eligibility.rules.ts';
import type { ItemKind } from './policy.rules.ts';

export const entryEvents = [
  listEntryReceived,
  listEntryAdvanced,
  listEntryActivated,
  listEntryCorrected,
  listEntryRecognised,
  listEntryRecognitionEnded,
  listEntrySuspended,
  listEntryResumed,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryUnconfirmed,
  listEntryConfirmed,
  listEntryNarrowed,
  listEntrySuperseded,
  listEntryExited,
];
export const recordEvents = [
  publicRecordPublished,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordReviewBegun,
  publicRecordReviewEnded,
  publicRecordStopped,
  publicRecordWithdrawn,
];

/** A record as its events tell of it. What an event does not tell (null) stays as it was. */
export interface ItemChange {
  readonly id: string;
  readonly kind: ItemKind;
  readonly number: string;
  readonly subjectId: string;
  readonly laneKey: string;
  readonly departmentCode: string;
  readonly version: number;
  readonly status: string;
  readonly activationNo: number;
  readonly listCode: string | null;
  readonly listType: ListType | null;
  /** Told by the events that make it public or bring it into force. */
  readonly body: ItemBody | null;
  readonly performedOn: string | null;
  readonly endGround: string | null;
  readonly endedAt: string | null;
  /** Whether it is marked as disputed (R-6-5); null where the event does not tell. */
  readonly disputed: boolean | null;
  /** Likewise, whether a reconsideration or lawsuit is pending (R-6-6). */
  readonly inReview: boolean | null;
}
interface ItemBody {
  readonly grade: Grade | null;
  readonly categories: readonly PenaltyCategory[];
  readonly fields: readonly PenaltyField[];
  readonly documentNo: string | null;
  readonly decidedOn: string;
  readonly publicFrom: string;
  readonly termEnd: string | null;
  readonly originRegion: string | null;
}

const inForce: readonly EntryStatus[] = ['ACTIVE', 'SUSPENDED'];
const underWay: readonly EntryStatus[] = ['DRAFT', 'CHECKING', 'PRE_NOTICE', 'HEARING', 'PUBLIC_NOTICE', 'DESIGNATED'];

/** What an event says of a record; undefined for a licence, which nobody repairs. */
export function changeOf(event: LianxinEvent): ItemChange | undefined {
  if (recordEvents.some(({ type }) => type === event.type)) return recordChange(event);
  const data = event.data as EventData<typeof listEntryReceived>;
  const isOver = !inForce.includes(data.status) && !underWay.includes(data.status);
  return {
    id: data.entryId,
    kind: 'LIST_ENTRY',
    number: data.number,
    subjectId: data.subjectId,
    laneKey: event.key,
    departmentCode: data.designatingDepartment,
    version: data.entryVersion,
    status: data.status,
    activationNo: data.activationNo,
    listCode: data.listCode,
    listType: data.listType,
    body: entryBody(event),
    performedOn: performedOn(event),
    endGround: isOver ? ((event.data as { ground?: string }).ground ?? data.status) : null,
    endedAt: isOver ? event.time : null,
    disputed: event.type === listEntryDisputed.type ? true : event.type === listEntryDisputeEnded.type || isOver ? false : null,
    inReview: isOver ? false : reviewTold(event),
  };
}

function entryBody(event: LianxinEvent): ItemBody | null {
  if (![listEntryActivated, listEntryCorrected, listEntryRecognised].some(({ type }) => type === event.type)) return null;
  const data = event.data as EventData<typeof listEntryActivated>;
  return {
    grade: data.grade,
    categories: [],
    fields: [],
    documentNo: data.decision.number,
    decidedOn: data.decision.date,
    // A revoked repair brings the entry back; its listing began when it was first in force.
    publicFrom: data.validFrom,
    termEnd: data.validTo,
    originRegion: data.originRegion ?? null,
  };
}

/** T16b: the designating unit has recorded that the duties are performed. */
function performedOn(event: LianxinEvent): string | null {
  if (event.type !== listEntryAdvanced.type) return null;
  const { transition, on } = event.data as EventData<typeof listEntryAdvanced>;
  return transition === 'T16b' ? on : null;
}

/** R-6-6: whether the event begins (T13e) or ends (T13f) a reconsideration or lawsuit; null for every other. */
function reviewTold(event: LianxinEvent): boolean | null {
  if (event.type !== listEntryAdvanced.type) return null;
  const { transition } = event.data as EventData<typeof listEntryAdvanced>;
  return transition === 'T13e' ? true : transition === 'T13f' ? false : null;
}

function recordChange(event: LianxinEvent): ItemChange | undefined {
  const data = event.data as Pick<
    EventData<typeof publicRecordPublished>,
    keyof EventData<typeof publicRecordStopped> & keyof EventData<typeof publicRecordPublished>
  >;
  if (data.kind === 'LICENCE') return undefined;
  const isOver = data.status === 'STOPPED' || data.status === 'WITHDRAWN';
  const published = event.type === publicRecordPublished.type ? (event.data as EventData<typeof publicRecordPublished>) : undefined;
  return {
    id: data.recordId,
    kind: data.kind,
    number: data.number,
    subjectId: data.subjectId,
    laneKey: event.key,
    departmentCode: data.departmentCode,
    version: data.recordVersion,
    status: data.status satisfies PublicRecordStatus,
    activationNo: 1,
    listCode: null,
    listType: null,
    body:
      published === undefined
        ? null
        : {
            grade: published.grade,
            categories: published.categories,
            fields: published.fields ?? [],
            documentNo: published.documentNo,
            decidedOn: published.decidedOn,
            publicFrom: published.publishedOn,
            termEnd: published.publicUntil,
            originRegion: null,
          },
    performedOn: null,
    endGround: isOver ? ((event.data as { ground?: string }).ground ?? data.status) : null,
    endedAt: isOver ? event.time : null,
    disputed: event.type === publicRecordDisputed.type ? true : event.type === publicRecordDisputeEnded.type || isOver ? false : null,
    inReview: recordReviewTold(event, data.status),
  };
}

/** R-6-6 of a record: begun, ended, or gone with the record; a record that is public no longer keeps it, for it may become public again (R-5-13). */
function recordReviewTold(event: LianxinEvent, status: PublicRecordStatus): boolean | null {
  if (event.type === publicRecordReviewBegun.type) return true;
  return event.type === publicRecordReviewEnded.type || status === 'WITHDRAWN' ? false : null;
}

/** Of several changes of one record those that count, in the order of their versions, folded into one. */
export function foldChanges(changes: readonly ItemChange[]): ItemChange[] {
  const folded = new Map<string, ItemChange>();
  for (const change of [...changes].sort((a, b) => a.version - b.version)) {
    const known = folded.get(change.id);
    folded.set(change.id, {
      ...change,
      body: change.body ?? known?.body ?? null,
      performedOn: change.performedOn ?? known?.performedOn ?? null,
      disputed: change.disputed ?? known?.disputed ?? null,
      inReview: change.inReview ?? known?.inReview ?? null,
      // Ended once and found wrong since: it ended when it ended.
      endedAt:
        change.endGround !== null && known?.endGround != null && known.activationNo === change.activationNo
          ? known.endedAt
          : change.endedAt,
    });
  }
  return [...folded.values()];
}

/** A record as it is stored. */
export interface ItemRow {
  readonly id: string;
  readonly kind: ItemKind;
  readonly number: string;
  readonly subject_id: string;
  readonly lane_key: string;
  readonly department_code: string;
  readonly version: number;
  readonly status: string;
  readonly activation_no: number;
  readonly list_code: string | null;
  readonly list_type: ListType | null;
  readonly grade: Grade | null;
  readonly categories: readonly PenaltyCategory[];
  readonly fields: readonly PenaltyField[];
  readonly document_no: string | null;
  readonly decided_on: string | null;
  readonly public_from: string | null;
  readonly term_end: string | null;
  readonly origin_region: string | null;
  readonly performed_on: string | null;
  readonly end_ground: string | null;
  readonly ended_at: Date | null;
  readonly disputed: boolean | null;
  readonly in_review: boolean | null;
}

/** The record as the rules of repair see it. */
export function itemOf(row: ItemRow): RepairItem {
  const { decided_on: decidedOn, public_from: publicFrom } = row;
  return {
    id: row.id,
    kind: row.kind,
    number: row.number,
    departmentCode: row.department_code,
    state: decidedOn === null || publicFrom === null ? (row.end_ground === null ? 'UNKNOWN' : 'ENDED') : stateOf(row),
    endGround: row.end_ground,
    listCode: row.list_code,
    listType: row.list_type,
    grade: row.grade,
    categories: row.categories,
    fields: row.fields,
    decidedOn: decidedOn ?? '',
    publicFrom: publicFrom ?? '',
    termEnd: row.term_end,
    originRegion: row.origin_region,
  };
}

function stateOf(row: ItemRow): RepairItem['state'] {
  if (row.end_ground !== null) return 'ENDED';
  if (row.status === 'SUSPENDED') return 'SUSPENDED';
  return row.status === 'ACTIVE' || row.status === 'PUBLISHED' ? 'LIVE' : 'UNKNOWN';
}
