/** Pure conversions of cells of SpreadsheetML. */
import type { CellFaultCode } from './table.reading.ts';

export interface CellValue {
  readonly text: string;
  readonly fault?: CellFaultCode;
}

/** From here on Excel keeps no digit beyond the fifteenth. */
const exactBelow = 1e15;
const dayMs = 86_400_000;
/** 31 December 9999, the last day that Excel knows. */
const maxSerial = 2_958_466;

/**
 * Number of a cell as text: a whole number is written out, without exponent. One of more than fifteen digits has lost the others when it was typed
 * (an 18-digit code became 9.13207E+17) and is no code any more.
 */
export function numberText(raw: string): CellValue {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return { text: raw, fault: 'ERROR_VALUE' };
  if (Math.abs(value) >= exactBelow) return { text: raw, fault: 'NUMBER_LOST_DIGITS' };
  // 0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3.
  return { text: Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15))) };
}

/** Day (and time, if any) of a serial number: `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS`, or `HH:MM:SS` for a time alone. */
export function serialText(raw: string, is1904: boolean): CellValue {
  const serial = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(serial) || serial < 0 || serial >= maxSerial) return { text: raw, fault: 'ERROR_VALUE' };
  const seconds = Math.round((serial - Math.floor(serial)) * 86_400);
  const days = Math.floor(serial) + (seconds === 86_400 ? 1 : 0);
  const time = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  if (days === 0 && !is1904) return { text: time };
  const date = dateOfSerial(days, is1904);
  return { text: seconds % 86_400 === 0 ? date : `${date} ${time}` };
}

/** Excel counts 29 February 1900, which never was: from 1 March 1900 on its days are one ahead. */
function dateOfSerial(days: number, is1904: boolean): string {
  const epoch = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  return new Date(epoch + days * dayMs).toISOString().slice(0, 10);
}

/** Built-in formats that show days or times, those of East Asian Excel included. */
const builtInDates: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

export function isBuiltInDate(formatId: number): boolean {
  return builtInDates.some(([from, to]) => formatId >= from && formatId <= to);
}

/** Whether a format of the workbook's own shows days or times. */
export function isDateFormat(code: string): boolean {
  const bare = code
    .replace(/"[^"]*"/g, '')
    .replace(/\\./g, '')
    .replace(/[_*]./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  if (/^general$/i.test(bare.trim())) return false;
  return /[ymdhs年月日时分秒]/i.test(bare.replace(/e[+-]/gi, ''));
}

/** Column of a reference such as `C5`, 0-based; undefined when it is none. */
export function columnOf(reference: string): number | undefined {
  let column = 0;
  let index = 0;
  for (; index < reference.length; index++) {
    const code = reference.charCodeAt(index) & ~0x20;
    if (code < 65 || code > 90) break;
    column = column * 26 + (code - 64);
  }
  return index === 0 || index > 3 ? undefined : column - 1;
}

/** Excel writes characters that XML cannot hold as `_x000D_`. */
export function unescapeCell(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
