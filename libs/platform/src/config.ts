import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A configuration that cannot be used. Holds one line for every fault, so that all are mended at once. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`Configuration faults:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets that ship with products, tutorials or keyboards. Refused outside demo mode (product §0.1 no. 10). */
const knownWeakSecrets = new Set(['abcdefghijklmnopqrstuvwxyz', 'changeit', 'changeme', 'password', 'secret', '12345678', 'lianxin']);

/**
 * A secret of at least 32 characters that nobody has seen in a tutorial.
 * There is no default: a service without its secrets does not start.
 */
export const secretSchema = z
  .string()
  .min(32, 'is too short: at least 32 characters, for example from `openssl rand -base64 33`')
  .refine(
    (value) => !knownWeakSecrets.has(value.toLowerCase()) && new Set(value).size >= 8,
    'is a known or weak secret: generate a new one',
  );

/**
 * Reads and checks the environment of one service.
 * A variable `NAME_FILE` names a file that holds the value of `NAME` (for mounted secrets).
 * @throws ConfigError with every fault at once: variable, reason, remedy.
 */
export function readConfig<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, environment: Environment): z.infer<z.ZodObject<Shape>> {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const file = environment[`${name}_FILE`];
    const value = environment[name];
    if (file !== undefined && value !== undefined && value !== '') faults.push(`${name} and ${name}_FILE are both set: keep one`);
    else if (file !== undefined) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        faults.push(`${name}_FILE names ${file}, which cannot be read (${(error as Error).message})`);
      }
    } else if (value !== undefined && value !== '') values[name] = value;
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = issue.path.join('.');
      if (!faults.some((fault) => fault.startsWith(name))) faults.push(`${name} ${name in values ? issue.message : 'is missing'}`);
    }
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults);
  return parsed.data;
}

/** `1`, `true`, `on` and their opposites. */
export const switchSchema = z
  .enum(['1', '0', 'true', 'false', 'on', 'off'])
  .transform((value) => value === '1' || value === 'true' || value === 'on');
export const portSchema = z.coerce.number().int().min(0).max(65_535);

/** What every service needs. */
export const platformConfigSchema = z.object({
  /** Port of this service; 0 takes any free one. */
  LIANXIN_SERVICE_PORT: portSchema.default(0),
  /** Address to listen on. */
  LIANXIN_SERVICE_HOST: z.string().default('127.0.0.1'),
  /** `postgres://host:port/database` without credentials: each role's password comes from LIANXIN_DATABASE_SECRET. */
  LIANXIN_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** From it the passwords of the roles `<service>_owner`, `_app` and `_consumer` are derived. */
  LIANXIN_DATABASE_SECRET: secretSchema,
  /** Connections for requests. */
  LIANXIN_DATABASE_POOL: z.coerce.number().int().min(1).max(200).default(10),
  /** Public key (JWK, Ed25519) with which the gateway's tokens are verified. */
  LIANXIN_TOKEN_PUBLIC_KEY: z.string().min(1),
  /** Keys that seal personal data: `keyId:base64(32 bytes)`, comma separated, the first seals. */
  LIANXIN_PERSONAL_DATA_KEYS: z.string().min(1),
  /** Key of the hash by which a person is looked up. */
  LIANXIN_PERSONAL_DATA_HASH_KEY: secretSchema,
  /** Where evidence and import files are kept. */
  LIANXIN_FILES_DIR: z.string().min(1).default('.data/files'),
  /**
   * A store that speaks S3 for evidence files, `https://key:secret@host:port/bucket?region=…`; LIANXIN_FILES_DIR then holds only what is coming in. Left
   * out, files lie in that folder.
   */
  LIANXIN_OBJECT_STORE_URL: z.url({ protocol: /^https?$/ }).optional(),
  LIANXIN_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  /** Where traces are sent, `http://collector:4318` (OTLP over HTTP). Left out, nothing is sent; trace ids exist all the same. */
  LIANXIN_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Share of new traces that is recorded, 0 to 1; a caller's own decision in `traceparent` goes before. */
  LIANXIN_TRACE_RATIO: z.coerce.number().min(0).max(1).default(1),
  /** GB/T 2260 code of the city. */
  LIANXIN_CITY_REGION: z.string().default('320700'),
});
export type PlatformConfig = z.infer<typeof platformConfigSchema>;
