import { idSchema, type Page, type Principal, ProblemError, seesWholeCity, type TaskQuery, type TaskView } from '@lianxin/contracts';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { NoticeStore } from './notice.store.ts';
import { type HistoryRow, type PageEnd, TaskStore } from './task.store.ts';
import { type Reader, TaskViews } from './task.view.ts';

const cursorSchema = z.tuple([z.iso.datetime(), idSchema]);

/** One entry of a task's history. */
export interface TaskFactView {
  readonly version: number;
  readonly what: string;
  readonly from: string | null;
  readonly to: string;
  readonly at: string;
  readonly actor: string | null;
  readonly causeEventId: string | null;
  readonly detail: Record<string, unknown> | null;
}

/** A task or notice of a queue, and whom it concerns. */
export interface QueueRow {
  readonly view: TaskView;
  readonly partySubjectId: string;
}

/** What departments and the credit office read: queues, single tasks with their history, notices. */
@Injectable()
export class QueueService {
  constructor(
    private readonly database: Database,
    private readonly tasks: TaskStore,
    private readonly notices: NoticeStore,
    private readonly views: TaskViews,
    private readonly clock: Clock,
  ) {}

  /** @throws ProblemError CURSOR_INVALID. */
  async listTasks(principal: Principal, query: TaskQuery): Promise<Page<TaskView>> {
    const page = await this.database.transaction(principal, (tx) => this.readTasks(tx, principal, query));
    return { ...page, data: page.data.map((row) => row.view) };
  }

  /** @throws ProblemError CURSOR_INVALID. */
  async listNotices(principal: Principal, query: TaskQuery): Promise<Page<TaskView>> {
    const page = await this.database.transaction(principal, (tx) => this.readNotices(tx, principal, query));
    return { ...page, data: page.data.map((row) => row.view) };
  }

  /** A page of tasks, as the screen and an export of it show them. */
  async readTasks(tx: Transaction, principal: Principal, query: TaskQuery): Promise<Page<QueueRow>> {
    const claimedBy = query.assignee === undefined ? undefined : { person: principal.id, today: this.clock.today() };
    const rows = await this.tasks.readPage(tx, { ...filterOf(principal, query), claimedBy });
    const page = pageOf(rows, query.limit, keyOf, (task) => task);
    const bases = await this.tasks.readBasesToShow(
      tx,
      page.data.map((task) => task.id),
    );
    const views = await this.views.ofTasks(tx, page.data, bases, this.readerOf(principal));
    return { ...page, data: withSubjects(views, page.data) };
  }

  /** Likewise of notices. */
  async readNotices(tx: Transaction, principal: Principal, query: TaskQuery): Promise<Page<QueueRow>> {
    const rows = await this.notices.readPage(tx, filterOf(principal, query));
    const page = pageOf(rows, query.limit, keyOf, (notice) => notice);
    const bases = await this.notices.readBasesToShow(
      tx,
      page.data.map((notice) => notice.id),
    );
    const views = await this.views.ofNotices(tx, page.data, bases, this.readerOf(principal));
    return { ...page, data: withSubjects(views, page.data) };
  }

  /** @throws ProblemError NOT_FOUND, also for a task of another department. */
  async getTask(principal: Principal, id: string): Promise<TaskView & { history: TaskFactView[] }> {
    return this.database.transaction(principal, async (tx) => {
      const view = await this.render(tx, id, this.readerOf(principal));
      return { ...view, history: (await this.tasks.readHistory(tx, id)).map(factView) };
    });
  }

  /** The task after an act. The answer is kept for retries of the same request, so persons' names in it are masked. */
  async viewAfterAct(tx: Transaction, principal: Principal, id: string): Promise<TaskView> {
    return this.render(tx, id, { ...this.readerOf(principal), isDepartment: false });
  }

  private async render(tx: Transaction, id: string, reader: Reader): Promise<TaskView> {
    const task = await this.tasks.findTask(tx, id);
    if (task === undefined) throw new ProblemError('NOT_FOUND', '没有此任务，或不属于本部门');
    const bases = await this.tasks.readBasesToShow(tx, [id]);
    const [view] = await this.views.ofTasks(tx, [task], bases, reader);
    if (view === undefined) throw new Error('a task without a view');
    return view;
  }

  private readerOf(principal: Principal): Reader {
    return { now: this.clock.now(), calendar: this.clock.calendar(), isDepartment: !seesWholeCity(principal) };
  }
}

function withSubjects(views: readonly TaskView[], rows: readonly { readonly partySubjectId: string }[]): QueueRow[] {
  return views.flatMap((view, place) => {
    const row = rows[place];
    return row === undefined ? [] : [{ view, partySubjectId: row.partySubjectId }];
  });
}

function filterOf(principal: Principal, query: TaskQuery) {
  const asked = query.department;
  const departments = seesWholeCity(principal)
    ? asked
    : principal.departments.filter((code) => asked === undefined || asked.includes(code));
  return { ...query, departments, after: query.cursor === undefined ? undefined : endOf(query.cursor) };
}

function endOf(cursor: string): PageEnd {
  const [dispatchedAt, id] = decodeCursor(cursorSchema, cursor);
  return { dispatchedAt, id };
}

const keyOf = (row: { dispatchedAt: Date; id: string }) => [row.dispatchedAt.toISOString(), row.id];

function factView(row: HistoryRow): TaskFactView {
  return {
    version: row.version,
    what: row.what,
    from: row.from_status,
    to: row.to_status,
    at: row.at.toISOString(),
    actor: row.actor,
    causeEventId: row.cause_event,
    detail: row.detail,
  };
}
