import { join } from 'node:path';
import {
  keepRunning,
  type PostgresServer,
  ServerError,
  type Supervised,
  startKafka,
  startPostgres,
  startRedis,
} from '@lianxin/platform/servers';
import type { LaunchSettings } from './config.ts';
import type { Launch } from './launch.ts';

/** How servers are looked after, and who is told. */
export interface Care {
  readonly launch: Launch;
  /** Ends the system: a server does not stay up. */
  readonly fail: (error: unknown) => void;
  /** Hears the number of every server process that is started. */
  readonly notePid: (name: string, pid: number) => Promise<void>;
}

/** Keeps a server running. A kill now and then is mended; a server that keeps ending is a fault. */
async function watch(care: Care, name: string, server: Supervised & { readonly pid: number }, logFile: string): Promise<void> {
  await care.notePid(name, server.pid);
  void keepRunning(server, {
    maximumRestarts: 50,
    windowMs: 60_000,
    onRestart: () => {
      process.stderr.write(`lianxin: ${name} had ended and was started again\n`);
      care.notePid(name, server.pid).catch(care.fail);
    },
    onGiveUp: (_name, _exit, cause) => care.fail(new ServerError(`${name} does not stay up.`, `Its log: ${logFile}`, { cause })),
  });
}

export function startDatabaseServer(care: Care, dataDir: string, password: string): Promise<PostgresServer> {
  return care.launch.step('PostgreSQL', async () => {
    const postgres = await startPostgres({ dataDir, password });
    care.launch.atEnd(() => postgres.stop());
    await watch(care, 'postgres', postgres, join(dataDir, 'server.log'));
    return postgres;
  });
}

/** `host:port` of every broker. */
function startBrokers(care: Care, settings: LaunchSettings): Promise<readonly string[]> {
  return care.launch.step('Kafka', async () => {
    const dataDir = join(settings.dataDir, 'kafka');
    const kafka = await startKafka({ dataDir, cacheDir: settings.cacheDir, brokers: 1 });
    care.launch.atEnd(() => kafka.stop());
    for (const broker of kafka.brokers) await watch(care, 'kafka', broker, join(dataDir, `broker-${broker.id}`, 'server.log'));
    return kafka.bootstrapServers;
  });
}

function startCache(care: Care, settings: LaunchSettings): Promise<string> {
  return care.launch.step('Redis', async () => {
    const dataDir = join(settings.dataDir, 'redis');
    const redis = await startRedis({ dataDir, cacheDir: settings.cacheDir, maximumMegabytes: 128 });
    care.launch.atEnd(() => redis.stop());
    await watch(care, 'redis', redis, join(dataDir, 'server.log'));
    return redis.url;
  });
}

/** Starts the servers of the distributed system at the same time; when one cannot be started, the others have come as far as they can be stopped. */
export async function startServers(care: Care, settings: LaunchSettings, postgresDir: string, password: string) {
  const started = [startDatabaseServer(care, postgresDir, password), startBrokers(care, settings), startCache(care, settings)] as const;
  await Promise.allSettled(started);
  const [postgres, brokers, redisUrl] = await Promise.all(started);
  return { postgres, brokers, redisUrl };
}
