import { idSchema, type PageQuery, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type ClientRequest, clientRegisteredSchema, clientRequestSchema, clientViewSchema } from './api-client.api.ts';
import { ApiClientService } from './api-client.service.ts';

@ApiTags('账户')
@Controller('api/v1/api-clients')
export class ApiClientController {
  constructor(private readonly clients: ApiClientService) {}

  @Post()
  @Roles('REPLAY_ADMIN')
  @ApiOperation({ summary: '登记 API 客户端', description: '密钥只在首次应答中出现一次；也可自行生成密钥并只提交其 SHA-256。' })
  @ApiResponse({ status: 201, standardSchema: clientRegisteredSchema })
  async register(
    @Body({ schema: clientRequestSchema }) body: ClientRequest,
    @CurrentPrincipal() principal: Principal,
    @Idempotent() repeat: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return sendAnswer(reply.header('Cache-Control', 'no-store'), await this.clients.register(principal, body, repeat));
  }

  @Get()
  @Roles('REPLAY_ADMIN', 'AUDITOR')
  @ApiOperation({ summary: 'API 客户端列表', description: '含已撤销的客户端；不含密钥。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(clientViewSchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery, @CurrentPrincipal() principal: Principal) {
    return this.clients.list(principal, query);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Roles('REPLAY_ADMIN')
  @ApiOperation({ summary: '撤销 API 客户端', description: '立即生效；不可恢复。' })
  @ApiResponse({ status: 200, standardSchema: clientViewSchema })
  revoke(@Param('id', { schema: idSchema }) id: string, @CurrentPrincipal() principal: Principal) {
    return this.clients.revoke(principal, id);
  }
}
