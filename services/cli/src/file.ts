import { constants, openAsBlob } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { Texts } from './texts.ts';

/** A file to be sent: as the body of a request, or as field `file` of a form, which keeps its name. */
export interface Upload {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly as: 'body' | 'form';
}

/** @throws CommandFault when it is not there, no plain file, or may not be read. */
export async function openUpload(path: string, type: string, as: Upload['as'], texts: Texts): Promise<Upload> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new CommandFault(texts.fileUnreadable(path, 'EISDIR'));
    await access(path, constants.R_OK);
    return { path, name: basename(path), bytes: found.size, type, as };
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new CommandFault(texts.fileUnreadable(path, reason), exitCodes.failure, undefined, { cause: error });
  }
}

/** The file as field `file` of a form: for what is small, as evidence is. */
export async function formOf({ path, name }: Upload): Promise<FormData> {
  const form = new FormData();
  form.append('file', await openAsBlob(path), name);
  return form;
}
