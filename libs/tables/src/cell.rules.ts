import { beijingTime } from '@lianxin/contracts';

/** How the content of a cell is made safe for spreadsheets, whoever wrote it. */

/**
 * What a spreadsheet may take for a formula: `=`, `+`, `-`, `@` and their full-width, small and typographic forms, also behind blanks and invisible
 * characters, and a leading tab or line break. Apostrophes before it belong to it, so that the guard can be taken off again without loss.
 */
const formulaLike = /^'*(?:[\t\r\n]|[\s\p{Cf}\p{Cc}]*[=+\-@＝＋－＠﹢﹣﹦﹫⁺⁻⁼₊₋₌−])/u;

/** Whether a spreadsheet could take the text for more than text. */
export function looksLikeFormula(text: string): boolean {
  return formulaLike.test(text);
}

/** The text with an apostrophe before what looks like a formula. */
export function guardFormula(text: string): string {
  return looksLikeFormula(text) ? `'${text}` : text;
}

/** Takes off what `guardFormula` has put on; any other text stays as it is. */
export function unguardFormula(text: string): string {
  return text.startsWith("'") && looksLikeFormula(text.slice(1)) ? text.slice(1) : text;
}

/** One field of a CSV record (RFC 4180). */
export function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The most a cell of an xlsx file holds, in UTF-16 units. */
const maxCellLength = 32_767;
const cutMark = '…（超出单元格上限，全文请导出 CSV）';

/** Text for the content of an XML element of a sheet: characters that XML cannot hold are written the way spreadsheets do, `_x0007_`. */
export function sheetText(text: string): string {
  const whole = text.length > maxCellLength ? `${text.slice(0, maxCellLength - cutMark.length)}${cutMark}` : text;
  return escapeXml(
    whole
      .toWellFormed()
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (character) => {
        const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
        return `_x${code}_`;
      }),
  );
}

export function escapeXml(text: string): string {
  if (!/[&<>"\r]/.test(text)) return text;
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  // A bare carriage return would be read as a line feed.
  return escaped.replaceAll('\r', '&#13;');
}

const beijingOffsetMs = 8 * 3_600_000;
const dayMs = 86_400_000;
/** Day 0 of a spreadsheet's calendar. */
const dayZeroMs = Date.UTC(1899, 11, 30);
/** Before this day the calendars of spreadsheets disagree (1900 was no leap year). */
const firstSerial = 61;

/** `2026-11-23 17:12:00`, Beijing time, of an instant; undefined when the text is none. */
export function beijingText(instant: string): string | undefined {
  return Number.isNaN(Date.parse(instant)) ? undefined : beijingTime(instant);
}

/** A spreadsheet's number for a day or an instant (Beijing time); undefined where it has none: then it stays text. */
export function serialOf(kind: 'date' | 'instant', text: string): number | undefined {
  const time = kind === 'date' ? Date.parse(`${text}T00:00:00Z`) : Date.parse(text) + beijingOffsetMs;
  const serial = (time - dayZeroMs) / dayMs;
  return Number.isNaN(serial) || serial < firstSerial ? undefined : Math.round(serial * 86_400) / 86_400;
}
