import { type Principal, ProblemError } from '@lianxin/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Callers } from './callers.ts';
import { addressOf, type TrustedProxies } from './client-address.ts';
import type { RateLimits } from './rate-limit.ts';
import { apiPrefix, isPublic, isWindowCheck } from './route.rules.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the door on every request below `/api/v1/`. */
    caller?: Principal;
    /** Asks the public face, without a key. */
    isPublic?: boolean;
  }
}

/** Whom a request is counted for. Called only behind the door. */
export function clientOf(request: FastifyRequest): string {
  return request.caller?.id ?? 'nobody';
}

/** Whom a request to the public face is counted for. */
export function addressLimitKey(proxies: TrustedProxies): (request: FastifyRequest) => string {
  return (request) => `address ${addressOf(request.raw.socket.remoteAddress, request.headers['x-forwarded-for'], proxies)}`;
}

/**
 * Checks every request below `/api/v1/` before anything else sees it: key, rate, then the caller's key is replaced by a short-lived token that the services
 * (and the gateway's own routes) verify. It goes by the matched route, not by the text of the URL, which can be written in many ways.
 */
export function guardDoor(
  fastify: FastifyInstance,
  callers: Callers,
  limits: { readonly clients: RateLimits; readonly addresses: RateLimits },
): void {
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('isPublic', false);
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    if (request.routeOptions.url?.startsWith(apiPrefix) !== true) return;
    if (isPublic(request.url)) {
      // Whoever asks, with a key or without: the services see nobody, so the answer is the same for all.
      request.isPublic = true;
      delete request.raw.headers.authorization;
      return count(request, reply, limits.addresses);
    }
    const caller = await findCaller(callers, request.headers.authorization, isWindowCheck(request.method, request.url));
    if (caller === undefined) {
      void reply.header('WWW-Authenticate', 'Bearer');
      throw new ProblemError('UNAUTHENTICATED', '缺少 API 密钥，或密钥未知、已撤销');
    }
    request.caller = caller.principal;
    await count(request, reply, limits.clients);
    request.raw.headers.authorization = `Bearer ${caller.token}`;
  });
}

async function findCaller(callers: Callers, authorization: string | undefined, inOutage: boolean) {
  const key = /^Bearer +(\S{1,200})$/i.exec(authorization ?? '')?.[1];
  return key === undefined ? undefined : callers.find(key, inOutage);
}

/** @throws ProblemError RATE_LIMITED; `Retry-After` tells when to come again (draft-ietf-httpapi-ratelimit-headers). */
async function count(request: FastifyRequest, reply: FastifyReply, limits: RateLimits): Promise<void> {
  const state = await limits.take(request);
  void reply
    .header('RateLimit-Policy', `"default";q=${state.limit};w=1`)
    .header('RateLimit', `"default";r=${state.remaining};t=${state.resetSeconds}`);
  if (!state.exceeded) return;
  void reply.header('Retry-After', String(state.resetSeconds));
  throw new ProblemError('RATE_LIMITED', `每秒最多 ${state.limit} 个请求，请在 ${state.resetSeconds} 秒后重试`);
}
