import { idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ObjectionRequests, VisibleObjectionGuard } from './objection.requests.ts';
import { completeSchema, noteSchema, type ObjectionView, objectionViewSchema, reasonSchema, refuseSchema } from './objection.schemas.ts';
import { ObjectionService } from './objection.service.ts';

/** The office's part: acceptance, completion, the platform's own check, forwarding. */
@ApiTags('异议')
@UseGuards(VisibleObjectionGuard)
@Controller('api/v1/objections')
export class ObjectionIntakeController {
  constructor(
    private readonly requests: ObjectionRequests,
    private readonly objections: ObjectionService,
  ) {}

  @Post(':id/accept')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({
    summary: '受理异议',
    description: '材料齐全后 1 个工作日内；受理即标注异议，仅依据该记录的任务暂停执行（T13、R-6-4、R-6-5）。',
  })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  accept(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'OFFICE', this.objections.accept(tx)),
    );
  }

  @Post(':id/request-materials')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '一次性要求补正', description: '只能要求一次，列出全部缺项（§6.4）。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  requestMaterials(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reasonSchema }) body: z.infer<typeof reasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'OFFICE', this.objections.requestCompletion(tx, body.reason)),
    );
  }

  @Post(':id/complete-materials')
  @Roles('WINDOW_CLERK', 'DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'SUBJECT')
  @HttpCode(200)
  @ApiOperation({ summary: '补正材料', description: '' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  completeMaterials(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: completeSchema }) body: z.infer<typeof completeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'INTAKE', this.objections.complete(tx, body)),
    );
  }

  @Post(':id/reject')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '不予受理', description: '无权提出、逾期未补正、同一事实无新证据（R-6-12）或不属受理范围；须说明理由。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  reject(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: refuseSchema }) body: z.infer<typeof refuseSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'OFFICE', this.objections.refuse(tx, body.ground, body.reason)),
    );
  }

  @Post(':id/withdraw')
  @Roles('WINDOW_CLERK', 'DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'SUBJECT')
  @HttpCode(200)
  @ApiOperation({ summary: '撤回异议', description: '没有其他在办异议的，解除标注，任务恢复。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  withdraw(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reasonSchema }) body: z.infer<typeof reasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'INTAKE', this.objections.withdraw(tx, body.reason)),
    );
  }

  @Post(':id/self-check')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '开始平台自查', description: '受理后 2 个工作日内完成（§6.3）。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  startCheck(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'OFFICE', this.objections.startCheck(tx)),
    );
  }

  @Post(':id/forward')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '转来源单位核查', description: '自查未发现平台差错的，1 个工作日内转办。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  forward(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: noteSchema }) body: z.infer<typeof noteSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.objections.change(tx, principal, id, version, 'OFFICE', this.objections.forward(tx, body.note)),
    );
  }
}
