import {
  type BeginReviewRequest,
  beginReviewRequestSchema,
  type EndReviewRequest,
  endReviewRequestSchema,
  idSchema,
  type Page,
  type Principal,
  ProblemError,
  type PublicRecordQuery,
  type PublicRecordRequest,
  type PublicRecordStop,
  type PublicRecordView,
  type PublicRecordWithdraw,
  pageSchema,
  publicRecordQuerySchema,
  publicRecordRequestSchema,
  publicRecordStopSchema,
  publicRecordViewSchema,
  publicRecordWithdrawSchema,
} from '@lianxin/contracts';
import {
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentAnswer,
  type IdempotentRequest,
  idempotently,
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
  Headers,
  HttpCode,
  Injectable,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PublicRecordService } from './public-record.service.ts';
import { RefusedRecordCount } from './public-record-report.ts';
import { retryLostRace } from './race.ts';

/** A record of another department answers 404 before its body is looked at (design §6). */
@Injectable()
class VisibleRecordGuard implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly records: PublicRecordService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ params: Record<string, string>; principal: Principal }>();
    const id = idSchema.safeParse(request.params['id']);
    if (id.success) await this.database.transaction(request.principal, (tx) => this.records.get(tx, request.principal, id.data));
    return true;
  }
}

/** Licences, penalties and entries of abnormal operation (R-7-0). */
@ApiTags('公示记录')
@Controller('api/v1/public-records')
export class PublicRecordController {
  constructor(
    private readonly database: Database,
    private readonly records: PublicRecordService,
  ) {}

  @Post()
  @UseInterceptors(RefusedRecordCount)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({
    summary: '报送许可、处罚或经营异常记录',
    description:
      '代码有效且名称一致即公示；名称不一致、或旧标准记录没有统一社会信用代码时返回 201，状态为 CHECKING。未注明等级的处罚为一般。',
  })
  @ApiResponse({ status: 201, standardSchema: publicRecordViewSchema })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: publicRecordRequestSchema }) body: PublicRecordRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicRecordView> {
    let isKnown = false;
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => {
          const { view, isNew } = await this.records.create(tx, principal, body);
          isKnown = !isNew;
          return { status: 201, body: view };
        }),
      ),
    );
    return sendRecord(reply, { ...answer, replayed: answer.replayed || isKnown });
  }

  @Get()
  @ApiOperation({
    summary: '公示记录列表',
    description: '报送部门看到本部门的，信用办和审计看到全市的；late=true 为超过期限公示或撤回的。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(publicRecordViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: publicRecordQuerySchema }) query: PublicRecordQuery,
  ): Promise<Page<PublicRecordView>> {
    return this.database.transaction(principal, (tx) => this.records.list(tx, principal, query));
  }

  @Get(':id')
  @ApiOperation({ summary: '一条公示记录及其经过' })
  @ApiResponse({ status: 200, standardSchema: publicRecordViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicRecordView> {
    const view = await this.database.transaction(principal, (tx) => this.records.get(tx, principal, id));
    return sendRecord(reply, { status: 200, body: view, replayed: false });
  }

  @Post(':id/withdraw')
  @UseGuards(VisibleRecordGuard)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '撤回公示记录',
    description: '决定被变更、撤销或记录有误；凭文书，自文书之日起 3 个工作日内（行政处罚法第四十八条）。',
  })
  @ApiResponse({ status: 200, standardSchema: publicRecordViewSchema })
  withdraw(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: publicRecordWithdrawSchema }) body: PublicRecordWithdraw,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicRecordView> {
    return this.change(principal, request, reply, (tx) => this.records.withdraw(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/stop')
  @UseGuards(VisibleRecordGuard)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '停止公示', description: '已修复、已移出异常名录或公示期满。' })
  @ApiResponse({ status: 200, standardSchema: publicRecordViewSchema })
  stop(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: publicRecordStopSchema }) body: PublicRecordStop,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicRecordView> {
    return this.change(principal, request, reply, (tx) => this.records.stop(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/begin-review')
  @UseGuards(VisibleRecordGuard)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '标注行政复议或行政诉讼',
    description: '复议机关或法院受理后由报送部门标注，随记录一并展示；不停止公示（R-6-6）。',
  })
  @ApiResponse({ status: 200, standardSchema: publicRecordViewSchema })
  beginReview(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: beginReviewRequestSchema }) body: BeginReviewRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicRecordView> {
    return this.change(principal, request, reply, (tx) => this.records.beginReview(tx, principal, id, versionOf(ifMatch), body));
  }

  @Post(':id/end-review')
  @UseGuards(VisibleRecordGuard)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '登记复议或诉讼结果',
    description: '标注随之解除；原决定被撤销或变更的，另行撤回（R-6-6、行政处罚法第四十八条）。',
  })
  @ApiResponse({ status: 200, standardSchema: publicRecordViewSchema })
  endReview(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: endReviewRequestSchema }) body: EndReviewRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicRecordView> {
    return this.change(principal, request, reply, (tx) => this.records.endReview(tx, principal, id, versionOf(ifMatch), body));
  }

  private async change(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    work: (tx: Transaction) => Promise<PublicRecordView>,
  ): Promise<PublicRecordView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) => idempotently(tx, request, async () => ({ status: 200, body: await work(tx) }))),
    );
    return sendRecord(reply, answer);
  }
}

/** Version in an `If-Match` header; undefined when the caller does not care. */
export function versionOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (version === undefined) throw new ProblemError('STALE', 'If-Match 应为读取时得到的 ETag');
  return Number(version);
}

function sendRecord(reply: FastifyReply, answer: IdempotentAnswer<PublicRecordView>): PublicRecordView {
  void reply.header('ETag', `"${answer.body.version}"`);
  return sendAnswer(reply, answer);
}
