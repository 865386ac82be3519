import type { UrgeLevel } from '@lianxin/contracts';

/** Titles of messages, as the list and mails show them. */
export const urgeTitles: Readonly<Record<UrgeLevel, string>> = {
  REMIND: '任务即将到期提醒',
  YELLOW: '任务逾期黄色提示',
  RED: '催办函',
  CIRCULAR: '列入季度通报告知',
  INSPECTION: '列入半年督查告知',
};

/** What a message says: a department, how many tasks, and since when. It names no subject and no person. */
export function urgeText(message: {
  level: UrgeLevel;
  departmentCode: string;
  urgedOn: string;
  taskCount: number;
  period: string | null;
}): string {
  const period = message.period ?? '本期';
  const what = {
    REMIND: `有 ${message.taskCount} 项任务即将到期`,
    YELLOW: `有 ${message.taskCount} 项任务已逾期`,
    RED: `有 ${message.taskCount} 项任务逾期已久，现予催办`,
    CIRCULAR: `有 ${message.taskCount} 项任务经催办仍未办理，列入 ${period} 季度通报`,
    INSPECTION: `${period} 内两次列入季度通报，列入半年督查和年度考核`,
  }[message.level];
  return `${message.departmentCode}：${what}（${message.urgedOn}）。`;
}
