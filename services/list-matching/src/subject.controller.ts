import { idSchema, type Principal, ProblemError, subjectKindSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Roles } from '@lianxin/platform';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { shownName } from './list-entry.view.ts';
import { findByIdentity, findSubjects, type SubjectRow } from './subject.store.ts';

const subjectViewSchema = z
  .object({
    id: idSchema,
    version: z.int(),
    kind: subjectKindSchema,
    /** An organisation's name; a person's masked. */
    name: z.string(),
    usccCode: z.string().nullable(),
    idMasked: z.string().nullable(),
    regionCode: z.string().nullable(),
    /** Registered from a decision, not from a register (R-11-1a). */
    provisional: z.boolean(),
  })
  .meta({ id: 'Subject' });
const subjectsViewSchema = z
  .object({ data: z.array(subjectViewSchema), page: z.object({ nextCursor: z.null(), hasMore: z.literal(false) }) })
  .meta({ id: 'Subjects' });
type SubjectView = z.infer<typeof subjectViewSchema>;

/** Codes are stored in upper case. */
const subjectQuerySchema = z.object({ usccCode: z.string().trim().toUpperCase().min(1).max(64) });

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
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: '按统一社会信用代码查主体' })
  @ApiResponse({ status: 200, standardSchema: subjectsViewSchema })
  async find(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: subjectQuerySchema }) query: z.infer<typeof subjectQuerySchema>,
  ): Promise<z.infer<typeof subjectsViewSchema>> {
    const rows = await this.database.transaction(principal, (tx) => findByIdentity(tx, [query.usccCode], []));
    return { data: rows.map(viewOf), page: { nextCursor: null, hasMore: false } };
  }

  @Get(':id')
  @ApiOperation({ summary: '一个主体', description: '自然人只显示脱敏信息。' })
  @ApiResponse({ status: 200, standardSchema: subjectViewSchema })
  async get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<SubjectView> {
    const [row] = await this.database.transaction(principal, (tx) => findSubjects(tx, [id]));
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该主体');
    return viewOf(row);
  }
}

function viewOf(row: SubjectRow): SubjectView {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    name: shownName(row),
    usccCode: row.uscc_code,
    idMasked: row.id_masked,
    regionCode: row.region_code,
    provisional: row.provisional,
  };
}
