import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import replyFrom from '@fastify/reply-from';
import { ProblemError } from '@lianxin/contracts';
import { maxBodyBytes, type ServiceContext, sendProblem, traceHeaders } from '@lianxin/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apiPrefix, serviceOf } from './route.rules.ts';
import type { Services } from './services.client.ts';

/**
 * What a service gets to see of a request's headers. Everything else stays outside, above all whatever pretends to say who the caller is:
 * that stands in the token alone.
 */
const forwardedHeaders = [
  'accept',
  'accept-language',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'last-event-id',
  'prefer',
  'range',
  'user-agent',
];
/** Headers of the connection between gateway and service, and those that the gateway sets itself. */
const answerHeadersKept = new Set(['connection', 'keep-alive', 'transfer-encoding', 'x-request-id', 'x-powered-by', 'server']);
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** The largest list file, and room for the parts around it. What comes without a length is measured by the service that reads it. */
const maximumBytes = 210 * 1024 * 1024;

/** Forwards `/api/v1/…` to the service of its first segment, bodies and answers streamed as they come. Call it once the door is guarded. */
export async function forwardToServices(fastify: FastifyInstance, services: Services, logger: ServiceContext['logger']): Promise<void> {
  await fastify.register(async (scope) => {
    // A body that is passed on must not be parsed here, whatever its type.
    scope.removeAllContentTypeParsers();
    // This scope is made before Nest puts its own handler on the root.
    scope.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, logger));
    // JSON is small: it is taken in whole, so that one too large is refused here and not by a service that hangs up in the middle of it.
    scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body: Buffer, done) =>
      done(null, Readable.from([body], { objectMode: false })),
    );
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    await scope.register(replyFrom, { undici: services.agent, disableRequestLogging: true, disableCache: true });
    scope.route({
      method: [...methods],
      url: `${apiPrefix}*`,
      exposeHeadRoute: false,
      handler: async (request, reply) => forward(request, reply, services),
    });
  });
}

async function forward(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  if (request.caller === undefined && request.isPublic !== true) throw new ProblemError('UNAUTHENTICATED', '请求未经认证');
  const service = serviceOf(request.url);
  if (service === undefined) throw new ProblemError('NOT_FOUND', '没有此路径，接口见 /docs');
  if (Number(request.headers['content-length'] ?? 0) > maximumBytes) throw new ProblemError('BODY_TOO_LARGE', '请求体不得超过 200 MB');
  return reply.from(request.url, {
    getUpstream: () => services.urlOf(service),
    rewriteRequestHeaders: (_request, headers) => headersFor(request, headers),
    rewriteHeaders: (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !answerHeadersKept.has(name))),
    // A GET whose kept connection had just been closed is sent once more; whatever changes something is left to the caller, who has an Idempotency-Key.
    retryDelay: ({ err, attempt }) => (request.method === 'GET' && attempt === 0 && codeOf(err) === 'UND_ERR_SOCKET' ? 1 : null),
    onError: (answer, { error }) => {
      void answer.send(new ProblemError('UNAVAILABLE', `服务 ${service} 暂不可用或正在启动，请稍后重试`, [], { cause: error }));
    },
  });
}

/** @param headers those of the request, with the host of the service; `authorization` already holds the door's token. */
function headersFor(request: FastifyRequest, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const bodyless = request.method === 'GET' || request.method === 'HEAD';
  const names = bodyless ? forwardedHeaders.filter((name) => !name.startsWith('content-')) : forwardedHeaders;
  const kept = Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
  // The service's span stands below the gateway's own, which is part of the caller's trace if there is one.
  return { ...kept, ...traceHeaders(), host: headers.host, authorization: headers.authorization, 'x-request-id': request.id };
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
