import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isProcessAlive } from '@lianxin/platform/servers';
import { PidsFile } from './pids.file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-pids-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the numbers of the running processes', () => {
  test('are always a whole file, whose last word is the last that was said', async () => {
    const pids = new PidsFile(folder);
    await Promise.all(Array.from({ length: 50 }, (_, index) => pids.set(`name-${index % 5}`, index + 1)));
    expect(JSON.parse(await readFile(join(folder, 'pids.json'), 'utf8'))).toEqual({
      'name-0': 46,
      'name-1': 47,
      'name-2': 48,
      'name-3': 49,
      'name-4': 50,
    });
  });

  test('of a killed launcher never lead to the end of a stranger who got such a number', async () => {
    const stranger = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const pid = stranger.pid ?? Number.NaN;
    await writeFile(join(folder, 'pids.json'), JSON.stringify({ gateway: pid, monitoring: pid }));
    expect(await new PidsFile(folder).endOrphans()).toEqual([]);
    expect(await isProcessAlive(pid)).toBe(true);
    stranger.kill('SIGKILL');
  });

  test('in a damaged file are nobody’s', async () => {
    for (const text of ['', '[', '{"gateway":"x"}', '{"gateway":-1}', '{"gateway":0}']) {
      await writeFile(join(folder, 'pids.json'), text);
      expect(await new PidsFile(folder).endOrphans()).toEqual([]);
    }
  });
});
