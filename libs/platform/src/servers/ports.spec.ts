import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePort, findFreePorts } from './ports.ts';
import { ServerError } from './server.error.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lianxin-claims-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('free ports', () => {
  test('are given out once, though nobody listens on them yet', async () => {
    const ports = await findFreePorts(3, folder);
    expect(new Set(ports).size).toBe(3);
    expect(readdirSync(folder).sort()).toEqual(ports.map(String).sort());
    for (let port = 20_000; port < 32_000; port++) writeFileSync(join(folder, String(port)), '');
    await expect(findFreePorts(1, folder)).rejects.toThrow(ServerError);
  });

  test('are given out again when whoever asked for them has had its time', async () => {
    const longAgo = new Date(Date.now() - 121_000);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo);
    const ports = await findFreePorts(2, folder);
    await expect(findFreePorts(2, folder)).resolves.not.toEqual(expect.arrayContaining(ports));
  });

  test('are found where nothing can be noted', async () => {
    const noFolder = join(folder, 'file');
    writeFileSync(noFolder, '');
    expect(await findFreePorts(1, noFolder)).toHaveLength(1);
    expect(await findFreePort()).toBeGreaterThan(0);
  });
});
