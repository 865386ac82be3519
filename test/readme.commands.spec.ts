import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort, findServersBelow } from '@lianxin/platform/servers';
import { Clone } from './support/clone.ts';
import { commandBlocks } from './support/readme.ts';

const documents = ['README.md', 'services/cli/README.md'];
const blocks = documents.flatMap((document) => commandBlocks(document).map((lines) => ({ document, lines })));
const written = blocks.flatMap(({ lines }) => lines);

/** Commands that are tried elsewhere in the same run, and where. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm test': 'is what runs this',
  'npm run check': 'is the first part of npm test',
  'docker compose up --build --wait': 'is how test/road.compose.ts starts its containers: it reads the line in the README',
  'npm run bench': 'measures for minutes; what it needs is built by npm test, and a benchmark is never a test',
};
/** Commands that run until they are stopped. */
const systems = ['npm start', 'npm run start:distributed'];

let clone: Clone;
let stop: (() => Promise<string>) | undefined;
beforeAll(async () => {
  clone = await Clone.make();
  // Installing and compiling from nothing is how every run of `npm test` on a fresh clone begins; that each package names what it needs, `npm run check` holds.
  await clone.takeInstalled();
  await clone.takeCompiled();
}, 60_000);
afterAll(() => clone?.remove(), 120_000);

test('every command that is tried elsewhere, or runs until it is stopped, still stands in a README', () => {
  expect([...Object.keys(elsewhere), ...systems].filter((command) => !written.includes(command))).toEqual([]);
  expect(readFileSync(join(import.meta.dirname, '../.ci/run'), 'utf8')).toMatch(/^run npm test/m);
});

test(
  'npm start on a clone finds everything made, seeds and is ready',
  async () => {
    stop = await clone.start('npm start', { LIANXIN_PORT: String(await findFreePort()) }, 10 * 60_000);
  },
  11 * 60_000,
);

for (const { document, lines } of blocks) {
  const commands = lines.filter((line) => !(line in elsewhere) && !systems.includes(line));
  if (commands.length === 0) continue;
  test(
    `${document}: ${commands.join('; ')}`,
    async () => {
      await clone.shell(commands, 5 * 60_000);
    },
    6 * 60_000,
  );
}

test('Ctrl-C ends npm start well and leaves nothing running', async () => {
  expect(await stop?.()).toMatch(/^stopped$/m);
  expect(await findServersBelow(clone.folder)).toEqual([]);
}, 60_000);

test(
  'npm run start:distributed on the same clone is ready, and ends well',
  async () => {
    const end = await clone.start('npm run start:distributed', { LIANXIN_PORT: String(await findFreePort()) }, 5 * 60_000);
    expect(await end()).toMatch(/^stopped$/m);
    expect(await findServersBelow(clone.folder)).toEqual([]);
  },
  6 * 60_000,
);
