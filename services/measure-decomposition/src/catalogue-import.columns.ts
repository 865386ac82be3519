import { dateSchema, departmentCodeSchema } from '@lianxin/contracts';
import { z } from 'zod';
import { type FileName, rowSchemas } from './catalogue.rows.ts';

const orNone = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((cell) => (cell === '' ? null : cell), schema.nullable());

/** What each file of a draft holds: the columns of the first version without those that only explain a row, and for departments how they end. */
export const importSchemas = {
  classes: rowSchemas.classes.omit({ confidence: true }),
  departments: rowSchemas.departments
    .omit({ predecessor_zh: true, seed_named: true, member: true, confidence: true })
    .extend({ valid_to: orNone(dateSchema), successor_code: orNone(departmentCodeSchema) }),
  memoranda: rowSchemas.memoranda,
  measures: rowSchemas.measures.omit({ confidence: true, gate_expected: true }),
  measure_executors: rowSchemas.measure_executors.omit({ level: true }),
  measure_basis: rowSchemas.measure_basis.omit({ confidence: true, gate_expected: true }),
  matters: rowSchemas.matters,
} as const;

export const importFiles = Object.keys(importSchemas) as FileName[];
export type ImportRow<Name extends FileName> = z.infer<(typeof importSchemas)[Name]> & { readonly line: number };
export type ImportRows = { readonly [Name in FileName]: readonly ImportRow<Name>[] };

export const fileTitlesZh: Readonly<Record<FileName, string>> = {
  classes: '措施分类',
  departments: '部门',
  memoranda: '备忘录',
  measures: '措施',
  measure_executors: '措施执行部门',
  measure_basis: '措施依据',
  matters: '窗口事项',
};

/** May be left out of a header; whatever else a file of the first version has is passed over. */
export const optionalColumns: ReadonlySet<string> = new Set(['valid_to', 'successor_code']);
export const passedColumns: ReadonlySet<string> = new Set([
  'confidence',
  'gate_expected',
  'predecessor_zh',
  'seed_named',
  'member',
  'level',
]);

/** Column → what stands above it for people, and what belongs into it. */
export const columnTitles: Readonly<Record<string, readonly [string, string]>> = {
  code: ['编码', '大写字母、数字、连字符'],
  measure_code: ['措施编码', '已有的或本次新增的措施'],
  department_code: ['部门编码', '市级部门的编码，县区对应部门由记录决定'],
  name_zh: ['名称', ''],
  name_en: ['英文名称', ''],
  title_zh: ['标题', ''],
  kind: ['类别', '措施：ADM、MKT、IND、SOC'],
  valid_from: ['设立日期', 'YYYY-MM-DD'],
  valid_to: ['撤销日期', 'YYYY-MM-DD；合并、撤销的部门填写'],
  successor_code: ['承接部门', '合并后承接职责的部门编码'],
  tenant: ['是否设队列', '1 或 0'],
  level: ['层级', 'CITY、COUNTY、ABOVE、OUTSIDE'],
  region_code: ['行政区划', '六位'],
  parent_code: ['上级部门', '县区对应部门填市级部门编码'],
  zone_host: ['所在区县', '功能板块填写'],
  supervised: ['是否督办', '1 或 0'],
  zone_delegated: ['是否委托板块执行', '1 或 0，只有功能板块信用办填写'],
  list_code: ['名单', ''],
  list_codes: ['适用名单', '多个用分号'],
  lead_dept: ['牵头单位', '多个用分号'],
  doc_no: ['文号', ''],
  date_or_year: ['日期', '年、年月或日期'],
  signing_departments: ['签署单位数', ''],
  confidence: ['可信度', 'H、M、L；H 表示已读到原文'],
  status: ['状态', ''],
  field: ['领域', ''],
  memo_code: ['备忘录', ''],
  direction: ['奖惩方向', 'PUNISH 或 REWARD'],
  class: ['措施分类', 'C01–C14、R01–R08'],
  group: ['组别', '1、2、3、R'],
  force: ['效力', 'MANDATORY、RECOMMENDED、REFERENCE'],
  trigger: ['触发方式', 'STANDING、ON_EVENT、ONE_OFF'],
  subject_kinds: ['主体类型', 'LEGAL;UNINC;IB;PERSON'],
  party_roles: ['当事人身份', 'SUBJECT、LEGAL_REPRESENTATIVE 等，多个用分号'],
  canonical_code: ['归并编码', '同一限制在各名单中编码相同（R-4-5）'],
  canonical_codes: ['涉及措施', '归并编码，多个用分号'],
  min_grade: ['最低失信程度', 'GENERAL 或 SERIOUS；推荐性惩戒措施必填（R-4-7）'],
  hold_exempt: ['异议期间不停止执行', '1 或 0'],
  term_rule: ['期限规则', 'ENTRY_TERM、UNTIL_LIFTED、FIXED_5Y、FIXED_LIFE'],
  effective_from: ['施行日期', 'YYYY-MM-DD'],
  effective_to: ['失效日期', 'YYYY-MM-DD，可空'],
  condition: ['前提条件', '条件编码，全部用 &，任一用 |'],
  role: ['分工', 'LEAD 或 COOP，每项措施恰有一个 LEAD'],
  region_rule: ['执行规则', 'CITY_ALWAYS、ENTRY_LEVEL、NOTICE_TO_CREDIT_OFFICE'],
  document_zh: ['文件', '法律法规或文件名称'],
  article: ['条款', ''],
  basis_kind: ['依据类别', 'LAW、ADMIN_REG、CENTRAL_POLICY、DEPT_RULE、JUDICIAL、MEMO_ONLY'],
  covers_lists: ['覆盖名单', '多个用分号'],
  verified: ['已核实', '1 或 0；只有已核实的依据才开放（R-4-6）'],
};
