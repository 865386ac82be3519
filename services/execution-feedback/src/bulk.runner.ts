import { ProblemError } from '@lianxin/contracts';
import { Loop } from '@lianxin/messaging';
import { Clock, Database, isPassingFault, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ActService } from './act.service.ts';
import { type Bulk, BulkStore, type WaitingItem } from './bulk.store.ts';
import { ClaimService } from './claim.service.ts';
import { FeedbackService } from './feedback.service.ts';

const idleMs = 1_000;
/** Tasks of one action before the others have their turn. */
const tasksPerTurn = 100;

/** Runs bulk actions, one transaction per task: what is done is done once, whichever replica does it and whatever dies in between. */
@Injectable()
export class BulkRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly store: BulkStore,
    private readonly acts: ActService,
    private readonly claims: ClaimService,
    private readonly feedback: FeedbackService,
    private readonly clock: Clock,
    private readonly context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => context.logger.warn({ err: error }, 'bulk actions go on later'),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }

  private async turn(): Promise<boolean> {
    const running = await this.database.consumerTransaction((tx) => this.store.readRunning(tx));
    for (const bulk of running) await this.advance(bulk);
    return running.length > 0;
  }

  private async advance(bulk: Bulk): Promise<void> {
    for (let count = 0; count < tasksPerTurn && !this.loop.isStopping; count++) if (!(await this.next(bulk))) break;
    await this.database.consumerTransaction((tx) => this.store.end(tx, bulk.id, this.clock.now()));
  }

  /** The act and the note that it is done commit together. A refusal undoes the act and is noted by itself. */
  private async next(bulk: Bulk): Promise<boolean> {
    let taken: WaitingItem | undefined;
    try {
      await this.database.transaction(bulk.principal, async (tx) => {
        taken = await this.store.takeItem(tx, bulk.id);
        if (taken === undefined) return;
        await this.act(tx, bulk, taken);
        await this.store.endItem(tx, bulk.id, taken.place, { status: 'DONE', code: null, detail: null });
      });
    } catch (error) {
      if (taken === undefined || isPassingFault(error)) throw error;
      const { place } = taken;
      // A fault of ours stops this task alone, and is told to who asked and to the log.
      const isRefusal = error instanceof ProblemError;
      if (!isRefusal) this.context.logger.error({ err: error, bulk: bulk.id, place }, 'a task of a bulk action failed');
      const { code, detail } = isRefusal ? error : { code: 'INTERNAL', detail: '未预期的错误，已记录' };
      await this.database.transaction(bulk.principal, (tx) => this.store.endItem(tx, bulk.id, place, { status: 'REFUSED', code, detail }));
    }
    return taken !== undefined;
  }

  private async act(tx: Transaction, { action, principal }: Bulk, item: WaitingItem): Promise<void> {
    const { task_id: taskId, seen_version: expectedVersion } = item;
    switch (action) {
      case 'acknowledge':
      case 'start':
      case 'arm':
        await this.acts.act(tx, principal, { taskId, act: action, expectedVersion });
        return;
      case 'claim':
        await this.claims.claim(tx, principal, taskId, expectedVersion);
        return;
      case 'release':
        await this.claims.release(tx, principal, taskId, expectedVersion);
        return;
      case 'feedback':
        if (item.content === null) throw new Error('a bulk feedback without content');
        await this.acts.lockTask(tx, principal, taskId, { expectedVersion });
        await this.feedback.submit(tx, principal, taskId, item.content);
        return;
    }
  }
}
