import { idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PublicationOrderService } from './publication-order.service.ts';
import {
  type EntryPublications,
  entryPublicationsSchema,
  type OrderQuery,
  type OrderView,
  type OtherPublication,
  orderQuerySchema,
  orderViewSchema,
  otherPublicationSchema,
  type ReceiptRequest,
  receiptRequestSchema,
} from './publication-order.view.ts';
import { retryLostRace } from './race.ts';

/** Channels outside on which entries are public, and their receipts (R-2-11). */
@ApiTags('公示渠道')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
@Controller('api/v1')
export class PublicationOrderController {
  constructor(
    private readonly database: Database,
    private readonly orders: PublicationOrderService,
  ) {}

  @Get('publications')
  @ApiOperation({
    summary: '公示渠道处理要求',
    description: '各渠道应公示、隐藏或撤下的记录及回执；overdue=true 只列逾期未回执的（R-2-11）。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(orderViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: orderQuerySchema }) query: OrderQuery): Promise<Page<OrderView>> {
    return this.database.transaction(principal, (tx) => this.orders.list(tx, principal, query));
  }

  @Post('publications/:id/receipt')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({
    summary: '提交公示渠道回执',
    description: '“信用中国”网站由信用办或信用中心提交，其他渠道由认定单位提交；拒绝公示须说明理由，撤下不得拒绝。',
  })
  @ApiResponse({ status: 200, standardSchema: orderViewSchema })
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: receiptRequestSchema }) body: ReceiptRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 200, body: await this.orders.confirm(tx, principal, id, body) })),
      ),
    );
    return sendAnswer(reply, answer);
  }

  @Post('publications/:id/release')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({
    summary: '提出因回放暂缓的公示要求',
    description: '回放选择不对外或仅内部时，新增公示的要求暂缓；认定单位或信用办确认后向渠道提出（R-6-7a）。',
  })
  @ApiResponse({ status: 200, standardSchema: orderViewSchema })
  async release(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 200, body: await this.orders.release(tx, principal, id) })),
      ),
    );
    return sendAnswer(reply, answer);
  }

  @Get('list-entries/:id/publications')
  @ApiOperation({ summary: '一条记录的公示渠道', description: '在哪些渠道公示、何时应撤下、各渠道的回执。' })
  @ApiResponse({ status: 200, standardSchema: entryPublicationsSchema })
  ofEntry(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<EntryPublications> {
    return this.database.transaction(principal, (tx) => this.orders.ofEntry(tx, principal, id));
  }

  @Post('list-entries/:id/publications')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '登记在其他渠道的公示', description: '退出时同样须撤下（R-2-11）；不公示的记录不得登记。' })
  @ApiResponse({ status: 201, standardSchema: entryPublicationsSchema })
  async note(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: otherPublicationSchema }) body: OtherPublication,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EntryPublications> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 201, body: await this.orders.noteOther(tx, principal, id, body) })),
      ),
    );
    return sendAnswer(reply, answer);
  }
}
