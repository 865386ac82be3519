import { idSchema, type Principal, returnDecisionSchema, returnRequestSchema, taskViewSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Headers, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type ActRequest, ActService } from './act.service.ts';
import { versionOf } from './if-match.ts';
import { VisibleTask } from './visible.guard.ts';

/** What departments do with their tasks, and the credit office with returned ones. */
@ApiTags('任务')
@ApiBearerAuth('apiKey')
@Controller('api/v1/tasks/:id')
@UseGuards(VisibleTask)
export class ActController {
  constructor(
    private readonly database: Database,
    private readonly acts: ActService,
  ) {}

  @Post('acknowledge')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '签收任务', description: '下发后 2 个工作日内签收（§4.4）。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  acknowledge(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, { taskId, act: 'acknowledge', expectedVersion: versionOf(ifMatch) });
  }

  @Post('return')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '退回任务', description: '非本部门职责、主体有误或无此权力时说明原因退回，由信用办处理。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  return(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Body({ schema: returnRequestSchema }) body: z.infer<typeof returnRequestSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, { taskId, act: 'return', expectedVersion: versionOf(ifMatch), ...body });
  }

  @Post('start')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '开始执行', description: '常态（STANDING）和一次性（ONE_OFF）措施开始执行。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  start(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, { taskId, act: 'start', expectedVersion: versionOf(ifMatch) });
  }

  @Post('arm')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '布控', description: '触发式（ON_EVENT）措施已载入本部门业务系统，待主体办事时触发。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  arm(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, { taskId, act: 'arm', expectedVersion: versionOf(ifMatch) });
  }

  @Post('decide-return')
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '处理退回', description: '信用办接受退回（不适用）或驳回（重新下发，期限重新计算）。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  decideReturn(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Body({ schema: returnDecisionSchema }) body: z.infer<typeof returnDecisionSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const act = body.outcome === 'ACCEPTED' ? 'acceptReturn' : 'refuseReturn';
    return this.answer(principal, request, reply, { taskId, act, expectedVersion: versionOf(ifMatch), detail: body.detail });
  }

  private async answer(principal: Principal, request: IdempotentRequest, reply: FastifyReply, act: ActRequest) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: await this.acts.act(tx, principal, act) })),
    );
    void reply.header('ETag', `"${answer.body.version}"`);
    return sendAnswer(reply, answer);
  }
}
