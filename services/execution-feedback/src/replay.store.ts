import type { AssessedPlan, TaskStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Known } from './plan.board.rules.ts';
import { type PlanName, PlanStore } from './plan.store.ts';
import type { CaseWorld } from './replay.rules.ts';
import type { FactFold } from './replay.state.rules.ts';
import type { Basis, Task } from './task.rules.ts';

/** What a replay looks at of one case. */
export interface CaseName {
  readonly entryIds: readonly string[];
  /** Parties that would get more. */
  readonly subjectIds: readonly string[];
  readonly withFacts: boolean;
}

/** What plans demand where the tasks of a case are otherwise. */
export interface CaseCorrection {
  readonly replayId: string;
  readonly round: number;
  readonly entryId: string;
  readonly plans: readonly AssessedPlan[];
}

export function caseNameOf(plans: readonly AssessedPlan[], withFacts: boolean): CaseName {
  return {
    entryIds: [...new Set(plans.filter(({ planId }) => planId !== null).map(({ entryId }) => entryId))],
    subjectIds: [...new Set(plans.flatMap(({ parties }) => (parties ?? []).map(({ subjectId }) => subjectId)))],
    withFacts,
  };
}

/** All SQL of replays: what the tasks of many cases rest on, by a few statements. */
@Injectable()
export class ReplayStore {
  constructor(private readonly plans: PlanStore) {}

  /** The worlds of these cases, in their order. */
  async readWorlds(tx: Transaction, cases: readonly CaseName[]): Promise<CaseWorld[]> {
    const entryIds = [...new Set(cases.flatMap((one) => one.entryIds))];
    const subjectIds = [...new Set(cases.flatMap((one) => one.subjectIds))];
    const names = await this.readPlanNames(tx, entryIds);
    const tasks = new Map(
      [
        ...(await this.plans.readTasksOfPlans(tx, names)),
        ...(subjectIds.length === 0 ? [] : await this.plans.readLivingTasks(tx, subjectIds)),
      ].map((task) => [task.id, task]),
    );
    const taskIds = [...tasks.keys()];
    const bases = await this.plans.readBases(tx, taskIds);
    const known = { plans: await this.plans.readPlans(tx, names), tasks, bases, notices: await this.plans.readNotices(tx, names) };
    const withFacts = cases.some((one) => one.withFacts);
    const shared = {
      acted: await this.readActed(tx, taskIds, entryIds),
      restored: await this.readRestored(tx, entryIds),
      facts: withFacts ? await this.readFacts(tx, taskIds) : new Map<string, FactFold>(),
    };
    const index = new KnownIndex(known);
    const moved = await this.readMoved(tx, known.plans, known.tasks);
    return cases.map((one) => {
      const own = index.of(one);
      const hasMoved = [...own.tasks.map(({ id }) => id), ...own.plans.map(({ planId }) => planId)].some((id) => moved.has(id));
      return { ...shared, known: own, hasMoved };
    });
  }

  /** What would be carried out of these cases. */
  async keepCorrections(tx: Transaction, corrections: readonly CaseCorrection[]): Promise<void> {
    if (corrections.length === 0) return;
    await tx.execute(
      `INSERT INTO replay_correction (replay_id, round, entry_id, plans) SELECT * FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::jsonb[])
       ON CONFLICT (replay_id, round, entry_id) DO NOTHING`,
      [
        corrections.map((one) => one.replayId),
        corrections.map((one) => one.round),
        corrections.map((one) => one.entryId),
        corrections.map((one) => JSON.stringify(one.plans)),
      ],
    );
  }

  /** What was kept of a case, and whether any round of the replay has been carried out on it. */
  async findCorrection(
    tx: Transaction,
    { replayId, round, entryId }: Omit<CaseCorrection, 'plans'>,
  ): Promise<{ plans: AssessedPlan[] | undefined; isDone: boolean }> {
    const rows = await tx.query<{ round: number; plans: AssessedPlan[]; done_at: Date | null }>(
      'SELECT round, plans, done_at FROM replay_correction WHERE replay_id = $1 AND entry_id = $2 ORDER BY round',
      [replayId, entryId],
    );
    return { plans: rows.find((row) => row.round === round)?.plans, isDone: rows.some((row) => row.done_at !== null) };
  }

  async markDone(tx: Transaction, { replayId, round, entryId }: Omit<CaseCorrection, 'plans'>, at: Date): Promise<void> {
    await tx.execute('UPDATE replay_correction SET done_at = $4 WHERE replay_id = $1 AND round = $2 AND entry_id = $3', [
      replayId,
      round,
      entryId,
      at,
    ]);
  }

  /** Plans of these entries, and the parties whose tasks rest on them: their lanes are held before a task moves. */
  async readPartySubjects(tx: Transaction, entryIds: readonly string[]): Promise<string[]> {
    return this.plans.readPartySubjects(tx, await this.readPlanNames(tx, entryIds));
  }

  private async readPlanNames(tx: Transaction, entryIds: readonly string[]): Promise<PlanName[]> {
    const rows = await tx.query<{ entry_id: string; activation_no: number }>(
      'SELECT entry_id, activation_no FROM plan_seen WHERE entry_id = ANY ($1::uuid[]) ORDER BY entry_id, activation_no',
      [entryIds],
    );
    return rows.map((row) => ({ entryId: row.entry_id, activationNo: row.activation_no }));
  }

  /** Feedback that was sent back still tells that something was done (R-6-8). */
  /** Plans and tasks that have moved while the rest was read without locks: what was read of them does not fit together. */
  private async readMoved(tx: Transaction, plans: Known['plans'], tasks: ReadonlyMap<string, Task>): Promise<Set<string>> {
    const versions = new Map([
      ...plans.map(({ planId, planVersion }) => [planId, planVersion] as const),
      ...[...tasks.values()].map(({ id, version }) => [id, version] as const),
    ]);
    const now = await tx.query<{ id: string; version: number }>(
      `SELECT plan_id AS id, plan_version AS version FROM plan_seen WHERE entry_id = ANY ($1::uuid[])
       UNION ALL SELECT id, version FROM task WHERE id = ANY ($2::uuid[])`,
      [plans.map(({ entryId }) => entryId), [...tasks.keys()]],
    );
    return new Set(now.filter(({ id, version }) => versions.get(id) !== version).map(({ id }) => id));
  }

  private async readActed(tx: Transaction, taskIds: readonly string[], entryIds: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ task_id: string }>(
      `SELECT task_id FROM feedback WHERE task_id = ANY ($1::uuid[]) AND kind IN ('APPLIED', 'HIT', 'PARTIAL')
       UNION SELECT task_id FROM window_hit WHERE entry_id = ANY ($2::uuid[]) AND applied AND task_id IS NOT NULL`,
      [taskIds, entryIds],
    );
    return new Set(rows.map((row) => row.task_id));
  }

  private async readRestored(tx: Transaction, entryIds: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ name: string }>(
      `SELECT concat_ws('|', ordered.entry_id, ordered.department_code, task.party_subject_id, measure.code) AS name
       FROM task_order ordered JOIN task ON task.id = ordered.task_id CROSS JOIN LATERAL jsonb_array_elements_text(ordered.measure_codes) AS measure (code)
       WHERE ordered.entry_id = ANY ($1::uuid[]) AND ordered.kind = 'RESTORE'`,
      [entryIds],
    );
    return new Set(rows.map((row) => row.name));
  }

  private async readFacts(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, FactFold>> {
    const rows = await tx.query<{ task_id: string; count: number; is_chain: boolean; status: TaskStatus }>(
      `SELECT task_id, count(*)::integer AS count, bool_and(follows) AS is_chain, (array_agg(to_status ORDER BY version DESC))[1] AS status
       FROM (SELECT task_id, version, to_status,
               version = row_number() OVER life AND from_status IS NOT DISTINCT FROM lag(to_status) OVER life AS follows
             FROM task_fact WHERE task_id = ANY ($1::uuid[]) WINDOW life AS (PARTITION BY task_id ORDER BY version)) AS fact
       GROUP BY task_id`,
      [taskIds],
    );
    return new Map(rows.map((row) => [row.task_id, { count: row.count, isChain: row.is_chain, status: row.status }]));
  }
}

/** What was read for many cases, to be taken out case by case. */
class KnownIndex {
  private readonly tasksOfEntry = new Map<string, Set<string>>();
  private readonly livingOfSubject = new Map<string, string[]>();
  private readonly basesOfTask = new Map<string, Basis[]>();
  private readonly plansOfEntry: ReadonlyMap<string, Known['plans'][number][]>;
  private readonly noticesOfEntry: ReadonlyMap<string, Known['notices'][number][]>;

  constructor(private readonly known: Omit<Known, 'tasks'> & { readonly tasks: ReadonlyMap<string, Task> }) {
    for (const basis of known.bases) {
      pushTo(this.basesOfTask, basis.taskId, basis);
      const tasks = this.tasksOfEntry.get(basis.entryId) ?? new Set();
      this.tasksOfEntry.set(basis.entryId, tasks.add(basis.taskId));
    }
    for (const task of known.tasks.values()) pushTo(this.livingOfSubject, task.partySubjectId, task.id);
    this.plansOfEntry = byEntry(known.plans);
    this.noticesOfEntry = byEntry(known.notices);
  }

  of({ entryIds, subjectIds }: CaseName): Known {
    const ids = new Set([
      ...entryIds.flatMap((id) => [...(this.tasksOfEntry.get(id) ?? [])]),
      ...subjectIds.flatMap((id) => this.livingOfSubject.get(id) ?? []),
    ]);
    return {
      plans: entryIds.flatMap((id) => this.plansOfEntry.get(id) ?? []),
      tasks: [...ids].flatMap((id) => this.known.tasks.get(id) ?? []),
      bases: [...ids].flatMap((id) => this.basesOfTask.get(id) ?? []),
      notices: entryIds.flatMap((id) => this.noticesOfEntry.get(id) ?? []),
    };
  }
}

function byEntry<Row extends { readonly entryId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const lists = new Map<string, Row[]>();
  for (const row of rows) pushTo(lists, row.entryId, row);
  return lists;
}

function pushTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
