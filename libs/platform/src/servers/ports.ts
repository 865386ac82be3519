import { randomInt } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerError } from './server.error.ts';

/**
 * Ports are drawn from below the range that operating systems hand to outgoing connections (from 32768 on Linux, 49152 elsewhere):
 * otherwise a client could take a server's port while it is restarted, or even connect to itself.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const TRIES = 200;
/** So long a port that was given out is given to nobody else: whoever asked for it may still be starting. */
const CLAIM_MS = 120_000;

/** True when nothing listens on this port of 127.0.0.1 and we may. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Notes that a port has been given out, for all processes of this machine: two systems that start at the same time would otherwise, now and then, draw the
 * same one and find it free, for neither listens yet.
 * @returns false when another process was faster. A machine on which nothing can be noted does without.
 */
async function claimPort(port: number, folder: string): Promise<boolean> {
  const note = join(folder, String(port));
  const age = await stat(note).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
  if (age !== undefined && age < CLAIM_MS) return false;
  return writeFile(note, '', { flag: age === undefined ? 'wx' : 'w' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'EEXIST',
  );
}

/**
 * `count` different free ports on 127.0.0.1, none of which was given out in the last two minutes. They are free now; a stranger may still be faster, so the
 * caller must cope with "address in use".
 * @param folder where ports that were given out are noted
 */
export async function findFreePorts(count: number, folder = join(tmpdir(), 'lianxin-ports')): Promise<number[]> {
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  const found = new Set<number>();
  for (let tries = 0; tries < TRIES && found.size < count; tries += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (!found.has(port) && (await isPortFree(port)) && (await claimPort(port, folder))) found.add(port);
  }
  if (found.size < count) {
    throw new ServerError(
      `No ${count} free ports on 127.0.0.1 between ${LOWEST_PORT} and ${HIGHEST_PORT}.`,
      'End programs that hold them, or name ports yourself.',
    );
  }
  return [...found];
}

/** One free port on 127.0.0.1. */
export async function findFreePort(): Promise<number> {
  const [port] = await findFreePorts(1);
  if (port === undefined) throw new Error('findFreePorts(1) gave no port');
  return port;
}

/** The `wanted` port; without one the port noted in `portFile` by the last start if it is free, so that addresses last; else any free one. */
export async function chooseLastingPort(portFile: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) return wanted;
  const last = Number(await readFile(portFile, 'utf8').catch(() => ''));
  return Number.isInteger(last) && last > 0 && (await isPortFree(last)) ? last : findFreePort();
}
