import type { z } from 'zod';
import { boot, type RunningService, type ServiceDefinition } from './boot.ts';
import { ConfigError } from './config.ts';
import { faultText } from './telemetry.fault.ts';
import { endOnUncaught } from './telemetry.uncaught.ts';

/** Longest time for a stop in good order. */
const stopTimeoutMs = 15_000;

/**
 * Runs one service as a process of its own until it is told to stop (SIGTERM, SIGINT, or its launcher gone).
 * Prints `ready <url>` once it takes requests; a configuration fault is told in plain lines and ends with status 2.
 */
export async function runService<Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>): Promise<void> {
  let service: RunningService;
  try {
    service = await boot(definition, process.env);
  } catch (error) {
    process.stderr.write(`${definition.name}: ${error instanceof ConfigError ? error.message : faultText(error)}\n`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
  endOnUncaught(service.logger);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    // What is not finished by then is left as a kill would leave it: safe, only less tidy.
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        service.logger.error({ err: error }, 'stopped with a fault');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A launcher that dies takes its services with it: no orphan keeps a port or a lock.
  process.on('disconnect', stop);
  process.send?.({ ready: service.url });
  process.stdout.write(`ready ${service.url}\n`);
}
