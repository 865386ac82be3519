import { departmentCodeSchema, idSchema, type Page, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import {
  Clock,
  CurrentPrincipal,
  Database,
  decodeCursor,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  pageOf,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { endedReaders } from './ended-entry.rules.ts';
import { retryLostRace } from './race.ts';
import { getVerification } from './verification.parts.ts';
import { VerificationService } from './verification.service.ts';
import { findVerificationPage, type VerificationRow } from './verification.store.ts';
import {
  loadVerificationView,
  type VerificationSummary,
  type VerificationView,
  verificationAnswerSchema,
  verificationStatusSchema,
  verificationSummaries,
  verificationSummarySchema,
  verificationViewSchema,
} from './verification.view.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
export const verificationQuerySchema = pageQuerySchema.extend({
  /** One or more states, comma means or. */
  status: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(verificationStatusSchema).max(5))
    .optional(),
  batchId: idSchema.optional(),
  department: departmentCodeSchema.optional(),
  overdue: z.enum(['true']).optional(),
});
const reasonSchema = z.object({ reason: text(2000) }).meta({ id: 'VerificationReason' });
const transferSchema = z.object({ departmentCode: departmentCodeSchema, reason: text(2000) }).meta({ id: 'VerificationTransfer' });
const opinionSchema = z.object({ text: text(2000) }).meta({ id: 'VerificationOpinion' });
const cursorSchema = z.tuple([z.iso.date(), z.uuid()]);

/** A task of others answers 404 before its body is looked at (design §6). */
@Injectable()
export class VisibleVerificationGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ params: Record<string, string>; principal: Principal }>();
    const id = idSchema.safeParse(request.params['id']);
    if (id.success) await this.database.transaction(request.principal, (tx) => getVerification(tx, id.data));
    return true;
  }
}

@ApiTags('下发批次核实')
@Controller('api/v1/verifications')
export class VerificationController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly verifications: VerificationService,
  ) {}

  // Records that the platform above still names may have left their list (V3, R-7-1a): not for windows.
  @Get()
  @Roles(...endedReaders)
  @ApiOperation({ summary: '核实任务', description: '县区信用办和行业部门看到本单位参与的任务，按到期日排列。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(verificationSummarySchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: verificationQuerySchema }) query: z.infer<typeof verificationQuerySchema>,
  ): Promise<Page<VerificationSummary>> {
    return this.database.transaction(principal, (tx) => readVerifications(tx, query, this.clock));
  }

  @Get(':id')
  @Roles(...endedReaders)
  @ApiOperation({ summary: '一项核实任务', description: '下发的记录、核实结果和经过。' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<VerificationView> {
    return this.database.transaction(principal, async (tx) => this.view(tx, await getVerification(tx, id)));
  }

  @Post(':id/claim')
  @Roles('DEPT_HANDLER', 'COUNTY_CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '认领核实任务' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  claim(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.claim(tx, principal, id));
  }

  @Post(':id/release')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'COUNTY_CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '退回认领' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  release(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.release(tx, principal, id));
  }

  @Post(':id/opinions')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'COUNTY_CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '行业部门或县区提出意见' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  opine(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: opinionSchema }) body: z.infer<typeof opinionSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.opine(tx, principal, id, body));
  }

  @Post(':id/submit')
  @Roles('DEPT_HANDLER', 'COUNTY_CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '提交核实结果', description: '结果代码 V0–V8，须附证据；由本单位另一人审核后生效。' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  submit(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: verificationAnswerSchema }) body: z.infer<typeof verificationAnswerSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.submit(tx, principal, id, body));
  }

  @Post(':id/approve')
  @Roles('DEPT_APPROVER', 'COUNTY_CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '审核通过核实结果', description: '通过后按结果代码列入、退出、中止或不采取措施。' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.approve(tx, principal, id));
  }

  @Post(':id/return')
  @Roles('DEPT_APPROVER', 'COUNTY_CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '审核退回核实结果' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  returnAnswer(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reasonSchema }) body: z.infer<typeof reasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.returnAnswer(tx, principal, id, body.reason));
  }

  @Post(':id/transfer')
  @Roles('DEPT_HANDLER', 'COUNTY_CREDIT_OFFICE', 'CREDIT_OFFICE')
  @UseGuards(VisibleVerificationGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '移交核实任务', description: '主体在本市其他县区（V7）时移交该县区信用办；期限连续计算。' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  transfer(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: transferSchema }) body: z.infer<typeof transferSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.transfer(tx, principal, id, body));
  }

  @Post(':id/reopen')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '退回重新核实', description: '由信用办退回；期限重新计算。' })
  @ApiResponse({ status: 200, standardSchema: verificationViewSchema })
  reopen(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reasonSchema }) body: z.infer<typeof reasonSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    return this.change(principal, request, reply, (tx) => this.verifications.reopen(tx, principal, id, body.reason));
  }

  private async change(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    work: (tx: Transaction) => Promise<VerificationRow>,
  ): Promise<VerificationView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 200, body: await this.view(tx, await work(tx)) })),
      ),
    );
    return sendAnswer(reply, answer);
  }

  private view(tx: Transaction, row: VerificationRow): Promise<VerificationView> {
    return loadVerificationView(tx, row, this.clock.today(), this.clock.calendar());
  }
}

/** The tasks that the caller takes part in, by their due day. */
export async function readVerifications(
  tx: Transaction,
  query: z.infer<typeof verificationQuerySchema>,
  clock: Clock,
): Promise<Page<VerificationSummary>> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor);
  const today = clock.today();
  const filter = {
    statuses: query.status,
    batchId: query.batchId,
    departmentCode: query.department,
    overdueOn: query.overdue === undefined ? undefined : today,
  };
  const after = cursor === undefined ? undefined : { dueOn: cursor[0], id: cursor[1] };
  const rows = await findVerificationPage(tx, filter, after, query.limit + 1);
  const views = new Map((await verificationSummaries(tx, rows, today, clock.calendar())).map((view) => [view.id, view]));
  return pageOf(
    rows,
    query.limit,
    (row) => [row.due_on, row.id],
    (row) => views.get(row.id) as VerificationSummary,
  );
}
