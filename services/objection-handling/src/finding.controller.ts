import { idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { FindingService, findingSide } from './finding.service.ts';
import { ObjectionRequests, VisibleObjectionGuard } from './objection.requests.ts';
import {
  answerSchema,
  type ObjectionView,
  objectionViewSchema,
  proposeSchema,
  reasonSchema,
  stopClockSchema,
} from './objection.schemas.ts';
import { ObjectionService } from './objection.service.ts';

/** The finding: verification by the source unit, its clock, the proposal and the second person, the answer. */
@ApiTags('异议')
@UseGuards(VisibleObjectionGuard)
@Controller('api/v1/objections')
export class FindingController {
  constructor(
    private readonly requests: ObjectionRequests,
    private readonly objections: ObjectionService,
    private readonly findings: FindingService,
  ) {}

  @Post(':id/verify')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '开始核查', description: '来源单位 5 个工作日内核查完毕（§6.3）。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  startVerification(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'SOURCE', this.objections.startVerification(tx)),
    );
  }

  @Post(':id/extend')
  @Roles('DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '延长核查', description: '经审核人员批准，只能延长一次，5 个工作日。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  extend(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reasonSchema }) body: z.infer<typeof reasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'SOURCE', this.objections.extend(tx, body.reason)),
    );
  }

  @Post(':id/stop-clock')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '停止计时', description: '检验、鉴定、专家评审的时间不计入期限（§6.3）。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  stopClock(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: stopClockSchema }) body: z.infer<typeof stopClockSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, findingSide, this.objections.stopClock(tx, body.cause, body.documentNo)),
    );
  }

  @Post(':id/start-clock')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '恢复计时', description: '各期限顺延停止的工作日。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  startClock(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, findingSide, this.objections.startClock(tx)),
    );
  }

  @Post(':id/propose')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '提出结论', description: '平台自查只能认定平台差错，其余由来源单位认定；另一人审批后生效（§6.4）。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  propose(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: proposeSchema }) body: z.infer<typeof proposeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, findingSide, this.findings.propose(tx, body)),
    );
  }

  @Post(':id/return-proposal')
  @Roles('DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '退回结论', description: '' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  returnProposal(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reasonSchema }) body: z.infer<typeof reasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, findingSide, this.findings.returnProposal(tx, body.reason)),
    );
  }

  @Post(':id/approve')
  @Roles('DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({
    summary: '审批结论',
    description: '提出人不得审批。成立的撤销或更正记录，不成立的解除标注、任务恢复；做过的措施下达恢复名誉任务（R-6-8）。',
  })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, findingSide, this.findings.approve(tx, principal)),
    );
  }

  @Post(':id/complete')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '答复申请人并办结', description: '结果作出后 1 个工作日内，附理由和救济途径（R-6-11）。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  answer(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: answerSchema }) body: z.infer<typeof answerSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'OFFICE', this.objections.answer(tx, body)),
    );
  }
}
