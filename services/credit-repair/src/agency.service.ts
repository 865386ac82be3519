import { type Page, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { AgencyLine, AgencyQuery, AgencyRequest, AgencyUpdate, AgencyView, LateAgencies } from './agency.api.ts';
import { type AgencyRow, findAgencies, findAgencyLines, findLateAgencies, noteAgency, saveAgency } from './agency.store.ts';
import { findRepair } from './repair.store.ts';

const noticeZh = '第三方信用服务机构的信息应与信用中国一致；不一致的，以信用中国为准。';
const cursorSchema = z.tuple([z.string()]);
const publicLimit = 500;
/** Anybody may ask as often as they like: what is late is counted at most so often. */
const publicAnswerMs = 5 * 60_000;

/** Third-party credit agencies follow 信用中国; the centre keeps who has taken over which repair, and slow ones are reported publicly (R-5-15). */
@Injectable()
export class AgencyService {
  private counted: { readonly atMs: number; readonly answer: Promise<LateAgencies> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  list(principal: Principal, query: AgencyQuery): Promise<Page<AgencyView>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, principal, query));
  }

  /** @throws ProblemError CURSOR_INVALID */
  async readPage(tx: Transaction, _principal: Principal, { cursor, limit }: AgencyQuery): Promise<Page<AgencyView>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    const rows = await findAgencies(tx, this.clock.today(), after, limit);
    return pageOf(rows, limit, (row) => [row.code], viewOf);
  }

  async save(tx: Transaction, principal: Principal, request: AgencyRequest): Promise<void> {
    await saveAgency(tx, request, this.clock.now(), principal.id);
  }

  /** What everybody may know: which agencies are late, with how much and since when; nothing of any subject. Some minutes old at most. */
  latePublicly(): Promise<LateAgencies> {
    const atMs = this.clock.now().getTime();
    if (this.counted === undefined || Math.abs(atMs - this.counted.atMs) >= publicAnswerMs) {
      const counted = { atMs, answer: this.countLate() };
      this.counted = counted;
      // Who asked is told of the fault; who asks next has it counted again.
      counted.answer.catch(() => {
        if (this.counted === counted) this.counted = undefined;
      });
    }
    return this.counted.answer;
  }

  private async countLate(): Promise<LateAgencies> {
    const rows = await this.database.consumerTransaction((tx) => findLateAgencies(tx, this.clock.today(), publicLimit));
    return { data: rows.map((row) => ({ nameZh: row.name_zh, late: row.late, oldestDueOn: row.oldest_due_on })), notice: noticeZh };
  }

  async lines(tx: Transaction, repairId: string): Promise<AgencyLine[]> {
    const today = this.clock.today();
    return (await findAgencyLines(tx, repairId)).map((row) => ({
      agencyCode: row.agency_code,
      nameZh: row.name_zh,
      dueOn: row.due_on,
      updatedAt: row.updated_at?.toISOString() ?? null,
      receiptNo: row.receipt_no,
      late: row.updated_at === null && row.due_on < today,
    }));
  }

  /** @throws ProblemError NOT_FOUND for an application that nobody sees or an agency that was not asked */
  async note(tx: Transaction, principal: Principal, repairId: string, { agencyCode, receiptNo }: AgencyUpdate): Promise<void> {
    if ((await findRepair(tx, repairId)) === undefined) throw new ProblemError('NOT_FOUND', '没有此修复申请，或不属于本部门');
    const isAsked = await noteAgency(tx, repairId, { agencyCode, receiptNo: receiptNo ?? null, at: this.clock.now(), by: principal.id });
    if (!isAsked) throw new ProblemError('NOT_FOUND', `机构 ${agencyCode} 没有收到此修复的更新要求：准予修复时在册且有效的机构才需更新`);
  }
}

function viewOf(row: AgencyRow): AgencyView {
  return {
    code: row.code,
    nameZh: row.name_zh,
    active: row.active,
    waiting: row.waiting,
    late: row.late,
    oldestDueOn: row.oldest_due_on,
  };
}
