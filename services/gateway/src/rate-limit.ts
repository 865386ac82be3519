import rateLimit from '@fastify/rate-limit';
import type { ServiceContext } from '@lianxin/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';

/** What is left to a client in the present second. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

const windowMs = 1000;
/** Redis that takes longer is as good as gone: it may cost the limit, never the request. */
const redisTimeoutMs = 100;
/** So long it is left alone after a failure, for a slow one would hold every request up by its time-out. */
const redisPauseMs = 2000;

/** Requests per client and second. Counted in Redis when there is one, so that replicas share it; by this process alone while Redis is slow or gone. */
export class RateLimits {
  private redisOutUntil = 0;

  private constructor(
    private readonly own: Limiter,
    private readonly shared: Limiter | undefined,
    private readonly redis: Redis | undefined,
    private readonly logger: ServiceContext['logger'],
  ) {}

  /** @param clientOf whom a request is counted for. */
  static async create(
    fastify: FastifyInstance,
    options: {
      limit: number;
      redisUrl: string | undefined;
      clientOf: (request: FastifyRequest) => string;
      logger: ServiceContext['logger'];
    },
  ): Promise<RateLimits> {
    const redis = options.redisUrl === undefined ? undefined : connect(options.redisUrl);
    // Its state shows in each failing command; without a listener the error would end the process.
    redis?.on('error', () => undefined);
    const common = { global: false, max: options.limit, timeWindow: windowMs, keyGenerator: options.clientOf };
    const own = await limiterIn(fastify, { ...common, cache: 20_000 });
    const shared = redis === undefined ? undefined : await limiterIn(fastify, { ...common, redis, nameSpace: 'lianxin:rate:' });
    return new RateLimits(own, shared, redis, options.logger);
  }

  /** Counts this request. */
  async take(request: FastifyRequest): Promise<RateState> {
    const state = (await this.takeShared(request)) ?? (await this.own(request));
    if (state.isAllowed) return { limit: 0, remaining: 0, resetSeconds: 0, exceeded: false };
    return { limit: state.max, remaining: state.remaining, resetSeconds: Math.max(1, state.ttlInSeconds), exceeded: state.isExceeded };
  }

  close(): void {
    this.redis?.disconnect();
  }

  private async takeShared(request: FastifyRequest): Promise<Awaited<ReturnType<Limiter>> | undefined> {
    if (this.shared === undefined || Date.now() < this.redisOutUntil) return undefined;
    try {
      return await this.shared(request);
    } catch (error) {
      this.redisOutUntil = Date.now() + redisPauseMs;
      this.logger.warn({ err: error }, 'Redis is slow or gone: the rate limit counts in this process alone');
      return undefined;
    }
  }
}

function connect(url: string): Redis {
  return new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: redisTimeoutMs,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, redisPauseMs),
    enableAutoPipelining: true,
  });
}

/** The plugin makes one limiter for each scope. */
async function limiterIn(fastify: FastifyInstance, options: Parameters<typeof rateLimit>[1]): Promise<Limiter> {
  const made = Promise.withResolvers<Limiter>();
  await fastify.register(async (scope) => {
    await scope.register(rateLimit, options);
    made.resolve(scope.createRateLimit());
  });
  return made.promise;
}
