import { constants, openAsBlob } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { Texts } from './texts.ts';

/** A file to be sent: read while it goes, so that memory stays flat however long it is. */
export interface Upload<How extends 'body' | 'form'> {
  readonly content: Blob;
  readonly name: string;
  readonly as: How;
}

/** @throws CommandFault when it is not there, no plain file, or may not be read. */
export async function openUpload<How extends 'body' | 'form'>(path: string, type: string, as: How, texts: Texts): Promise<Upload<How>> {
  const reason = await findReason(path);
  if (reason !== undefined) throw new CommandFault(texts.fileUnreadable(path, reason), exitCodes.failure);
  return { content: await openAsBlob(path, { type }), name: basename(path), as };
}

/** Why a file cannot be read; undefined when it can. */
async function findReason(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'EISDIR';
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}
