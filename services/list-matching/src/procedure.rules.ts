import {
  addWorkingDays,
  type CorrectedFacts,
  type DefenceRequest,
  type EntryDeadlineKind,
  type EntryStatus,
  type FieldProblem,
  type ListType,
  type OpenPublicNoticeRequest,
  type ProblemCode,
  type PublicObjectionRequest,
  type ReviewDefenceRequest,
  type ReviewKind,
  type ReviewObjectionRequest,
  type ServeNoticeRequest,
  type ServiceMethod,
  type StepDocument,
  type SubjectKind,
  type WaiveDefenceRequest,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import { type ListSettings, servedOn } from './designation-procedure.rules.ts';
import type { EntryAction } from './list-entry.rules.ts';

/** What the facts of a designation by steps say so far; a cache of them, kept with the entry. Dates are `YYYY-MM-DD`. */
export interface Procedure {
  /** Principal ids, for the four eyes (R-9-5). */
  readonly draftedBy?: string;
  readonly submittedBy?: string;
  /** Last day of the defence period. */
  readonly defenceEndsOn?: string;
  readonly defenceReceivedOn?: string | null;
  readonly publicNoticeOpenedOn?: string;
  readonly publicNoticeEndsOn?: string;
  readonly objectionOpen?: boolean;
  readonly prepared?: PreparedDecision | null;
  /** Service that counts only from a later day (R-2-6a), or a list that is released on fixed days (R-2-13). */
  readonly effectiveOn?: string;
  readonly correctionAskedOn?: string | null;
  /** Reconsideration or lawsuit that is pending about it (R-6-6). */
  readonly inReview?: { readonly kind: ReviewKind; readonly body: string; readonly caseNo: string; readonly since: string } | null;
  /** Number of an objection that could be neither confirmed nor refuted: the entry is not shown (§6.4). */
  readonly unconfirmedObjection?: string;
  /** Objections that hold the mark of dispute (T13). */
  readonly disputedBy?: readonly string[];
  /** Decided objections whose corrections the unit has still to make (§6.4). */
  readonly owedCorrections?: readonly OwedCorrection[];
  /** A correction that waits for its second person. */
  readonly correction?: ProposedCorrection | null;
  /** Whom a draft means, persons masked: it has no subject in the register yet. */
  readonly draftSubject?: {
    readonly kind: SubjectKind;
    readonly name: string;
    readonly usccCode: string | null;
    readonly idMasked: string | null;
    readonly regionCode: string | null;
  };
}
export interface OwedCorrection {
  readonly objectionId: string;
  readonly number: string;
  readonly documentNo: string;
  /** What is still to be corrected of what the finding names. */
  readonly fields: readonly string[];
}
export interface ProposedCorrection {
  readonly document: StepDocument;
  readonly reason: string;
  readonly facts: CorrectedFacts;
  readonly objectionId: string | null;
  readonly by: string;
}
export interface PreparedDecision {
  readonly name: string;
  readonly number: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly by: string;
}

/** An entry as the rules of the procedure see it, in the words of its table. */
export interface InProcedure {
  readonly number: string;
  readonly status: EntryStatus;
  readonly list_type: ListType;
  readonly procedure: Procedure;
  readonly notice:
    | { readonly servedOn: string; readonly method: ServiceMethod; readonly defenceEndedOn?: string | undefined }
    | null
    | undefined;
  readonly public_notice: { readonly openedOn: string; readonly closedOn: string } | null | undefined;
  readonly decision_date: string | null;
}
export interface StepContext {
  readonly today: string;
  readonly calendar: WorkingDayCalendar;
  /** As they were on the day on which a clock started. */
  readonly settingsOn: (date: string) => ListSettings;
}

/** What a step changes of the entry beside its status. */
export type Patch = {
  readonly procedure?: Procedure;
  readonly notice?: InProcedure['notice'];
  readonly public_notice?: InProcedure['public_notice'];
  readonly service?:
    | { decisionServedOn?: string | undefined; repairNoticeServedOn?: string | undefined; method: ServiceMethod }
    | undefined;
  readonly decision_name?: string;
  readonly decision_number?: string;
  readonly decision_date?: string;
  readonly valid_from?: string;
  readonly valid_to?: string | null;
};
export interface OpenDeadline {
  readonly kind: EntryDeadlineKind;
  readonly dueOn: string;
  /** END: at 24:00 of the day, as a period that ends with it. START: at 0:00, as an effect that begins with it. */
  readonly at: 'START' | 'END';
  readonly provisional: boolean;
}
export type StepOutcome =
  | {
      readonly ok: true;
      readonly action: EntryAction;
      /** Kept with the fact; never personal data. */
      readonly detail: Readonly<Record<string, unknown>>;
      readonly patch: Patch;
      readonly open: readonly OpenDeadline[];
      readonly close: readonly EntryDeadlineKind[];
    }
  | { readonly ok: false; readonly faults: readonly [FieldProblem, ...FieldProblem[]] };

export function refuse(pointer: string, code: ProblemCode, detail: string): StepOutcome {
  return { ok: false, faults: [{ pointer, code, detail }] };
}

/** Gathers faults; a step with any of them is refused with all of them. */
export class Faults {
  private readonly found: FieldProblem[] = [];

  add(pointer: string, code: ProblemCode, detail: string): void {
    this.found.push({ pointer, code, detail });
  }
  notLater(pointer: string, date: string, today: string): void {
    if (date > today) this.add(pointer, 'DATE_IN_FUTURE', `日期不能晚于今天（${today}）`);
  }
  notEarlier(pointer: string, date: string, earliest: string, what: string): void {
    if (date < earliest) this.add(pointer, 'DATE_ORDER', `日期早于${what}（${earliest}）`);
  }
  missing(code: ProblemCode, content: Readonly<Record<string, unknown>>, required: Readonly<Record<string, string>>): void {
    for (const [field, title] of Object.entries(required))
      if (content[field] === undefined) this.add(`/content/${field}`, code, `缺少${title}`);
  }
  get all(): readonly FieldProblem[] {
    return this.found;
  }
  /** The refusal, or undefined when nothing was found. */
  refusal(): Extract<StepOutcome, { ok: false }> | undefined {
    const [first, ...others] = this.found;
    return first === undefined ? undefined : { ok: false, faults: [first, ...others] };
  }
}

/** R-2-6: what a notice of a proposed designation says. */
const noticeContent = {
  facts: '拟认定的事由',
  basis: '依据',
  measures: '拟采取的惩戒措施提示',
  rights: '陈述、申辩的权利',
  channel: '陈述、申辩的渠道',
  defenceWorkdays: '陈述、申辩的期限',
} as const;

/** The notice has been served (R-2-6, R-2-6a, R-2-8): from the next day the defence period runs. A second notice never shortens it. */
export function decideServeNotice(entry: InProcedure, request: ServeNoticeRequest, context: StepContext): StepOutcome {
  const faults = new Faults();
  const { content, document, method } = request;
  faults.missing('NOTICE_INCOMPLETE', content, noticeContent);
  const served = servedOn(request.servedOn, method);
  const { defenceWorkdays } = context.settingsOn(served);
  const days = content.defenceWorkdays ?? defenceWorkdays;
  if (days < defenceWorkdays) faults.add('/content/defenceWorkdays', 'DEFENCE_TOO_SHORT', `陈述申辩期不少于 ${defenceWorkdays} 个工作日`);
  faults.notLater('/servedOn', request.servedOn, context.today);
  faults.notEarlier('/servedOn', request.servedOn, document.date, '告知书日期');
  for (const [index, party] of request.parties.entries())
    faults.notLater(`/parties/${index}/noticeServedOn`, party.noticeServedOn, context.today);
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const counted = addWorkingDays(context.calendar, served, days);
  const before = entry.procedure.defenceEndsOn;
  const endsOn = before !== undefined && before > counted.date ? before : counted.date;
  return {
    ok: true,
    action: 'SERVE_NOTICE',
    detail: { document, servedOn: request.servedOn, method, proofNo: request.proofNo ?? null, content, defenceEndsOn: endsOn },
    patch: { notice: { servedOn: request.servedOn, method }, procedure: { ...entry.procedure, defenceEndsOn: endsOn } },
    open: [{ kind: 'DEFENCE_PERIOD', dueOn: endsOn, at: 'END', provisional: counted.provisional }],
    close: [],
  };
}

/** T6: also after the period has run out by its timer, when the defence came in time and nobody has signed. It sweeps a prepared decision away. */
export function decideDefence(entry: InProcedure, request: DefenceRequest, context: StepContext): StepOutcome {
  const { notice, procedure } = entry;
  if (notice == null || procedure.defenceEndsOn === undefined) return refuse('', 'STEP_NOT_READY', '尚未送达事前告知，没有陈述申辩期');
  if (entry.decision_date !== null) return refuse('', 'STEP_NOT_READY', '决定已签发；请按异议或行政复议处理');
  const faults = new Faults();
  if (request.receivedOn > procedure.defenceEndsOn) faults.add('/receivedOn', 'DEFENCE_LATE', `陈述申辩期 ${procedure.defenceEndsOn} 届满`);
  faults.notLater('/receivedOn', request.receivedOn, context.today);
  faults.notEarlier('/receivedOn', request.receivedOn, notice.servedOn, '告知送达日期');
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const due = addWorkingDays(context.calendar, request.receivedOn, context.settingsOn(request.receivedOn).defenceReviewWorkdays);
  return {
    ok: true,
    action: 'RECEIVE_DEFENCE',
    detail: { document: request.document, receivedOn: request.receivedOn, hearing: request.hearing, reviewDueOn: due.date },
    patch: { procedure: { ...procedure, defenceReceivedOn: request.receivedOn, prepared: null } },
    open: [{ kind: 'DEFENCE_REVIEW', dueOn: due.date, at: 'END', provisional: due.provisional }],
    close: ['DEFENCE_PERIOD'],
  };
}

/** T7 by the subject's own waiver. */
export function decideWaiver(entry: InProcedure, request: WaiveDefenceRequest, context: StepContext): StepOutcome {
  const { notice } = entry;
  if (notice == null) return refuse('', 'STEP_NOT_READY', '尚未送达事前告知');
  const { document } = request;
  const faults = new Faults();
  faults.notLater('/document/date', document.date, context.today);
  faults.notEarlier('/document/date', document.date, notice.servedOn, '告知送达日期');
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const ended = { ...notice, defenceEndedOn: document.date };
  return {
    ok: true,
    action: 'WAIVE_DEFENCE',
    detail: { document, waived: true, ...ended },
    patch: { notice: ended },
    open: [],
    close: ['DEFENCE_PERIOD'],
  };
}

/** T7 by the end of the period; undefined while it runs, or where no notice has been served. */
export function decideEndOfDefence(entry: InProcedure, today: string): StepOutcome | undefined {
  const { notice, procedure } = entry;
  if (entry.status !== 'PRE_NOTICE' || notice == null || procedure.defenceEndsOn === undefined || today <= procedure.defenceEndsOn)
    return undefined;
  const ended = { ...notice, defenceEndedOn: procedure.defenceEndsOn };
  return { ok: true, action: 'END_DEFENCE_PERIOD', detail: ended, patch: { notice: ended }, open: [], close: ['DEFENCE_PERIOD'] };
}

/** T8, T9: the defence has been reviewed, with reasons. A rejection does not shorten the period: the decision still waits for its end. */
export function decideDefenceReview(entry: InProcedure, request: ReviewDefenceRequest, context: StepContext): StepOutcome {
  const { notice, procedure } = entry;
  if (notice == null || procedure.defenceReceivedOn == null || procedure.defenceEndsOn === undefined)
    return refuse('', 'STEP_NOT_READY', '没有待复核的陈述申辩');
  const { document } = request;
  const faults = new Faults();
  faults.notLater('/document/date', document.date, context.today);
  faults.notEarlier('/document/date', document.date, procedure.defenceReceivedOn, '收到陈述申辩日期');
  if (request.resultServedOn !== undefined) {
    faults.notLater('/resultServedOn', request.resultServedOn, context.today);
    faults.notEarlier('/resultServedOn', request.resultServedOn, document.date, '复核文书日期');
  }
  if (request.outcome === 'REJECTED' && request.focusListCode !== undefined)
    faults.add('/focusListCode', 'VALIDATION_FAILED', '只有申辩成立、不予认定时才能转为重点关注名单草稿');
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const detail = { document, reasons: request.reasons, outcome: request.outcome, resultServedOn: request.resultServedOn ?? null };
  if (request.outcome === 'UPHELD') return { ok: true, action: 'UPHOLD_DEFENCE', detail, patch: {}, open: [], close: ['DEFENCE_REVIEW'] };
  return {
    ok: true,
    action: 'REJECT_DEFENCE',
    detail,
    patch: { notice: { ...notice, defenceEndedOn: procedure.defenceEndsOn }, procedure: { ...procedure, defenceReceivedOn: null } },
    open: [],
    close: ['DEFENCE_REVIEW'],
  };
}

/** The proposal of an honour is open to the public (R-2-9). */
export function decideOpenPublicNotice(entry: InProcedure, request: OpenPublicNoticeRequest, context: StepContext): StepOutcome {
  const { redNoticeWorkdays } = context.settingsOn(request.openedOn);
  const days = request.workdays ?? redNoticeWorkdays;
  const faults = new Faults();
  if (days < redNoticeWorkdays) faults.add('/workdays', 'PUBLIC_NOTICE_TOO_SHORT', `公示不少于 ${redNoticeWorkdays} 个工作日`);
  faults.notLater('/openedOn', request.openedOn, context.today);
  faults.notEarlier('/openedOn', request.openedOn, request.document.date, '公示文书日期');
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const counted = addWorkingDays(context.calendar, request.openedOn, days);
  const before = entry.procedure.publicNoticeEndsOn;
  const endsOn = before !== undefined && before > counted.date ? before : counted.date;
  return {
    ok: true,
    action: 'OPEN_PUBLIC_NOTICE',
    detail: { document: request.document, openedOn: request.openedOn, endsOn, channels: request.channels },
    patch: { procedure: { ...entry.procedure, publicNoticeOpenedOn: request.openedOn, publicNoticeEndsOn: endsOn } },
    open: [{ kind: 'PUBLIC_NOTICE', dueOn: endsOn, at: 'END', provisional: counted.provisional }],
    close: [],
  };
}

/** Somebody objects to an honour while it is open to the public: it does not end before that is decided. */
export function decidePublicObjection(entry: InProcedure, request: PublicObjectionRequest, context: StepContext): StepOutcome {
  const { publicNoticeOpenedOn } = entry.procedure;
  if (publicNoticeOpenedOn === undefined) return refuse('', 'STEP_NOT_READY', '公示尚未开始');
  const faults = new Faults();
  faults.notLater('/receivedOn', request.receivedOn, context.today);
  faults.notEarlier('/receivedOn', request.receivedOn, publicNoticeOpenedOn, '公示开始日期');
  return (
    faults.refusal() ?? {
      ok: true,
      action: 'RECEIVE_PUBLIC_OBJECTION',
      detail: { document: request.document, receivedOn: request.receivedOn },
      patch: { procedure: { ...entry.procedure, objectionOpen: true } },
      open: [],
      close: [],
    }
  );
}

/** T11, or the objection is rejected and the notice runs on (T10 follows at its end). */
export function decideObjectionReview(entry: InProcedure, request: ReviewObjectionRequest, context: StepContext): StepOutcome {
  if (entry.procedure.objectionOpen !== true) return refuse('', 'STEP_NOT_READY', '没有待处理的公示异议');
  const faults = new Faults();
  faults.notLater('/document/date', request.document.date, context.today);
  const action = request.outcome === 'UPHELD' ? 'UPHOLD_PUBLIC_OBJECTION' : 'REJECT_PUBLIC_OBJECTION';
  const { document, reasons, outcome } = request;
  const patch = { procedure: { ...entry.procedure, objectionOpen: false } };
  return faults.refusal() ?? { ok: true, action, detail: { document, reasons, outcome }, patch, open: [], close: [] };
}

/** T10: the public notice is over and nobody's objection waits; undefined otherwise. The caller runs the black check once more. */
export function decideEndOfPublicNotice(entry: InProcedure, today: string): StepOutcome | undefined {
  const { publicNoticeOpenedOn: openedOn, publicNoticeEndsOn: closedOn, objectionOpen } = entry.procedure;
  if (entry.status !== 'PUBLIC_NOTICE' || openedOn === undefined || closedOn === undefined) return undefined;
  if (today <= closedOn || objectionOpen === true) return undefined;
  const notice = { openedOn, closedOn };
  return { ok: true, action: 'END_PUBLIC_NOTICE', detail: notice, patch: { public_notice: notice }, open: [], close: ['PUBLIC_NOTICE'] };
}
