import { chmod, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventLogSchemaOwner } from '@lianxin/messaging';
import { createDatabase, provisionSchema } from '@lianxin/platform';
import { findFile, writeFileAtomic } from './atomic-file.ts';
import { makeSecrets, type Secrets } from './secrets.ts';
import { serviceNames } from './services.ts';

/**
 * What has to be done once before containers can run, as two commands of one image:
 * `secrets` writes the secrets of this installation as files, each where only those find it who need it; `database` makes schemas and roles.
 */
const folders = { services: '/run/lianxin/services', gateway: '/run/lianxin/gateway', postgres: '/run/lianxin/postgres' } as const;

/** File → secret. The names are those of the variables, for `NAME_FILE`. */
const files: readonly (readonly [string, keyof Secrets])[] = [
  [join(folders.postgres, 'POSTGRES_PASSWORD'), 'postgresPassword'],
  [join(folders.services, 'LIANXIN_DATABASE_SECRET'), 'databaseSecret'],
  [join(folders.services, 'LIANXIN_TOKEN_PUBLIC_KEY'), 'tokenPublicKey'],
  [join(folders.services, 'LIANXIN_PERSONAL_DATA_KEYS'), 'personalDataKeys'],
  [join(folders.services, 'LIANXIN_PERSONAL_DATA_HASH_KEY'), 'personalDataHashKey'],
  [join(folders.gateway, 'LIANXIN_TOKEN_PRIVATE_KEY'), 'tokenPrivateKey'],
  [join(folders.gateway, 'LIANXIN_BOOTSTRAP_KEY'), 'bootstrapKey'],
];

/** Makes what is missing, all or nothing: a half-made set would lock data away that another half has sealed. */
async function writeSecrets(): Promise<void> {
  const present = await Promise.all(files.map(([path]) => findFile(path)));
  if (present.every((text) => text !== undefined)) return;
  const missing = files.filter((_, index) => present[index] === undefined).map(([path]) => path);
  if (missing.length < files.length) {
    throw new Error(`some secrets are missing, others are there: put back ${missing.join(', ')} from a backup`);
  }
  const secrets = await makeSecrets();
  for (const [path, name] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, secrets[name]);
    // Each container runs as a user of its own; the volume is what keeps others out.
    await chmod(path, 0o444);
  }
}

/** Makes the database, and a schema with its roles for every service. Idempotent. */
async function prepareDatabase(): Promise<void> {
  const password = await readFile(join(folders.postgres, 'POSTGRES_PASSWORD'), 'utf8');
  const secret = await readFile(join(folders.services, 'LIANXIN_DATABASE_SECRET'), 'utf8');
  const adminUrl = await createDatabase(`postgres://postgres:${encodeURIComponent(password)}@postgres:5432/postgres`, 'lianxin');
  for (const owner of [...serviceNames, eventLogSchemaOwner]) await provisionSchema(adminUrl, owner, secret);
}

const commands: Readonly<Record<string, () => Promise<void>>> = { secrets: writeSecrets, database: prepareDatabase };
const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  process.stderr.write(`provision: say which: ${Object.keys(commands).join(' or ')}\n`);
  process.exit(2);
}
await command();
