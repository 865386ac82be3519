// `npm run gen`: writes everything under docs/generated/ and docs/clauses.md from the code; `--check` fails when the committed files differ.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { clausesOf } from './gen/clauses.mjs';
import { environmentOf } from './gen/environment.mjs';
import { eventFiles } from './gen/events.mjs';
import { figuresOf } from './gen/figures.mjs';
import { liveFiles } from './gen/live.mjs';
import { matchingOf } from './gen/matching.mjs';
import { problemsOf } from './gen/problems.mjs';
import { stateFiles } from './gen/states.mjs';

const root = join(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');
const scratch = mkdtempSync(join(tmpdir(), 'lianxin-gen-'));
// Run by root, PostgreSQL becomes another user and has to pass through.
chmodSync(scratch, 0o711);

try {
  const files = new Map([
    ['docs/clauses.md', clausesOf(root)],
    ['docs/generated/problems.md', await problemsOf()],
    ['docs/generated/environment.md', await environmentOf(root)],
    ['docs/generated/figures.md', figuresOf(root)],
    ['docs/generated/matching.md', await matchingOf(root)],
    ...(await eventFiles()),
    ...(await stateFiles(root)),
    ...(await liveFiles(root, scratch)),
  ]);
  const stale = [...list(join(root, 'docs/generated'))].map((path) => relative(root, path)).filter((path) => !files.has(path));
  const differing = [...files].filter(([path, text]) => read(join(root, path)) !== text).map(([path]) => path);
  if (checkOnly) {
    for (const path of [...differing, ...stale]) console.log(`not up to date: ${path} (run npm run gen)`);
    process.exitCode = differing.length + stale.length > 0 ? 1 : 0;
  } else {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    for (const path of stale) rmSync(join(root, path));
    console.log(`${files.size} files, ${differing.length} changed, ${stale.length} removed`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function* list(folder) {
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* list(path);
    else yield path;
  }
}
