import { currentRegionCode, findRegion } from '@lianxin/contracts';
import {
  citiesWithEndingOnly,
  cityNames,
  countyNames,
  countyShortNames,
  placeEndings,
  provinceNames,
  zoneNames,
} from './region-names.data.ts';

/** `code`: the most specific unit that was named, historical units replaced by their successors; `end`: where the region ends in the text. */
export interface RegionReading {
  readonly code: string;
  readonly end: number;
}

const codesByName = new Map<string, string[]>();
/** Names by their first character, longest first. */
const namesByFirst = new Map<string, string[]>();

function add(name: string, code: string): void {
  const codes = codesByName.get(name);
  if (codes) {
    if (!codes.includes(code)) codes.push(code);
    return;
  }
  codesByName.set(name, [code]);
  const first = name.charAt(0);
  namesByFirst.set(
    first,
    [...(namesByFirst.get(first) ?? []), name].sort((a, b) => b.length - a.length),
  );
}

for (const row of provinceNames.split(' ')) {
  const code = `${row.slice(0, 2)}0000`;
  const name = row.slice(2);
  add(name, code);
  add(name.replace(/(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$/u, ''), code);
}
for (const row of cityNames.split(' ')) {
  const name = row.slice(4);
  add(name, `${row.slice(0, 4)}00`);
  if (!citiesWithEndingOnly.has(name.slice(0, -1)) && name !== '吉林市') add(name.slice(0, -1), `${row.slice(0, 4)}00`);
}
for (const row of countyNames.split(' ')) {
  const name = row.slice(6);
  const code = currentRegionCode(row.slice(0, 6));
  add(name, code);
  if (countyShortNames.has(name.slice(0, -1))) add(name.slice(0, -1), code);
}
for (const row of zoneNames.split(' ')) {
  const [, code = '', name = ''] = /^(\d{6}|LYG-[A-Z]+)(.+)$/u.exec(row) ?? [];
  add(name, code);
}

/** A zone of Lianyungang lies in the city; its code says so only partly. */
function comparableCode(code: string): string {
  return code.startsWith('LYG') ? '320700' : code;
}

/** `320706` lies within `320700` and `320000`. */
export function isWithin(inner: string, outer: string): boolean {
  if (outer.endsWith('0000')) return comparableCode(inner).startsWith(outer.slice(0, 2));
  if (outer.endsWith('00')) return comparableCode(inner).startsWith(outer.slice(0, 4));
  return inner === outer;
}

/** City of a region code: `320706` gives `320700`; a province and a municipality give themselves, zones their city. Undefined without a code. */
export function cityOf(code: string | undefined): string | undefined {
  if (code === undefined || code === '') return undefined;
  if (/^(?:11|12|31|50)/.test(code)) return `${code.slice(0, 2)}0000`;
  return `${comparableCode(code).slice(0, 4)}00`;
}

/** County of a region code, historical ones replaced (§7.6); undefined when the code is of a city or province. Zones count as counties. */
export function countyOf(code: string | undefined): string | undefined {
  if (code === undefined || code.endsWith('00') || code.endsWith('01')) return undefined;
  return findRegion(code)?.kind === 'SYNTHETIC' ? undefined : currentRegionCode(code);
}

/** Whether two region codes exclude each other: neither lies in the other. A zone never excludes a county of its city. */
export function regionsExclude(a: string, b: string): boolean {
  const isZone = (code: string) => code.startsWith('LYG') || code.startsWith('32077');
  if (isZone(a) || isZone(b)) return cityOf(a) !== cityOf(b) && !isWithin(a, b) && !isWithin(b, a);
  return !isWithin(a, b) && !isWithin(b, a);
}

function findNameAt(text: string, start: number, outer: string | undefined): { name: string; code: string } | undefined {
  for (const name of namesByFirst.get(text.charAt(start)) ?? []) {
    if (!text.startsWith(name, start)) continue;
    const codes = codesByName.get(name) ?? [];
    const code =
      outer === undefined ? (codes.length === 1 ? codes[0] : undefined) : codes.find((one) => one !== outer && isWithin(one, outer));
    if (code === undefined) continue;
    // 上海路…, 海州湾…: a place, not the region. With its ending (上海市, 海州区) the region is certain.
    if (placeEndings.has(text.charAt(start + name.length)) && !/[省市县区]$/u.test(name)) continue;
    return { name, code };
  }
  return undefined;
}

/**
 * Reads the region that begins at `start`: 江苏省连云港市海州区, 江苏连云港, 连云港 (each next unit must lie in the one before). Undefined when none begins
 * there.
 */
export function readRegion(text: string, start = 0): RegionReading | undefined {
  let code: string | undefined;
  let end = start;
  for (let found = findNameAt(text, end, code); found; found = findNameAt(text, end, code)) {
    code = found.code;
    end += found.name.length;
  }
  return code === undefined ? undefined : { code, end };
}

/** Names that are recognised also in the middle of a name, because they can hardly be anything else: longer than two characters. */
const anywhere = [...codesByName.keys()].filter((name) => name.length >= 3 && (codesByName.get(name) ?? []).length === 1);
const anywherePattern = new RegExp(anywhere.sort((a, b) => b.length - a.length).join('|'), 'gu');

/** The first region in the middle of a text (components written in another order); undefined when there is none. */
export function findRegionInside(text: string): { start: number; reading: RegionReading } | undefined {
  for (const found of text.matchAll(anywherePattern)) {
    const reading = readRegion(text, found.index);
    if (reading !== undefined) return { start: found.index, reading };
  }
  return undefined;
}
