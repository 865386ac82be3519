import { findEventDefinition } from '@lianxin/contracts';
import type { RedeliveryStatus } from './redelivery.rules.ts';
import type { RedeliverySummary, RedeliveryView } from './redelivery.schemas.ts';
import type { RedeliveryFact, RedeliveryRow } from './redelivery.store.ts';

const statusZh: Readonly<Record<RedeliveryStatus, string>> = {
  PLANNING: '统计中',
  PLANNED: '待确认',
  RUNNING: '补发中',
  COMPLETED: '已完成',
  CANCELLED: '已取消',
  FAILED: '未能完成',
};
const phaseZh: Readonly<Record<RedeliveryRow['phase'], string>> = {
  CHOOSE: '查找事件',
  WEIGH: '核对可见范围',
  NUMBER: '排序',
  DONE: '预览完成',
};

const instant = (time: Date | null) => time?.toISOString() ?? null;

export function summaryOf(row: RedeliveryRow): RedeliverySummary {
  return {
    ...{ id: row.id, version: row.version, status: row.status, statusZh: statusZh[row.status] },
    ...{ department: row.department_code, scope: row.scope, types: row.types === null ? null : [...row.types], reason: row.reason },
    ...{ requestedBy: row.requested_by, requestedAt: row.requested_at.toISOString() },
    preview: previewOf(row),
    progress: progressOf(row),
    ...{ confirmedBy: row.confirmed_by, confirmedAt: instant(row.confirmed_at), sent: row.sent },
    ...{ endedBy: row.ended_by, endedAt: instant(row.ended_at), failure: row.failure },
  };
}

export function viewOf(row: RedeliveryRow, facts: readonly RedeliveryFact[]): RedeliveryView {
  const steps = facts.map(({ version, action, at, actor }) => ({ version, action, at: at.toISOString(), actor }));
  return { ...summaryOf(row), steps };
}

function previewOf(row: RedeliveryRow): RedeliverySummary['preview'] {
  if (row.events === null) return null;
  const byType = (row.by_type ?? []).map((one) => ({ ...one, titleZh: findEventDefinition(one.type)?.titleZh ?? one.type }));
  return { events: row.events, bytes: row.bytes ?? 0, byType, oldest: instant(row.oldest), newest: instant(row.newest) };
}

/** Sending counts events; planning what was looked at of what was chosen, which is not known before all is chosen. */
function progressOf(row: RedeliveryRow): RedeliverySummary['progress'] {
  if (row.confirmed_at !== null) return { phase: '补发', done: row.sent, total: row.events };
  return { phase: phaseZh[row.phase], done: row.weighed, total: row.phase === 'CHOOSE' ? null : row.chosen };
}
