import { randomUUIDv7 } from 'node:crypto';
import {
  dateSchema,
  departmentCodeSchema,
  idSchema,
  type Principal,
  ProblemError,
  type TaskView,
  taskViewSchema,
} from '@lianxin/contracts';
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
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ClaimService } from './claim.service.ts';
import { ClaimStore, type Delegation } from './claim.store.ts';
import { versionOf } from './if-match.ts';
import { VisibleTask } from './visible.guard.ts';

const personSchema = z.string().trim().min(1).max(100);
const transferSchema = z
  .object({ assignee: personSchema, detail: z.string().trim().min(1).max(2000).optional() })
  .meta({ id: 'TaskTransfer' });
const reassignSchema = z
  .object({ departmentCode: departmentCodeSchema, detail: z.string().trim().min(1).max(2000) })
  .meta({ id: 'TaskReassignment' });
const delegationRequestSchema = z
  .object({ standIn: personSchema, from: dateSchema, to: dateSchema })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: '截止日不能早于起始日' })
  .meta({ id: 'TaskDelegationRequest' });
const delegationSchema = z
  .object({ id: idSchema, departmentCode: z.string(), person: z.string(), standIn: z.string(), from: z.string(), to: z.string() })
  .meta({ id: 'TaskDelegation' });

/** How tasks change hands. */
@ApiTags('任务')
@ApiBearerAuth('apiKey')
@Controller('api/v1')
export class ClaimController {
  constructor(
    private readonly database: Database,
    private readonly claims: ClaimService,
    private readonly store: ClaimStore,
    private readonly clock: Clock,
  ) {}

  @Post('tasks/:id/claim')
  @UseGuards(VisibleTask)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '认领任务', description: '认领后由本人、其代办人或本部门审核人办理（§4.3）。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  claim(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, (tx) => this.claims.claim(tx, principal, id, versionOf(ifMatch)));
  }

  @Post('tasks/:id/release')
  @UseGuards(VisibleTask)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '释放任务', description: '退回本部门公共队列（§4.3）。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  release(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, (tx) => this.claims.release(tx, principal, id, versionOf(ifMatch)));
  }

  @Post('tasks/:id/transfer')
  @UseGuards(VisibleTask)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '转办', description: '转给本部门另一经办人（§4.3）。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  transfer(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: transferSchema }) body: z.infer<typeof transferSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, (tx) => this.claims.transfer(tx, principal, id, body, versionOf(ifMatch)));
  }

  @Post('tasks/:id/reassign')
  @UseGuards(VisibleTask)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '改派', description: '信用办将退回的任务改派其他部门，期限重新计算（§4.3、§4.4）。' })
  @ApiResponse({ status: 200, standardSchema: taskViewSchema })
  reassign(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reassignSchema }) body: z.infer<typeof reassignSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(principal, request, reply, (tx) => this.claims.reassign(tx, principal, id, body, versionOf(ifMatch)));
  }

  @Get('task-delegations')
  @ApiOperation({ summary: '代办委托', description: '本部门当前和将来的代办委托（§4.3）。' })
  @ApiResponse({ status: 200, standardSchema: z.object({ data: z.array(delegationSchema) }) })
  async delegations(@CurrentPrincipal() principal: Principal) {
    const rows = await this.database.transaction(principal, (tx) => this.store.readDelegations(tx, this.clock.today()));
    return { data: rows.map(viewOf) };
  }

  @Post('task-delegations')
  @Roles('DEPT_HANDLER')
  @ApiOperation({ summary: '委托代办', description: '本人不在岗期间由代办人办理本人认领的任务，起止日均含当日（§4.3）。' })
  @ApiResponse({ status: 201, standardSchema: delegationSchema })
  async delegate(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: delegationRequestSchema }) body: z.infer<typeof delegationRequestSchema>,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const [department] = principal.departments;
    if (department === undefined) throw new ProblemError('FORBIDDEN', '只有部门经办人可以委托代办');
    const row: Delegation = {
      id: randomUUIDv7(),
      department_code: department,
      person: principal.id,
      stand_in: body.standIn,
      from_day: body.from,
      to_day: body.to,
      created_at: this.clock.now(),
    };
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.store.addDelegation(tx, row);
        return { status: 201, body: viewOf(row) };
      }),
    );
    return sendAnswer(reply, answer);
  }

  @Delete('task-delegations/:id')
  @Roles('DEPT_HANDLER')
  @HttpCode(204)
  @ApiOperation({ summary: '收回委托', description: '由委托人收回（§4.3）。' })
  async end(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    const ended = await this.database.transaction(principal, (tx) => this.store.endDelegation(tx, id, principal.id, this.clock.now()));
    if (!ended) throw new ProblemError('NOT_FOUND', '没有此委托，或不是本人的委托');
  }

  private async answer(principal: Principal, request: IdempotentRequest, reply: FastifyReply, act: (tx: Transaction) => Promise<TaskView>) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: await act(tx) })),
    );
    void reply.header('ETag', `"${answer.body.version}"`);
    return sendAnswer(reply, answer);
  }
}

function viewOf(row: Delegation) {
  return { id: row.id, departmentCode: row.department_code, person: row.person, standIn: row.stand_in, from: row.from_day, to: row.to_day };
}
