import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create } from 'fontkit';

const require = createRequire(import.meta.url);
const folder = '@expo-google-fonts/noto-sans-sc';

export interface PaperFonts {
  readonly regular: Buffer;
  readonly bold: Buffer;
  /** Whether both have a picture of this character. */
  has(codePoint: number): boolean;
}

let loaded: PaperFonts | undefined;

/** Noto Sans SC (Open Font License), read once for the whole process: about 20 MB. */
export function paperFonts(): PaperFonts {
  if (loaded === undefined) {
    const regular = readFileSync(require.resolve(`${folder}/400Regular/NotoSansSC_400Regular.ttf`));
    const bold = readFileSync(require.resolve(`${folder}/700Bold/NotoSansSC_700Bold.ttf`));
    const font = create(regular);
    if (!('hasGlyphForCodePoint' in font)) throw new Error('the font file holds a collection, not one font');
    loaded = { regular, bold, has: (codePoint) => font.hasGlyphForCodePoint(codePoint) };
  }
  return loaded;
}

/** Controls, and characters that turn or hide the text around them: on paper nobody could see that they are there. */
const unseen = /[\p{Cc}\p{Cf}]/u;

/**
 * A text as it can be printed. A character without a picture, or one that nobody would see, is written as 〔U+20BB7〕: an empty box could stand for any
 * other name, and a name must not turn into another's by printing.
 */
export function printable(text: string, fonts: Pick<PaperFonts, 'has'> = paperFonts()): string {
  let printed = '';
  for (const character of text.replaceAll('\r\n', '\n')) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (character === '\n' || character === '\t') printed += character === '\t' ? ' ' : character;
    else if (unseen.test(character) || !fonts.has(codePoint)) printed += `〔U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}〕`;
    else printed += character;
  }
  return printed;
}
