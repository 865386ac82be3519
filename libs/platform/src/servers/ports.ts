import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { ServerError } from './server.error.ts';

/**
 * Ports are drawn from below the range that operating systems hand to outgoing connections (from 32768 on Linux, 49152 elsewhere):
 * otherwise a client could take a server's port while it is restarted, or even connect to itself.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const TRIES = 200;

/** True when nothing listens on this port of 127.0.0.1 and we may. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** `count` different free ports on 127.0.0.1. They are free now; a stranger may still be faster, so the caller must cope with "address in use". */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; tries < TRIES && found.size < count; tries += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (!found.has(port) && (await isPortFree(port))) found.add(port);
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
