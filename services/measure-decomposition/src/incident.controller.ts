import {
  cityWideRoles,
  type IncidentQuery,
  type IncidentView,
  incidentQuerySchema,
  incidentViewSchema,
  type Page,
  type Principal,
  pageSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Database, pageOf, Roles, type Transaction } from '@lianxin/platform';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type IncidentRow, IncidentStore } from './incident.store.ts';

/** What the credit office must look at: entries without any measure, measures without a department. */
@ApiTags('分解')
@Controller('api/v1/incidents')
export class IncidentController {
  constructor(
    private readonly database: Database,
    private readonly store: IncidentStore,
  ) {}

  @Get()
  @Roles(...cityWideRoles)
  @ApiOperation({
    summary: '分解异常',
    description: '没有产生任何措施的名单记录，以及找不到执行部门的措施；同一原因的异常有相同的 groupKey。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(incidentViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: incidentQuerySchema }) query: IncidentQuery) {
    return this.database.transaction(principal, (tx) => readIncidents(this.store, tx, query));
  }
}

/** A page of incidents, as the screen and an export of it show them. */
export async function readIncidents(store: IncidentStore, tx: Transaction, query: IncidentQuery): Promise<Page<IncidentView>> {
  return pageOf(await store.find(tx, query), query.limit, (row) => [row.incident_id], viewOf);
}

function viewOf(row: IncidentRow): IncidentView {
  return {
    id: row.incident_id,
    cause: row.cause,
    groupKey: row.group_key,
    groupSize: row.group_size,
    textZh:
      row.cause === 'NO_MEASURE_FOUND'
        ? `该记录（${row.list_code}）没有产生任何任务或提示，请核对名单、当事人送达和措施目录。`
        : `措施 ${row.measure_code ?? ''} 找不到执行部门 ${row.group_key}，请补充部门或地区对应关系。`,
    planId: row.plan_id,
    entryId: row.entry_id,
    listCode: row.list_code,
    measureCode: row.measure_code,
    raisedAt: row.raised_at.toISOString(),
  };
}
