import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '@lianxin/platform/servers';
import { writeFileAtomic } from './atomic-file.ts';
import { baseUrlOf, type LaunchSettings, readSettings } from './config.ts';
import { claimDataFolder, placeDatabase, requireFreePort } from './data-folder.ts';
import { prepareDatabase } from './database.ts';
import { environmentOf, type Places } from './environment.ts';
import { type Launch, runLaunch } from './launch.ts';
import { PidsFile } from './pids.file.ts';
import { lastingPorts } from './ports.file.ts';
import { bringToReady } from './readiness.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { startServers } from './servers.ts';
import { ServiceProcess } from './service.process.ts';
import { innerServices, type ServiceName } from './services.ts';

const databaseName = 'lianxin_distributed';

/** `npm run start:distributed`: PostgreSQL, Kafka, Redis and one process for every service, all watched over by this one. */
async function start(launch: Launch, fail: (error: unknown) => void): Promise<void> {
  const settings = readSettings(process.env);
  const { dataDir } = settings;
  await mkdir(dataDir, { recursive: true });
  await claimDataFolder(launch, dataDir);
  const pids = new PidsFile(dataDir);
  const orphans = await pids.endOrphans();
  if (orphans.length > 0) launch.tell(`ended what a killed launcher had left running: ${orphans.join(', ')}`);
  await requireFreePort(settings.port);
  await pids.set('launcher', process.pid);
  const postgresDir = await placeDatabase(launch, dataDir);
  const secrets = await openSecrets(dataDir, postgresDir);

  const care = { launch, fail, notePid: (name: string, pid: number) => pids.set(name, pid) };
  const { postgres, brokers, redisUrl } = await startServers(care, settings, postgresDir, secrets.postgresPassword);
  const databaseUrl = await launch.step('database', () => prepareDatabase(postgres, secrets, settings, databaseName));
  const servers = { postgres: { url: postgres.url(databaseName) }, kafka: { brokers }, redis: { url: redisUrl } };
  await writeFileAtomic(join(dataDir, 'servers.json'), `${JSON.stringify(servers, null, 2)}\n`);

  const seedFile = join(dataDir, 'demo-seed-distributed.json');
  const places: Places = { databaseUrl, eventLog: { engine: 'kafka', brokers }, redisUrl, seedFile };
  const baseUrl = await launch.step('services', () => startServices(launch, settings, secrets, places, care.notePid));
  await bringToReady(launch, settings, secrets, baseUrl, seedFile);
}

/** Starts every service as a process of its own; gives the address of the gateway. */
async function startServices(
  launch: Launch,
  settings: LaunchSettings,
  secrets: Secrets,
  places: Places,
  onStarted: (name: string, pid: number) => Promise<void>,
): Promise<string> {
  const ports = await lastingPorts(settings.dataDir, innerServices);
  const gatewayPort = settings.port === 0 ? await findFreePort() : settings.port;
  const serviceUrls = Object.fromEntries(innerServices.map((name) => [name, `http://127.0.0.1:${ports[name]}`]));
  const processOf = (name: ServiceName, host: string, port: number) => {
    const environment = environmentOf(name, settings, secrets, { ...places, serviceUrls }, { host, port });
    return new ServiceProcess({ name, environment, onStarted, tell: (text) => void process.stderr.write(`lianxin: ${text}\n`) });
  };
  const inner = innerServices.map((name) => processOf(name, '127.0.0.1', ports[name]));
  const gateway = processOf('gateway', settings.host, gatewayPort);
  launch.atEnd(async () => void (await Promise.all(inner.map((child) => child.stop()))));
  // Undone first: no new request comes in while the services finish theirs.
  launch.atEnd(() => gateway.stop());
  await Promise.all([...inner, gateway].map((child) => child.start()));
  return baseUrlOf(settings, gatewayPort);
}

await runLaunch(start);
