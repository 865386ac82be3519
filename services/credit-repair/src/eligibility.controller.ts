import type { Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Public, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Header, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  type AssertionRequest,
  assertionRequestSchema,
  type EligibilityAnswer,
  type EligibilityQuery,
  eligibilityAnswerSchema,
  eligibilityQuerySchema,
  type PublicEligibilityAnswer,
  type PublicEligibilityQuery,
  publicEligibilityAnswerSchema,
  publicEligibilityQuerySchema,
} from './eligibility.api.ts';
import { EligibilityService } from './eligibility.service.ts';

@ApiTags('信用修复')
@ApiBearerAuth('apiKey')
@Controller('api/v1')
export class EligibilityController {
  constructor(
    private readonly database: Database,
    private readonly eligibility: EligibilityService,
  ) {}

  @Get('repair-eligibility')
  @Roles(
    'DEPT_HANDLER',
    'DEPT_APPROVER',
    'WINDOW_CLERK',
    'SYSTEM_CLIENT',
    'CREDIT_OFFICE',
    'CREDIT_CENTRE_OPERATOR',
    'SUPERVISOR',
    'AUDITOR',
  )
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '修复资格查询',
    description:
      '能否修复、最早何时可申请、还差什么（§5.2、§5.3）。先看名单自身的退出规则（R-5-3a），再看分级公示期和新旧办法从优（R-5-6）。部门只查本部门认定的记录；窗口须说明事由。',
  })
  @ApiResponse({ status: 200, standardSchema: eligibilityAnswerSchema })
  ask(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: eligibilityQuerySchema }) query: EligibilityQuery,
  ): Promise<EligibilityAnswer> {
    return this.eligibility.ask(principal, query);
  }

  @Post('repair-exclusions')
  @Roles('DEPT_APPROVER')
  @ApiOperation({
    summary: '说明依法不予修复的情形',
    description: '记录本身看不出的法定情形（终身禁止、再次拖欠等，§5.6），由认定部门凭文书说明；没有法律依据的不能设为不可修复（R-5-2）。',
  })
  @ApiResponse({ status: 201, standardSchema: assertionRequestSchema })
  async assert(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: assertionRequestSchema }) body: AssertionRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.eligibility.assert(tx, principal, body);
        return { status: 201, body };
      }),
    );
    return sendAnswer(reply, answer);
  }
}

/** What anybody may ask without a key, about what is public anyway. */
@ApiTags('公示')
@Public()
@Controller('api/v1/public/repair-eligibility')
export class PublicEligibilityController {
  constructor(private readonly eligibility: EligibilityService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '修复资格自查（单位）',
    description: '按统一社会信用代码查询已公示的记录：可修复、最早可申请日、还差什么。不收取任何费用（R-5-17）。',
  })
  @ApiResponse({ status: 200, standardSchema: publicEligibilityAnswerSchema })
  ask(@Query({ schema: publicEligibilityQuerySchema }) query: PublicEligibilityQuery): Promise<PublicEligibilityAnswer> {
    return this.eligibility.askPublic(query);
  }
}
