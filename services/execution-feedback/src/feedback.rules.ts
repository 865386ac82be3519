import {
  addWorkingDays,
  beijingDate,
  endOfDayBeijing,
  type FeedbackKind,
  type FeedbackRequest,
  type FieldProblem,
  type ProblemCode,
  quarterOf,
  quarterStart,
  type TaskKind,
  type TaskStatus,
} from '@lianxin/contracts';
import { type DeadlineContext, lastDayOf, periodicDue } from './deadline.rules.ts';
import { decideTransition, type Task } from './task.rules.ts';

/** What may be fed back in which state (§4.6): execution is reported once a cycle, an armed measure by hits or their absence, a lifted one by its proof. */
export const kindsOfStatus = {
  IN_EXECUTION: ['APPLIED', 'PARTIAL', 'NOT_APPLIED'],
  ARMED: ['HIT', 'ZERO', 'NOT_APPLIED'],
  LIFTING: ['LIFTED'],
} as const satisfies Partial<Record<TaskStatus, readonly FeedbackKind[]>>;

export type FeedbackStatusOfTask = keyof typeof kindsOfStatus;

/** Classes whose APPLIED and HIT need the number of a document (§4.6). */
const documentClasses = new Set(['C01', 'C02', 'C03', 'C04', 'C05', 'C06', 'C07', 'C08', 'C09']);

/** A document and its article, as the catalogue names them. */
export interface LegalBasis {
  readonly document: string;
  readonly article: string | null;
}

/** What the checks look at besides the feedback itself. */
export interface FeedbackGround {
  /** State in which the feedback is, or was, given. */
  readonly taskStatus: TaskStatus;
  /** EXECUTE when left out. */
  readonly taskKind?: TaskKind;
  /** It was decided at a window: the recorded check is its evidence, whatever state the task was in (R-4-14). */
  readonly hasWindowCheck: boolean;
  readonly class: string;
  /** First day on which the entry was in force: the earliest of the running bases. */
  readonly activatedOn: string;
  readonly today: string;
  /** Bases of the measure for the lists it rests on; undefined while the catalogue's copy has not come. */
  readonly legalBases?: readonly LegalBasis[] | undefined;
  /** Evidence files of this department among those that the feedback names. */
  readonly knownEvidence: ReadonlySet<string>;
}

export type FeedbackCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string; readonly errors: readonly FieldProblem[] };

/** Checks a feedback by §4.6; tells every fault with its field, the first one's code for all. */
export function checkFeedback(request: FeedbackRequest, ground: FeedbackGround): FeedbackCheck {
  const errors = [
    ...faultsOfKind(request, ground),
    ...faultsOfDates(request, ground),
    ...faultsOfProof(request, ground),
    ...faultsOfClass(request, ground),
    ...faultsOfReason(request),
  ];
  const [first] = errors;
  if (first === undefined) return { ok: true };
  return { ok: false, code: first.code, detail: errors.map((error) => error.detail).join('；'), errors };
}

function faultsOfKind(request: FeedbackRequest, ground: FeedbackGround): FieldProblem[] {
  if (ground.taskKind === 'VERIFY' || ground.taskKind === 'REVIEW') {
    const where = ground.taskKind === 'VERIFY' ? '核实（verifications）' : '红名单复核';
    return [{ pointer: '/kind', code: 'FEEDBACK_KIND_NOT_ALLOWED', detail: `${ground.taskKind} 任务的结果在${where}中填报，任务随之办结` }];
  }
  const allowed: readonly FeedbackKind[] = kindsOfStatus[ground.taskStatus as FeedbackStatusOfTask] ?? [];
  if (allowed.includes(request.kind) || (ground.hasWindowCheck && request.kind === 'HIT')) return [];
  const detail = `任务处于 ${ground.taskStatus}，不能反馈 ${request.kind}；当前允许：${allowed.length === 0 ? '无' : allowed.join('、')}`;
  return [{ pointer: '/kind', code: 'FEEDBACK_KIND_NOT_ALLOWED', detail }];
}

function faultsOfDates(request: FeedbackRequest, ground: FeedbackGround): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const { appliedOn, termFrom, termTo } = request;
  if (appliedOn !== undefined && appliedOn > ground.today)
    faults.push({ pointer: '/appliedOn', code: 'DATE_IN_FUTURE', detail: `执行日期不能晚于今天（${ground.today}）` });
  if (appliedOn !== undefined && appliedOn < ground.activatedOn)
    faults.push({ pointer: '/appliedOn', code: 'BEFORE_ACTIVATION', detail: `执行日期不能早于名单生效日（${ground.activatedOn}）` });
  if (termFrom !== undefined && termFrom < ground.activatedOn)
    faults.push({ pointer: '/termFrom', code: 'BEFORE_ACTIVATION', detail: `期限起始日不能早于名单生效日（${ground.activatedOn}）` });
  if (termFrom !== undefined && termTo !== undefined && termTo < termFrom)
    faults.push({ pointer: '/termTo', code: 'DATE_ORDER', detail: '期限截止日不能早于起始日' });
  return faults;
}

function faultsOfProof(request: FeedbackRequest, ground: FeedbackGround): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const isProved = request.kind === 'APPLIED' || request.kind === 'HIT';
  if (isProved && documentClasses.has(ground.class) && request.documentNo === undefined)
    faults.push({
      pointer: '/documentNo',
      code: 'DOCUMENT_NO_REQUIRED',
      detail: `${ground.class} 类措施反馈 ${request.kind} 须填写文书号`,
    });
  if (isProved && request.evidenceIds.length === 0 && !ground.hasWindowCheck)
    faults.push({ pointer: '/evidenceIds', code: 'EVIDENCE_REQUIRED', detail: `反馈 ${request.kind} 至少附一份证据` });
  for (const [index, id] of request.evidenceIds.entries()) {
    if (!ground.knownEvidence.has(id))
      faults.push({ pointer: `/evidenceIds/${index}`, code: 'EVIDENCE_UNKNOWN', detail: '证据文件不存在或不属于本部门' });
  }
  return faults;
}

/** Classes of rewards (R-3-6). */
const isReward = (measureClass: string) => measureClass.startsWith('R');

/** Effects that a class can have at all (§4.6). */
export function effectsOf(measureClass: string): readonly NonNullable<FeedbackRequest['effect']>[] {
  return isReward(measureClass) ? ['BENEFIT_ENJOYED', 'OTHER'] : ['RESTRICTED', 'DUTY_PERFORMED', 'REPAIR_REQUESTED', 'OTHER'];
}

/** What only some kinds and classes may or must say. */
function faultsOfClass(request: FeedbackRequest, ground: FeedbackGround): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const { amount, effect, legalBasisUsed } = request;
  // What was ordered beside plans is of no class.
  if (effect !== undefined && ground.class !== '-' && !effectsOf(ground.class).includes(effect))
    faults.push({
      pointer: '/effect',
      code: 'EFFECT_NOT_FOR_CLASS',
      detail: `${ground.class} 类措施的效果不能是 ${effect}；可选：${effectsOf(ground.class).join('、')}`,
    });
  if (amount !== undefined && !(amount.value > 0))
    faults.push({ pointer: '/amount/value', code: 'VALIDATION_FAILED', detail: '金额或数量应大于 0' });
  const known = ground.legalBases;
  if (legalBasisUsed !== undefined && known !== undefined && !known.some((basis) => isSameBasis(basis, legalBasisUsed)))
    faults.push({
      pointer: '/legalBasisUsed',
      code: 'LEGAL_BASIS_UNKNOWN',
      detail: `“${textOf(legalBasisUsed)}”不是本措施的法律依据；可选：${known.length === 0 ? '无' : known.map(textOf).join('、')}`,
    });
  return faults;
}

/** Without an article the document is meant as a whole. */
function isSameBasis(basis: LegalBasis, used: NonNullable<FeedbackRequest['legalBasisUsed']>): boolean {
  return basis.document === used.document && (used.article === undefined || used.article === (basis.article ?? ''));
}

const textOf = ({ document, article }: { document: string; article?: string | null | undefined }) => `${document}${article ?? ''}`;

/** The answer that a kind of feedback wants for a measure of this class: what must be said, and what may be (§4.6). */
export function formOf(kind: FeedbackKind, measureClass: string, taskKind: TaskKind = 'EXECUTE') {
  const isProved = kind === 'APPLIED' || kind === 'HIT';
  const required = [
    ...(isProved && documentClasses.has(measureClass) ? ['documentNo'] : []),
    ...(isProved ? ['evidenceIds'] : []),
    ...(kind === 'NOT_APPLIED' ? ['notAppliedReason'] : []),
  ];
  const done = ['measureApplied', 'appliedOn', 'businessMatter', 'documentNo', 'amount', 'termFrom', 'termTo', 'effect', 'legalBasisUsed'];
  const asked = {
    APPLIED: done,
    HIT: done,
    PARTIAL: done,
    LIFTED: ['measureApplied', 'appliedOn', 'documentNo', 'effect', 'legalBasisUsed'],
    ZERO: [],
    NOT_APPLIED: ['notAppliedReason'],
  }[kind];
  const without = taskKind === 'EXECUTE' ? [] : ['effect', 'legalBasisUsed', 'termFrom', 'termTo'];
  const fields = [...asked, 'evidenceIds', 'handler', 'phone', 'remark'].filter((field) => !without.includes(field));
  return { required, optional: fields.filter((field) => !required.includes(field)) };
}

function faultsOfReason(request: FeedbackRequest): FieldProblem[] {
  if (request.kind !== 'NOT_APPLIED') return [];
  if (request.notAppliedReason === undefined)
    return [{ pointer: '/notAppliedReason', code: 'REASON_REQUIRED', detail: '未实施须选择原因' }];
  if (request.notAppliedReason === 'OTHER' && request.remark === undefined)
    return [{ pointer: '/remark', code: 'REASON_REQUIRED', detail: '原因为“其他”时须在备注中说明' }];
  return [];
}

/** When a feedback is due: a hit some working days after it (`task.hit_feedback_wd` of its day, which the caller names), the proof of a lift with the lift, all else with the cycle. Null where no deadline runs. */
export function feedbackDue(task: Task, request: Pick<FeedbackRequest, 'kind' | 'appliedOn'>, context: DeadlineContext): Date | null {
  if (!task.hasDeadline) return null;
  if (task.status === 'LIFTING') return task.dueAt;
  if (request.kind !== 'HIT' || request.appliedOn === undefined) return task.feedbackDueAt;
  return endOfDayBeijing(addWorkingDays(context.calendar, request.appliedOn, context.terms.hitFeedbackDays).date);
}

/**
 * The task after a feedback of its current cycle has become valid (§4.3): execution is fed back; an armed task stays armed, and its cycle is over when its
 * quarter is. Undefined where the feedback changes nothing: it belongs to an earlier cycle, or the task has moved on.
 */
export function taskAfterApproval(task: Task, feedback: { kind: FeedbackKind; cycle: number }, context: DeadlineContext): Task | undefined {
  if (feedback.cycle !== task.cycle) return undefined;
  const isHeld = task.status === 'ON_HOLD';
  const status = task.previousStatus ?? task.status;
  const next = { ...task, version: task.version + 1 };
  if (status === 'ARMED' && feedback.kind !== 'NOT_APPLIED') {
    if (task.dueAt === null || task.feedbackDueAt === null) return undefined;
    if (!isQuarterOver(task.feedbackDueAt, context.now)) return { ...next, dueAt: null };
    const feedbackDueAt = periodicDue(context, beijingDate(context.now));
    return { ...next, cycle: task.cycle + 1, dueAt: feedbackDueAt, feedbackDueAt };
  }
  // A hit happens to a task; it is no answer for the cycle of one that is not armed.
  if (feedback.kind === 'HIT') return undefined;
  const decision = decideTransition({ ...task, status, previousStatus: null }, 'feedBack');
  if (!decision.ok) return undefined;
  return { ...next, ...(isHeld ? { previousStatus: decision.next } : { status: decision.next }), dueAt: null };
}

/** Whether the quarter that a periodic feedback reports on has ended; it is the one before the quarter in which the feedback is due. */
export function isQuarterOver(feedbackDueAt: Date, now: Date): boolean {
  return beijingDate(now) >= quarterStart(quarterOf(lastDayOf(feedbackDueAt)));
}

/** A document number as it is compared: the same number in other brackets, widths or spacing is the same document (R-4-11). */
export function documentKey(documentNo: string | null | undefined): string {
  return (documentNo ?? '')
    .normalize('NFKC')
    .replace(/\s+/gu, '')
    .replace(/[〔［【[{（]/gu, '(')
    .replace(/[〕］】\]}）]/gu, ')')
    .toUpperCase();
}
