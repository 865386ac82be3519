import { randomUUIDv7 } from 'node:crypto';
import {
  type CatalogueDepartment,
  type CatalogueMeasure,
  caseRecorded,
  catalogueKey,
  cataloguePublished,
  type Direction,
  type EventData,
  type EventDefinition,
  endOfDayBeijing,
  feedbackApproved,
  feedbackRejected,
  feedbackSubmitted,
  type LianxinEvent,
  type ListType,
  listEntryActivated,
  listEntryExited,
  type TaskStatus,
  taskAcknowledged,
  taskDispatched,
  taskHeld,
  taskLifting,
  taskReleased,
} from '@lianxin/contracts';
import { encodeEvent, type LogRecord } from '@lianxin/messaging';

/** One event that some service says, ready to be sent once, twice or in another order. */
export interface Saying {
  readonly event: LianxinEvent;
  readonly record: LogRecord;
}

let counted = 0;

/** An event as its producer would say it. `time` is when it happened. */
export function say<Definition extends EventDefinition>(
  definition: Definition,
  key: string,
  data: EventData<Definition>,
  time = '2026-11-20T02:00:00.000Z',
): Saying {
  const id = randomUUIDv7();
  const recordedTime = new Date().toISOString();
  const event: LianxinEvent = {
    id,
    type: definition.type,
    source: 'urn:credit:320700:test',
    key,
    subjectSeq: ++counted,
    time,
    recordedTime,
    correlationId: id,
    classification: definition.classification,
    data,
  };
  const { headers, value } = encodeEvent(definition, event);
  return { event, record: { topic: definition.topic, key, headers, value: Buffer.from(value, 'utf8') } };
}

/** 24:00 of a day in Beijing, as deadlines are told. */
export function endOf(day: string): string {
  return endOfDayBeijing(day).toISOString();
}

/** One list entry with its plan, and what its steps say. */
export class Flag {
  readonly entryId = randomUUIDv7();
  readonly subjectId = randomUUIDv7();
  readonly planId = randomUUIDv7();
  private version = 0;
  private planVersion = 0;

  constructor(
    readonly listCode: string,
    readonly designatingDepartment: string,
    readonly listType: ListType = 'BLACK',
    readonly listField: string | null = null,
  ) {}

  get direction(): Direction {
    return this.listType === 'RED' ? 'REWARD' : 'PUNISH';
  }

  activated(activatedOn: string, activationNo = 1): Saying {
    return say(listEntryActivated, this.subjectId, {
      ...this.entryHead(activationNo, 'ACTIVE'),
      listField: this.listField,
      level: 'CITY',
      regionCode: '320706',
      origin: 'CITY',
      grade: 'SERIOUS',
      industry: null,
      decision: { number: '〔2026〕1号', date: activatedOn },
      activatedOn,
      validFrom: activatedOn,
      validTo: null,
      conditions: [],
      parties: [{ partyId: randomUUIDv7(), subjectId: this.subjectId, role: 'SUBJECT', kind: 'LEGAL', named: true, served: true }],
    });
  }

  exited(exitedOn: string): Saying {
    const data = {
      ...this.entryHead(1, 'EXPIRED' as const),
      ground: 'DUTIES_PERFORMED' as const,
      documentNo: '1号',
      exitedOn,
      byEntryId: null,
    };
    return say(listEntryExited, this.subjectId, data);
  }

  dispatched(tasks: readonly FlagTask[], options: { joined?: boolean; notices?: readonly string[]; time?: string } = {}): Saying {
    const data: EventData<typeof taskDispatched> = {
      ...this.stepHead(),
      tasks: tasks.map((task) => ({
        ...task.row(options.joined === true ? task.status : 'DISPATCHED'),
        kind: 'EXECUTE',
        measureCode: task.measureCode,
        canonicalCode: `CANON-${task.measureCode}`,
        class: 'C08',
        force: task.force,
        trigger: 'ONE_OFF',
        partyId: randomUUIDv7(),
        partySubjectId: this.subjectId,
        partyRole: 'SUBJECT',
        role: 'LEAD',
        cycle: 1,
        acknowledgeDueAt: options.joined === true ? null : task.acknowledgeDueAt,
        feedbackDueAt: task.feedbackDueAt,
        dispatchedAt: '2026-11-02T02:00:00.000Z',
        joined: options.joined === true,
      })),
      notices: (options.notices ?? []).map((departmentCode) => ({
        noticeId: randomUUIDv7(),
        departmentCode,
        measureCode: 'N-01',
        partyId: randomUUIDv7(),
      })),
    };
    return say(taskDispatched, this.subjectId, data, options.time);
  }

  held(tasks: readonly FlagTask[], options: { stays?: readonly FlagTask[]; time?: string } = {}): Saying {
    const data = {
      ...this.stepHead(),
      tasks: tasks.map((task) => task.row('ON_HOLD')),
      stays: staysOf(options.stays),
      cause: 'SUSPENSION' as const,
    };
    return say(taskHeld, this.subjectId, data, options.time);
  }

  /** Runs on; `due` gives deadlines where they have moved. */
  released(tasks: readonly FlagTask[], status: TaskStatus, options: { acknowledgeDueAt?: string; feedbackDueAt?: string } = {}): Saying {
    return say(taskReleased, this.subjectId, {
      ...this.stepHead(),
      tasks: tasks.map((task) => task.row(status)),
      stays: [],
      due: tasks.map((task) => ({
        taskId: task.taskId,
        acknowledgeDueAt: options.acknowledgeDueAt ?? null,
        feedbackDueAt: options.feedbackDueAt ?? null,
      })),
    });
  }

  lifting(
    tasks: readonly FlagTask[],
    options: { stays?: readonly FlagTask[]; time?: string; status?: 'LIFTING' | 'CANCELLED'; liftDueAt?: string } = {},
  ): Saying {
    const data = {
      ...this.stepHead(),
      tasks: tasks.map((task) => task.row(options.status ?? 'LIFTING')),
      stays: staysOf(options.stays),
      ground: 'DUTIES_PERFORMED',
      documentNo: null,
      liftDueAt: options.liftDueAt ?? null,
    };
    return say(taskLifting, this.subjectId, data, options.time);
  }

  caseOf(task: FlagTask, feedbackId: string, recordedOn: string): Saying {
    return say(caseRecorded, this.subjectId, {
      caseId: randomUUIDv7(),
      taskId: task.taskId,
      feedbackId,
      departmentCode: task.departmentCode,
      measureCode: task.measureCode,
      canonicalCode: `CANON-${task.measureCode}`,
      direction: this.direction,
      listCodes: [this.listCode],
      partySubjectId: this.subjectId,
      recordedOn,
    });
  }

  entryHead<Status extends string>(activationNo: number, status: Status) {
    return {
      entryId: this.entryId,
      entryVersion: ++this.version,
      activationNo,
      number: `LYG-HM-2026-${this.entryId.slice(-6)}`,
      listCode: this.listCode,
      listType: this.listType,
      subjectId: this.subjectId,
      designatingDepartment: this.designatingDepartment,
      status,
    };
  }

  private stepHead() {
    return {
      planId: this.planId,
      entryId: this.entryId,
      activationNo: 1,
      planVersion: ++this.planVersion,
      listCode: this.listCode,
      listType: this.listType,
      direction: this.direction,
      part: 1,
      parts: 1,
    };
  }
}

/** One task as its department lives it; every saying that changes it counts its version on. */
export class FlagTask {
  readonly taskId = randomUUIDv7();
  status: TaskStatus = 'DISPATCHED';
  private version = 0;

  constructor(
    readonly departmentCode: string,
    readonly measureCode: string,
    readonly acknowledgeDueAt: string | null,
    readonly feedbackDueAt: string | null,
    readonly force: 'MANDATORY' | 'RECOMMENDED' | 'REFERENCE' = 'MANDATORY',
  ) {}

  row(status: TaskStatus) {
    this.status = status;
    return { taskId: this.taskId, taskVersion: ++this.version, departmentCode: this.departmentCode, status };
  }

  acknowledged(flag: Flag): Saying {
    return say(taskAcknowledged, flag.subjectId, { ...this.act(flag, 'ACKNOWLEDGED'), onTime: true, dueAt: this.acknowledgeDueAt });
  }

  act<Status extends TaskStatus>(flag: Flag, status: Status) {
    return { ...this.row(status), entryIds: [flag.entryId], actedAt: '2026-11-20T02:00:00.000Z' };
  }

  /** A feedback and, by its second person, an approval or a return. */
  feedback(flag: Flag, answer: FeedbackAnswer): { submitted: Saying; approved: () => Saying; rejected: () => Saying; feedbackId: string } {
    const feedbackId = answer.feedbackId ?? randomUUIDv7();
    const head = (status: TaskStatus) => {
      const row = this.row(status);
      return {
        feedbackId,
        feedbackVersion: answer.version ?? 1,
        taskId: row.taskId,
        taskVersion: row.taskVersion,
        taskStatus: row.status,
        departmentCode: row.departmentCode,
        cycle: answer.cycle ?? 1,
        kind: answer.kind,
        notAppliedReason: answer.notAppliedReason ?? null,
        appliedOn: null,
        submittedAt: answer.submittedAt ?? '2026-11-20T02:00:00.000Z',
        dueAt: answer.dueAt ?? this.feedbackDueAt,
        onTime: true,
      };
    };
    return {
      feedbackId,
      submitted: say(feedbackSubmitted, flag.subjectId, head(this.status)),
      approved: () => say(feedbackApproved, flag.subjectId, { ...head('FED_BACK'), approvedAt: '2026-11-20T03:00:00.000Z' }),
      rejected: () =>
        say(feedbackRejected, flag.subjectId, {
          ...head(this.status),
          reason: '材料不全',
          rejectedAt: answer.rejectedAt ?? '2026-11-20T03:00:00.000Z',
        }),
    };
  }
}

type FeedbackHead = EventData<typeof feedbackSubmitted>;
export interface FeedbackAnswer {
  readonly kind: FeedbackHead['kind'];
  readonly notAppliedReason?: FeedbackHead['notAppliedReason'];
  readonly feedbackId?: string;
  readonly version?: number;
  readonly cycle?: number;
  readonly dueAt?: string;
  readonly submittedAt?: string;
  readonly rejectedAt?: string;
}

function staysOf(tasks: readonly FlagTask[] | undefined) {
  return (tasks ?? []).map(({ taskId, departmentCode }) => ({ taskId, departmentCode, reason: 'OTHER_BASIS' as const }));
}

/** Rows of a catalogue version: departments and measures by name. */
export function catalogue(version: number, departments: Record<string, string>, measures: Record<string, string> = {}): Saying[] {
  const rows = [
    ...Object.entries(departments).map(([code, nameZh]) => ({ kind: 'DEPARTMENT' as const, department: departmentRow(code, nameZh) })),
    ...Object.entries(measures).map(([code, nameZh]) => ({ kind: 'MEASURE' as const, measure: measureRow(code, nameZh) })),
  ];
  return rows.map((row, index) => say(cataloguePublished, catalogueKey, { version, rowNumber: index + 1, rowCount: rows.length, row }));
}

function departmentRow(code: string, nameZh: string): CatalogueDepartment {
  return {
    code,
    nameZh,
    nameEn: code,
    kind: 'GOV',
    level: 'CITY',
    tenant: true,
    supervised: code !== 'ZZB',
    regionCode: null,
    parentCode: null,
    zoneHost: null,
    validFrom: '2024-01-01',
  };
}

function measureRow(code: string, nameZh: string): CatalogueMeasure {
  return {
    code,
    listCodes: ['BL-WAGE'],
    memoCode: null,
    direction: 'PUNISH',
    nameZh,
    nameEn: code,
    kind: 'ADM',
    class: 'C08',
    group: '2',
    force: 'MANDATORY',
    trigger: 'ONE_OFF',
    subjectKinds: ['LEGAL'],
    partyRoles: ['SUBJECT'],
    canonicalCode: `CANON-${code}`,
    minGrade: null,
    holdExempt: false,
    termRule: 'ENTRY_TERM',
    effectiveFrom: '2020-01-01',
    effectiveTo: null,
    condition: null,
    executors: [],
    bases: [],
  };
}
