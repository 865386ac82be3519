import {
  beginReviewRequestSchema,
  documentedRequestSchema,
  endDisputeRequestSchema,
  endReviewRequestSchema,
  idSchema,
  type ListEntryView,
  listEntryViewSchema,
  type Principal,
  undoRequestSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { EntryAftermathService } from './entry-aftermath.service.ts';
import { EntryRequests } from './entry-answer.ts';
import { VisibleEntryGuard } from './visible-entry.guard.ts';

/** What may happen to an entry in force beside its end, and that it proves void. */
@ApiTags('名单记录')
@UseGuards(VisibleEntryGuard)
@Controller('api/v1/list-entries')
export class EntryAftermathController {
  constructor(
    private readonly requests: EntryRequests,
    private readonly aftermath: EntryAftermathService,
  ) {}

  @Post(':id/dispute')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '标注异议', description: '异议受理后标注，仅依据本记录的任务暂停执行，法律另有规定的除外（T13、R-6-4）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  dispute(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: documentedRequestSchema }) body: z.infer<typeof documentedRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.dispute(tx, principal, id, version, body),
    );
  }

  @Post(':id/end-dispute')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '解除异议标注' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  endDispute(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: endDisputeRequestSchema }) body: z.infer<typeof endDisputeRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.endDispute(tx, principal, id, version, body),
    );
  }

  @Post(':id/duties-performed')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '登记义务履行完毕', description: '期限已届满而等待履行的记录随即退出（T16）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  performed(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: documentedRequestSchema }) body: z.infer<typeof documentedRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.performed(tx, principal, id, version, body),
    );
  }

  @Post(':id/begin-review')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '标注行政复议或行政诉讼',
    description: '复议机关或法院受理后标注，随记录一并展示；不停止执行，停止执行须有其决定或裁定（R-6-6、T14）。',
  })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  beginReview(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: beginReviewRequestSchema }) body: z.infer<typeof beginReviewRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.beginReview(tx, principal, id, version, body),
    );
  }

  @Post(':id/end-review')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '登记复议或诉讼结果', description: '标注随之解除；原决定被撤销或变更的，另行撤销或更正（T18、T19）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  endReview(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: endReviewRequestSchema }) body: z.infer<typeof endReviewRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.endReview(tx, principal, id, version, body),
    );
  }

  @Post(':id/request-correction')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '登记更正申请', description: '失信被执行人名单 15 日内审查（R-2-12）；审查期间不停止执行。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  requestCorrection(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: documentedRequestSchema }) body: z.infer<typeof documentedRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.requestCorrection(tx, principal, id, version, body),
    );
  }

  @Post(':id/reject-correction')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '驳回更正申请' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  rejectCorrection(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: undoRequestSchema }) body: z.infer<typeof undoRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.rejectCorrection(tx, principal, id, version, body),
    );
  }

  @Post(':id/correct')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '差错撤销', description: '自始不应列入：视为从未列入，恢复名誉（T18）；被其移除的红名单恢复（T20a）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  correct(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: undoRequestSchema }) body: z.infer<typeof undoRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.correct(tx, principal, id, version, body),
    );
  }

  @Post(':id/revoke')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '依据撤销', description: '所依据的决定被撤销、变更或确认违法（T19），3 个工作日内撤出。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  revoke(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: undoRequestSchema }) body: z.infer<typeof undoRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.aftermath.revoke(tx, principal, id, version, body),
    );
  }
}
