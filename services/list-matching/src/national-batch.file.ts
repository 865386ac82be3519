import { type FieldProblem, type Principal } from '@lianxin/contracts';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ListConfig } from './config.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import type { Acting } from './entry-work.ts';
import type { BeforeDecision, ImportContext, ImportRow, RowOutcome } from './import-kind.ts';
import { BatchClock } from './national-batch.clock.ts';
import { compareIssues, rowKeyOf } from './national-batch.rules.ts';
import { type BatchHead, batchHash, NationalBatchService, type NewRow, storedRow } from './national-batch.service.ts';
import {
  countUnreadable,
  deleteStaged,
  findAmbiguousKeys,
  findCorrection,
  findStaged,
  insertStaged,
  markPlaced,
  setContentHash,
  setReading,
} from './national-batch.staged.store.ts';
import { type BatchLine, type BatchRow, findReport, findStandingLines, lockBatchByNumber } from './national-batch.store.ts';
import type { BatchFileRow } from './national-batch.view.ts';
import { judgeSize } from './snapshot.decision.ts';

interface Placed {
  readonly line: number;
  readonly row: BatchFileRow;
  readonly rowKey: string;
  readonly hash: string;
}
interface Preparation {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly question: ReturnType<typeof judgeSize>;
}
const nothing: Preparation = { added: 0, changed: 0, removed: 0, question: undefined };

/**
 * National batches as files (R-2-17): the whole file is known before its first row, so that a corrected re-issue is compared as a whole and what it
 * takes back goes first (R-2-6b); the rows then come in portions, and a file that was cut off or had bad rows is completed by sending them again.
 */
@Injectable()
export class BatchFiles {
  constructor(
    private readonly clock: Clock,
    private readonly config: ListConfig,
    private readonly batches: NationalBatchService,
    private readonly terms: BatchClock,
  ) {}

  /** First pass: which rows there are. */
  async stage(tx: Transaction, jobId: string, rows: readonly ImportRow<BatchFileRow>[]): Promise<void> {
    await insertStaged(
      tx,
      jobId,
      rows.map(({ line, row }) => ({ line, batchNo: row.batchNo, ...keyOf(row), head: { ...headOf(row), correction: row.correction } })),
    );
  }

  /** Before the first row: begins batches that are new, and takes back what a corrected re-issue no longer names. */
  async prepare(tx: Transaction, context: ImportContext): Promise<BeforeDecision> {
    const figures = { added: 0, changed: 0, removed: 0 };
    for (const batchNo of new Set((await findStaged(tx, context.jobId)).map((row) => row.batchNo))) {
      const done = await this.prepareBatch(tx, context, batchNo, true);
      if (done.question !== undefined && !context.isConfirmed) return { ok: false, question: done.question };
      figures.added += done.added;
      figures.changed += done.changed;
      figures.removed += done.removed;
    }
    return { ok: true, figures };
  }

  /** @param takesBack whether what is no longer named goes now; a preview row by row only opens the batch */
  private async prepareBatch(tx: Transaction, context: ImportContext, batchNo: string, takesBack: boolean): Promise<Preparation> {
    const acting = this.acting(context.principal);
    const staged = await findStaged(tx, context.jobId, batchNo);
    const [first] = staged;
    if (first === undefined || first.head.issuedOn > acting.today) return nothing;
    const correction = await findCorrection(tx, context.jobId, batchNo);
    const ambiguous = await findAmbiguousKeys(tx, context.jobId, batchNo);
    const issued = [...new Map(staged.filter((row) => !ambiguous.has(row.rowKey)).map((row) => [row.rowKey, row])).values()];
    const hash = batchHash(first.head, issued);
    const unreadable = await countUnreadable(tx, context.jobId);
    const created = await this.batches.begin(tx, acting, first.head, hash, issued.length);
    if (created !== undefined) {
      await setReading(tx, created.id, context.jobId, unreadable);
      return { ...nothing, added: issued.length };
    }
    const batch = await lockBatchByNumber(tx, batchNo);
    if (batch === undefined) throw new Error('a batch that stood in the way has gone');
    const standing = (await findStandingLines(tx, batch.id)).map(storedRow);
    const rows: NewRow[] = issued.map((row) => ({ ...row, content: emptyContent }));
    const difference = compareIssues(standing, rows);
    const kept = difference.removed.filter((row) => !ambiguous.has(row.rowKey));
    const counts = { added: difference.added.length, changed: difference.changed.length, removed: kept.length };
    if (correction === undefined || counts.added + counts.changed + counts.removed === 0) {
      // What a broken file lacked may still come; a complete batch changes only by a correction.
      const mayGrow = batch.unread_rows > 0 || batch.reading_job !== null;
      if (mayGrow) await this.complete(tx, acting, context.jobId, batch, counts.added);
      return { ...nothing, added: mayGrow ? counts.added : 0 };
    }
    if (first.head.origin !== batch.origin || correction.date > acting.today || (await findReport(tx, batch.id)) !== undefined)
      return nothing;
    const question = judgeSize(this.config.snapshot, batchNo, standing.length, issued.length);
    if (question !== undefined && !context.isConfirmed) return { ...nothing, question };
    const next = await this.batches.reissue(tx, acting, batch, { head: first.head, hash, correction, difference });
    await setReading(tx, batch.id, context.jobId, unreadable);
    // A row that cannot be read is not one that was taken back: nobody is released because of a slip of the pen.
    if (!takesBack || unreadable > 0) return { ...counts, removed: 0, question: undefined };
    await this.batches.takeBack(
      tx,
      acting,
      next,
      kept.map(({ stored }) => stored),
      correction,
    );
    return { ...counts, question: undefined };
  }

  /** What comes now is no longer missing; with nothing to add the batch is complete as it stands. */
  private async complete(tx: Transaction, acting: Acting, jobId: string, batch: BatchRow, added: number): Promise<void> {
    await setReading(tx, batch.id, added > 0 ? jobId : null, Math.max(0, batch.unread_rows - added));
    if (added === 0) await this.terms.settle(tx, acting, { ...batch, reading_job: null });
  }

  /** Takes one portion of the file; the same rows again are known. */
  async place(tx: Transaction, context: ImportContext, rows: readonly ImportRow<BatchFileRow>[]): Promise<readonly RowOutcome[]> {
    const outcomes = new Map<number, RowOutcome>();
    const placed = rows.map(({ line, row }): Placed => {
      const { rowKey, contentHash: hash } = keyOf(row);
      return { line, row, rowKey, hash };
    });
    for (const [batchNo, own] of Map.groupBy(placed, ({ row }) => row.batchNo))
      for (const [line, outcome] of await this.placeInBatch(tx, context, batchNo, own)) outcomes.set(line, outcome);
    return rows.map(({ line }) => outcomes.get(line) ?? refusal('', 'INTERNAL', '该行没有结果'));
  }

  private async placeInBatch(
    tx: Transaction,
    context: ImportContext,
    batchNo: string,
    rows: readonly Placed[],
  ): Promise<ReadonlyMap<number, RowOutcome>> {
    const acting = this.acting(context.principal);
    const correction = await findCorrection(tx, context.jobId, batchNo);
    // What `prepare` did in a preview has been rolled back.
    if (context.isPreview) await this.prepareBatch(tx, context, batchNo, false);
    const batch = await lockBatchByNumber(tx, batchNo);
    if (batch === undefined) return new Map(rows.map(({ line }) => [line, refusal('/issuedOn', 'DATE_IN_FUTURE', '下发日期不能晚于今天')]));
    const ambiguous = await findAmbiguousKeys(tx, context.jobId, batchNo);
    const standing = new Map((await findStandingLines(tx, batch.id)).map((line) => [line.row_key, line]));
    const isReading = batch.reading_job === context.jobId;
    const outcomes = new Map<number, RowOutcome>();
    const fresh = new Map<string, Placed>();
    const replaced: BatchLine[] = [];
    for (const row of rows) {
      const known = standing.get(row.rowKey);
      const fault = faultOf(row, batch, ambiguous, acting.today);
      if (fault !== undefined) outcomes.set(row.line, fault);
      else if (known?.content_hash === row.hash || fresh.has(row.rowKey)) outcomes.set(row.line, outcomeOf('KNOWN', known));
      else if (!isReading || (known !== undefined && correction === undefined)) outcomes.set(row.line, await this.differs(tx, batch));
      else {
        if (known !== undefined) replaced.push(known);
        fresh.set(row.rowKey, row);
      }
    }
    if (correction !== undefined && replaced.length > 0) await this.batches.takeBack(tx, acting, batch, replaced, correction);
    const made = await this.batches.place(
      tx,
      acting,
      batch,
      [...fresh.values()].map(({ row, rowKey, hash, line }) => ({ content: contentOf(row), rowKey, contentHash: hash, line })),
    );
    const wasThere = new Set(replaced.map((line) => line.row_key));
    for (const line of made) outcomes.set(line.line, outcomeOf(wasThere.has(line.row_key) ? 'CHANGED' : 'CREATED', line));
    for (const row of rows) {
      const first = fresh.get(row.rowKey);
      if (!outcomes.has(row.line) && first !== undefined) outcomes.set(row.line, outcomes.get(first.line) ?? outcomeOf('KNOWN', undefined));
    }
    if (isReading) await this.endPortion(tx, acting, context.jobId, batch, rows, outcomes);
    return outcomes;
  }

  /** Counts what was not taken in; with its last row the batch is complete, and the terms of its report may begin. */
  private async endPortion(
    tx: Transaction,
    acting: Acting,
    jobId: string,
    batch: BatchRow,
    rows: readonly Placed[],
    outcomes: ReadonlyMap<number, RowOutcome>,
  ): Promise<void> {
    const refused = rows.filter(({ line }) => outcomes.get(line)?.ok === false).length;
    const left = await markPlaced(
      tx,
      jobId,
      batch.batch_no,
      rows.map(({ line }) => line),
    );
    await setReading(tx, batch.id, left === 0 ? null : jobId, batch.unread_rows + refused);
    if (left > 0) return;
    await deleteStaged(tx, jobId, batch.batch_no);
    const lines = (await findStandingLines(tx, batch.id)).map(storedRow);
    await setContentHash(tx, batch.id, batchHash({ origin: batch.origin, issuedOn: batch.issued_on }, lines));
    await this.terms.settle(tx, acting, { ...batch, reading_job: null });
  }

  private async differs(tx: Transaction, batch: BatchRow): Promise<RowOutcome> {
    const reported = await findReport(tx, batch.id);
    if (reported !== undefined) return refusal('/batchNo', 'BATCH_REPORTED', '该批次已上报，更正内容请以新批次号下发');
    return refusal('/batchNo', 'BATCH_DIFFERS', `批次 ${batch.batch_no} 已收到而内容不同；更正重发请填写“更正文号”和“更正日期”`);
  }

  private acting(principal: Principal): Acting {
    return { actor: principal.id, now: this.clock.now(), today: this.clock.today() };
  }
}

/** Only keys and hashes are compared before the rows come. */
const emptyContent = { name: '', list: '', reason: '', designatingUnit: '', decisionDate: '' };

function headOf({ batchNo, origin, sourceName, documentNo, issuedOn }: BatchFileRow): BatchHead {
  return { batchNo, origin, sourceName, documentNo, issuedOn };
}

function contentOf(row: BatchFileRow): NewRow['content'] {
  const {
    batchNo: _no,
    origin: _origin,
    sourceName: _source,
    documentNo: _document,
    issuedOn: _issued,
    correction: _correction,
    ...content
  } = row;
  return content;
}

function keyOf(row: BatchFileRow): { rowKey: string; contentHash: string } {
  const content = contentOf(row);
  return { rowKey: rowKeyOf(content), contentHash: contentHash(content) };
}

function faultOf({ row, rowKey }: Placed, batch: BatchRow, ambiguous: ReadonlySet<string>, today: string): RowOutcome | undefined {
  const texts = findUnstorableTexts({ ...headOf(row), ...row.correction, rows: [contentOf(row)] });
  if (texts.length > 0)
    return { ok: false, errors: texts.map((fault) => ({ ...fault, pointer: fault.pointer.replace(/^\/rows\/0/, '') })) };
  if (ambiguous.has(rowKey)) return refusal('/sourceRecordId', 'VALIDATION_FAILED', '同一记录在文件中出现多次而内容不同');
  if (row.origin !== batch.origin) return refusal('/origin', 'BATCH_DIFFERS', `该批次来源为 ${batch.origin}`);
  if (row.issuedOn !== batch.issued_on) return refusal('/issuedOn', 'BATCH_DIFFERS', `该批次下发日期为 ${batch.issued_on}`);
  if ((row.correction?.date ?? '') > today) return refusal('/correction/date', 'DATE_IN_FUTURE', `日期不能晚于今天（${today}）`);
  return undefined;
}

const stateWords: Readonly<Record<BatchLine['state'], string>> = {
  VERIFYING: '已比对，转核实',
  REVIEW: '身份待核，转人工复核',
  REFUSED: '不能列入，随批次上报',
  SETTLED: '已核实',
  DISMISSED: '非本市主体',
  WITHDRAWN: '已撤回',
};

function outcomeOf(effect: 'CREATED' | 'CHANGED' | 'KNOWN', line: BatchLine | undefined): RowOutcome {
  const words = line === undefined ? '与本文件另一行相同' : `${effect === 'KNOWN' ? '早已收到：' : ''}${stateWords[line.state]}`;
  const name = line === undefined ? '' : `：${line.content.name.slice(0, 60)}`;
  const why = line?.state === 'REVIEW' || line?.state === 'REFUSED' ? line.reason : null;
  const warnings: FieldProblem[] = why === null ? [] : [{ pointer: '/usccCode', code: 'CONFLICT', detail: why }];
  return { ok: true, effect, summary: `${words}${name}`, warnings, made: null };
}

function refusal(pointer: string, code: FieldProblem['code'], detail: string): RowOutcome {
  return { ok: false, errors: [{ pointer, code, detail }] };
}
