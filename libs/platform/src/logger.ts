import type { LoggerService } from '@nestjs/common';
import { destination, type Logger, pino } from 'pino';

/** JSON lines on standard error, with the service's name; bodies and identifiers of persons are never passed to it. */
export function createLogger(service: string, level: string): Logger {
  return pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime }, destination({ dest: 2, sync: false }));
}

/** Nest's own lines through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown): void {
    this.logger.debug(String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error({ detail: rest.filter((part) => typeof part === 'string') }, String(message));
  }
  warn(message: unknown): void {
    this.logger.warn(String(message));
  }
}
