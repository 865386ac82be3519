import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PersonalData, secretSchema } from '@lianxin/platform';
import { openSecrets } from './secrets.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openSecrets(folder, join(folder, 'postgres'));

describe('the secrets of a data folder', () => {
  test('are made once, strong, and readable by their owner alone', async () => {
    const first = await open();
    expect(await open()).toEqual(first);
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
    for (const secret of [first.databaseSecret, first.personalDataHashKey, first.bootstrapKey])
      expect(secretSchema.safeParse(secret).success).toBe(true);
    const personal = new PersonalData(first.personalDataKeys, first.personalDataHashKey);
    const identity = { name: '示例', idType: 'ID_CARD', idNumber: '1' };
    expect(personal.open(personal.seal(identity))).toEqual(identity);
  });

  test('that are damaged are refused, never replaced: what they sealed would be lost', async () => {
    await open();
    const path = join(folder, 'secrets.json');
    const { bootstrapKey: _left, ...others } = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
    for (const text of ['', '{', JSON.stringify(others)]) {
      await writeFile(path, text);
      await expect(open()).rejects.toThrow(/damaged.*backup/s);
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  test('that are missing beside a database are not made anew', async () => {
    await mkdir(join(folder, 'postgres/cluster/base'), { recursive: true });
    await expect(open()).rejects.toThrow(/missing.*backup/s);
  });
});
