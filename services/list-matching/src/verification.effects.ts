import { type ExitGround, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decisionKey } from './designation.intake.ts';
import { DesignationService } from './designation.service.ts';
import { EntryWriter } from './entry.writer.ts';
import { type Acting, type EntryInWork, EntryWork } from './entry-work.ts';
import { decideExit } from './exit.rules.ts';
import { allDefinitions, getDefinition } from './list-definition.store.ts';
import { exitedEvent, resumedEvent, suspendedEvent } from './list-entry.events.ts';
import { isInForce } from './list-entry.rules.ts';
import { type EntryRow, findEntries, findFacts, findParties, findStanding } from './list-entry.store.ts';
import { asSource, definitionOfLine, identityOfLine } from './national-batch.intake.ts';
import { designationOf } from './national-batch.rules.ts';
import type { BatchLine, BatchRow } from './national-batch.store.ts';
import { endForSubject } from './register.endings.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { effectOf, type VerificationAnswer, type VerificationEffect } from './verification.rules.ts';
import type { VerificationRow } from './verification.store.ts';

interface Exit {
  readonly ground: ExitGround;
  readonly documentNo: string;
  readonly date: string;
}

/** What the result of a verification does to list entries (R-2-17). Always under the lane of the subject. */
@Injectable()
export class VerificationEffects {
  constructor(
    private readonly designations: DesignationService,
    private readonly writer: EntryWriter,
  ) {}

  /** Applies a result to every row of a subject; each row learns its entry and what was done. */
  async apply(
    tx: Transaction,
    acting: Acting,
    batch: BatchRow,
    verification: Pick<VerificationRow, 'number' | 'subject_id'>,
    answer: VerificationAnswer,
    lines: readonly BatchLine[],
  ): Promise<void> {
    await lockLanes(tx, [verification.subject_id]);
    for (const line of lines) {
      const entry = await this.findEntry(tx, line);
      line.entry_id = entry?.id ?? null;
      const effect = effectOf(answer, entry === undefined ? undefined : await this.seen(tx, entry));
      line.effect = effect;
      if (effect === 'LIST') await this.list(tx, acting, batch, line);
      else if (entry !== undefined) await this.change(tx, acting, entry, effect, answer, verification.number);
    }
  }

  /** The source has let an entry go (a corrected re-issue, an answer from above): it leaves at once. */
  async release(tx: Transaction, acting: Acting, line: BatchLine, exit: Exit): Promise<boolean> {
    if (line.subject_id !== null) await lockLanes(tx, [line.subject_id]);
    const entry = await this.findEntry(tx, line);
    if (entry === undefined || !isInForce(entry.status) || isOwn(entry)) return false;
    const work = new EntryWork(acting);
    await this.leave(tx, work, work.take(entry), exit, {});
    await this.write(tx, work);
    return true;
  }

  /** The entry of a row: the one that it made, or one with the same decision that was there already. */
  private async findEntry(tx: Transaction, line: BatchLine): Promise<EntryRow | undefined> {
    return acrossDepartments(tx, async () => {
      if (line.entry_id !== null) return (await findEntries(tx, [line.entry_id]))[0];
      const { subject_id: subjectId, content } = line;
      if (subjectId === null || content.decisionNumber === undefined) return undefined;
      const definition = definitionOfLine(line, await allDefinitions(tx));
      const key = decisionKey(content.decisionNumber);
      return (await findStanding(tx, [subjectId])).find((row) => row.list_code === definition.code && row.decision_key === key);
    });
  }

  private async seen(tx: Transaction, entry: EntryRow) {
    const facts = await acrossDepartments(tx, () => findFacts(tx, [entry.id]));
    const last = facts.filter((fact) => fact.from_status !== 'SUSPENDED' && fact.to_status === 'SUSPENDED').at(-1);
    return { status: entry.status, isOwn: isOwn(entry), suspendedHere: last?.detail['verification'] !== undefined };
  }

  /** Lists the subject on the ordinary way; what stands in the way then is told and nothing is done. */
  private async list(tx: Transaction, acting: Acting, batch: BatchRow, line: BatchLine): Promise<void> {
    const definition = definitionOfLine(line, await allDefinitions(tx));
    const request = designationOf(line.content, asSource(batch), definition.code, await identityOfLine(tx, line));
    const [intake] = await acrossDepartments(tx, () => this.designations.receive(tx, importer(acting.actor), [request]));
    if (intake === undefined) throw new Error('a designation without an answer');
    if (!intake.ok) {
      line.effect = 'REFUSED';
      line.reason = `${intake.code}：${intake.detail}`;
      return;
    }
    line.entry_id = intake.entry.id;
  }

  private async change(
    tx: Transaction,
    acting: Acting,
    row: EntryRow,
    effect: VerificationEffect,
    answer: VerificationAnswer,
    number: string,
  ): Promise<void> {
    const work = new EntryWork(acting);
    const entry = work.take(row);
    const mark = { verification: number, result: answer.result };
    if (effect === 'SUSPEND') {
      const ground = answer.proceeding?.kind === 'BANKRUPTCY' ? 'BANKRUPTCY' : 'STOP_EXECUTION';
      const order = { ground, documentNo: answer.proceeding?.documentNo ?? number, date: acting.today } as const;
      work.step(entry, 'SUSPEND', { ...order, ...mark });
      work.say(suspendedEvent(entry.row, order, acting));
    } else if (effect === 'RESUME') {
      const order = { documentNo: number, date: acting.today };
      work.step(entry, 'RESUME', { ...order, ...mark });
      work.say(resumedEvent(entry.row, order, acting));
    } else if (effect === 'EXIT' && answer.exit !== undefined) {
      await this.leave(tx, work, entry, { ...answer.exit, ground: answer.exit.ground as ExitGround }, mark);
    } else if (effect === 'END_SUBJECT' && answer.registration !== undefined) {
      const { date, documentNo } = answer.registration;
      const end = { subjectStatus: answer.registration.status, on: date, documentNo };
      await endForSubject(tx, work, entry, await acrossDepartments(tx, () => findParties(tx, [row.id])), end);
    } else return;
    await this.write(tx, work);
  }

  private async leave(
    tx: Transaction,
    work: EntryWork,
    entry: EntryInWork,
    exit: Exit,
    mark: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { row } = entry;
    const list = await getDefinition(tx, row.list_code, row.list_version);
    const decided = decideExit(exit, { decisionDate: row.decision_date ?? exit.date, validTo: row.valid_to }, list, work.acting.today);
    if (!decided.ok)
      throw new ProblemError(decided.code, decided.detail, [
        { pointer: `/exit${decided.pointer}`, code: decided.code, detail: decided.detail },
      ]);
    work.step(entry, decided.action, { ground: exit.ground, documentNo: exit.documentNo, date: exit.date, ...mark });
    const { ground, documentNo, date } = exit;
    work.say(exitedEvent(row, { ground, documentNo, exitedOn: date, byEntryId: null }, work.acting));
  }

  /** A county's result changes entries that belong to another department of this city. */
  private async write(tx: Transaction, work: EntryWork): Promise<void> {
    await acrossDepartments(tx, () => this.writer.write(tx, work));
  }
}

/** 谁认定、谁负责: what a unit of this city designated is ended by that unit alone. */
function isOwn(entry: EntryRow): boolean {
  return entry.origin === 'CITY' || entry.origin === 'LEGACY';
}

/** A batch is imported by the centre (R-2-6), whoever has verified its row. */
function importer(actor: string): Principal {
  return { id: actor, kind: 'SERVICE', roles: ['CREDIT_CENTRE_OPERATOR'], departments: [], displayName: actor };
}
