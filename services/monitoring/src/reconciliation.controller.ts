import {
  cityWideRoles,
  differenceFaultSchema,
  digestViews,
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
import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type PartStatus, partStatus, parts, runStatus } from './reconciliation.rules.ts';
import { ReconciliationService, ReconciliationSettings } from './reconciliation.service.ts';
import { ReconciliationStore, type ResultRow, type RunRow } from './reconciliation.store.ts';

const sideSchema = z.object({ version: z.int(), state: z.string() }).nullable();
const partSchema = z.object({
  view: z.string(),
  titleZh: z.string(),
  owner: z.string().nullable(),
  holder: z.string(),
  status: z.enum(['WAITING', 'SAME', 'DIFFERENT', 'SILENT']),
  rows: z.int().nullable(),
  moving: z.int().nullable(),
  differences: z.int().nullable(),
  comparedAt: z.iso.datetime().nullable(),
  found: z.array(z.object({ id: z.string(), fault: differenceFaultSchema, owner: sideSchema, copy: sideSchema, textZh: z.string() })),
});
export const runSchema = z.object({
  id: idSchema,
  by: z.enum(['NIGHT', 'OFFICE']),
  requestedOn: z.string(),
  requestedAt: z.iso.datetime(),
  status: z.enum(['RUNNING', 'SAME', 'DIFFERENT', 'SILENT']),
  differences: z.int(),
  textZh: z.string(),
});
export type RunView = z.infer<typeof runSchema>;
const runDetailSchema = runSchema.extend({ parts: z.array(partSchema) });
export type RunDetail = z.infer<typeof runDetailSchema>;
const startedSchema = z.object({ id: idSchema });
const afterSchema = z.tuple([z.uuid()]);

/** The nightly comparison of copies with their owners. Whoever sees the whole city reads it, the credit office starts it. */
@ApiTags('对账')
@Controller('api/v1/reconciliations')
export class ReconciliationController {
  constructor(
    private readonly database: Database,
    private readonly store: ReconciliationStore,
    private readonly service: ReconciliationService,
    private readonly settings: ReconciliationSettings,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '对账记录', description: '每晚一次，最新的在前；只发现差异，不改动任何数据（设计 §3 保证 5）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(runSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<Page<RunView>> {
    const view = { now: this.clock.now(), waitMs: this.settings.waitMs };
    return this.database.transaction(principal, (tx) => readRuns(this.store, tx, query, view));
  }

  @Get(':id')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '一次对账的结果', description: '每份副本一行；有差异的列出前 100 条，逐条写明双方的版本和状态。' })
  @ApiResponse({ status: 200, standardSchema: runDetailSchema })
  one(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<RunDetail> {
    return this.database.transaction(principal, async (tx) => {
      const run = await this.store.findRun(tx, id);
      if (run === undefined) throw new ProblemError('NOT_FOUND', `没有对账 ${id}`);
      return detailOf(run, await this.store.readResults(tx, [id]), { now: this.clock.now(), waitMs: this.settings.waitMs });
    });
  }

  @Post()
  @HttpCode(202)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '立即对账', description: '各服务随即比对，通常几秒内有结果；凭返回的编号查询。' })
  @ApiResponse({ status: 202, standardSchema: startedSchema })
  async start(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 202, body: { id: await this.service.start(tx, 'OFFICE', principal.id) } })),
    );
    return sendAnswer(reply, answer);
  }
}

interface At {
  readonly now: Date;
  readonly waitMs: number;
}

/** A page of runs, newest first. */
export async function readRuns(
  store: ReconciliationStore,
  tx: Transaction,
  query: z.infer<typeof pageQuerySchema>,
  at: At,
): Promise<Page<RunView>> {
  const before = query.cursor === undefined ? null : decodeCursor(afterSchema, query.cursor)[0];
  const runs = await store.readRuns(tx, before, query.limit);
  const results = Map.groupBy(
    await store.readResults(
      tx,
      runs.map((run) => run.runId),
    ),
    (row) => row.runId,
  );
  return pageOf(
    runs,
    query.limit,
    (run) => [run.runId],
    (run) => {
      const { parts: _, ...view } = detailOf(run, results.get(run.runId) ?? [], at);
      return view;
    },
  );
}

function detailOf(run: RunRow, results: readonly ResultRow[], { now, waitMs }: At): RunDetail {
  const views = parts.map(({ view, holder }) => {
    const result = results.find((row) => row.view === view && row.holder === holder);
    const { titleZh, owner } = digestViews[view];
    return {
      view,
      titleZh,
      owner,
      holder,
      status: partStatus(result, run, now, waitMs),
      rows: result?.rows ?? null,
      moving: result?.moving ?? null,
      differences: result?.differences ?? null,
      comparedAt: result?.comparedAt.toISOString() ?? null,
      found: (result?.found ?? []).map((one) => ({ ...one, textZh: textOf(one) })),
    };
  });
  const differences = views.reduce((sum, part) => sum + (part.differences ?? 0), 0);
  const statuses = views.map((part) => part.status);
  return {
    id: run.runId,
    by: run.askedBy,
    requestedOn: run.requestedOn,
    requestedAt: run.requestedAt.toISOString(),
    status: runStatus(statuses),
    differences,
    textZh: sentenceOf(statuses, differences),
    parts: views,
  };
}

const faultsZh = {
  MISSING: '副本缺少',
  EXTRA: '只有副本有',
  BEHIND: '副本落后',
  OTHER: '状态不一致',
} as const;

function textOf({ id, fault, owner, copy }: ResultRow['found'][number]): string {
  const side = (named: string, row: typeof owner) => (row === null ? [] : [`${named}第 ${row.version} 版 ${row.state}`]);
  return [`${id} ${faultsZh[fault]}`, ...side('原件', owner), ...side('副本', copy)].join('；');
}

function sentenceOf(statuses: readonly PartStatus[], differences: number): string {
  const count = (status: PartStatus) => statuses.filter((one) => one === status).length;
  const said = [
    differences > 0 ? `发现 ${differences} 处差异，请核查` : '未发现差异',
    ...(count('WAITING') > 0 ? [`${count('WAITING')} 份副本尚在比对`] : []),
    ...(count('SILENT') > 0 ? [`${count('SILENT')} 份副本没有答复`] : []),
  ];
  return `${said.join('；')}。`;
}
