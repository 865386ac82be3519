import { dateSchema, idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Roles } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type RevealField, revealFields, SubjectQueries } from './subject.queries.ts';
import { type SubjectView, subjectViewSchema } from './subject.view.ts';

const subjectsViewSchema = z
  .object({ data: z.array(subjectViewSchema), page: z.object({ nextCursor: z.null(), hasMore: z.literal(false) }) })
  .meta({ id: 'Subjects' });

/** Codes are stored in upper case. */
const searchSchema = z.object({
  usccCode: z.string().trim().toUpperCase().min(1).max(64).optional(),
  name: z.string().trim().min(1).max(500).optional(),
});
const revealRequestSchema = z
  .object({ field: z.enum(revealFields), purpose: z.string().trim().min(1).max(500) })
  .meta({ id: 'SubjectRevealRequest' });
const revealSchema = z.object({ field: z.string(), value: z.string().nullable() }).meta({ id: 'SubjectReveal' });

@ApiTags('主体')
@Roles(
  'DEPT_HANDLER',
  'DEPT_APPROVER',
  'DEPT_LIAISON',
  'CREDIT_OFFICE',
  'CREDIT_CENTRE_OPERATOR',
  'COUNTY_CREDIT_OFFICE',
  'SUPERVISOR',
  'AUDITOR',
  'REPLAY_ADMIN',
)
@Controller('api/v1/subjects')
export class SubjectController {
  constructor(
    private readonly database: Database,
    private readonly subjects: SubjectQueries,
  ) {}

  @Get()
  @ApiOperation({ summary: '查主体', description: '按统一社会信用代码，或按单位的登记名称。自然人不能按姓名查。' })
  @ApiResponse({ status: 200, standardSchema: subjectsViewSchema })
  async find(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: searchSchema }) query: z.infer<typeof searchSchema>,
  ): Promise<z.infer<typeof subjectsViewSchema>> {
    if (query.usccCode === undefined && query.name === undefined) {
      const detail = '请提供 usccCode 或 name';
      throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/usccCode', code: 'VALIDATION_FAILED', detail }]);
    }
    const data = await this.database.transaction(principal, (tx) => this.subjects.find(tx, query));
    return { data, page: { nextCursor: null, hasMore: false } };
  }

  @Get(':id')
  @ApiOperation({ summary: '一个主体', description: '自然人只显示脱敏信息。asOf：当日的名称、状态和法定代表人。' })
  @ApiResponse({ status: 200, standardSchema: subjectViewSchema })
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: z.object({ asOf: dateSchema.optional() }) }) query: { asOf?: string | undefined },
  ): Promise<SubjectView> {
    return this.database.transaction(principal, (tx) => this.subjects.get(tx, id, query.asOf));
  }

  @Post(':id/reveal')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '查看一个脱敏字段的原文', description: '须说明用途；查看人、字段和用途留痕。' })
  @ApiResponse({ status: 200, standardSchema: revealSchema })
  async reveal(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: revealRequestSchema }) body: z.infer<typeof revealRequestSchema>,
  ): Promise<z.infer<typeof revealSchema>> {
    const field: RevealField = body.field;
    return {
      field,
      value: await this.database.transaction(principal, (tx) => this.subjects.reveal(tx, principal, id, field, body.purpose)),
    };
  }
}
