import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { claimFolder } from './folder.owner.ts';

/** How many of `count` processes that claim the same folder at the same moment get it. */
async function race(folder: string, count: number): Promise<number> {
  const module = new URL('./folder.owner.ts', import.meta.url).href;
  const script = `const { claimFolder } = await import(${JSON.stringify(module)});
    process.stdout.write('ready');
    process.stdin.once('data', () => claimFolder(${JSON.stringify(folder)}).then(() => process.stdout.write('+'), () => process.stdout.write('-')));
    process.stdin.once('end', () => process.exit());`;
  const claimants = Array.from({ length: count }, () => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const said = (claimant: (typeof claimants)[number]) =>
    new Promise<string>((resolve) => claimant.stdout.once('data', (data) => resolve(String(data))));
  await Promise.all(claimants.map(said));
  const answers = Promise.all(claimants.map(said));
  for (const claimant of claimants) claimant.stdin.write('go');
  const winners = (await answers).filter((answer) => answer === '+').length;
  const gone = claimants.map((claimant) => new Promise((resolve) => claimant.once('exit', resolve)));
  for (const claimant of claimants) claimant.stdin.end();
  await Promise.all(gone);
  return winners;
}

test('of several processes that take a folder at once, never two get it, and a dead one holds nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lianxin-owner-'));
  for (let round = 0; round < 5; round += 1) expect(await race(folder, 4)).toBeLessThanOrEqual(1);
  const giveUp = await claimFolder(folder);
  expect(await readdir(folder)).toHaveLength(1);
  await giveUp();
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
