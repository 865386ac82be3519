import { Roles } from '@lianxin/platform';
import { Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { parkedListSchema, parkedQuerySchema, redriveReportSchema } from './parked.api.ts';
import { ParkedKeysService } from './parked.service.ts';

/** The door has put its own token into `authorization`: with it the services are asked in the caller's name. */
@ApiTags('运行')
@Controller('api/v1/parked')
export class ParkedKeysController {
  constructor(private readonly parked: ParkedKeysService) {}

  @Get()
  @Roles('REPLAY_ADMIN', 'CREDIT_CENTRE_OPERATOR', 'CREDIT_OFFICE', 'AUDITOR')
  @ApiOperation({
    summary: '停放的事件',
    description: '全部服务中因某一事件处理失败而停放的主体；severity=SEVERE 表示其中有退出、暂停或解除。unavailable 列出未应答的服务。',
  })
  @ApiResponse({ status: 200, standardSchema: parkedListSchema })
  list(@Query({ schema: parkedQuerySchema }) query: z.infer<typeof parkedQuerySchema>, @Headers('authorization') authorization: string) {
    return this.parked.list(authorization, query.limit);
  }

  @Post(':key/redrive')
  @HttpCode(200)
  @Roles('REPLAY_ADMIN', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({ summary: '重放停放的事件', description: '在每个停放该键的服务中按原顺序处理；无法识别的事件移出并留存。' })
  @ApiResponse({ status: 200, standardSchema: redriveReportSchema })
  redrive(@Param('key') key: string, @Headers('authorization') authorization: string) {
    return this.parked.redrive(authorization, key);
  }
}
