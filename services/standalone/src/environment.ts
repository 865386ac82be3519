import { join } from 'node:path';
import type { LaunchSettings } from './config.ts';
import { credentialsFile } from './demo.credentials.ts';
import type { Secrets } from './secrets.ts';
import type { ServiceName } from './services.ts';

/** Where the parts of a running system are. */
export interface Places {
  /** `postgres://host:port/database`, without credentials. */
  readonly databaseUrl: string;
  readonly eventLog: { readonly engine: 'postgres' } | { readonly engine: 'kafka'; readonly brokers: readonly string[] };
  readonly redisUrl?: string;
  /** Addresses of the services behind the gateway; only the gateway needs them. */
  readonly serviceUrls?: Readonly<Record<string, string>>;
  /** Where the seeder notes how far the demo city is. */
  readonly seedFile: string;
}

/** Services that are faster with Redis, and right without it. */
const usesRedis: ReadonlySet<ServiceName> = new Set(['gateway', 'window-check']);

/** Services that keep evidence files: only they are told of the bucket, whose address holds its secret. */
const keepsEvidence: ReadonlySet<ServiceName> = new Set(['execution-feedback', 'credit-repair']);

/** The environment of one service: what the user set, over it what the launcher knows. Each service gets the secrets that it needs and no others. */
export function environmentOf(
  name: ServiceName,
  settings: LaunchSettings,
  secrets: Secrets,
  places: Places,
  listen: { host: string; port: number },
): Record<string, string> {
  const own: Record<string, string> = {
    LIANXIN_SERVICE_HOST: listen.host,
    LIANXIN_SERVICE_PORT: String(listen.port),
    LIANXIN_DATABASE_URL: places.databaseUrl,
    LIANXIN_DATABASE_SECRET: secrets.databaseSecret,
    LIANXIN_TOKEN_PUBLIC_KEY: secrets.tokenPublicKey,
    LIANXIN_PERSONAL_DATA_KEYS: secrets.personalDataKeys,
    LIANXIN_PERSONAL_DATA_HASH_KEY: secrets.personalDataHashKey,
    LIANXIN_FILES_DIR: join(settings.dataDir, 'files'),
    LIANXIN_LOG_LEVEL: settings.logLevel,
    ...(settings.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: settings.compileCache }),
    ...(name === 'gateway' ? gatewayEnvironment(settings, secrets, places) : eventLogEnvironment(secrets, places)),
    ...(usesRedis.has(name) && places.redisUrl !== undefined ? { LIANXIN_REDIS_URL: places.redisUrl } : {}),
  };
  const given = Object.entries(settings.given).filter(([variable]) => {
    const setting = variable.replace(/_FILE$/, '');
    return !(setting in own) && (setting !== 'LIANXIN_OBJECT_STORE_URL' || keepsEvidence.has(name));
  });
  return { ...Object.fromEntries(given), ...own };
}

function eventLogEnvironment(secrets: Secrets, places: Places): Record<string, string> {
  if (places.eventLog.engine === 'kafka') {
    return { LIANXIN_EVENT_LOG: 'kafka', LIANXIN_KAFKA_BROKERS: places.eventLog.brokers.join(',') };
  }
  return { LIANXIN_EVENT_LOG: 'postgres', LIANXIN_EVENT_LOG_URL: places.databaseUrl, LIANXIN_EVENT_LOG_SECRET: secrets.databaseSecret };
}

function gatewayEnvironment(settings: LaunchSettings, secrets: Secrets, places: Places): Record<string, string> {
  return {
    LIANXIN_TOKEN_PRIVATE_KEY: secrets.tokenPrivateKey,
    LIANXIN_BOOTSTRAP_KEY: secrets.bootstrapKey,
    LIANXIN_SERVICE_URLS: JSON.stringify(places.serviceUrls ?? {}),
    LIANXIN_DEMO: settings.demo ? 'on' : 'off',
    LIANXIN_DEMO_SEED_FILE: places.seedFile,
    LIANXIN_DEMO_CREDENTIALS_FILE: credentialsFile(settings.dataDir),
  };
}
