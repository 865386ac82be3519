import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Blocks of shell commands in a document, as a reader would type them: comments left out, continued lines joined. */
export function commandBlocks(file: string): string[][] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```bash\n(.*?)^```$/gms)].map((match) =>
    (match[1] ?? '')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.replace(/(^|\s+)#\s.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}
