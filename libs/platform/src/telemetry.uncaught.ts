import type { Logger } from 'pino';

/**
 * Ends the process when nobody caught a fault, as Node would, but tells it without its values: Node itself prints every field of an error, and
 * PostgreSQL's carry the refused row.
 */
export function endOnUncaught(logger: Logger): void {
  const end = (error: unknown) => {
    logger.fatal({ err: error }, 'a fault that nobody caught');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
