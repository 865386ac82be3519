import { Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ListConfig } from './config.ts';
import { contextOf, LeaseLost } from './import.executor.ts';
import type { JobRow } from './import.store.ts';
import { ImportKinds, ImportTouched, type MadeRow } from './import-kind.ts';
import { finishUndo, lockOwnJob, setPhase } from './import-run.store.ts';
import { findMade } from './import-trace.store.ts';
import { retryLostRace } from './race.ts';

/** Objects that are taken back by one call of a kind; all calls are one transaction. */
const batchSize = 500;

/** Undoes what a job made: every object ends through its ordinary use case, all or none. */
@Injectable()
export class ImportUndoer {
  constructor(
    private readonly database: Database,
    private readonly kinds: ImportKinds,
    private readonly config: ListConfig,
  ) {}

  async run(job: JobRow, owner: string): Promise<void> {
    const kind = this.kinds.find(job.kind);
    const undo = kind?.undo;
    if (undo === undefined) throw new Error(`nothing here undoes ${job.kind}`);
    const context = contextOf(job);
    const by = job.undone_by ?? context.principal.id;
    try {
      await retryLostRace(() =>
        this.database.transaction(context.principal, async (tx) => {
          for (let line = -1; ; ) {
            const made: MadeRow[] = await findMade(tx, job.id, line, batchSize);
            if (made.length === 0) break;
            await undo.takeBack(tx, context, made);
            line = made.at(-1)?.line ?? line;
            // Beside the work, so that nobody else takes the job over while it lasts.
            await this.database.consumerTransaction((beside) =>
              setPhase(beside, job.id, owner, '撤销', null, this.config.importLeaseSeconds),
            );
          }
          if ((await lockOwnJob(tx, job.id, owner)) === undefined) throw new LeaseLost();
          await finishUndo(tx, job.id, { by, failure: null });
          await kind?.undone?.(tx, context);
        }),
      );
    } catch (error) {
      if (!(error instanceof ImportTouched)) throw error;
      const lines = error.rows.slice(0, 20).map((row) => `第 ${row.line} 行${row.reason}`);
      await this.end(job, by, `未撤销，${error.rows.length} 行已有后续处理：${lines.join('；')}`);
    }
  }

  async giveUp(job: JobRow): Promise<void> {
    await this.end(job, job.principal.id, '内部错误，未撤销；请将作业编号告知运维人员');
  }

  private end(job: JobRow, by: string, failure: string): Promise<void> {
    return this.database.consumerTransaction((tx) => finishUndo(tx, job.id, { by, failure }));
  }
}
