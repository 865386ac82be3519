import type { IdentifierWarning } from './identifier-text.ts';
import type { SubjectKind } from './vocabulary.ts';

/** First two characters of a USCC: registering authority and class of body (GB 32100, domain §7.2). */
export const usccRegistrations: Readonly<Record<string, { nameZh: string; nameEn: string }>> = {
  '11': { nameZh: '机关', nameEn: 'state organ' },
  '12': { nameZh: '事业单位', nameEn: 'public institution' },
  '13': { nameZh: '编办直接管理机构编制的群众团体', nameEn: 'mass organisation on the staffing register' },
  '19': { nameZh: '机构编制其他', nameEn: 'staffing register, other' },
  '21': { nameZh: '外国常驻新闻机构', nameEn: 'resident foreign news organisation' },
  '29': { nameZh: '外交其他', nameEn: 'foreign affairs, other' },
  '31': { nameZh: '律师执业机构', nameEn: 'law firm' },
  '32': { nameZh: '公证处', nameEn: 'notary office' },
  '33': { nameZh: '基层法律服务所', nameEn: 'grass-roots legal service office' },
  '34': { nameZh: '司法鉴定机构', nameEn: 'forensic institution' },
  '35': { nameZh: '仲裁委员会', nameEn: 'arbitration commission' },
  '39': { nameZh: '司法行政其他', nameEn: 'judicial administration, other' },
  '41': { nameZh: '外国在华文化中心', nameEn: 'foreign cultural centre' },
  '49': { nameZh: '文化其他', nameEn: 'culture, other' },
  '51': { nameZh: '社会团体', nameEn: 'social organisation' },
  '52': { nameZh: '民办非企业单位', nameEn: 'private non-enterprise unit' },
  '53': { nameZh: '基金会', nameEn: 'foundation' },
  '59': { nameZh: '民政其他', nameEn: 'civil affairs, other' },
  '61': { nameZh: '外国旅游部门常驻代表机构', nameEn: 'resident office of a foreign tourism body' },
  '62': { nameZh: '港澳台地区旅游部门常驻内地（大陆）代表机构', nameEn: 'resident office of a Hong Kong, Macao or Taiwan tourism body' },
  '69': { nameZh: '旅游其他', nameEn: 'tourism, other' },
  '71': { nameZh: '宗教活动场所', nameEn: 'religious site' },
  '72': { nameZh: '宗教院校', nameEn: 'religious college' },
  '79': { nameZh: '宗教其他', nameEn: 'religion, other' },
  '81': { nameZh: '基层工会', nameEn: 'grass-roots trade union' },
  '89': { nameZh: '工会其他', nameEn: 'trade union, other' },
  '91': { nameZh: '企业', nameEn: 'enterprise' },
  '92': { nameZh: '个体工商户', nameEn: 'individual business' },
  '93': { nameZh: '农民专业合作社', nameEn: 'farmers’ cooperative' },
  A1: { nameZh: '军队事业单位', nameEn: 'military public institution' },
  A9: { nameZh: '军队其他', nameEn: 'military, other' },
  N1: { nameZh: '组级农村集体经济组织', nameEn: 'village-group collective' },
  N2: { nameZh: '村级农村集体经济组织', nameEn: 'village collective' },
  N3: { nameZh: '乡镇级农村集体经济组织', nameEn: 'township collective' },
  N9: { nameZh: '农村集体经济组织其他', nameEn: 'rural collective, other' },
  Y1: { nameZh: '其他', nameEn: 'other' },
};

/**
 * E5 of domain §7.2: the first two characters against the kind of subject. Only what is certain is compared: 92 is an individual business and
 * nothing else is; a person has no USCC. Whether the other classes are legal persons differs from body to body.
 */
export function findRegistrationWarning(registration: string, kind?: SubjectKind): IdentifierWarning | undefined {
  const known = usccRegistrations[registration];
  if (!known) {
    return {
      code: 'REGISTRATION_UNKNOWN',
      position: 1,
      detailZh: `前两位 ${registration} 不是已知的登记管理部门和机构类别`,
      detailEn: `the first two characters, ${registration}, name no known registering authority and class`,
    };
  }
  const fits = kind === undefined || (kind !== 'PERSON' && (kind === 'IB') === (registration === '92'));
  if (fits) return undefined;
  return {
    code: 'KIND_MISMATCH',
    position: 1,
    detailZh: `前两位 ${registration} 表示${known.nameZh}，与主体类型不符`,
    detailEn: `the first two characters, ${registration}, stand for ${known.nameEn}, which does not fit the kind of subject`,
  };
}
