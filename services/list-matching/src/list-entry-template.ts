import type { SheetTemplate, TemplateColumn } from '@lianxin/tables';
import { type Field, findColumn } from './import-fields.rules.ts';
import { listEntryIndex, listExitFields } from './list-entry-fields.rules.ts';

const day = '格式 2026-01-31';
const documents = '红名单填写公示日期；其他名单填写告知和送达日期';

/** What belongs into a column of the template, in its order; `*` before a path: required. */
const entryNotes: readonly (readonly [path: string, note: string])[] = [
  ['*listCode', '从下拉中选择'],
  ['*sourceRecordId', '本单位系统中该记录的唯一编号；重复导入时据此识别'],
  ['*subject.kind', '从下拉中选择'],
  ['*subject.name', '营业执照或身份证件上的全称'],
  ['subject.usccCode', '法人、非法人组织、个体工商户必填，18 位，按文本填写'],
  ['subject.idType', '自然人必填'],
  ['subject.idNumber', '自然人必填，按文本填写'],
  ['*subject.regionCode', '登记地的县区代码，如 320706'],
  ['*facts', '认定的事实，不得写入证件号码'],
  ['*basis.0.document', '法律法规或文件名称'],
  ['basis.0.article', '如：第四十八条'],
  ['*decision.name', '如：列入决定书'],
  ['*decision.number', '决定书文号'],
  ['*decision.date', day],
  ['notice.servedOn', `${day}；${documents}`],
  ['notice.defenceEndedOn', day],
  ['notice.method', '从下拉中选择，默认直接送达'],
  ['service.decisionServedOn', day],
  ['service.repairNoticeServedOn', `${day}；与决定书同时送达（两书同达）`],
  ['service.method', '从下拉中选择，默认直接送达'],
  ['publicNotice.openedOn', `${day}；仅红名单`],
  ['publicNotice.closedOn', `${day}；仅红名单`],
  ['validFrom', `${day}；不填为生效日`],
  ['validTo', `${day}；不填按名单规定的期限`],
  ['grade', '从下拉中选择'],
  ['parties.0.role', '决定书列明的责任人，没有则不填'],
  ['parties.0.name', ''],
  ['parties.0.idType', ''],
  ['parties.0.idNumber', '按文本填写'],
  ['parties.0.namedInDecision', '是 或 否'],
  ['parties.0.noticeServedOn', day],
  ['parties.0.decisionServedOn', day],
  ['origin', '默认本市；其他来源只能由信用办或信用中心导入'],
  ['batchNo', '来源不是本市时必填'],
];

function columnOf([marked, noteZh]: readonly [string, string]): TemplateColumn {
  const isRequired = marked.startsWith('*');
  const path = isRequired ? marked.slice(1) : marked;
  const column = findColumn(listEntryIndex, path);
  if (column === undefined) throw new Error(`the template names no field: ${path}`);
  return templateColumn(column.field, path, isRequired, noteZh);
}

function templateColumn(field: Field, path: string, isRequired: boolean, noteZh: string): TemplateColumn {
  const number = /\.(\d+)\./.exec(path)?.[1];
  const titleZh = field.titleZh.replace('#', number === undefined ? '' : String(Number(number) + 1));
  const flags = [
    { code: 'true', labelZh: '是' },
    { code: 'false', labelZh: '否' },
  ];
  const choices = field.kind === 'FLAG' ? flags : field.choices;
  return { path, titleZh, isRequired, noteZh, ...(choices === undefined ? {} : { choices }) };
}

/** Synthetic codes with right check characters; region 320799 does not exist. */
const exampleEntry = {
  listCode: 'BL-WAGE',
  sourceRecordId: 'RSJ-2026-0001',
  'subject.kind': '法人',
  'subject.name': '示例一号有限公司',
  'subject.usccCode': '91320799MA00000155',
  'subject.regionCode': '320706',
  facts: '示例：拖欠农民工工资，责令限期支付后逾期未支付',
  'basis.0.document': '《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》',
  'basis.0.article': '第五条',
  'decision.name': '列入决定书',
  'decision.number': '示例人社列〔2026〕1号',
  'decision.date': '2026-03-20',
  'notice.servedOn': '2026-03-02',
  'notice.defenceEndedOn': '2026-03-10',
  'service.decisionServedOn': '2026-03-23',
  'service.repairNoticeServedOn': '2026-03-23',
};

/** A change of its columns is a new version: files made on an older one are recognised and told. */
export const listEntryTemplate: SheetTemplate = {
  code: 'list-entries',
  titleZh: '名单认定',
  version: 1,
  columns: entryNotes.map(columnOf),
  examples: [
    exampleEntry,
    {
      ...exampleEntry,
      sourceRecordId: 'RSJ-2026-0002',
      'subject.kind': '个体工商户',
      'subject.name': '示例二号商店',
      'subject.usccCode': '92320799MA000004XF',
      'decision.number': '示例人社列〔2026〕2号',
    },
  ],
};

export const listSnapshotTemplate: SheetTemplate = { ...listEntryTemplate, code: 'list-snapshot', titleZh: '名单全量' };

const exitNotes: Readonly<Record<string, string>> = {
  listCode: '从下拉中选择；来源记录编号在多个名单中出现时必填',
  origin: '默认本市',
  sourceRecordId: '列入时填写的来源记录编号',
  ground: '从下拉中选择',
  date: day,
  documentNo: '移出决定、结案或核实文书的文号',
};
export const listExitTemplate: SheetTemplate = {
  code: 'list-exits',
  titleZh: '名单移出',
  version: 1,
  columns: listExitFields.map((field) =>
    templateColumn(field, field.path, ['sourceRecordId', 'ground', 'date', 'documentNo'].includes(field.path), exitNotes[field.path] ?? ''),
  ),
  examples: [
    {
      listCode: 'BL-WAGE',
      sourceRecordId: 'RSJ-2026-0001',
      ground: '提前履行义务',
      date: '2026-10-09',
      documentNo: '示例人社移〔2026〕1号',
    },
  ],
};
