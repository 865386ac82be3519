// `npm run new-service NAME [中文名]`: makes services/NAME in the shape of the house and names it wherever services are named. It compiles, starts, has a test
// and answers behind the gateway; its noun (signatures of tasks) is an example to be replaced by its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = process.cwd();
const template = join(import.meta.dirname, 'new-service/template');
const [name = '', titleZh = name] = process.argv.slice(2);
const dependencies = [
  '@lianxin/contracts',
  '@lianxin/messaging',
  '@lianxin/platform',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  'fastify',
  'reflect-metadata',
  'rxjs',
  'zod',
];

if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
  fail(
    `"${name}" is no name of a service`,
    'npm run new-service NAME [中文名], in words of small letters joined by hyphens: npm run new-service appeal-desk 申诉台',
  );
if (existsSync(join(root, 'services', name)) || existsSync(join(root, 'libs', name)))
  fail(`services/${name} or libs/${name} exists`, 'choose another name');
// All changes are made in memory first: a file that no longer looks as expected stops everything before anything is written.
const changes = new Map();

/** Replaces the one place in a file where `pattern` matches. */
function edit(file, pattern, replacement) {
  const text = changes.get(file) ?? readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`))];
  if (found.length !== 1)
    fail(`${file} has ${found.length} places for a new service (${pattern})`, 'bring scripts/new-service.mjs up to date with the file');
  changes.set(file, text.replace(pattern, replacement));
}

function editJson(file, change) {
  const value = JSON.parse(changes.get(file) ?? readFileSync(join(root, file), 'utf8'));
  change(value);
  changes.set(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** In npm's own order. */
const sorted = (record) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => a.localeCompare(b, 'en')));
/** Versions are those of an existing service: one version of each package in the whole house. */
const known = JSON.parse(readFileSync(join(root, 'services/monitoring/package.json'), 'utf8')).dependencies;
const versions = Object.fromEntries(
  dependencies.map((dependency) => [
    dependency,
    known[dependency] ?? fail(`services/monitoring no longer depends on ${dependency}`, 'bring scripts/new-service.mjs up to date'),
  ]),
);

for (const path of readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
  const source = join(path.parentPath, path.name);
  const text = readFileSync(source, 'utf8')
    .replaceAll('new-service-name', name)
    .replaceAll('new_service_name', name.replaceAll('-', '_'))
    .replaceAll(
      'NewServiceName',
      name.replaceAll(/(?:^|-)(.)/g, (_, letter) => letter.toUpperCase()),
    )
    .replaceAll('新服务名', titleZh);
  const target = relative(template, source)
    .replace(/\.template$/, '')
    .replaceAll('new-service-name', name);
  changes.set(join('services', name, target), text);
}
editJson(`services/${name}/package.json`, (manifest) => Object.assign(manifest, { dependencies: versions }));

// Where services are named.
const reference = (path) => `    {\n      "path": "${path}"\n    },\n`;
edit('tsconfig.json', /(?= {4}\{\s+"path": "services\/monitoring")/, reference(`services/${name}`));
edit('services/standalone/tsconfig.json', /(?= {4}\{\s+"path": "\.\.\/monitoring")/, reference(`../${name}`));
editJson('services/standalone/package.json', (manifest) => {
  manifest.dependencies = sorted({ ...manifest.dependencies, [`@lianxin/${name}`]: '0.1.0' });
});
edit(
  'services/standalone/src/services.ts',
  /(?= {2}gateway: async)/,
  `  '${name}': async (environment: Environment) => boot((await import('@lianxin/${name}/app.module')).service, environment, beside),\n`,
);
edit('services/gateway/src/route.rules.ts', /(?=\} as const satisfies Record<string, readonly string\[\]>)/, `  '${name}': ['${name}'],\n`);
edit(
  'docker-compose.yml',
  /(?= {2}gateway:\n {4}<<: \*service)/,
  `  ${name}:\n    <<: *service\n    environment: { <<: *environment, SERVICE: ${name} }\n\n`,
);
edit('docker-compose.yml', /"\}(?=\n {4}volumes)/, `",\n        "${name}":"http://${name}:8000"}`);
edit('docker-compose.yml', /( {6}monitoring: \{ condition: service_healthy \}\n)/, `$1      ${name}: { condition: service_healthy }\n`);
edit('README.md', /(?=\| `services\/gateway` \|)/, `| \`services/${name}\` | ${titleZh} |\n`);
editJson('package-lock.json', (lock) => {
  lock.packages[`services/${name}`] = { name: `@lianxin/${name}`, version: '0.1.0', dependencies: versions };
  lock.packages[`node_modules/@lianxin/${name}`] = { resolved: `services/${name}`, link: true };
  const { dependencies: ofStandalone } = lock.packages['services/standalone'];
  lock.packages['services/standalone'].dependencies = sorted({ ...ofStandalone, [`@lianxin/${name}`]: '0.1.0' });
  lock.packages = sorted(lock.packages);
});

for (const [file, text] of changes) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
// What npm would do with the lock file as it is now.
const link = join(root, 'node_modules/@lianxin', name);
rmSync(link, { recursive: true, force: true });
symlinkSync(`../../services/${name}`, link);
const node = join(root, 'node_modules/.bin/node');
run('formatted', join(root, 'node_modules/.bin/biome'), [
  'check',
  '--write',
  ...[...changes.keys()].filter((file) => /\.(ts|json)$/.test(file) && file !== 'package-lock.json'),
]);
run('compiled', node, [join(root, 'node_modules/.bin/tsc'), '-b']);
console.log(`services/${name} stands. Next:
  npm test -- ${name}     its test
  npm start               GET /api/v1/${name} behind the gateway
  npm run gen             its tables, settings and API in docs/generated
Then replace the example noun (signature.*) by its own, say in services/${name}/README.md what it owns, and give docs/glossary.md its words.`);

function run(title, command, words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) fail(`the new service could not be ${title}`, 'see the lines above; everything else is done');
  console.log(title);
}

function fail(cause, remedy) {
  console.error(`lianxin: ${cause}.\nRemedy: ${remedy}.`);
  process.exit(1);
}
