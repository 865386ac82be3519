import { availableParallelism } from 'node:os';
import { ProblemError } from '@lianxin/contracts';
import {
  defaultMatchSettings,
  type MatchAnswer,
  MatchIndex,
  type MatchQuery,
  type MatchSettings,
  type RegisterRecord,
  type SearchOptions,
} from '@lianxin/matching';
import { Loop } from '@lianxin/messaging';
import { Clock, Database, Health, Metrics, PersonalData, ServiceContext } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { ListConfig } from './config.ts';
import { countSubjects, findChangesSince, findIndexedPage, findIndexedRows, findSnapshot } from './match-index.store.ts';
import type { JobRows, MatchedRows } from './match-job.rows.ts';
import { registerRecordOf } from './match-record.ts';
import { settingsOn } from './match-setting.rules.ts';
import { findMatchSettings } from './match-setting.store.ts';
import { buildInThread, SearchThreads } from './match-threads.ts';

const idleMs = 500;
const pageRows = 5_000;
/** So few queries are searched in this thread: faster than to hand them over. */
const inlineQueries = 20;
/** Of one request to a search thread. */
const chunkQueries = 100;

interface Standing {
  readonly index: MatchIndex;
  readonly threads: SearchThreads;
  readonly settings: MatchSettings;
}

/**
 * The register in the memory of this replica (docs/decisions/0011): built from the database at start, kept current from the register's own log. Until
 * it is complete the service is not ready and answers no question.
 */
@Injectable()
export class MatchIndexHost implements OnApplicationBootstrap, OnApplicationShutdown {
  private standing: Standing | undefined;
  /** What has been taken in: all that could be seen in this snapshot of the database. */
  private snapshot = '';
  private readonly loop: Loop;
  private readonly queries: Counter;
  private readonly buildSeconds: Gauge;

  constructor(
    private readonly database: Database,
    private readonly personalData: PersonalData,
    private readonly clock: Clock,
    private readonly config: ListConfig,
    private readonly context: ServiceContext,
    health: Health,
    metrics: Metrics,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => context.logger.warn({ name: error instanceof Error ? error.name : 'unknown' }, 'the match index will try again'),
    });
    health.addCheck('match index', async () => {
      if (this.standing === undefined) throw new Error('the register is being read');
    });
    const registers = [metrics.registry];
    this.queries = new Counter({ name: 'lx_match_queries_total', help: 'Queries to the match index', labelNames: ['schema'], registers });
    this.buildSeconds = new Gauge({
      name: 'lx_match_index_build_seconds',
      help: 'How long the last build of the match index took',
      registers,
    });
    this.watchFigures(metrics);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await this.standing?.threads.close();
  }

  /** The register has changed in this process: it need not wait for its next look. */
  wake(): void {
    this.loop.wake();
  }

  /** R-11-5. @throws ProblemError UNAVAILABLE until the index is complete */
  get registerVersion(): number {
    return this.getStanding().index.version;
  }

  /**
   * Answers queries in their order, all on one state of the register.
   * @throws ProblemError UNAVAILABLE until the index is complete: a wrong "nobody" would be worse than none
   */
  async search(queries: readonly { readonly query: MatchQuery; readonly options: SearchOptions }[]): Promise<readonly MatchAnswer[]> {
    const { index, threads } = this.getStanding();
    for (const { query } of queries) this.queries.inc({ schema: query.schema });
    if (queries.length <= inlineQueries) return queries.map(({ query, options }) => index.search(query, options));
    const chunks: Promise<readonly MatchAnswer[]>[] = [];
    for (let start = 0; start < queries.length; start += chunkQueries)
      chunks.push(threads.search(queries.slice(start, start + chunkQueries)));
    return (await Promise.all(chunks)).flat();
  }

  get isComplete(): boolean {
    return this.standing !== undefined;
  }

  get threadCount(): number {
    return this.config.matchThreads ?? Math.max(1, availableParallelism() - 1);
  }

  /** Rows of a file, matched beside this thread. @throws ProblemError UNAVAILABLE until the index is complete */
  matchRows(rows: JobRows): Promise<MatchedRows> {
    this.queries.inc({ schema: 'FileRow' }, rows.rows.length);
    return this.getStanding().threads.matchRows(rows);
  }

  private getStanding(): Standing {
    if (this.standing === undefined) throw new ProblemError('UNAVAILABLE', '比对索引正在建立，请稍后重试');
    return this.standing;
  }

  private async turn(): Promise<boolean> {
    const settings = await this.settingsToday();
    const { standing } = this;
    const isOld = standing !== undefined && (standing.index.needsMerge || JSON.stringify(standing.settings) !== JSON.stringify(settings));
    if (standing === undefined || isOld) await this.build(settings);
    else this.snapshot = await this.takeChanges(standing.index, this.snapshot);
    return false;
  }

  /** Reads the whole register, then whatever changed while it was read; only then is the new index put in the place of the old. */
  private async build(settings: MatchSettings): Promise<void> {
    const started = performance.now();
    const snapshot = await this.database.consumerTransaction(findSnapshot);
    const count = await this.database.consumerTransaction(countSubjects);
    const index =
      count <= this.config.matchInlineMax
        ? await MatchIndex.buildFrom(this.readRegister(), settings)
        : MatchIndex.attach(await buildInThread(this.readRegister(), settings));
    this.snapshot = await this.takeChanges(index, snapshot);
    const before = this.standing;
    const threads = new SearchThreads(index.share(), this.threadCount);
    this.standing = { index, threads, settings };
    this.buildSeconds.set((performance.now() - started) / 1000);
    this.context.logger.info({ records: index.figures().records, seconds: (performance.now() - started) / 1000 }, 'match index complete');
    await before?.threads.close();
  }

  private async *readRegister(): AsyncGenerator<RegisterRecord[]> {
    let after: string | null = null;
    for (;;) {
      const rows: Awaited<ReturnType<typeof findIndexedPage>> = await this.database.consumerTransaction((tx) =>
        findIndexedPage(tx, after, pageRows),
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.id;
      yield rows.map((row) => registerRecordOf(row, this.personalData));
    }
  }

  /** Changes that could not be seen in the snapshot, in whatever order they were made: each subject is read as it is now. */
  private async takeChanges(index: MatchIndex, since: string): Promise<string> {
    return this.database.consumerTransaction(async (tx) => {
      const { changes, snapshot } = await findChangesSince(tx, since);
      const last = new Map(changes.map((change) => [change.subject_id, change.id]));
      const ids = [...last.keys()];
      for (let start = 0; start < ids.length; start += pageRows) {
        const part = ids.slice(start, start + pageRows);
        const rows = await findIndexedRows(tx, part);
        for (const row of rows) index.upsert(registerRecordOf(row, this.personalData));
        const found = new Set(rows.map((row) => row.id));
        for (const id of part) if (!found.has(id)) index.remove(id, last.get(id) ?? 0);
      }
      return snapshot;
    });
  }

  private async settingsToday(): Promise<MatchSettings> {
    const rows = await this.database.consumerTransaction(findMatchSettings);
    const today = settingsOn(rows, this.clock.today());
    return { ...defaultMatchSettings, coreMin: today['match.core_min'], reviewMin: today['match.review_min'] };
  }

  private watchFigures(metrics: Metrics): void {
    const figure = (name: string, help: string, value: (index: MatchIndex) => number) =>
      metrics.watch({ name, help, read: async () => (this.standing === undefined ? [] : [{ value: value(this.standing.index) }]) });
    figure('lx_match_index_records', 'Subjects in the match index', (index) => index.figures().records);
    figure('lx_match_index_bytes', 'Memory of the match index', (index) => index.figures().bytes);
    figure('lx_match_index_version', 'Number of the last change of the register in the match index', (index) => index.version);
  }
}
