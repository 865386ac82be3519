import { type ExitGround, exitGrounds } from '@lianxin/contracts';
import { type Choice, type Field, indexFields } from './import-fields.rules.ts';

const choices = (labels: Readonly<Record<string, string>>): readonly Choice[] =>
  Object.entries(labels).map(([code, labelZh]) => ({ code, labelZh }));

export const subjectKindChoices = choices({ LEGAL: '法人', UNINC: '非法人组织', IB: '个体工商户', PERSON: '自然人' });
const idTypeChoices = choices({
  ID_CARD: '居民身份证',
  PASSPORT: '护照',
  HK_MACAO_PERMIT: '港澳居民来往内地通行证',
  TAIWAN_PERMIT: '台湾居民来往大陆通行证',
  FOREIGN_PERMANENT_RESIDENT: '外国人永久居留身份证',
  HKMT_RESIDENCE_PERMIT: '港澳台居民居住证',
});
export const originChoices = choices({ CITY: '本市', PROVINCIAL: '省级下发', NATIONAL: '国家下发', LEGACY: '存量' });
const gradeChoices = choices({ MINOR: '轻微', GENERAL: '一般', SERIOUS: '严重' });
const methodChoices = choices({ DIRECT: '直接送达', MAIL: '邮寄送达', ELECTRONIC: '电子送达', LEFT: '留置送达', ANNOUNCEMENT: '公告送达' });
const roleChoices = choices({
  LEGAL_REPRESENTATIVE: '法定代表人',
  PRINCIPAL: '主要负责人',
  DIRECTLY_RESPONSIBLE: '直接责任人员',
  ACTUAL_CONTROLLER: '实际控制人',
  FINANCIAL_OFFICER: '财务负责人',
  SAFETY_OFFICER: '安全管理人员',
  PRACTITIONER: '从业人员',
});
const groundLabels: Readonly<Record<ExitGround, string>> = {
  TERM_REACHED: '期满',
  REPAIRED: '信用修复',
  DUTIES_PERFORMED: '提前履行义务',
  DESIGNATION_WRONG: '认定错误',
  BASIS_REVOKED: '认定依据被撤销或变更',
  LIST_ABOLISHED: '名单废止',
  SUBJECT_ENDED: '主体注销或死亡',
  BANKRUPTCY_PLAN_COMPLETED: '破产重整计划执行完毕',
  CRITERIA_LOST: '不再符合守信标准',
  BLACK_LISTED: '列入严重失信主体名单',
  OWN_WAIVER: '自愿放弃',
  SETTLEMENT_PERFORMED: '和解协议履行完毕',
  CREDITOR_CONSENT: '申请执行人书面申请并经审查同意',
  NO_ASSETS_FOUND: '终本后两次查询无财产',
  TRIAL_SUPERVISION_OR_BANKRUPTCY: '审判监督或破产程序中止执行',
  ENFORCEMENT_DENIED: '裁定不予执行',
  ENFORCEMENT_TERMINATED: '终结执行',
};
export const groundChoices: readonly Choice[] = exitGrounds.map((code) => ({ code, labelZh: groundLabels[code] }));

const text = (path: string, titleZh: string, ...aliases: string[]): Field => ({ path, titleZh, aliases, kind: 'TEXT' });
const date = (path: string, titleZh: string, ...aliases: string[]): Field => ({ path, titleZh, aliases, kind: 'DATE' });
const flag = (path: string, titleZh: string): Field => ({ path, titleZh, kind: 'FLAG' });
const json = (path: string, titleZh: string): Field => ({ path, titleZh, kind: 'JSON' });
const choice = (path: string, titleZh: string, from: readonly Choice[], ...aliases: string[]): Field => ({
  path,
  titleZh,
  aliases,
  kind: 'CHOICE',
  choices: from,
});

/** Columns of a list file: the designation of §2.7 with its documents, under the field's name or in Chinese. */
export const listEntryFields: readonly Field[] = [
  choice('listCode', '名单代码', [], '名单编码'),
  choice('origin', '来源', originChoices, '数据来源层级'),
  text('batchNo', '批次号'),
  text('sourceRecordId', '来源记录编号', '来源记录号', '记录编号'),
  choice('subject.kind', '主体类型', subjectKindChoices, '主体类别', '行政相对人类别'),
  text('subject.name', '主体名称', '名称', '单位名称', '企业名称', '当事人名称', '姓名'),
  text('subject.usccCode', '统一社会信用代码', '社会信用代码', '信用代码'),
  choice('subject.idType', '证件类型', idTypeChoices),
  text('subject.idNumber', '证件号码', '身份证号码', '居民身份证号'),
  text('subject.regionCode', '行政区划代码', '区划代码', '登记地区划代码'),
  text('facts', '事由', '失信事实', '认定事实', '主要违法事实'),
  text('industry', '所属行业', '行业'),
  choice('grade', '失信程度', gradeChoices),
  json('basis', '认定依据清单'),
  text('basis.*.document', '认定依据#', '依据文件#'),
  text('basis.*.article', '依据条款#'),
  text('decision.name', '认定文书名称', '决定文书名称', '决定书名称'),
  text('decision.number', '认定文书号', '决定文书号', '决定书文号', '文号'),
  date('decision.date', '认定日期', '决定日期', '列入日期'),
  date('notice.servedOn', '告知送达日期', '事先告知书送达日期'),
  date('notice.defenceEndedOn', '陈述申辩期届满日期'),
  choice('notice.method', '告知送达方式', methodChoices),
  date('service.decisionServedOn', '决定书送达日期'),
  date('service.repairNoticeServedOn', '修复告知书送达日期', '信用修复告知书送达日期'),
  choice('service.method', '决定书送达方式', methodChoices),
  date('publicNotice.openedOn', '公示开始日期'),
  date('publicNotice.closedOn', '公示截止日期'),
  date('validFrom', '有效期起', '有效期自'),
  date('validTo', '有效期止', '有效期至'),
  json('parties', '责任人清单'),
  choice('parties.*.role', '责任人#身份', roleChoices),
  text('parties.*.name', '责任人#姓名'),
  choice('parties.*.idType', '责任人#证件类型', idTypeChoices),
  text('parties.*.idNumber', '责任人#证件号码'),
  flag('parties.*.namedInDecision', '责任人#是否在决定书中列明'),
  date('parties.*.noticeServedOn', '责任人#告知送达日期'),
  date('parties.*.decisionServedOn', '责任人#决定书送达日期'),
  json('conditions', '附加条件清单'),
  text('conditions.*.code', '附加条件#代码'),
  text('conditions.*.documentNo', '附加条件#文书号'),
  json('evidence', '证据清单'),
  text('evidence.*.kind', '证据#类型'),
  text('evidence.*.fileId', '证据#文件编号'),
];
export const listEntryIndex = indexFields(listEntryFields);

/** Columns of a removal file (R-2-6b). */
export const listExitFields: readonly Field[] = [
  choice('listCode', '名单代码', []),
  choice('origin', '来源', originChoices),
  text('sourceRecordId', '来源记录编号', '来源记录号', '记录编号'),
  choice('ground', '退出事由', groundChoices, '移出事由', '移出原因'),
  date('date', '退出日期', '移出日期'),
  text('documentNo', '退出文书号', '移出文书号', '移出决定书文号', '文书号'),
];
export const listExitIndex = indexFields(listExitFields);

/** A full list may say of a row that it has been removed. */
export const listSnapshotIndex = indexFields([
  ...listEntryFields,
  choice('exit.ground', '退出事由', groundChoices, '移出事由', '移出原因'),
  date('exit.date', '退出日期', '移出日期'),
  text('exit.documentNo', '退出文书号', '移出文书号', '移出决定书文号'),
]);
