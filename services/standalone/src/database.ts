import { mkdir } from 'node:fs/promises';
import { eventLogSchemaOwner } from '@lianxin/messaging';
import { createDatabase, provisionSchema } from '@lianxin/platform';
import type { PostgresServer } from '@lianxin/platform/servers';
import type { LaunchSettings } from './config.ts';
import type { Secrets } from './secrets.ts';
import { serviceNames } from './services.ts';

/**
 * Makes the database with a schema and roles for every service, or brings them up to date.
 * @param name one for each engine of the event log: positions in one log mean nothing in the other, so `npm start` and the distributed system share the
 * server and the folder, but no data.
 * @returns its address without credentials.
 */
export async function prepareDatabase(postgres: PostgresServer, secrets: Secrets, settings: LaunchSettings, name: string): Promise<string> {
  await mkdir(`${settings.dataDir}/files`, { recursive: true });
  const adminUrl = await createDatabase(postgres.url(), name);
  for (const owner of [...serviceNames, eventLogSchemaOwner]) await provisionSchema(adminUrl, owner, secrets.databaseSecret);
  return `postgres://${postgres.host}:${postgres.port}/${name}`;
}
