import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ObjectServer, startObjectServer } from '@lianxin/testing';
import { handlerOf, pdf, World } from './feedback.world.ts';

let server: ObjectServer;
let world: World;
beforeAll(async () => {
  server = await startObjectServer();
  world = await World.create('postgres', { LIANXIN_OBJECT_STORE_URL: server.url });
});
afterAll(async () => {
  await world?.close();
  await server?.close();
});

const handler = handlerOf('CZJ');
const localFiles = async () =>
  (await readdir(join(world.city.environment['LIANXIN_FILES_DIR'] ?? '', 'evidence'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  );

test('evidence lies in the object store and nowhere else, and is handed to its department only', async () => {
  const id = await world.upload(handler);
  expect(await localFiles()).toEqual([]);
  const answer = await world.download(handler, id);
  expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(pdf)]).toEqual([200, true]);
  expect((await world.download(handlerOf('RSJ'), id)).status).toBe(404);
  const refused = await world.call(handler, 'POST', 'files', Buffer.from('no document'), { 'content-type': 'application/pdf' });
  expect(refused).toMatchObject({ status: 422, body: { code: 'FILE_TYPE_NOT_ALLOWED' } });
  expect(await localFiles()).toEqual([]);
});

test('while the object store is gone a file is refused for now, and no row says that it is there', async () => {
  const known = await world.upload(handler);
  const rows = async () => (await world.city.query('SELECT 1 FROM execution_feedback.evidence_file')).length;
  const before = await rows();
  await server.close();
  const answer = await world.call(handler, 'POST', 'files', pdf, { 'content-type': 'application/pdf' });
  expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  expect((await world.download(handler, known)).status).toBe(503);
  expect(await rows()).toBe(before);
  expect(await localFiles()).toEqual([]);
});
