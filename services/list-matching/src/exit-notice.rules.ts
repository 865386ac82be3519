import { beijingDate, type EntryStatus, type ExitGround, type ListType } from '@lianxin/contracts';

/** The fact by which an entry left its list. */
export interface ExitFact {
  readonly to_status: EntryStatus;
  readonly from_status: EntryStatus | null;
  readonly at: Date;
  readonly detail: Readonly<Record<string, unknown>>;
}
/** What the public is told at the end, on the channels on which it was told the beginning (R-2-11). */
export interface ExitNotice {
  readonly title: string;
  readonly exitedOn: string;
  readonly reason: string;
  /** Document that ends it; null where the term did, or where it is another department's (R-7-1a). */
  readonly documentNo: string | null;
  readonly text: string;
}
export interface ExitedEntry {
  readonly listName: string;
  readonly listType: ListType;
  readonly departmentName: string;
  /** An organisation's name; a person's masked: who has left a list is not put before the public once more. */
  readonly subjectName: string;
  readonly decision: { readonly name: string; readonly number: string; readonly date: string };
}

/** States of which the public is told; what never came into force was never public. */
const exited: readonly EntryStatus[] = ['EXPIRED', 'REPAIRED', 'CORRECTED', 'REVOKED', 'EXCLUDED', 'SUPERSEDED', 'CLOSED_SUBJECT'];

const grounds: Readonly<Partial<Record<ExitGround, string>>> = {
  TERM_REACHED: '期限届满',
  DUTIES_PERFORMED: '已履行相关义务',
  LIST_ABOLISHED: '该名单已废止',
  BANKRUPTCY_PLAN_COMPLETED: '重整计划或者和解协议已执行完毕',
  OWN_WAIVER: '主体自愿放弃',
  SETTLEMENT_PERFORMED: '执行和解协议已履行完毕',
  CREDITOR_CONSENT: '申请执行人申请，人民法院审查同意',
  NO_ASSETS_FOUND: '人民法院依法删除失信信息',
  TRIAL_SUPERVISION_OR_BANKRUPTCY: '人民法院依法裁定中止执行',
  ENFORCEMENT_DENIED: '人民法院依法裁定不予执行',
  ENFORCEMENT_TERMINATED: '人民法院依法裁定终结执行',
};

/** The last fact by which the entry left its list; undefined while it is on it, or when it never was. */
export function exitFactOf<Fact extends ExitFact>(facts: readonly Fact[]): Fact | undefined {
  const last = facts.findLast((fact) => fact.to_status !== fact.from_status);
  return last !== undefined && exited.includes(last.to_status) ? last : undefined;
}

export function exitNoticeOf(entry: ExitedEntry, fact: ExitFact): ExitNotice {
  const { listName, departmentName, subjectName, decision } = entry;
  const reason = reasonOf(fact);
  const exitedOn = exitDayOf(fact);
  const isHonour = entry.listType === 'RED';
  const end = isHonour ? '停止据此给予的激励' : '终止公示，停止共享和使用，解除据此采取的惩戒措施';
  // R-6-8: what was wrong from the start is put right where it was told.
  const amends = fact.to_status === 'CORRECTED' && !isHonour ? '原列入信息有误，特此更正，消除影响。' : '';
  return {
    title: `移出${listName}公告`,
    exitedOn,
    reason,
    documentNo: fact.to_status === 'EXCLUDED' || fact.to_status === 'SUPERSEDED' ? null : documentNoOf(fact.detail),
    text: `${departmentName}${chineseDay(decision.date)}以${decision.name}（${decision.number}）将${subjectName}列入${listName}。因${reason}，自${chineseDay(exitedOn)}起移出该名单，${end}。${amends}`,
  };
}

function reasonOf({ to_status: status, detail }: ExitFact): string {
  switch (status) {
    case 'REPAIRED':
      return '已完成信用修复';
    case 'CORRECTED':
      return '认定有误，自始无效';
    case 'REVOKED':
      return '作为依据的决定已被撤销或者变更';
    case 'EXCLUDED':
      return '不再符合守信激励对象的条件';
    case 'SUPERSEDED':
      return '由新的认定替代';
    case 'CLOSED_SUBJECT':
      return '主体终止';
    default:
      return grounds[detail['ground'] as ExitGround] ?? '符合移出条件';
  }
}

/** The legal day: of the order, or the last day of the term. */
function exitDayOf({ at, detail }: ExitFact): string {
  const document = detail['document'] as { date?: unknown } | undefined;
  const days = [detail['date'], document?.date, detail['on'], detail['ground'] === 'TERM_REACHED' ? detail['validTo'] : undefined];
  const day = days.find((candidate) => typeof candidate === 'string' && /^\d{4}-\d{2}-\d{2}$/u.test(candidate));
  return typeof day === 'string' ? day : beijingDate(at);
}

function documentNoOf(detail: ExitFact['detail']): string | null {
  const document = detail['document'] as { number?: unknown } | undefined;
  const number = detail['documentNo'] ?? document?.number;
  return typeof number === 'string' ? number : null;
}

function chineseDay(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
