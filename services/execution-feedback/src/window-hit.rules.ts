import type { checkDecided, EventData, LianxinEvent, TaskStatus } from '@lianxin/contracts';

type CheckDecided = EventData<typeof checkDecided>;

/** What a window decided about one measure of one prompt. */
export interface WindowDecision {
  readonly promptId: string;
  readonly measureCode: string;
  readonly departmentCode: string;
  readonly askedByDepartment: string;
  readonly checkId: string;
  readonly checkNumber: string;
  readonly matterCode: string;
  readonly caseNo: string | null;
  readonly subjectId: string;
  readonly entryId: string;
  readonly planId: string;
  readonly applied: boolean;
  readonly decidedBy: string;
  readonly decidedAt: string;
}

const stopped: readonly TaskStatus[] = ['ON_HOLD', 'LIFTING', 'LIFTED', 'CANCELLED'];

/**
 * Whether a measure was already on hold or over when a window applied it: that is no execution of its task (§4.3, R-6-4).
 * @param status of the task at the time of the decision; undefined where there was no task yet.
 */
export function wasStopped(status: TaskStatus | undefined): boolean {
  return status !== undefined && stopped.includes(status);
}

/** Decisions of a batch, one per prompt and measure: the last word of the clerk, by when it was spoken, else by the order of events (product §B.9). */
export function lastWords(events: readonly LianxinEvent<CheckDecided>[]): WindowDecision[] {
  const last = new Map<string, WindowDecision>();
  for (const decision of events.flatMap(decisionsOf)) {
    const key = `${decision.promptId}/${decision.measureCode}`;
    const known = last.get(key);
    if (known === undefined || Date.parse(decision.decidedAt) >= Date.parse(known.decidedAt)) last.set(key, decision);
  }
  return [...last.values()];
}

function decisionsOf({ data, actor }: LianxinEvent<CheckDecided>): WindowDecision[] {
  return data.decisions.flatMap((one) =>
    one.measureCodes.map((measureCode) => ({
      promptId: one.promptId,
      measureCode,
      departmentCode: data.matterDepartment,
      askedByDepartment: data.departmentCode,
      checkId: data.checkId,
      checkNumber: data.number,
      matterCode: data.matterCode,
      caseNo: data.caseNo ?? null,
      subjectId: one.subjectId,
      entryId: one.entryId,
      planId: one.planId,
      applied: one.outcome === 'accepted' && one.appliedMeasureCodes.includes(measureCode),
      decidedBy: actor ?? 'window-check',
      decidedAt: one.decidedAt,
    })),
  );
}
