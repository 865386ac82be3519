import { Clock, Database, faultMessage, isPassingFault, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Loop } from './loop.ts';

/** Fires what is due, through the ordinary use case, in the transaction that removes the timers. */
export type TimerHandler = (tx: Transaction, references: readonly string[]) => Promise<void>;

const batchSize = 100;
const idleMs = 1_000;
/** How long a timer that failed is put off. */
const putOffMs = 60_000;

/** Timers are rows with a due time: any replica takes them under lock, each fires once, also after days of downtime (design §3). */
@Injectable()
export class Timers implements OnApplicationBootstrap {
  private readonly handlers = new Map<string, TimerHandler>();
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly context: ServiceContext,
    private readonly clock: Clock,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.fireDue(),
      onError: (error) => context.logger.warn({ err: error }, 'timers will try again'),
    });
  }

  /** Names what a kind of timer does; before the application starts. */
  register(kind: string, handler: TimerHandler): void {
    this.handlers.set(kind, handler);
  }

  onApplicationBootstrap(): void {
    if (this.handlers.size > 0) this.loop.start();
  }

  /** Resolves when what is firing has fired. */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** Sets or moves timers. */
  async set(tx: Transaction, kind: string, timers: readonly { reference: string; dueAt: Date }[]): Promise<void> {
    await tx.execute(
      `INSERT INTO timer (kind, reference, due_at) SELECT $1, reference, due_at FROM unnest($2::text[], $3::timestamptz[]) AS new (reference, due_at)
       ON CONFLICT (kind, reference) DO UPDATE SET due_at = excluded.due_at, attempts = 0, last_error = NULL`,
      [kind, timers.map((timer) => timer.reference), timers.map((timer) => timer.dueAt)],
    );
    tx.afterCommit(() => this.loop.wake());
  }

  /** Sets timers that are not there yet; one that waits, or is overdue after days of downtime, stays as it is. */
  async ensure(tx: Transaction, kind: string, timers: readonly { reference: string; dueAt: Date }[]): Promise<void> {
    await tx.execute(
      `INSERT INTO timer (kind, reference, due_at) SELECT $1, reference, due_at FROM unnest($2::text[], $3::timestamptz[]) AS new (reference, due_at)
       ON CONFLICT (kind, reference) DO NOTHING`,
      [kind, timers.map((timer) => timer.reference), timers.map((timer) => timer.dueAt)],
    );
    tx.afterCommit(() => this.loop.wake());
  }

  async clear(tx: Transaction, kind: string, references: readonly string[]): Promise<void> {
    await tx.execute('DELETE FROM timer WHERE kind = $1 AND reference = ANY($2)', [kind, references]);
  }

  /** A kind that has to wait (for an index that is being built, for a lock) holds up no other: a term that ends may set somebody free. */
  private async fireDue(): Promise<boolean> {
    let fired = false;
    const faults: unknown[] = [];
    for (const [kind, handler] of this.handlers) {
      if (this.loop.isStopping) break;
      try {
        fired = (await this.fireKind(kind, handler)) || fired;
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
    return fired;
  }

  private async fireKind(kind: string, handler: TimerHandler): Promise<boolean> {
    try {
      return await this.database.consumerTransaction(async (tx) => {
        const references = await takeDue(tx, kind, this.clock.now(), batchSize);
        if (references.length > 0) await this.fire(tx, kind, handler, references);
        return references.length > 0;
      });
    } catch (error) {
      if (isPassingFault(error)) throw error;
      this.context.logger.warn({ err: error, kind }, 'a batch of timers failed: they fire one by one');
      return this.fireSingly(kind, handler);
    }
  }

  /** What is due begins a trace: nobody waits for it, and what set it is long over. */
  private fire(tx: Transaction, kind: string, handler: TimerHandler, references: readonly string[]): Promise<void> {
    const attributes = { 'lianxin.timers': references.length };
    return this.context.tracing.inSpan(`timer ${kind}`, { kind: 'CONSUMER', attributes }, () => handler(tx, references));
  }

  /** One that fails is put off, longer each time, and never lost. */
  private async fireSingly(kind: string, handler: TimerHandler): Promise<boolean> {
    return this.database.consumerTransaction(async (tx) => {
      const references = await takeDue(tx, kind, this.clock.now(), batchSize);
      for (const reference of references) {
        try {
          await tx.savepoint(() => this.fire(tx, kind, handler, [reference]));
        } catch (error) {
          if (isPassingFault(error)) throw error;
          this.context.logger.error({ err: error, kind, reference }, 'a timer failed: it fires again later');
          await tx.execute(
            `INSERT INTO timer (kind, reference, due_at, attempts, last_error) VALUES ($1, $2, $4, 1, $3)
             ON CONFLICT (kind, reference) DO UPDATE SET due_at = excluded.due_at, attempts = timer.attempts + 1, last_error = excluded.last_error`,
            [kind, reference, faultMessage(error), new Date(this.clock.now().getTime() + putOffMs)],
          );
        }
      }
      return references.length > 0;
    });
  }
}

/** Takes timers out that are due by the service's clock; SKIP LOCKED because timers have no order among each other and two replicas should share them. */
async function takeDue(tx: Transaction, kind: string, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.query<{ reference: string }>(
    `DELETE FROM timer WHERE kind = $1 AND reference IN (
       SELECT reference FROM timer WHERE kind = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
     ) RETURNING reference`,
    [kind, now, limit],
  );
  return rows.map((row) => row.reference);
}
