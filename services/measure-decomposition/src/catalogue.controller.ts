import {
  type DepartmentQuery,
  departmentQuerySchema,
  departmentViewSchema,
  type MeasureQuery,
  type MeasureView,
  type MemorandumQuery,
  measureDetailQuerySchema,
  measureQuerySchema,
  measureViewSchema,
  memorandumQuerySchema,
  memorandumViewSchema,
  type Principal,
  ProblemError,
  pageSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Database } from '@lianxin/platform';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CatalogueReader } from './catalogue.reader.ts';

const codeSchema = z.string().max(40);

/** The measure catalogue in force: nobody's secret, every signed-in caller may read it. */
@ApiTags('措施')
@Controller('api/v1')
export class CatalogueController {
  constructor(
    private readonly database: Database,
    private readonly reader: CatalogueReader,
  ) {}

  @Get('measures')
  @ApiOperation({ summary: '措施目录', description: '每项措施附依据、执行部门，以及在 asOf（缺省为今天）对各名单的合法性审查结果。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(measureViewSchema) })
  measures(@CurrentPrincipal() principal: Principal, @Query({ schema: measureQuerySchema }) query: MeasureQuery) {
    return this.database.transaction(principal, (tx) => this.reader.measures(tx, query));
  }

  @Get('measures/:code')
  @ApiOperation({ summary: '一项措施' })
  @ApiResponse({ status: 200, standardSchema: measureViewSchema })
  async measure(
    @CurrentPrincipal() principal: Principal,
    @Param('code', { schema: codeSchema }) code: string,
    @Query({ schema: measureDetailQuerySchema }) query: z.infer<typeof measureDetailQuerySchema>,
  ): Promise<MeasureView> {
    const view = await this.database.transaction(principal, (tx) => this.reader.findMeasure(tx, code, query.asOf));
    if (view === undefined) throw new ProblemError('NOT_FOUND', `没有措施 ${code}，请从 /api/v1/measures 选择`);
    return view;
  }

  @Get('departments')
  @ApiOperation({ summary: '部门', description: '成员单位、县区和功能板块的对应部门，以及只接收提示的单位（tenant=false）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(departmentViewSchema) })
  departments(@CurrentPrincipal() principal: Principal, @Query({ schema: departmentQuerySchema }) query: DepartmentQuery) {
    return this.database.transaction(principal, (tx) => this.reader.departments(tx, query));
  }

  @Get('memorandums')
  @ApiOperation({ summary: '联合奖惩备忘录', description: '仅作历史沿革；备忘录本身不构成措施依据（R-0-2）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(memorandumViewSchema) })
  memorandums(@CurrentPrincipal() principal: Principal, @Query({ schema: memorandumQuerySchema }) query: MemorandumQuery) {
    return this.database.transaction(principal, (tx) => this.reader.memorandums(tx, query));
  }
}
