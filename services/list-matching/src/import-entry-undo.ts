import { ProblemError } from '@lianxin/contracts';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type ImportContext, ImportTouched, type ImportUndo, type MadeRow } from './import-kind.ts';
import { ListEntryService } from './list-entry.service.ts';
import { findEntries } from './list-entry.store.ts';

/** Undoes list entries: what is in force ends as never rightly designated (T18), what is not yet is withdrawn (T2a). */
@Injectable()
export class EntryUndo implements ImportUndo {
  constructor(
    private readonly entries: ListEntryService,
    private readonly clock: Clock,
  ) {}

  async findTouched(tx: Transaction, made: readonly MadeRow[]): Promise<{ line: number; reason: string }[]> {
    const rows = new Map(
      (
        await findEntries(
          tx,
          made.map(({ id }) => id),
        )
      ).map((row) => [row.id, row]),
    );
    return made.flatMap(({ id, version, line }) => {
      const row = rows.get(id);
      return row?.version === version ? [] : [{ line, reason: `的记录 ${row?.number ?? ''} 已变动，现状态为 ${row?.status ?? '未知'}` }];
    });
  }

  async takeBack(tx: Transaction, context: ImportContext, made: readonly MadeRow[]): Promise<void> {
    const touched = await this.findTouched(tx, made);
    if (touched.length > 0) throw new ImportTouched(touched);
    const rows = new Map(
      (
        await findEntries(
          tx,
          made.map(({ id }) => id),
        )
      ).map((row) => [row.id, row]),
    );
    const ground = `导入作业 ${context.jobId} 撤销`;
    for (const { id, version, line } of made) {
      const row = rows.get(id);
      // Turned down when it came: there is nothing to take back.
      if (row === undefined || row.status === 'NOT_DESIGNATED') continue;
      try {
        if (row.activated_on === null) await this.entries.withdraw(tx, context.principal, id, version, { reason: ground });
        else {
          const exit = { ground: 'DESIGNATION_WRONG', documentNo: ground, date: this.clock.today() } as const;
          await this.entries.exit(tx, context.principal, id, version, exit);
        }
      } catch (error) {
        if (error instanceof ProblemError && error.code !== 'UNAVAILABLE')
          throw new ImportTouched([{ line, reason: `的记录 ${row.number}：${error.detail}` }]);
        throw error;
      }
    }
  }
}
