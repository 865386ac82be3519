import {
  cityWideRoles,
  type DecompositionView,
  decompositionQuerySchema,
  decompositionViewSchema,
  type Page,
  type Principal,
  pageSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Database, Roles, type Transaction } from '@lianxin/platform';
import { Controller, Get, Injectable, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { IndexedCatalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';
import { explainPlan } from './explanation.rules.ts';
import { type PlanRow, PlanStore, type StepRow } from './plan.store.ts';

/** Reads what an entry was decomposed into, the latest activation first. */
@Injectable()
export class PlanReader {
  constructor(
    private readonly store: PlanStore,
    private readonly catalogue: CatalogueService,
  ) {}

  async ofEntry(tx: Transaction, entryId: string): Promise<Page<DecompositionView>> {
    const found = await this.store.findPlans(tx, entryId);
    const data: DecompositionView[] = [];
    for (const { plan, steps } of found) data.push(viewOf(await this.catalogue.getVersion(tx, plan.body.catalogueVersion), plan, steps));
    return { data, page: { nextCursor: null, hasMore: false } };
  }
}

/** What an entry was decomposed into, and why. */
@ApiTags('分解')
@Controller('api/v1/decompositions')
export class PlanController {
  constructor(
    private readonly database: Database,
    private readonly reader: PlanReader,
  ) {}

  @Get()
  @Roles(...cityWideRoles)
  @ApiOperation({
    summary: '名单记录的分解结果',
    description: '一次生效一个分解结果（最近的在前），逐项说明产生或不产生措施的条款、规则、原因和依据。部门从自己的任务中查看说明。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(decompositionViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: decompositionQuerySchema }) query: { entryId: string }) {
    return this.database.transaction(principal, (tx) => this.reader.ofEntry(tx, query.entryId));
  }
}

function viewOf(catalogue: IndexedCatalogue, row: PlanRow, steps: readonly StepRow[]): DecompositionView {
  const { body, entry } = row;
  const groups = explainPlan(catalogue, entry, body);
  const executors = groups.flatMap((group) => group.parties.flatMap(() => group.items.flatMap((item) => item.executors)));
  const notices = executors.filter((executor) => executor.notice).length;
  return {
    planId: row.plan_id,
    entryId: body.entryId,
    entryNumber: body.entryNumber,
    entryVersion: row.entry_version,
    activationNo: body.activationNo,
    planVersion: row.plan_version,
    status: row.status,
    catalogueVersion: body.catalogueVersion,
    listCode: body.listCode,
    listType: body.listType,
    direction: body.direction,
    designatingDepartment: body.designatingDepartment,
    decidedOn: entry.decision.date,
    activatedOn: body.activatedOn,
    validTo: body.validTo,
    madeAt: row.made_at.toISOString(),
    counts: {
      tasks: executors.length - notices,
      notices,
      skips: groups.reduce((sum, group) => sum + group.parties.length * group.skips.length, 0),
    },
    steps: steps.map((step) => ({
      planVersion: step.plan_version,
      kind: step.kind,
      at: step.recorded_at.toISOString(),
      detail: step.detail,
    })),
    groups,
  };
}
