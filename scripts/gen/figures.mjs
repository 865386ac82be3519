import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `docs/generated/figures.md`: every committed figure of bench/results beside its target and the limit of its machine. */
export function figuresOf(root) {
  const folder = join(root, 'bench/results');
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter((result) => Array.isArray(result.figures));
  const figures = results.flatMap((result) => result.figures.map((figure) => ({ ...figure, bench: result.name })));
  const aimed = figures.filter((figure) => figure.target !== undefined);
  return `${[
    '# Figures',
    '',
    'Measured by `npm run bench <name>`, made from `bench/results/*.json` by `npm run gen`. How to read them: `bench/README.md`; where the time goes: `docs/profile.md`.',
    'A limit is what the same machine did in the same run for the same work without the product.',
    '',
    '## Targets of the design (§8)',
    '',
    '| benchmark | what | target | measured | met | limit of the machine, same run |',
    '|---|---|---|---|---|---|',
    ...aimed.map(
      (figure) =>
        `| ${figure.bench} | ${cell(figure.what)} | ${targetOf(figure)} | ${measuredOf(figure)} | ${isMet(figure) ? 'yes' : '**no**'} | ${cell(figure.limit)} |`,
    ),
    ...results.flatMap((result) => ['', ...sectionOf(result)]),
  ].join('\n')}\n`;
}

function sectionOf({ name, measuredAt, machine, figures }) {
  const load = machine.load === undefined ? '' : `, load ${machine.load.before} before and ${machine.load.after} after the run`;
  return [
    `## ${name}`,
    '',
    `${measuredAt.slice(0, 16).replace('T', ' ')} UTC, ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}${load}.`,
    '',
    '| what | measured | runs | limit |',
    '|---|---|---|---|',
    ...figures.map((figure) => `| ${cell(figure.what)} | ${measuredOf(figure)} | ${runsOf(figure)} | ${cell(figure.limit)} |`),
  ];
}

const cell = (text) => (text ?? '').replaceAll('|', '\\|');
const targetOf = ({ target, unit }) => ('atMost' in target ? `≤ ${shown(target.atMost)} ${unit}` : `≥ ${shown(target.atLeast)} ${unit}`);
const measuredOf = ({ value, unit }) => `${shown(value)} ${unit}`;
const runsOf = ({ runs }) => (runs === undefined || runs.length < 2 ? '' : runs.map(shown).join(' · '));
const isMet = ({ value, target }) => ('atMost' in target ? value <= target.atMost : value >= target.atLeast);

/** Three digits that count, whole from 100 on. */
function shown(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
