import { randomUUIDv7 } from 'node:crypto';
import {
  type EventData,
  type EventDefinition,
  feedbackSubmitted,
  type LianxinEvent,
  listEntryActivated,
  listEntryCorrected,
  listEntryDisputed,
  listEntryDisputeEnded,
  listEntryExited,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  publicRecordDisputed,
  publicRecordDisputeEnded,
  publicRecordPublished,
  publicRecordWithdrawn,
  subjectChangedV2,
  subjectRegistered,
  taskAcknowledged,
  taskDispatched,
  taskHeld,
  taskLifting,
} from '@lianxin/contracts';
import { encodeEvent, type LogRecord } from '@lianxin/messaging';

/** One event that some service says, ready to be sent once, twice or in another order. */
export interface Saying {
  readonly event: LianxinEvent;
  readonly record: LogRecord;
}

let counted = 0;

export interface SayOptions {
  readonly time?: string;
  readonly cause?: Saying | undefined;
  readonly id?: string;
  readonly actor?: string;
  readonly replay?: { readonly id: string; readonly mode: NonNullable<LianxinEvent['replayMode']> };
}

/** An event as its producer would say it. `time` is when it happened. */
export function say<Definition extends EventDefinition>(
  definition: Definition,
  key: string,
  data: EventData<Definition>,
  { time = '2026-11-20T02:00:00.000Z', cause, id = randomUUIDv7(), actor, replay }: SayOptions = {},
): Saying {
  const event: LianxinEvent = {
    id,
    type: definition.type,
    source: 'urn:credit:320700:test',
    key,
    subjectSeq: ++counted,
    time,
    recordedTime: new Date().toISOString(),
    correlationId: cause?.event.correlationId ?? id,
    causationId: cause?.event.id,
    classification: definition.classification,
    actor,
    replayId: replay?.id,
    replayMode: replay?.mode,
    data,
  };
  const { headers, value } = encodeEvent(definition, event);
  return { event, record: { topic: definition.topic, key, headers, value: Buffer.from(value, 'utf8') } };
}

export interface FlagTask {
  readonly taskId: string;
  readonly departmentCode: string;
}

export const taskOf = (departmentCode: string): FlagTask => ({ taskId: randomUUIDv7(), departmentCode });

/** One list entry with its plan, and what its steps say. */
export class Flag {
  readonly entryId = randomUUIDv7();
  readonly planId = randomUUIDv7();
  private version = 0;
  private planVersion = 0;

  constructor(
    readonly subjectId: string = randomUUIDv7(),
    readonly designatingDepartment = 'SHUIJ',
    readonly personId?: string,
    readonly listCode = 'BL-TAX',
  ) {}

  private head(status: EventData<typeof listEntryExited>['status']) {
    return {
      entryId: this.entryId,
      entryVersion: ++this.version,
      activationNo: 1,
      number: 'LYG-HMD-2026-000001',
      listCode: this.listCode,
      listType: 'BLACK' as const,
      subjectId: this.subjectId,
      designatingDepartment: this.designatingDepartment,
      status,
    };
  }

  private get planHead() {
    return {
      planId: this.planId,
      entryId: this.entryId,
      entryVersion: Math.max(1, this.version),
      activationNo: 1,
      planVersion: ++this.planVersion,
      subjectId: this.subjectId,
    };
  }

  private get stepHead() {
    return {
      planId: this.planId,
      entryId: this.entryId,
      activationNo: 1,
      planVersion: this.planVersion,
      listCode: this.listCode,
      listType: 'BLACK' as const,
      direction: 'PUNISH' as const,
      part: 1,
      parts: 1,
    };
  }

  activated(options: SayOptions & { readonly origin?: 'CITY' | 'NATIONAL' } = {}): Saying {
    return say(listEntryActivated, this.subjectId, this.body(options.origin), options);
  }

  /** Its unit has corrected a fact for an objection, or of its own accord. */
  corrected(objectionId: string | null, options: SayOptions = {}): Saying {
    const correction = { correctedFields: ['grade'], documentNo: '税更〔2026〕1号', correctedOn: '2026-11-21', objectionId };
    return say(listEntryCorrected, this.subjectId, { ...this.body(), ...correction }, options);
  }

  private body(origin: 'CITY' | 'NATIONAL' = 'CITY') {
    const party = (subjectId: string, kind: 'LEGAL' | 'PERSON') => ({
      partyId: randomUUIDv7(),
      subjectId,
      role: kind === 'LEGAL' ? ('SUBJECT' as const) : ('LEGAL_REPRESENTATIVE' as const),
      kind,
      named: true,
      served: true,
    });
    return {
      ...this.head('ACTIVE'),
      listField: null,
      level: 'CITY' as const,
      regionCode: '320706',
      origin,
      grade: 'SERIOUS' as const,
      industry: null,
      decision: { number: '连税列决〔2026〕1号', date: '2026-10-08' },
      activatedOn: '2026-11-02',
      validFrom: '2026-11-02',
      validTo: '2029-11-01',
      conditions: [],
      parties: [party(this.subjectId, 'LEGAL'), ...(this.personId === undefined ? [] : [party(this.personId, 'PERSON')])],
    };
  }

  disputed(options: SayOptions = {}): Saying {
    return say(listEntryDisputed, this.subjectId, { ...this.head('ACTIVE'), documentNo: 'YY-1', disputedOn: '2026-11-10' }, options);
  }

  disputeEnded(options: SayOptions = {}): Saying {
    const data = { ...this.head('ACTIVE'), outcome: 'DISMISSED' as const, documentNo: 'YY-2', endedOn: '2026-11-12' };
    return say(listEntryDisputeEnded, this.subjectId, data, options);
  }

  exited(status: 'CORRECTED' | 'EXPIRED' | 'REPAIRED' = 'CORRECTED', options: SayOptions = {}): Saying {
    const data = {
      ...this.head(status),
      ground: 'DESIGNATION_WRONG' as const,
      documentNo: '连税撤〔2026〕1号',
      exitedOn: '2026-11-19',
      byEntryId: null,
    };
    return say(listEntryExited, this.subjectId, data, options);
  }

  planMade(options: SayOptions = {}): Saying {
    const data = {
      ...this.planHead,
      catalogueVersion: 1,
      listCode: this.listCode,
      listType: 'BLACK' as const,
      listField: null,
      direction: 'PUNISH' as const,
      entryNumber: 'LYG-HMD-2026-000001',
      designatingDepartment: this.designatingDepartment,
      activatedOn: '2026-11-02',
      validTo: '2029-11-01',
      parties: [],
      measures: [
        {
          measureCode: 'TAX-01',
          canonicalCode: 'PROCUREMENT',
          class: 'C02',
          force: 'MANDATORY' as const,
          trigger: 'ON_EVENT' as const,
          holdExempt: false,
          termRule: 'ENTRY',
          basisRefs: [1],
          conditions: [],
          executors: [],
        },
      ],
      groups: [],
    };
    return say(measurePlanMade, this.subjectId, data, options);
  }

  planHeld(options: SayOptions = {}): Saying {
    const data = { ...this.planHead, cause: 'OBJECTION' as const, documentNo: null, heldOn: '2026-11-10' };
    return say(measurePlanHeld, this.subjectId, data, options);
  }

  planEnded(options: SayOptions = {}): Saying {
    const data = { ...this.planHead, ground: 'DESIGNATION_WRONG' as const, inError: true, documentNo: null, endedOn: '2026-11-19' };
    return say(measurePlanEnded, this.subjectId, data, options);
  }

  dispatched(tasks: readonly FlagTask[], options: SayOptions = {}): Saying {
    const rows = tasks.map((task) => ({
      ...task,
      taskVersion: 1,
      status: 'DISPATCHED' as const,
      kind: 'EXECUTE' as const,
      measureCode: 'TAX-01',
      canonicalCode: 'PROCUREMENT',
      class: 'C02',
      force: 'MANDATORY' as const,
      trigger: 'ON_EVENT' as const,
      partyId: randomUUIDv7(),
      partySubjectId: this.subjectId,
      partyRole: 'SUBJECT' as const,
      role: 'LEAD' as const,
      cycle: 1,
      acknowledgeDueAt: null,
      feedbackDueAt: null,
      dispatchedAt: '2026-11-02T03:00:00.000Z',
      joined: false,
    }));
    return say(taskDispatched, this.subjectId, { ...this.stepHead, tasks: rows, notices: [] }, options);
  }

  held(tasks: readonly FlagTask[], taskVersion: number, options: SayOptions = {}): Saying {
    const rows = tasks.map((task) => ({ ...task, taskVersion, status: 'ON_HOLD' as const }));
    return say(taskHeld, this.subjectId, { ...this.stepHead, tasks: rows, stays: [], cause: 'OBJECTION' as const }, options);
  }

  lifting(tasks: readonly FlagTask[], taskVersion: number, options: SayOptions = {}): Saying {
    const rows = tasks.map((task) => ({ ...task, taskVersion, status: 'LIFTING' as const }));
    const data = { ...this.stepHead, tasks: rows, stays: [], ground: 'DESIGNATION_WRONG', documentNo: null, liftDueAt: null };
    return say(taskLifting, this.subjectId, data, options);
  }

  acknowledged(task: FlagTask, taskVersion: number, options: SayOptions = {}): Saying {
    const data = {
      ...task,
      taskVersion,
      status: 'ACKNOWLEDGED' as const,
      entryIds: [this.entryId],
      actedAt: '2026-11-04T02:00:00.000Z',
      onTime: true,
      dueAt: null,
    };
    return say(taskAcknowledged, this.subjectId, data, options);
  }

  answered(task: FlagTask, taskVersion: number, options: SayOptions = {}): Saying {
    const data = {
      feedbackId: randomUUIDv7(),
      feedbackVersion: 1,
      ...task,
      taskVersion,
      taskStatus: 'FED_BACK' as const,
      cycle: 1,
      kind: 'APPLIED' as const,
      notAppliedReason: null,
      appliedOn: '2026-11-05',
      submittedAt: '2026-11-05T02:00:00.000Z',
      dueAt: null,
      onTime: true,
    };
    return say(feedbackSubmitted, this.subjectId, data, options);
  }
}

export function company(subjectId: string, name = '连云港某某有限公司'): Saying {
  const data = {
    subjectId,
    version: 1,
    kind: 'LEGAL' as const,
    organisation: { name, usccCode: null },
    person: null,
    regionCode: '320706',
    provisional: false,
  };
  return say(subjectRegistered, subjectId, data, { time: '2026-01-05T02:00:00.000Z' });
}

export function person(subjectId: string): Saying {
  const data = {
    subjectId,
    version: 1,
    kind: 'PERSON' as const,
    organisation: null,
    person: { sealed: 'k1.c2VhbGVk', idHash: 'aGFzaA', nameMasked: '张*', idMasked: '320799********0019' },
    regionCode: null,
    provisional: true,
  };
  return say(subjectRegistered, subjectId, data, { time: '2026-01-05T02:00:00.000Z' });
}

export function merged(subjectId: string, into: string | null, version = 2): Saying {
  const data = {
    subjectId,
    version,
    kind: 'LEGAL' as const,
    organisation: { name: '旧名公司', usccCode: null },
    person: null,
    regionCode: null,
    provisional: false,
    status: 'NORMAL' as const,
    statusOn: null,
    formerNames: [],
    parentSubjectId: null,
    mergedInto: into,
  };
  return say(subjectChangedV2, subjectId, data);
}

/** A penalty that is public, what is marked of it, and that it is taken back. */
export function penalty(): Readonly<Record<'published' | 'disputed' | 'disputeEnded' | 'withdrawn', Saying>> & { readonly id: string } {
  const [id, subjectId] = [randomUUIDv7(), randomUUIDv7()];
  const head = (recordVersion: number, status: 'PUBLISHED' | 'WITHDRAWN') => ({
    ...{
      recordId: id,
      recordVersion,
      number: `LYG-CF-${id.slice(-8)}`,
      kind: 'PENALTY' as const,
      subjectId,
      subjectKind: 'LEGAL' as const,
    },
    ...{ departmentCode: 'SHUIJ', status },
  });
  const dates = { publishedOn: '2026-11-02', publishDueOn: '2026-11-09' };
  const content = { documentNo: '罚1号', decidedOn: '2026-11-01', grade: null, categories: [], fineWan: null, publicUntil: '2027-11-02' };
  const undone = { ground: 'RECORD_WRONG' as const, documentNo: null, withdrawnOn: '2026-11-20', withdrawDueOn: '2026-11-25' };
  return {
    id,
    published: say(publicRecordPublished, subjectId, { ...head(1, 'PUBLISHED'), ...content, ...dates }),
    disputed: say(publicRecordDisputed, subjectId, { ...head(2, 'PUBLISHED'), documentNo: 'YY-1', disputedOn: '2026-11-10' }),
    disputeEnded: say(publicRecordDisputeEnded, subjectId, {
      ...head(3, 'PUBLISHED'),
      ...{ outcome: 'DISMISSED', documentNo: 'YY-2', endedOn: '2026-11-20' },
    }),
    withdrawn: say(publicRecordWithdrawn, subjectId, { ...head(4, 'WITHDRAWN'), ...undone }),
  };
}
