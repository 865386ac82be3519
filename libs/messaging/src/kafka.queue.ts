import { createRequire } from 'node:module';

/** The part of kafkajs's queue of requests, one for each connection, that is looked at here. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  checkPendingRequests(): void;
  push(request: { entry: { correlationId: number; resolve: () => void }; expectResponse: boolean; sendRequest: () => void }): void;
  fulfillRequest(answer: { correlationId: number; payload: unknown; size: number }): void;
  maybeThrottle(milliseconds: number): void;
  destroy(): void;
}

type RequestQueueClass = new (options: Readonly<Record<string, unknown>>) => RequestQueue;

/** kafkajs 2.2.4 keeps it to itself; another version without it fails here, at the start. */
export const requestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;

/**
 * kafkajs 2.2.4 looks after every answer when to look for waiting requests again, also where none waits: by a time of about minus 1.7 billion seconds, which Node
 * takes for a millisecond. So each connection wakes its process a thousand times a second for ever: about 4 % of a core for an idle client, and a warning.
 * Where nothing waits nothing need be looked for: whatever comes later is sent at once or sets a timer of its own.
 */
export function quietenRequestQueues(): void {
  const { prototype } = requestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhereSomethingWaits(this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
