import { idSchema, type Principal, ProblemError, pageSchema } from '@lianxin/contracts';
import {
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, Header, Headers, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { DecisionService } from './decision.service.ts';
import {
  checklistSchema,
  type DecisionBody,
  decisionSchema,
  extendSchema,
  notAcceptSchema,
  type ProposalBody,
  proposalSchema,
  type ReceiptBody,
  type RepairQuery,
  type RepairRequest,
  receiptSchema,
  repairDetailSchema,
  repairQuerySchema,
  repairRequestSchema,
  repairViewSchema,
  type SupplementBody,
  supplementRequestSchema,
  supplementSchema,
  type WithdrawBody,
  withdrawSchema,
} from './repair.api.ts';
import { RepairReader } from './repair.reader.ts';
import { RepairService } from './repair.service.ts';
import type { RepairRow } from './repair.store.ts';
import { RepairStepService } from './repair-step.service.ts';
import { SyncService } from './sync.service.ts';
import { VisibleRepair } from './visible.guard.ts';

const unit = ['DEPT_HANDLER', 'DEPT_APPROVER'] as const;
const desks = ['WINDOW_CLERK', 'SYSTEM_CLIENT', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;

interface Sent {
  readonly principal: Principal;
  readonly request: IdempotentRequest;
  readonly reply: FastifyReply;
}

/** Applications for repair from the desk to the decision, and the receipts after it (§5.5). */
@ApiTags('信用修复')
@ApiBearerAuth('apiKey')
@Controller('api/v1/repairs')
export class RepairController {
  constructor(
    private readonly database: Database,
    private readonly repairs: RepairService,
    private readonly steps: RepairStepService,
    private readonly decisions: DecisionService,
    private readonly sync: SyncService,
    private readonly reader: RepairReader,
  ) {}

  @Post()
  @Roles(...unit, ...desks)
  @ApiOperation({
    summary: '提出修复申请',
    description:
      '主体、代理人、窗口、信用中国或认定部门提出；先判资格，过早、依法不得修复、另有退出途径的说明理由和途径。收到即编号并推送认定部门（S1、S2）。同一主体、同一部门的多条记录可合并申请（R-5-11）。不收取任何费用。',
  })
  @ApiResponse({ status: 201, standardSchema: repairDetailSchema })
  apply(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: repairRequestSchema }) body: RepairRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer({ principal, request, reply }, async (tx) => {
      const { row, isNew } = await this.repairs.apply(tx, principal, body);
      return { row, status: isNew ? 201 : 200 };
    });
  }

  @Get()
  @ApiOperation({ summary: '修复申请列表', description: '认定部门看本部门办理的，受理窗口看自己收的，信用办看全部；新的在前。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(repairViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: repairQuerySchema }) query: RepairQuery) {
    return this.reader.list(principal, query);
  }

  @Get(':id')
  @UseGuards(VisibleRepair)
  @ApiOperation({ summary: '修复申请详情', description: '各步骤由谁何时办理、材料（按内容散列）、期限（§5.5，工作日）。' })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  async one(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const detail = await this.database.snapshot(principal, (tx) => this.reader.detail(tx, id));
    void reply.header('ETag', `"${detail.version}"`);
    return detail;
  }

  @Get(':id/checklist')
  @UseGuards(VisibleRepair)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '同步清单',
    description:
      '准予后各方的回执：公示、本部门网站、信用中国、各部门措施；谁还没有办（R-5-1、R-5-12）。另有依据而保留的任务计入 kept（R-4-5）。',
  })
  @ApiResponse({ status: 200, standardSchema: checklistSchema })
  checklist(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string) {
    return this.database.snapshot(principal, (tx) => this.reader.checklist(tx, id));
  }

  @Post(':id/accept')
  @UseGuards(VisibleRepair)
  @Roles(...unit)
  @ApiOperation({ summary: '受理', description: '自推送起 3 个工作日内（S3）；受理后 10 个工作日内作出决定，市场监管 7 个（S5）。' })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  accept(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.steps.accept(tx, principal, id, versionOf(ifMatch)));
  }

  @Post(':id/not-accept')
  @UseGuards(VisibleRepair)
  @Roles(...unit)
  @ApiOperation({ summary: '不予受理', description: '书面说明理由和救济途径（§5.5）。' })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  notAccept(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: notAcceptSchema }) body: z.infer<typeof notAcceptSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) =>
      this.steps.notAccept(tx, principal, id, versionOf(ifMatch), body.reason, body.remedy),
    );
  }

  @Post(':id/request-supplement')
  @UseGuards(VisibleRepair)
  @Roles(...unit)
  @ApiOperation({ summary: '一次性告知补正', description: '只能一次；补正期间受理期限停止计算（S4）。' })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  requestSupplement(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: supplementRequestSchema }) body: z.infer<typeof supplementRequestSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) =>
      this.steps.requestSupplement(tx, principal, id, versionOf(ifMatch), body.asked),
    );
  }

  @Post(':id/supplement')
  @UseGuards(VisibleRepair)
  @Roles(...unit, ...desks)
  @ApiOperation({
    summary: '补正材料',
    description: '由收件窗口或认定部门登记；受理期限按剩余天数继续。破产重整暂时修复期间补交计划执行完毕的证明（R-5-14）。',
  })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  supplement(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: supplementSchema }) body: SupplementBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.steps.supplement(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/extend')
  @UseGuards(VisibleRepair)
  @Roles(...unit)
  @ApiOperation({ summary: '延长办理', description: '情况复杂或需核查时延长 10 个工作日，一次，告知理由（S5）。' })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  extend(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: extendSchema }) body: z.infer<typeof extendSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.steps.extend(tx, principal, id, versionOf(ifMatch), body.reason));
  }

  @Post(':id/withdraw')
  @UseGuards(VisibleRepair)
  @Roles(...unit, ...desks)
  @ApiOperation({
    summary: '撤回申请',
    description:
      '申请人在决定前经原收件窗口撤回，可以再次申请。窗口、信用中国收的或系统关联的申请，由认定部门登记撤回时须附申请人的撤回书（statement）：部门不能自行撤回他人的申请。',
  })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  withdraw(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: withdrawSchema }) body: WithdrawBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.steps.withdraw(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/propose')
  @UseGuards(VisibleRepair)
  @Roles(...unit)
  @ApiOperation({
    summary: '拟办意见',
    description:
      '经办人拟：准予（GRANT）、不予（REFUSE，说明理由和救济途径）、破产重整暂时修复（GRANT_TEMPORARY）及计划失败（FAIL_PLAN，R-5-14）、撤销修复（REVOKE，R-5-13）。条件未全部具备的不能拟准予（§5.3）。',
  })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  propose(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: proposalSchema }) body: ProposalBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.decisions.propose(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/decide')
  @UseGuards(VisibleRepair)
  @Roles('DEPT_APPROVER')
  @ApiOperation({
    summary: '审批',
    description: '由拟意见人以外的审批人确认或退回；准予后公示、共享和措施同步终止（R-5-1），其他依据继续有效（R-4-5）。',
  })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  decide(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: decisionSchema }) body: DecisionBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.decisions.decide(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/receipts')
  @UseGuards(VisibleRepair)
  @Roles(...unit, 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({ summary: '登记停止公示回执', description: '认定部门登记本部门网站（S6），信用中心登记信用中国（S7）。' })
  @ApiResponse({ status: 200, standardSchema: repairDetailSchema })
  receipt(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: receiptSchema }) body: ReceiptBody,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change({ principal, request, reply }, (tx) => this.sync.recordReceipt(tx, principal, id, body));
  }

  @Post(':id/urge')
  @UseGuards(VisibleRepair)
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', ...unit)
  @ApiOperation({ summary: '催办同步', description: '向尚未停止公示或解除措施的各方催办（R-5-12）；到期后系统每个工作日自动催办。' })
  @ApiResponse({ status: 200, standardSchema: checklistSchema })
  async urge(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.sync.urge(tx, principal, id);
        return { status: 200, body: await this.reader.checklist(tx, id) };
      }),
    );
    return sendAnswer(reply, answer);
  }

  private change(sent: Sent, work: (tx: Transaction) => Promise<RepairRow>) {
    return this.answer(sent, async (tx) => ({ row: await work(tx), status: 200 }));
  }

  private async answer({ principal, request, reply }: Sent, work: (tx: Transaction) => Promise<{ row: RepairRow; status: number }>) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        const { row, status } = await work(tx);
        return { status, body: await this.reader.detail(tx, row.id) };
      }),
    );
    void reply.header('ETag', `"${answer.body.version}"`);
    return sendAnswer(reply, answer);
  }
}

/**
 * Version in an `If-Match` header; undefined when the caller does not care.
 * @throws ProblemError STALE when it is no ETag of an application.
 */
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new ProblemError('STALE', 'If-Match 应为读取申请时得到的 ETag');
  return Number(version);
}
