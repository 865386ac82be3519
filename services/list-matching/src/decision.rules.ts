import {
  addDays,
  addWorkingDays,
  isWorkingDay,
  type ListType,
  type PrepareDecisionRequest,
  type ServeDecisionRequest,
  type SignDecisionRequest,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import { servedOn } from './designation-procedure.rules.ts';
import { decideValidity } from './designation-term.rules.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import type { ListRule } from './list-rule.rules.ts';
import { Faults, type InProcedure, refuse, type StepContext, type StepOutcome } from './procedure.rules.ts';

const always = { facts: '事实', basis: '依据' } as const;
const punishing = { ...always, measures: '失信惩戒措施提示', removal: '移出条件和程序', remedies: '救济途径和期限' } as const;
/** R-2-7: what a decision says; an honour threatens nobody with measures. */
const decisionContent: Readonly<Record<ListType, Readonly<Record<string, string>>>> = {
  BLACK: punishing,
  FOCUS: punishing,
  ABNORMAL: { ...always, removal: punishing.removal, remedies: punishing.remedies },
  RED: always,
};

/** The decision is drawn up (拟稿) with its mandatory content and its term; nothing follows before another person has signed it. */
export function decidePrepare(
  entry: InProcedure,
  request: PrepareDecisionRequest,
  by: string,
  definition: ListDefinition,
  context: StepContext,
): StepOutcome {
  if (entry.decision_date !== null) return refuse('', 'STEP_NOT_READY', '决定已签发');
  const faults = new Faults();
  faults.missing('DECISION_INCOMPLETE', request.content, decisionContent[entry.list_type]);
  const validity = decideValidity(
    { validTo: request.validTo, decision: { date: context.today } },
    definition,
    request.validFrom !== undefined && request.validFrom > context.today ? request.validFrom : context.today,
  );
  for (const fault of validity.faults) faults.add(fault.pointer, fault.code, fault.detail);
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const prepared = {
    name: request.name,
    number: request.number,
    validFrom: request.validFrom ?? null,
    validTo: request.validTo ?? null,
    by,
  };
  return {
    ok: true,
    action: 'PREPARE_DECISION',
    detail: {
      document: { name: request.name, number: request.number, sha256: request.sha256 ?? null },
      content: request.content,
      validTo: prepared.validTo,
    },
    patch: { procedure: { ...entry.procedure, prepared } },
    open: [],
    close: [],
  };
}

/** 签发: by an approver who neither drew it up nor submitted the entry (R-9-5), not before defence or public notice have ended (R-2-6, R-2-9). */
export function decideSign(
  entry: InProcedure,
  request: SignDecisionRequest,
  signer: { readonly id: string; readonly mayApprove: boolean },
  context: StepContext,
): StepOutcome {
  const { prepared, submittedBy, draftedBy } = entry.procedure;
  if (entry.decision_date !== null) return refuse('', 'STEP_NOT_READY', '决定已签发');
  if (prepared == null) return refuse('', 'STEP_NOT_READY', '尚无拟稿的决定');
  if (!signer.mayApprove || [prepared.by, submittedBy, draftedBy].includes(signer.id))
    return refuse('', 'FOUR_EYES_REQUIRED', '签发人须有审核权限，且不是起草、提交或拟稿的人');
  const { date } = request;
  const faults = new Faults();
  faults.notLater('/date', date, context.today);
  if (entry.list_type === 'BLACK' || entry.list_type === 'FOCUS') {
    const ended = entry.notice?.defenceEndedOn;
    if (ended === undefined) return refuse('', 'NOTICE_REQUIRED', '缺少事前告知和陈述申辩期的记录');
    if (date < ended) faults.add('/date', 'DECISION_BEFORE_DEFENCE_END', `陈述申辩期 ${ended} 届满`);
  }
  if (entry.list_type === 'RED') {
    if (entry.public_notice == null) return refuse('', 'PUBLIC_NOTICE_REQUIRED', '缺少公示的记录');
    faults.notEarlier('/date', date, entry.public_notice.closedOn, '公示截止日期');
  }
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const { serveWorkdays, shareWorkdays } = context.settingsOn(date);
  const serve = addWorkingDays(context.calendar, date, serveWorkdays);
  const share = addWorkingDays(context.calendar, date, shareWorkdays);
  return {
    ok: true,
    action: 'SIGN_DECISION',
    detail: { document: { name: prepared.name, number: prepared.number, date }, preparedBy: prepared.by },
    patch: { decision_name: prepared.name, decision_number: prepared.number, decision_date: date },
    open: [
      { kind: 'SERVE_DECISION', dueOn: serve.date, at: 'END', provisional: serve.provisional },
      { kind: 'SHARE_DECISION', dueOn: share.date, at: 'END', provisional: share.provisional },
    ],
    close: [],
  };
}

/** The approver sends a prepared decision back with reasons. */
export function decideReturn(entry: InProcedure, reason: string): StepOutcome {
  const { prepared } = entry.procedure;
  if (entry.decision_date !== null || prepared == null) return refuse('', 'STEP_NOT_READY', '没有待签发的决定');
  const patch = { procedure: { ...entry.procedure, prepared: null } };
  return { ok: true, action: 'RETURN_DECISION', detail: { reason, number: prepared.number }, patch, open: [], close: [] };
}

/**
 * T12: decision and repair notice have been served (R-2-6, R-2-6a, R-5-9). It comes into force today, or, where service counts from a later day or
 * the list is released on fixed days (R-2-13), on that day by itself.
 */
export function decideServe(
  entry: InProcedure,
  request: ServeDecisionRequest,
  definition: ListDefinition,
  rule: ListRule,
  context: StepContext,
): StepOutcome {
  const { decision_date: decided, list_type: listType, procedure } = entry;
  if (decided === null) return refuse('', 'STEP_NOT_READY', '决定尚未签发');
  const faults = new Faults();
  const punishes = listType === 'BLACK' || listType === 'FOCUS';
  if (punishes && request.decisionServedOn === undefined) faults.add('/decisionServedOn', 'SERVICE_REQUIRED', '缺少决定书送达日期');
  if (listType === 'BLACK' && request.repairNoticeServedOn === undefined)
    faults.add('/repairNoticeServedOn', 'REPAIR_NOTICE_REQUIRED', '缺少信用修复告知书送达日期（两书同达）');
  const dates = [
    ['/decisionServedOn', request.decisionServedOn],
    ['/repairNoticeServedOn', request.repairNoticeServedOn],
    ...request.parties.map((party, index) => [`/parties/${index}/decisionServedOn`, party.decisionServedOn] as const),
  ] as const;
  for (const [pointer, date] of dates) {
    if (date === undefined) continue;
    faults.notLater(pointer, date, context.today);
    if (date < decided) faults.add(pointer, 'SERVICE_BEFORE_DECISION', `送达日期 ${date} 早于决定日期 ${decided}`);
  }
  const served = [request.decisionServedOn, request.repairNoticeServedOn].filter((date) => date !== undefined);
  const counts =
    served
      .map((date) => servedOn(date, request.method))
      .sort()
      .at(-1) ?? context.today;
  const effectiveOn = rule.release === 'MONTHLY' ? releasedOn(context.calendar, counts, rule.releaseNoticeWorkdays) : counts;
  const { prepared } = procedure;
  const begins = effectiveOn > context.today ? effectiveOn : context.today;
  const validity = decideValidity(
    { validFrom: prepared?.validFrom ?? undefined, validTo: prepared?.validTo ?? undefined, decision: { date: decided } },
    definition,
    begins,
  );
  for (const fault of validity.faults) faults.add('', fault.code, fault.detail);
  const refusal = faults.refusal();
  if (refusal !== undefined) return refusal;
  const service = {
    decisionServedOn: request.decisionServedOn,
    repairNoticeServedOn: request.repairNoticeServedOn,
    method: request.method,
  };
  const isLater = effectiveOn > context.today;
  return {
    ok: true,
    action: isLater ? 'RECORD_SERVICE' : 'SERVE',
    detail: {
      ...service,
      proofNo: request.proofNo ?? null,
      repairNoticeNumber: request.repairNoticeNumber ?? null,
      effectiveOn,
      validFrom: validity.validFrom,
      validTo: validity.validTo,
    },
    patch: { service, procedure: { ...procedure, effectiveOn }, valid_from: validity.validFrom, valid_to: validity.validTo },
    open: isLater
      ? [{ kind: rule.release === 'MONTHLY' ? 'RELEASE' : 'SERVICE_EFFECTIVE', dueOn: effectiveOn, at: 'START', provisional: false }]
      : [],
    close: ['SERVE_DECISION'],
  };
}

/** R-2-13: on the first working day of the next month, then so many working days of publicity; in force on the day after. */
export function releasedOn(calendar: WorkingDayCalendar, servedOn: string, noticeWorkdays: number): string {
  let first = `${addDays(`${servedOn.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
  while (!isWorkingDay(calendar, first)) first = addDays(first, 1);
  return addDays(addWorkingDays(calendar, first, noticeWorkdays).date, 1);
}
