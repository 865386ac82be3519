import { idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ReplayBundle } from './replay.bundle.ts';
import { ReplayReader } from './replay.reader.ts';
import { ReplayRequests } from './replay.requests.ts';
import {
  type DiffPage,
  type DiffQuery,
  diffPageSchema,
  diffQuerySchema,
  type PlanReplayRequest,
  planReplaySchema,
  type ReplayQuery,
  type ReplaySummary,
  type ReplayView,
  replayQuerySchema,
  replaySummarySchema,
  replayViewSchema,
} from './replay.schemas.ts';
import { ReplayService } from './replay.service.ts';

/** Who may look at replays; row security narrows a department to those that it has to confirm. */
const readers = ['REPLAY_ADMIN', 'CREDIT_OFFICE', 'SUPERVISOR', 'AUDITOR', 'DEPT_APPROVER'] as const;

/** Replays of disputed cases (design §7): planning and reading; steps are in replay-step.controller.ts. */
@ApiTags('回放')
@Controller('api/v1/replays')
export class ReplayController {
  constructor(
    private readonly database: Database,
    private readonly requests: ReplayRequests,
    private readonly replays: ReplayService,
    private readonly reader: ReplayReader,
    private readonly evidence: ReplayBundle,
  ) {}

  @Post()
  @Roles('REPLAY_ADMIN')
  @HttpCode(202)
  @ApiOperation({
    summary: '提出回放（只推演，不改变任何数据）',
    description:
      '范围为一条名单记录、一个主体、一件异议、一段生效日期（可限定名单和认定单位）或一个清单版本；变更为不变、记录无效、更正事实或另一清单版本。改变事实的须载明事由和文号（R-6-7a）。批次以名单、认定单位和生效日期指明。',
  })
  @ApiResponse({ status: 202, standardSchema: replayViewSchema })
  plan(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: planReplaySchema }) body: PlanReplayRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change({ principal, request, reply }, (tx) => this.replays.plan(tx, principal, body), 202);
  }

  @Get()
  @Roles(...readers)
  @ApiOperation({ summary: '回放列表', description: '新的在前；认定单位只看到须由本单位确认的。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(replaySummarySchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: replayQuerySchema }) query: ReplayQuery): Promise<Page<ReplaySummary>> {
    return this.database.transaction(principal, (tx) => this.reader.page(tx, principal, query));
  }

  @Get(':id')
  @Roles(...readers)
  @ApiOperation({ summary: '一次回放', description: '状态、进度、差异概要、确认与批准、每一步。' })
  @ApiResponse({ status: 200, standardSchema: replayViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    const view = await this.database.transaction(principal, async (tx) => this.reader.view(tx, await this.replays.get(tx, id)));
    void reply.header('ETag', `"${view.version}"`);
    return view;
  }

  @Get(':id/bundle')
  @Roles('REPLAY_ADMIN', 'CREDIT_OFFICE', 'SUPERVISOR', 'AUDITOR')
  @ApiOperation({
    summary: '回放证据包',
    description:
      'zip：各案件的全部事件及散列、差异、所依据的版本、决定与批准、可读的 PDF，以及校验清单（sha256sum -c manifest.sha256）。自然人脱敏（R-8-8）。',
  })
  @ApiProduces('application/zip')
  async bundle(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const stream = await this.evidence.open(principal, id);
    void reply
      .header('content-type', 'application/zip')
      .header('content-disposition', `attachment; filename="replay-${id}.zip"`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff');
    await reply.send(stream);
  }

  @Get(':id/diff')
  @Roles(...readers)
  @ApiOperation({
    summary: '回放的差异',
    description:
      '逐行：名单记录、方案、措施、任务将如何变化（ADD 新增、WITHDRAW 撤回、CHANGE 变更、KEEP 因其他依据保留、RESTORE 恢复名誉、END 退出、RETURN 荣誉恢复）。默认只看变化；look=CHECK 为执行前复核得出的新差异。',
  })
  @ApiResponse({ status: 200, standardSchema: diffPageSchema })
  difference(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: diffQuerySchema }) query: DiffQuery,
  ): Promise<DiffPage> {
    return this.database.transaction(principal, async (tx) => this.reader.difference(tx, await this.replays.get(tx, id), query));
  }
}
