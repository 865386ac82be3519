import { randomUUID } from 'node:crypto';
import { Loop } from '@lianxin/messaging';
import { Database, ServiceContext, sqlStateOf } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ListConfig } from './config.ts';
import { ImportExecutor, ImportStopped, LeaseLost } from './import.executor.ts';
import type { JobRow } from './import.store.ts';
import { ImportUndoer } from './import.undoer.ts';
import { dropRemains, releaseJob, takeJob } from './import-run.store.ts';
import { mustRunAgain } from './race.ts';

const idleMs = 1_000;
/** Without any progress in so many runs a job is given up, and says so. */
const maxAttempts = 20;
const retrySeconds = 2;

/** Runs import jobs in the background, one at a time in each replica. */
@Injectable()
export class ImportRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly owner = randomUUID();
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly executor: ImportExecutor,
    private readonly undoer: ImportUndoer,
    private readonly context: ServiceContext,
    private readonly config: ListConfig,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => this.log('imports will try again', error),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Resolves when the batch under way is over; the job goes on elsewhere, or here after the next start. */
  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** There is a new job. */
  wake(): void {
    this.loop.wake();
  }

  private async turn(): Promise<boolean> {
    const job = await this.database.consumerTransaction(async (tx) => {
      await dropRemains(tx, this.config.importKeepDays);
      return takeJob(tx, this.owner, this.config.importLeaseSeconds);
    });
    if (job === undefined) return false;
    try {
      if (job.wanted === 'UNDO') await this.undoer.run(job, this.owner);
      else await this.executor.run(job, this.owner, () => this.loop.isStopping);
    } catch (error) {
      if (!(error instanceof LeaseLost)) await this.putBack(job, error);
    }
    return true;
  }

  /** A fault that passes leaves the job for later; one that stays ends it after some runs without progress. */
  private async putBack(job: JobRow, error: unknown): Promise<void> {
    const release = (seconds: number) => this.database.consumerTransaction((tx) => releaseJob(tx, job.id, this.owner, seconds));
    if (error instanceof ImportStopped) return release(0);
    this.log('an import was interrupted', error, job);
    if (mustRunAgain(error) || job.attempts < maxAttempts) return release(retrySeconds);
    if (job.wanted === 'UNDO') await this.undoer.giveUp(job);
    else await this.executor.giveUp(job);
  }

  /** The error object itself is not logged: it may carry values of a row. */
  private log(message: string, error: unknown, job?: JobRow): void {
    const fault = error instanceof Error ? { name: error.name, state: sqlStateOf(error), stack: framesOf(error) } : {};
    this.context.logger.warn({ ...fault, jobId: job?.id, attempts: job?.attempts }, message);
  }
}

/** Where it happened, without the message. */
function framesOf(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
