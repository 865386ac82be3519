import {
  addDays,
  addWorkingDays,
  type FieldProblem,
  type ListEntryRequest,
  type ProblemCode,
  type ServiceMethod,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

/** R-2-6: 国办发〔2020〕49号 is in force; older stock was made without a notice file. */
const noticeSince = '2020-12-18';
/** R-2-6, R-5-9: 两书同达 since the repair notice exists. */
const repairNoticeSince = '2025-06-22';
/** R-2-6a. */
const announcementDays = 30;

/** Periods in working days, from the configuration (domain §12). */
export interface ListSettings {
  readonly defenceWorkdays: number;
  readonly redNoticeWorkdays: number;
  /** `list.defence_review_wd` (R-2-8). */
  readonly defenceReviewWorkdays: number;
  /** `list.serve_wd`, `list.share_wd` (§2.6). */
  readonly serveWorkdays: number;
  readonly shareWorkdays: number;
  /** Uncertain identities (R-2-10) and honours to be looked at again are to be decided within. */
  readonly reviewWorkdays: number;
}
interface Context {
  readonly today: string;
  readonly calendar: WorkingDayCalendar;
  /** As they were on the day on which a clock started. */
  readonly settingsOn: (date: string) => ListSettings;
}
/** What the rules of the procedure look at; of a request that comes in, or of an entry whose decision is corrected. */
export interface Procedural {
  readonly origin: ListEntryRequest['origin'];
  readonly decision: { readonly date: string };
  readonly notice?: ListEntryRequest['notice'];
  readonly service?: ListEntryRequest['service'];
  readonly publicNotice?: ListEntryRequest['publicNotice'];
  readonly parties: readonly { readonly noticeServedOn?: string | undefined; readonly decisionServedOn?: string | undefined }[];
}
type AddFault = (pointer: string, code: ProblemCode, detail: string) => void;

/** What the procedure of a list demands of a record, by its type and origin (R-2-6; catalogue: ABNORMAL needs its decision alone). */
export function requiredDocuments(request: Pick<Procedural, 'origin' | 'decision'>, definition: ListDefinition) {
  const { origin } = request;
  const punishes = definition.type === 'BLACK' || definition.type === 'FOCUS';
  const isOfHere = origin === 'CITY' || origin === 'LEGACY';
  const noticed = origin === 'CITY' || (origin === 'LEGACY' && request.decision.date >= noticeSince);
  return {
    notice: punishes && noticed,
    service: punishes && isOfHere,
    repairNotice: definition.type === 'BLACK' && (origin === 'CITY' || (origin === 'LEGACY' && request.decision.date >= repairNoticeSince)),
    publicNotice: definition.type === 'RED' && noticed,
  };
}

/** The day on which something counts as served (R-2-6a). */
export function servedOn(date: string, method: ServiceMethod): string {
  return method === 'ANNOUNCEMENT' ? addDays(date, announcementDays) : date;
}

/** Faults of notice, defence, decision, service and public notice, and of their order in time (R-2-6, R-2-8, R-2-9). */
export function findProcedureFaults(request: Procedural, definition: ListDefinition, context: Context): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const add: AddFault = (pointer, code, detail) => void faults.push({ pointer, code, detail });
  const required = requiredDocuments(request, definition);
  addFutureDates(request, context.today, add);
  if (required.notice) addNoticeFaults(request, context, add);
  if (required.publicNotice) addPublicNoticeFaults(request, context, add);
  addServiceFaults(request, required, context.today, add);
  addPartyFaults(request, add);
  return faults;
}

/** Nothing that has been done can have been done tomorrow. */
function addFutureDates(request: Procedural, today: string, add: AddFault): void {
  const dates: [string, string | undefined][] = [
    ['/decision/date', request.decision.date],
    ['/notice/servedOn', request.notice?.servedOn],
    ['/publicNotice/openedOn', request.publicNotice?.openedOn],
    ['/publicNotice/closedOn', request.publicNotice?.closedOn],
    ['/service/decisionServedOn', request.service?.decisionServedOn],
    ['/service/repairNoticeServedOn', request.service?.repairNoticeServedOn],
    ...request.parties.flatMap((party, index): [string, string | undefined][] => [
      [`/parties/${index}/noticeServedOn`, party.noticeServedOn],
      [`/parties/${index}/decisionServedOn`, party.decisionServedOn],
    ]),
  ];
  for (const [pointer, date] of dates) {
    if (date !== undefined && date > today) add(pointer, 'DATE_IN_FUTURE', `日期不能晚于今天（${today}）`);
  }
}

function addNoticeFaults(request: Procedural, context: Context, add: AddFault): void {
  const { notice, decision } = request;
  if (notice === undefined) {
    add('/notice', 'NOTICE_REQUIRED', '缺少事前告知的送达日期和陈述申辩期届满日期');
    return;
  }
  if (notice.defenceEndedOn === undefined) {
    add('/notice/defenceEndedOn', 'NOTICE_REQUIRED', '缺少陈述申辩期届满日期');
    return;
  }
  const served = servedOn(notice.servedOn, notice.method);
  const { defenceWorkdays } = context.settingsOn(served);
  const { date: earliest } = addWorkingDays(context.calendar, served, defenceWorkdays);
  if (notice.defenceEndedOn < earliest) {
    const announced = notice.method === 'ANNOUNCEMENT' ? `公告满 ${announcementDays} 日于 ${served} 视为送达，` : '';
    const detail = `${announced}自送达次日起 ${defenceWorkdays} 个工作日，最早 ${earliest} 届满`;
    add('/notice/defenceEndedOn', 'DEFENCE_TOO_SHORT', detail);
  }
  if (decision.date < notice.defenceEndedOn)
    add('/decision/date', 'DECISION_BEFORE_DEFENCE_END', `陈述申辩期 ${notice.defenceEndedOn} 届满，决定日期为 ${decision.date}`);
}

function addPublicNoticeFaults(request: Procedural, context: Context, add: AddFault): void {
  const { publicNotice, decision } = request;
  if (publicNotice === undefined) {
    add('/publicNotice', 'PUBLIC_NOTICE_REQUIRED', '缺少公示起止日期');
    return;
  }
  if (publicNotice.closedOn < publicNotice.openedOn) {
    add('/publicNotice/closedOn', 'DATE_ORDER', '公示截止日期早于开始日期');
    return;
  }
  const { redNoticeWorkdays } = context.settingsOn(publicNotice.openedOn);
  const { date: earliest } = addWorkingDays(context.calendar, publicNotice.openedOn, redNoticeWorkdays);
  if (publicNotice.closedOn < earliest) {
    const detail = `公示不少于 ${redNoticeWorkdays} 个工作日，最早 ${earliest} 截止`;
    add('/publicNotice/closedOn', 'PUBLIC_NOTICE_TOO_SHORT', detail);
  }
  if (decision.date < publicNotice.closedOn) add('/decision/date', 'DATE_ORDER', `公示 ${publicNotice.closedOn} 截止，决定不能早于该日`);
}

function addServiceFaults(
  request: Procedural,
  required: { readonly service: boolean; readonly repairNotice: boolean },
  today: string,
  add: AddFault,
): void {
  const { service, decision } = request;
  const dates = [
    ['/service/decisionServedOn', service?.decisionServedOn, required.service, 'SERVICE_REQUIRED', '缺少决定书送达日期'],
    [
      '/service/repairNoticeServedOn',
      service?.repairNoticeServedOn,
      required.repairNotice,
      'REPAIR_NOTICE_REQUIRED',
      '缺少信用修复告知书送达日期',
    ],
  ] as const;
  for (const [pointer, date, isRequired, code, missing] of dates) {
    if (date === undefined) {
      if (isRequired) add(service === undefined && code === 'SERVICE_REQUIRED' ? '/service' : pointer, code, missing);
      continue;
    }
    if (date < decision.date) add(pointer, 'SERVICE_BEFORE_DECISION', `送达日期 ${date} 早于决定日期 ${decision.date}`);
    const served = servedOn(date, service?.method ?? 'DIRECT');
    if (isRequired && date <= today && served > today) add(pointer, code, `公告满 ${announcementDays} 日，${served} 方视为送达`);
  }
}

/** Own proof of a named person: notice before the decision, service not before it (R-2-15). */
function addPartyFaults(request: Procedural, add: AddFault): void {
  for (const [index, party] of request.parties.entries()) {
    if (party.decisionServedOn !== undefined && party.decisionServedOn < request.decision.date) {
      const detail = `送达日期 ${party.decisionServedOn} 早于决定日期 ${request.decision.date}`;
      add(`/parties/${index}/decisionServedOn`, 'SERVICE_BEFORE_DECISION', detail);
    }
    if (party.noticeServedOn !== undefined && party.noticeServedOn > request.decision.date)
      add(`/parties/${index}/noticeServedOn`, 'DATE_ORDER', `告知送达日期晚于决定日期 ${request.decision.date}`);
  }
}
