import type { ServerExit } from './server.process.ts';

/** A server that can be watched: PostgreSQL, Redis, one Kafka broker. */
export interface Supervised {
  readonly name: string;
  readonly exited: Promise<ServerExit>;
  start(): Promise<void>;
}

/** How often a server may be restarted, and who is told. */
export interface Supervision {
  /** More exits than this within `windowMs`, or a start that fails, end the supervision. */
  maximumRestarts: number;
  windowMs: number;
  onRestart: (name: string, exit: ServerExit) => void;
  /** The server is down and stays down; `cause` is the failed start, if it was one. */
  onGiveUp: (name: string, exit: ServerExit, cause?: unknown) => void;
}

/**
 * Starts a server again whenever it ends without having been asked to (`stop()`), within the limits. Resolves when the server was stopped
 * or given up; never rejects. Do not combine it with fault tests that start the server themselves.
 */
export async function keepRunning(server: Supervised, supervision: Supervision): Promise<void> {
  let restarts: number[] = [];
  for (;;) {
    const exit = await server.exited;
    if (exit.asked) return;
    const now = performance.now();
    restarts = restarts.filter((at) => now - at < supervision.windowMs);
    if (restarts.length >= supervision.maximumRestarts) {
      supervision.onGiveUp(server.name, exit);
      return;
    }
    restarts.push(now);
    try {
      await server.start();
      supervision.onRestart(server.name, exit);
    } catch (cause) {
      supervision.onGiveUp(server.name, exit, cause);
      return;
    }
  }
}
