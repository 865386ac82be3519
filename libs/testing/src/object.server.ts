import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ObjectServer {
  /** As LIANXIN_OBJECT_STORE_URL wants it. */
  readonly url: string;
  readonly directory: string;
  close(): Promise<void>;
}

/** A server that speaks S3 over HTTP, with one bucket, in a folder of its own. It knows access keys, but does not check signatures of version 4. */
export async function startObjectServer(): Promise<ObjectServer> {
  const { default: S3rver } = await import('s3rver');
  const directory = await mkdtemp(join(tmpdir(), 'lianxin-objects-'));
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: 'lianxin-test' }] });
  const { port } = await server.run();
  let closed = false;
  return {
    url: `http://S3RVER:S3RVER@127.0.0.1:${port}/lianxin-test`,
    directory,
    close: async () => {
      if (closed) return;
      closed = true;
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
