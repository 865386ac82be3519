import { idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ReplayRequests, VisibleReplayGuard } from './replay.requests.ts';
import {
  approveReplaySchema,
  confirmReplaySchema,
  type ReplayConfirmation,
  type ReplayView,
  replayReasonSchema,
  replayViewSchema,
} from './replay.schemas.ts';
import { ReplayService } from './replay.service.ts';

/** Steps of a replay after its plan: confirmation, the second person, apply, and what interrupts it. */
@ApiTags('回放')
@UseGuards(VisibleReplayGuard)
@Controller('api/v1/replays')
export class ReplayStepController {
  constructor(
    private readonly requests: ReplayRequests,
    private readonly replays: ReplayService,
  ) {}

  @Post(':id/confirm')
  @Roles('DEPT_APPROVER')
  @HttpCode(200)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({
    summary: '认定单位确认',
    description:
      '回放增加或加重限制的，由认定单位的审核人员确认（谁认定、谁负责，R-6-7a）。sha256 为所读差异的散列，差异已变化的不予确认。',
  })
  @ApiResponse({ status: 200, standardSchema: replayViewSchema })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: confirmReplaySchema }) body: ReplayConfirmation,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.replays.confirm(tx, principal, { id, version }, body),
    );
  }

  @Post(':id/approve')
  @Roles('REPLAY_ADMIN')
  @HttpCode(200)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({
    summary: '批准回放',
    description:
      '须由提出人以外的另一人批准；系统差错（SYSTEM_FAULT）只能解除，不能增加限制。sha256 为所读差异的散列，差异已变化的不予批准。',
  })
  @ApiResponse({ status: 200, standardSchema: replayViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: approveReplaySchema }) body: z.infer<typeof approveReplaySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.replays.approve(tx, principal, { id, version }, body.sha256),
    );
  }

  @Post(':id/apply')
  @Roles('REPLAY_ADMIN')
  @HttpCode(202)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({
    summary: '执行回放',
    description: '先再次推演：差异与批准的相同才执行，不同则不做任何变更（REFUSED，见 diff?look=CHECK）。重复提交不会重复执行。',
  })
  @ApiResponse({ status: 202, standardSchema: replayViewSchema })
  apply(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change(
      { principal, request, ifMatch, reply },
      (tx, version) => this.replays.apply(tx, principal, { id, version }),
      202,
    );
  }

  @Post(':id/cancel')
  @Roles('REPLAY_ADMIN')
  @HttpCode(200)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({ summary: '取消回放', description: '尚未执行任何变更的才能取消。' })
  @ApiResponse({ status: 200, standardSchema: replayViewSchema })
  cancel(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: replayReasonSchema }) body: z.infer<typeof replayReasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.replays.cancel(tx, principal, { id, version }, body.reason),
    );
  }

  @Post(':id/pause')
  @Roles('REPLAY_ADMIN')
  @HttpCode(200)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({ summary: '暂停回放', description: '不再推演或执行后续案件；已下达的继续完成。' })
  @ApiResponse({ status: 200, standardSchema: replayViewSchema })
  pause(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: replayReasonSchema }) body: z.infer<typeof replayReasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.replays.pause(tx, principal, { id, version }, body.reason),
    );
  }

  @Post(':id/resume')
  @Roles('REPLAY_ADMIN')
  @HttpCode(202)
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiOperation({ summary: '继续回放', description: '从停下之处继续；未能推演或完成的案件重试。' })
  @ApiResponse({ status: 202, standardSchema: replayViewSchema })
  resume(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayView> {
    return this.requests.change(
      { principal, request, ifMatch, reply },
      (tx, version) => this.replays.resume(tx, principal, { id, version }),
      202,
    );
  }
}
