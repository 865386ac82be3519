import { dayNumberOf, type FieldProblem } from '@lianxin/contracts';

/** R-2-3: a designation standard is open to the public's comments for at least this many days. */
const consultationDays = 30;

export interface ListStandard {
  /** Where it is published, on 信用中国 or the department's own site. */
  readonly url: string;
  readonly consultedFrom: string;
  readonly consultedTo: string;
  readonly documentNo: string;
}

/** Faults of a standard that is to be recorded (R-2-3): too short a consultation, one that is not over, an address that no page can have. */
export function findStandardFaults(standard: ListStandard, today: string): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const fault = (pointer: string, detail: string) => faults.push({ pointer, code: 'VALIDATION_FAILED', detail });
  const days = dayNumberOf(standard.consultedTo) - dayNumberOf(standard.consultedFrom);
  if (days < consultationDays) fault('/consultedTo', `认定标准公开征求意见不少于 ${consultationDays} 日，现为 ${days} 日`);
  if (standard.consultedTo > today) fault('/consultedTo', `征求意见尚未结束（今天 ${today}），结束后再登记`);
  if (!/^https?:$/.test(URL.parse(standard.url)?.protocol ?? '')) fault('/url', '请填写以 http:// 或 https:// 开头的公布网址');
  return faults;
}
