import { idSchema, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  type BulkItemQuery,
  type BulkRequest,
  bulkItemQuerySchema,
  bulkItemSchema,
  bulkRequestSchema,
  bulkViewSchema,
} from './bulk.api.ts';
import { BulkService } from './bulk.service.ts';

/** Bulk actions of a department on its tasks. */
@ApiTags('任务')
@ApiBearerAuth('apiKey')
@Controller('api/v1/task-bulks')
export class BulkController {
  constructor(
    private readonly database: Database,
    private readonly bulks: BulkService,
  ) {}

  @Post()
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({
    summary: '批量办理预览',
    description:
      '按选择或筛选确定任务及其版本并返回数量；之后新进入筛选范围的任务不会加入，已变化的任务执行时逐项退回（§4.3）。半小时内有效。',
  })
  @ApiResponse({ status: 201, standardSchema: bulkViewSchema })
  async preview(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: bulkRequestSchema }) body: BulkRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 201, body: await this.bulks.preview(tx, principal, body) })),
    );
    return sendAnswer(reply, answer);
  }

  @Post(':id/run')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '执行批量办理', description: '由预览人执行一次，逐项办理，每项结果可查（§4.3）。' })
  @ApiResponse({ status: 202, standardSchema: bulkViewSchema })
  async run(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 202, body: await this.bulks.run(tx, principal, id) })),
    );
    return sendAnswer(reply, answer);
  }

  @Get(':id')
  @ApiOperation({ summary: '批量办理进度', description: '预览数量、已办和被拒数量及原因（§4.3）。' })
  @ApiResponse({ status: 200, standardSchema: bulkViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string) {
    return this.database.transaction(principal, (tx) => this.bulks.get(tx, id));
  }

  @Get(':id/items')
  @ApiOperation({ summary: '批量办理明细', description: '逐项结果；status=REFUSED 为未办理的任务及原因（§4.3）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(bulkItemSchema) })
  items(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: bulkItemQuerySchema }) query: BulkItemQuery,
  ) {
    return this.database.transaction(principal, (tx) => this.bulks.items(tx, id, query));
  }
}
