// `npm run check`: types including specs, format and lint, boundaries, house rules that a machine can hold, generated files up to date.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules/.bin', name);
let failed = false;

/** Runs a program to its end; what it says is shown only when it fails. */
function step(title, command, args) {
  const started = Date.now();
  const settings = { cwd: root, env: { ...process.env, FORCE_COLOR: '0' }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(command, args, settings, (error, stdout, stderr) => {
      const faults = error === null ? [] : [`${stdout}${stderr}${error.message}`];
      tell(`${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`, faults);
      resolve();
    });
  });
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
  tell('house rules', faults);
}

function tell(title, faults) {
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${title}`);
  for (const fault of faults) console.log(`  ${fault}`);
  failed ||= faults.length > 0;
}

/** A package compiles alone (`tsc -b services/cli`) only when its tsconfig.json refers to every package of the house that it names as a dependency. */
function checkReferences() {
  const faults = [];
  const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  for (const group of ['libs', 'services']) {
    for (const name of readdirSync(join(root, group))) {
      const { dependencies = {} } = read(`${group}/${name}/package.json`);
      const needed = Object.keys(dependencies).filter((key) => key.startsWith('@lianxin/'));
      const { references = [] } = read(`${group}/${name}/tsconfig.json`);
      const referred = new Set(references.map(({ path }) => `@lianxin/${path.split('/').at(-1)}`));
      for (const dependency of needed)
        if (!referred.delete(dependency)) faults.push(`${group}/${name}/tsconfig.json has no reference to ${dependency}`);
      for (const extra of referred) faults.push(`${group}/${name}/package.json does not name ${extra}, to which its tsconfig.json refers`);
    }
  }
  tell('references of packages', faults);
}

await step('build', bin('nx'), ['run-many', '-t', 'build', '--output-style=static']);
checkTexts();
checkReferences();
// None of them writes what another reads; beside the others one thread is quickest for each.
await Promise.all([
  step('types, specs included', bin('tsc'), ['-p', 'tsconfig.spec.json', '--singleThreaded']),
  step('generated files up to date', process.execPath, [join(root, 'scripts/gen.mjs'), '--check']),
  step('format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']),
  step('types of the console', bin('tsc'), ['-p', 'services/console', '--singleThreaded']),
  step('boundaries', bin('depcruise'), ['--config', '.dependency-cruiser.mjs', 'libs', 'services']),
]);
process.exit(failed ? 1 : 0);
