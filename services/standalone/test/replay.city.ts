import { beijingDate, type ListEntryView, type Principal, type TaskView } from '@lianxin/contracts';
import { service as executionFeedback } from '@lianxin/execution-feedback/app.module';
import { service as listMatching } from '@lianxin/list-matching/app.module';
import { service as measureDecomposition } from '@lianxin/measure-decomposition/app.module';
import { service as objectionHandling } from '@lianxin/objection-handling/app.module';
import type { RunningService } from '@lianxin/platform';
import { eventually, principalOf, TestCity } from '@lianxin/testing';
import { designators, type FlagBody } from '../../../test/support/flags.ts';

export const admin = principalOf(['REPLAY_ADMIN'], [], 'admin-one');
export const secondAdmin = principalOf(['REPLAY_ADMIN'], [], 'admin-two');
export const office = principalOf(['CREDIT_OFFICE'], [], 'office');
const secondOfOffice = principalOf(['CREDIT_OFFICE'], [], 'office-two');
export const handlerOf = (department: string) => principalOf(['DEPT_HANDLER'], [department]);
export const approverOf = (department: string) => principalOf(['DEPT_APPROVER'], [department]);
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');

export interface Replay {
  readonly id: string;
  readonly status: string;
  readonly story: string | null;
  readonly detail: string | null;
  readonly sha256: string | null;
  readonly cases: number;
  readonly version: number;
  readonly failures: readonly { readonly number: string; readonly detail: string | null }[];
  readonly figures: Readonly<Record<string, unknown>> | null;
}
export interface Row {
  readonly entryId: string;
  readonly kind: string;
  readonly action: string;
  readonly id: string | null;
  readonly departmentCode: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a draft does to a measure, or puts beside it under another code. */
export interface MeasureEdit {
  readonly code: string;
  readonly as?: string;
  readonly change: (row: Record<string, unknown>) => object;
}

/** The four services that a replay goes through, in one process, with a clock that can be turned. */
export class ReplayCity {
  private constructor(
    readonly city: TestCity,
    private readonly lists: RunningService,
    private readonly plans: RunningService,
    private readonly tasksOf: RunningService,
    private readonly journal: RunningService,
  ) {}

  static async create(): Promise<ReplayCity> {
    const city = await TestCity.create('postgres', ['list-matching', 'measure-decomposition', 'execution-feedback', 'objection-handling']);
    const plans = await city.boot(measureDecomposition);
    return new ReplayCity(
      city,
      await city.boot(listMatching),
      plans,
      await city.boot(executionFeedback),
      await city.boot(objectionHandling),
    );
  }

  async entry(who: Principal, method: string, path: string, body?: unknown): Promise<ListEntryView> {
    const answer = await this.city.call<ListEntryView>(this.lists, who, method, `/api/v1/list-entries${path}`, { body });
    if (answer.status > 201) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  flag(body: FlagBody): Promise<ListEntryView> {
    return this.entry(handlerOf(designators[body.listCode] ?? ''), 'POST', '', body);
  }

  /** Waits until every task that the entry's plan orders stands in its queue. */
  async flagged(body: FlagBody): Promise<ListEntryView> {
    const view = await this.flag(body);
    await eventually(`the tasks of ${body.listCode} stand in the queues`, async () => (await this.tasks(view.id)).length > 0);
    return view;
  }

  async tasks(entryId: string, who: Principal = office): Promise<readonly TaskView[]> {
    const rows: TaskView[] = [];
    for (let cursor = ''; ; ) {
      const path = `/api/v1/tasks?limit=200&entryId=${entryId}${cursor}`;
      const { body } = await this.city.call<{ data: TaskView[]; page: { nextCursor: string | null } }>(this.tasksOf, who, 'GET', path);
      rows.push(...body.data);
      if (body.page.nextCursor === null) return rows;
      cursor = `&cursor=${body.page.nextCursor}`;
    }
  }

  /** A department does what a task asks, a second person approves the answer. */
  async carriedOut(task: TaskView): Promise<void> {
    const [handler, approver] = [handlerOf(task.departmentCode), approverOf(task.departmentCode)];
    const must = async (who: Principal, path: string, body: unknown = {}, headers: Record<string, string> = {}) => {
      const answer = await this.city.call<{ id: string }>(this.tasksOf, who, 'POST', `/api/v1/${path}`, { body, headers });
      if (answer.status > 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    await must(handler, `tasks/${task.id}/acknowledge`);
    await must(handler, `tasks/${task.id}/start`);
    const file = await must(handler, 'files', pdf, { 'content-type': 'application/pdf' });
    const appliedOn = beijingDate(new Date());
    const told = { kind: 'APPLIED', measureApplied: '取消评优资格', appliedOn, documentNo: '示例办〔2026〕1号', evidenceIds: [file.id] };
    const feedback = await must(handler, `tasks/${task.id}/feedback`, told);
    await must(approver, `feedback/${feedback.id}/approve`);
  }

  /** A version of the catalogue, drafted by one and published by another, in force from today: when it returns every plan is derived again. */
  async newVersion(titleZh: string, edits: readonly MeasureEdit[]): Promise<void> {
    const today = beijingDate(new Date());
    const must = async <Body>(who: Principal, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const answer = await this.city.call<Body>(this.plans, who, method, `/api/v1/catalogue/${path}`, { body, headers });
      if (answer.status > 202) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    let draft = await must<{ id: string; revision: number }>(office, 'POST', 'drafts', { titleZh, reasonZh: '测试' });
    for (const { code, as = code, change } of edits) {
      const row = await must<Record<string, unknown>>(office, 'GET', `drafts/${draft.id}/rows/MEASURE/${code}`);
      const path = `drafts/${draft.id}/rows/MEASURE/${as}`;
      draft = await must(office, 'PUT', path, { ...row, code: as, ...change(row) }, { 'if-match': `"${draft.revision}"` });
    }
    const isOver = (id: string) =>
      eventually(
        `job ${id} is over`,
        async () => (await must<{ finishedAt: string | null }>(office, 'GET', `jobs/${id}`)).finishedAt !== null,
        60_000,
      );
    await isOver((await must<{ id: string }>(office, 'POST', `drafts/${draft.id}/simulations`, { effectiveFrom: today })).id);
    const seen = { 'if-match': `"${draft.revision}"` };
    await must(secondOfOffice, 'POST', `drafts/${draft.id}/publish`, { effectiveFrom: today }, seen);
    const replanning = await eventually('re-planning has begun', async () => {
      const { data } = await must<{ data: { id: string; draftId: string | null }[] }>(office, 'GET', 'jobs?kind=REPLAN');
      return data.find((job) => job.draftId === draft.id);
    });
    await isOver(replanning.id);
  }

  /** Who confirms or approves has read the difference as it is now. */
  async post(who: Principal, path: string, body: object = {}): Promise<{ status: number; body: Replay & { readonly code?: string } }> {
    const agreed = /^\/(.+)\/(?:confirm|approve)$/.exec(path)?.[1];
    const read = agreed === undefined ? {} : { sha256: (await this.replay(agreed)).sha256 };
    return this.city.call<Replay>(this.journal, who, 'POST', `/api/v1/replays${path}`, { body: { ...read, ...body } });
  }

  async replay(id: string): Promise<Replay> {
    return (await this.city.call<Replay>(this.journal, admin, 'GET', `/api/v1/replays/${id}`)).body;
  }

  async until(id: string, ...statuses: readonly string[]): Promise<Replay> {
    let last: Replay | undefined;
    return eventually(`replay ${id} is ${statuses.join(' or ')}`, async () => {
      last = await this.replay(id);
      return statuses.includes(last.status) && last;
    }).catch(async (error: unknown) => {
      const unsettled = await this.city.query(
        `SELECT number, state, attempts, detail FROM objection_handling.replay_case WHERE replay_id = $1 AND state <> 'ANSWERED' LIMIT 5`,
        [id],
      );
      throw new Error(`${String(error)}: ${last?.status} ${last?.detail}\n${JSON.stringify(unsettled)}`, { cause: error });
    });
  }

  /** Plans, and waits until the plan stands. */
  async planned(body: Record<string, unknown>): Promise<Replay> {
    const answer = await eventually('the journal has heard of the entry', async () => {
      const given = await this.post(admin, '', { reason: '复核', ...body });
      return given.body.code !== 'REPLAY_SCOPE_EMPTY' && given;
    });
    if (answer.status !== 202) throw new Error(`not planned: ${answer.status} ${JSON.stringify(answer.body)}`);
    return this.until(answer.body.id, 'PLANNED');
  }

  /** A second person agrees, and all of it is done and proved. */
  async applied(replay: Replay): Promise<Replay> {
    const approved = await this.post(secondAdmin, `/${replay.id}/approve`);
    if (approved.status !== 200) throw new Error(`not approved: ${JSON.stringify(approved.body)}`);
    await this.post(admin, `/${replay.id}/apply`);
    return this.until(replay.id, 'APPLIED');
  }

  /** Tasks of a measure that somebody still has to carry out, or rests with. */
  async living(entryId: string, measureCode: string): Promise<readonly TaskView[]> {
    const over = ['LIFTING', 'LIFTED', 'CANCELLED'];
    return (await this.tasks(entryId)).filter((task) => task.measureCode === measureCode && !over.includes(task.status));
  }

  /** Somebody objects to an entry, and the office takes it in: what is disputed rests from then on (R-6-4). Returns when every service has heard of it. */
  async disputed(entry: ListEntryView): Promise<void> {
    const body = {
      ...{ target: { kind: 'LIST_ENTRY', id: entry.id }, kinds: ['CONTENT_WRONG'], capacity: 'SUBJECT', channel: 'WINDOW' },
      ...{ applicant: { name: '示例' }, identityProof: { documentNo: '核验单1', how: 'REAL_NAME' }, statement: '列入有误' },
      evidence: [{ title: '凭证', sha256: 'a'.repeat(64) }],
    };
    const window = principalOf(['WINDOW_CLERK'], ['DATAJ']);
    const submitted = await eventually('the journal has heard of the entry', async () => {
      const answer = await this.city.call<{ id: string }>(this.journal, window, 'POST', '/api/v1/objections', { body });
      return answer.status === 201 && answer.body;
    });
    const accepted = await this.city.call(this.journal, office, 'POST', `/api/v1/objections/${submitted.id}/accept`, { body: {} });
    if (accepted.status !== 200) throw new Error(`not accepted: ${JSON.stringify(accepted.body)}`);
    await eventually('the departments have heard of it', async () => {
      const held = `SELECT 1 FROM execution_feedback.plan_seen WHERE entry_id = $1 AND status = 'HELD'`;
      return (await this.city.query(held, [entry.id])).length > 0;
    });
  }

  /** Tasks that stand in queues because of the honour that came back in place of this one (T20a). */
  async rewardsOfReturned(honour: ListEntryView): Promise<string[]> {
    const back = `SELECT id, valid_to FROM list_matching.list_entry WHERE restores = $1 AND status = 'ACTIVE'`;
    const [entry] = await eventually('the honour is back', async () => {
      const rows = await this.city.query<{ id: string; valid_to: string | null }>(back, [honour.id]);
      return rows.length > 0 && rows;
    });
    if (entry === undefined || entry.valid_to !== honour.validTo) throw new Error(`it came back until ${entry?.valid_to}`);
    return eventually('its rewards stand in the queues', async () => {
      const tasks = await this.standing(entry.id);
      return tasks.length > 0 && tasks;
    });
  }

  /** `measure department` of every task of an entry that a department still has to carry out. */
  async standing(entryId: string): Promise<string[]> {
    const open = (await this.tasks(entryId)).filter((task) => task.kind === 'EXECUTE' && task.status === 'DISPATCHED');
    return open.map((task) => `${task.measureCode} ${task.departmentCode}`).sort();
  }

  async difference(id: string, query = ''): Promise<readonly Row[]> {
    const path = `/api/v1/replays/${id}/diff?limit=200${query}`;
    return (await this.city.call<{ data: Row[] }>(this.journal, admin, 'GET', path)).body.data;
  }

  /** `kind action` of every row, each once, sorted. */
  async actions(id: string, query = ''): Promise<string[]> {
    return [...new Set((await this.difference(id, query)).map((row) => `${row.kind} ${row.action}`))].sort();
  }

  close(): Promise<void> {
    return this.city.close();
  }
}
