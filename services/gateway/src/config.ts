import { portSchema, secretSchema, switchSchema } from '@lianxin/platform';
import { z } from 'zod';
import { trustedProxiesSchema } from './client-address.ts';
import { type ServiceName, serviceNames } from './route.rules.ts';

const urlsOfServices = z.object(
  Object.fromEntries(serviceNames.map((name) => [name, z.url({ protocol: /^https?$/ })])) as Record<ServiceName, z.ZodURL>,
);

/** `{"list-matching":"http://127.0.0.1:4001",…}` */
const serviceUrlsSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON: write {"list-matching":"http://host:port",…}' });
      return z.NEVER;
    }
  })
  .pipe(urlsOfServices);

/** Origins without path, as a browser names them: anything else would be ignored by it, or let in more than was meant. */
const originsSchema = z.string().transform((text, context) => {
  const origins = text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
  const wrong = origins.filter((one) => !/^https?:[^*;'\s]+$/.test(one) || !URL.canParse(one) || new URL(one).origin !== one);
  for (const one of wrong) context.addIssue({ code: 'custom', message: `${one} is no origin: write https://host or http://host:port` });
  return wrong.length === 0 ? origins : z.NEVER;
});

export const configSchema = z
  .object({
    /** Private key (JWK, Ed25519) that signs the 60-second tokens; only the gateway holds it. */
    LIANXIN_TOKEN_PRIVATE_KEY: z.string().min(1),
    /** Address of every service behind the door, as JSON. */
    LIANXIN_SERVICE_URLS: serviceUrlsSchema,
    /** Counts as an administrator's key, to register the first clients; leave it out afterwards. */
    LIANXIN_BOOTSTRAP_KEY: secretSchema.optional(),
    /** Counters of the rate limit, shared by all replicas; without it each counts for itself. */
    LIANXIN_REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    /** Requests of one client in one second. */
    LIANXIN_RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(1).max(1_000_000).optional(),
    /** Requests of one address to the public face in one second. */
    LIANXIN_PUBLIC_RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(1).max(10_000).default(5),
    /** Addresses and networks of our own proxies (`10.0.0.0/8,::1`): only they may say whom a request comes from. */
    LIANXIN_TRUSTED_PROXIES: trustedProxiesSchema.default([]),
    /** A synthetic city on this machine only. */
    LIANXIN_DEMO: switchSchema.default(false),
    /** Where the launcher notes how far the demo city is; the system is ready when it is whole. */
    LIANXIN_DEMO_SEED_FILE: z.string().optional(),
    /** Where the launcher keeps the keys of the demo city; the console then needs nobody to type one. */
    LIANXIN_DEMO_CREDENTIALS_FILE: z.string().optional(),
    /** The built console; what stands beside the gateway when left out. */
    LIANXIN_CONSOLE_DIR: z.string().optional(),
    /** Pages that may frame the window prompt, comma separated: `https://approval.example,http://10.1.2.3:8080`. */
    LIANXIN_EMBED_ORIGINS: originsSchema.default([]),
    /** Commit that this build was made from. */
    LIANXIN_COMMIT: z.string().max(64).optional(),
    LIANXIN_SERVICE_HOST: z.string().default('127.0.0.1'),
    LIANXIN_SERVICE_PORT: portSchema.default(0),
  })
  .refine((config) => !config.LIANXIN_DEMO || ['127.0.0.1', '::1', 'localhost'].includes(config.LIANXIN_SERVICE_HOST), {
    path: ['LIANXIN_SERVICE_HOST'],
    message: 'must be 127.0.0.1 in demo mode: its keys lie in a file (product §B.8)',
  });
export type Config = z.infer<typeof configSchema>;

/** Requests per second and client: the demo is meant to be pushed hard by one person. */
export function rateLimitOf(config: Pick<Config, 'LIANXIN_RATE_LIMIT_PER_SECOND' | 'LIANXIN_DEMO'>): number {
  return config.LIANXIN_RATE_LIMIT_PER_SECOND ?? (config.LIANXIN_DEMO ? 1000 : 200);
}
