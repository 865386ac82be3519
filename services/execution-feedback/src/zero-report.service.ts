import { type Page, type Principal, ProblemError, quarterStart, seesWholeCity } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { isOnTime } from './act.rules.ts';
import { periodicDue } from './deadline.rules.ts';
import { TaskTerms } from './terms.ts';
import { type ZeroReportQuery, type ZeroReportView, zeroReportStatusSchema } from './zero-report.api.ts';
import { ZeroFeedbackStore } from './zero-report.feedback.store.ts';
import { ZeroReportRecorder } from './zero-report.recorder.ts';
import { decideZeroReport, windowsSaidAt, type ZeroReportAct } from './zero-report.rules.ts';
import { type ZeroReportRow, ZeroReportStore } from './zero-report.store.ts';

const kind = 'zero-report-given';
const tasksPerFiring = 1_000;
const cursorSchema = z.tuple([z.string(), z.string(), z.string()]);

/** What a person does about a report; the version that was seen (`If-Match`). */
export interface ZeroReportStep {
  readonly act: ZeroReportAct;
  readonly text: string | null;
  readonly expectedVersion: number | undefined;
}

/** The one zero report of a department, list and quarter (§4.5): given, let count by a second person (§4.6), and recorded in every task under it. */
@Injectable()
export class ZeroReportService {
  constructor(
    private readonly store: ZeroReportStore,
    private readonly feedback: ZeroFeedbackStore,
    private readonly recorder: ZeroReportRecorder,
    private readonly timers: Timers,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
  ) {
    timers.register(kind, async (tx, references) => {
      for (const reference of references) await this.fire(tx, reference);
    });
  }

  async readPage(tx: Transaction, principal: Principal, query: ZeroReportQuery): Promise<Page<ZeroReportView>> {
    const rows = await this.store.readPage(tx, {
      departments: seesWholeCity(principal) ? undefined : principal.departments,
      quarter: query.quarter,
      statuses: query.status ?? zeroReportStatusSchema.options,
      after: query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor),
      limit: query.limit,
    });
    return pageOf(
      rows,
      query.limit,
      (row) => [row.quarter, row.department_code, row.list_code],
      (row) => this.viewOf(row),
    );
  }

  /** @throws ProblemError NOT_FOUND */
  async get(tx: Transaction, id: string): Promise<ZeroReportView> {
    return this.viewOf(await this.take(tx, id, false));
  }

  /** @throws ProblemError NOT_FOUND, FORBIDDEN, STALE, TRANSITION_NOT_ALLOWED, SAME_PERSON */
  async step(tx: Transaction, principal: Principal, id: string, step: ZeroReportStep): Promise<ZeroReportView> {
    const row = await this.take(tx, id, true);
    if (!principal.departments.includes(row.department_code))
      throw new ProblemError('FORBIDDEN', '只有零报告所属部门可以办理，全市角色只能查看');
    if (step.expectedVersion !== undefined && step.expectedVersion !== row.version)
      throw new ProblemError('STALE', `零报告已是第 ${row.version} 版，If-Match 为第 ${step.expectedVersion} 版`);
    const decision = decideZeroReport({ status: row.status, submittedBy: row.submitted_by }, step.act, principal.id);
    if (!decision.ok) throw new ProblemError(decision.code, decision.detail);
    if (step.act === 'submit') await this.refuseNothingOwed(tx, row);
    const at = this.clock.now();
    const said: Pick<ZeroReportRow, 'remark' | 'submitted_by' | 'submitted_at' | 'decided_by' | 'decided_at' | 'reason'> =
      step.act === 'submit'
        ? { remark: step.text, submitted_by: principal.id, submitted_at: at, decided_by: null, decided_at: null, reason: null }
        : {
            remark: row.remark,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            decided_by: principal.id,
            decided_at: at,
            reason: step.text,
          };
    const next: ZeroReportRow = { ...row, ...said, status: decision.next, version: row.version + 1 };
    const detail = step.text === null ? {} : { text: step.text };
    await this.store.save(tx, next, { what: factOfAct[step.act], at, actor: principal.id, detail });
    if (step.act === 'approve') await this.timers.set(tx, kind, [{ reference: id, dueAt: at }]);
    return this.viewOf(next);
  }

  /** All has been reported, held or lifted since the quarter ended: there is nothing to say any more. */
  private async refuseNothingOwed(tx: Transaction, row: ZeroReportRow): Promise<void> {
    const isOwing = await this.store.isOwing(tx, { quarter: row.quarter, department: row.department_code, listCode: row.list_code });
    if (!isOwing)
      throw new ProblemError('TRANSITION_NOT_ALLOWED', `${row.quarter} 本名单已没有待报告的任务（均已反馈、暂停或解除），无须零报告`);
  }

  private async take(tx: Transaction, id: string, forUpdate: boolean): Promise<ZeroReportRow> {
    const row = await this.store.find(tx, id, forUpdate);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有此零报告，或不属于本部门');
    return row;
  }

  /** Records an approved report in its tasks, in parts. @param reference the report, with the last task already looked at */
  private async fire(tx: Transaction, reference: string): Promise<void> {
    const [id = '', after] = reference.split('|');
    const row = await this.store.find(tx, id);
    if (row?.submitted_by == null || row.submitted_at === null || row.decided_by === null)
      throw new Error(`no zero report ${id} that was approved`);
    const filter = { quarter: row.quarter, department: row.department_code, listCode: row.list_code, limit: tasksPerFiring };
    const page = await this.store.readOwing(tx, { ...filter, after });
    const ids = page.map(({ task }) => task.id);
    await lockLanes(
      tx,
      page.flatMap(({ task }) => [task.laneKey, task.partySubjectId]),
    );
    // What the department has said of a task by itself, or a window for it, goes before.
    const pending = await this.feedback.readPending(tx, ids);
    const owing = (await this.store.readOwing(tx, { ...filter, ids })).flatMap(({ task }) => (pending.has(task.id) ? [] : [task]));
    const saying = { submittedBy: row.submitted_by, submittedAt: row.submitted_at, decidedBy: row.decided_by, remark: row.remark };
    await this.recorder.record(tx, owing, saying, () => id);
    await this.store.addGiven(tx, id, owing.length);
    const last = page.at(-1);
    if (last !== undefined && page.length === tasksPerFiring)
      await this.timers.set(tx, kind, [{ reference: `${id}|${last.task.id}`, dueAt: this.clock.now() }]);
    else await this.store.setRecorded(tx, id, this.clock.now());
  }

  private viewOf(row: ZeroReportRow): ZeroReportView {
    // Its clock, like that of the armed tasks under it, starts with the quarter.
    const start = quarterStart(row.quarter);
    const dueAt = periodicDue({ calendar: this.clock.calendar(), terms: this.terms.on(start) }, start);
    const givenAt = row.status === 'AUTOMATIC' ? windowsSaidAt(row.quarter) : row.status === 'OPEN' ? null : row.submitted_at;
    return {
      id: row.id,
      departmentCode: row.department_code,
      listCode: row.list_code,
      quarter: row.quarter,
      status: row.status,
      version: row.version,
      dueAt: dueAt.toISOString(),
      onTime: givenAt === null ? null : isOnTime(dueAt, givenAt),
      askedTasks: row.asked_tasks,
      automaticTasks: row.automatic_tasks,
      givenTasks: row.given_tasks,
      remark: row.remark,
      submittedBy: row.submitted_by,
      submittedAt: row.submitted_at?.toISOString() ?? null,
      decidedBy: row.decided_by,
      decidedAt: row.decided_at?.toISOString() ?? null,
      reason: row.reason,
      recordedAt: row.recorded_at?.toISOString() ?? null,
    };
  }
}

/** Name of the fact of an act. */
const factOfAct = { submit: 'SUBMITTED', approve: 'APPROVED', reject: 'REJECTED' } as const satisfies Record<ZeroReportAct, string>;
