/** Openings that a spreadsheet takes for a formula, also in the full-width forms that a Chinese one understands. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
/** NUL and its like are no text; tabs and line breaks are. */
const controls = /(?![\t\r\n])\p{Cc}/gu;

/**
 * One cell by RFC 4180. Text that would be read as a formula gets an apostrophe in front (product §B.6); a number is a number, also a negative one.
 */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(controls, '');
  const guarded = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One line with its end. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
