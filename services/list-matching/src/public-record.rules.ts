import {
  addWorkingDays,
  checkUscc,
  decideStepIn,
  type FieldProblem,
  type Grade,
  type PublicRecordRequest,
  type PublicRecordStatus,
  type TransitionDecision,
  type WorkingDayCalendar,
} from '@lianxin/contracts';

/**
 * What can be done with a public record (R-7-0). CHECKING: nobody sees it, for it is not certain whom it means. ARCHIVE: it came after its own period
 * and was never shown. WITHDRAWN ends it from everywhere: a decision that was revoked is shown nowhere, also not as ended.
 */
export const publicRecordTransitions = {
  CHECKING: { PUBLISH: 'PUBLISHED', ARCHIVE: 'STOPPED', WITHDRAW: 'WITHDRAWN' },
  PUBLISHED: { STOP: 'STOPPED', WITHDRAW: 'WITHDRAWN' },
  // R-5-13: its repair was revoked, the rest of its period runs.
  STOPPED: { RESTORE: 'PUBLISHED', WITHDRAW: 'WITHDRAWN' },
  WITHDRAWN: {},
} as const satisfies Record<PublicRecordStatus, Partial<Record<PublicRecordAction, PublicRecordStatus>>>;
export type PublicRecordAction = 'PUBLISH' | 'ARCHIVE' | 'STOP' | 'RESTORE' | 'WITHDRAW';

export function decidePublicRecordStep(
  status: PublicRecordStatus,
  action: PublicRecordAction,
): TransitionDecision<PublicRecordStatus, 'CONFLICT'> {
  return decideStepIn(publicRecordTransitions, status, action, 'CONFLICT');
}

/** R-7-1: public within so many working days of the decision (国办发〔2015〕51号). */
const publishWorkdays = 7;
/** 行政处罚法 48: a changed or revoked decision is taken back within so many. */
const withdrawWorkdays = 3;

export interface Term {
  readonly date: string;
  /** It runs into a year whose working days are not known yet (R-7-3). */
  readonly provisional: boolean;
}

export function publishTerm(calendar: WorkingDayCalendar, decidedOn: string): Term {
  return addWorkingDays(calendar, decidedOn, publishWorkdays);
}

export function withdrawTerm(calendar: WorkingDayCalendar, documentDate: string): Term {
  return addWorkingDays(calendar, documentDate, withdrawWorkdays);
}

/** Whether the record missed a term: published or withdrawn after it, or not published yet although it is over. */
export function isLate(
  record: {
    readonly status: PublicRecordStatus;
    readonly publishedOn: string | null;
    readonly publishDueOn: string;
    readonly withdrawnOn: string | null;
    readonly withdrawDueOn: string | null;
  },
  today: string,
): boolean {
  const published = record.publishedOn ?? (record.status === 'CHECKING' ? today : record.publishDueOn);
  const isWithdrawnLate = record.withdrawnOn !== null && record.withdrawDueOn !== null && record.withdrawnOn > record.withdrawDueOn;
  return published > record.publishDueOn || isWithdrawnLate;
}

/** What happens to a record whose subject is certain: shown, unless its own period was over before it came (R-7-1a). */
export function firstActionOf(publicUntil: string | null, today: string): 'PUBLISH' | 'ARCHIVE' {
  return publicUntil !== null && publicUntil < today ? 'ARCHIVE' : 'PUBLISH';
}

/** R-7-0: a missing grade is 一般, never 严重; only a penalty has one. */
export function gradeOf(request: PublicRecordRequest): Grade | null {
  return request.kind === 'PENALTY' ? (request.grade ?? 'GENERAL') : null;
}

type Add = (pointer: string, code: FieldProblem['code'], detail: string) => void;

/** Everything that is wrong with a record, whoever it means (§7.7, §7.8). */
export function findRecordFaults(request: PublicRecordRequest, today: string): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const add: Add = (pointer, code, detail) => void faults.push({ pointer, code, detail });
  addBlockFaults(request, add);
  addDateFaults(request, today, add);
  for (const [pointer, code] of [
    ['/authority/usccCode', request.authority.usccCode],
    ['/source/usccCode', request.source?.usccCode],
  ] as const) {
    const checked = code === undefined ? undefined : checkUscc(code, {});
    if (checked !== undefined && !checked.ok) add(pointer, 'USCC_INVALID', checked.detailZh);
  }
  for (const { pointer, titleZh } of missingFields(request)) add(pointer, 'VALIDATION_FAILED', `${titleZh}必填`);
  return faults;
}

const blocks = { PENALTY: 'penalty', LICENCE: 'licence', ABNORMAL: 'abnormal' } as const;

function addBlockFaults(request: PublicRecordRequest, add: Add): void {
  for (const [kind, block] of Object.entries(blocks)) {
    if (kind === request.kind && request[block] === undefined) add(`/${block}`, 'VALIDATION_FAILED', `${kind} 记录须填写 ${block}`);
    if (kind !== request.kind && request[block] !== undefined) add(`/${block}`, 'VALIDATION_FAILED', `${request.kind} 记录不填 ${block}`);
  }
  if (request.grade !== undefined && request.kind !== 'PENALTY') add('/grade', 'VALIDATION_FAILED', '只有行政处罚区分轻微、一般、严重');
}

function addDateFaults(request: PublicRecordRequest, today: string, add: Add): void {
  const { decidedOn, validFrom, validTo, publicUntil } = request;
  if (decidedOn > today) add('/decidedOn', 'DATE_IN_FUTURE', '决定日期不能晚于今天');
  if (publicUntil !== undefined && publicUntil < decidedOn) add('/publicUntil', 'DATE_ORDER', '公示截止期不能早于决定日期');
  if (validFrom !== undefined && validTo !== undefined && validTo < validFrom) add('/validTo', 'DATE_ORDER', '有效期至不能早于有效期自');
}

interface Needed {
  readonly pointer: string;
  readonly titleZh: string;
}

/** Fields that version 2.0 demands (§7.7); version 1.0 demands those that identify the document, for its archives hold no more. */
function missingFields(request: PublicRecordRequest): Needed[] {
  const needed: [pointer: string, titleZh: string, value: unknown][] = [];
  const { subject, document, authority, source, penalty, licence } = request;
  if (request.kind !== 'ABNORMAL') needed.push(['/document/number', '文书号', document.number]);
  if (request.kind === 'PENALTY') needed.push(['/penalty/detail', '处罚内容', penalty?.detail]);
  if (request.kind === 'LICENCE') needed.push(['/licence/detail', '许可内容', licence?.detail]);
  if (request.standard === '2.0' && request.kind !== 'ABNORMAL') {
    if (subject.kind === 'LEGAL') needed.push(['/representative/name', '法定代表人', request.representative?.name]);
    needed.push(
      ['/authority/usccCode', '作出决定机关的统一社会信用代码', authority.usccCode],
      ['/source/name', '数据来源单位', source?.name],
      ['/source/usccCode', '数据来源单位代码', source?.usccCode],
    );
    needed.push(...(request.kind === 'PENALTY' ? neededOfPenalty(request) : neededOfLicence(request)));
  }
  return needed.flatMap(([pointer, titleZh, value]) => (value === undefined ? [{ pointer, titleZh }] : []));
}

function neededOfPenalty({ penalty, publicUntil }: PublicRecordRequest): [string, string, unknown][] {
  const categories = penalty?.categories ?? [];
  const takesLicence = categories.includes('LICENCE_SUSPENDED') || categories.includes('LICENCE_REVOKED');
  return [
    ['/penalty/violation', '违法行为类型', penalty?.violation],
    ['/penalty/facts', '违法事实', penalty?.facts],
    ['/penalty/basis', '处罚依据', penalty?.basis],
    ['/penalty/categories', '处罚类别', penalty?.categories],
    ['/publicUntil', '公示截止期', publicUntil],
    ...(categories.includes('FINE') ? [['/penalty/fineWan', '罚款金额（万元）', penalty?.fineWan] as [string, string, unknown]] : []),
    ...(takesLicence
      ? [['/penalty/revokedLicence', '暂扣或吊销证照名称及编号', penalty?.revokedLicence] as [string, string, unknown]]
      : []),
  ];
}

function neededOfLicence({ document, licence, validFrom, validTo }: PublicRecordRequest): [string, string, unknown][] {
  return [
    ['/document/name', '行政许可决定文书名称', document.name],
    ['/licence/category', '许可类别', licence?.category],
    ['/validFrom', '有效期自', validFrom],
    ['/validTo', '有效期至', validTo],
  ];
}
