import {
  beijingDate,
  dateSchema,
  idSchema,
  instantSchema,
  type Page,
  type Principal,
  pageQuerySchema,
  pageSchema,
  workingDaysBetween,
} from '@lianxin/contracts';
import { Clock, CurrentPrincipal, Database, decodeCursor, pageOf, Roles, type Transaction } from '@lianxin/platform';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { findRuns } from './cross-check.store.ts';
import { findOpenDeadlines } from './entry-deadline.store.ts';

const deadlineViewSchema = z
  .object({
    entryId: idSchema,
    number: z.string(),
    listCode: z.string(),
    status: z.string(),
    department: z.string(),
    kind: z.string(),
    dueAt: instantSchema,
    remainingWorkdays: z.int(),
    provisional: z.boolean(),
    overdue: z.boolean(),
  })
  .meta({ id: 'EntryDeadline' });
type DeadlineView = z.infer<typeof deadlineViewSchema>;
export const deadlineQuerySchema = pageQuerySchema.extend({ overdue: z.enum(['true', 'false']).optional() });
const cursorSchema = z.tuple([z.string(), z.uuid(), z.string()]);

const runsViewSchema = z
  .object({
    data: z.array(
      z.object({
        runOn: dateSchema,
        checked: z.int(),
        excluded: z.int(),
        startedAt: instantSchema,
        finishedAt: instantSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'CrossCheckRuns' });
const shownRuns = 31;

@ApiTags('名单记录')
@Controller('api/v1/entry-deadlines')
export class EntryDeadlineController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: '名单记录的时限', description: '未了结的时限，最紧急的在前；overdue=true 只列逾期。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(deadlineViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: deadlineQuerySchema }) query: z.infer<typeof deadlineQuerySchema>,
  ): Promise<Page<DeadlineView>> {
    return this.database.transaction(principal, (tx) => readDeadlines(tx, query, this.clock));
  }

  @Get('cross-checks')
  @Roles('CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'SUPERVISOR', 'AUDITOR')
  @ApiOperation({ summary: '夜间红黑名单交叉比对', description: '最近 31 次的核查数和移除数。' })
  @ApiResponse({ status: 200, standardSchema: runsViewSchema })
  async runs(@CurrentPrincipal() principal: Principal): Promise<z.infer<typeof runsViewSchema>> {
    const runs = await this.database.transaction(principal, (tx) => findRuns(tx, shownRuns));
    return {
      data: runs.map((run) => ({
        runOn: run.run_on,
        checked: run.checked,
        excluded: run.excluded,
        startedAt: run.started_at.toISOString(),
        finishedAt: run.finished_at?.toISOString() ?? null,
      })),
    };
  }
}

/** Open time limits, the most urgent first. */
export async function readDeadlines(
  tx: Transaction,
  query: z.infer<typeof deadlineQuerySchema>,
  clock: Clock,
): Promise<Page<DeadlineView>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor);
  const now = clock.now();
  const from = after === undefined ? undefined : { dueAt: after[0], entryId: after[1], kind: after[2] };
  const overdueAt = query.overdue === 'true' ? now : undefined;
  const rows = await findOpenDeadlines(tx, { overdueAt }, from, query.limit + 1);
  const today = beijingDate(now);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.due_at.toISOString(), row.entry_id, row.kind],
    (row) => ({
      entryId: row.entry_id,
      number: row.number,
      listCode: row.list_code,
      status: row.status,
      department: row.department_code,
      kind: row.kind,
      dueAt: row.due_at.toISOString(),
      remainingWorkdays: workingDaysBetween(clock.calendar(), today, row.due_on),
      provisional: row.provisional,
      overdue: now > row.due_at,
    }),
  );
}
