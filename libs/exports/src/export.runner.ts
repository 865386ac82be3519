import { randomUUID } from 'node:crypto';
import { ProblemError } from '@lianxin/contracts';
import { Loop } from '@lianxin/messaging';
import { Database, isTransientDatabaseError, ServiceContext, sqlStateOf } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { dropExpired, type ExportJob, endJob, logExport, releaseJob, takeJob } from './export.store.ts';
import { ExportStopped, ExportWriter, LeaseLost, leaseSeconds } from './export.writer.ts';

const idleMs = 1_000;
/** So many runs without an end, and a job is given up and says so. */
const maxAttempts = 5;
const retrySeconds = 2;

/** Writes export files in the background, one at a time in each replica; whoever finds a job whose runner died begins it anew. */
@Injectable()
export class ExportRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly owner = randomUUID();
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly writer: ExportWriter,
    private readonly context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => this.log('exports will try again', error),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Resolves when the page under way is over; the job begins anew elsewhere, or here after the next start. */
  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** There is a new job. */
  wake(): void {
    this.loop.wake();
  }

  private async turn(): Promise<boolean> {
    const job = await this.database.consumerTransaction(async (tx) => {
      await dropExpired(tx);
      return takeJob(tx, this.owner, leaseSeconds);
    });
    if (job === undefined) return false;
    try {
      await this.writer.write(job, this.owner, () => this.loop.isStopping);
    } catch (error) {
      // Cancelled, or another's: there is nothing to do for it here.
      if (!(error instanceof LeaseLost)) await this.putBack(job, error);
    }
    return true;
  }

  /** A fault that passes leaves the job for later; one that stays, or comes too often, ends it. */
  private async putBack(job: ExportJob, error: unknown): Promise<void> {
    const release = (seconds: number) => this.database.consumerTransaction((tx) => releaseJob(tx, job.id, this.owner, seconds));
    if (error instanceof ExportStopped) return release(0);
    this.log('an export was interrupted', error, job);
    const stays = error instanceof ProblemError || error instanceof RangeError;
    if (isTransientDatabaseError(error) || (!stays && job.attempts < maxAttempts)) return release(retrySeconds);
    const failure = stays ? messageOf(error) : '多次写出失败，请稍后重新提交；持续失败请联系运维并提供作业编号';
    await this.database.consumerTransaction(async (tx) => {
      const { id, list, request, departments, city } = job;
      if (!(await endJob(tx, id, { status: 'failed', failure, by: null }))) return;
      await logExport(tx, { export_id: id, what: 'FAILED', list, request, row_count: null, actor: this.context.name, departments, city });
    });
  }

  /** The error object itself is not logged: it may carry values of a row. */
  private log(message: string, error: unknown, job?: ExportJob): void {
    const fault = error instanceof Error ? { name: error.name, state: sqlStateOf(error), stack: framesOf(error) } : {};
    this.context.logger.warn({ ...fault, jobId: job?.id, attempts: job?.attempts }, message);
  }
}

function messageOf(error: ProblemError | RangeError): string {
  return error instanceof ProblemError ? error.message : '文件超过 4 GB，请缩小筛选范围或减少列';
}

/** Where it happened, without the message. */
function framesOf(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
