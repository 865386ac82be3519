/**
 * Layouts in which other platforms publish lists (domain §7.8), by their labels. Where a column goes: a field of the designation; `#FACTS`, one of the texts
 * that together are the facts; `#IDENTITY`, a code or a number; `#REMOVED_ON`, which no designation may have; null: known, and no part of a designation.
 * Nothing is made up: what a designation needs and the layout lacks must be given at upload.
 */
export interface PublishedLayout {
  readonly code: string;
  readonly titleZh: string;
  /** Labels by which it is recognised; all must be there. */
  readonly marks: readonly string[];
  readonly columns: Readonly<Record<string, string | null>>;
}

export const publishedLayouts: readonly PublishedLayout[] = [
  {
    code: 'court',
    titleZh: '失信被执行人（信用中国版式）',
    marks: ['失信被执行人姓名/名称', '案号'],
    columns: {
      '失信被执行人姓名/名称': 'subject.name',
      '身份证号码/组织机构代码': '#IDENTITY',
      案号: 'decision.number',
      失信被执行人行为具体情形: '#FACTS',
      生效法律文书确定的义务: '#FACTS',
      被执行人的履行情况: '#FACTS',
      已履行部分: '#FACTS',
      未履行部分: '#FACTS',
      执行法院: null,
      省份: null,
      执行依据文号: null,
      立案时间: null,
      做出执行依据单位: null,
      发布时间: null,
      数据来源: null,
    },
  },
  {
    code: 'court-api',
    titleZh: '失信被执行人（接口字段）',
    marks: ['iname', 'caseCode'],
    columns: {
      iname: 'subject.name',
      cardNum: '#IDENTITY',
      caseCode: 'decision.number',
      duty: '#FACTS',
      performance: '#FACTS',
      performedPart: '#FACTS',
      unperformPart: '#FACTS',
      disruptTypeName: '#FACTS',
      age: null,
      sexy: null,
      businessEntity: null,
      courtName: null,
      areaName: null,
      gistId: null,
      gistUnit: null,
      regDate: null,
      publishDate: null,
    },
  },
  {
    code: 'safety',
    titleZh: '安全生产（信用中国版式）',
    marks: ['单位名称', '失信行为简况', '纳入理由'],
    columns: {
      单位名称: 'subject.name',
      '统一社会信用代码/工商注册号': '#IDENTITY',
      失信行为简况: '#FACTS',
      纳入理由: '#FACTS',
      主要负责人: null,
      注册地址: null,
      信息报送机关: null,
    },
  },
  {
    code: 'tax',
    titleZh: '重大税收违法（信用中国版式）',
    marks: ['纳税人名称', '案件性质', '主要违法事实'],
    columns: {
      纳税人名称: 'subject.name',
      统一社会信用代码: 'subject.usccCode',
      案件性质: '#FACTS',
      主要违法事实: '#FACTS',
      相关法律依据及税务处理处罚情况: '#FACTS',
      法定代表人或负责人姓名: null,
      组织机构代码: null,
      纳税人识别号: null,
      案件上报期: null,
      注册地址: null,
      负有直接责任的财务负责人姓名: null,
      负有直接责任的中介机构信息及其从业人员信息: null,
    },
  },
  {
    code: 'procurement',
    titleZh: '政府采购（信用中国版式）',
    marks: ['机构名称', '不良行为的具体情形', '处罚依据'],
    columns: {
      机构名称: 'subject.name',
      代码: '#IDENTITY',
      不良行为的具体情形: '#FACTS',
      处罚结果: '#FACTS',
      处罚依据: 'basis.0.document',
      处罚截止日期: 'validTo',
      企业地址: null,
      记录日期: null,
      登记地点: null,
    },
  },
  {
    code: 'serious',
    titleZh: '严重失信主体名单（通用公示版式）',
    marks: ['企业名称', '严重失信主体名单认定依据', '列入严重失信主体名单日期'],
    columns: {
      企业名称: 'subject.name',
      统一社会信用代码: 'subject.usccCode',
      严重失信主体名单认定依据: 'basis.0.document',
      列入严重失信主体名单日期: 'decision.date',
      移出严重失信主体名单日期: '#REMOVED_ON',
      认定部门: null,
    },
  },
  {
    code: 'construction',
    titleZh: '建筑市场主体“黑名单”（信用中国版式）',
    marks: ['黑名单记录主体', '认定依据', '列入日期'],
    columns: {
      黑名单记录主体: 'subject.name',
      统一社会信用代码: 'subject.usccCode',
      认定依据: 'basis.0.document',
      列入日期: 'decision.date',
      移除日期: '#REMOVED_ON',
      黑名单类型: '#FACTS',
      认定部门: null,
      法定代表人: null,
      注册地址: null,
    },
  },
];

/** Fields without which no designation can be, to be told for a layout that lacks them; which documents a list needs is judged row by row. */
export const neededFields: Readonly<Record<string, string>> = {
  listCode: '名单代码',
  sourceRecordId: '来源记录编号',
  'subject.name': '主体名称',
  'subject.regionCode': '行政区划代码',
  facts: '事由',
  'basis.0.document': '认定依据',
  'decision.name': '认定文书名称',
  'decision.number': '认定文书号',
  'decision.date': '认定日期',
};
