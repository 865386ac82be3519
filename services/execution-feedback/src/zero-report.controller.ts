import { idSchema, type Page, type Principal, pageSchema, rejectRequestSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { versionOf } from './if-match.ts';
import { VisibleZeroReport } from './visible.guard.ts';
import {
  type ZeroReportQuery,
  type ZeroReportRequest,
  type ZeroReportView,
  zeroReportQuerySchema,
  zeroReportRequestSchema,
  zeroReportViewSchema,
} from './zero-report.api.ts';
import { ZeroReportService, type ZeroReportStep } from './zero-report.service.ts';

/** The zero reports of departments: one for each list and quarter. */
@ApiTags('反馈')
@ApiBearerAuth('apiKey')
@Controller('api/v1/zero-reports')
export class ZeroReportController {
  constructor(
    private readonly database: Database,
    private readonly reports: ZeroReportService,
  ) {}

  @Get()
  @ApiOperation({
    summary: '零报告',
    description:
      '触发类措施的季度零报告，每部门、每名单、每季度一份（§4.5），季后次月 10 日前报送（§4.4）；窗口核查已覆盖且无触发的自动报送（AUTOMATIC）。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(zeroReportViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: zeroReportQuerySchema }) query: ZeroReportQuery,
  ): Promise<Page<ZeroReportView>> {
    return this.database.transaction(principal, (tx) => this.reports.readPage(tx, principal, query));
  }

  @Get(':id')
  @UseGuards(VisibleZeroReport)
  @ApiOperation({ summary: '零报告详情', description: '一份零报告及其任务数（§4.5）。' })
  @ApiResponse({ status: 200, standardSchema: zeroReportViewSchema })
  async one(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ZeroReportView> {
    const view = await this.database.transaction(principal, (tx) => this.reports.get(tx, id));
    void reply.header('etag', `"${view.version}"`);
    return view;
  }

  @Post(':id/submit')
  @UseGuards(VisibleZeroReport)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '报送零报告',
    description: '本季度该名单无触发，一次报送即为其下全部已布控任务的零报告；须由本部门另一人审核后生效（§4.5、R-4-9）。',
  })
  @ApiResponse({ status: 200, standardSchema: zeroReportViewSchema })
  submit(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: zeroReportRequestSchema }) body: ZeroReportRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, id, { act: 'submit', text: body.remark ?? null, expectedVersion: versionOf(ifMatch) });
  }

  @Post(':id/approve')
  @UseGuards(VisibleZeroReport)
  @Roles('DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '零报告审核通过',
    description: '由提交人以外的本部门审核人通过，随即记入其下每个任务；期间已命中、暂停或解除的任务不受影响（R-4-9、§4.3）。',
  })
  @ApiResponse({ status: 200, standardSchema: zeroReportViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, id, { act: 'approve', text: null, expectedVersion: versionOf(ifMatch) });
  }

  @Post(':id/reject')
  @UseGuards(VisibleZeroReport)
  @Roles('DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '零报告审核退回', description: '说明原因退回，零报告仍待报送（R-4-9）。' })
  @ApiResponse({ status: 200, standardSchema: zeroReportViewSchema })
  reject(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: rejectRequestSchema }) body: z.infer<typeof rejectRequestSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, id, { act: 'reject', text: body.reason, expectedVersion: versionOf(ifMatch) });
  }

  private async answer(principal: Principal, request: IdempotentRequest, reply: FastifyReply, id: string, step: ZeroReportStep) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: await this.reports.step(tx, principal, id, step) })),
    );
    return sendAnswer(reply, answer);
  }
}
