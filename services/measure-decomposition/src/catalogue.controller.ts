import {
  type CatalogueMeasure,
  type DepartmentQuery,
  dateSchema,
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
import { Clock, CurrentPrincipal, Database, decodeCursor, pageOf } from '@lianxin/platform';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { gateOf, type IndexedCatalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';

const cursorSchema = z.tuple([z.int().nonnegative()]);
const codeSchema = z.string().max(40);

/** The measure catalogue in force: nobody's secret, every signed-in caller may read it. */
@ApiTags('措施')
@Controller('api/v1')
export class CatalogueController {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  @Get('measures')
  @ApiOperation({ summary: '措施目录', description: '每项措施附依据、执行部门，以及在 asOf（缺省为今天）对各名单的合法性审查结果。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(measureViewSchema) })
  async measures(@CurrentPrincipal() principal: Principal, @Query({ schema: measureQuerySchema }) query: MeasureQuery) {
    const catalogue = await this.inForce(principal);
    const asOf = query.asOf ?? this.clock.today();
    const matching = catalogue.measures.filter(
      (measure) =>
        (query.listCode === undefined || measure.listCodes.includes(query.listCode)) &&
        (query.class === undefined || measure.class === query.class) &&
        (query.department === undefined || measure.executors.some((executor) => executor.departmentCode === query.department)),
    );
    return cut(matching, query, (measure) => measureView(catalogue, measure, asOf));
  }

  @Get('measures/:code')
  @ApiOperation({ summary: '一项措施' })
  @ApiResponse({ status: 200, standardSchema: measureViewSchema })
  async measure(
    @CurrentPrincipal() principal: Principal,
    @Param('code', { schema: codeSchema }) code: string,
    @Query({ schema: measureDetailQuerySchema }) query: { asOf?: z.infer<typeof dateSchema> | undefined },
  ): Promise<MeasureView> {
    const catalogue = await this.inForce(principal);
    const measure = catalogue.measureByCode.get(code);
    if (measure === undefined) throw new ProblemError('NOT_FOUND', `没有措施 ${code}，请从 /api/v1/measures 选择`);
    return measureView(catalogue, measure, query.asOf ?? this.clock.today());
  }

  @Get('departments')
  @ApiOperation({ summary: '部门', description: '成员单位、县区和功能板块的对应部门，以及只接收提示的单位（tenant=false）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(departmentViewSchema) })
  async departments(@CurrentPrincipal() principal: Principal, @Query({ schema: departmentQuerySchema }) query: DepartmentQuery) {
    const catalogue = await this.inForce(principal);
    const matching = catalogue.departments.filter(
      (department) =>
        (query.level === undefined || department.level === query.level) &&
        (query.parent === undefined || department.parentCode === query.parent),
    );
    return cut(matching, query, (department) => department);
  }

  @Get('memorandums')
  @ApiOperation({ summary: '联合奖惩备忘录', description: '仅作历史沿革；备忘录本身不构成措施依据（R-0-2）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(memorandumViewSchema) })
  async memorandums(@CurrentPrincipal() principal: Principal, @Query({ schema: memorandumQuerySchema }) query: MemorandumQuery) {
    const catalogue = await this.inForce(principal);
    const matching = catalogue.memoranda.filter((memorandum) => query.listCode === undefined || memorandum.listCode === query.listCode);
    return cut(matching, query, (memorandum) => ({
      ...memorandum,
      measureCodes: catalogue.measures.filter((measure) => measure.memoCode === memorandum.code).map((measure) => measure.code),
    }));
  }

  private inForce(principal: Principal): Promise<IndexedCatalogue> {
    return this.database.transaction(principal, (tx) => this.catalogue.getInForce(tx));
  }
}

/** A page of rows that are held in memory, in the catalogue's own order. */
function cut<Row, View>(rows: readonly Row[], query: { cursor?: string | undefined; limit: number }, viewOf: (row: Row) => View) {
  const start = query.cursor === undefined ? 0 : decodeCursor(cursorSchema, query.cursor)[0];
  const placed = rows.slice(start, start + query.limit + 1).map((row, place) => ({ row, next: start + place + 1 }));
  return pageOf(
    placed,
    query.limit,
    ({ next }) => [next],
    ({ row }) => viewOf(row),
  );
}

function measureView(catalogue: IndexedCatalogue, measure: CatalogueMeasure, asOf: string): MeasureView {
  const gates = measure.listCodes.map((listCode) => {
    const { status, basisRefs } = gateOf(measure, listCode, asOf);
    return { listCode, status, basisRefs: [...basisRefs] };
  });
  const classNameZh = catalogue.classes.find((one) => one.code === measure.class)?.nameZh ?? measure.class;
  return { ...measure, catalogueVersion: catalogue.version, classNameZh, asOf, gates };
}
