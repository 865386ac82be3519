import { type CatalogueMeasure, catalogueKey, cataloguePublished } from '@lianxin/contracts';
import { type Saying, say } from './sayings.ts';

const measure: CatalogueMeasure = {
  code: 'TAX-01',
  listCodes: ['BL-TAX'],
  memoCode: null,
  direction: 'PUNISH',
  nameZh: '限制参加政府采购',
  nameEn: 'no procurement',
  kind: 'RESTRICTION',
  class: 'C02',
  group: 'G1',
  force: 'MANDATORY',
  trigger: 'ON_EVENT',
  subjectKinds: ['LEGAL'],
  partyRoles: ['SUBJECT'],
  canonicalCode: 'PROCUREMENT',
  minGrade: null,
  holdExempt: false,
  termRule: 'ENTRY',
  effectiveFrom: '2020-01-01',
  effectiveTo: null,
  condition: null,
  executors: [{ departmentCode: 'CZJ', role: 'LEAD', regionRule: 'CITY_ALWAYS' }],
  bases: [
    {
      document: '某备忘录',
      article: null,
      basisKind: 'MEMORANDUM',
      coversLists: [],
      verified: false,
      effectiveFrom: '2016-01-01',
    },
    {
      document: '政府采购法',
      article: '第二十二条',
      basisKind: 'LAW',
      coversLists: ['BL-TAX'],
      verified: true,
      effectiveFrom: '2003-01-01',
    },
  ],
};

export function catalogue(): Saying[] {
  const department = {
    code: 'SHUIJ',
    nameZh: '市税务局',
    nameEn: 'tax',
    kind: 'GOVERNMENT',
    level: 'CITY' as const,
    tenant: true,
    supervised: true,
    regionCode: null,
    parentCode: null,
    zoneHost: null,
    validFrom: '2018-01-01',
  };
  return [
    say(cataloguePublished, catalogueKey, { version: 1, rowNumber: 1, rowCount: 2, row: { kind: 'MEASURE', measure } }),
    say(cataloguePublished, catalogueKey, { version: 1, rowNumber: 2, rowCount: 2, row: { kind: 'DEPARTMENT', department } }),
  ];
}
