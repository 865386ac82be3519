import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import type { Metrics } from './health.ts';
import { withLogFields } from './logger.ts';
import { maskIdNumbers } from './telemetry.fault.ts';
import { type Tracing, traceparentOf } from './telemetry.tracing.ts';

/** Asked every few seconds by whatever watches the service: a trace of each would hide the others. */
const watchRoutes = new Set(['/livez', '/readyz', '/healthz', '/metrics']);
const ids = new RandomIdGenerator();
const traceIds = new WeakMap<IncomingMessage, string>();

/** The trace of a request, 32 hex digits; a request that has none gets an id of its own, the same at every call. */
export function traceIdOf(request: FastifyRequest): string {
  const known = traceIds.get(request.raw);
  if (known !== undefined) return known;
  const made = ids.generateTraceId();
  traceIds.set(request.raw, made);
  return made;
}

/**
 * Gives every request its span, from the caller's `traceparent` if it has one, and tells both ids in the answer (product §B.1).
 * Spans and figures name the pattern of a route, never its URL: identifiers and search words stand in URLs.
 */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing, metrics: Metrics): void {
  const seconds = new Histogram({
    name: 'lx_http_request_seconds',
    help: 'Time from a request to the end of its answer, event streams left out',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1, 2, 5, 10, 30],
    registers: [metrics.registry],
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    const route = request.routeOptions.url ?? 'none';
    void reply.header('x-request-id', request.id);
    const span = watchRoutes.has(route) ? undefined : beginSpan(request, reply, route, tracing);
    reply.raw.once('close', () => {
      if (!isStream(request, reply.raw)) {
        const status = `${Math.floor(reply.raw.statusCode / 100)}xx`;
        seconds.observe({ method: request.method, route, status }, (performance.now() - startedAt) / 1000);
      }
      if (span !== undefined) endSpan(span, reply.raw);
    });
    if (span === undefined) return done();
    context.with(withLogFields(trace.setSpan(context.active(), span)), done);
  });
}

function beginSpan(request: FastifyRequest, reply: FastifyReply, route: string, tracing: Tracing): Span {
  const span = tracing.startRequest(`${request.method} ${route}`, request.headers, {
    'http.request.method': request.method,
    'http.route': route,
    'lianxin.request_id': maskIdNumbers(request.id),
  });
  traceIds.set(request.raw, span.spanContext().traceId);
  void reply.header('traceparent', traceparentOf(span.spanContext()));
  return span;
}

function endSpan(span: Span, response: ServerResponse): void {
  if (span.isRecording()) {
    span.setAttribute('http.response.status_code', response.statusCode);
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    if (!response.writableFinished) span.setAttribute('error.type', 'aborted');
  }
  span.end();
}

/** A stream of events lasts as long as somebody looks at it. One that writes to the socket itself shows only in what the caller asked for. */
function isStream(request: FastifyRequest, response: ServerResponse): boolean {
  return `${response.getHeader('content-type') ?? request.headers.accept ?? ''}`.includes('text/event-stream');
}
