import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lianxin-launch-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a launch that does this; gives how it ended and all it said. */
async function launched(work: string): Promise<{ status: number | null; said: string }> {
  const script = join(folder, 'launch.mjs');
  const launch = new URL('../dist/launch.js', import.meta.url).href;
  await writeFile(script, `import { runLaunch } from ${JSON.stringify(launch)};\nawait runLaunch(async (launch, fail) => { ${work} });\n`);
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
}

const undo = `launch.atEnd(async () => console.log('servers stopped'));`;
const refusedRow = `Object.assign(new Error('duplicate key'), { severity: 'ERROR', code: '23505', constraint: 'person_pkey', detail: 'Key (id_number)=(320799198001010018)' })`;

test('a fault that nobody caught stops the servers in good order, and is told without its values', async () => {
  for (const fault of [`setImmediate(() => { throw ${refusedRow}; });`, `setImmediate(() => Promise.reject(${refusedRow}));`]) {
    const { status, said } = await launched(`${undo} ${fault}`);
    expect(status).toBe(1);
    expect(said).toContain('a fault that nobody caught');
    expect(said).toContain('person_pkey');
    expect(said).toContain('servers stopped');
    expect(said).not.toContain('320799198001010018');
  }
});

test('a step that fails ends the launch with status 1, a wish to stop with 0', async () => {
  expect(await launched(`${undo} throw new Error('no room left');`)).toMatchObject({
    status: 1,
    said: expect.stringMatching(/no room left[\s\S]*servers stopped|servers stopped[\s\S]*no room left/),
  });
  expect(await launched(`${undo} setImmediate(() => process.emit('SIGTERM'));`)).toMatchObject({
    status: 0,
    said: expect.stringContaining('stopped'),
  });
});
