import { type MeasurePlanMade, measurePlanMade, type Page, type Principal, type TaskView } from '@lianxin/contracts';
import { type RunningService, TokenSigner } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';

export const office = principalOf(['CREDIT_OFFICE']);
export const handlerOf = (department: string) => principalOf(['DEPT_HANDLER'], [department]);
export const approverOf = (department: string) => principalOf(['DEPT_APPROVER'], [department]);

/** The smallest file that is a PDF by its content. */
export const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n');

/** One city with this service alone; the services around it are played by a feeder on the real event log. */
export class World {
  private constructor(
    readonly city: TestCity,
    readonly running: RunningService,
    readonly feeder: EventFeeder,
  ) {}

  static async create(log: 'postgres' | 'kafka' = 'postgres', extra: Record<string, string> = {}): Promise<World> {
    const city = await TestCity.create(log, ['execution-feedback']);
    const running = await city.boot(service, extra);
    const feeder = await EventFeeder.for(city);
    await feeder.listen(['lianxin.task', 'lianxin.feedback', 'lianxin.case', 'lianxin.urge']);
    return new World(city, running, feeder);
  }

  async close(): Promise<void> {
    await this.feeder.close();
    await this.city.close();
  }

  call<Body = Record<string, unknown>>(
    principal: Principal,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) {
    return this.city.call<Body>(this.running, principal, method, `/api/v1/${path}`, {
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  async tasksOf(entryId: string, principal = office): Promise<TaskView[]> {
    return [...(await this.call<Page<TaskView>>(principal, 'GET', `tasks?entryId=${entryId}&limit=200`)).body.data];
  }

  /** Sends a plan and waits until this many tasks of its entry stand. */
  async dispatch(made: MeasurePlanMade, tasks: number): Promise<TaskView[]> {
    await this.feeder.send(measurePlanMade, made.subjectId, made);
    return eventually(`${tasks} tasks stand`, async () => {
      const rows = await this.tasksOf(made.entryId);
      return rows.length === tasks && rows;
    });
  }

  /** Acts that must succeed; returns the task after the last. */
  async act(principal: Principal, taskId: string, ...acts: string[]): Promise<TaskView> {
    let task: TaskView | undefined;
    for (const act of acts) {
      const answer = await this.call<TaskView>(
        principal,
        'POST',
        `tasks/${taskId}/${act}`,
        act === 'return' ? { reason: 'NOT_OURS' } : undefined,
      );
      if (answer.status !== 200) throw new Error(`${act}: ${JSON.stringify(answer.body)}`);
      task = answer.body;
    }
    if (task === undefined) throw new Error('no act was asked for');
    return task;
  }

  async upload(principal: Principal, content: Buffer = pdf, type = 'application/pdf'): Promise<string> {
    const answer = await this.call<{ id: string }>(principal, 'POST', 'files', content, { 'content-type': type });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  }

  /** The answer of a download as it came. */
  download(principal: Principal, id: string): Promise<Response> {
    return this.fetch(principal, `files/${id}`);
  }

  /** An answer as it came, for what is no JSON. */
  async fetch(principal: Principal, path: string): Promise<Response> {
    const signer = await TokenSigner.create(this.city.environment['LIANXIN_TOKEN_PRIVATE_KEY'] ?? '');
    return fetch(`${this.running.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${await signer.sign(principal)}` } });
  }

  async statusOf(taskId: string): Promise<string | undefined> {
    const [row] = await this.city.query<{ status: string }>('SELECT status FROM execution_feedback.task WHERE id = $1', [taskId]);
    return row?.status;
  }
}
