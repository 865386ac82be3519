import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** The folder or the disk would not take the file. */
export class FileUnwritable extends Error {}

/** What came: a saved file with its hash, or a refusal with its text. */
export interface Received {
  readonly status: number;
  readonly text: string;
  /** SHA-256, base64url. */
  readonly hash: string;
}

/**
 * Saves an answer as a file, written as fast as it comes. Under its name the file stands only whole and with the expected content: until then it is
 * `<path>.part`, and it is removed when anything goes wrong.
 * @param expectedHash undefined for a file that is made as it is sent: then only a broken connection tells that it is not whole
 * @throws FileUnwritable; otherwise the fault of the connection
 */
export async function receiveFile(
  url: URL,
  outgoing: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  path: string,
  expectedHash: string | undefined,
): Promise<Received> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    open(url, { method: 'GET', ...outgoing })
      .once('response', resolve)
      .on('error', reject)
      .end();
  });
  const status = answer.statusCode ?? 0;
  if (status !== 200) return { status, text: await readText(answer), hash: '' };
  const part = `${path}.part`;
  const hash = createHash('sha256');
  const file = createWriteStream(part);
  let fileFault: Error | undefined;
  file.once('error', (error) => {
    fileFault = error;
  });
  try {
    answer.on('data', (piece: Buffer) => hash.update(piece));
    await pipeline(answer, file);
    const received = hash.digest('base64url');
    if (expectedHash === undefined || received === expectedHash) await rename(part, path);
    return { status, text: '', hash: received };
  } catch (error) {
    if (fileFault === undefined) throw error;
    throw new FileUnwritable((fileFault as NodeJS.ErrnoException).code ?? fileFault.message, { cause: error });
  } finally {
    await rm(part, { force: true });
  }
}
