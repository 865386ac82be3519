import {
  addWorkingDays,
  beijingDate,
  endOfDayBeijing,
  listEntryConfirmed,
  type Page,
  type Principal,
  ProblemError,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import { lockLanes, newEvent } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ListConfig } from './config.ts';
import { EntryWriter } from './entry.writer.ts';
import { type EntryInWork, EntryWork } from './entry-work.ts';
import { headOf } from './list-entry.events.ts';
import { isInForce, mayChange } from './list-entry.rules.ts';
import { findEntries } from './list-entry.store.ts';
import { doubtedOf, holdInDoubt } from './register.doubt.ts';
import { sayUnconfirmed } from './source-question.says.ts';
import {
  answerQuestions,
  findOpenQuestion,
  findQuestion,
  findQuestions,
  insertQuestions,
  type SourceQuestionRow,
} from './source-question.store.ts';
import { questionViewOf, type SourceQuestionView } from './source-question.view.ts';

const cursorSchema = z.tuple([z.uuid()]);

/** Entries that a full list of their source no longer names: held at once, the source asked (R-2-6b). */
@Injectable()
export class SourceQuestionService {
  constructor(
    private readonly clock: Clock,
    private readonly writer: EntryWriter,
    private readonly config: ListConfig,
  ) {}

  /** Holds these entries and asks their source, with two working days for the answer. @returns how many were held */
  async ask(tx: Transaction, actor: string, jobId: string, entryIds: readonly string[]): Promise<number> {
    const work = this.newWork(actor);
    const { acting } = work;
    const dueOn = addWorkingDays(this.clock.calendar(), acting.today, this.config.snapshot.answerWorkdays).date;
    const held = (await this.takeUnderLanes(tx, work, entryIds)).filter(({ row }) => isInForce(row.status));
    for (const entry of held) sayUnconfirmed(work, entry, dueOn);
    await insertQuestions(
      tx,
      held.map(({ row }) => ({
        entry_id: row.id,
        job_id: jobId,
        department_code: row.department_code,
        list_code: row.list_code,
        due_at: endOfDayBeijing(dueOn),
        asked_at: acting.now,
      })),
    );
    await this.writer.write(tx, work);
    return held.length;
  }

  /** The full list names these entries again. @returns how many run on */
  async reappear(tx: Transaction, actor: string, entryIds: readonly string[]): Promise<number> {
    return this.answer(tx, actor, entryIds, { status: 'REAPPEARED', documentNo: null, reason: null });
  }

  /**
   * The source stands by its entry. That it does not, it says by `exit`.
   * @throws ProblemError NOT_FOUND, NOT_DESIGNATING_UNIT, IMPORT_STATE
   */
  async confirm(
    tx: Transaction,
    principal: Principal,
    id: string,
    request: { documentNo: string; reason: string },
  ): Promise<SourceQuestionView> {
    const question = await this.getQuestion(tx, id);
    const [entry] = await findEntries(tx, [question.entry_id]);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
    if (!mayChange(principal, { departmentCode: entry.department_code, origin: entry.origin }))
      throw new ProblemError('NOT_DESIGNATING_UNIT', '由认定单位（上级下发的由信用办或信用中心）答复');
    const answered = await this.answer(tx, principal.id, [entry.id], { status: 'CONFIRMED', ...request });
    if (answered === 0) throw new ProblemError('IMPORT_STATE', `该核实事项状态为 ${question.status}，不能再答复`);
    return questionViewOf(await this.getQuestion(tx, id), this.clock.now());
  }

  async list(tx: Transaction, status: string | undefined, cursor: string | undefined, limit: number): Promise<Page<SourceQuestionView>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    const rows = await findQuestions(tx, status, before, limit + 1);
    return pageOf(
      rows,
      limit,
      (row) => [row.id],
      (row) => questionViewOf(row, this.clock.now()),
    );
  }

  private async answer(
    tx: Transaction,
    actor: string,
    entryIds: readonly string[],
    answer: { status: 'CONFIRMED' | 'REAPPEARED'; documentNo: string | null; reason: string | null },
  ): Promise<number> {
    const work = this.newWork(actor);
    const { acting } = work;
    const taken = await this.takeUnderLanes(tx, work, entryIds);
    const asked: EntryInWork[] = [];
    for (const entry of taken)
      if (isInForce(entry.row.status) && (await findOpenQuestion(tx, entry.row.id)) !== undefined) asked.push(entry);
    for (const entry of asked) {
      work.step(entry, 'CONFIRM_SOURCE', { answer: answer.status, documentNo: answer.documentNo });
      const data = {
        ...headOf(entry.row),
        documentNo: answer.documentNo,
        confirmedOn: acting.today,
        reappeared: answer.status === 'REAPPEARED',
      };
      work.say(newEvent({ definition: listEntryConfirmed, key: entry.row.subject_id, data, actor }));
    }
    await answerQuestions(
      tx,
      asked.map(({ row }) => row.id),
      { ...answer, by: actor, at: acting.now },
    );
    for (const entry of asked) await holdWhileUnconfirmed(tx, work, entry, this.clock.calendar());
    await this.writer.write(tx, work);
    return asked.length;
  }

  private async getQuestion(tx: Transaction, id: string): Promise<SourceQuestionRow> {
    const question = await findQuestion(tx, id);
    if (question === undefined) throw new ProblemError('NOT_FOUND', '没有该核实事项，或不属于本部门');
    return question;
  }

  private newWork(actor: string): EntryWork {
    return new EntryWork({ actor, now: this.clock.now(), today: this.clock.today() });
  }

  /** Locks the lanes of the entries' subjects, then reads the entries as they are now. */
  private async takeUnderLanes(tx: Transaction, work: EntryWork, ids: readonly string[]): Promise<EntryInWork[]> {
    const before = await findEntries(tx, ids);
    await lockLanes(
      tx,
      before.map((row) => row.subject_id),
    );
    return (await findEntries(tx, ids)).map((row) => work.take(row));
  }
}

/** A suspension that ends does not set free what the source has not answered for: the entry is held again in the same breath. */
export async function holdWhileUnconfirmed(
  tx: Transaction,
  work: EntryWork,
  entry: EntryInWork,
  calendar: WorkingDayCalendar,
): Promise<void> {
  const question = await findOpenQuestion(tx, entry.row.id);
  // The instant is the midnight after the last day.
  if (question !== undefined) sayUnconfirmed(work, entry, beijingDate(new Date(question.due_at.getTime() - 1)));
  else if ((await doubtedOf(tx, [entry.row.subject_id])).size > 0) holdInDoubt(work, [entry], calendar);
}
