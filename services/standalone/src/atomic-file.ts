import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file whole or not at all, and durably: whoever reads it, or finds it after a power cut, sees the old text or the new. */
export async function writeFileAtomic(path: string, text: string, mode = 0o600): Promise<void> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  const file = await open(unfinished, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The text of a file; undefined when there is none. */
export async function findFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
