import { open, rename, stat } from 'node:fs/promises';

const ROTATE_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

/** Size of a file in bytes; 0 when it is missing. */
export async function fileSize(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** Keeps a server's log from growing for ever: a large one is set aside as `<file>.1`, replacing the one before. */
export async function rotateLog(file: string): Promise<void> {
  if ((await fileSize(file)) > ROTATE_BYTES) await rename(file, `${file}.1`);
}

/** What was written to the log from byte `offset` on, at most the last 64 KiB of it. */
export async function readLogFrom(file: string, offset: number): Promise<string> {
  const size = await fileSize(file);
  const start = Math.max(offset, size - TAIL_BYTES);
  if (size <= start) return '';
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The last `count` lines of a text, for the cause in an error. */
export function lastLines(text: string, count = 12): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
