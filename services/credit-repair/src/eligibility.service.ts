import { addMonths, type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type {
  AssertionRequest,
  EligibilityAnswer,
  EligibilityQuery,
  ItemEligibility,
  PublicEligibilityAnswer,
  PublicEligibilityQuery,
} from './eligibility.api.ts';
import { type Eligibility, eligibilityOf, type Knowledge } from './eligibility.rules.ts';
import { type ItemRow, itemOf } from './item.rules.ts';
import { ItemStore, type SubjectRow } from './item.store.ts';
import { barsOf } from './non-repairable.rules.ts';
import { findNoted } from './note.store.ts';
import { repairPolicy } from './policy.data.ts';
import { isToldPublicly } from './public-answer.rules.ts';
import { addToQueryLog } from './query-log.store.ts';
import { findFrauds, findOpenRepairs } from './repair.store.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { RepairSettings } from './terms.ts';

/** R-5-17: shown with every answer. */
export const noFeeZh = '信用修复不收取任何费用；有偿删除信用记录属违法行为，请向信用办举报。';

/** What the asker says, beside what is known here. */
export interface Claims {
  readonly dutiesPerformedOn?: string | null | undefined;
  readonly commitment?: boolean | undefined;
}

export interface JudgedItem {
  readonly row: ItemRow;
  readonly eligibility: Eligibility;
}

/** Eligibility first: whether, from when, and what is still missing, for any record (R-5-2 – R-5-6, §5.6). */
@Injectable()
export class EligibilityService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly items: ItemStore,
    private readonly settings: RepairSettings,
  ) {}

  /** @throws ProblemError VALIDATION_FAILED when nothing is named or a window gives no purpose, NOT_FOUND */
  async ask(principal: Principal, query: EligibilityQuery): Promise<EligibilityAnswer> {
    const ids = [query.entryId, query.recordId].filter((id) => id !== undefined);
    if (ids.length === 0 && query.subjectId === undefined && query.usccCode === undefined)
      throw new ProblemError('VALIDATION_FAILED', '请提供 entryId、recordId、subjectId 或 usccCode 之一');
    const read = (tx: Transaction) => this.answer(tx, ids, query, query, query.asOf);
    const isWindow = principal.roles.includes('WINDOW_CLERK') || principal.roles.includes('SYSTEM_CLIENT');
    if (!isWindow || seesWholeCity(principal)) return this.database.transaction(principal, read);
    if (query.purpose === undefined)
      throw new ProblemError('VALIDATION_FAILED', '窗口查询须以 purpose 说明事由（R-8-11）', [
        { pointer: '/purpose', code: 'VALIDATION_FAILED', detail: '填写查询事由' },
      ]);
    return this.askedByWindow(principal, query.purpose, read, ids);
  }

  /** Whom a window asked about and why is kept, whatever the answer was (R-8-11, R-8-13). */
  private async askedByWindow(
    { id: actor, departments }: Principal,
    purpose: string,
    read: (tx: Transaction) => Promise<EligibilityAnswer>,
    ids: readonly string[],
  ): Promise<EligibilityAnswer> {
    const asked = { at: this.clock.now(), actor, departments, purpose };
    try {
      return await this.database.consumerTransaction(async (tx) => {
        const answer = await read(tx);
        const itemIds = answer.items.map((item) => item.id);
        await addToQueryLog(tx, { ...asked, subjectIds: answer.subject === null ? [] : [answer.subject.id], itemIds, result: 'ANSWERED' });
        return answer;
      });
    } catch (error) {
      const { code } = error instanceof ProblemError ? error : { code: undefined };
      if (code !== undefined)
        await this.database.consumerTransaction((tx) => addToQueryLog(tx, { ...asked, subjectIds: [], itemIds: ids, result: code }));
      throw error;
    }
  }

  /**
   * What the public register shows, for an organisation by its code; nothing of persons, of focus lists or of what is suspended (§8.3). One without
   * anything public is answered like one that nobody knows.
   */
  async askPublic(query: PublicEligibilityQuery): Promise<PublicEligibilityAnswer> {
    return this.database.consumerTransaction(async (tx) => {
      const subject = await this.items.findSubject(tx, { usccCode: query.usccCode });
      const rows = subject === undefined ? [] : await this.shownOf(tx, subject);
      const judged = await this.judge(tx, rows, query, query.asOf);
      const { items, ...answer } = this.answerOf(rows.length === 0 ? undefined : subject, judged, query.asOf);
      return { ...answer, items: items.map(({ openRepair: _withheld, ...item }) => item) };
    });
  }

  /** The records of a subject that the public register shows today, whatever day the question is about. */
  private async shownOf(tx: Transaction, subject: SubjectRow): Promise<ItemRow[]> {
    const rows = await this.items.find(tx, { subjectId: subject.id });
    const ids = rows.map((row) => row.id);
    const open = await findOpenRepairs(tx, ids);
    const byPlan = new Set(open.flatMap((repair) => (repair.status === 'TEMPORARY' ? [repair.item_id] : [])));
    const byNote = new Set(await findNoted(tx, ids));
    const today = this.clock.today();
    return rows.filter((row) =>
      isToldPublicly(itemOf(row), subject.kind, { byPlan: byPlan.has(row.id), byNote: byNote.has(row.id) }, today),
    );
  }

  /** @throws ProblemError NOT_FOUND, FORBIDDEN, VALIDATION_FAILED for a code that is no such ground or does not fit the record */
  async assert(tx: Transaction, principal: Principal, request: AssertionRequest): Promise<void> {
    const [row] = await this.items.find(tx, { ids: [request.itemId] });
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该记录，或不属于本部门');
    if (!principal.departments.includes(row.department_code)) throw new ProblemError('FORBIDDEN', '由认定部门说明');
    const possible = barsOf(repairPolicy, itemOf(row), 'ALL').filter((bar) => bar.rule.asserted);
    if (!possible.some((bar) => bar.rule.code === request.code))
      throw new ProblemError('VALIDATION_FAILED', `该记录没有此情形；可选：${possible.map((bar) => bar.rule.code).join('、') || '无'}`, [
        { pointer: '/code', code: 'VALIDATION_FAILED', detail: '从 detail 所列情形中选择，均须有法律依据（R-5-2）' },
      ]);
    await this.items.addAssertion(tx, {
      item_id: row.id,
      code: request.code,
      department_code: row.department_code,
      document_no: request.documentNo,
      at: this.clock.now(),
      actor: principal.id,
    });
  }

  /** Judges these records on a day, by what is known here and what is claimed. */
  async judge(tx: Transaction, rows: readonly ItemRow[], claims: Claims, asOf: string | undefined): Promise<JudgedItem[]> {
    const ids = rows.map((row) => row.id);
    // What the competent unit has asserted counts whoever asks: also at a window.
    const bars = Map.groupBy(await acrossDepartments(tx, () => this.items.findAssertions(tx, ids)), (row) => row.item_id);
    const bases = new Map(
      (await acrossDepartments(tx, () => this.items.findWithdrawnBases(tx, ids))).map((row) => [row.entry_id, row.number]),
    );
    const open = new Map((await acrossDepartments(tx, () => findOpenRepairs(tx, ids))).map((row) => [row.item_id, row.number]));
    const frauds = new Map(
      (
        await acrossDepartments(tx, () =>
          findFrauds(
            tx,
            rows.map((row) => row.subject_id),
          ),
        )
      ).map((row) => [row.subject_id, row.revoked_on]),
    );
    const today = asOf ?? this.clock.today();
    return rows.map((row) => {
      const known: Knowledge = {
        dutiesPerformedOn: claims.dutiesPerformedOn ?? row.performed_on,
        hasCommitment: claims.commitment ?? false,
        assertedBars: (bars.get(row.id) ?? []).map((bar) => bar.code),
        basisWithdrawn: bases.get(row.id) ?? null,
        openRepair: open.get(row.id) ?? null,
        fraudUntil: this.blockedUntil(frauds.get(row.subject_id)),
      };
      return { row, eligibility: eligibilityOf(repairPolicy, itemOf(row), known, today) };
    });
  }

  /** R-5-13, where a block is configured. */
  private blockedUntil(revokedOn: string | undefined): string | null {
    if (revokedOn === undefined) return null;
    const months = this.settings.fraudBlockMonthsOn(revokedOn);
    return months === 0 ? null : addMonths(revokedOn, months);
  }

  private async answer(
    tx: Transaction,
    ids: readonly string[],
    who: { subjectId?: string | undefined; usccCode?: string | undefined },
    claims: Claims,
    asOf: string | undefined,
  ): Promise<EligibilityAnswer> {
    const named = await this.subjectOf(tx, who);
    const rows = ids.length > 0 ? await this.items.find(tx, { ids }) : await this.items.find(tx, { subjectId: named?.id ?? '' });
    if (rows.length < ids.length) throw new ProblemError('NOT_FOUND', '没有该记录，或不属于本部门');
    const subject = named ?? (rows[0] === undefined ? undefined : await this.items.findSubject(tx, { id: rows[0].subject_id }));
    return this.answerOf(subject, await this.judge(tx, rows, claims, asOf), asOf);
  }

  private async subjectOf(tx: Transaction, who: { subjectId?: string | undefined; usccCode?: string | undefined }) {
    if (who.subjectId === undefined && who.usccCode === undefined) return undefined;
    const asked = {
      ...(who.subjectId === undefined ? {} : { id: who.subjectId }),
      ...(who.usccCode === undefined ? {} : { usccCode: who.usccCode }),
    };
    const subject = await this.items.findSubject(tx, asked);
    if (subject === undefined) throw new ProblemError('NOT_FOUND', '没有该主体');
    return subject;
  }

  private answerOf(subject: SubjectRow | undefined, judged: readonly JudgedItem[], asOf: string | undefined): EligibilityAnswer {
    return {
      subject: subject === undefined ? null : { id: subject.id, name: subject.name_shown },
      asOf: asOf ?? this.clock.today(),
      items: judged.map(viewOf),
      notice: noFeeZh,
    };
  }
}

export function viewOf({ row, eligibility }: JudgedItem): ItemEligibility {
  return {
    kind: row.kind,
    id: row.id,
    number: row.number,
    listCode: row.list_code,
    departmentCode: row.department_code,
    decidedOn: row.decided_on,
    ...eligibility,
    disputed: row.disputed === true,
    inReview: row.in_review === true,
    missing: [...eligibility.missing],
    caveats: [...eligibility.caveats],
  };
}
