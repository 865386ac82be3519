import { type FieldProblem, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ImportRunner } from './import.runner.ts';
import { visible } from './import.service.ts';
import { askToCancel, findJob, type ImportMode, type JobRow, type JobStatus, lockJob, queueAgain } from './import.store.ts';
import { type JobView, jobViewOf } from './import.view.ts';
import { type ImportKind, ImportKinds } from './import-kind.ts';
import { ownsImport } from './import-owner.rules.ts';
import { finishJob } from './import-run.store.ts';
import { countMade, findMade } from './import-trace.store.ts';

/** Rows that a refused undo names. */
const shownTouched = 200;
const batchSize = 5_000;

/** What a person decides about a job: start it after its preview, answer its question, cancel it, undo it. */
@Injectable()
export class ImportActionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly kinds: ImportKinds,
    private readonly runner: ImportRunner,
  ) {}

  /** A preview that was looked at becomes an import of the same file. @throws ProblemError IMPORT_STATE, NOT_FOUND, FORBIDDEN */
  start(principal: Principal, id: string, request: { mode: ImportMode; maxErrorPercent?: number | undefined }): Promise<JobView> {
    return this.change(principal, id, ['previewed'], 'start', async (tx) => {
      await queueAgain(tx, id, { wanted: 'RUN', ...request, fromStart: true });
    });
  }

  /** A person answers the question of a paused job: it goes on, with the answer kept. */
  confirm(principal: Principal, id: string, reason: string): Promise<JobView> {
    return this.change(principal, id, ['paused'], 'confirm', async (tx) => {
      const confirmed = { by: principal.id, at: this.clock.now().toISOString(), reason };
      await queueAgain(tx, id, { wanted: 'RUN', confirmed, fromStart: false });
    });
  }

  /** What has not begun ends at once; what runs ends after its batch, and what is done stays done. */
  cancel(principal: Principal, id: string): Promise<JobView> {
    return this.change(principal, id, ['queued', 'running', 'previewed', 'paused'], 'cancel', async (tx, job) => {
      if (job.wanted === 'UNDO') throw stateProblem(job, 'cancel', []);
      if (job.status === 'running' || (job.status === 'queued' && job.done > 0)) await askToCancel(tx, id);
      else {
        const { done, failed, warned } = job;
        await finishJob(tx, id, { status: 'cancelled', done, succeeded: 0, failed, warned, failure: null, keepDays: 0 });
      }
    });
  }

  /**
   * Takes back all that a job made, while nobody has touched it since.
   * @throws ProblemError IMPORT_TOUCHED with the rows, IMPORT_STATE
   */
  undo(principal: Principal, id: string): Promise<JobView> {
    return this.change(principal, id, ['succeeded', 'partially_succeeded', 'failed', 'cancelled'], 'undo', async (tx, job, kind) => {
      if (kind.undo === undefined) throw new ProblemError('IMPORT_STATE', `导入“${kind.titleZh}”不能撤销`);
      if ((await countMade(tx, id)) === 0) throw new ProblemError('IMPORT_STATE', '本次导入没有生成任何记录，无需撤销');
      await this.assertUntouched(tx, job, kind);
      await queueAgain(tx, id, { wanted: 'UNDO', fromStart: false, undoneBy: principal.id });
    });
  }

  private async assertUntouched(tx: Transaction, job: JobRow, kind: ImportKind): Promise<void> {
    const touched: FieldProblem[] = [];
    for (let line = -1; touched.length < shownTouched; ) {
      const made = await findMade(tx, job.id, line, batchSize);
      if (made.length === 0) break;
      line = made.at(-1)?.line ?? line;
      const found = (await kind.undo?.findTouched(tx, made)) ?? [];
      touched.push(
        ...found.map((row) => ({
          pointer: `/rows/${row.line}`,
          code: 'IMPORT_TOUCHED' as const,
          detail: `第 ${row.line} 行${row.reason}`,
        })),
      );
    }
    if (touched.length === 0) return;
    throw new ProblemError('IMPORT_TOUCHED', `${touched.length} 行的记录已有后续处理，一行也没有撤销`, touched.slice(0, shownTouched));
  }

  private async change(
    principal: Principal,
    id: string,
    allowed: readonly JobStatus[],
    action: string,
    decide: (tx: Transaction, job: JobRow, kind: ImportKind) => Promise<void>,
  ): Promise<JobView> {
    const view = await this.database.transaction(principal, async (tx) => {
      visible(await findJob(tx, id));
      const job = visible(await lockJob(tx, id));
      const kind = this.kinds.find(job.kind);
      if (kind === undefined) throw new Error(`nothing here imports ${job.kind}`);
      if (!ownsImport(principal, job.principal, kind.roles)) throw new ProblemError('FORBIDDEN', '由上传该文件的部门决定');
      if (!allowed.includes(job.status)) throw stateProblem(job, action, allowed);
      await decide(tx, job, kind);
      return jobViewOf(visible(await findJob(tx, id)), [], this.clock.now());
    });
    this.runner.wake();
    return view;
  }
}

function stateProblem(job: JobRow, action: string, allowed: readonly JobStatus[]): ProblemError {
  const when = allowed.length === 0 ? '' : `；可在以下状态执行：${allowed.join('、')}`;
  return new ProblemError('IMPORT_STATE', `作业状态为 ${job.status}，不能执行 ${action}${when}`);
}
