import { regions } from './region.ts';

/** Formats in which personal data may be shown (R-8-8). Which audience sees which is decided by the caller; a format never shows more when unsure. */

/** Compound surnames (复姓): of these both characters are the surname (domain §11.2). */
const compoundSurnames = new Set(
  (
    '欧阳 司马 上官 诸葛 夏侯 尉迟 皇甫 东方 慕容 令狐 司徒 司空 司寇 公孙 长孙 端木 独孤 南宫 万俟 闻人 赫连 澹台 宗政 濮阳 公冶 太叔 ' +
    '申屠 仲孙 钟离 宇文 鲜于 闾丘 亓官 巫马 颛孙 漆雕 乐正 谷梁 拓跋 轩辕 段干 百里 呼延 羊舌 梁丘 左丘 东郭 西门 第五 即墨 达奚 褚师 纳兰 ' +
    '歐陽 司馬 諸葛 尉遲 東方 公孫 長孫 獨孤 南宮 万俟 聞人 鍾離 鮮于 閭丘 巫馬 樂正 軒轅 段干 呼延 西門 達奚 納蘭'
  ).split(' '),
);

/** So many stars at most: the length of a very long text is nobody's business either. */
const mostStars = 8;
const stars = (hidden: number) => '*'.repeat(Math.min(Math.max(hidden, 0), mostStars));

/**
 * A name for the public (R-8-8): 张*, 张*明, 欧阳*, 欧阳*明, 张**明; names with `·` show their first part; names without Chinese characters their first
 * letter. A single character stays as it is.
 */
export function maskName(name: string): string {
  const visible = name.replace(/[\p{C}\p{M}\p{Default_Ignorable_Code_Point}]/gu, '').trim();
  if (visible === '') return '';
  if (!/\p{Script=Han}/u.test(visible)) return `${/\p{L}/u.exec(visible)?.[0].toUpperCase() ?? ''}***`;
  const parts = visible
    .replace(/\s/gu, '')
    .split(/[·•・．.‧]/u)
    .filter(Boolean);
  const [first = '', ...others] = parts;
  if (others.length > 0) return [first, ...others.map((part) => stars(Array.from(part).length))].join('·');
  return maskHanName(Array.from(first));
}

function maskHanName(characters: string[]): string {
  const length = characters.length;
  if (length <= 1) return characters.join('');
  const surnameLength = length > 2 && compoundSurnames.has(characters.slice(0, 2).join('')) ? 2 : 1;
  const surname = characters.slice(0, surnameLength).join('');
  if (length - surnameLength === 1) return `${surname}*`;
  return surname + stars(length - surnameLength - 1) + (characters.at(-1) ?? '');
}

/** An ID number in the general form `320799********0019`: the birth date hidden, also of a 15-digit number; any other document shows its ends. */
export function maskIdNumber(number: string): string {
  if (/^\d{17}[\dX]$/i.test(number)) return `${number.slice(0, 6)}********${number.slice(14)}`;
  if (/^\d{15}$/.test(number)) return `${number.slice(0, 6)}******${number.slice(12)}`;
  return maskEnds(number, 1, 2);
}

/** An ID number as courts publish it (BL-COURT): `3207991899****0019`, month and day hidden; any other document as in `maskIdNumber`. */
export function maskIdNumberCourtStyle(number: string): string {
  if (/^\d{17}[\dX]$/i.test(number)) return `${number.slice(0, 10)}****${number.slice(14)}`;
  if (/^\d{15}$/.test(number)) return `${number.slice(0, 8)}****${number.slice(12)}`;
  return maskIdNumber(number);
}

/** A telephone number: `138****1234` for a mobile, with or without +86; of any other only the last two digits. */
export function maskPhone(phone: string): string {
  const compact = phone.replace(/[\s()-]/g, '');
  const mobile = /^(?:\+?86|0086)?(1\d{10})$/.exec(compact)?.[1];
  return mobile ? `${mobile.slice(0, 3)}****${mobile.slice(7)}` : maskEnds(compact, 0, 2);
}

/** Stars between the first and last characters; nothing is shown of what is shorter than twice that and two. */
function maskEnds(text: string, head: number, tail: number): string {
  const characters = Array.from(text);
  if (characters.length < 2 * (head + tail)) return stars(characters.length);
  return characters.slice(0, head).join('') + stars(characters.length - head - tail) + characters.slice(-tail).join('');
}

const countyNames = regions.filter(({ kind }) => kind === 'COUNTY' || kind === 'HISTORICAL' || kind === 'ZONE').map(({ nameZh }) => nameZh);
const provincePattern =
  /^(?:(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区)/u;
/** A city is believed behind a province, or by its own name; `超市东区` is none. */
const cityPattern = /^\p{Script=Han}{2,10}?(?:市|自治州|地区|盟)/u;
const ownCityPattern = /^(?:连云港|北京|天津|上海|重庆)市/u;
const countyPattern = /^\p{Script=Han}{1,12}?(?:区|县|旗|市)/u;
/** What ends like a county and is none: 解放路小区, 科技园区. */
const notACounty = /.[路街巷弄村号栋幢]|[小社园校厂院街]区$/u;

/** An address down to the county (R-8-8): `江苏省连云港市海州区`. What cannot be read for certain is left out, all of it if need be. */
export function maskAddress(address: string): string {
  const text = address.slice(0, 100).replace(/\s/gu, '');
  const province = provincePattern.exec(text)?.[0] ?? '';
  const afterProvince = text.slice(province.length);
  const city = (province === '' ? ownCityPattern : cityPattern).exec(afterProvince)?.[0] ?? '';
  const shown = notACounty.test(city) ? province : province + city;
  const rest = text.slice(shown.length);
  const known = countyNames.find((name) => rest.startsWith(name));
  if (known) return shown + known;
  const county = shown === province ? undefined : countyPattern.exec(rest)?.[0];
  return county && !notACounty.test(county) ? shown + county : shown;
}
