import { idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  type SpotCheckItemView,
  type SpotCheckQuery,
  type SpotCheckView,
  spotCheckItemViewSchema,
  spotCheckQuerySchema,
  spotCheckRequestSchema,
  spotCheckResultSchema,
  spotCheckViewSchema,
} from './spot-check.api.ts';
import { SpotCheckService } from './spot-check.service.ts';

/** Spot checks of cases (R-10-3). */
@ApiTags('抽查')
@ApiBearerAuth('apiKey')
@Controller('api/v1/spot-checks')
export class SpotCheckController {
  constructor(
    private readonly database: Database,
    private readonly service: SpotCheckService,
  ) {}

  @Post()
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '抽取案例样本',
    description:
      '按月抽取已结束月份的案例（默认 5%，R-10-3），每月一次，不能重抽；种子和总体摘要随结果公开，任何人可复算：按 sha256(种子|案例编号) 升序取前若干。',
  })
  @ApiResponse({ status: 201, standardSchema: spotCheckViewSchema })
  async draw(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: spotCheckRequestSchema }) body: z.infer<typeof spotCheckRequestSchema>,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SpotCheckView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 201, body: await this.service.draw(tx, principal, body) })),
    );
    return sendAnswer(reply, answer);
  }

  @Get()
  @ApiOperation({ summary: '抽查样本', description: '被抽中的案例及结果，新的月份在前；部门只见本部门的。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(spotCheckItemViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: spotCheckQuerySchema }) query: SpotCheckQuery,
  ): Promise<Page<SpotCheckItemView>> {
    return this.database.transaction(principal, (tx) => this.service.readPage(tx, query));
  }

  @Get(':id')
  @ApiOperation({ summary: '一次抽查', description: '总体、比例和种子，可据以复算（R-10-3）。' })
  @ApiResponse({ status: 200, standardSchema: spotCheckViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<SpotCheckView> {
    return this.database.transaction(principal, (tx) => this.service.get(tx, id));
  }

  @Post(':id/cases/:caseId/result')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '记录抽查结果', description: 'RETURNED 退回该反馈，案例不再计入（R-4-9）；部门可更正后重新审核。' })
  @ApiResponse({ status: 200, standardSchema: spotCheckItemViewSchema })
  async decide(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('caseId', { schema: idSchema }) caseId: string,
    @Body({ schema: spotCheckResultSchema }) body: z.infer<typeof spotCheckResultSchema>,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SpotCheckItemView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: await this.service.decide(tx, principal, id, caseId, body) })),
    );
    return sendAnswer(reply, answer);
  }
}
