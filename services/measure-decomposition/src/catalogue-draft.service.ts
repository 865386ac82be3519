import { randomUUIDv7 } from 'node:crypto';
import { catalogueKey, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Catalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';
import { CatalogueStore } from './catalogue.store.ts';
import { applyChanges, type RowChange, type RowKind } from './catalogue-content.rules.ts';
import { affectedLists, differencesBetween, gateChangesBetween } from './catalogue-difference.rules.ts';
import { contentSchemas, type DifferenceView, type NewDraft } from './catalogue-draft.api.ts';
import { checkDraft, type DraftFault } from './catalogue-draft.check.ts';
import { CatalogueDraftStore, type DraftRow } from './catalogue-draft.store.ts';
import { CatalogueJobRunner } from './catalogue-job.runner.ts';
import { type CatalogueJob, CatalogueJobStore } from './catalogue-job.store.ts';
import { ReplanStore } from './replan.store.ts';

const inForceTimer = 'catalogue-in-force';
const maxFaultsShown = 200;

/** A draft with the catalogue that it would make. */
interface Opened {
  readonly draft: DraftRow;
  readonly base: Catalogue;
  readonly changes: readonly RowChange[];
  readonly catalogue: Catalogue;
}

/** Use cases of drafts: edited, compared, simulated, published by a second person, in force on its day (R-4-8). */
@Injectable()
export class CatalogueDraftService {
  constructor(
    private readonly drafts: CatalogueDraftStore,
    private readonly jobs: CatalogueJobStore,
    private readonly runner: CatalogueJobRunner,
    private readonly plans: ReplanStore,
    private readonly catalogue: CatalogueService,
    private readonly catalogues: CatalogueStore,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {
    timers.register(inForceTimer, async (tx, draftIds) => {
      for (const draftId of draftIds) await this.bringIntoForce(tx, draftId);
    });
  }

  async create(tx: Transaction, principal: Principal, draft: NewDraft): Promise<DraftRow> {
    const base = await this.catalogue.getInForce(tx);
    const draftId = randomUUIDv7();
    await this.drafts.insert(tx, {
      draft_id: draftId,
      title_zh: draft.titleZh,
      reason_zh: draft.reasonZh,
      document_no: draft.documentNo,
      base_version: base.version,
      editor: principal.id,
      at: this.clock.now(),
    });
    return this.get(tx, draftId);
  }

  /** @throws ProblemError NOT_FOUND. */
  async get(tx: Transaction, draftId: string): Promise<DraftRow> {
    const draft = await this.drafts.find(tx, draftId);
    if (draft === undefined) throw new ProblemError('NOT_FOUND', `没有目录草案 ${draftId}`);
    return draft;
  }

  /** The catalogue that the draft would make. */
  async catalogueOf(tx: Transaction, draftId: string): Promise<Catalogue> {
    return (await this.open(tx, await this.get(tx, draftId))).catalogue;
  }

  /** A row as it would be in the draft's version; undefined where there is none. */
  async findRow(tx: Transaction, draftId: string, kind: RowKind, code: string): Promise<unknown> {
    const { catalogue } = await this.open(tx, await this.get(tx, draftId));
    return contentOf(catalogue, kind, code);
  }

  /**
   * Replaces or adds rows, or takes them out (content null).
   * @throws ProblemError DRAFT_CLOSED, STALE; DRAFT_FAULTY with every row whose content has not the right form. Checks between rows wait for publication.
   */
  async edit(tx: Transaction, principal: Principal, draftId: string, revision: number, changes: readonly RowChange[]): Promise<DraftRow> {
    await this.lockOpen(tx, draftId, revision);
    const faults = changes.flatMap((change, place) => (change.content === null ? [] : formFaults(change, place)));
    if (faults.length > 0)
      throw new ProblemError('DRAFT_FAULTY', `${faults.length} 处内容不符合要求，未作任何修改`, faults.slice(0, maxFaultsShown));
    const clean = changes.map((change) => ({
      ...change,
      content: change.content === null ? null : contentSchemas[change.kind].parse(change.content),
    }));
    await this.drafts.saveRows(tx, draftId, clean, principal.id, this.clock.now());
    return this.get(tx, draftId);
  }

  /** Gives a row back its content of the base. */
  async restoreRow(
    tx: Transaction,
    principal: Principal,
    draftId: string,
    revision: number,
    row: { kind: RowKind; code: string },
  ): Promise<DraftRow> {
    await this.lockOpen(tx, draftId, revision);
    await this.drafts.dropRow(tx, draftId, row, principal.id, this.clock.now());
    return this.get(tx, draftId);
  }

  /** What the draft would change, in words, and what keeps it from being published. */
  async difference(tx: Transaction, draftId: string, effectiveFrom: string | null): Promise<DifferenceView> {
    const draft = await this.get(tx, draftId);
    const { base, catalogue } = await this.open(tx, draft);
    const from = effectiveFrom ?? draft.effective_from;
    return {
      from: base.version,
      to: draft.draft_id,
      rows: differencesBetween(base, catalogue).map((row) => ({ ...row, fields: [...row.fields] })),
      gates: gateChangesBetween(base, catalogue, from ?? this.clock.today()),
      faults: checkDraft(catalogue, from),
    };
  }

  /** What a version in force changed against the one before it. */
  async differenceOfVersion(tx: Transaction, version: number): Promise<DifferenceView> {
    const versions = await this.catalogue.getVersions(tx);
    const place = versions.findIndex((one) => one.version === version);
    const [before, after] = [versions[place - 1], versions[place]];
    if (after === undefined) throw new ProblemError('NOT_FOUND', `没有目录版本 ${version}`);
    if (before === undefined) return { from: 0, to: String(version), rows: [], gates: [], faults: [] };
    return {
      from: before.version,
      to: String(version),
      rows: differencesBetween(before, after).map((row) => ({ ...row, fields: [...row.fields] })),
      gates: gateChangesBetween(before, after, after.effectiveFrom ?? this.clock.today()),
      faults: [],
    };
  }

  /** Begins a job that counts what the draft would do to stored entries; it touches nothing. */
  async simulate(tx: Transaction, principal: Principal, draftId: string, effectiveFrom: string): Promise<CatalogueJob> {
    const draft = await this.get(tx, draftId);
    if (draft.status === 'DISCARDED' || draft.status === 'IN_FORCE') throw closed(draft);
    await this.refuseOldBase(tx, draft);
    const { base, catalogue, changes } = await this.open(tx, draft);
    refuseFaults(checkDraft(catalogue, effectiveFrom));
    const scope = { lists: affectedLists(base, catalogue), since: effectiveFrom, group: null };
    const jobId = randomUUIDv7();
    await this.jobs.insert(tx, {
      jobId,
      kind: 'SIMULATION',
      scope,
      total: await this.plans.count(tx, scope),
      draftId,
      draftRevision: draft.revision,
      draftRows: changes,
      effectiveFrom,
      requestedBy: principal.id,
      createdAt: this.clock.now(),
    });
    return this.begun(tx, jobId);
  }

  /**
   * Publishes a draft for a day. It comes into force on that day, at once if it is today.
   * @throws ProblemError FOUR_EYES_REQUIRED for whoever has edited it; DRAFT_CLOSED, STALE, DRAFT_EMPTY, DRAFT_FAULTY, DRAFT_BASE_OUTDATED,
   * EFFECTIVE_DATE_PAST, SIMULATION_REQUIRED, VERSION_WAITING.
   */
  async publish(tx: Transaction, principal: Principal, draftId: string, revision: number, effectiveFrom: string): Promise<DraftRow> {
    await lockLanes(tx, [catalogueKey]);
    const draft = await this.lockOpen(tx, draftId, revision);
    if (draft.editors.includes(principal.id))
      throw new ProblemError('FOUR_EYES_REQUIRED', '编辑过草案的人不得发布它，请由信用办另一人发布');
    if (effectiveFrom < this.clock.today())
      throw new ProblemError('EFFECTIVE_DATE_PAST', `施行日 ${effectiveFrom} 早于今天 ${this.clock.today()}`);
    const newest = await this.catalogue.getInForce(tx);
    if (newest.effectiveFrom !== null && effectiveFrom < newest.effectiveFrom)
      throw new ProblemError('EFFECTIVE_DATE_PAST', `施行日早于现行版本的施行日 ${newest.effectiveFrom}`);
    if (await this.drafts.hasWaiting(tx)) throw new ProblemError('VERSION_WAITING', '已有一个版本等待施行，一次只能有一个');
    await this.refuseOldBase(tx, draft);
    const { base, catalogue } = await this.open(tx, draft);
    if (differencesBetween(base, catalogue).length === 0) throw new ProblemError('DRAFT_EMPTY', '草案与现行版本没有差别');
    refuseFaults(checkDraft(catalogue, effectiveFrom));
    if (!(await this.drafts.isSimulated(tx, draftId, draft.revision, effectiveFrom)))
      throw new ProblemError('SIMULATION_REQUIRED', `草案第 ${draft.revision} 次修订尚未对施行日 ${effectiveFrom} 完成模拟`);
    await this.drafts.publish(tx, draftId, { effectiveFrom, by: principal.id, at: this.clock.now() });
    const beginning = new Date(`${effectiveFrom}T00:00:00+08:00`);
    const dueAt = beginning > this.clock.now() ? beginning : this.clock.now();
    await this.timers.set(tx, inForceTimer, [{ reference: draftId, dueAt }]);
    return this.get(tx, draftId);
  }

  /** Gives up a draft, or withdraws a version that still waits for its day. */
  async discard(tx: Transaction, draftId: string): Promise<DraftRow> {
    const draft = await this.drafts.lock(tx, draftId);
    if (draft === undefined) throw new ProblemError('NOT_FOUND', `没有目录草案 ${draftId}`);
    if (draft.status !== 'OPEN' && draft.status !== 'PUBLISHED') throw closed(draft);
    await this.timers.clear(tx, inForceTimer, [draftId]);
    await this.drafts.discard(tx, draftId, this.clock.now());
    return this.get(tx, draftId);
  }

  /**
   * Puts a draft onto the version in force.
   * @throws ProblemError CONFLICT where both have changed the same rows.
   */
  async rebase(tx: Transaction, principal: Principal, draftId: string, revision: number): Promise<DraftRow> {
    const draft = await this.lockOpen(tx, draftId, revision);
    const newest = await this.catalogue.getInForce(tx);
    const { base, changes } = await this.open(tx, draft);
    const changedSince = new Set(differencesBetween(base, newest).map((row) => `${row.kind} ${row.code}`));
    const both = changes.map((row) => `${row.kind} ${row.code}`).filter((row) => changedSince.has(row));
    if (both.length > 0) throw new ProblemError('CONFLICT', `新版本也改动了这些行，请先在草案中还原它们：${both.join('、')}`);
    await this.drafts.rebase(tx, draftId, newest.version, principal.id, this.clock.now());
    return this.get(tx, draftId);
  }

  /** On its day: the version's rows are frozen and said, and every plan that may come out otherwise is derived again. Once, whoever fires it. */
  private async bringIntoForce(tx: Transaction, draftId: string): Promise<void> {
    await lockLanes(tx, [catalogueKey]);
    const draft = await this.drafts.lock(tx, draftId);
    if (draft === undefined || draft.status !== 'PUBLISHED' || draft.effective_from === null) return;
    await this.catalogues.lockForChange(tx);
    const { base, catalogue } = await this.open(tx, draft);
    await this.catalogue.publish(tx, catalogue, { effectiveFrom: draft.effective_from, draftId });
    await this.drafts.setInForce(tx, draftId);
    // Whoever was decided on its day, and planned before its hour, comes under it too.
    const scope = { lists: affectedLists(base, catalogue), since: draft.effective_from, group: null };
    await this.jobs.insert(tx, {
      jobId: randomUUIDv7(),
      kind: 'REPLAN',
      scope,
      total: await this.plans.count(tx, scope),
      version: catalogue.version,
      draftId,
      effectiveFrom: draft.effective_from,
      requestedBy: draft.published_by,
      createdAt: this.clock.now(),
    });
    tx.afterCommit(() => this.runner.wake());
  }

  private async begun(tx: Transaction, jobId: string): Promise<CatalogueJob> {
    tx.afterCommit(() => this.runner.wake());
    const job = await this.jobs.find(tx, jobId);
    if (job === undefined) throw new Error(`job ${jobId} is not there`);
    return job;
  }

  private async open(tx: Transaction, draft: DraftRow): Promise<Opened> {
    const base = await this.catalogue.getVersion(tx, draft.base_version);
    const changes = await this.drafts.readChanges(tx, draft.draft_id);
    return { draft, base, changes, catalogue: applyChanges(base, base.version + 1, changes) };
  }

  private async lockOpen(tx: Transaction, draftId: string, revision: number): Promise<DraftRow> {
    const draft = await this.drafts.lock(tx, draftId);
    if (draft === undefined) throw new ProblemError('NOT_FOUND', `没有目录草案 ${draftId}`);
    if (draft.status !== 'OPEN') throw closed(draft);
    if (draft.revision !== revision) throw new ProblemError('STALE', `草案已改到第 ${draft.revision} 次修订，您看到的是第 ${revision} 次`);
    return draft;
  }

  private async refuseOldBase(tx: Transaction, draft: DraftRow): Promise<void> {
    const { version } = await this.catalogue.getInForce(tx);
    if (draft.base_version !== version)
      throw new ProblemError('DRAFT_BASE_OUTDATED', `草案依据第 ${draft.base_version} 版，现行的是第 ${version} 版`);
  }
}

const statusesZh = { OPEN: '编辑中', PUBLISHED: '已发布待施行', IN_FORCE: '已施行', DISCARDED: '已放弃' } as const;

function closed(draft: DraftRow): ProblemError {
  return new ProblemError('DRAFT_CLOSED', `草案${statusesZh[draft.status]}，不能再这样处理`);
}

function refuseFaults(faults: readonly DraftFault[]): void {
  if (faults.length === 0) return;
  const errors = faults.slice(0, maxFaultsShown).map(({ kind, code, field, textZh }) => ({
    pointer: `/${kind}/${code}${field === null ? '' : `/${field}`}`,
    code: 'DRAFT_FAULTY' as const,
    detail: textZh,
  }));
  throw new ProblemError('DRAFT_FAULTY', `草案有 ${faults.length} 处错误`, errors);
}

function formFaults(change: RowChange, place: number) {
  const parsed = contentSchemas[change.kind].safeParse(change.content);
  const pointer = `/rows/${place}/content`;
  if (!parsed.success)
    return parsed.error.issues.map((issue) => ({
      pointer: `${pointer}/${issue.path.join('/')}`,
      code: 'VALIDATION_FAILED' as const,
      detail: `${change.code}：${issue.message}`,
    }));
  if (parsed.data.code === change.code) return [];
  return [
    { pointer: `${pointer}/code`, code: 'VALIDATION_FAILED' as const, detail: `内容的编码 ${parsed.data.code} 与 ${change.code} 不同` },
  ];
}

function contentOf(catalogue: Catalogue, kind: RowKind, code: string): unknown {
  const rows = {
    MEASURE: catalogue.measures,
    DEPARTMENT: catalogue.departments,
    MATTER: catalogue.matters,
    CLASS: catalogue.classes,
    MEMORANDUM: catalogue.memoranda,
  }[kind];
  return rows.find((row) => row.code === code);
}
