import { type FieldProblem, type ProblemBody, type ProblemCode, ProblemError, problems } from '@lianxin/contracts';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isTransientDatabaseError, sqlStateOf } from './database.ts';
import { traceIdOf } from './telemetry.http.ts';

/** Codes of Fastify's own refusals. */
const fastifyProblems: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_REQ_FILE_TOO_LARGE: 'FILE_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_JSON',
  FST_ERR_BAD_URL: 'NOT_FOUND',
};
const statusProblems: Readonly<Record<number, ProblemCode>> = {
  400: 'VALIDATION_FAILED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
};

/** Turns whatever was thrown into the code, detail and field problems of a refusal. Unknown faults tell nothing of themselves. */
export function problemOf(error: unknown): { code: ProblemCode; detail: string; errors: readonly FieldProblem[] } {
  if (error instanceof ProblemError) return { code: error.code, detail: error.detail, errors: error.errors };
  if (error instanceof SyntaxError) return { code: 'MALFORMED_JSON', detail: '请求体不是合法的 JSON', errors: [] };
  const code = (error as { code?: unknown })?.code;
  const known = typeof code === 'string' ? fastifyProblems[code] : undefined;
  if (known !== undefined) return { code: known, detail: problems[known].titleZh, errors: [] };
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown })?.statusCode;
  const byStatus = typeof status === 'number' ? statusProblems[status] : undefined;
  if (byStatus !== undefined) return { code: byStatus, detail: problems[byStatus].titleZh, errors: [] };
  // A text that PostgreSQL cannot store (a NUL character), or a number out of its range, is a fault of the request.
  if (['22021', '22P05', '22003', '22P02'].includes(sqlStateOf(error) ?? '')) {
    return { code: 'VALIDATION_FAILED', detail: '请求包含无法保存的字符或数值', errors: [] };
  }
  if (isTransientDatabaseError(error)) return { code: 'UNAVAILABLE', detail: '数据库暂不可用', errors: [] };
  return { code: 'INTERNAL', detail: '未预期的错误，已记录', errors: [] };
}

/** The RFC 9457 body of a refusal (product §B.1), Chinese unless the caller asks for English. */
export function problemBody(
  problem: { code: ProblemCode; detail: string; errors: readonly FieldProblem[] },
  request: { url: string; traceId: string; language: string | undefined },
): ProblemBody {
  const definition = problems[problem.code];
  const english = /^en\b/i.test(request.language ?? '');
  return {
    type: `/problems/${problem.code.toLowerCase().replaceAll('_', '-')}`,
    title: english ? definition.titleEn : definition.titleZh,
    status: definition.status,
    detail: problem.detail,
    remedy: english ? definition.remedyEn : definition.remedyZh,
    instance: request.url.split('?')[0] ?? '/',
    code: problem.code,
    traceId: request.traceId,
    retryable: definition.retryable,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  };
}

/** Answers a request with the problem that an error stands for; an answer that has begun is broken off. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const problem = problemOf(error);
  const status = problems[problem.code].status;
  const traceId = traceIdOf(request);
  // The URL is logged as its route pattern: no identifier of a person may reach a log.
  if (status >= 500) logger.error({ err: error, route: request.routeOptions?.url, requestId: request.id, traceId }, 'request failed');
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  if (status === 503) void reply.header('Retry-After', '2');
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(problemBody(problem, { url: request.url, traceId, language: request.headers['accept-language'] }));
}

/** The only place that knows how a problem becomes HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.logger);
  }
}
