import type { LogBatch } from './event-log.ts';

/** Calls under way at the same time, each a transaction of its own. */
const callsAtOnce = 4;

/** Batches of different partitions in groups of at most `maxRecords` records; a batch stays whole. */
export function groupsOf<Batch extends LogBatch>(batches: readonly Batch[], maxRecords: number): Batch[][] {
  const groups: Batch[][] = [];
  let records = Number.POSITIVE_INFINITY;
  for (const batch of batches) {
    if (records + batch.records.length > maxRecords) {
      groups.push([]);
      records = 0;
    }
    groups.at(-1)?.push(batch);
    records += batch.records.length;
  }
  return groups;
}

interface Waiting {
  readonly batch: LogBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Hands over together what several partitions give at the same time: one transaction instead of one for each. A batch waits for others only while all
 * calls are under way.
 */
export class Gathering {
  private waiting: Waiting[] = [];
  private calls = 0;
  private isScheduled = false;

  /** @param maxBatch most records in one call: a backlog comes as before, partition by partition, and takes no more memory. */
  constructor(
    private readonly handOver: (batches: readonly LogBatch[]) => Promise<void>,
    private readonly maxBatch: number,
  ) {}

  /** Resolves when the call that held this batch is over, rejects with its fault. One batch of a partition at a time. */
  add(batch: LogBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, resolve, reject });
      if (this.isScheduled) return;
      this.isScheduled = true;
      // After this turn of the event loop: all batches of one answer of the log are here by then.
      setImmediate(() => {
        this.isScheduled = false;
        this.start();
      });
    });
  }

  private start(): void {
    while (this.calls < callsAtOnce && this.waiting.length > 0) {
      const [group = []] = groupsOf(
        this.waiting.map((one) => one.batch),
        this.maxBatch,
      );
      const taken = this.waiting.splice(0, group.length);
      this.calls++;
      void this.handOver(group)
        .then(
          () => {
            for (const { resolve } of taken) resolve();
          },
          (error: unknown) => {
            for (const { reject } of taken) reject(error);
          },
        )
        .finally(() => {
          this.calls--;
          this.start();
        });
    }
  }
}
