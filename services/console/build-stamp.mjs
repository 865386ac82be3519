// Whether the built pages are those of today's sources: their hash stands in dist/. Plain JavaScript for any Node ≥ 20, needed before anything is compiled.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const stampFile = join(folder, 'dist/.sources');
const inputs = [
  'package.json',
  'tsconfig.json',
  'vite.config.ts',
  'index.html',
  'simulator.html',
  'frame.html',
  'public',
  'src',
  '../../libs/contracts/src',
];

function* filesOf(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* filesOf(join(path, name));
}

/** Hash over everything that the pages are made of, dependencies by their exact versions in package.json. */
function sourcesHash() {
  const hash = createHash('sha256');
  for (const input of inputs)
    for (const file of filesOf(join(folder, input))) hash.update(relative(folder, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** True when dist/ was built from the sources as they are now. */
export function isBuilt() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourcesHash();
}

/** Notes in dist/ from which sources it was built; the last step of a build. */
export function stamp() {
  writeFileSync(stampFile, sourcesHash());
}
