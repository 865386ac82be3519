import { randomUUIDv7 } from 'node:crypto';
import { cityWideRoles, idSchema, type Page, type Principal, ProblemError, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import {
  Clock,
  CurrentPrincipal,
  Database,
  decodeCursor,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  pageOf,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { differenceViewSchema, type JobView, jobQuerySchema, jobViewSchema, versionViewSchema } from './catalogue-draft.api.ts';
import { CatalogueDraftService } from './catalogue-draft.service.ts';
import { CatalogueDraftStore, type VersionRow } from './catalogue-draft.store.ts';
import { CatalogueJobRunner } from './catalogue-job.runner.ts';
import { CatalogueJobStore } from './catalogue-job.store.ts';
import { jobViewOf } from './catalogue-job.view.ts';
import { ReplanStore } from './replan.store.ts';

const afterIdSchema = z.tuple([z.uuid()]);
const afterVersionSchema = z.tuple([z.int()]);
const versionSchema = z.coerce.number().int().positive();

/** Versions in force, and the jobs that follow from them. */
@ApiTags('目录版本')
@Controller('api/v1/catalogue')
export class CatalogueJobController {
  constructor(
    private readonly database: Database,
    private readonly jobs: CatalogueJobStore,
    private readonly plans: ReplanStore,
    private readonly runner: CatalogueJobRunner,
    private readonly drafts: CatalogueDraftStore,
    private readonly service: CatalogueDraftService,
    private readonly clock: Clock,
  ) {}

  @Get('versions')
  @ApiOperation({ summary: '施行过的目录版本', description: '最新的在前；第一版没有自己的日期，按各行的施行日（目录规则 22）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(versionViewSchema) })
  versions(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>) {
    return this.database.transaction(principal, (tx) => readVersions(this.drafts, tx, query));
  }

  @Get('versions/:version/difference')
  @ApiOperation({ summary: '与前一版本的差异' })
  @ApiResponse({ status: 200, standardSchema: differenceViewSchema })
  difference(@CurrentPrincipal() principal: Principal, @Param('version', { schema: versionSchema }) version: number) {
    return this.database.transaction(principal, (tx) => this.service.differenceOfVersion(tx, version));
  }

  @Get('jobs')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '目录作业', description: '模拟、重新分解、异常重试、核对；最新的在前。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(jobViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: jobQuerySchema }) query: z.infer<typeof jobQuerySchema>,
  ): Promise<Page<JobView>> {
    return this.database.transaction(principal, (tx) => readJobs(this.jobs, tx, query, this.clock.now()));
  }

  @Get('jobs/:id')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '一个目录作业', description: '进度以记录计。' })
  @ApiResponse({ status: 200, standardSchema: jobViewSchema })
  async get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<JobView> {
    const job = await this.database.transaction(principal, (tx) => this.jobs.find(tx, id));
    if (job === undefined) throw new ProblemError('NOT_FOUND', `没有目录作业 ${id}`);
    return jobViewOf(job, this.clock.now());
  }

  @Post('jobs/:id/cancel')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '取消作业', description: '只能取消模拟和核对；已施行版本的重新分解必须做完。' })
  @ApiResponse({ status: 200, standardSchema: jobViewSchema })
  async cancel(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<JobView> {
    return this.database.transaction(principal, async (tx) => {
      const job = await this.jobs.find(tx, id);
      if (job === undefined) throw new ProblemError('NOT_FOUND', `没有目录作业 ${id}`);
      if (job.kind === 'REPLAN' || job.kind === 'RETRY') throw new ProblemError('CONFLICT', '重新分解必须做完，不能取消');
      await this.jobs.finish(tx, id, 'cancelled', null, this.clock.now());
      return jobViewOf((await this.jobs.find(tx, id)) ?? job, this.clock.now());
    });
  }

  @Post('reconciliations')
  @HttpCode(202)
  @Roles('CREDIT_OFFICE', 'REPLAY_ADMIN', 'AUDITOR')
  @ApiOperation({
    summary: '核对分解结果',
    description: '由存储的事实重新推算全部未终止的分解结果并比较；只看不改，应无差异（设计 §3 保证 5）。',
  })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  async reconcile(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    const scope = { lists: null, since: null, group: null };
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        const jobId = randomUUIDv7();
        const total = await this.plans.count(tx, scope);
        const createdAt = this.clock.now();
        await this.jobs.insert(tx, { jobId, kind: 'RECONCILIATION', scope, total, requestedBy: principal.id, createdAt });
        tx.afterCommit(() => this.runner.wake());
        const job = await this.jobs.find(tx, jobId);
        if (job === undefined) throw new Error(`job ${jobId} is not there`);
        return { status: 202, body: jobViewOf(job, createdAt) };
      }),
    );
    void reply.header('Location', `/api/v1/catalogue/jobs/${answer.body.id}`);
    return sendAnswer(reply, answer);
  }
}

function versionViewOf(row: VersionRow): z.infer<typeof versionViewSchema> {
  return {
    version: row.version,
    effectiveFrom: row.effective_from,
    inForceSince: row.published_at.toISOString(),
    rows: row.row_count,
    draftId: row.draft_id,
    titleZh: row.title_zh,
    documentNo: row.document_no,
    editors: row.editors ?? [],
    publishedBy: row.published_by,
  };
}

export async function readVersions(
  store: CatalogueDraftStore,
  tx: Transaction,
  query: z.infer<typeof pageQuerySchema>,
): Promise<Page<z.infer<typeof versionViewSchema>>> {
  const before = query.cursor === undefined ? null : decodeCursor(afterVersionSchema, query.cursor)[0];
  return pageOf(await store.readVersionPage(tx, before, query.limit), query.limit, (row) => [row.version], versionViewOf);
}

/** @param now to tell how long a job will still take */
export async function readJobs(
  store: CatalogueJobStore,
  tx: Transaction,
  query: z.infer<typeof jobQuerySchema>,
  now: Date,
): Promise<Page<JobView>> {
  const before = query.cursor === undefined ? null : decodeCursor(afterIdSchema, query.cursor)[0];
  return pageOf(
    await store.readPage(tx, { kind: query.kind ?? null, before, limit: query.limit }),
    query.limit,
    (job) => [job.jobId],
    (job) => jobViewOf(job, now),
  );
}
