import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** When each entry's tasks were first seen committed: all tasks of a plan commit together, so the last department's stands there too. */
export class QueueWatch {
  readonly seenAt = new Map<string, number>();
  private readonly pending = new Set<string>();
  private running = true;

  /** @param pauseMs between two looks: each costs the database a little. */
  constructor(
    private readonly client: pg.Client,
    private readonly pauseMs = 3,
  ) {}

  add(entryId: string): void {
    this.pending.add(entryId);
  }

  async run(): Promise<void> {
    while (this.running || this.pending.size > 0) {
      if (this.pending.size > 0) {
        const { rows } = await this.client.query<{ entry_id: string }>(
          'SELECT DISTINCT entry_id FROM execution_feedback.task_basis WHERE entry_id = ANY($1)',
          [[...this.pending]],
        );
        const now = performance.now();
        for (const { entry_id } of rows) {
          this.seenAt.set(entry_id, now);
          this.pending.delete(entry_id);
        }
      }
      await delay(this.pauseMs);
    }
  }

  stop(): void {
    this.running = false;
  }
}
