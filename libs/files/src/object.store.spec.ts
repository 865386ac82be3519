import { randomUUIDv7 } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ObjectServer, startObjectServer } from '@lianxin/testing';
import { FolderStore, type ObjectStore } from './object.store.ts';
import { S3Store, s3PlaceOf } from './s3.store.ts';

let folder: string;
let server: ObjectServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-files-'));
  server = await startObjectServer();
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function contentOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const localFile = async (content: Buffer) => {
  const path = join(folder, randomUUIDv7());
  await writeFile(path, content);
  return path;
};
const keep = async (store: ObjectStore, content: Buffer, id = randomUUIDv7()) => {
  await store.keep(id, await localFile(content), content.length);
  return id;
};

describe.each([
  ['a folder', () => new FolderStore(join(folder, 'kept'))],
  ['a store that speaks S3', () => new S3Store(s3PlaceOf(server.url))],
])('%s', (_what, open) => {
  test('gives back what it was given, byte for byte, whatever its size', async () => {
    const store = open();
    const large = Buffer.alloc(20 * 1024 * 1024, 'evidence');
    for (const content of [Buffer.from('%PDF-1.7'), large]) {
      const id = await keep(store, content);
      expect((await contentOf(await store.read(id))).equals(content)).toBe(true);
    }
  });

  test('refuses to read what is not there, also after it was removed; removing it again is nothing', async () => {
    const store = open();
    const id = await keep(store, Buffer.from('gone soon'));
    const other = await keep(store, Buffer.from('stays'));
    await store.remove(id);
    await store.remove(id);
    await expect(store.read(id)).rejects.toThrow();
    await expect(store.read(randomUUIDv7())).rejects.toThrow();
    expect((await contentOf(await store.read(other))).toString()).toBe('stays');
  });
});

test('who asks with a key that the store does not know, or in a bucket that is not there, gets and leaves nothing', async () => {
  const good = new S3Store(s3PlaceOf(server.url));
  const id = await keep(good, Buffer.from('kept'));
  for (const url of [server.url.replace('//S3RVER:', '//SOMEBODY:'), server.url.replace('lianxin-test', 'lianxin-other')]) {
    const store = new S3Store(s3PlaceOf(url));
    await expect(store.read(id)).rejects.toThrow();
    await expect(keep(store, Buffer.from('not ours'))).rejects.toThrow();
  }
  expect((await contentOf(await good.read(id))).toString()).toBe('kept');
  expect(await readdir(server.directory)).toEqual(['lianxin-test']);
});

test('a store that is gone is an error, not a wait without end', async () => {
  const other = await startObjectServer();
  const store = new S3Store(s3PlaceOf(other.url));
  const id = await keep(store, Buffer.from('here'));
  await other.close();
  await expect(store.read(id)).rejects.toThrow();
  await expect(keep(store, Buffer.from('nowhere'))).rejects.toThrow();
});

describe('the address of a store', () => {
  test('holds endpoint, bucket, region and both halves of the key', () => {
    expect(s3PlaceOf('https://key%2F1:a%2Bb@s3.example.org:9000/city-files?region=cn-east')).toEqual({
      endpoint: 'https://s3.example.org:9000',
      bucket: 'city-files',
      region: 'cn-east',
      accessKeyId: 'key/1',
      secretAccessKey: 'a+b',
    });
  });

  test.each([
    ['https://s3.example.org/city-files', 'access key, secret'],
    ['https://key@s3.example.org/city-files', 'secret'],
    ['https://key:hidden-word@s3.example.org/', 'bucket'],
    ['https://key:hidden-word@s3.example.org/city-files/deeper', 'bucket'],
    ['https://key:hidden-word@s3.example.org/City', 'bucket'],
  ])('%s is refused by what is missing, never with the secret', (address, missing) => {
    expect(() => s3PlaceOf(address)).toThrow(`has no ${missing}`);
    expect(() => s3PlaceOf(address)).not.toThrow('hidden-word');
  });
});
