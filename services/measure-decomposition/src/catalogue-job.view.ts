import type { JobView } from './catalogue-draft.api.ts';
import type { CatalogueJob } from './catalogue-job.store.ts';
import { simulationText } from './job-figures.rules.ts';

const phasesZh = { REPLAN: '重新分解', RETRY: '异常重试', SIMULATION: '模拟', RECONCILIATION: '核对' } as const;

export function jobViewOf(job: CatalogueJob, now: Date): JobView {
  const { figures } = job;
  const isOver = job.finishedAt !== null;
  // Plans may end, and others be made, while a job runs: its total is what there was when it began.
  const total = Math.max(job.total, job.done);
  return {
    id: job.jobId,
    kind: job.kind,
    status: job.status,
    phase: phasesZh[job.kind],
    version: job.version,
    draftId: job.draftId,
    draftRevision: job.draftRevision,
    effectiveFrom: job.effectiveFrom,
    progress: {
      total: isOver ? job.done : total,
      done: job.done,
      succeeded: job.done - job.failed,
      failed: job.failed,
      percent: isOver ? 100 : total === 0 ? 0 : Math.min(99.9, Math.round((1_000 * job.done) / total) / 10),
      etaSeconds: etaOf(job, total, now),
    },
    result: {
      textZh: textOf(job),
      entries: figures.entries,
      withdrawn: figures.withdrawn,
      left: figures.left,
      added: figures.added,
      moved: figures.moved,
      softened: figures.softened,
      newForLater: figures.newForLater,
      noticesWithdrawn: figures.noticesWithdrawn,
      noticesAdded: figures.noticesAdded,
      resolvedIncidents: figures.resolved,
      byMeasure: { ...figures.byMeasure },
      byDepartment: { ...figures.byDepartment },
      differingPlanIds: [...figures.differences],
    },
    failure: job.failure,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}

function etaOf(job: CatalogueJob, total: number, now: Date): number | null {
  if (job.finishedAt !== null) return 0;
  if (job.startedAt === null || job.done === 0) return null;
  return Math.ceil(((now.getTime() - job.startedAt.getTime()) / 1_000 / job.done) * (total - job.done));
}

function textOf(job: CatalogueJob): string {
  const { figures } = job;
  switch (job.kind) {
    case 'SIMULATION':
      return simulationText(figures, job.effectiveFrom ?? '');
    case 'RECONCILIATION':
      return job.changed === 0 ? `核对 ${job.done} 个分解结果，无差异。` : `核对 ${job.done} 个分解结果，${job.changed} 个与应有结果不符。`;
    case 'RETRY':
      return `重新分解 ${job.done} 条记录，解决异常 ${figures.resolved} 项，新增任务 ${figures.added} 项。`;
    case 'REPLAN':
      return `重新分解 ${job.done} 条记录，${job.changed} 条有变化：撤回 ${figures.withdrawn} 项，新增 ${figures.added} 项，移交 ${figures.moved} 项，减轻 ${figures.softened} 项，保留 ${figures.left} 项。`;
  }
}
