import { type Principal, ProblemError } from '@lianxin/contracts';
import { CurrentPrincipal, Roles } from '@lianxin/platform';
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ParkedService } from './parked.service.ts';

const parkedSchema = z
  .object({
    key: z.string(),
    service: z.string(),
    severity: z.enum(['SEVERE', 'NORMAL']),
    reason: z.string(),
    attempts: z.int(),
    events: z.int(),
    eventTypes: z.array(z.string()),
    parkedAt: z.string(),
  })
  .meta({ id: 'ParkedKey' });
const redriveSchema = z
  .object({ key: z.string(), service: z.string(), handled: z.int(), setAside: z.int(), remaining: z.int(), reason: z.string().nullable() })
  .meta({ id: 'RedriveResult' });

/** Parked keys of this service; the gateway joins those of all services. */
@ApiTags('运行')
@Controller('api/v1/parked')
export class ParkedController {
  constructor(private readonly parked: ParkedService) {}

  @Get()
  @Roles('REPLAY_ADMIN', 'CREDIT_CENTRE_OPERATOR', 'CREDIT_OFFICE', 'AUDITOR')
  @ApiOperation({ summary: '停放的事件', description: '因某一事件处理失败而停放的主体，severity=SEVERE 表示其中有退出、暂停或解除。' })
  @ApiResponse({ status: 200, standardSchema: z.object({ data: z.array(parkedSchema) }) })
  async list(@Query('limit', { schema: z.coerce.number().int().min(1).max(1000).default(200) }) limit: number) {
    return { data: await this.parked.list(limit) };
  }

  @Post(':key/redrive')
  @HttpCode(200)
  @Roles('REPLAY_ADMIN', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({ summary: '重放停放的事件', description: '按原顺序处理该键停放的事件；无法识别的事件移出并留存。' })
  @ApiResponse({ status: 200, standardSchema: redriveSchema })
  async redrive(@Param('key') key: string, @CurrentPrincipal() principal: Principal) {
    const result = await this.parked.redrive(key, principal.id);
    if (result.remaining > 0)
      throw new ProblemError('REDRIVE_FAILED', `已处理 ${result.handled} 个，仍有 ${result.remaining} 个停放：${result.reason ?? ''}`);
    return result;
  }
}
