import { idSchema, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type UrgeQuery, urgeCountSchema, urgeDetailSchema, urgeQuerySchema, urgeViewSchema } from './urge.api.ts';
import { UrgeReader } from './urge.reader.ts';

/** Messages of urging: the list in the application, with read marks. */
@ApiTags('催办')
@ApiBearerAuth('apiKey')
@Controller('api/v1/urges')
export class UrgeController {
  constructor(
    private readonly database: Database,
    private readonly reader: UrgeReader,
  ) {}

  @Get()
  @ApiOperation({
    summary: '催办消息',
    description: '到期前提醒、黄色提示、催办函、季度通报、半年督查（§4.5），最新的在前；unread=true 为本人未读。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(urgeViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: urgeQuerySchema }) query: UrgeQuery) {
    return this.reader.listUrges(principal, query);
  }

  @Get('count')
  @ApiOperation({ summary: '未读与到期数', description: '本人未读消息、今日到期任务、逾期任务的数量（§4.5 T+0），各至多计到 10000。' })
  @ApiResponse({ status: 200, standardSchema: urgeCountSchema })
  count(@CurrentPrincipal() principal: Principal) {
    return this.reader.count(principal);
  }

  @Get(':id')
  @ApiOperation({ summary: '催办消息详情', description: '所催任务、已读情况、邮件和短信的送达情况（§4.5）。' })
  @ApiResponse({ status: 200, standardSchema: urgeDetailSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string) {
    return this.database.transaction(principal, (tx) => this.reader.getUrge(tx, principal, id));
  }

  @Post(':id/read')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE')
  @ApiOperation({ summary: '标记已读', description: '首次阅读留痕（§4.5：每次催办记录渠道、接收人和阅读时间）。' })
  @ApiResponse({ status: 200, standardSchema: urgeDetailSchema })
  async read(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: await this.reader.markRead(tx, principal, id) })),
    );
    return sendAnswer(reply, answer);
  }
}
