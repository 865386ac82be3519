import type { Principal } from '@lianxin/contracts';
import type { LoggerService } from '@nestjs/common';
import { type Context, context, createContextKey, trace } from '@opentelemetry/api';
import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino';
import { faultMessage, faultOf, faultText, framesOf, isError, maskIdNumbers } from './telemetry.fault.ts';

const logFields = createContextKey('lianxin log fields');

/** A context whose log lines share fields that become known on the way: who asks. */
export function withLogFields(within: Context): Context {
  return within.setValue(logFields, {});
}

/** Adds the tenant to the log lines of this request: codes of departments, never the person. */
export function noteTenant(principal: Principal): void {
  const fields = context.active().getValue(logFields) as Record<string, string> | undefined;
  if (fields !== undefined) fields['tenant'] = principal.departments.join(',') || 'CITY';
}

/** Trace and tenant of what runs now. */
function fieldsOfNow(): object {
  const span = trace.getActiveSpan()?.spanContext();
  const fields = context.active().getValue(logFields) as object | undefined;
  return span === undefined ? { ...fields } : { traceId: span.traceId, spanId: span.spanId, ...fields };
}

const privacy: Pick<LoggerOptions, 'serializers' | 'formatters' | 'hooks'> = {
  serializers: { err: withoutValues },
  formatters: { log: (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, withoutValues(value)])) },
  hooks: {
    logMethod(call, method) {
      const [first, message] = call;
      const error: unknown = isError(first) ? first : (first as { err?: unknown } | undefined)?.err;
      // pino would take the error's own message for the line.
      if (isError(error) && message === undefined) method.apply(this, [first, faultMessage(error)]);
      else method.apply(this, call);
    },
    streamWrite: maskIdNumbers,
  },
};

function withoutValues(value: unknown): unknown {
  return isError(value) ? faultOf(value) : value;
}

/**
 * JSON lines with the service's name, the trace and the tenant. Bodies and identifiers of persons are never passed to it; errors, which may carry
 * them in many ways, lose every value here.
 * @param stream standard error when left out.
 */
export function createLogger(service: string, level: string, stream: DestinationStream = destination({ dest: 2, sync: false })): Logger {
  return pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, mixin: fieldsOfNow, ...privacy }, stream);
}

/** Nest's own lines through the same logger. */
export class NestLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  log(message: unknown): void {
    this.logger.debug(textOf(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    const detail = rest.flatMap((part) => (typeof part === 'string' ? [part.includes('\n    at ') ? framesOf(part) : part] : []));
    this.logger.error({ detail }, textOf(message));
  }
  warn(message: unknown): void {
    this.logger.warn(textOf(message));
  }
}

function textOf(message: unknown): string {
  return isError(message) ? faultText(message) : String(message);
}
