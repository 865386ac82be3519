import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FileFolder } from '@lianxin/files';
import { Database } from '@lianxin/platform';
import { principalOf } from '@lianxin/testing';
import { handlerOf, office, pdf, World } from './feedback.world.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');
interface FileView {
  id: string;
  name: string;
  mediaType: string;
  sizeBytes: number;
  sha256: string;
}

const upload = (content: Buffer, type: string, headers: Record<string, string> = {}) =>
  world.call<FileView>(handler, 'POST', 'files', content, { 'content-type': type, ...headers });

/** A multipart body with one file. */
function form(content: Buffer, filename: string, field = 'file'): { body: Buffer; type: string } {
  const boundary = 'a-boundary-of-its-own';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${filename}"\r\nContent-Type: text/plain\r\n\r\n`;
  return {
    body: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

/** A zip file whose directory names these entries. */
function zip(...names: string[]): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  const entries = names.map((name) => {
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    return Buffer.concat([entry, Buffer.from(name)]);
  });
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(16)]);
const jpg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(16)]);

async function filesOnDisk(): Promise<string[]> {
  const root = join(world.city.environment['LIANXIN_FILES_DIR'] ?? '', 'evidence');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('evidence is taken for what its content is', () => {
  test.each([
    ['pdf', pdf, 'application/pdf'],
    ['png', png, 'image/png'],
    ['jpg', jpg, 'image/jpeg'],
    ['ofd', zip('OFD.xml', 'Doc_0/Document.xml'), 'application/ofd'],
  ])('%s, whatever its name and header say', async (_name, content, mediaType) => {
    const { body, type } = form(content, 'hello.exe');
    const answer = await upload(body, type);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(answer).toMatchObject({ status: 201, body: { name: 'hello.exe', mediaType, sizeBytes: content.length, sha256 } });
    expect((await upload(content, 'application/octet-stream')).body).toMatchObject({ mediaType, sha256 });
  });

  test.each([
    ['a program called pdf', Buffer.from('MZ this is a program')],
    ['a web page', Buffer.from('<html><script>alert(1)</script></html>')],
    ['a zip that is no OFD', zip('word/document.xml')],
    ['a zip with OFD.xml in a folder', zip('inner/OFD.xml')],
    ['a zip that breaks off', zip('OFD.xml').subarray(0, 60)],
    ['an empty file', Buffer.alloc(0)],
  ])('%s is refused and leaves nothing behind', async (_name, content) => {
    const before = await filesOnDisk();
    const { body, type } = form(content, 'decision.pdf');
    expect(await upload(body, type)).toMatchObject({ status: 422, body: { code: 'FILE_TYPE_NOT_ALLOWED' } });
    expect(await filesOnDisk()).toEqual(before);
  });
});

test('a file over 20 MB is refused and leaves nothing behind, one of 20 MB is taken', async () => {
  const before = await filesOnDisk();
  const large = Buffer.concat([pdf, Buffer.alloc(20 * 1024 * 1024 - pdf.length)]);
  for (const [body, type] of [
    [Buffer.concat([large, Buffer.from('x')]), 'application/pdf'],
    [form(Buffer.concat([large, Buffer.from('x')]), 'large.pdf').body, form(large, '').type],
  ] as const)
    expect(await upload(body, type)).toMatchObject({ status: 413, body: { code: 'FILE_TOO_LARGE' } });
  expect(await filesOnDisk()).toEqual(before);
  expect((await upload(large, 'application/pdf')).status).toBe(201);
});

test('a download is an attachment that no browser shows as a page, for the department and the office alone', async () => {
  const { body, type } = form(pdf, '../..\\决定书 "第1号".pdf');
  const stored = await upload(body, type);
  expect(stored.body.name).not.toMatch(/[\\/"]/);
  expect((await fetch(`${world.running.url}/api/v1/files/${stored.body.id}`)).status).toBe(401);
  expect((await world.download(handlerOf('FGW'), stored.body.id)).status).toBe(404);
  for (const principal of [handler, office]) {
    const download = await world.download(principal, stored.body.id);
    expect(Buffer.from(await download.arrayBuffer()).equals(pdf)).toBe(true);
    expect(Object.fromEntries(download.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^attachment; filename\*=UTF-8''[\w%.-]+$/),
      'cache-control': 'private, no-store',
    });
  }
});

test('a retry with the same key is the same file, once on disk', async () => {
  const key = { 'idempotency-key': 'file-1' };
  const content = Buffer.concat([pdf, Buffer.from('% retry')]);
  const first = await upload(content, 'application/pdf', key);
  const files = await filesOnDisk();
  const second = await upload(content, 'application/pdf', key);
  expect(second.status).toBe(201);
  expect(second.body.id).toBe(first.body.id);
  expect(await filesOnDisk()).toEqual(files);
  expect(await upload(pdf, 'application/pdf', key)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  expect(await filesOnDisk()).toEqual(files);
});

test('a connection that breaks while it commits leaves the evidence of the row; the retry names it, and its own copy goes', async () => {
  const database = world.running.app.get(Database);
  const transaction = database.transaction.bind(database);
  const key = { 'idempotency-key': 'file-broken' };
  const content = Buffer.concat([pdf, Buffer.from('% broken')]);
  const before = await filesOnDisk();
  // The server has committed; the word of it does not arrive.
  database.transaction = async (principal, work) => {
    database.transaction = transaction;
    await transaction(principal, work);
    throw new Error('Connection terminated unexpectedly');
  };
  expect((await upload(content, 'application/pdf', key)).status).toBeGreaterThanOrEqual(500);
  const kept = await filesOnDisk();
  expect(kept).toHaveLength(before.length + 1);
  const retry = await upload(content, 'application/pdf', key);
  expect(retry.status).toBe(201);
  expect(await filesOnDisk()).toEqual(kept);
  const download = await world.download(handler, retry.body.id);
  expect([download.status, Buffer.from(await download.arrayBuffer()).equals(content)]).toEqual([200, true]);
});

test('where the copy of a refused file cannot be removed, or nobody can say whether its row stands, the caller hears the refusal', async () => {
  const key = { 'idempotency-key': 'file-refused' };
  await upload(pdf, 'application/pdf', key);
  const folder = world.running.app.get(FileFolder);
  const database = world.running.app.get(Database);
  const gone = () => Promise.reject(new Error('gone'));
  const other = Buffer.concat([pdf, Buffer.from('% other')]);
  const before = await filesOnDisk();
  const refused = { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } };
  const [remove, ask] = [folder.remove.bind(folder), database.consumerTransaction.bind(database)];
  folder.remove = gone;
  expect(await upload(other, 'application/pdf', key)).toMatchObject(refused);
  expect((await upload(pdf, 'application/pdf', key)).status).toBe(201);
  folder.remove = remove;
  database.consumerTransaction = gone;
  expect(await upload(other, 'application/pdf', key)).toMatchObject(refused);
  database.consumerTransaction = ask;
  expect(await filesOnDisk()).toHaveLength(before.length + 3);
  expect(await upload(other, 'application/pdf', key)).toMatchObject(refused);
  expect(await filesOnDisk()).toHaveLength(before.length + 3);
});

test('without a file, in another form or from somebody without a department, there is nothing to take', async () => {
  expect(await world.call(handler, 'POST', 'files', { file: 'x' })).toMatchObject({ status: 415 });
  const other = form(pdf, 'a.pdf', 'document');
  expect(await upload(other.body, other.type)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  expect((await world.call(office, 'POST', 'files', pdf, { 'content-type': 'application/pdf' })).status).toBe(403);
  const both = principalOf(['DEPT_HANDLER'], ['CZJ', 'FGW'], 'both');
  expect(await world.call(both, 'POST', 'files', pdf, { 'content-type': 'application/pdf' })).toMatchObject({ status: 400 });
  expect((await world.call(both, 'POST', 'files?department=FGW', pdf, { 'content-type': 'application/pdf' })).body).toMatchObject({
    departmentCode: 'FGW',
  });
  expect((await world.call(both, 'POST', 'files?department=RSJ', pdf, { 'content-type': 'application/pdf' })).status).toBe(403);
});
