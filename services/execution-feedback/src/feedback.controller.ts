import { type FeedbackRequest, feedbackRequestSchema, idSchema, type Principal, pageSchema, rejectRequestSchema } from '@lianxin/contracts';
import {
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type FeedbackQuery, feedbackListSchema, feedbackQuerySchema, feedbackViewSchema } from './feedback.api.ts';
import { FeedbackForms, feedbackFormSchema } from './feedback.form.ts';
import { FeedbackReader } from './feedback.reader.ts';
import { FeedbackService } from './feedback.service.ts';
import type { Feedback } from './feedback.store.ts';
import { VisibleFeedback, VisibleTask } from './visible.guard.ts';

/** What departments answer, and its approval by a second person. */
@ApiTags('反馈')
@ApiBearerAuth('apiKey')
@Controller('api/v1')
export class FeedbackController {
  constructor(
    private readonly database: Database,
    private readonly feedback: FeedbackService,
    private readonly reader: FeedbackReader,
    private readonly forms: FeedbackForms,
  ) {}

  @Post('tasks/:id/feedback')
  @UseGuards(VisibleTask)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({
    summary: '提交反馈',
    description: '按 §4.6 校验；须由本部门另一人审核后生效，解除反馈提交即解除。clientRef 相同且内容相同视为同一反馈。',
  })
  @ApiResponse({ status: 201, standardSchema: feedbackViewSchema })
  submit(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Body({ schema: feedbackRequestSchema }) body: FeedbackRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, 201, (tx) => this.feedback.submit(tx, principal, taskId, body));
  }

  @Get('tasks/:id/feedback-form')
  @UseGuards(VisibleTask)
  @ApiOperation({ summary: '反馈表单', description: '当前可反馈的类型、各类型按措施类别必填和可填的字段、可选效果和法律依据（§4.6）。' })
  @ApiResponse({ status: 200, standardSchema: feedbackFormSchema })
  form(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) taskId: string) {
    return this.database.transaction(principal, (tx) => this.forms.of(tx, taskId));
  }

  @Get('tasks/:id/feedback')
  @UseGuards(VisibleTask)
  @ApiOperation({ summary: '任务的反馈', description: '全部反馈及其各版本和审核意见，最早的在前。' })
  @ApiResponse({ status: 200, standardSchema: feedbackListSchema })
  ofTask(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) taskId: string) {
    return this.reader.ofTask(principal, taskId);
  }

  @Get('feedback')
  @ApiOperation({ summary: '反馈列表', description: '本部门的反馈，最新的在前；status=PENDING 为待审核。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(feedbackViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: feedbackQuerySchema }) query: FeedbackQuery) {
    return this.reader.list(principal, query);
  }

  @Get('feedback/:id')
  @UseGuards(VisibleFeedback)
  @ApiOperation({ summary: '反馈详情', description: '反馈及其各版本和审核意见。' })
  @ApiResponse({ status: 200, standardSchema: feedbackViewSchema })
  one(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string) {
    return this.reader.one(principal, id);
  }

  @Post('feedback/:id/approve')
  @UseGuards(VisibleFeedback)
  @Roles('DEPT_APPROVER')
  @ApiOperation({ summary: '审核通过', description: '由提交人以外的本部门审核人通过，反馈生效并计入统计（R-4-9）。' })
  @ApiResponse({ status: 200, standardSchema: feedbackViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, 200, (tx) => this.feedback.approve(tx, principal, id));
  }

  @Post('feedback/:id/reject')
  @UseGuards(VisibleFeedback)
  @Roles('DEPT_APPROVER')
  @ApiOperation({ summary: '审核退回', description: '说明原因退回提交人更正；此前已生效的版本继续有效。' })
  @ApiResponse({ status: 200, standardSchema: feedbackViewSchema })
  reject(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: rejectRequestSchema }) body: z.infer<typeof rejectRequestSchema>,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, 200, (tx) => this.feedback.reject(tx, principal, id, body.reason));
  }

  @Post('feedback/:id/correct')
  @UseGuards(VisibleFeedback)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '更正反馈', description: '更正为新版本，重新审核；任何版本都不删除（R-4-10）。' })
  @ApiResponse({ status: 200, standardSchema: feedbackViewSchema })
  correct(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: feedbackRequestSchema }) body: FeedbackRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, 200, (tx) => this.feedback.correct(tx, principal, id, body));
  }

  private async answer(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    status: number,
    work: (tx: Transaction) => Promise<Feedback>,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status, body: await this.reader.view(tx, await work(tx)) })),
    );
    return sendAnswer(reply, answer);
  }
}
