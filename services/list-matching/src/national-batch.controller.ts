import {
  dateSchema,
  exitGroundSchema,
  idSchema,
  type Page,
  type Principal,
  ProblemError,
  pageQuerySchema,
  pageSchema,
} from '@lianxin/contracts';
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
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { BatchReports } from './national-batch.report.ts';
import { BatchReview } from './national-batch.review.ts';
import { type Difference, NationalBatchService } from './national-batch.service.ts';
import { type BatchLine, type BatchRow, findBatches, findBatchPage, findLinePage, rowStates } from './national-batch.store.ts';
import {
  type BatchLineView,
  type BatchSummary,
  type BatchView,
  batchLineSchema,
  batchRequestSchema,
  batchSummaries,
  batchSummarySchema,
  batchViewSchema,
  lineViewOf,
  loadBatchView,
} from './national-batch.view.ts';
import { retryLostRace } from './race.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');
const receiveQuerySchema = z.object({ dryRun: flag });
export const batchQuerySchema = pageQuerySchema.extend({ batchNo: z.string().max(100).optional() });
export const batchRowQuerySchema = pageQuerySchema.extend({
  state: z.enum(rowStates).optional(),
  department: z.string().max(40).optional(),
});
const matchSchema = z
  .object({ decision: z.enum(['SAME', 'UNMATCHED']), usccCode: text(64).optional(), reason: text(2000) })
  .meta({ id: 'ListBatchMatchDecision' });
const upwardSchema = z
  .object({ answer: z.enum(['REMOVED', 'STANDS']), ground: exitGroundSchema.optional(), documentNo: text(200), date: dateSchema })
  .meta({ id: 'ListBatchUpwardAnswer' });
const reportRequestSchema = z.object({ documentNo: text(200) }).meta({ id: 'ListBatchReportRequest' });
const reportSchema = z
  .object({
    number: z.string(),
    documentNo: z.string(),
    contentHash: z.string(),
    reportedAt: z.string(),
    reportedBy: z.string(),
    head: z.record(z.string(), z.string()),
    rows: z.array(z.record(z.string(), z.string())),
  })
  .meta({ id: 'ListBatchReport' });
type ReportView = z.infer<typeof reportSchema>;
const cursorSchema = z.tuple([z.uuid()]);
const lineCursorSchema = z.tuple([z.int(), z.uuid()]);
const types = { csv: 'text/csv; charset=utf-8', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } as const;

/** Rolls back what was only to be looked at. */
class DryRun extends Error {
  constructor(readonly view: BatchView) {
    super('dry run');
  }
}

@ApiTags('下发批次核实')
@Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR', 'SUPERVISOR')
@Controller('api/v1/list-batches')
export class NationalBatchController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly batches: NationalBatchService,
    private readonly reports: BatchReports,
    private readonly review: BatchReview,
  ) {}

  @Post()
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({
    summary: '接收国家或省下发的批次',
    description: '同一批次再次提交不产生任何变化；更正重发附 correction，dryRun=true 只比较差异。较大的文件以 kind=national-batch 导入。',
  })
  @ApiResponse({ status: 201, standardSchema: batchViewSchema })
  async receive(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Query({ schema: receiveQuerySchema }) query: z.infer<typeof receiveQuerySchema>,
    @Body({ schema: batchRequestSchema }) body: z.infer<typeof batchRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchView> {
    const { rows, correction, ...head } = body;
    const take = async (tx: Transaction) => {
      const receipt = await this.batches.receive(tx, principal, head, rows, correction);
      const [batch] = await findBatches(tx, [receipt.batch.id]);
      const view = await loadBatchView(tx, batch ?? receipt.batch, this.clock.today());
      const answer = { ...view, difference: receipt.difference === null ? null : differenceOf(receipt.difference) };
      if (query.dryRun) throw new DryRun(answer);
      return { status: receipt.replayed ? 200 : 201, body: answer };
    };
    try {
      const answer = await retryLostRace(() =>
        this.database.transaction(principal, (tx) => (query.dryRun ? take(tx).then(plain) : idempotently(tx, request, () => take(tx)))),
      );
      return sendAnswer(reply, answer);
    } catch (error) {
      if (!(error instanceof DryRun)) throw error;
      void reply.status(200);
      return error.view;
    }
  }

  @Get()
  @ApiOperation({ summary: '批次看板', description: '各批次的比对、核实、上报进度和超期情况。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(batchSummarySchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: batchQuerySchema }) query: z.infer<typeof batchQuerySchema>,
  ): Promise<Page<BatchSummary>> {
    return this.database.transaction(principal, (tx) => readBatches(tx, query, this.clock.today()));
  }

  @Get(':id')
  @ApiOperation({ summary: '一个批次', description: '按县区、功能区的进度、结果和经过。' })
  @ApiResponse({ status: 200, standardSchema: batchViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<BatchView> {
    return this.database.transaction(principal, async (tx) => loadBatchView(tx, await getBatch(tx, id), this.clock.today()));
  }

  @Get(':id/rows')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
  @ApiOperation({ summary: '批次中的记录' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(batchLineSchema) })
  rows(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: batchRowQuerySchema }) query: z.infer<typeof batchRowQuerySchema>,
  ): Promise<Page<BatchLineView>> {
    return this.database.transaction(principal, (tx) => readBatchRows(tx, id, query));
  }

  @Post(':id/rows/:rowId/match')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({
    summary: '人工确认批次记录的主体',
    description: '代码缺失、无效或名称不符的记录，由信用办确认所指主体，或确认不是本市主体。',
  })
  @ApiResponse({ status: 200, standardSchema: batchLineSchema })
  match(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Param('rowId', { schema: idSchema }) rowId: string,
    @Body({ schema: matchSchema }) body: z.infer<typeof matchSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchLineView> {
    const decision = { same: body.decision === 'SAME', usccCode: body.usccCode, reason: body.reason };
    return this.changeLine(principal, request, reply, (tx) => this.review.decide(tx, principal, id, rowId, decision));
  }

  @Post(':id/rows/:rowId/upward-answer')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '登记上级对查询或异议的答复', description: '上级已移出的，记录随即退出；上级维持的异议，退回县区重新核实。' })
  @ApiResponse({ status: 200, standardSchema: batchLineSchema })
  upwardAnswer(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Param('rowId', { schema: idSchema }) rowId: string,
    @Body({ schema: upwardSchema }) body: z.infer<typeof upwardSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchLineView> {
    const answer = { removed: body.answer === 'REMOVED', ground: body.ground, documentNo: body.documentNo, date: body.date };
    return this.changeLine(principal, request, reply, (tx) => this.batches.noteUpwardAnswer(tx, principal, id, rowId, answer));
  }

  @Post(':id/report')
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '上报核实结果', description: '全部记录核实后上报一次；内容随即固定，可反复下载。' })
  @ApiResponse({ status: 201, standardSchema: reportSchema })
  async report(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reportRequestSchema }) body: z.infer<typeof reportRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({
        status: 201,
        body: reportViewOf(await this.reports.make(tx, principal, id, body.documentNo)),
      })),
    );
    return sendAnswer(reply, answer);
  }

  @Get(':id/report')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
  @ApiOperation({ summary: '已上报的核实结果' })
  @ApiResponse({ status: 200, standardSchema: reportSchema })
  getReport(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<ReportView> {
    return this.database.transaction(principal, async (tx) => reportViewOf(await this.reports.get(tx, id)));
  }

  @Get(':id/report.xlsx')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
  @ApiOperation({ summary: '上报文件（xlsx）' })
  xlsx(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string, @Res() reply: FastifyReply): Promise<void> {
    return this.sendFile(principal, id, 'xlsx', reply);
  }

  @Get(':id/report.csv')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
  @ApiOperation({ summary: '上报文件（CSV）' })
  csv(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string, @Res() reply: FastifyReply): Promise<void> {
    return this.sendFile(principal, id, 'csv', reply);
  }

  private async sendFile(principal: Principal, id: string, format: 'xlsx' | 'csv', reply: FastifyReply): Promise<void> {
    const report = await this.database.transaction(principal, (tx) => this.reports.get(tx, id));
    void reply.header('Content-Disposition', `attachment; filename="${report.number}.${format}"`).type(types[format]);
    await reply.send(await this.reports.file(report, format));
  }

  private async changeLine(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    work: (tx: Transaction) => Promise<BatchLine>,
  ): Promise<BatchLineView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 200, body: lineViewOf(await work(tx)) })),
      ),
    );
    return sendAnswer(reply, answer);
  }
}

export async function readBatches(tx: Transaction, query: z.infer<typeof batchQuerySchema>, today: string): Promise<Page<BatchSummary>> {
  const before = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor)[0];
  const rows = await findBatchPage(tx, before, query.batchNo, query.limit + 1);
  const views = new Map((await batchSummaries(tx, rows.slice(0, query.limit), today)).map((view) => [view.id, view]));
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => views.get(row.id) as BatchSummary,
  );
}

/** @throws ProblemError NOT_FOUND. */
export async function readBatchRows(
  tx: Transaction,
  batchId: string,
  query: z.infer<typeof batchRowQuerySchema>,
): Promise<Page<BatchLineView>> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(lineCursorSchema, query.cursor);
  await getBatch(tx, batchId);
  const after = cursor === undefined ? undefined : { line: cursor[0], id: cursor[1] };
  const lines = await findLinePage(tx, batchId, { state: query.state, departmentCode: query.department }, after, query.limit + 1);
  return pageOf(lines, query.limit, (line) => [line.line, line.id], lineViewOf);
}

async function getBatch(tx: Transaction, id: string): Promise<BatchRow> {
  const [batch] = await findBatches(tx, [id]);
  if (batch === undefined) throw new ProblemError('NOT_FOUND', '没有该批次');
  return batch;
}

function plain(answer: { status: number; body: BatchView }) {
  return { ...answer, replayed: false };
}

const shownDifferences = 200;
function differenceOf({ unchanged, added, changed, removed }: Difference): NonNullable<BatchView['difference']> {
  const named = [
    ...added.map((row) => `新增 ${row.content.name}`),
    ...changed.map(({ after }) => `变更 ${after.content.name}`),
    ...removed.map(({ stored }) => `删除 ${stored.content.name}`),
  ];
  return {
    unchanged: unchanged.length,
    added: added.length,
    changed: changed.length,
    removed: removed.length,
    rows: named.slice(0, shownDifferences),
  };
}

function reportViewOf(report: Awaited<ReturnType<BatchReports['get']>>): ReportView {
  return {
    number: report.number,
    documentNo: report.document_no,
    contentHash: report.content_hash,
    reportedAt: report.reported_at.toISOString(),
    reportedBy: report.reported_by,
    head: report.content.head,
    rows: [...report.content.rows],
  };
}
