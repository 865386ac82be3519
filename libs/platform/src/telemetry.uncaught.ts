import type { Logger } from 'pino';

/**
 * Ends the process when nobody caught a fault, as Node would, but tells it without its values: Node itself prints every field of an error, and
 * PostgreSQL's carry the refused row.
 * @param end what to do after the fault has been told, where more than this process has to end.
 */
export function endOnUncaught(logger: Logger, end: () => void = () => process.exit(1)): void {
  const tell = (error: unknown) => {
    logger.fatal({ err: error }, 'a fault that nobody caught');
    end();
  };
  process.on('uncaughtException', tell);
  process.on('unhandledRejection', tell);
}
