import { type Choice, type Field, indexFields } from './import-fields.rules.ts';

export const registerKinds: readonly Choice[] = [
  { code: 'LEGAL', labelZh: '法人' },
  { code: 'UNINC', labelZh: '非法人组织' },
  { code: 'IB', labelZh: '个体工商户' },
  { code: 'PERSON', labelZh: '自然人' },
];
export const registerStatuses: readonly Choice[] = [
  { code: 'NORMAL', labelZh: '正常' },
  { code: 'REVOKED', labelZh: '吊销' },
  { code: 'DEREGISTERED', labelZh: '注销' },
  { code: 'DEAD', labelZh: '死亡' },
];
const documents: readonly Choice[] = [
  { code: 'ID_CARD', labelZh: '身份证' },
  { code: 'PASSPORT', labelZh: '护照' },
  { code: 'HK_MACAO_PERMIT', labelZh: '港澳居民来往内地通行证' },
  { code: 'TAIWAN_PERMIT', labelZh: '台湾居民来往大陆通行证' },
  { code: 'FOREIGN_PERMANENT_RESIDENT', labelZh: '外国人永久居留身份证' },
  { code: 'HKMT_RESIDENCE_PERMIT', labelZh: '港澳台居民居住证' },
];
const genders: readonly Choice[] = [
  { code: 'MALE', labelZh: '男' },
  { code: 'FEMALE', labelZh: '女' },
];

/** Columns of a register file: what a register says of one subject per row (R-11-5). */
export const registerFields: readonly Field[] = [
  { path: 'kind', titleZh: '主体类别', kind: 'CHOICE', choices: registerKinds },
  { path: 'usccCode', titleZh: '统一社会信用代码', kind: 'TEXT' },
  { path: 'idType', titleZh: '证件类型', kind: 'CHOICE', choices: documents },
  { path: 'idNumber', titleZh: '证件号码', kind: 'TEXT' },
  { path: 'name', titleZh: '名称', aliases: ['姓名', '企业名称', '单位名称', '主体名称'], kind: 'TEXT' },
  { path: 'effectiveOn', titleZh: '变更日期', aliases: ['登记日期', '生效日期'], kind: 'DATE' },
  { path: 'source', titleZh: '登记来源', kind: 'TEXT' },
  { path: 'documentNo', titleZh: '登记文书号', kind: 'TEXT' },
  { path: 'status', titleZh: '登记状态', kind: 'CHOICE', choices: registerStatuses },
  { path: 'regionCode', titleZh: '行政区划代码', kind: 'TEXT' },
  { path: 'address', titleZh: '住所', aliases: ['地址', '注册地址'], kind: 'TEXT' },
  { path: 'establishedOn', titleZh: '成立日期', aliases: ['设立日期'], kind: 'DATE' },
  { path: 'organisationCode', titleZh: '组织机构代码', kind: 'TEXT' },
  { path: 'registrationNo', titleZh: '工商注册号', aliases: ['注册号'], kind: 'TEXT' },
  { path: 'taxNo', titleZh: '纳税人识别号', kind: 'TEXT' },
  { path: 'legalRepresentative.name', titleZh: '法定代表人', aliases: ['负责人', '经营者'], kind: 'TEXT' },
  { path: 'legalRepresentative.idType', titleZh: '法定代表人证件类型', kind: 'CHOICE', choices: documents },
  { path: 'legalRepresentative.idNumber', titleZh: '法定代表人证件号码', kind: 'TEXT' },
  { path: 'parentUsccCode', titleZh: '总公司统一社会信用代码', aliases: ['所属单位代码'], kind: 'TEXT' },
  { path: 'formerNames.*.name', titleZh: '曾用名#', kind: 'TEXT' },
  { path: 'formerNames.*.from', titleZh: '曾用名#启用日期', kind: 'DATE' },
  { path: 'formerNames.*.to', titleZh: '曾用名#停用日期', kind: 'DATE' },
  { path: 'person.birthDate', titleZh: '出生日期', kind: 'DATE' },
  { path: 'person.gender', titleZh: '性别', kind: 'CHOICE', choices: genders },
  { path: 'person.employerUsccCode', titleZh: '工作单位代码', kind: 'TEXT' },
  { path: 'person.phone', titleZh: '联系电话', kind: 'TEXT' },
];
export const registerIndex = indexFields(registerFields);
