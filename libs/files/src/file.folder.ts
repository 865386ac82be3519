import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ProblemError } from '@lianxin/contracts';
import { ServiceContext } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import {
  type EvidenceType,
  findZipDirectory,
  isOfd,
  maxFileBytes,
  signatureBytes,
  typeOfHead,
  zipEntryNames,
  zipTailBytes,
} from './file.rules.ts';
import { FolderStore, type ObjectStore, placeOf } from './object.store.ts';
import { S3Store, s3PlaceOf } from './s3.store.ts';

/** A file that stands in the folder, durable. */
export interface StoredFile {
  readonly type: EvidenceType;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Of a body that is too large this much is read before the connection is cut, so that its sender still hears why. */
const mostBytesRead = 3 * maxFileBytes;
/** A directory of a zip file that is larger is none of a document. */
const maxDirectoryBytes = 1024 * 1024;

/** Evidence files: streamed in, hashed, checked by content, made durable before they count. They lie in a folder, or in a store that speaks S3. */
@Injectable()
export class FileFolder {
  private readonly root: string;
  private readonly store: ObjectStore;

  /** @throws Error for an object store that is not fully named. */
  constructor(context: ServiceContext) {
    const { LIANXIN_FILES_DIR, LIANXIN_OBJECT_STORE_URL } = context.config;
    this.root = join(LIANXIN_FILES_DIR, 'evidence');
    this.store = LIANXIN_OBJECT_STORE_URL === undefined ? new FolderStore(this.root) : new S3Store(s3PlaceOf(LIANXIN_OBJECT_STORE_URL));
  }

  /**
   * Takes a file in under its id; nothing is left behind when it is refused.
   * @throws ProblemError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, UNAVAILABLE.
   */
  async take(id: string, body: Readable): Promise<StoredFile> {
    const incoming = `${join(this.root, placeOf(id))}.incoming`;
    await mkdir(dirname(incoming), { recursive: true });
    try {
      const stored = await receive(incoming, body);
      await this.inStore(() => this.store.keep(id, incoming, stored.sizeBytes));
      return stored;
    } finally {
      await rm(incoming, { force: true });
    }
  }

  remove(id: string): Promise<void> {
    return this.inStore(() => this.store.remove(id));
  }

  /** @throws ProblemError UNAVAILABLE. */
  read(id: string): Promise<Readable> {
    return this.inStore(() => this.store.read(id));
  }

  private async inStore<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // That a file of a row is gone is no passing trouble: it is told as what it is.
      const { code, name } = error as { code?: unknown; name?: unknown };
      if (code === 'ENOENT' || name === 'NoSuchKey') throw error;
      throw new ProblemError('UNAVAILABLE', '文件库暂时不可用，请稍后重试', [], { cause: error });
    }
  }
}

async function receive(path: string, body: Readable): Promise<StoredFile> {
  const handle = await open(path, 'wx+');
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > mostBytesRead) break;
      if (sizeBytes > maxFileBytes) continue;
      hash.update(chunk);
      await handle.write(chunk);
    }
    if (sizeBytes > maxFileBytes) throw new ProblemError('FILE_TOO_LARGE', `文件超过 ${maxFileBytes / 1024 / 1024} MB`);
    const type = await typeOf(handle, sizeBytes);
    if (type === undefined) throw new ProblemError('FILE_TYPE_NOT_ALLOWED', '按文件内容判断，不是 pdf、jpg、png 或 ofd 文件');
    await handle.sync();
    return { type, sha256: hash.digest('hex'), sizeBytes };
  } finally {
    await handle.close();
  }
}

async function typeOf(handle: FileHandle, sizeBytes: number): Promise<EvidenceType | undefined> {
  const type = typeOfHead(await readAt(handle, 0, Math.min(signatureBytes, sizeBytes)));
  if (type !== 'zip') return type;
  const tailBytes = Math.min(zipTailBytes, sizeBytes);
  const directory = findZipDirectory(await readAt(handle, sizeBytes - tailBytes, tailBytes), sizeBytes);
  if (directory === undefined || directory.size > maxDirectoryBytes) return undefined;
  return isOfd(zipEntryNames(await readAt(handle, directory.offset, directory.size))) ? 'ofd' : undefined;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
