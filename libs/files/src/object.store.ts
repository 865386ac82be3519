import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** Where the bytes of files lie, each under the id of its row: a folder, or a store that speaks S3. */
export interface ObjectStore {
  /** Keeps what stands in a local file; durable when it resolves. The local file may be gone then. */
  keep(id: string, localPath: string, sizeBytes: number): Promise<void>;
  /** @throws Error when there is none, or the store does not answer; before a byte has been handed out. */
  read(id: string): Promise<Readable>;
  /** What is not there is removed already. */
  remove(id: string): Promise<void>;
}

/** The end of a UUIDv7 is random: 256 folders fill evenly. */
export const placeOf = (id: string) => join(id.slice(-2), id);

/** A folder of this machine, or one that several machines share. */
export class FolderStore implements ObjectStore {
  constructor(private readonly root: string) {}

  async keep(id: string, localPath: string): Promise<void> {
    const path = join(this.root, placeOf(id));
    await mkdir(dirname(path), { recursive: true });
    await rename(localPath, path);
  }

  async read(id: string): Promise<Readable> {
    const handle = await open(join(this.root, placeOf(id)), 'r');
    return handle.createReadStream();
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.root, placeOf(id)), { force: true });
  }
}
