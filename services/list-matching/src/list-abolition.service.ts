import { type AbolishListRequest, type Principal, ProblemError } from '@lianxin/contracts';
import { Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import { type AbolitionRow, advanceAbolition, findAbolition, findEntriesOfList, insertAbolition } from './list-abolition.store.ts';
import { findDefinitions } from './list-definition.store.ts';
import { exitedEvent, receivedEvent } from './list-entry.events.ts';
import { isInForce } from './list-entry.rules.ts';

const timerKind = 'list-abolition';
/** Entries that leave in one transaction. */
const batchSize = 200;

/** R-2-11: a list is abolished. Nobody comes onto it any more, and everybody on it leaves, batch by batch. */
@Injectable()
export class ListAbolitionService {
  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly changes: EntryChange,
    private readonly writer: EntryWriter,
  ) {
    timers.register(timerKind, async (tx, listCodes) => {
      for (const listCode of listCodes) await this.exitBatch(tx, listCode);
    });
  }

  /** @throws ProblemError NOT_FOUND, DATE_IN_FUTURE, LIST_ABOLISHED */
  async abolish(tx: Transaction, principal: Principal, listCode: string, request: AbolishListRequest): Promise<AbolitionRow> {
    const [fault] = findUnstorableTexts(request);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    if ((await findDefinitions(tx, [listCode])).length === 0) throw new ProblemError('NOT_FOUND', '没有该代码的名单');
    if (request.date > this.clock.today()) {
      const detail = `日期不能晚于今天（${this.clock.today()}）`;
      throw new ProblemError('DATE_IN_FUTURE', detail, [{ pointer: '/date', code: 'DATE_IN_FUTURE', detail }]);
    }
    const { documentNo, date: on } = request;
    const abolition = await insertAbolition(tx, { listCode, documentNo, on, by: principal.id, at: this.clock.now() });
    if (abolition === undefined) throw new ProblemError('LIST_ABOLISHED', `名单 ${listCode} 已废止`);
    await this.timers.set(tx, timerKind, [{ reference: listCode, dueAt: this.clock.now() }]);
    return abolition;
  }

  private async exitBatch(tx: Transaction, listCode: string): Promise<void> {
    const abolition = await findAbolition(tx, listCode);
    if (abolition === undefined) return;
    const ids = await findEntriesOfList(tx, listCode, batchSize);
    const work = this.changes.newWork(abolition.decided_by);
    for (const entry of await this.changes.takeUnderLanes(tx, work, ids)) {
      const { row } = entry;
      row.draft_sealed = null;
      const exit = {
        ground: 'LIST_ABOLISHED',
        documentNo: abolition.document_no,
        exitedOn: abolition.abolished_on,
        byEntryId: null,
      } as const;
      const detail = { ground: exit.ground, documentNo: exit.documentNo, date: exit.exitedOn };
      if (isInForce(row.status)) {
        work.step(entry, 'EXIT', detail);
        row.disputed = false;
        work.say(exitedEvent(row, exit, work.acting));
      } else {
        work.step(entry, 'WITHDRAW', detail);
        row.reason = 'LIST_ABOLISHED';
        work.say(receivedEvent(row, work.acting));
      }
    }
    await this.writer.write(tx, work);
    const isOver = ids.length < batchSize;
    await advanceAbolition(tx, listCode, ids.length, isOver ? this.clock.now() : null);
    if (!isOver) await this.timers.set(tx, timerKind, [{ reference: listCode, dueAt: this.clock.now() }]);
  }
}
