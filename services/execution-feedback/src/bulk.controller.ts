import { idSchema, type Principal, pageSchema } from '@lianxin/contracts';
import { dispositionOf, fileOfRequest } from '@lianxin/files';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type BulkItemQuery,
  type BulkRequest,
  bulkItemQuerySchema,
  bulkItemSchema,
  bulkRequestSchema,
  bulkViewSchema,
} from './bulk.api.ts';
import { BulkService } from './bulk.service.ts';
import { FeedbackTableService } from './feedback-table.service.ts';

/** Bulk actions of a department on its tasks. */
@ApiTags('任务')
@ApiBearerAuth('apiKey')
@Controller('api/v1/task-bulks')
export class BulkController {
  constructor(
    private readonly database: Database,
    private readonly bulks: BulkService,
    private readonly tables: FeedbackTableService,
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

  @Post('feedback-table')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiConsumes('multipart/form-data', 'application/octet-stream')
  @ApiBody({ schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } } })
  @ApiOperation({
    summary: '上传反馈表预览',
    description:
      '导出的任务表（xlsx、csv）加反馈模板的各列（反馈类型、实施措施、文号、法律依据、经办人等）填写后传回，或填写模板；按任务编号和版本对应，未填反馈类型的行不计（§4.6）。',
  })
  @ApiResponse({ status: 201, standardSchema: bulkViewSchema })
  async feedbackTable(@CurrentPrincipal() principal: Principal, @Req() request: FastifyRequest) {
    return this.tables.preview(principal, (await fileOfRequest(request)).body);
  }

  @Get('feedback-template.:format')
  @ApiOperation({ summary: '下载反馈表模板', description: '列、填写说明、下拉项和示例；任务编号和版本从导出的任务表复制（§4.6）。' })
  @ApiResponse({ status: 200, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  async template(@Param('format', { schema: z.enum(['xlsx', 'csv']) }) format: 'xlsx' | 'csv') {
    const file = await this.tables.template(format);
    return new StreamableFile(file, { type: 'application/octet-stream', disposition: dispositionOf(`反馈表.${format}`) });
  }

  @Get(':id/refused.:format')
  @ApiOperation({ summary: '下载未反馈的行', description: '反馈表中被拒的行及原因，改正后可再次上传（§4.6）。' })
  @ApiResponse({ status: 200, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  async refused(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('format', { schema: z.enum(['xlsx', 'csv']) }) format: 'xlsx' | 'csv',
  ) {
    const stream = await this.tables.refusedRows(principal, id, format);
    return new StreamableFile(stream, { type: 'application/octet-stream', disposition: dispositionOf(`未反馈的行.${format}`) });
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
