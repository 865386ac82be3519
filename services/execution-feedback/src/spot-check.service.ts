import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { type Page, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { FeedbackWithdrawals } from './feedback.withdrawals.ts';
import type { SpotCheckItemView, SpotCheckQuery, SpotCheckView } from './spot-check.api.ts';
import { canDraw, drawSample } from './spot-check.draw.ts';
import { type SpotCheckItemRow, SpotCheckStore } from './spot-check.store.ts';

const cursorSchema = z.tuple([z.string(), z.int()]);

/** Spot checks of cases by the credit office (抽查, R-10-3): a draw that can be repeated, a result for each case, what was wrongly counted sent back. */
@Injectable()
export class SpotCheckService {
  constructor(
    private readonly store: SpotCheckStore,
    private readonly withdrawals: FeedbackWithdrawals,
    private readonly clock: Clock,
  ) {}

  /**
   * Draws the sample of a month. The seed is made now and told, so that nobody could choose it and everybody can repeat the draw.
   * @throws ProblemError SPOT_CHECK_TOO_EARLY, SPOT_CHECK_DRAWN.
   */
  async draw(tx: Transaction, principal: Principal, request: { month: string; percent: number }): Promise<SpotCheckView> {
    const { month, percent } = request;
    const allowed = canDraw(month, this.clock.today());
    if (!allowed.ok) throw new ProblemError(allowed.code, allowed.detail);
    const seed = randomBytes(16).toString('hex');
    const { population, populationHash, sample } = drawSample(await this.store.readCasesOf(tx, month), percent, seed);
    const id = randomUUIDv7();
    const row = {
      id,
      month,
      percent,
      seed,
      population,
      population_hash: populationHash,
      drawn_by: principal.id,
      drawn_at: this.clock.now(),
    };
    if (!(await this.store.insert(tx, row))) throw new ProblemError('SPOT_CHECK_DRAWN', `${month} 已抽取样本，不能重抽`);
    await this.store.insertItems(tx, id, sample);
    return this.get(tx, id);
  }

  /** @throws ProblemError NOT_FOUND. */
  async get(tx: Transaction, id: string): Promise<SpotCheckView> {
    const row = await this.store.findDraw(tx, id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有此抽查');
    const { month, percent, seed, population, population_hash: populationHash, sample, drawn_by: drawnBy, drawn_at } = row;
    return { id, month, percent, seed, population, populationHash, sample, drawnBy, drawnAt: drawn_at.toISOString() };
  }

  /**
   * Records the result of one case; RETURNED sends its feedback back, and the case counts no more (R-4-9).
   * @throws ProblemError NOT_FOUND, SPOT_CHECK_DECIDED.
   */
  async decide(
    tx: Transaction,
    principal: Principal,
    id: string,
    caseId: string,
    decision: { result: 'CONFIRMED' | 'RETURNED'; reason: string },
  ): Promise<SpotCheckItemView> {
    const item = await this.store.lockItem(tx, id, caseId);
    if (item === undefined) throw new ProblemError('NOT_FOUND', '该案例不在此次抽查的样本中');
    if (item.result !== null) throw new ProblemError('SPOT_CHECK_DECIDED', `该案例的抽查结果为 ${item.result}`);
    const at = this.clock.now();
    await this.store.decide(tx, id, caseId, { ...decision, by: principal.id, at });
    if (decision.result === 'RETURNED')
      await this.withdrawals.withdraw(tx, item.feedback_id, { source: 'SPOT_CHECK', reason: decision.reason, by: principal.id });
    return viewOf({ ...item, ...decision, checked_by: principal.id, checked_at: at });
  }

  async readPage(tx: Transaction, query: SpotCheckQuery): Promise<Page<SpotCheckItemView>> {
    const after = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor);
    const rows = await this.store.readPage(tx, { month: query.month, after, limit: query.limit });
    return pageOf(rows, query.limit, (row) => [row.month, row.place], viewOf);
  }
}

function viewOf(row: SpotCheckItemRow): SpotCheckItemView {
  return {
    spotCheckId: row.spot_check_id,
    month: row.month,
    place: row.place,
    caseId: row.case_id,
    feedbackId: row.feedback_id,
    taskId: row.task_id,
    departmentCode: row.department_code,
    result: row.result,
    reason: row.reason,
    checkedBy: row.checked_by,
    checkedAt: row.checked_at?.toISOString() ?? null,
  };
}
