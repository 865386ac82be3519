import { findEventDefinition } from '@lianxin/contracts';
import { isFields } from './journal.rules.ts';

/** What fields of an event are called where people read it, in the order in which they stand there. */
const labels: Readonly<Record<string, string>> = {
  number: '编号',
  listCode: '名单',
  listType: '类型',
  decision: '认定决定',
  status: '状态',
  transition: '步骤',
  ground: '事由',
  cause: '原因',
  outcome: '结果',
  result: '结论',
  verdict: '结论',
  kind: '种类',
  reason: '理由',
  notAppliedReason: '未实施理由',
  grade: '程度',
  documentNo: '文书号',
  reportNumber: '报告号',
  batchNo: '批次',
  designatingDepartment: '认定单位',
  departmentCode: '部门',
  decidingDepartment: '决定单位',
  sourceDepartment: '来源单位',
  measureCode: '措施',
  catalogueVersion: '目录版本',
  version: '版本',
  matterCode: '事项',
  validFrom: '有效期自',
  validTo: '有效期至',
  activatedOn: '生效日',
  recordedOn: '形成日',
  dueOn: '期限',
  dueAt: '期限',
  liftDueAt: '解除期限',
};
/** What lists of an event are counted as. */
const counted: Readonly<Record<string, readonly [string, string]>> = {
  parties: ['当事人', '名'],
  endedPartyIds: ['退出当事人', '名'],
  measures: ['措施', '项'],
  tasks: ['任务', '项'],
  notices: ['通知', '项'],
  stays: ['保持不变', '项'],
  subjects: ['主体', '个'],
  prompts: ['提示', '条'],
  decisions: ['处理', '条'],
};
/** Words of the trade for the codes that events carry; a code without a word is shown as it is. */
const words: Readonly<Record<string, string>> = {
  BLACK: '黑名单',
  RED: '红名单',
  FOCUS: '重点关注',
  ABNORMAL: '异常名录',
  DRAFT: '拟认定',
  CHECKING: '比对核查',
  PRE_NOTICE: '事前告知',
  HEARING: '陈述申辩复核',
  PUBLIC_NOTICE: '公示',
  DESIGNATED: '已认定',
  ACTIVE: '生效',
  SUSPENDED: '中止',
  EXPIRED: '期满退出',
  REPAIRED: '修复退出',
  CORRECTED: '差错撤销',
  REVOKED: '依据撤销',
  EXCLUDED: '红名单移除',
  SUPERSEDED: '被替代',
  CLOSED_SUBJECT: '主体灭失',
  NOT_DESIGNATED: '不予认定',
  DISPATCHED: '已下发',
  ACKNOWLEDGED: '已签收',
  RETURNED: '退回',
  IN_EXECUTION: '执行中',
  ARMED: '已布控',
  FED_BACK: '已反馈',
  ON_HOLD: '暂停执行',
  LIFTING: '解除中',
  LIFTED: '已解除',
  CANCELLED: '已取消',
  NOT_APPLICABLE: '不适用',
  TERM_REACHED: '期限届满',
  DUTIES_PERFORMED: '义务履行',
  DESIGNATION_WRONG: '认定有误',
  BASIS_REVOKED: '依据撤销或变更',
  LIST_ABOLISHED: '名单废止',
  SUBJECT_ENDED: '主体终止',
  BANKRUPTCY_PLAN_COMPLETED: '重整计划执行完毕',
  CRITERIA_LOST: '不再符合条件',
  BLACK_LISTED: '列入黑名单',
  OWN_WAIVER: '自愿放弃',
  SETTLEMENT_PERFORMED: '和解履行完毕',
  CREDITOR_CONSENT: '申请人同意',
  SUSPENSION: '中止执行',
  OBJECTION: '异议',
  STOP_EXECUTION: '停止执行决定',
  BANKRUPTCY: '破产程序',
  UPHELD: '成立',
  PARTLY: '部分成立',
  PARTLY_UPHELD: '部分成立',
  DISMISSED: '不成立',
  WITHDRAWN: '撤回',
  UNCONFIRMED: '无法确认',
  ACCEPTED: '同意',
  REFUSED: '不同意',
  SAME: '同一主体',
  DIFFERENT: '不同主体',
  NOT_NEEDED: '无需处理',
  KEPT: '保留',
  APPLIED: '已实施',
  HIT: '触发命中',
  ZERO: '无触发',
  NOT_APPLIED: '未实施',
  PARTIAL: '部分实施',
  MINOR: '轻微',
  GENERAL: '一般',
  SERIOUS: '严重',
  NORMAL: '正常',
  DEREGISTERED: '注销',
  DEAD: '死亡',
  LEGAL: '法人',
  UNINC: '非法人组织',
  IB: '个体工商户',
  PERSON: '自然人',
  NO_MEASURE_FOUND: '未产生措施',
  NO_DEPARTMENT: '缺少执行部门',
  EXECUTE: '执行',
  VERIFY: '核实',
  REVIEW: '复核',
  RESTORE: '恢复名誉',
  OBJECTION_UPHELD: '异议成立',
  REVOKING_DOCUMENT: '撤销文书',
  COURT_RULING: '法院裁判',
  DESIGNATOR_CORRECTION: '认定单位更正',
  SYSTEM_FAULT: '系统差错',
  ASSESSED: '已推演',
  BEHIND: '尚未收到前序事件',
  UNKNOWN: '查无此记录',
};

/** An event in one Chinese sentence: what it is called, then its facts. No personal data: it is made from what is shown of the event. */
export function textOf(type: string, data: unknown): string {
  const title = findEventDefinition(type)?.titleZh ?? type;
  if (!isFields(data)) return title;
  const facts = Object.entries(labels).flatMap(([name, label]) => {
    const value = data[name];
    if (value === null || value === undefined || value === '') return [];
    if (name === 'decision') return isFields(value) ? [`${label} ${String(value['number'] ?? '')}（${String(value['date'] ?? '')}）`] : [];
    return typeof value === 'object' ? [] : [`${label} ${wordOf(String(value))}`];
  });
  const counts = Object.entries(counted).flatMap(([name, [label, unit]]) => {
    const value = data[name];
    return Array.isArray(value) && value.length > 0 ? [`${label} ${value.length} ${unit}`] : [];
  });
  const all = [...facts, ...counts];
  return all.length === 0 ? title : `${title}：${all.join('，')}`;
}

export function wordOf(code: string): string {
  return words[code] ?? code;
}
