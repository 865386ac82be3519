import type { IdentifierWarning } from './identifier-text.ts';

/** UNIT: a living administrative division. STATISTICAL: exists only in statistics. ZONE: function zone, no GB/T 2260 unit. SYNTHETIC: for made-up data. */
export type RegionKind = 'PROVINCE' | 'CITY' | 'COUNTY' | 'STATISTICAL' | 'ZONE' | 'HISTORICAL' | 'SYNTHETIC';

/** One row of domain §7.6. `successorCode` says where a historical unit went; it is absent when the unit was divided. */
export interface Region {
  code: string;
  kind: RegionKind;
  nameZh: string;
  nameEn: string;
  parentCode?: string;
  successorCode?: string;
  endedYear?: number;
}

const city = '320700';

/** Divisions of Lianyungang: GB/T 2260, its history, function zones (domain §7.6), and the code that belongs to nobody. */
export const regions: readonly Region[] = [
  { code: '320000', kind: 'PROVINCE', nameZh: '江苏省', nameEn: 'Jiangsu Province' },
  { code: city, kind: 'CITY', nameZh: '连云港市', nameEn: 'Lianyungang City', parentCode: '320000' },
  { code: '320701', kind: 'STATISTICAL', nameZh: '市辖区', nameEn: 'Districts of the city (statistical)', parentCode: city },
  { code: '320703', kind: 'COUNTY', nameZh: '连云区', nameEn: 'Lianyun District', parentCode: city },
  { code: '320706', kind: 'COUNTY', nameZh: '海州区', nameEn: 'Haizhou District', parentCode: city },
  { code: '320707', kind: 'COUNTY', nameZh: '赣榆区', nameEn: 'Ganyu District', parentCode: city },
  { code: '320722', kind: 'COUNTY', nameZh: '东海县', nameEn: 'Donghai County', parentCode: city },
  { code: '320723', kind: 'COUNTY', nameZh: '灌云县', nameEn: 'Guanyun County', parentCode: city },
  { code: '320724', kind: 'COUNTY', nameZh: '灌南县', nameEn: 'Guannan County', parentCode: city },
  { code: '320704', kind: 'HISTORICAL', nameZh: '云台区', nameEn: 'Yuntai District', parentCode: city },
  {
    code: '320705',
    kind: 'HISTORICAL',
    nameZh: '新浦区',
    nameEn: 'Xinpu District',
    parentCode: city,
    successorCode: '320706',
    endedYear: 2014,
  },
  {
    code: '320721',
    kind: 'HISTORICAL',
    nameZh: '赣榆县',
    nameEn: 'Ganyu County',
    parentCode: city,
    successorCode: '320707',
    endedYear: 2014,
  },
  {
    code: '320771',
    kind: 'ZONE',
    nameZh: '连云港经济技术开发区',
    nameEn: 'Lianyungang Economic and Technological Development Zone',
    parentCode: city,
  },
  {
    code: '320772',
    kind: 'ZONE',
    nameZh: '连云港高新技术产业开发区',
    nameEn: 'Lianyungang High-tech Industrial Development Zone',
    parentCode: city,
  },
  { code: 'LYG-XW', kind: 'ZONE', nameZh: '徐圩新区', nameEn: 'Xuwei New Area', parentCode: city },
  { code: 'LYG-YTS', kind: 'ZONE', nameZh: '云台山风景名胜区', nameEn: 'Yuntai Mountain Scenic Area', parentCode: city },
  { code: '320799', kind: 'SYNTHETIC', nameZh: '示例区（虚构）', nameEn: 'Example District (synthetic)', parentCode: city },
];

/** First two digits of GB/T 2260 in use, and `10`, under which bodies registered with central authorities stand. */
const provincePrefixes = new Set(
  '10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82'.split(' '),
);

const byCode = new Map(regions.map((region) => [region.code, region]));

/** The row of a code of Lianyungang or Jiangsu itself; undefined for any other place. */
export function findRegion(code: string): Region | undefined {
  return byCode.get(code);
}

/**
 * Whether a region code is plausible (E4, domain §7.2). Codes of Lianyungang are checked exactly, abolished ones included, because codes keep the
 * region of first registration. Elsewhere only the province is known here, so any six digits under a real province pass.
 */
export function isKnownRegion(code: string): boolean {
  if (byCode.has(code)) return true;
  return /^\d{6}$/.test(code) && !code.startsWith('3207') && provincePrefixes.has(code.slice(0, 2));
}

/** The unit that answers for a code today: follows successors; a code without successor, or not in the table, stays itself. */
export function currentRegionCode(code: string): string {
  return byCode.get(code)?.successorCode ?? code;
}

/** The E4 doubt about a region code inside an identifier, if any; 320799 is a doubt of its own unless made-up data are allowed (demo, tests). */
export function findRegionWarning(code: string, position: number, syntheticRegionAllowed = false): IdentifierWarning | undefined {
  if (byCode.get(code)?.kind === 'SYNTHETIC') {
    if (syntheticRegionAllowed) return undefined;
    return {
      code: 'REGION_SYNTHETIC',
      position,
      detailZh: `行政区划码 ${code} 仅用于虚构数据`,
      detailEn: `region code ${code} is for made-up data only`,
    };
  }
  if (isKnownRegion(code)) return undefined;
  return {
    code: 'REGION_UNKNOWN',
    position,
    detailZh: `行政区划码 ${code} 不在区划表中，可能是已撤销的区划，请核对`,
    detailEn: `region code ${code} is not in the table; it may have been abolished, please verify`,
  };
}
