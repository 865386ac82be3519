import {
  catalogueApplied,
  catalogueKey,
  type ListEntryActivated,
  listEntryActivated,
  measurePlanMade,
  measurePlanRevised,
} from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, type TestAnswer, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { DifferenceView, DraftView, JobView } from '../src/catalogue-draft.api.ts';
import { entryOf, party, uuid } from './plan-fixtures.ts';

export const author = principalOf(['CREDIT_OFFICE'], [], 'OFFICE-A');
export const publisher = principalOf(['CREDIT_OFFICE'], [], 'OFFICE-B');
const root = '/api/v1/catalogue';

/** A city in which two replicas of this service keep one catalogue: list entries are said by the test, plans are heard by it. */
export class VersionTown {
  private numbers = 0;
  private answered = 0;
  door: Pick<RunningService, 'url'> | undefined;

  private constructor(
    readonly city: TestCity,
    readonly replicas: RunningService[],
    readonly feeder: EventFeeder,
  ) {}

  static async create(extra: Record<string, string> = {}, topics: readonly string[] = []): Promise<VersionTown> {
    const city = await TestCity.create('postgres', ['measure-decomposition']);
    const replicas = [await city.boot(service, extra), await city.boot(service, extra)];
    const feeder = await EventFeeder.for(city);
    await feeder.listen([measurePlanMade.topic, ...topics]);
    return new VersionTown(city, replicas, feeder);
  }

  /** The same around processes that the test starts and kills itself; `door` is where the office finds one of them. */
  static async around(city: TestCity): Promise<VersionTown> {
    const feeder = await EventFeeder.for(city);
    await feeder.listen([measurePlanMade.topic]);
    return new VersionTown(city, [], feeder);
  }

  /** One more process beside those that run. */
  anotherReplica(): Promise<RunningService> {
    return this.city.boot(service);
  }

  async close(): Promise<void> {
    await this.feeder.close();
    await this.city.close();
  }

  newEntry(listCode: string, decidedOn: string, changes: Partial<ListEntryActivated> = {}): ListEntryActivated {
    this.numbers += 1;
    const number = this.numbers;
    const subjectId = uuid(700_000 + number);
    const parties = [{ ...party(number * 1000, 'SUBJECT', 'LEGAL'), subjectId }];
    const decision = { number: `连人社列字〔2026〕${number}号`, date: decidedOn };
    return entryOf(listCode, { entryId: uuid(800_000 + number), subjectId, parties, decision, activatedOn: decidedOn, ...changes });
  }

  async list(entries: readonly ListEntryActivated[]): Promise<void> {
    await this.feeder.sendRecords(entries.map((entry) => this.feeder.make(listEntryActivated, entry.subjectId, entry).record));
  }

  planned(entries: readonly ListEntryActivated[], timeoutMs = 20_000) {
    const ids = entries.map((entry) => entry.entryId);
    const sql = 'SELECT count(*) FROM measure_decomposition.plan WHERE entry_id = ANY ($1::uuid[])';
    return eventually(
      `${ids.length} entries are planned`,
      async () => Number((await this.city.query<{ count: string }>(sql, [ids]))[0]?.count) === ids.length,
      timeoutMs,
    );
  }

  plansOf(entryIds: readonly string[]) {
    return this.city.query<{ entry_id: string; plan_version: number; catalogue_version: number; measures: string[] }>(
      `SELECT entry_id, plan_version, catalogue_version,
         ARRAY(SELECT measure->>'measureCode' FROM jsonb_array_elements(body->'measures') AS measure) AS measures
       FROM measure_decomposition.plan WHERE entry_id = ANY ($1::uuid[]) ORDER BY entry_id`,
      [entryIds],
    );
  }

  call<Body = Record<string, unknown>>(
    who: typeof author,
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<TestAnswer<Body>> {
    const first = this.door ?? this.replicas[0];
    if (first === undefined) throw new Error('no replica runs');
    return this.city.call<Body>(first, who, method, `${root}${path}`, options);
  }

  async draft(titleZh: string): Promise<DraftView> {
    const { body } = await this.call<DraftView>(author, 'POST', '/drafts', { body: { titleZh, reasonZh: '测试' } });
    return body;
  }

  /** Changes one row of a draft as its author; `change` gets the row as it is. */
  async edit(
    draft: DraftView,
    kind: string,
    code: string,
    change: (row: Record<string, unknown>) => object,
    as = code,
  ): Promise<DraftView> {
    const { body: row } = await this.call(author, 'GET', `/drafts/${draft.id}/rows/${kind}/${code}`);
    const answer = await this.call<DraftView>(author, 'PUT', `/drafts/${draft.id}/rows/${kind}/${as}`, {
      body: { ...row, code: as, ...change(row) },
      headers: { 'if-match': `"${draft.revision}"` },
    });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  async difference(draft: DraftView): Promise<DifferenceView> {
    return (await this.call<DifferenceView>(author, 'GET', `/drafts/${draft.id}/difference`)).body;
  }

  async simulate(draft: DraftView, effectiveFrom: string): Promise<JobView> {
    const { body } = await this.call<JobView>(author, 'POST', `/drafts/${draft.id}/simulations`, { body: { effectiveFrom } });
    return this.finished(body.id);
  }

  publish(draft: DraftView, effectiveFrom: string, who = publisher) {
    const headers = { 'if-match': `"${draft.revision}"` };
    return this.call<DraftView & { code?: string }>(who, 'POST', `/drafts/${draft.id}/publish`, { body: { effectiveFrom }, headers });
  }

  async finished(jobId: string): Promise<JobView> {
    return eventually(
      `job ${jobId} is over`,
      async () => {
        await this.execute();
        const { body } = await this.call<JobView>(author, 'GET', `/jobs/${jobId}`);
        return body.finishedAt !== null && body;
      },
      60_000,
    );
  }

  /** Says what those who execute would say: that they have done what has been revised so far. */
  private async execute(): Promise<void> {
    const revised = this.feeder.eventsOf(measurePlanRevised).slice(this.answered);
    this.answered += revised.length;
    const records = revised.flatMap(({ data: { flow } }) =>
      flow === undefined ? [] : [this.feeder.make(catalogueApplied, catalogueKey, flow).record],
    );
    if (records.length > 0) await this.feeder.sendRecords(records);
  }

  /** Simulates, publishes and waits until the version is in force and all plans are derived again. */
  async bringIntoForce(draft: DraftView, effectiveFrom: string): Promise<JobView> {
    await this.simulate(draft, effectiveFrom);
    const answer = await this.publish(draft, effectiveFrom);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return this.replanned(draft);
  }

  async replanned(draft: DraftView): Promise<JobView> {
    const job = await eventually('re-planning has begun', async () => {
      const { body } = await this.call<{ data: JobView[] }>(author, 'GET', '/jobs?kind=REPLAN');
      return body.data.find((one) => one.draftId === draft.id);
    });
    return this.finished(job.id);
  }

  async reconcile(): Promise<JobView> {
    const { body } = await this.call<JobView>(author, 'POST', '/reconciliations');
    return this.finished(body.id);
  }

  revisionsOf(entry: ListEntryActivated) {
    return this.feeder.eventsOf(measurePlanRevised).filter((event) => event.data.entryId === entry.entryId);
  }
}
