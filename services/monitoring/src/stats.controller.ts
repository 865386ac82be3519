import type { Page, Principal } from '@lianxin/contracts';
import { CurrentPrincipal } from '@lianxin/platform';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  type DepartmentStats,
  departmentStatsSchema,
  type Overview,
  overviewSchema,
  type Ranking,
  type RowsQuery,
  rankingSchema,
  rowsQuerySchema,
  type StatsQuery,
  type StatsRow,
  statsQuerySchema,
  statsRowPageSchema,
} from './stats.schemas.ts';
import { StatsService } from './stats.service.ts';

const periodHelp = '缺省为本季度；period=2026-Q4 或 2026-11，或 from 与 to。';

/** Figures of §10.1. A department sees its own, the city-wide roles see all. */
@ApiTags('统计')
@Controller('api/v1/stats')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @Get('overview')
  @ApiOperation({
    summary: '总览',
    description: `名单归集、在办任务和 K02–K20（§10.1）。已关账的月份、季度数值不再变化，其后的变化列在 correction（R-10-1）。${periodHelp}`,
  })
  @ApiResponse({ status: 200, standardSchema: overviewSchema })
  overview(@CurrentPrincipal() principal: Principal, @Query({ schema: statsQuerySchema }) query: StatsQuery): Promise<Overview> {
    return this.stats.overview(principal, query);
  }

  @Get('departments')
  @ApiOperation({ summary: '分部门指标', description: `每个部门一行。${periodHelp}` })
  @ApiResponse({ status: 200, standardSchema: departmentStatsSchema })
  departments(@CurrentPrincipal() principal: Principal, @Query({ schema: statsQuerySchema }) query: StatsQuery): Promise<DepartmentStats> {
    return this.stats.departments(principal, query);
  }

  @Get('ranking')
  @ApiOperation({
    summary: '部门排名',
    description: `得分 45·K07＋35·K08＋20·K14，到期周期不足 5 个和不纳入督办的部门不排名，县区另排，案例数不计分（R-10-2、R-10-3）；未结束的期间只计已到期的周期。${periodHelp}`,
  })
  @ApiResponse({ status: 200, standardSchema: rankingSchema })
  ranking(@CurrentPrincipal() principal: Principal, @Query({ schema: statsQuerySchema }) query: StatsQuery): Promise<Ranking> {
    return this.stats.ranking(principal, query);
  }

  @Get('rows')
  @ApiOperation({
    summary: '指标明细',
    description: `指标由哪些任务、名单记录或案例构成；part=numerator 只列分子，denominator 或不带则列全部并标明是否计入分子。${periodHelp}`,
  })
  @ApiResponse({ status: 200, standardSchema: statsRowPageSchema })
  rows(@CurrentPrincipal() principal: Principal, @Query({ schema: rowsQuerySchema }) query: RowsQuery): Promise<Page<StatsRow>> {
    return this.stats.rows(principal, query);
  }
}
