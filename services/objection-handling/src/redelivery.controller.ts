import { idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { redeliveryReaders } from './redelivery.export.ts';
import { RedeliveryReader } from './redelivery.reader.ts';
import { RedeliveryRequests, VisibleRedeliveryGuard } from './redelivery.requests.ts';
import {
  type RedeliveryRequest,
  type RedeliverySummary,
  type RedeliveryView,
  redeliveryConfirmationSchema,
  redeliveryQuerySchema,
  redeliveryRequestSchema,
  redeliverySummarySchema,
  redeliveryViewSchema,
} from './redelivery.schemas.ts';
import { RedeliveryService } from './redelivery.service.ts';

const senders = ['DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE', 'REPLAY_ADMIN'] as const;

/** Redelivery: a department is sent again what it was told about a case, a subject or a period; preview first, then confirm. */
@ApiTags('补发')
@Controller('api/v1/redeliveries')
@UseGuards(VisibleRedeliveryGuard)
export class RedeliveryController {
  constructor(
    private readonly database: Database,
    private readonly requests: RedeliveryRequests,
    private readonly redeliveries: RedeliveryService,
    private readonly reader: RedeliveryReader,
  ) {}

  @Post()
  @Roles(...senders)
  @HttpCode(202)
  @ApiOperation({
    summary: '申请补发（先预览）',
    description:
      '向一个部门重新发送其曾收到的事件：一个名单记录（entryId）、一个主体（subjectId）或一段登记时间（from 至 to，不含 to），可按 types 筛选。先统计数量，确认前不发送任何事件。部门可为本部门申请。事件取自永久保存的台账，不受事件流保留期限制。',
  })
  @ApiResponse({ status: 202, standardSchema: redeliveryViewSchema })
  async plan(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: redeliveryRequestSchema }) body: RedeliveryRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedeliveryView> {
    const view = await this.requests.change({ principal, request, reply }, (tx) => this.redeliveries.plan(tx, principal, body), 202);
    void reply.header('Location', `/api/v1/redeliveries/${view.id}`);
    return view;
  }

  @Get()
  @Roles(...redeliveryReaders)
  @ApiOperation({ summary: '补发列表', description: '谁、为何、补发了多少；部门看到本部门的，新的在前。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(redeliverySummarySchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: redeliveryQuerySchema }) query: z.infer<typeof redeliveryQuerySchema>,
  ): Promise<Page<RedeliverySummary>> {
    return this.database.transaction(principal, (tx) => this.reader.page(tx, principal, query));
  }

  @Get(':id')
  @Roles(...redeliveryReaders)
  @ApiOperation({ summary: '一次补发', description: '预览、进度、每一步由谁在何时办理。' })
  @ApiResponse({ status: 200, standardSchema: redeliveryViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedeliveryView> {
    const view = await this.database.transaction(principal, async (tx) => this.reader.view(tx, await this.redeliveries.get(tx, id)));
    void reply.header('ETag', `"${view.version}"`);
    return view;
  }

  @Post(':id/confirm')
  @Roles(...senders)
  @HttpCode(200)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({
    summary: '确认补发',
    description:
      'events 为预览中的事件数。事件以原标识、原顺序只进入该部门的事件流，带 replayid（补发标识）和 replaymode: redelivery；重复确认不会重复发送。',
  })
  @ApiResponse({ status: 200, standardSchema: redeliveryViewSchema })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: redeliveryConfirmationSchema }) body: z.infer<typeof redeliveryConfirmationSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedeliveryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, async (tx, version) =>
      this.redeliveries.confirm(tx, principal, await this.redeliveries.take(tx, id, version), body.events),
    );
  }

  @Post(':id/cancel')
  @Roles(...senders)
  @HttpCode(200)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({ summary: '取消补发', description: '停止统计或发送；已经发出的保留在事件流中。' })
  @ApiResponse({ status: 200, standardSchema: redeliveryViewSchema })
  cancel(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedeliveryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, async (tx, version) =>
      this.redeliveries.cancel(tx, await this.redeliveries.take(tx, id, version), principal.id),
    );
  }
}
