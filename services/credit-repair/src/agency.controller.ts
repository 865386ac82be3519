import { idSchema, type Principal, pageSchema } from '@lianxin/contracts';
import { type ExportColumn, exportOf } from '@lianxin/exports';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Public, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Header, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  type AgencyQuery,
  type AgencyRequest,
  type AgencyUpdate,
  type AgencyView,
  agencyQuerySchema,
  agencyRequestSchema,
  agencyUpdateSchema,
  agencyViewSchema,
  lateAgenciesSchema,
} from './agency.api.ts';
import { AgencyService } from './agency.service.ts';
import { checklistSchema } from './repair.api.ts';
import { RepairReader } from './repair.reader.ts';
import { VisibleRepair } from './visible.guard.ts';

const keepers = ['CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR'] as const;
const readers = [...keepers, 'SUPERVISOR', 'AUDITOR'] as const;

@ApiTags('信用修复')
@ApiBearerAuth('apiKey')
@Controller('api/v1')
export class AgencyController {
  constructor(
    private readonly database: Database,
    private readonly agencies: AgencyService,
    private readonly reader: RepairReader,
  ) {}

  @Get('credit-agencies')
  @Roles(...readers)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '第三方信用服务机构', description: '各机构还有多少件修复没有更新、逾期多少（R-5-15）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(agencyViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: agencyQuerySchema }) query: AgencyQuery) {
    return this.agencies.list(principal, query);
  }

  @Post('credit-agencies')
  @Roles(...keepers)
  @ApiOperation({
    summary: '登记第三方信用服务机构',
    description: '同一代码再次登记即更新；停用的机构不再被要求更新此后准予的修复（R-5-15）。',
  })
  @ApiResponse({ status: 200, standardSchema: agencyRequestSchema })
  async save(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: agencyRequestSchema }) body: AgencyRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.agencies.save(tx, principal, body);
        return { status: 200, body };
      }),
    );
    return sendAnswer(reply, answer);
  }

  @Post('repairs/:id/agency-updates')
  @UseGuards(VisibleRepair)
  @Roles(...keepers)
  @ApiOperation({
    summary: '登记第三方机构已更新',
    description: '信用中心登记机构已按信用中国更新；与信用中国不一致的，以信用中国为准（R-5-15）。不影响“全面恢复”的认定。',
  })
  @ApiResponse({ status: 200, standardSchema: checklistSchema })
  async update(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: agencyUpdateSchema }) body: AgencyUpdate,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.agencies.note(tx, principal, id, body);
        return { status: 200, body: await this.reader.checklist(tx, id) };
      }),
    );
    return sendAnswer(reply, answer);
  }
}

@ApiTags('公示')
@Public()
@Controller('api/v1/public/credit-agencies')
export class PublicAgencyController {
  constructor(private readonly agencies: AgencyService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '更新迟缓的第三方信用服务机构',
    description: '逾期未按信用中国更新的机构、件数和最早期限（R-5-15）；不涉及任何主体。',
  })
  @ApiResponse({ status: 200, standardSchema: lateAgenciesSchema })
  late() {
    return this.agencies.latePublicly();
  }
}

const columns: readonly ExportColumn<AgencyView>[] = [
  { key: 'code', titleZh: '机构代码', kind: 'code', of: (row) => row.code },
  { key: 'nameZh', titleZh: '机构名称', kind: 'text', of: (row) => row.nameZh },
  { key: 'active', titleZh: '有效', kind: 'flag', of: (row) => row.active },
  { key: 'waiting', titleZh: '未更新', kind: 'number', of: (row) => row.waiting },
  { key: 'late', titleZh: '逾期', kind: 'number', of: (row) => row.late },
  { key: 'oldestDueOn', titleZh: '最早期限', kind: 'date', of: (row) => row.oldestDueOn },
];
export const agencyExport = exportOf({
  path: 'credit-agencies',
  titleZh: '第三方信用服务机构',
  tag: '信用修复',
  roles: readers,
  query: agencyQuerySchema,
  reader: AgencyService,
  page: (reader, tx, principal, query) => reader.readPage(tx, principal, query),
  columns,
});
