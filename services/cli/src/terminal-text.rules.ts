/** Control characters (ANSI escapes among them), and marks that turn the reading direction: a name must not move the cursor or read backwards. */
const controls = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]|\p{Cs}/gu;
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;

/** A text from outside as it may stand on one line of a terminal. */
export function cleanLine(text: string): string {
  return text.replace(breaks, ' ').replace(controls, '');
}

/** The same, cut to so many characters: a name may be 10,000 long. */
export function cleanCell(text: string, maxCharacters: number): string {
  const characters = Array.from(cleanLine(text.slice(0, maxCharacters * 8)));
  const isWhole = characters.length <= maxCharacters && text.length <= maxCharacters * 8;
  return isWhole ? characters.join('') : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/** JSON as it may stand on a terminal: what `JSON.stringify` leaves bare of the control characters is written as an escape, so nothing is lost. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
