// `npm run check`: types including specs, format and lint, boundaries, house rules that a machine can hold, generated files up to date.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules/.bin', name);
let failed = false;

function step(title, command, args) {
  const started = Date.now();
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } });
  const ok = result.status === 0;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) {
    failed = true;
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`);
  }
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith('.ts') || entry.name.endsWith('.tsx')) yield path;
  }
}

/** House rules that are a matter of text: what, where it is allowed, why. */
const textRules = [
  {
    pattern: /process\.env/,
    allowed: /(config|main|distributed|launcher)\.ts$|\/test\/|\.spec\.ts$|^libs\/testing\/|^test\/|^bench\//,
    why: 'process.env is read in config.ts and main.ts only',
  },
  { pattern: /\b(it|test|describe)\.only\(/, allowed: /^$/, why: 'a focused test hides the others' },
  {
    pattern: /\b(it|test|describe)\.skip\((?!.*\/\/ skipped because)/,
    allowed: /^$/,
    why: 'a skipped test says why: // skipped because …',
  },
  {
    pattern: /\b(sleep|setTimeout)\(/,
    only: /\.spec\.ts$|\.suite\.ts$/,
    allowed: /^$/,
    why: 'tests wait for a condition (eventually), not for time',
  },
  { pattern: /: any\b|\bas any\b|@ts-ignore|@ts-nocheck/, allowed: /^$/, why: 'no any, no silenced checker' },
];

function checkTexts() {
  const faults = [];
  for (const folder of ['libs', 'services', 'test', 'bench']) {
    for (const path of sources(join(root, folder))) {
      const name = relative(root, path);
      const lines = readFileSync(path, 'utf8').split('\n');
      for (const rule of textRules) {
        if (rule.allowed.test(name) || (rule.only !== undefined && !rule.only.test(name))) continue;
        lines.forEach((line, index) => {
          if (rule.pattern.test(line) && !/^\s*(\/\/|\*|\/\*\*|--)/.test(line)) faults.push(`${name}:${index + 1} ${rule.why}`);
        });
      }
      // A table of texts is as long as the product has texts.
      if (lines.length > 402 && !/generated|problems\.ts$|texts\.\w\w\.ts$/.test(name))
        faults.push(`${name} has ${lines.length} lines: would two names be clearer than one?`);
    }
  }
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} house rules`);
  for (const fault of faults) console.log(`  ${fault}`);
  failed ||= faults.length > 0;
}

step('build', bin('nx'), ['run-many', '-t', 'build', '--output-style=static']);
step('types, specs included', bin('tsc'), ['-p', 'tsconfig.spec.json']);
step('format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']);
step('types of the console', bin('tsc'), ['-p', 'services/console']);
step('boundaries', bin('depcruise'), ['--config', '.dependency-cruiser.mjs', 'libs', 'services']);
checkTexts();
step('generated files up to date', process.execPath, [join(root, 'scripts/gen.mjs'), '--check']);
process.exit(failed ? 1 : 0);
