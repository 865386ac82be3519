import { departmentCodeSchema, idSchema, type Page, type Principal, pageQuerySchema, pageSchema, seesWholeCity } from '@lianxin/contracts';
import { CurrentPrincipal, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Controller, Get, Injectable, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type WindowHitRow, WindowHitStore } from './window-hit.store.ts';

const outcomeSchema = z.enum(['WAITING', 'FED_BACK', 'NO_TASK', 'NOT_APPLIED', 'TAKEN_BACK']);
export const windowHitQuerySchema = pageQuerySchema.extend({
  outcome: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(outcomeSchema).min(1).max(5))
    .optional(),
});
export type WindowHitQuery = z.infer<typeof windowHitQuerySchema>;

export const windowHitViewSchema = z
  .object({
    promptId: idSchema,
    measureCode: z.string(),
    departmentCode: departmentCodeSchema,
    askedByDepartment: departmentCodeSchema,
    checkId: idSchema,
    checkNumber: z.string(),
    matterCode: z.string(),
    caseNo: z.string().nullable(),
    entryId: idSchema,
    decidedAt: z.string(),
    outcome: outcomeSchema,
    taskId: idSchema.nullable(),
    feedbackId: idSchema.nullable(),
  })
  .meta({ id: 'WindowHit' });
export type WindowHitView = z.infer<typeof windowHitViewSchema>;

const cursorSchema = z.tuple([z.iso.datetime(), idSchema, z.string()]);

/** Reads what became of decisions at windows; row security narrows it to the principal's departments. */
@Injectable()
export class WindowHitReader {
  constructor(private readonly store: WindowHitStore) {}

  async readPage(tx: Transaction, principal: Principal, query: WindowHitQuery): Promise<Page<WindowHitView>> {
    const rows = await this.store.readPage(tx, {
      outcomes: query.outcome ?? outcomeSchema.options,
      departments: seesWholeCity(principal) ? undefined : principal.departments,
      after: query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor),
      limit: query.limit,
    });
    return pageOf(rows, query.limit, (row) => [row.decided_at.toISOString(), row.prompt_id, row.measure_code], viewOf);
  }
}

/** Decisions at windows and the hits they became (R-4-14). */
@ApiTags('反馈')
@ApiBearerAuth('apiKey')
@Controller('api/v1/window-hits')
export class WindowHitController {
  constructor(
    private readonly database: Database,
    private readonly reader: WindowHitReader,
  ) {}

  @Get()
  @ApiOperation({
    summary: '窗口命中',
    description:
      '窗口采纳的措施自动形成的命中反馈（R-4-14），新的在前；outcome=NO_TASK 为该部门没有对应任务，或采纳时该任务已暂停、解除或撤销（载明 taskId，不计命中，R-6-4），须信用办处理。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(windowHitViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: windowHitQuerySchema }) query: WindowHitQuery,
  ): Promise<Page<WindowHitView>> {
    return this.database.transaction(principal, (tx) => this.reader.readPage(tx, principal, query));
  }
}

function viewOf(row: WindowHitRow): WindowHitView {
  return {
    promptId: row.prompt_id,
    measureCode: row.measure_code,
    departmentCode: row.department_code,
    askedByDepartment: row.asked_by_department,
    checkId: row.check_id,
    checkNumber: row.check_number,
    matterCode: row.matter_code,
    caseNo: row.case_no,
    entryId: row.entry_id,
    decidedAt: row.decided_at.toISOString(),
    outcome: row.outcome,
    taskId: row.task_id,
    feedbackId: row.feedback_id,
  };
}
