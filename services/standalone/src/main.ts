import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '@lianxin/platform/servers';
import { baseUrlOf, readSettings } from './config.ts';
import { claimDataFolder, placeDatabase, requireFreePort } from './data-folder.ts';
import { prepareDatabase } from './database.ts';
import { environmentOf, type Places } from './environment.ts';
import { type Launch, runLaunch } from './launch.ts';
import { bringToReady } from './readiness.ts';
import { openSecrets } from './secrets.ts';
import { startDatabaseServer } from './servers.ts';
import { innerServices, startHere } from './services.ts';

const databaseName = 'lianxin';

/** `npm start`: PostgreSQL, and every service of the system in this one process, each an application of its own on a loopback port. */
async function start(launch: Launch, fail: (error: unknown) => void): Promise<void> {
  const settings = readSettings(process.env);
  await mkdir(settings.dataDir, { recursive: true });
  await claimDataFolder(launch, settings.dataDir);
  await requireFreePort(settings.port);
  const postgresDir = await placeDatabase(launch, settings.dataDir);
  const secrets = await openSecrets(settings.dataDir, postgresDir);

  const postgres = await startDatabaseServer({ launch, fail, notePid: async () => undefined }, postgresDir, secrets.postgresPassword);
  const databaseUrl = await launch.step('database', () => prepareDatabase(postgres, secrets, settings, databaseName));

  const places: Places = { databaseUrl, eventLog: { engine: 'postgres' }, seedFile: join(settings.dataDir, 'demo-seed.json') };
  const inner = { host: '127.0.0.1', port: 0 };
  const serviceUrls = await launch.step('services', async () => {
    const begun = await Promise.allSettled(
      innerServices.map((name) => startHere(name, environmentOf(name, settings, secrets, places, inner))),
    );
    const running = begun.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    launch.atEnd(async () => void (await Promise.all(running.map((service) => service.close()))));
    for (const outcome of begun) if (outcome.status === 'rejected') throw outcome.reason;
    return Object.fromEntries(running.map((service) => [service.name, service.url]));
  });
  const baseUrl = await launch.step('gateway', async () => {
    const listen = { host: settings.host, port: settings.port === 0 ? await findFreePort() : settings.port };
    const gateway = await startHere('gateway', environmentOf('gateway', settings, secrets, { ...places, serviceUrls }, listen));
    // Undone first: no new request comes in while the services finish theirs.
    launch.atEnd(() => gateway.close());
    return baseUrlOf(settings, listen.port);
  });
  await bringToReady(launch, settings, secrets, baseUrl, places.seedFile);
}

await runLaunch(start);
