import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateTokenKeys } from '@lianxin/platform';
import { ServerError } from '@lianxin/platform/servers';
import { z } from 'zod';
import { findFile, writeFileAtomic } from './atomic-file.ts';

const secretsSchema = z.object({
  /** Of the database superuser. */
  postgresPassword: z.string().min(32),
  /** From it the passwords of the services' roles are derived. */
  databaseSecret: z.string().min(32),
  tokenPrivateKey: z.string().min(1),
  tokenPublicKey: z.string().min(1),
  /** Without them sealed personal data can never be opened again. */
  personalDataKeys: z.string().min(1),
  personalDataHashKey: z.string().min(32),
  bootstrapKey: z.string().min(32),
});
export type Secrets = z.infer<typeof secretsSchema>;

/** Where the secrets of a data folder are kept. */
export function secretsFile(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}

const newSecret = () => randomBytes(33).toString('base64url');

export async function makeSecrets(): Promise<Secrets> {
  const keys = await generateTokenKeys();
  return {
    postgresPassword: newSecret(),
    databaseSecret: newSecret(),
    tokenPrivateKey: keys.privateKey,
    tokenPublicKey: keys.publicKey,
    personalDataKeys: `k1:${randomBytes(32).toString('base64')}`,
    personalDataHashKey: newSecret(),
    bootstrapKey: newSecret(),
  };
}

/**
 * The secrets of this data folder, in `secrets.json` (readable by its owner alone); made on the first start and never changed.
 * @param postgresDir where the database lies: data without their secrets could not be opened.
 * @throws ServerError when the file is damaged, or missing beside data that were made with it.
 */
export async function openSecrets(dataDir: string, postgresDir: string): Promise<Secrets> {
  const path = secretsFile(dataDir);
  const text = await findFile(path);
  if (text === undefined) {
    await refuseToOrphan(path, postgresDir);
    const secrets = await makeSecrets();
    await writeFileAtomic(path, `${JSON.stringify(secrets, null, 2)}\n`);
    return secrets;
  }
  const parsed = secretsSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new ServerError(`${path} is damaged: ${parsed.error.issues.map((issue) => issue.path.join('.') || 'no JSON').join(', ')}.`, remedy);
}

const remedy =
  'Put it back from a backup. Only if nothing in this data folder is needed any more: remove the whole folder and start again.';

async function refuseToOrphan(path: string, postgresDir: string): Promise<void> {
  const present = await readdir(join(postgresDir, 'cluster')).catch(() => []);
  if (present.length > 0) throw new ServerError(`${path} is missing, but there are data that were sealed with it.`, remedy);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
