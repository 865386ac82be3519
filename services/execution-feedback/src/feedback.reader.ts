import { idSchema, type Page, type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import { Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type FeedbackQuery, type FeedbackView, feedbackStatusSchema } from './feedback.api.ts';
import { type Feedback, FeedbackStore, type FeedbackVersion } from './feedback.store.ts';

const cursorSchema = z.tuple([z.iso.datetime(), idSchema]);

/** Reads feedback for people: of a task, one by one, or what waits for approval. */
@Injectable()
export class FeedbackReader {
  constructor(
    private readonly database: Database,
    private readonly store: FeedbackStore,
  ) {}

  async ofTask(principal: Principal, taskId: string): Promise<{ data: FeedbackView[] }> {
    return this.database.transaction(principal, async (tx) => ({ data: await this.views(tx, await this.store.readOfTask(tx, taskId)) }));
  }

  /** @throws ProblemError NOT_FOUND. */
  async one(principal: Principal, id: string): Promise<FeedbackView> {
    return this.database.transaction(principal, async (tx) => {
      const feedback = await this.store.find(tx, id);
      if (feedback === undefined) throw new ProblemError('NOT_FOUND', '没有此反馈，或不属于本部门');
      return this.view(tx, feedback);
    });
  }

  /** @throws ProblemError CURSOR_INVALID. */
  async list(principal: Principal, query: FeedbackQuery): Promise<Page<FeedbackView>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, principal, query));
  }

  /** A page of feedback, as the screen and an export of it show it. */
  async readPage(tx: Transaction, principal: Principal, query: FeedbackQuery): Promise<Page<FeedbackView>> {
    const asked = query.department;
    const departments = seesWholeCity(principal)
      ? asked
      : principal.departments.filter((code) => asked === undefined || asked.includes(code));
    const after = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor);
    const rows = await this.store.readPage(tx, {
      departments,
      statuses: query.status ?? feedbackStatusSchema.options,
      after: after === undefined ? undefined : { submittedAt: after[0], id: after[1] },
      limit: query.limit,
    });
    const page = pageOf(
      rows,
      query.limit,
      (row) => [row.submitted_at.toISOString(), row.id],
      (row) => row,
    );
    return { ...page, data: await this.views(tx, page.data) };
  }

  async view(tx: Transaction, feedback: Feedback): Promise<FeedbackView> {
    const [view] = await this.views(tx, [feedback]);
    if (view === undefined) throw new Error('a feedback without a view');
    return view;
  }

  private async views(tx: Transaction, rows: readonly Feedback[]): Promise<FeedbackView[]> {
    const versions = await this.store.readVersions(
      tx,
      rows.map((row) => row.id),
    );
    const byFeedback = Map.groupBy(versions, (version) => version.feedback_id);
    return rows.map((row) => viewOf(row, byFeedback.get(row.id) ?? []));
  }
}

function viewOf(row: Feedback, versions: readonly FeedbackVersion[]): FeedbackView {
  return {
    id: row.id,
    taskId: row.task_id,
    taskStatus: row.task_status,
    departmentCode: row.department_code,
    cycle: row.cycle,
    kind: row.kind,
    status: row.status,
    version: row.version,
    validVersion: row.valid_version,
    submittedAt: row.submitted_at.toISOString(),
    dueAt: row.due_at?.toISOString() ?? null,
    onTime: row.on_time,
    clientRef: row.client_ref,
    windowCheck: row.check_id === null || row.check_number === null ? null : { id: row.check_id, number: row.check_number },
    versions: versions.map((version) => ({
      version: version.version,
      content: version.content,
      submittedBy: version.submitted_by,
      submittedAt: version.submitted_at.toISOString(),
      decision: decisionOf(version),
      withdrawal: withdrawalOf(version),
    })),
  };
}

function decisionOf(version: FeedbackVersion): FeedbackView['versions'][number]['decision'] {
  if (version.outcome === null || version.decided_by === null || version.decided_at === null) return null;
  return { outcome: version.outcome, by: version.decided_by, at: version.decided_at.toISOString(), reason: version.reason };
}

function withdrawalOf(version: FeedbackVersion): FeedbackView['versions'][number]['withdrawal'] {
  if (version.withdrawn_reason === null || version.withdrawn_by === null || version.withdrawn_at === null) return null;
  return { reason: version.withdrawn_reason, by: version.withdrawn_by, at: version.withdrawn_at.toISOString() };
}
