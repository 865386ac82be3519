import { departmentCodeSchema, idSchema, type Page, type Principal, ProblemError, pageQuerySchema, pageSchema } from '@lianxin/contracts';
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
import { Body, Controller, Get, HttpCode, Injectable, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CheckIncidentStore, type IncidentRow } from './check-incident.store.ts';
import { withoutPersonalNumbers } from './free-text.rules.ts';

export const incidentQuerySchema = pageQuerySchema.extend({ status: z.enum(['open', 'closed']).optional() });
export type IncidentQuery = z.infer<typeof incidentQuerySchema>;
const closeSchema = z.object({ note: z.string().trim().min(1).max(2000) }).meta({ id: 'CheckIncidentClose' });

export const incidentViewSchema = z
  .object({
    id: idSchema,
    cause: z.enum(['REPAIRED_PENDING_SYNC', 'NOT_SAME_SUBJECT', 'MISSED_WHILE_DEGRADED']),
    checkId: idSchema,
    checkNumber: z.string(),
    matterCode: z.string(),
    caseNo: z.string().nullable(),
    subjectId: idSchema,
    entryId: idSchema,
    departmentCode: departmentCodeSchema,
    comment: z.string().nullable(),
    raisedBy: z.string(),
    raisedAt: z.string(),
    closedBy: z.string().nullable(),
    closedAt: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'CheckIncident' });
export type IncidentView = z.infer<typeof incidentViewSchema>;

const cursorSchema = z.tuple([idSchema]);

/** Reads incidents; a department sees those of its own checks. */
@Injectable()
export class CheckIncidentReader {
  constructor(private readonly store: CheckIncidentStore) {}

  async readPage(tx: Transaction, query: IncidentQuery): Promise<Page<IncidentView>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor)[0];
    const open = query.status === undefined ? undefined : query.status === 'open';
    const rows = await this.store.readPage(tx, { open, before, limit: query.limit });
    return pageOf(rows, query.limit, (row) => [row.id], viewOf);
  }
}

/** What checks showed to be wrong: repaired but still prompted, somebody else's entry, missed while a part was down (product §B.9). */
@ApiTags('窗口核查')
@ApiBearerAuth('apiKey')
@Controller('api/v1/check-incidents')
export class CheckIncidentController {
  constructor(
    private readonly database: Database,
    private readonly store: CheckIncidentStore,
    private readonly reader: CheckIncidentReader,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: '核查异常',
    description: '窗口反映已修复待同步、非同一主体，以及降级期间漏提示的核查，新的在前；部门只见本部门的（R-4-14）。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(incidentViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: incidentQuerySchema }) query: IncidentQuery,
  ): Promise<Page<IncidentView>> {
    return this.database.transaction(principal, (tx) => this.reader.readPage(tx, query));
  }

  @Post(':id/close')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '办结核查异常', description: '信用办核实处理后说明结果（R-4-14）。' })
  @ApiResponse({ status: 200, standardSchema: incidentViewSchema })
  async close(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: closeSchema }) body: z.infer<typeof closeSchema>,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IncidentView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        const row = await this.store.lock(tx, id);
        if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该核查异常');
        if (row.closed_at !== null) throw new ProblemError('CONFLICT', `该核查异常已于 ${row.closed_at.toISOString()} 办结`);
        const at = this.clock.now();
        const note = withoutPersonalNumbers(body.note);
        await this.store.close(tx, id, principal.id, at, note);
        return { status: 200, body: viewOf({ ...row, closed_by: principal.id, closed_at: at, note }) };
      }),
    );
    return sendAnswer(reply, answer);
  }
}

function viewOf(row: IncidentRow): IncidentView {
  return {
    id: row.id,
    cause: row.cause,
    checkId: row.check_id,
    checkNumber: row.check_number,
    matterCode: row.matter_code,
    caseNo: row.case_no,
    subjectId: row.subject_id,
    entryId: row.entry_id,
    departmentCode: row.department_code,
    comment: row.comment,
    raisedBy: row.raised_by,
    raisedAt: row.raised_at.toISOString(),
    closedBy: row.closed_by,
    closedAt: row.closed_at?.toISOString() ?? null,
    note: row.note,
  };
}
