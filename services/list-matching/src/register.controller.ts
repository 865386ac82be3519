import {
  idSchema,
  type Principal,
  registerAnswerSchema,
  registerBatchSchema,
  registerChangeSchema,
  subjectLinkRequestSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { retryLostRace } from './race.ts';
import { RegisterLinks } from './register.links.ts';
import { RegisterService } from './register.service.ts';

/** One change, or up to 500. */
const bodySchema = z.union([registerBatchSchema, registerChangeSchema]);

@ApiTags('主体')
@Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
@Controller('api/v1/subjects')
export class RegisterController {
  constructor(
    private readonly database: Database,
    private readonly register: RegisterService,
    private readonly links: RegisterLinks,
  ) {}

  @Post('register-changes')
  @HttpCode(200)
  @ApiOperation({
    summary: '登记库变更',
    description:
      '一条，或 changes 中至多 500 条：登记、更名、变更法定代表人和地址、吊销、注销、死亡。逐条给出结果；注销、死亡使其名单记录关闭（T22），更名后记录不变。',
  })
  @ApiResponse({ status: 200, standardSchema: registerAnswerSchema })
  async change(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: bodySchema }) body: z.infer<typeof bodySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof registerAnswerSchema>> {
    const changes = 'changes' in body ? body.changes : [body];
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 200, body: { results: await this.register.apply(tx, principal, changes) } })),
      ),
    );
    return sendAnswer(reply, answer);
  }

  @Post(':id/links')
  @Roles('CREDIT_OFFICE')
  @HttpCode(204)
  @ApiOperation({
    summary: '归并、承继或分立的人工认定',
    description: 'SAME：同一主体登记了两次，此后新记录归入另一主体，原有记录的键不变。SUCCESSOR、SPLIT_OFF 只作关联，不转移任何奖惩。',
  })
  async link(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: subjectLinkRequestSchema }) body: z.infer<typeof subjectLinkRequestSchema>,
  ): Promise<void> {
    await this.database.transaction(principal, (tx) => this.links.link(tx, principal, id, body));
  }
}
