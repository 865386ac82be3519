import { resolve } from 'node:path';
import { type Environment, portSchema, readConfig, switchSchema } from '@lianxin/platform';
import { z } from 'zod';

const loopback = ['127.0.0.1', 'localhost', '::1'];

/** What a user may set for `npm start` and `npm run start:distributed`. */
export const launchConfigSchema = z
  .object({
    /** Port of the one door; 0 takes any free one. */
    LIANXIN_PORT: portSchema.default(8080),
    /** Address of the one door. In demo mode it stays on this machine. */
    LIANXIN_HOST: z.string().default('127.0.0.1'),
    /** Everything that is kept: database, files, secrets. */
    LIANXIN_DATA_DIR: z.string().min(1).default('.data'),
    /** Where programs fetched for the distributed system (Kafka, Redis) are kept. */
    LIANXIN_CACHE_DIR: z.string().min(1).default('.cache'),
    /** A synthetic city, with its keys in a file. */
    LIANXIN_DEMO: switchSchema.default(true),
    LIANXIN_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('warn'),
  })
  .refine((config) => !config.LIANXIN_DEMO || loopback.includes(config.LIANXIN_HOST), {
    path: ['LIANXIN_HOST'],
    message: 'must be 127.0.0.1 while LIANXIN_DEMO is on: the keys of the demo city lie in a file (product §B.8)',
  });

/** The settings of one start. */
export interface LaunchSettings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly demo: boolean;
  readonly logLevel: string;
  /** Where Node keeps compiled code; services that are started as processes share it. */
  readonly compileCache: string | undefined;
  /** Every `LIANXIN_…` variable as it was given: settings of a service pass through. */
  readonly given: Readonly<Record<string, string>>;
}

/** Where this machine reaches the one door. */
export function baseUrlOf(settings: LaunchSettings, port: number): string {
  const isEverywhere = ['0.0.0.0', '::', ...loopback].includes(settings.host);
  return `http://${isEverywhere ? '127.0.0.1' : settings.host}:${port}`;
}

/** @throws ConfigError with all faults at once. */
export function readSettings(environment: Environment): LaunchSettings {
  const config = readConfig(launchConfigSchema, environment);
  const given = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith('LIANXIN_') && entry[1] !== undefined,
  );
  return {
    port: config.LIANXIN_PORT,
    host: config.LIANXIN_HOST,
    dataDir: resolve(config.LIANXIN_DATA_DIR),
    cacheDir: resolve(config.LIANXIN_CACHE_DIR),
    demo: config.LIANXIN_DEMO,
    logLevel: config.LIANXIN_LOG_LEVEL,
    compileCache: environment['NODE_COMPILE_CACHE'],
    given: Object.fromEntries(given),
  };
}
