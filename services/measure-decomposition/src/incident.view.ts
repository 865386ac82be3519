import type { IncidentGroupView, IncidentQuery, IncidentView, Page, PageQuery } from '@lianxin/contracts';
import { pageOf, type Transaction } from '@lianxin/platform';
import type { IncidentGroupRow, IncidentRow, IncidentStore } from './incident.store.ts';

/** A page of incidents, as the screen and an export of it show them. */
export async function readIncidents(store: IncidentStore, tx: Transaction, query: IncidentQuery): Promise<Page<IncidentView>> {
  return pageOf(await store.find(tx, query), query.limit, (row) => [row.incident_id], viewOf);
}

/** A page of groups of open incidents, the largest first. */
export async function readIncidentGroups(store: IncidentStore, tx: Transaction, query: PageQuery): Promise<Page<IncidentGroupView>> {
  return pageOf(await store.findGroups(tx, query), query.limit, (row) => [row.count, row.cause, row.group_key], groupViewOf);
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
    state: stateOf(row),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    ignoredBy: row.ignored_by,
    ignoredReason: row.ignored_reason,
  };
}

function stateOf(row: IncidentRow): IncidentView['state'] {
  if (row.resolved_at !== null) return 'RESOLVED';
  if (row.ignored_at !== null) return 'IGNORED';
  return row.plan_status === 'ENDED' ? 'PLAN_ENDED' : 'OPEN';
}

function groupViewOf(row: IncidentGroupRow): IncidentGroupView {
  return {
    cause: row.cause,
    groupKey: row.group_key,
    count: row.count,
    entries: row.entries,
    measureCodes: row.measure_codes,
    listCodes: row.list_codes,
    firstRaisedAt: row.first_raised_at.toISOString(),
    lastRaisedAt: row.last_raised_at.toISOString(),
    textZh:
      row.cause === 'NO_MEASURE_FOUND'
        ? `${row.entries} 条 ${row.group_key} 记录没有产生任何任务或提示。`
        : `${row.entries} 条记录的 ${row.count} 项措施找不到执行部门 ${row.group_key}；补充部门后可一并重试。`,
  };
}
