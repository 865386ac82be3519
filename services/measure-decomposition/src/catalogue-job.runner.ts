import { setTimeout as delay } from 'node:timers/promises';
import { Digests, Loop } from '@lianxin/messaging';
import { Clock, Database, isTransientDatabaseError, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type IndexedCatalogue, indexCatalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';
import { applyChanges } from './catalogue-content.rules.ts';
import { type CatalogueJob, CatalogueJobStore } from './catalogue-job.store.ts';
import { ReplanSettings } from './config.ts';
import { rowsBeyond, tally } from './job-figures.rules.ts';
import { directionOf } from './measure-decision.rules.ts';
import { makePlan } from './plan.rules.ts';
import { deriveAgain, movesOf } from './replan.rules.ts';
import { type PortionOutcome, ReplanService } from './replan.service.ts';
import { type ReplanRow, ReplanStore } from './replan.store.ts';

const idleMs = 1_000;
/** Plans looked at in one transaction: short enough that requests and new flags do not wait for it. */
const plansPerPortion = 50;
const maxPauseMs = 2_000;
/** Rows that may be under way to whoever executes: what new flags find before them. */
const maxWaitingRows = 800;
/** After so long without a word of those who execute the next portion goes out all the same: what they have parked must not hold up the rest. */
const maxWaitMs = 1_000;

/**
 * Works through jobs over plans, a portion at a time: effect and progress commit together, so that a killed job goes on where it was, and of two replicas one
 * does it. After each portion it waits as long as the rows that it changed are worth, for new flags go the same road (R-4-8).
 */
@Injectable()
export class CatalogueJobRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: Loop;
  /** After a portion has failed its plans run one by one, and the one that fails is left out. */
  private singly = 0;
  private applied = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly catalogue: CatalogueService,
    private readonly jobs: CatalogueJobStore,
    private readonly store: ReplanStore,
    private readonly replans: ReplanService,
    private readonly settings: ReplanSettings,
    private readonly context: ServiceContext,
    private readonly digests: Digests,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => this.context.logger.warn({ err: error }, 'catalogue jobs will try again'),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** There is a new job. */
  wake(): void {
    this.loop.wake();
  }

  /** Those who execute have come on. */
  wakeFlow(): void {
    this.applied.abort();
  }

  private async turn(): Promise<boolean> {
    await this.waitForRoom();
    const began = Date.now();
    const rows = await this.portion();
    if (rows === undefined) return false;
    const pauseMs = Math.min(maxPauseMs, (rows / this.settings.tasksPerSecond) * 1_000 - (Date.now() - began));
    if (pauseMs > 0) await delay(pauseMs);
    return true;
  }

  /** Goes on no faster than those who execute (design §3: bounded, back-pressure). */
  private async waitForRoom(): Promise<void> {
    for (let heardAt = Date.now(); !this.loop.isStopping; ) {
      this.applied = new AbortController();
      const waiting = await this.database.consumerTransaction((tx) => this.jobs.readWaitingRows(tx));
      if (waiting <= maxWaitingRows || Date.now() - heardAt > maxWaitMs) return;
      const { signal } = this.applied;
      // Woken here by this replica's share of the news; by another's after a moment.
      await delay(100, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) heardAt = Date.now();
    }
  }

  private async portion(): Promise<number | undefined> {
    try {
      const rows = await this.database.consumerTransaction((tx) => this.workOn(tx, this.singly > 0 ? 1 : plansPerPortion));
      if (this.singly > 0) this.singly -= 1;
      return rows;
    } catch (error) {
      if (isTransientDatabaseError(error)) throw error;
      if (this.singly === 0) {
        this.context.logger.warn({ err: error }, 'a portion of plans failed: its plans run one by one');
        this.singly = plansPerPortion;
        return 0;
      }
      this.context.logger.error({ err: error }, 'a plan could not be derived again: it stays as it is');
      await this.database.consumerTransaction((tx) => this.leaveOut(tx));
      return 0;
    }
  }

  /** One portion of the job whose turn it is. Returns the rows changed, undefined when there is no job or it has to wait for what another replica does. */
  private async workOn(tx: Transaction, limit: number): Promise<number | undefined> {
    const job = await this.jobs.take(tx);
    if (job === undefined) return undefined;
    const plans = await this.store.readNext(tx, job.scope, job.cursor, limit);
    if (plans.length === 0) {
      await this.finish(tx, job);
      return 0;
    }
    const versions = await this.versionsOf(tx, job);
    // A version that has just come into force is applied first: what it will change is no fault of a plan.
    if (job.kind === 'RECONCILIATION' && (await this.jobs.isReplanOpen(tx))) return undefined;
    const outcome = await (job.kind === 'REPLAN' || job.kind === 'RETRY'
      ? this.replans.replan(tx, versions, job, plans)
      : this.look(tx, versions, job, plans));
    const { figures, cursor, looked, changed, rows } = outcome;
    await this.jobs.advance(tx, job.jobId, { done: looked, changed, failed: 0, rows, cursor, figures, at: this.clock.now() });
    return rows;
  }

  private async finish(tx: Transaction, job: CatalogueJob): Promise<void> {
    await this.jobs.finish(tx, job.jobId, job.failed > 0 ? 'partially_succeeded' : 'succeeded', null, this.clock.now());
    if (job.digestRun === null) return;
    const found = job.figures.differences.map((id) => ({ id, fault: 'OTHER' as const, owner: null, copy: null }));
    const counts = { rows: job.done, questioned: 0, moving: 0, differences: job.figures.entries + job.failed };
    await this.digests.conclude(tx, { runId: job.digestRun, view: 'measure_plan.law', ...counts, found });
  }

  private async leaveOut(tx: Transaction): Promise<void> {
    const job = await this.jobs.take(tx);
    if (job === undefined) return;
    const [plan] = await this.store.readNext(tx, job.scope, job.cursor, 1);
    if (plan === undefined) return;
    this.context.logger.error({ planId: plan.plan_id, jobId: job.jobId }, 'a plan was left out');
    const step = { done: 1, changed: 0, failed: 1, rows: 0, cursor: plan.plan_id, figures: job.figures, at: this.clock.now() };
    await this.jobs.advance(tx, job.jobId, step);
  }

  /** What is in force; for a simulation the draft after it, as if its day had come. */
  private async versionsOf(tx: Transaction, job: CatalogueJob): Promise<readonly IndexedCatalogue[]> {
    const versions = await this.catalogue.getVersions(tx);
    const newest = versions.at(-1);
    if (job.draftRows === null || newest === undefined) return versions;
    return [...versions, indexCatalogue(applyChanges(newest, newest.version + 1, job.draftRows), job.effectiveFrom)];
  }

  /** Looks without touching: a simulation counts what would come, a reconciliation names what is not as it should be. */
  private async look(
    tx: Transaction,
    versions: readonly IndexedCatalogue[],
    job: CatalogueJob,
    plans: readonly { plan_id: string }[],
  ): Promise<PortionOutcome> {
    const ids = plans.map((plan) => plan.plan_id);
    const newest = versions.at(-1);
    if (newest === undefined) throw new Error('no catalogue has been published');
    const moves = movesOf(newest);
    let [figures, changed] = [job.figures, 0];
    for (const row of await this.store.readPlans(tx, ids)) {
      const derived = deriveAgain(versions, row);
      const newForLater = job.kind === 'SIMULATION' ? laterRows(newest, row, derived.plan) : [];
      figures = tally(figures, { planId: row.planId, ...derived, newForLater }, moves);
      if (derived.isNews) changed += 1;
    }
    if (job.kind === 'SIMULATION') figures = { ...figures, differences: [] };
    return { figures, looked: ids.length, changed, cursor: ids.at(-1) ?? '', rows: 0 };
  }
}

/** What an entry like this one would get besides, were it decided from the version's day on (R-4-8). */
function laterRows(newest: IndexedCatalogue, row: ReplanRow, planned: ReplanRow['body']) {
  const from = newest.effectiveFrom;
  if (from === null || directionOf(row.entry.listType) === 'REWARD' || row.entry.decision.date >= from) return [];
  const entry = { ...row.entry, decision: { ...row.entry.decision, date: from }, activatedOn: from };
  return rowsBeyond(planned, makePlan(newest, entry, { planId: row.planId, planVersion: row.planVersion }).plan);
}
