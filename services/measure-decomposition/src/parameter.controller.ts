import { cityWideRoles, idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import {
  Clock,
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  type NewParameterChange,
  newParameterChangeSchema,
  type ParameterChangeView,
  type ParameterView,
  parameterCancellationSchema,
  parameterChangeQuerySchema,
  parameterChangeViewSchema,
  parameterDateQuerySchema,
  parameterQuerySchema,
  parameterViewSchema,
} from './parameter.api.ts';
import { keyOf, ParameterService } from './parameter.service.ts';
import { type ParameterChangeRow, ParameterStore } from './parameter.store.ts';
import { parameterChangeViewOf, parameterViewOf, readParameterChanges, readParameters } from './parameter.view.ts';

const keySchema = z.string().min(1).max(100);

/** What counts: for everybody who signs in. */
@ApiTags('参数')
@Controller('api/v1/parameters')
export class ParameterController {
  constructor(
    private readonly database: Database,
    private readonly store: ParameterStore,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: '参数',
    description: '可在运行中变更的期限等（§12）：某日的值、允许范围、依据、由哪个服务读取，以及已批准待生效的变更。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(parameterViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: parameterQuerySchema }) query: z.infer<typeof parameterQuerySchema>,
  ): Promise<Page<ParameterView>> {
    return this.database.transaction(principal, (tx) => readParameters(this.store, tx, query, this.clock.today()));
  }

  @Get(':key')
  @ApiOperation({ summary: '一个参数', description: '今天或 date 那天的值（§12）。' })
  @ApiResponse({ status: 200, standardSchema: parameterViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('key', { schema: keySchema }) key: string,
    @Query({ schema: parameterDateQuerySchema }) query: z.infer<typeof parameterDateQuerySchema>,
  ): Promise<ParameterView> {
    const counting = await this.database.transaction(principal, (tx) => this.store.readCounting(tx));
    return parameterViewOf(keyOf(key), counting, query.date ?? this.clock.today());
  }
}

/** Changes with their whole past. Only the credit office proposes and approves; whoever sees the whole city may look. */
@ApiTags('参数')
@Controller('api/v1/parameter-changes')
export class ParameterChangeController {
  constructor(
    private readonly database: Database,
    private readonly store: ParameterStore,
    private readonly service: ParameterService,
  ) {}

  @Get()
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '参数变更记录', description: '谁在何时把什么改成什么，理由和文号；最新的在前，只增不改（§12）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(parameterChangeViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: parameterChangeQuerySchema }) query: z.infer<typeof parameterChangeQuerySchema>,
  ): Promise<Page<ParameterChangeView>> {
    return this.database.transaction(principal, (tx) => readParameterChanges(this.store, tx, query));
  }

  @Get(':id')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '一项参数变更', description: '连同提出、批准、取消或撤回的人和时间（§12）。' })
  @ApiResponse({ status: 200, standardSchema: parameterChangeViewSchema })
  async get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<ParameterChangeView> {
    return parameterChangeViewOf(await this.database.transaction(principal, (tx) => this.service.get(tx, id)));
  }

  @Post()
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '提出参数变更',
    description: '自今天或以后某日起的新值，写明理由；由另一人批准后生效，已起算的期限不变（§12）。',
  })
  @ApiResponse({ status: 201, standardSchema: parameterChangeViewSchema })
  async propose(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: newParameterChangeSchema }) body: NewParameterChange,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ParameterChangeView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({
        status: 201,
        body: parameterChangeViewOf(await this.service.propose(tx, principal, body)),
      })),
    );
    void reply.header('Location', `/api/v1/parameter-changes/${answer.body.id}`);
    return sendAnswer(reply, answer);
  }

  @Post(':id/approval')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '批准参数变更', description: '须由提出人以外的人批准；批准时按当天重新检查（§12）。' })
  @ApiResponse({ status: 200, standardSchema: parameterChangeViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ParameterChangeView> {
    return this.act(principal, request, reply, async (tx) => this.service.approve(tx, principal, id));
  }

  @Post(':id/cancellation')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '取消或撤回参数变更',
    description: '未批准的取消；已批准而未到生效日的撤回。已生效的只能以新的变更替换（§12）。',
  })
  @ApiResponse({ status: 200, standardSchema: parameterChangeViewSchema })
  cancel(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: parameterCancellationSchema }) body: z.infer<typeof parameterCancellationSchema>,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ParameterChangeView> {
    return this.act(principal, request, reply, async (tx) => this.service.cancel(tx, principal, id, body.reasonZh));
  }

  private async act(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    work: (tx: Transaction) => Promise<ParameterChangeRow>,
  ): Promise<ParameterChangeView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: parameterChangeViewOf(await work(tx)) })),
    );
    return sendAnswer(reply, answer);
  }
}
